/**
 * Integers kept as a number while safe and as a bigint otherwise, so that equal values have one representation: the
 * form of int8 datums and of numeric coefficients. `exact*` are unbounded; the rest raise 22003 outside 64 bits.
 */
import { divisionByZero, invalidTextRepresentation, textOutOfRange, typeOutOfRange } from '../errors/raise/data.ts'

export type ExactInteger = number | bigint

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER)
export const INT64_MAX = 2n ** 63n - 1n
export const INT64_MIN = -(2n ** 63n)

/** The one representation of an integer. */
export const normalizeInteger = (value: bigint): ExactInteger =>
  value <= MAX_SAFE && value >= -MAX_SAFE ? Number(value) : value

export const exactAdd = (a: ExactInteger, b: ExactInteger): ExactInteger => {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  return normalizeInteger(BigInt(a) + BigInt(b))
}

export const exactSub = (a: ExactInteger, b: ExactInteger): ExactInteger => {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b
    if (Number.isSafeInteger(difference)) return difference
  }
  return normalizeInteger(BigInt(a) - BigInt(b))
}

export const exactMul = (a: ExactInteger, b: ExactInteger): ExactInteger => {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b
    if (Number.isSafeInteger(product)) return product + 0
  }
  return normalizeInteger(BigInt(a) * BigInt(b))
}

/** Of an integral double within 64 bits. */
export const exactFromNumber = (value: number): ExactInteger =>
  Number.isSafeInteger(value) ? value + 0 : normalizeInteger(BigInt(value))

/** `value` if it fits 64 bits; 22003 otherwise. */
export const checkInt64 = (value: ExactInteger): ExactInteger => {
  if (typeof value === 'bigint' && (value > INT64_MAX || value < INT64_MIN)) throw typeOutOfRange('bigint')
  return value
}

export const int64Add = (a: ExactInteger, b: ExactInteger): ExactInteger => checkInt64(exactAdd(a, b))
export const int64Sub = (a: ExactInteger, b: ExactInteger): ExactInteger => checkInt64(exactSub(a, b))
export const int64Mul = (a: ExactInteger, b: ExactInteger): ExactInteger => checkInt64(exactMul(a, b))
export const int64Neg = (a: ExactInteger): ExactInteger => checkInt64(exactSub(0, a))

/** Quotient truncated toward zero. */
export const int64Div = (a: ExactInteger, b: ExactInteger): ExactInteger => {
  if (b === 0) throw divisionByZero()
  if (typeof a === 'number' && typeof b === 'number') return Math.trunc(a / b) + 0
  return checkInt64(normalizeInteger(BigInt(a) / BigInt(b)))
}

/** Remainder with the dividend's sign. */
export const int64Mod = (a: ExactInteger, b: ExactInteger): ExactInteger => {
  if (b === 0) throw divisionByZero()
  if (typeof a === 'number' && typeof b === 'number') return (a % b) + 0
  return normalizeInteger(BigInt(a) % BigInt(b))
}

export const int64Compare = (a: ExactInteger, b: ExactInteger): number => (a < b ? -1 : a > b ? 1 : 0)

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13)

/**
 * Reads an optionally signed decimal integer surrounded by white space. Throws 22P02 when it is none and 22003 when it
 * lies outside `min`…`max`; `type` is how messages name the type.
 */
export const parseInteger = (text: string, type: string, min: ExactInteger, max: ExactInteger): ExactInteger => {
  let at = 0
  let end = text.length
  while (at < end && isSpace(text.charCodeAt(at))) at++
  while (end > at && isSpace(text.charCodeAt(end - 1))) end--
  const start = at
  const first = text.charCodeAt(at)
  const negative = first === 45
  if (negative || first === 43) at++
  if (at === end) throw invalidTextRepresentation(type, text)
  let value = 0
  for (let i = at; i < end; i++) {
    const digit = text.charCodeAt(i) - 48
    // Too many digits are noticed before what follows them.
    if (digit < 0 || digit > 9)
      throw (negative ? -value < min : value > max) ? textOutOfRange(type, text) : invalidTextRepresentation(type, text)
    value = value * 10 + digit
  }
  const exact: ExactInteger =
    value <= Number.MAX_SAFE_INTEGER
      ? negative
        ? 0 - value
        : value
      : BigInt(text.slice(first === 43 ? at : start, end))
  if (exact < min || exact > max) throw textOutOfRange(type, text)
  return exact
}

/** int8's input function. */
export const parseInt64 = (text: string): ExactInteger => parseInteger(text, 'bigint', INT64_MIN, INT64_MAX)
