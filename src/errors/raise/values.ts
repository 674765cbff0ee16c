/** Class 22 for particular types: bit strings, money, log positions, network addresses. */
import { SqlError } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'
import { numericValueOutOfRange } from './data.ts'

export const invalidBitDigit = (digit: string, base: 'binary' | 'hexadecimal'): SqlError =>
  new SqlError(SQL_STATE.invalid_text_representation, `"${digit}" is not a valid ${base} digit`)

export const bitLengthMismatch = (length: number, declared: number): SqlError =>
  new SqlError(
    SQL_STATE.string_data_length_mismatch,
    `bit string length ${length} does not match type bit(${declared})`,
  )

export const bitStringTooLong = (declared: number): SqlError =>
  new SqlError(SQL_STATE.string_data_right_truncation, `bit string too long for type bit varying(${declared})`)

export const bitSizesDiffer = (operation: 'AND' | 'OR' | 'XOR'): SqlError =>
  new SqlError(SQL_STATE.string_data_length_mismatch, `cannot ${operation} bit strings of different sizes`)

export const bitIndexOutOfRange = (index: number, last: number): SqlError =>
  new SqlError(SQL_STATE.array_subscript_error, `bit index ${index} out of valid range (0..${last})`)

export const macOctetOutOfRange = (text: string): SqlError =>
  numericValueOutOfRange(`invalid octet value in "macaddr" value: "${text}"`)

/** An address of eight bytes that none of six stands for. */
export const macTooLong = (): SqlError =>
  new SqlError(SQL_STATE.numeric_value_out_of_range, 'macaddr8 data out of range to convert to macaddr', {
    hint: 'Only addresses that have FF and FE as values in the 4th and 5th bytes from the left, for example xx:xx:xx:ff:fe:xx:xx:xx, are eligible to be converted from macaddr8 to macaddr.',
  })

export const lsnOutOfRange = (): SqlError => new SqlError(SQL_STATE.invalid_parameter_value, 'pg_lsn out of range')

/** NaN or an infinity that was to be added to a log position, taken from one or made one. */
export const notALogPosition = (message: string): SqlError => new SqlError(SQL_STATE.feature_not_supported, message)

export const transactionInFuture = (xid: bigint): SqlError =>
  new SqlError(SQL_STATE.invalid_parameter_value, `transaction ID ${xid} is in the future`)

/** A network whose address goes on behind its prefix: `text` as it was read, absent for binary values. */
export const bitsRightOfMask = (message: string, text?: string): SqlError =>
  new SqlError(
    text === undefined ? SQL_STATE.invalid_binary_representation : SQL_STATE.invalid_text_representation,
    text === undefined ? message : `${message}: "${text}"`,
    { detail: 'Value has bits set to right of mask.' },
  )
