/** Errors of jsonpath: its text, and what its execution meets in strict mode. */
import { SqlError } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'

/** `near` empty: the text has ended. */
export const jsonPathSyntaxError = (problem: string, near: string): SqlError =>
  new SqlError(
    SQL_STATE.syntax_error,
    near === '' ? `${problem} at end of jsonpath input` : `${problem} at or near "${near}" of jsonpath input`,
  )

export const jsonPathUnicodeError = (detail: string): SqlError =>
  new SqlError(SQL_STATE.invalid_text_representation, 'invalid input syntax for type jsonpath', { detail })

export const invalidJsonPathFlag = (flag: string): SqlError =>
  new SqlError(SQL_STATE.syntax_error, 'invalid input syntax for type jsonpath', {
    detail: `Unrecognized flag character "${flag}" in LIKE_REGEX predicate.`,
  })

export const expandedRegexNotSupported = (): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, 'XQuery "x" flag (expanded regular expressions) is not implemented')

/** `@` and `last` outside of what they refer to. */
export const jsonPathMisplaced = (message: string): SqlError => new SqlError(SQL_STATE.syntax_error, message)

export const jsonPathTooDeep = (): SqlError =>
  new SqlError(SQL_STATE.statement_too_complex, 'stack depth limit exceeded', {
    detail: 'The jsonpath is nested too deeply.',
  })

export const jsonPathVarsNotObject = (): SqlError =>
  new SqlError(SQL_STATE.invalid_parameter_value, '"vars" argument is not an object', {
    detail: 'Jsonpath parameters should be encoded as key-value pairs of "vars" object.',
  })

export const jsonPathVariableMissing = (name: string): SqlError =>
  new SqlError(SQL_STATE.undefined_object, `could not find jsonpath variable "${name}"`)

export const jsonMemberNotFound = (key: string): SqlError =>
  new SqlError(SQL_STATE.sql_json_member_not_found, `JSON object does not contain key "${key}"`)

export const jsonPathNotAnObject = (accessor: string): SqlError =>
  new SqlError(
    accessor === 'member accessor' ? SQL_STATE.sql_json_member_not_found : SQL_STATE.sql_json_object_not_found,
    `jsonpath ${accessor} can only be applied to an object`,
  )

export const jsonPathNotAnArray = (accessor: string): SqlError =>
  new SqlError(SQL_STATE.sql_json_array_not_found, `jsonpath ${accessor} can only be applied to an array`)

export const jsonPathSubscriptOutOfBounds = (): SqlError =>
  new SqlError(SQL_STATE.invalid_sql_json_subscript, 'jsonpath array subscript is out of bounds')

export const jsonPathSubscriptNotNumeric = (): SqlError =>
  new SqlError(SQL_STATE.invalid_sql_json_subscript, 'jsonpath array subscript is not a single numeric value')

export const jsonPathSubscriptOutOfRange = (): SqlError =>
  new SqlError(SQL_STATE.invalid_sql_json_subscript, 'jsonpath array subscript is out of integer range')

export const jsonPathOperandNotNumeric = (side: 'left' | 'right', operator: string): SqlError =>
  new SqlError(
    SQL_STATE.singleton_sql_json_item_required,
    `${side} operand of jsonpath operator ${operator} is not a single numeric value`,
  )

export const jsonPathUnaryOperandNotNumeric = (operator: string): SqlError =>
  new SqlError(
    SQL_STATE.sql_json_number_not_found,
    `operand of unary jsonpath operator ${operator} is not a numeric value`,
  )

export const jsonPathNotNumeric = (message: string): SqlError =>
  new SqlError(SQL_STATE.non_numeric_sql_json_item, message)

export const jsonPathNotBoolean = (): SqlError =>
  new SqlError(SQL_STATE.singleton_sql_json_item_required, 'single boolean result is expected')

export const jsonPathDatetimeNotString = (): SqlError =>
  new SqlError(
    SQL_STATE.invalid_argument_for_sql_json_datetime_function,
    'jsonpath item method .datetime() can only be applied to a string',
  )

export const jsonPathDatetimeUnknown = (text: string): SqlError =>
  new SqlError(
    SQL_STATE.invalid_argument_for_sql_json_datetime_function,
    `datetime format is not recognized: "${text}"`,
    { hint: 'Use a datetime template argument to specify the input data format.' },
  )

export const jsonPathNeedsTimeZone = (from: string, to: string): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, `cannot convert value from ${from} to ${to} without time zone usage`, {
    hint: 'Use *_tz() function for time zone support.',
  })
