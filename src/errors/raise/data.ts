/** Class 22: data exceptions — bad input text, overflow, division by zero. */
import { SqlError } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'

export const invalidTextRepresentation = (type: string, text: string): SqlError =>
  new SqlError(SQL_STATE.invalid_text_representation, `invalid input syntax for type ${type}: "${text}"`)

export const numericValueOutOfRange = (message: string): SqlError =>
  new SqlError(SQL_STATE.numeric_value_out_of_range, message)

export const divisionByZero = (): SqlError => new SqlError(SQL_STATE.division_by_zero, 'division by zero')
