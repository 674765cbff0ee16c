/** Reads the text of intervals: `1 year 2 mons 3 days 04:05:06`, `1-2 3 4:05:06`, ISO 8601 `P1Y2M3DT4H5M6S`. */
import { intervalFieldOverflow, invalidDatetimeFormat } from '../../errors/raise/data.ts'
import { exactAdd, type ExactInteger } from '../int64.ts'
import { MICROS_PER_DAY } from './calendar.ts'
import { type IntervalUnit, unitOf } from './fields.ts'
import { Interval, makeInterval } from './interval.ts'

/** What one unit counts for, and what a fraction of it spills into. */
interface UnitWeight {
  readonly months?: number
  readonly days?: number
  readonly micros?: number
}

const UNIT_WEIGHTS: Readonly<Record<IntervalUnit, UnitWeight>> = {
  microsecond: { micros: 1 },
  millisecond: { micros: 1000 },
  second: { micros: 1_000_000 },
  minute: { micros: 60_000_000 },
  hour: { micros: 3_600_000_000 },
  day: { days: 1 },
  week: { days: 7 },
  month: { months: 1 },
  quarter: { months: 3 },
  year: { months: 12 },
  decade: { months: 120 },
  century: { months: 1200 },
  millennium: { months: 12000 },
}

/** Sums up parts, spilling fractions downward: months into days of 30, days into microseconds. */
class Sum {
  months = 0
  days = 0
  micros: ExactInteger = 0

  add(whole: number, fraction: number, unit: IntervalUnit): void {
    const { months, days, micros } = UNIT_WEIGHTS[unit]
    if (months !== undefined) {
      this.months += whole * months
      if (unit === 'month') this.addDays(fraction * 30)
      else this.months += Math.round(fraction * months)
    } else if (days !== undefined) {
      this.days += whole * days
      this.addDays(fraction * days)
    } else if (micros !== undefined) this.addMicros(whole * micros, fraction * micros)
  }

  private addDays(days: number): void {
    const whole = Math.trunc(days)
    this.days += whole
    this.addMicros(0, (days - whole) * MICROS_PER_DAY)
  }

  addMicros(whole: number, fraction: number): void {
    const exact = Number.isSafeInteger(whole) ? whole : BigInt(whole)
    this.micros = exactAdd(exactAdd(this.micros, exact), Math.round(fraction))
  }
}

/** Unit that a bare number has, by the fields an interval type is restricted to. */
export const parseIntervalText = (text: string, bareUnit: IntervalUnit): Interval => {
  const trimmed = text.trim()
  const sum =
    /^[+-]?P/i.test(trimmed) && /^P/i.test(trimmed) ? parseIso(trimmed, text) : parseWords(trimmed, text, bareUnit)
  const fits = [sum.months, sum.days].every((part) => Math.abs(part) <= 2147483648)
  if (!fits) throw intervalFieldOverflow(text)
  return makeInterval(sum.months, sum.days, sum.micros)
}

const PART = /([+-]?)(\d+):(\d+)(?::(\d+))?(\.\d*)?|([+-]?)(\d+)-(\d+)(?![\d:-])|([+-]?)(\d*)(\.\d*)?\s*([A-Za-z]+)?|@/y

const parseWords = (trimmed: string, text: string, bareUnit: IntervalUnit): Sum => {
  const invalid = () => invalidDatetimeFormat('interval', text)
  const sum = new Sum()
  let ago = false
  let seen = false
  let pendingDays = false
  const given = new Set<IntervalUnit>()
  let at = 0
  while (at < trimmed.length) {
    if (/[\s,@]/.test(trimmed[at] as string)) {
      at++
      continue
    }
    const date = /^\d+-(\d+)-\d/.exec(trimmed.slice(at))
    // The fields are read from the last one on: a zone after a time is wrong before the date is.
    if (date !== null)
      throw Number(date[1]) >= 12 && !/:\S*[-+]/.test(trimmed) ? intervalFieldOverflow(text) : invalid()
    PART.lastIndex = at
    const match = PART.exec(trimmed)
    if (match === null || match[0] === '') throw invalid()
    at = PART.lastIndex
    const [, clockSign, hours, minutes, seconds, clockFraction, yearSign, years, months, sign, digits, fraction, word] =
      match
    if (ago) throw invalid()
    /** A field is given once; a clock gives three. */
    const give = (...units: readonly IntervalUnit[]): void => {
      if (units.some((unit) => given.has(unit))) throw invalid()
      for (const unit of units) given.add(unit)
    }
    if (hours !== undefined) {
      give('hour', 'minute', 'second')
      addClock(sum, clockSign === '-' ? -1 : 1, hours, minutes as string, seconds, clockFraction ?? '', text)
    } else if (years !== undefined) {
      const direction = yearSign === '-' ? -1 : 1
      give('year', 'month')
      if (Number(months) >= 12) throw intervalFieldOverflow(text)
      sum.months += direction * (Number(years) * 12 + Number(months))
    } else if (digits === '' && fraction === undefined) {
      if (word?.toLowerCase() !== 'ago' || !seen) throw invalid()
      ago = true
    } else {
      const direction = sign === '-' ? -1 : 1
      if (digits === '' && (fraction === undefined || fraction === '.')) throw invalid()
      const unit: IntervalUnit | null =
        word === undefined ? bareUnitAt(trimmed, at, bareUnit, pendingDays) : unitOf(word)
      if (unit === null) throw invalid()
      pendingDays ||= unit === 'day'
      give(unit)
      if (Number(digits) >= 2 ** 63) throw intervalFieldOverflow(text)
      sum.add(
        direction * Number(digits),
        direction * Number(fraction === undefined || fraction === '.' ? 0 : `0${fraction}`),
        unit,
      )
    }
    seen = true
  }
  if (!seen) throw invalid()
  if (ago) {
    sum.months = -sum.months
    sum.days = -sum.days
    sum.micros = typeof sum.micros === 'bigint' ? -sum.micros : 0 - sum.micros
  }
  return sum
}

/** `3 4:05:06`: a bare number right before a clock counts days. */
const bareUnitAt = (text: string, at: number, bareUnit: IntervalUnit, pendingDays: boolean): IntervalUnit =>
  !pendingDays && /^[+-]?\d+:/.test(text.slice(at)) ? 'day' : bareUnit

const addClock = (
  sum: Sum,
  direction: number,
  hours: string,
  minutes: string,
  seconds: string | undefined,
  fraction: string,
  text: string,
): void => {
  const minutesAndSeconds = seconds === undefined && fraction !== ''
  const [h, m, s] = minutesAndSeconds ? ['0', hours, minutes] : [hours, minutes, seconds ?? '0']
  if (Number(m) > 59 || Number(s) > 60) throw intervalFieldOverflow(text)
  const part = fraction === '' || fraction === '.' ? 0 : Number(`0${fraction}`)
  const whole = (Number(h) * 3600 + Number(m) * 60 + Number(s)) * 1_000_000
  sum.addMicros(direction * whole, direction * part * 1_000_000)
}

const ISO_DATE_UNITS: Readonly<Record<string, IntervalUnit>> = { Y: 'year', M: 'month', W: 'week', D: 'day' }
const ISO_TIME_UNITS: Readonly<Record<string, IntervalUnit>> = { H: 'hour', M: 'minute', S: 'second' }

/** `P0001-02-03T04:05:06`. */
const ISO_ALTERNATIVE = /^P(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}):(\d{2}))?$/
const ISO_ALTERNATIVE_UNITS: readonly IntervalUnit[] = ['year', 'month', 'day', 'hour', 'minute', 'second']

const parseIso = (trimmed: string, text: string): Sum => {
  const invalid = () => invalidDatetimeFormat('interval', text)
  const sum = new Sum()
  let inTime = false
  let at = 1
  const alternative = ISO_ALTERNATIVE.exec(trimmed)
  if (alternative !== null) {
    const numbers = alternative.slice(1).map((digits) => Number(digits ?? 0))
    ISO_ALTERNATIVE_UNITS.forEach((unit, i) => sum.add(numbers[i] as number, 0, unit))
    return sum
  }
  const part = /([+-]?)(\d*)(\.\d*)?([A-Za-z])/y
  if (trimmed.length === 1) throw invalid()
  while (at < trimmed.length) {
    if (trimmed[at] === 'T' && !inTime) {
      inTime = true
      at++
      continue
    }
    part.lastIndex = at
    const match = part.exec(trimmed)
    if (match === null) throw invalid()
    const [, sign, digits, fraction, letter] = match
    const unit = (inTime ? ISO_TIME_UNITS : ISO_DATE_UNITS)[(letter as string).toUpperCase()]
    if (unit === undefined || (digits === '' && fraction === undefined)) throw invalid()
    const direction = sign === '-' ? -1 : 1
    sum.add(
      direction * Number(digits),
      direction * Number(fraction === undefined || fraction === '.' ? 0 : `0${fraction}`),
      unit,
    )
    at = part.lastIndex
  }
  return sum
}
