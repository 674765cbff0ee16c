/** Ranges and multiranges: bounds, literals, constructors. */
import { SqlError } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'

const dataException = (message: string): SqlError => new SqlError(SQL_STATE.data_exception, message)

export const rangeBoundsOrder = (): SqlError =>
  dataException('range lower bound must be less than or equal to range upper bound')

export const rangeNotContiguous = (operation: 'union' | 'difference'): SqlError =>
  dataException(`result of range ${operation} would not be contiguous`)

export const malformedRange = (kind: 'range' | 'multirange', text: string, detail: string): SqlError =>
  new SqlError(SQL_STATE.invalid_text_representation, `malformed ${kind} literal: "${text}"`, { detail })

export const nullRangeFlags = (): SqlError => dataException('range constructor flags argument must not be null')

export const invalidRangeFlags = (): SqlError =>
  new SqlError(SQL_STATE.syntax_error, 'invalid range bound flags', {
    hint: 'Valid values are "[]", "[)", "(]", and "()".',
  })

export const nullMultirangeMember = (): SqlError =>
  new SqlError(SQL_STATE.null_value_not_allowed, 'multirange values cannot contain null members')

export const multirangesOneDimensional = (): SqlError =>
  new SqlError(SQL_STATE.cardinality_violation, 'multiranges cannot be constructed from multidimensional arrays')
