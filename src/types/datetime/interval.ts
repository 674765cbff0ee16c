/** Interval values and their arithmetic: months, days and microseconds, kept apart. */
import { intervalOutOfRange } from '../../errors/raise/data.ts'
import { type ExactInteger, INT64_MAX, INT64_MIN, exactAdd, exactSub } from '../int64.ts'
import { MICROS_PER_DAY, MICROS_PER_SECOND } from './calendar.ts'

export class Interval {
  readonly months: number
  readonly days: number
  readonly micros: ExactInteger

  constructor(months: number, days: number, micros: ExactInteger) {
    this.months = months
    this.days = days
    this.micros = micros
  }

  static readonly zero = new Interval(0, 0, 0)
}

const INT32_MAX = 2147483647
const fitsInt32 = (value: number): boolean => value >= -INT32_MAX - 1 && value <= INT32_MAX

/** An interval of checked parts; 22008 when one does not fit. */
export const makeInterval = (months: number, days: number, micros: ExactInteger): Interval => {
  if (!fitsInt32(months) || !fitsInt32(days)) throw intervalOutOfRange()
  if (typeof micros === 'bigint' && (micros > INT64_MAX || micros < INT64_MIN)) throw intervalOutOfRange()
  return new Interval(months + 0, days + 0, micros)
}

export const intervalAdd = (a: Interval, b: Interval): Interval =>
  makeInterval(a.months + b.months, a.days + b.days, exactAdd(a.micros, b.micros))

export const intervalSub = (a: Interval, b: Interval): Interval =>
  makeInterval(a.months - b.months, a.days - b.days, exactSub(a.micros, b.micros))

export const intervalNeg = (a: Interval): Interval => makeInterval(-a.months, -a.days, exactSub(0, a.micros))

/** Length in microseconds with months of 30 days and days of 24 hours: what orders intervals. */
export const intervalSpan = (a: Interval): ExactInteger => {
  const days = a.months * 30 + a.days
  const whole = days * MICROS_PER_DAY
  if (typeof a.micros === 'number') {
    const span = whole + a.micros
    if (Number.isSafeInteger(whole) && Number.isSafeInteger(span)) return span
  }
  return exactAdd(exactAdd(0, BigInt(days) * BigInt(MICROS_PER_DAY)), a.micros)
}

export const compareIntervals = (a: Interval, b: Interval): number => {
  const x = intervalSpan(a)
  const y = intervalSpan(b)
  return x < y ? -1 : x > y ? 1 : 0
}

/** Rounds to microseconds as C's rint does: halves to even. */
const rint = (value: number): number => {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}

const microsecondsOf = (value: number): number => rint(value * 1e6) / 1e6

/** Multiplies or divides each part, spilling fractions of months into days and of days into microseconds. */
const scale = (a: Interval, apply: (value: number) => number): Interval => {
  const months = apply(a.months)
  const days = apply(a.days)
  if (!Number.isFinite(months) || !Number.isFinite(days)) throw intervalOutOfRange()
  const wholeMonths = Math.trunc(months)
  let wholeDays = Math.trunc(days)
  const monthDays = microsecondsOf((months - wholeMonths) * 30)
  let seconds = microsecondsOf((days - wholeDays + (monthDays - Math.trunc(monthDays))) * 86400)
  if (Math.abs(seconds) >= 86400) {
    const extra = Math.trunc(seconds / 86400)
    wholeDays += extra
    seconds -= extra * 86400
  }
  wholeDays += Math.trunc(monthDays)
  const micros = rint(apply(Number(a.micros)) + seconds * MICROS_PER_SECOND)
  if (!Number.isFinite(micros)) throw intervalOutOfRange()
  return makeInterval(wholeMonths, wholeDays, exactAdd(0, Number.isSafeInteger(micros) ? micros : BigInt(micros)))
}

export const intervalMul = (a: Interval, factor: number): Interval => scale(a, (value) => value * factor)

/** Division by a divisor that is not zero. */
export const intervalDiv = (a: Interval, divisor: number): Interval => scale(a, (value) => value / divisor)
