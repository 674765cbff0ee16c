/** The proleptic Gregorian calendar over days since 2000-01-01, and timestamps taken apart into days and microseconds. */
import { datetimeOutOfRange } from '../../errors/raise/data.ts'
import { type ExactInteger, exactAdd, exactMul, normalizeInteger } from '../int64.ts'

export const MICROS_PER_SECOND = 1_000_000
export const MICROS_PER_MINUTE = 60_000_000
export const MICROS_PER_HOUR = 3_600_000_000
export const MICROS_PER_DAY = 86_400_000_000
/** Days from 1970-01-01 to 2000-01-01. */
export const UNIX_EPOCH_DAYS = 10957
/** Julian day number of 2000-01-01. */
export const JULIAN_EPOCH = 2451545

/** The infinities of date. */
export const DATE_INFINITY = 2147483647
export const DATE_NEGATIVE_INFINITY = -2147483648
/** 4714-11-24 BC, the first day there is. */
const MIN_DATE = -JULIAN_EPOCH
/** The day after the last date, 5874897-12-31. */
const END_DATE = 2147483494 - JULIAN_EPOCH
const MIN_TIMESTAMP = -211813488000000000n
/** 294277-01-01. */
export const END_TIMESTAMP = 9223371331200000000n

/** A year (astronomical: 0 is 1 BC), month 1…12 and day 1…31. */
export interface CivilDate {
  readonly year: number
  readonly month: number
  readonly day: number
}

/** Days since 2000-01-01 of a civil date; days beyond the month's end run on. */
export const daysFromCivil = (year: number, month: number, day: number): number => {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146097 + dayOfEra - 730425
}

export const civilFromDays = (days: number): CivilDate => {
  const z = days + 730425
  const era = Math.floor(z / 146097)
  const dayOfEra = z - era * 146097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shifted = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shifted < 10 ? shifted + 3 : shifted - 9
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1,
  }
}

const isLeapYear = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

export const daysInMonth = (year: number, month: number): number =>
  month === 2 && isLeapYear(year) ? 29 : (MONTH_LENGTHS[month - 1] as number)

/** 0 for Sunday … 6 for Saturday. */
export const dayOfWeek = (days: number): number => (((days + 6) % 7) + 7) % 7

export const isFiniteDate = (days: number): boolean => days !== DATE_INFINITY && days !== DATE_NEGATIVE_INFINITY

export const isValidDate = (days: number): boolean => days >= MIN_DATE && days < END_DATE

export const isInfinite = (timestamp: ExactInteger): boolean =>
  timestamp === Number.POSITIVE_INFINITY || timestamp === Number.NEGATIVE_INFINITY

/** Whether microseconds since 2000 are a timestamp that PostgreSQL can hold. */
export const isValidTimestamp = (timestamp: ExactInteger): boolean =>
  typeof timestamp === 'number' ? Number.isFinite(timestamp) : timestamp >= MIN_TIMESTAMP && timestamp < END_TIMESTAMP

export const checkTimestamp = (timestamp: ExactInteger): ExactInteger => {
  if (!isValidTimestamp(timestamp)) throw datetimeOutOfRange('timestamp')
  return timestamp
}

/** Days since 2000-01-01 and microseconds of that day. */
export interface DayTime {
  readonly days: number
  readonly micros: number
}

const DAY = BigInt(MICROS_PER_DAY)

/** Takes a finite timestamp apart. */
export const splitTimestamp = (timestamp: ExactInteger): DayTime => {
  if (typeof timestamp === 'number') {
    const days = Math.floor(timestamp / MICROS_PER_DAY)
    return { days, micros: timestamp - days * MICROS_PER_DAY }
  }
  const remainder = ((timestamp % DAY) + DAY) % DAY
  return { days: Number((timestamp - remainder) / DAY), micros: Number(remainder) }
}

/** Microseconds since 2000-01-01 00:00 of a day and a time, which may lie outside the day. */
export const joinTimestamp = (days: number, micros: ExactInteger): ExactInteger => {
  const start = days * MICROS_PER_DAY
  if (typeof micros === 'number') {
    const joined = start + micros
    if (Number.isSafeInteger(joined) && Number.isSafeInteger(start)) return joined
  }
  return exactAdd(exactMul(days, MICROS_PER_DAY), micros)
}

/** Rounds microseconds to `precision` fractional digits of seconds, half away from zero. */
export const roundMicros = (micros: ExactInteger, precision: number): ExactInteger => {
  if (precision < 0 || precision >= 6) return micros
  const unit = 10 ** (6 - precision)
  if (typeof micros === 'number') {
    if (!Number.isFinite(micros)) return micros
    const magnitude = Math.abs(micros)
    const low = magnitude % unit
    const rounded = magnitude - low + (low * 2 >= unit ? unit : 0)
    return micros < 0 ? 0 - rounded : rounded
  }
  const big = BigInt(unit)
  const half = micros < 0n ? -(big / 2n) : big / 2n
  return normalizeInteger(((micros + half) / big) * big)
}
