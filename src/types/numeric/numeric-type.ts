/** numeric: typmods, text and binary codec. */
import { invalidBinaryRepresentation, invalidParameterValue, numericFieldOverflow } from '../../errors/raise/data.ts'
import { fillBytes, fixedView } from '../bytes.ts'
import { defineType } from '../define-type.ts'
import { OID } from '../oids.ts'
import { numericRound } from './arithmetic.ts'
import { parseNumeric } from './convert.ts'
import { Numeric } from './numeric.ts'
import { powerOfTen } from './powers.ts'

const MAX_PRECISION = 1000
/** Typmods are stored four up, as every varlena type's are. */
const TYPMOD_OFFSET = 4

/** What the infinities have in place of a scale. */
const INFINITY_SCALE = 0x20

/** Sign words of the binary form. */
const SIGN = { positive: 0x0000, negative: 0x4000, nan: 0xc000, infinity: 0xd000, negativeInfinity: 0xf000 }

const precisionOf = (typmod: number): number => ((typmod - TYPMOD_OFFSET) >> 16) & 0xffff
/** Scales are eleven bits, signed. */
const scaleOf = (typmod: number): number => (((typmod - TYPMOD_OFFSET) & 0x7ff) ^ 1024) - 1024

/** The value rounded to the typmod's scale; 22003 when its integer part is too wide. */
const applyTypmod = (value: Numeric, typmod: number): Numeric => {
  if (typmod < TYPMOD_OFFSET) return value
  const precision = precisionOf(typmod)
  const scale = scaleOf(typmod)
  if (!value.isFinite) {
    if (value.isNaN) return value
    throw numericFieldOverflow(precision, scale, 'infinite')
  }
  const rounded = value.scale === scale ? value : numericRound(value, scale)
  const limit = precision - scale + rounded.scale
  const magnitude = rounded.coefficient < 0 ? -rounded.coefficient : rounded.coefficient
  if (magnitude !== 0 && (limit <= 15 ? magnitude >= 10 ** limit : magnitude >= powerOfTen(limit))) {
    throw numericFieldOverflow(precision, scale, null)
  }
  return rounded
}

const parseTypmod = (modifiers: readonly string[]): number => {
  if (modifiers.length > 2 || modifiers.length === 0) throw invalidParameterValue('invalid NUMERIC type modifier')
  const [precision, scale = 0] = modifiers.map(Number) as [number, number?]
  if (precision < 1 || precision > MAX_PRECISION) {
    throw invalidParameterValue(`NUMERIC precision ${precision} must be between 1 and ${MAX_PRECISION}`)
  }
  if (scale < -1000 || scale > MAX_PRECISION) {
    throw invalidParameterValue(`NUMERIC scale ${scale} must be between -1000 and ${MAX_PRECISION}`)
  }
  return ((precision << 16) | (scale & 0x7ff)) + TYPMOD_OFFSET
}

/** Groups of four decimal digits around the point: weight, sign, scale, then the groups. */
const send = (value: Numeric): Uint8Array => {
  if (!value.isFinite) {
    const sign = value.isNaN ? SIGN.nan : value.sign > 0 ? SIGN.infinity : SIGN.negativeInfinity
    return fillBytes(8, (view) => {
      view.setUint16(4, sign)
      view.setUint16(6, value.isNaN ? 0 : INFINITY_SCALE)
    })
  }
  const negative = value.coefficient < 0
  const digits = negative ? value.coefficient.toString().slice(1) : value.coefficient.toString()
  const fractionGroups = Math.ceil(value.scale / 4)
  const padded = digits + '0'.repeat(fractionGroups * 4 - value.scale)
  const aligned = padded.padStart(Math.ceil(padded.length / 4) * 4, '0')
  const groups: number[] = []
  for (let at = 0; at < aligned.length; at += 4) groups.push(Number(aligned.slice(at, at + 4)))
  let weight = groups.length - fractionGroups - 1
  let from = 0
  while (from < groups.length && groups[from] === 0) {
    from++
    weight--
  }
  let to = groups.length
  while (to > from && groups[to - 1] === 0) to--
  return fillBytes(8 + (to - from) * 2, (view) => {
    view.setInt16(0, to - from)
    view.setInt16(2, from === groups.length ? 0 : weight)
    view.setUint16(4, negative ? SIGN.negative : SIGN.positive)
    view.setInt16(6, value.scale)
    for (let i = from; i < to; i++) view.setInt16(8 + (i - from) * 2, groups[i] as number)
  })
}

const receive = (bytes: Uint8Array): Numeric => {
  const header = fixedView(bytes, 8)
  const count = header.getUint16(0)
  const weight = header.getInt16(2)
  const sign = header.getUint16(4)
  const scale = header.getUint16(6)
  if (sign === SIGN.nan) return Numeric.NaN
  if (sign === SIGN.infinity) return Numeric.Infinity
  if (sign === SIGN.negativeInfinity) return Numeric.NegativeInfinity
  if (sign !== SIGN.positive && sign !== SIGN.negative)
    throw invalidBinaryRepresentation('invalid sign in external "numeric" value')
  const view = fixedView(bytes, 8 + count * 2)
  let coefficient = 0n
  for (let i = 0; i < count; i++) {
    const group = view.getInt16(8 + i * 2)
    if (group < 0 || group > 9999) throw invalidBinaryRepresentation('invalid digit in external "numeric" value')
    coefficient = coefficient * 10000n + BigInt(group)
  }
  const groupScale = (count - 1 - weight) * 4
  const shift = scale - groupScale
  const scaled = shift >= 0 ? coefficient * powerOfTen(shift) : coefficient / powerOfTen(-shift)
  return Numeric.of(sign === SIGN.negative ? -scaled : scaled, scale)
}

export const numericType = defineType({
  oid: OID.numeric,
  name: 'numeric',
  category: 'N',
  length: -1,
  align: 'i',
  storage: 'm',
  arrayOid: 1231,
  physical: 'decimal',
  parse: (text, typmod) => applyTypmod(parseNumeric(text), typmod),
  format: (value: Numeric) => value.toString(),
  receive: (bytes, typmod) => applyTypmod(receive(bytes), typmod),
  send,
  compare: Numeric.compare,
  hashKey: (value: Numeric) => value.hashKey(),
  applyTypmod,
  formatTypmod: (typmod) => (typmod < TYPMOD_OFFSET ? '' : `(${precisionOf(typmod)},${scaleOf(typmod)})`),
  parseTypmod,
})
