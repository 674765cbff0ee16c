/** interval: text in the four IntervalStyles, binary codec, and typmods that restrict fields. */
import { invalidParameterValue } from '../../errors/raise/data.ts'
import { fillBytes, fixedView } from '../bytes.ts'
import { defineType } from '../define-type.ts'
import { type ExactInteger, normalizeInteger } from '../int64.ts'
import { OID } from '../oids.ts'
import type { FormatContext } from '../sql-type.ts'
import { MICROS_PER_HOUR, MICROS_PER_MINUTE, roundMicros } from './calendar.ts'
import { formatInterval } from './format-interval.ts'
import { compareIntervals, Interval, intervalSpan } from './interval.ts'
import { parseIntervalText } from './parse-interval.ts'

/** Field bits of a typmod's upper half, as PostgreSQL numbers them. */
const FIELD_BITS = {
  month: 1 << 1,
  year: 1 << 2,
  day: 1 << 3,
  hour: 1 << 10,
  minute: 1 << 11,
  second: 1 << 12,
} as const
const FULL_RANGE = 0x7fff
const FULL_PRECISION = 0xffff

/** Restrictions by their name in SQL. */
const RANGES: readonly { readonly fields: string; readonly bits: number; readonly last: keyof typeof FIELD_BITS }[] = [
  { fields: 'year', bits: FIELD_BITS.year, last: 'year' },
  { fields: 'month', bits: FIELD_BITS.month, last: 'month' },
  { fields: 'day', bits: FIELD_BITS.day, last: 'day' },
  { fields: 'hour', bits: FIELD_BITS.hour, last: 'hour' },
  { fields: 'minute', bits: FIELD_BITS.minute, last: 'minute' },
  { fields: 'second', bits: FIELD_BITS.second, last: 'second' },
  { fields: 'year to month', bits: FIELD_BITS.year | FIELD_BITS.month, last: 'month' },
  { fields: 'day to hour', bits: FIELD_BITS.day | FIELD_BITS.hour, last: 'hour' },
  { fields: 'day to minute', bits: FIELD_BITS.day | FIELD_BITS.hour | FIELD_BITS.minute, last: 'minute' },
  {
    fields: 'day to second',
    bits: FIELD_BITS.day | FIELD_BITS.hour | FIELD_BITS.minute | FIELD_BITS.second,
    last: 'second',
  },
  { fields: 'hour to minute', bits: FIELD_BITS.hour | FIELD_BITS.minute, last: 'minute' },
  { fields: 'hour to second', bits: FIELD_BITS.hour | FIELD_BITS.minute | FIELD_BITS.second, last: 'second' },
  { fields: 'minute to second', bits: FIELD_BITS.minute | FIELD_BITS.second, last: 'second' },
]

const rangeOf = (typmod: number) => RANGES.find((range) => range.bits === ((typmod >> 16) & FULL_RANGE))
const precisionOf = (typmod: number): number => {
  const precision = typmod & FULL_PRECISION
  return precision === FULL_PRECISION ? 6 : precision
}

const truncateMicros = (micros: ExactInteger, unit: number): ExactInteger =>
  typeof micros === 'bigint' ? normalizeInteger(micros - (micros % BigInt(unit))) : micros - (micros % unit)

/** Cuts what lies below the last field of the range and rounds seconds to the precision. */
const applyTypmod = (value: Interval, typmod: number): Interval => {
  if (typmod < 0) return value
  const range = rangeOf(typmod)
  switch (range?.last) {
    case 'year':
      return new Interval(value.months - (value.months % 12), 0, 0)
    case 'month':
      return new Interval(value.months, 0, 0)
    case 'day':
      return new Interval(value.months, value.days, 0)
    case 'hour':
      return new Interval(value.months, value.days, truncateMicros(value.micros, MICROS_PER_HOUR))
    case 'minute':
      return new Interval(value.months, value.days, truncateMicros(value.micros, MICROS_PER_MINUTE))
    default:
      return new Interval(value.months, value.days, roundMicros(value.micros, precisionOf(typmod)))
  }
}

const formatTypmod = (typmod: number): string => {
  if (typmod < 0) return ''
  const fields = rangeOf(typmod)?.fields
  const precision = typmod & FULL_PRECISION
  return (fields === undefined ? '' : ` ${fields}`) + (precision === FULL_PRECISION ? '' : `(${precision})`)
}

/** The grammar hands the field mask first (32767 for none) and the precision second. */
const parseTypmod = (modifiers: readonly string[]): number => {
  const [range, precision] = modifiers.map(Number)
  if (range === undefined || modifiers.length > 2) throw invalidParameterValue('invalid INTERVAL type modifier')
  if (precision !== undefined && precision < 0) {
    throw invalidParameterValue(`INTERVAL(${precision}) precision must not be negative`)
  }
  if (precision === undefined) return range === FULL_RANGE ? -1 : (FULL_PRECISION | (range << 16)) >>> 0
  return Math.min(precision, 6) | ((range & FULL_RANGE) << 16)
}

const parse = (text: string, typmod: number, { intervalStyle }: FormatContext): Interval => {
  const range = typmod < 0 ? undefined : rangeOf(typmod)
  const interval = parseIntervalText(text, range?.last ?? 'second', {
    minutesFirst: range?.fields === 'minute to second',
    leadingMinusForAll: intervalStyle === 'sql_standard',
  })
  return applyTypmod(interval, typmod)
}

export const intervalType = defineType({
  oid: OID.interval,
  name: 'interval',
  category: 'T',
  preferred: true,
  length: 16,
  align: 'd',
  arrayOid: 1187,
  physical: 'any',
  parse,
  format: (value: Interval, context) => formatInterval(value, context.intervalStyle),
  receive: (bytes, typmod) => {
    const view = fixedView(bytes, 16)
    return applyTypmod(new Interval(view.getInt32(12), view.getInt32(8), normalizeInteger(view.getBigInt64(0))), typmod)
  },
  send: (value: Interval) =>
    fillBytes(16, (view) => {
      view.setBigInt64(0, BigInt(value.micros))
      view.setInt32(8, value.days)
      view.setInt32(12, value.months)
    }),
  compare: compareIntervals,
  hashKey: intervalSpan,
  applyTypmod,
  formatTypmod,
  parseTypmod,
})
