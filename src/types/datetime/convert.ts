/** Conversions between date, time and timestamp values; zones are IANA names or POSIX specifications. */
import { dateOutOfRangeForTimestamp } from '../../errors/raise/data.ts'
import type { ExactInteger } from '../int64.ts'
import {
  checkTimestamp,
  DATE_INFINITY,
  DATE_NEGATIVE_INFINITY,
  isInfinite,
  isValidTimestamp,
  joinTimestamp,
  MICROS_PER_SECOND,
  splitTimestamp,
} from './calendar.ts'
import { offsetOfLocal, type TimeZone, timeZone } from './zones/index.ts'

/** Seconds since 2000-01-01 00:00 of a timestamp taken apart. */
const secondsOf = (days: number, micros: number): number => days * 86400 + Math.floor(micros / MICROS_PER_SECOND)

/** UTC microseconds of a local time in a zone, which may lie outside what timestamps reach: for comparisons. */
export const instantOfLocal = (local: ExactInteger, zone: TimeZone): ExactInteger => {
  if (isInfinite(local)) return local
  const { days, micros } = splitTimestamp(local)
  return joinTimestamp(days, micros - offsetOfLocal(zone, secondsOf(days, micros)) * MICROS_PER_SECOND)
}

/** UTC microseconds of a local time in a zone. Throws 22008. */
export const localToUtc = (local: ExactInteger, zone: TimeZone): ExactInteger => {
  const instant = instantOfLocal(local, zone)
  return isInfinite(instant) ? instant : checkTimestamp(instant)
}

/** Seconds east of Greenwich that a zone has at an instant. */
export const offsetAtTimestamp = (timestamp: ExactInteger, zone: TimeZone): number => {
  const { days, micros } = splitTimestamp(timestamp)
  return zone.offsetAt(secondsOf(days, micros))
}

/** Local time that a zone shows at an instant. */
export const utcToLocal = (timestamp: ExactInteger, zone: TimeZone): ExactInteger => {
  if (isInfinite(timestamp)) return timestamp
  const { days, micros } = splitTimestamp(timestamp)
  return joinTimestamp(days, micros + zone.offsetAt(secondsOf(days, micros)) * MICROS_PER_SECOND)
}

export const timestampToTimestamptz = (local: ExactInteger, zoneName: string): ExactInteger =>
  localToUtc(local, timeZone(zoneName))

export const timestamptzToTimestamp = (timestamp: ExactInteger, zoneName: string): ExactInteger =>
  utcToLocal(timestamp, timeZone(zoneName))

/** Whether no timestamp reaches the date. */
export const isBeyondTimestamps = (date: number): boolean =>
  date !== DATE_INFINITY && date !== DATE_NEGATIVE_INFINITY && !isValidTimestamp(joinTimestamp(date, 0))

/** Midnight that begins a day; 22008 when no timestamp reaches so far. */
export const dateToTimestamp = (date: number): ExactInteger => {
  if (date === DATE_INFINITY) return Number.POSITIVE_INFINITY
  if (date === DATE_NEGATIVE_INFINITY) return Number.NEGATIVE_INFINITY
  if (isBeyondTimestamps(date)) throw dateOutOfRangeForTimestamp()
  return joinTimestamp(date, 0)
}

/** The instant at which a day begins in a zone. Throws 22008. */
export const dateToTimestamptz = (date: number, zone: TimeZone): ExactInteger => {
  const instant = instantOfLocal(dateToTimestamp(date), zone)
  if (!isInfinite(instant) && !isValidTimestamp(instant)) throw dateOutOfRangeForTimestamp()
  return instant
}

export const timestampToDate = (timestamp: ExactInteger): number => {
  if (isInfinite(timestamp)) return timestamp > 0 ? DATE_INFINITY : DATE_NEGATIVE_INFINITY
  return splitTimestamp(timestamp).days
}

/** Microseconds of the day. */
export const timeOfTimestamp = (timestamp: ExactInteger): number => splitTimestamp(timestamp).micros
