/** Numeric from and to text, doubles and integers. */
import {
  invalidTextRepresentation,
  numericOverflow,
  typeOutOfRange,
  featureNotSupported,
} from '../../errors/raise/data.ts'
import { type ExactInteger, INT64_MAX, INT64_MIN } from '../int64.ts'
import { numericRound } from './arithmetic.ts'
import { Numeric } from './numeric.ts'
import { powerOfTen } from './powers.ts'

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13)

/** numeric's input function without typmod. Throws 22P02, and 22003 for exponents out of bounds. */
export const parseNumeric = (text: string): Numeric => {
  const length = text.length
  let at = 0
  while (at < length && isSpace(text.charCodeAt(at))) at++
  let code = text.charCodeAt(at)
  const negative = code === 45
  if (negative || code === 43) at++
  const start = at
  let value = 0
  let digits = 0
  let point = -1
  for (; at < length; at++) {
    code = text.charCodeAt(at)
    if (code >= 48 && code <= 57) {
      value = value * 10 + (code - 48)
      digits++
    } else if (code === 46 && point < 0) point = at
    else break
  }
  if (digits === 0) return parseSpecial(text)
  const end = at
  let exponent = 0
  if (at < length && (code === 69 || code === 101)) {
    const from = ++at
    while (at < length && !isSpace(text.charCodeAt(at))) at++
    exponent = parseExponent(text, from, at)
  }
  while (at < length && isSpace(text.charCodeAt(at))) at++
  if (at < length) throw invalidTextRepresentation('numeric', text)
  const scale = point < 0 ? 0 : end - point - 1
  if (exponent === 0 && value <= Number.MAX_SAFE_INTEGER) return Numeric.fromScaled(negative ? -value : value, scale)
  const source = point < 0 ? text.slice(start, end) : text.slice(start, point) + text.slice(point + 1, end)
  const coefficient = value <= Number.MAX_SAFE_INTEGER ? BigInt(value) : BigInt(source)
  return withExponent(negative ? -coefficient : coefficient, scale, exponent)
}

const withExponent = (coefficient: bigint, scale: number, exponent: number): Numeric => {
  const shown = scale - exponent
  if (shown > 16383 || (coefficient !== 0n && coefficient.toString().length - shown > 131072)) throw numericOverflow()
  return shown >= 0 ? Numeric.of(coefficient, shown) : Numeric.of(coefficient * powerOfTen(Math.min(-shown, 131072)), 0)
}

const parseExponent = (text: string, from: number, to: number): number => {
  let at = from
  const sign = text.charCodeAt(at)
  if (sign === 45 || sign === 43) at++
  if (at === to) throw invalidTextRepresentation('numeric', text)
  let value = 0
  for (; at < to; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) throw invalidTextRepresentation('numeric', text)
    value = value * 10 + digit
  }
  if (value >= 1073741823) throw numericOverflow()
  return sign === 45 ? -value : value
}

const SPECIALS: ReadonlyMap<string, Numeric> = new Map([
  ['nan', Numeric.NaN],
  ['infinity', Numeric.Infinity],
  ['+infinity', Numeric.Infinity],
  ['-infinity', Numeric.NegativeInfinity],
  ['inf', Numeric.Infinity],
  ['+inf', Numeric.Infinity],
  ['-inf', Numeric.NegativeInfinity],
])

const parseSpecial = (text: string): Numeric => {
  const special = SPECIALS.get(text.trim().toLowerCase())
  if (special === undefined) throw invalidTextRepresentation('numeric', text)
  return special
}

/** A double to `precision` significant digits: 15 for float8, 6 for float4, as PostgreSQL casts them. */
export const numericFromFloat = (value: number, precision: number): Numeric => {
  if (Number.isNaN(value)) return Numeric.NaN
  if (!Number.isFinite(value)) return value > 0 ? Numeric.Infinity : Numeric.NegativeInfinity
  const digits = value.toPrecision(precision)
  return parseNumeric(digits.includes('.') ? digits.replace(/\.?0+(?=e|$)/, '') : digits)
}

/** Rounded to an integer within bounds; 22003 beyond them, 0A000 for NaN and infinities. */
const toBounded = (value: Numeric, type: string, min: ExactInteger, max: ExactInteger): ExactInteger => {
  if (!value.isFinite) throw featureNotSupported(`cannot convert ${value.isNaN ? 'NaN' : 'infinity'} to ${type}`)
  const rounded = numericRound(value, 0).coefficient
  if (rounded < min || rounded > max) throw typeOutOfRange(type)
  return rounded
}

export const numericToInt2 = (value: Numeric): number => toBounded(value, 'smallint', -32768, 32767) as number
export const numericToInt4 = (value: Numeric): number => toBounded(value, 'integer', -2147483648, 2147483647) as number
export const numericToInt8 = (value: Numeric): ExactInteger => toBounded(value, 'bigint', INT64_MIN, INT64_MAX)
