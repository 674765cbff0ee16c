/** Sums and differences of dates, times, timestamps and intervals. */
import { datetimeOutOfRange, datetimeError, featureNotSupported, intervalOutOfRange } from '../../errors/raise/data.ts'
import {
  checkTimestamp,
  civilFromDays,
  daysFromCivil,
  daysInMonth,
  isInfinite,
  isValidDate,
  isFiniteDate,
  joinTimestamp,
  MICROS_PER_DAY,
  splitTimestamp,
} from '../../types/datetime/calendar.ts'
import { localToUtc, utcToLocal } from '../../types/datetime/convert.ts'
import { Interval, makeInterval } from '../../types/datetime/interval.ts'
import type { TimeZone } from '../../types/datetime/zones/index.ts'
import {
  exactAdd,
  type ExactInteger,
  exactMul,
  exactSub,
  INT64_MAX,
  INT64_MIN,
  normalizeInteger,
} from '../../types/int64.ts'

/** A day some months later; a day that its month lacks becomes the month's last. */
const addMonths = (days: number, months: number): number => {
  if (months === 0) return days
  const { year, month, day } = civilFromDays(days)
  const total = year * 12 + (month - 1) + months
  const newYear = Math.floor(total / 12)
  const newMonth = total - newYear * 12 + 1
  return daysFromCivil(newYear, newMonth, Math.min(day, daysInMonth(newYear, newMonth)))
}

/** Months, then days, then time. Throws 22008. */
export const timestampPlusInterval = (timestamp: ExactInteger, interval: Interval): ExactInteger => {
  if (isInfinite(timestamp)) return timestamp
  const { days, micros } = splitTimestamp(timestamp)
  return checkTimestamp(
    joinTimestamp(addMonths(days, interval.months) + interval.days, exactAdd(micros, interval.micros)),
  )
}

/** The same in a zone: months and days keep the local time of day. */
export const timestamptzPlusInterval = (timestamp: ExactInteger, interval: Interval, zone: TimeZone): ExactInteger => {
  if (isInfinite(timestamp)) return timestamp
  let instant = timestamp
  if (interval.months !== 0 || interval.days !== 0) {
    const local = utcToLocal(timestamp, zone)
    instant = localToUtc(timestampPlusInterval(local, new Interval(interval.months, interval.days, 0)), zone)
  }
  return checkTimestamp(exactAdd(instant, interval.micros))
}

const quotientOfDay = (micros: ExactInteger): number =>
  typeof micros === 'number' ? Math.trunc(micros / MICROS_PER_DAY) : Number(micros / BigInt(MICROS_PER_DAY))

/** Whole days of the time part become days; both then have one sign. */
export const justifyHours = (interval: Interval): Interval => {
  const whole = quotientOfDay(interval.micros)
  let days = interval.days + whole
  let micros = exactSub(interval.micros, exactMul(whole, MICROS_PER_DAY))
  if (days > 0 && micros < 0) {
    micros = exactAdd(micros, MICROS_PER_DAY)
    days--
  } else if (days < 0 && micros > 0) {
    micros = exactSub(micros, MICROS_PER_DAY)
    days++
  }
  return makeInterval(interval.months, days, micros)
}

/** Whole months of 30 days become months; both then have one sign. */
export const justifyDays = (interval: Interval): Interval => {
  const whole = Math.trunc(interval.days / 30)
  let months = interval.months + whole
  let days = interval.days - whole * 30
  if (months > 0 && days < 0) {
    days += 30
    months--
  } else if (months < 0 && days > 0) {
    days -= 30
    months++
  }
  return makeInterval(months, days, interval.micros)
}

export const justifyInterval = (interval: Interval): Interval => {
  const wholeDays = quotientOfDay(interval.micros)
  let micros = exactSub(interval.micros, exactMul(wholeDays, MICROS_PER_DAY))
  let days = interval.days + wholeDays
  const wholeMonths = Math.trunc(days / 30)
  let months = interval.months + wholeMonths
  days -= wholeMonths * 30
  if (months > 0 && (days < 0 || (days === 0 && micros < 0))) {
    days += 30
    months--
  } else if (months < 0 && (days > 0 || (days === 0 && micros > 0))) {
    days -= 30
    months++
  }
  if (days > 0 && micros < 0) {
    micros = exactAdd(micros, MICROS_PER_DAY)
    days--
  } else if (days < 0 && micros > 0) {
    micros = exactSub(micros, MICROS_PER_DAY)
    days++
  }
  return makeInterval(months, days, micros)
}

/** Difference in days and time. */
export const timestampDifference = (a: ExactInteger, b: ExactInteger): Interval => {
  if (isInfinite(a) || isInfinite(b)) throw datetimeError('cannot subtract infinite timestamps')
  return justifyHours(new Interval(0, 0, exactSub(a, b)))
}

/** Difference field by field: years, months, days and time, borrowing the lengths of months as the calendar has them. */
export const age = (a: ExactInteger, b: ExactInteger): Interval => {
  if (isInfinite(a) || isInfinite(b)) throw datetimeError('timestamp out of range')
  if (a < b) {
    const { months, days, micros } = ageOf(b, a, a)
    return makeInterval(-months, -days, exactSub(0, micros))
  }
  return ageOf(a, b, b)
}

/** Of a later and an earlier timestamp; a missing day is borrowed from the month of `borrow`. */
const ageOf = (later: ExactInteger, earlier: ExactInteger, borrow: ExactInteger): Interval => {
  const from = splitTimestamp(earlier)
  const to = splitTimestamp(later)
  const start = civilFromDays(from.days)
  const end = civilFromDays(to.days)
  let micros = to.micros - from.micros
  let days = end.day - start.day
  let months = (end.year - start.year) * 12 + end.month - start.month
  if (micros < 0) {
    micros += MICROS_PER_DAY
    days--
  }
  if (days < 0) {
    const { year, month } = civilFromDays(splitTimestamp(borrow).days)
    days += daysInMonth(year, month)
    months--
  }
  return makeInterval(months, days, micros)
}

export const dateDifference = (a: number, b: number): number => {
  if (!isFiniteDate(a) || !isFiniteDate(b)) throw datetimeError('cannot subtract infinite dates')
  return a - b
}

export const datePlusDays = (date: number, days: number): number => {
  if (!isFiniteDate(date)) return date
  const result = date + days
  if (!isValidDate(result)) throw datetimeOutOfRange('date')
  return result
}

/** Microseconds brought into one day. */
export const wrapDay = (micros: ExactInteger): number => {
  const day = BigInt(MICROS_PER_DAY)
  return typeof micros === 'number'
    ? ((micros % MICROS_PER_DAY) + MICROS_PER_DAY) % MICROS_PER_DAY
    : Number(((micros % day) + day) % day)
}

/** Start of the stride that holds a timestamp, strides counted from an origin. */
export const dateBin = (stride: Interval, source: ExactInteger, origin: ExactInteger): ExactInteger => {
  if (isInfinite(source)) return source
  if (isInfinite(origin)) throw datetimeError('origin out of range')
  if (stride.months !== 0) {
    throw featureNotSupported('timestamps cannot be binned into intervals containing months or years')
  }
  const width = BigInt(stride.days) * BigInt(MICROS_PER_DAY) + BigInt(stride.micros)
  if (width <= 0n) throw datetimeError('stride must be greater than zero')
  const distance = BigInt(source) - BigInt(origin)
  if (width > INT64_MAX || distance > INT64_MAX || distance < INT64_MIN) throw intervalOutOfRange()
  const within = ((distance % width) + width) % width
  return checkTimestamp(normalizeInteger(BigInt(source) - within))
}
