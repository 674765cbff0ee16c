/** float4 and float8. */
import { floatTextOutOfRange, invalidTextRepresentation } from '../errors/raise/data.ts'
import { fillBytes, fixedView } from './bytes.ts'
import { defineType } from './define-type.ts'
import { OID } from './oids.ts'
import type { FormatContext } from './sql-type.ts'

/** PostgreSQL's order of doubles: NaN equals itself and follows everything; the zeros are equal. */
export const compareFloats = (a: number, b: number): number => {
  if (a < b) return -1
  if (a > b) return 1
  if (a === b) return 0
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
}

const SPECIALS: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['infinity', Number.POSITIVE_INFINITY],
  ['+infinity', Number.POSITIVE_INFINITY],
  ['-infinity', Number.NEGATIVE_INFINITY],
  ['inf', Number.POSITIVE_INFINITY],
  ['+inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
])

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const HEXADECIMAL = /^0x[\da-f]+$/i
const HAS_NONZERO_DIGIT = /^[^e]*[1-9]/i

/** Reads a float; `round` narrows to the type. Throws 22P02, and 22003 for overflow and underflow. */
const parseFloating = (text: string, type: string, round: (value: number) => number): number => {
  const trimmed = text.trim()
  if (!DECIMAL.test(trimmed) && !HEXADECIMAL.test(trimmed)) {
    const special = SPECIALS.get(trimmed.toLowerCase())
    if (special === undefined) throw invalidTextRepresentation(type, text)
    return special
  }
  const value = round(Number(trimmed))
  if (!Number.isFinite(value) || (value === 0 && HAS_NONZERO_DIGIT.test(trimmed)))
    throw floatTextOutOfRange(type, trimmed)
  return value
}

const FLOAT_PREFIX = /\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|[+-]?inf(?:inity)?|nan)/iy

/** The float8 that a text goes on with, and where it ends; null when there is none. Throws 22003. */
export const floatPrefix = (text: string, from: number): { value: number; end: number } | null => {
  FLOAT_PREFIX.lastIndex = from
  const match = FLOAT_PREFIX.exec(text)
  return match === null ? null : { value: parseFloat8(match[1] as string), end: FLOAT_PREFIX.lastIndex }
}

export const parseFloat8 = (text: string): number => parseFloating(text, 'double precision', Number)
const parseFloat4 = (text: string): number => parseFloating(text, 'real', Math.fround)

/** Decimal text from significant digits in JavaScript's exponential form; `plain`: exponents below it need no `e`. */
const layOut = (exponential: string, plain: number): string => {
  const e = exponential.indexOf('e')
  const exponent = Number(exponential.slice(e + 1))
  let mantissa = exponential.slice(0, e)
  const sign = mantissa.startsWith('-') ? '-' : ''
  if (sign !== '') mantissa = mantissa.slice(1)
  if (exponent < -4 || exponent >= plain) {
    return `${sign}${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  }
  const digits = mantissa.replace('.', '')
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  if (digits.length <= exponent + 1) return sign + digits.padEnd(exponent + 1, '0')
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`
}

const specialText = (value: number): string => (Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity')

/** printf's %.{digits}g. */
const formatSignificant = (value: number, digits: number): string => {
  if (!Number.isFinite(value)) return specialText(value)
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const exponential = value.toExponential(digits - 1)
  const e = exponential.indexOf('e')
  const mantissa = exponential.slice(0, e)
  const stripped = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa
  return layOut(stripped + exponential.slice(e), digits)
}

/** float8's output: the shortest digits that read back the same, or `15 + extraFloatDigits` of them when that is ≤ 15. */
export const formatFloat8 = (value: number, extraFloatDigits: number): string => {
  if (extraFloatDigits <= 0) return formatSignificant(value, Math.max(15 + extraFloatDigits, 1))
  const magnitude = Math.abs(value)
  if (magnitude >= 1e-4 && magnitude < 1e15) return String(value)
  if (!Number.isFinite(value)) return specialText(value)
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  return layOut(magnitude < 2 ** 53 ? value.toExponential() : unmistakable(value), 15)
}

const FLOAT8 = new Float64Array(1)
const FLOAT8_BITS = new BigInt64Array(FLOAT8.buffer)

/**
 * The shortest digits of a large float8 that lie nearer to it than to any other. JavaScript is content with those half-way
 * between two; smaller numbers have no such.
 */
const unmistakable = (value: number): string => {
  const shortest = value.toExponential()
  if (!isHalfway(shortest, value)) return shortest
  const longer = value.toExponential(15)
  return longer === shortest || isHalfway(longer, value) ? value.toExponential(16) : longer
}

const isHalfway = (exponential: string, value: number): boolean => {
  const [mantissa = '', exponent = ''] = exponential.split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const decimal = BigInt(whole + fraction.padEnd(Number(exponent), '0'))
  const exact = BigInt(value)
  if (decimal === exact) return false
  FLOAT8[0] = value
  const isFarther = decimal > exact === value > 0
  FLOAT8_BITS[0] = (FLOAT8_BITS[0] as bigint) + (isFarther ? 1n : -1n)
  return Number.isFinite(FLOAT8[0]) && 2n * decimal === exact + BigInt(FLOAT8[0])
}

const FLOAT4 = new Float32Array(1)
const FLOAT4_BITS = new Int32Array(FLOAT4.buffer)

/** Whether a decimal lies nearer to the float4 than to any other; half-way is not near enough. */
const isNearest = (decimal: number, value: number): boolean => {
  if (Math.fround(decimal) !== value) return false
  if (decimal === value) return true
  FLOAT4[0] = value
  FLOAT4_BITS[0] = (FLOAT4_BITS[0] as number) + (Math.abs(decimal) > Math.abs(value) ? 1 : -1)
  return decimal !== (value + FLOAT4[0]) / 2
}

/** float4's output, likewise; the value is a double that float4 can hold. */
const formatFloat4 = (value: number, extraFloatDigits: number): string => {
  if (extraFloatDigits <= 0) return formatSignificant(value, Math.max(6 + extraFloatDigits, 1))
  if (!Number.isFinite(value)) return specialText(value)
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value)
  for (let digits = 0; digits < 9; digits++) {
    const exponential = value.toExponential(digits)
    if (isNearest(Number(exponential), value)) return layOut(exponential, 6)
  }
  return layOut(value.toExponential(8), 6)
}

/** Both zeros have one key. */
const hashKey = (value: number): number | string => (Number.isNaN(value) ? 'NaN' : value + 0)

export const float4Type = defineType({
  oid: OID.float4,
  name: 'float4',
  sqlName: 'real',
  category: 'N',
  length: 4,
  align: 'i',
  arrayOid: 1021,
  physical: 'float64',
  parse: parseFloat4,
  format: (value: number, context: FormatContext) => formatFloat4(value, context.extraFloatDigits),
  receive: (bytes) => fixedView(bytes, 4).getFloat32(0),
  send: (value: number) => fillBytes(4, (view) => view.setFloat32(0, value)),
  compare: compareFloats,
  hashKey,
})

export const float8Type = defineType({
  oid: OID.float8,
  name: 'float8',
  sqlName: 'double precision',
  category: 'N',
  preferred: true,
  length: 8,
  align: 'd',
  arrayOid: 1022,
  physical: 'float64',
  parse: parseFloat8,
  format: (value: number, context: FormatContext) => formatFloat8(value, context.extraFloatDigits),
  receive: (bytes) => fixedView(bytes, 8).getFloat64(0),
  send: (value: number) => fillBytes(8, (view) => view.setFloat64(0, value)),
  compare: compareFloats,
  hashKey,
})
