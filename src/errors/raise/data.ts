/** Class 22: data exceptions — bad input text or bytes, overflow, division by zero, values that do not fit. */
import { SqlError, type ErrorFields } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'

export const invalidTextRepresentation = (type: string, text: string, fields?: ErrorFields): SqlError =>
  new SqlError(SQL_STATE.invalid_text_representation, `invalid input syntax for type ${type}: "${text}"`, fields)

export const numericValueOutOfRange = (message: string): SqlError =>
  new SqlError(SQL_STATE.numeric_value_out_of_range, message)

/** Where an ordinal suffix is asked for. */
export const notANumber = (text: string): SqlError =>
  new SqlError(SQL_STATE.invalid_text_representation, `"${text}" is not a number`)

/** `integer out of range`, `bigint out of range`, …: a result that its type cannot hold. */
export const typeOutOfRange = (type: string): SqlError => numericValueOutOfRange(`${type} out of range`)

/** Input text whose value its type cannot hold. */
export const textOutOfRange = (type: string, text: string): SqlError =>
  numericValueOutOfRange(`value "${text}" is out of range for type ${type}`)

export const floatTextOutOfRange = (type: string, text: string): SqlError =>
  numericValueOutOfRange(`"${text}" is out of range for type ${type}`)

export const floatOverflow = (): SqlError => numericValueOutOfRange('value out of range: overflow')

export const floatUnderflow = (): SqlError => numericValueOutOfRange('value out of range: underflow')

export const numericOverflow = (): SqlError => numericValueOutOfRange('value overflows numeric format')

export const numericFieldOverflow = (precision: number, scale: number, special: string | null): SqlError =>
  new SqlError(SQL_STATE.numeric_value_out_of_range, 'numeric field overflow', {
    detail:
      special === null
        ? `A field with precision ${precision}, scale ${scale} must round to an absolute value less than ${
            precision === scale ? '1' : `10^${precision - scale}`
          }.`
        : `A field with precision ${precision}, scale ${scale} cannot hold an infinite value.`,
  })

export const divisionByZero = (): SqlError => new SqlError(SQL_STATE.division_by_zero, 'division by zero')

export const valueTooLong = (type: string): SqlError =>
  new SqlError(SQL_STATE.string_data_right_truncation, `value too long for type ${type}`)

export const invalidDatetimeFormat = (type: string, text: string): SqlError =>
  new SqlError(SQL_STATE.invalid_datetime_format, `invalid input syntax for type ${type}: "${text}"`)

export const datetimeFieldOverflow = (text: string, dateStyleHint = false): SqlError =>
  new SqlError(
    SQL_STATE.datetime_field_overflow,
    `date/time field value out of range: "${text}"`,
    dateStyleHint ? { hint: 'Perhaps you need a different "datestyle" setting.' } : {},
  )

export const intervalFieldOverflow = (text: string): SqlError =>
  new SqlError(SQL_STATE.interval_field_overflow, `interval field value out of range: "${text}"`)

export const intervalOutOfRange = (): SqlError =>
  new SqlError(SQL_STATE.datetime_field_overflow, 'interval out of range')

export const timeZoneDisplacementOutOfRange = (text: string): SqlError =>
  new SqlError(SQL_STATE.invalid_time_zone_displacement_value, `time zone displacement out of range: "${text}"`)

/** A date or timestamp outside what its type can hold: `date out of range: "…"`, or `timestamp out of range`. */
export const datetimeOutOfRange = (type: string, text?: string): SqlError =>
  new SqlError(
    SQL_STATE.datetime_field_overflow,
    text === undefined ? `${type} out of range` : `${type} out of range: "${text}"`,
  )

export const datetimeError = (message: string): SqlError => new SqlError(SQL_STATE.datetime_field_overflow, message)

/** A zone name in the text of a date or time. */
export const unknownTimeZone = (name: string): SqlError =>
  new SqlError(SQL_STATE.invalid_parameter_value, `time zone "${name}" not recognized`)

/** A number for a zone: only a sign tells that it is an offset. */
export const unsignedTimeZone = (text: string): SqlError =>
  new SqlError(SQL_STATE.invalid_parameter_value, `invalid input syntax for type numeric time zone: "${text}"`, {
    hint: 'Numeric time zones must have "-" or "+" as first character.',
  })

export const numericTimeZoneOutOfRange = (text: string): SqlError =>
  new SqlError(SQL_STATE.invalid_parameter_value, `numeric time zone "${text}" out of range`)

export const invalidParameterValue = (message: string, fields?: ErrorFields): SqlError =>
  new SqlError(SQL_STATE.invalid_parameter_value, message, fields)

export const invalidBinaryRepresentation = (message: string): SqlError =>
  new SqlError(SQL_STATE.invalid_binary_representation, message)

/** A binary value shorter than its type's form. */
export const insufficientData = (): SqlError =>
  new SqlError(SQL_STATE.protocol_violation, 'insufficient data left in message')

export const invalidByteSequence = (bytes: Uint8Array): SqlError =>
  new SqlError(
    SQL_STATE.character_not_in_repertoire,
    `invalid byte sequence for encoding "UTF8": ${[...bytes].map((b) => `0x${b.toString(16).padStart(2, '0')}`).join(' ')}`,
  )

export const malformedArrayLiteral = (text: string, detail: string): SqlError =>
  new SqlError(SQL_STATE.invalid_text_representation, `malformed array literal: "${text}"`, { detail })

export const malformedRecordLiteral = (text: string, detail: string): SqlError =>
  new SqlError(SQL_STATE.invalid_text_representation, `malformed record literal: "${text}"`, { detail })

export const arraySubscriptError = (message: string, fields: ErrorFields = {}): SqlError =>
  new SqlError(SQL_STATE.array_subscript_error, message, fields)

export const programLimitExceeded = (message: string): SqlError =>
  new SqlError(SQL_STATE.program_limit_exceeded, message)

export const invalidEnumLabel = (type: string, label: string): SqlError =>
  new SqlError(SQL_STATE.invalid_text_representation, `invalid input value for enum ${type}: "${label}"`)

/** Pseudo types have no values that a client could send or see. */
export const cannotAccept = (type: string): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, `cannot accept a value of type ${type}`)

export const cannotDisplay = (type: string): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, `cannot display a value of type ${type}`)

export const featureNotSupported = (message: string, fields?: ErrorFields): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, message, fields)

export const invalidJson = (detail: string, where: string): SqlError =>
  new SqlError(SQL_STATE.invalid_text_representation, 'invalid input syntax for type json', { detail, where })

/** A text that outgrows what a text may be. */
export const cannotEnlarge = (more: number): SqlError =>
  new SqlError(SQL_STATE.program_limit_exceeded, 'out of memory', {
    detail: `Cannot enlarge string buffer containing 0 bytes by ${more} more bytes.`,
  })

/** `\u0000` in JSON text: no SQL text can hold it. */
export const untranslatableEscape = (): SqlError =>
  new SqlError(SQL_STATE.untranslatable_character, 'unsupported Unicode escape sequence', {
    detail: '\\u0000 cannot be converted to text.',
  })

/** A comparison of arrays whose elements have no order. */
export const noComparison = (type: {
  readonly category: string
  readonly element: { readonly sqlName: string } | null
  readonly sqlName: string
}): SqlError => {
  // Geometric types have elements, too, but are none of arrays.
  const name = type.category === 'A' ? (type.element?.sqlName ?? type.sqlName) : type.sqlName
  return new SqlError(SQL_STATE.undefined_function, `could not identify a comparison function for type ${name}`)
}

export const noHashFunction = (type: string): SqlError =>
  new SqlError(SQL_STATE.undefined_function, `could not identify a hash function for type ${type}`)

export const dateOutOfRangeForTimestamp = (): SqlError =>
  new SqlError(SQL_STATE.datetime_field_overflow, 'date out of range for timestamp')

/** A jsonb value of a kind that the target type of a cast cannot take. */
export const invalidJsonbCast = (kind: string, type: string): SqlError =>
  invalidParameterValue(`cannot cast jsonb ${kind} to type ${type}`)

export const likePatternEndsWithEscape = (): SqlError =>
  new SqlError(SQL_STATE.invalid_escape_sequence, 'LIKE pattern must not end with escape character')

export const invalidEscapeString = (): SqlError =>
  new SqlError(SQL_STATE.invalid_escape_sequence, 'invalid escape string', {
    hint: 'Escape string must be empty or one character.',
  })

export const tooManyEscapeSeparators = (): SqlError =>
  new SqlError(
    SQL_STATE.invalid_use_of_escape_character,
    'SQL regular expression may not contain more than two escape-double-quote separators',
  )

export const invalidRegularExpression = (reason: string): SqlError =>
  new SqlError(SQL_STATE.invalid_regular_expression, `invalid regular expression: ${reason}`)

export const invalidRegexpOption = (option: string): SqlError =>
  invalidParameterValue(`invalid regular expression option: "${option}"`)

/** A flag that a function does not take because it always (or never) acts on all matches. */
export const globalOptionNotSupported = (name: string, hint?: string): SqlError =>
  invalidParameterValue(`${name}() does not support the "global" option`, hint === undefined ? {} : { hint })

export const negativeSubstringLength = (): SqlError =>
  new SqlError(SQL_STATE.substring_error, 'negative substring length not allowed')

/** A subscript of a bytea outside its bytes or bits. */
export const indexOutOfRange = (index: number | bigint, last: number): SqlError =>
  new SqlError(SQL_STATE.array_subscript_error, `index ${index} out of valid range, 0..${last}`)

export const invalidUnicodeEscape = (): SqlError =>
  new SqlError(SQL_STATE.syntax_error, 'invalid Unicode escape', {
    hint: 'Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX.',
  })

export const invalidUnicodeValue = (code: number): SqlError =>
  invalidParameterValue(`invalid Unicode code point: ${code.toString(16).toUpperCase().padStart(4, '0')}`)

export const invalidSurrogatePair = (): SqlError =>
  new SqlError(SQL_STATE.syntax_error, 'invalid Unicode surrogate pair')

/** A mistake in the template of format(). */
export const formatArgumentError = (message: string, hint?: string): SqlError =>
  invalidParameterValue(message, hint === undefined ? {} : { hint })

export const nullFormatIdentifier = (): SqlError =>
  new SqlError(SQL_STATE.null_value_not_allowed, 'null values cannot be formatted as an SQL identifier')

export const unitNotRecognized = (unit: string, type: string): SqlError =>
  invalidParameterValue(`unit "${unit}" not recognized for type ${type}`)

export const unitNotSupported = (unit: string, type: string, detail?: string): SqlError =>
  featureNotSupported(`unit "${unit}" not supported for type ${type}`, detail === undefined ? {} : { detail })

export const randomSeedOutOfRange = (seed: number): SqlError =>
  invalidParameterValue(`setseed parameter ${seed} is out of allowed range [-1,1]`)

/** A text that names no size; `unit` when the number was fine. */
export const invalidSize = (text: string, unit?: string): SqlError =>
  invalidParameterValue(
    `invalid size: "${text}"`,
    unit === undefined
      ? {}
      : {
          detail: `Invalid size unit: "${unit}".`,
          hint: 'Valid units are "bytes", "kB", "MB", "GB", "TB", and "PB".',
        },
  )

/** Rows whose columns at a place (from 1) are of different types. */
export const recordColumnTypes = (left: string, right: string, column: number): SqlError =>
  new SqlError(
    SQL_STATE.datatype_mismatch,
    `cannot compare dissimilar column types ${left} and ${right} at record column ${column}`,
  )

export const recordWidths = (): SqlError =>
  new SqlError(SQL_STATE.datatype_mismatch, 'cannot compare record types with different numbers of columns')

export const nullValueNotAllowed = (message: string): SqlError =>
  new SqlError(SQL_STATE.null_value_not_allowed, message)

/** jsonb_set_lax that is told to refuse NULL. */
export const jsonNullRefused = (): SqlError =>
  new SqlError(SQL_STATE.null_value_not_allowed, 'JSON value must not be null', {
    detail: 'Exception was raised because null_value_treatment is "raise_exception".',
    hint: 'To avoid, either change the null_value_treatment argument or ensure that an SQL NULL is not passed.',
  })

/** Arrays whose shapes do not allow joining them. */
export const incompatibleArrays = (left: number, right: number): SqlError =>
  new SqlError(SQL_STATE.array_subscript_error, 'cannot concatenate incompatible arrays', {
    detail:
      left === right
        ? 'Arrays with differing element dimensions are not compatible for concatenation.'
        : Math.abs(left - right) > 1
          ? `Arrays of ${left} and ${right} dimensions are not compatible for concatenation.`
          : 'Arrays with differing dimensions are not compatible for concatenation.',
  })

/** A NULL for a key, given as the argument of a number, or 0 where arguments are not counted. */
export const jsonNullKey = (position: number): SqlError =>
  position === 0
    ? invalidParameterValue('field name must not be null')
    : invalidParameterValue(`argument ${position} cannot be null`, { hint: 'Object keys should be text.' })

export const jsonbNullKey = (position: number): SqlError =>
  invalidParameterValue(`argument ${position}: key must not be null`)

export const jsonKeyNotScalar = (): SqlError =>
  invalidParameterValue('key value must be scalar, not array, composite, or json')

/** A function of arrays or objects that was given something else. */
export const wrongJsonKind = (message: string): SqlError => invalidParameterValue(message)

export const cannotDeleteFrom = (what: string): SqlError => invalidParameterValue(`cannot delete from ${what}`)

/** A path leads into a scalar. */
export const pathThroughScalar = (): SqlError =>
  invalidParameterValue('cannot replace existing key', {
    detail: 'The path assumes key is a composite object, but it is a scalar value.',
  })

export const pathElementOutOfRange = (position: number, index: number): SqlError =>
  invalidParameterValue(`path element at position ${position} is out of range: ${index}`)

export const cannotReplaceKey = (): SqlError =>
  invalidParameterValue('cannot replace existing key', {
    hint: 'Try using the function jsonb_set to replace key value.',
  })

export const nullPathElement = (position: number): SqlError =>
  new SqlError(SQL_STATE.null_value_not_allowed, `path element at position ${position} is null`)

export const pathElementNotInteger = (position: number, step: string): SqlError =>
  new SqlError(
    SQL_STATE.invalid_text_representation,
    `path element at position ${position} is not an integer: "${step}"`,
  )

export const invalidNtileArgument = (): SqlError =>
  new SqlError(SQL_STATE.invalid_argument_for_ntile_function, 'argument of ntile must be greater than zero')

export const invalidNthValueArgument = (): SqlError =>
  new SqlError(SQL_STATE.invalid_argument_for_nth_value_function, 'argument of nth_value must be greater than zero')

export const invalidArgumentForLogarithm = (message: string): SqlError =>
  new SqlError(SQL_STATE.invalid_argument_for_logarithm, message)

export const invalidArgumentForPower = (message: string): SqlError =>
  new SqlError(SQL_STATE.invalid_argument_for_power_function, message)

export const inputOutOfRange = (): SqlError => numericValueOutOfRange('input is out of range')

export const widthBucketError = (message: string): SqlError =>
  new SqlError(SQL_STATE.invalid_argument_for_width_bucket_function, message)

export const percentileOutOfRange = (fraction: number): SqlError =>
  numericValueOutOfRange(`percentile value ${fraction} is not between 0 and 1`)

export const invalidIntervalFormat = (): SqlError =>
  new SqlError(SQL_STATE.invalid_datetime_format, 'invalid format specification for an interval value', {
    hint: 'Intervals are not tied to specific calendar dates.',
  })

/** Text that a field of a to_timestamp template cannot be read from. */
export const invalidTemplateValue = (value: string, field: string, detail: string): SqlError =>
  new SqlError(SQL_STATE.invalid_datetime_format, `invalid value "${value}" for "${field}"`, { detail })

export const datetimeSeparatorInvalid = (text: string): SqlError =>
  new SqlError(SQL_STATE.invalid_datetime_format, `invalid datetime format separator: "${text}"`)

export const unmatchedDatetimeText = (text: string): SqlError =>
  new SqlError(SQL_STATE.invalid_datetime_format, `unmatched format character "${text}"`)

export const datetimeTextTooShort = (): SqlError =>
  new SqlError(SQL_STATE.invalid_datetime_format, 'input string is too short for datetime format')

export const trailingDatetimeText = (): SqlError =>
  new SqlError(SQL_STATE.invalid_datetime_format, 'trailing characters remain in input string after datetime format')

export const invalidTwelveHour = (hour: number): SqlError =>
  new SqlError(SQL_STATE.invalid_datetime_format, `hour "${hour}" is invalid for the 12-hour clock`, {
    hint: 'Use the 24-hour clock, or give an hour between 1 and 12.',
  })

export const numberFormatError = (message: string): SqlError => new SqlError(SQL_STATE.syntax_error, message)

/** A pattern that to_number does not read, or to_timestamp. */
export const patternNotSupported = (message: string): SqlError => new SqlError(SQL_STATE.feature_not_supported, message)

/** A template for dates that contradicts itself or the text. */
export const contradictingTemplate = (message: string, fields: ErrorFields = {}): SqlError =>
  new SqlError(SQL_STATE.invalid_datetime_format, message, fields)

export const templateFieldOnlyInToChar = (field: string): SqlError =>
  featureNotSupported(`formatting field "${field}" is only supported in to_char`)

export const scientificFormatMixed = (): SqlError =>
  new SqlError(SQL_STATE.syntax_error, '"EEEE" is incompatible with other formats', {
    detail: '"EEEE" may only be used together with digit and decimal point patterns.',
  })

export const dataException = (message: string): SqlError => new SqlError(SQL_STATE.data_exception, message)

export const invalidByteaText = (): SqlError =>
  new SqlError(SQL_STATE.invalid_text_representation, 'invalid input syntax for type bytea')

/** JSON that cannot become rows. */
export const jsonNotRecord = (message: string): SqlError => invalidParameterValue(message)

/** A value that is no array where an array is to be read; `hint` tells where it stands. */
export const recordShapeUnknown = (name: string): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, `could not determine row type for result of ${name}`, {
    hint: 'Provide a non-null record argument, or call the function in the FROM clause using a column definition list.',
  })

export const rowsDoNotMatch = (detail: string): SqlError =>
  new SqlError(SQL_STATE.datatype_mismatch, 'function return row and query-specified return row do not match', {
    detail,
  })

export const expectedJsonArray = (hint: string | null): SqlError =>
  new SqlError(SQL_STATE.invalid_text_representation, 'expected JSON array', hint === null ? {} : { hint })

export const malformedJsonArray = (): SqlError =>
  new SqlError(SQL_STATE.invalid_text_representation, 'malformed JSON array', {
    detail: 'Multidimensional arrays must have sub-arrays with matching dimensions.',
  })
