/** date, time, timetz, timestamp, timestamptz. */
import { datetimeOutOfRange, invalidParameterValue } from '../../errors/raise/data.ts'
import { fillBytes, fixedView } from '../bytes.ts'
import { defineType } from '../define-type.ts'
import { type ExactInteger, INT64_MAX, INT64_MIN, int64Compare, normalizeInteger } from '../int64.ts'
import { OID } from '../oids.ts'
import type { FormatContext } from '../sql-type.ts'
import {
  checkTimestamp,
  DATE_INFINITY,
  DATE_NEGATIVE_INFINITY,
  isInfinite,
  isValidDate,
  isValidTimestamp,
  joinTimestamp,
  MICROS_PER_DAY,
  MICROS_PER_SECOND,
  roundMicros,
  splitTimestamp,
  UNIX_EPOCH_DAYS,
} from './calendar.ts'
import { timestampToTimestamptz, timestamptzToTimestamp } from './convert.ts'
import { formatDate, formatOffset, formatTime, formatTimestamp } from './format-datetime.ts'
import { isoDate, isoTime } from './iso-datetime.ts'
import { type DatetimeFields, parseDatetime } from './parse-datetime.ts'
import { offsetOfLocal, timeZone } from './zones/index.ts'

/** A time with zone; `zone` is seconds west of Greenwich. */
export class TimeTz {
  readonly micros: number
  readonly zone: number

  constructor(micros: number, zone: number) {
    this.micros = micros
    this.zone = zone
  }

  /** Microseconds of the UTC day, which may lie outside 0…24 hours: what orders first. */
  get utc(): number {
    return this.micros + this.zone * MICROS_PER_SECOND
  }
}

const MAX_PRECISION = 6

/** `(p)` of the time types stands before the rest of their names: `timestamp(3) without time zone`. */
const parsePrecision =
  (type: string) =>
  (modifiers: readonly string[]): number => {
    const precision = Number(modifiers[0])
    if (modifiers.length !== 1) throw invalidParameterValue('invalid type modifier')
    if (precision < 0) throw invalidParameterValue(`${type}(${precision}) precision must not be negative`)
    return Math.min(precision, MAX_PRECISION)
  }

/** Day (since 2000) that begins a local timestamp. */
const localDay = (context: FormatContext): number =>
  splitTimestamp(timestamptzToTimestamp(context.transactionTimestamp, context.timeZone)).days

const dateOfFields = (fields: DatetimeFields, text: string): number => {
  if (fields.special === 'epoch') return -UNIX_EPOCH_DAYS
  if (fields.special !== null) return fields.special === 'infinity' ? DATE_INFINITY : DATE_NEGATIVE_INFINITY
  const days = fields.days as number
  if (!isValidDate(days)) throw datetimeOutOfRange('date', text)
  return days
}

const parseDate = (text: string, _typmod: number, context: FormatContext): number => {
  if (text.length === 10) {
    const days = isoDate(text)
    if (days !== null) return days
  }
  return dateOfFields(parseDatetime(text, 'date', context), text)
}

export const dateType = defineType({
  oid: OID.date,
  name: 'date',
  category: 'D',
  length: 4,
  align: 'i',
  arrayOid: 1182,
  physical: 'int32',
  parse: parseDate,
  format: (value: number, context) =>
    value === DATE_INFINITY ? 'infinity' : value === DATE_NEGATIVE_INFINITY ? '-infinity' : formatDate(value, context),
  receive: (bytes) => {
    const value = fixedView(bytes, 4).getInt32(0)
    if (value !== DATE_INFINITY && value !== DATE_NEGATIVE_INFINITY && !isValidDate(value))
      throw datetimeOutOfRange('date')
    return value
  },
  send: (value: number) => fillBytes(4, (view) => view.setInt32(0, value)),
})

const roundTime = (micros: number, typmod: number): number => roundMicros(micros, typmod) as number

const parseTime = (text: string, typmod: number, context: FormatContext): number => {
  return roundTime(isoTime(text, 0) ?? parseDatetime(text, 'time', context).micros, typmod)
}

const TIME_FORM = { category: 'D', align: 'd', parseTypmod: parsePrecision('TIME') } as const

export const timeType = defineType({
  ...TIME_FORM,
  oid: OID.time,
  name: 'time',
  sqlName: 'time without time zone',
  length: 8,
  arrayOid: 1183,
  physical: 'float64',
  parse: parseTime,
  format: formatTime,
  receive: (bytes, typmod) => {
    const micros = Number(fixedView(bytes, 8).getBigInt64(0))
    if (micros < 0 || micros > MICROS_PER_DAY) throw datetimeOutOfRange('time')
    return roundTime(micros, typmod)
  },
  send: (value: number) => fillBytes(8, (view) => view.setBigInt64(0, BigInt(value))),
  applyTypmod: roundTime,
})

const parseTimeTz = (text: string, typmod: number, context: FormatContext): TimeTz => {
  const fields = parseDatetime(text, 'time with time zone', context)
  const { micros } = fields
  const day = fields.days ?? localDay(context)
  const seconds = day * 86400 + Math.floor(micros / MICROS_PER_SECOND)
  const zone = fields.zone ?? timeZone(context.timeZone)
  const east = typeof zone === 'number' ? zone : offsetOfLocal(zone, seconds)
  return new TimeTz(roundTime(micros, typmod), 0 - east)
}

export const timetzType = defineType({
  ...TIME_FORM,
  oid: OID.timetz,
  name: 'timetz',
  sqlName: 'time with time zone',
  length: 12,
  byValue: false,
  arrayOid: 1270,
  physical: 'any',
  parse: parseTimeTz,
  format: (value: TimeTz) => formatTime(value.micros) + formatOffset(-value.zone),
  receive: (bytes, typmod) => {
    const view = fixedView(bytes, 12)
    return new TimeTz(roundTime(Number(view.getBigInt64(0)), typmod), view.getInt32(8))
  },
  send: (value: TimeTz) =>
    fillBytes(12, (view) => {
      view.setBigInt64(0, BigInt(value.micros))
      view.setInt32(8, value.zone)
    }),
  compare: (a: TimeTz, b: TimeTz) => a.utc - b.utc || a.zone - b.zone,
  hashKey: (value: TimeTz) => `${value.micros}/${value.zone}`,
  applyTypmod: (value: TimeTz, typmod) => new TimeTz(roundTime(value.micros, typmod), value.zone),
})

const receiveTimestamp = (bytes: Uint8Array, typmod: number): ExactInteger => {
  const raw = fixedView(bytes, 8).getBigInt64(0)
  if (raw === INT64_MAX) return Number.POSITIVE_INFINITY
  if (raw === INT64_MIN) return Number.NEGATIVE_INFINITY
  return checkTimestamp(roundMicros(normalizeInteger(raw), typmod))
}

const sendTimestamp = (value: ExactInteger): Uint8Array =>
  fillBytes(8, (view) => view.setBigInt64(0, isInfinite(value) ? (value > 0 ? INT64_MAX : INT64_MIN) : BigInt(value)))

const infinityText = (value: ExactInteger): string => (value > 0 ? 'infinity' : '-infinity')

const TIMESTAMP_FORM = {
  ...TIME_FORM,
  length: 8,
  physical: 'int64',
  receive: receiveTimestamp,
  send: sendTimestamp,
  compare: int64Compare,
  applyTypmod: roundMicros,
  parseTypmod: parsePrecision('TIMESTAMP'),
} as const

/** Plain `YYYY-MM-DD[ HH:MM:SS[.ffffff]]`, or null. */
const plainTimestamp = (text: string): ExactInteger | null => {
  const days = isoDate(text)
  if (days === null) return null
  if (text.length === 10) return joinTimestamp(days, 0)
  const separator = text.charCodeAt(10)
  if (separator !== 32 && separator !== 84) return null
  const micros = isoTime(text, 11)
  return micros === null ? null : joinTimestamp(days, micros)
}

const SPECIAL_TIMESTAMPS = {
  epoch: -UNIX_EPOCH_DAYS * MICROS_PER_DAY,
  infinity: Number.POSITIVE_INFINITY,
  '-infinity': Number.NEGATIVE_INFINITY,
} as const

const parseTimestamp = (text: string, typmod: number, context: FormatContext): ExactInteger => {
  const plain = plainTimestamp(text)
  if (plain !== null) return roundMicros(plain, typmod)
  const fields = parseDatetime(text, 'timestamp', context)
  if (fields.special !== null) return SPECIAL_TIMESTAMPS[fields.special]
  const timestamp = roundMicros(joinTimestamp(fields.days as number, fields.micros), typmod)
  if (!isValidTimestamp(timestamp)) throw datetimeOutOfRange('timestamp', text)
  return timestamp
}

export const timestampType = defineType({
  ...TIMESTAMP_FORM,
  oid: OID.timestamp,
  name: 'timestamp',
  sqlName: 'timestamp without time zone',
  arrayOid: 1115,
  parse: parseTimestamp,
  format: (value: ExactInteger, context) => {
    if (isInfinite(value)) return infinityText(value)
    const { days, micros } = splitTimestamp(value)
    return formatTimestamp(days, micros, context, null)
  },
})

const parseTimestamptz = (text: string, typmod: number, context: FormatContext): ExactInteger => {
  const plain = plainTimestamp(text)
  if (plain !== null) return roundMicros(timestampToTimestamptz(plain, context.timeZone), typmod)
  const fields = parseDatetime(text, 'timestamp with time zone', context)
  if (fields.special !== null) return SPECIAL_TIMESTAMPS[fields.special]
  const { days, micros } = splitTimestamp(joinTimestamp(fields.days as number, fields.micros))
  const zone = fields.zone ?? timeZone(context.timeZone)
  const east =
    typeof zone === 'number' ? zone : offsetOfLocal(zone, days * 86400 + Math.floor(micros / MICROS_PER_SECOND))
  const timestamp = roundMicros(joinTimestamp(days, micros - east * MICROS_PER_SECOND), typmod)
  if (!isValidTimestamp(timestamp)) throw datetimeOutOfRange('timestamp', text)
  return timestamp
}

export const timestamptzType = defineType({
  ...TIMESTAMP_FORM,
  oid: OID.timestamptz,
  name: 'timestamptz',
  sqlName: 'timestamp with time zone',
  preferred: true,
  arrayOid: 1185,
  parse: parseTimestamptz,
  format: (value: ExactInteger, context) => {
    if (isInfinite(value)) return infinityText(value)
    const utc = splitTimestamp(value)
    const seconds = utc.days * 86400 + Math.floor(utc.micros / MICROS_PER_SECOND)
    const zone = timeZone(context.timeZone)
    const offset = zone.offsetAt(seconds)
    const { days, micros } = splitTimestamp(joinTimestamp(utc.days, utc.micros + offset * MICROS_PER_SECOND))
    const abbreviation = context.dateStyle === 'ISO' ? null : zone.abbreviationAt(seconds)
    return formatTimestamp(days, micros, context, { offset, abbreviation })
  },
})
