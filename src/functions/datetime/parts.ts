/** extract, date_part and date_trunc: parts of dates, times and intervals by name. */
import { unitNotRecognized, unitNotSupported } from '../../errors/raise/data.ts'
import {
  civilFromDays,
  dayOfWeek,
  daysFromCivil,
  isInfinite,
  JULIAN_EPOCH,
  joinTimestamp,
  MICROS_PER_DAY,
  MICROS_PER_SECOND,
  splitTimestamp,
  UNIX_EPOCH_DAYS,
} from '../../types/datetime/calendar.ts'
import { unitOf } from '../../types/datetime/fields.ts'
import { Interval } from '../../types/datetime/interval.ts'
import { exactAdd, type ExactInteger, exactSub, normalizeInteger } from '../../types/int64.ts'
import { numericAdd, numericDiv } from '../../types/numeric/arithmetic.ts'
import { Numeric } from '../../types/numeric/numeric.ts'

/** Parts that are no units of intervals. */
const OTHER_PARTS = new Set([
  'dow',
  'doy',
  'isodow',
  'isoyear',
  'epoch',
  'julian',
  'timezone',
  'timezone_hour',
  'timezone_minute',
])

/** Canonical name of a part. Throws 22023 for a word that names none. */
const partOf = (word: string, type: string): string => {
  const lower = word.toLowerCase()
  if (OTHER_PARTS.has(lower)) return lower
  if (lower === 'j' || lower === 'jd') return 'julian'
  if (lower === 'timezone_h') return 'timezone_hour'
  if (lower === 'timezone_m') return 'timezone_minute'
  const unit = unitOf(lower)
  if (unit === null) throw unitNotRecognized(lower, type)
  return unit
}

const scaled = (value: ExactInteger, scale: number): Numeric => Numeric.of(value, scale)
const whole = (value: ExactInteger): Numeric => Numeric.of(value, 0)

/** Astronomical years count a year 0; people do not. */
const shownYear = (year: number): number => (year > 0 ? year : year - 1)

/** ISO 8601 week and the year it belongs to. */
export const isoWeek = (days: number): { readonly year: number; readonly week: number } => {
  const thursday = days - ((dayOfWeek(days) + 6) % 7) + 3
  const { year } = civilFromDays(thursday)
  return { year, week: Math.floor((thursday - daysFromCivil(year, 1, 1)) / 7) + 1 }
}

/** Parts of a time of day. */
const timePart = (part: string, micros: number): Numeric | null => {
  const second = micros % 60_000_000
  switch (part) {
    case 'microsecond':
      return whole(second)
    case 'millisecond':
      return scaled(second, 3)
    case 'second':
      return scaled(second, 6)
    case 'minute':
      return whole(Math.floor(micros / 60_000_000) % 60)
    case 'hour':
      return whole(Math.floor(micros / 3_600_000_000))
    default:
      return null
  }
}

/** Parts of a calendar day. */
const datePart = (part: string, days: number): Numeric | null => {
  const { year, month, day } = civilFromDays(days)
  switch (part) {
    case 'day':
      return whole(day)
    case 'month':
      return whole(month)
    case 'quarter':
      return whole(Math.floor((month - 1) / 3) + 1)
    case 'week':
      return whole(isoWeek(days).week)
    case 'year':
      return whole(shownYear(year))
    case 'decade':
      return whole(Math.floor(year / 10))
    case 'century':
      return whole(year > 0 ? Math.floor((year + 99) / 100) : -Math.floor((100 - year) / 100))
    case 'millennium':
      return whole(year > 0 ? Math.floor((year + 999) / 1000) : -Math.floor((1000 - year) / 1000))
    case 'isoyear':
      return whole(shownYear(isoWeek(days).year))
    case 'dow':
      return whole(dayOfWeek(days))
    case 'isodow':
      return whole(((dayOfWeek(days) + 6) % 7) + 1)
    case 'doy':
      return whole(days - daysFromCivil(year, 1, 1) + 1)
    default:
      return null
  }
}

const zonePart = (part: string, east: number): Numeric | null => {
  switch (part) {
    case 'timezone':
      return whole(east)
    case 'timezone_hour':
      return whole(Math.trunc(east / 3600) + 0)
    case 'timezone_minute':
      return whole(Math.trunc((east % 3600) / 60) + 0)
    default:
      return null
  }
}

/** Parts that grow without end, which are infinite for infinite times; the rest are unknown then. */
const UNBOUNDED = new Set(['year', 'decade', 'century', 'millennium', 'julian', 'isoyear', 'epoch'])

const infinitePart = (part: string, value: ExactInteger): Numeric | null =>
  UNBOUNDED.has(part) ? (value > 0 ? Numeric.Infinity : Numeric.NegativeInfinity) : null

const julian = (days: number, micros: number): Numeric =>
  numericAdd(whole(days + JULIAN_EPOCH), numericDiv(whole(micros), whole(MICROS_PER_DAY)))

const EPOCH_MICROS = UNIX_EPOCH_DAYS * MICROS_PER_DAY

/** A part of a local timestamp; `utc` and `east` are given for timestamps with time zone. */
export const timestampPart = (
  word: string,
  local: ExactInteger,
  type: string,
  zone: { readonly utc: ExactInteger; readonly east: number } | null,
): Numeric | null => {
  const part = partOf(word, type)
  if (isInfinite(local)) return infinitePart(part, local)
  if (part === 'epoch') return scaled(exactAdd(zone?.utc ?? local, EPOCH_MICROS), 6)
  const { days, micros } = splitTimestamp(local)
  if (part === 'julian') return julian(days, micros)
  const value = timePart(part, micros) ?? datePart(part, days) ?? (zone === null ? null : zonePart(part, zone.east))
  if (value === null) throw unitNotSupported(word.toLowerCase(), type)
  return value
}

/** A part of a date; `finite` false for the infinities. */
export const dateOnlyPart = (word: string, days: number, finite: boolean): Numeric | null => {
  const part = partOf(word, 'date')
  if (!finite) {
    const value = infinitePart(part, days)
    if (value === null && datePart(part, 0) === null) throw unitNotSupported(word.toLowerCase(), 'date')
    return value
  }
  if (part === 'epoch') return whole((days + UNIX_EPOCH_DAYS) * 86400)
  if (part === 'julian') return whole(days + JULIAN_EPOCH)
  const value = datePart(part, days)
  if (value === null) throw unitNotSupported(word.toLowerCase(), 'date')
  return value
}

/** A part of a time; `east` is given for times with time zone. */
export const timeOnlyPart = (word: string, micros: number, type: string, east: number | null): Numeric => {
  const part = partOf(word, type)
  if (part === 'epoch') return scaled(micros - (east ?? 0) * MICROS_PER_SECOND, 6)
  const value = timePart(part, micros) ?? (east === null ? null : zonePart(part, east))
  if (value === null) throw unitNotSupported(word.toLowerCase(), type)
  return value
}

const SECONDS_PER_YEAR = 31_557_600
const SECONDS_PER_MONTH = 2_592_000

export const intervalPart = (word: string, { months, days, micros }: Interval): Numeric => {
  const part = partOf(word, 'interval')
  const big = BigInt(micros)
  switch (part) {
    case 'microsecond':
      return whole(normalizeInteger(big % 60_000_000n))
    case 'millisecond':
      return scaled(normalizeInteger(big % 60_000_000n), 3)
    case 'second':
      return scaled(normalizeInteger(big % 60_000_000n), 6)
    case 'minute':
      return whole(normalizeInteger((big / 60_000_000n) % 60n))
    case 'hour':
      return whole(normalizeInteger(big / 3_600_000_000n))
    case 'day':
      return whole(days)
    case 'month':
      return whole((months % 12) + 0)
    case 'quarter':
      return whole(Math.trunc((months % 12) / 3) + 1)
    case 'year':
      return whole(Math.trunc(months / 12) + 0)
    case 'decade':
      return whole(Math.trunc(months / 120) + 0)
    case 'century':
      return whole(Math.trunc(months / 1200) + 0)
    case 'millennium':
      return whole(Math.trunc(months / 12000) + 0)
    case 'epoch': {
      const seconds = Math.trunc(months / 12) * SECONDS_PER_YEAR + (months % 12) * SECONDS_PER_MONTH + days * 86400
      return scaled(normalizeInteger(BigInt(seconds) * 1_000_000n + big), 6)
    }
    default:
      throw unitNotSupported(word.toLowerCase(), 'interval')
  }
}

/** Seconds and a fraction of one, added as floats. `micros` may be negative. */
const floatSeconds = (micros: number): number =>
  Math.trunc(micros / MICROS_PER_SECOND) + (micros % MICROS_PER_SECOND) / 1e6

/**
 * A part as date_part has it: in float arithmetic, whose last digit is not always that of the exact value nearest to it.
 * Null where there is no such part of an infinite time.
 */
export const floatPart = (word: string, value: Numeric | null, type: string): number | null => {
  if (value === null) return null
  const float = value.toNumber()
  switch (partOf(word, type)) {
    case 'second':
      return floatSeconds(Math.round(float * 1e6))
    case 'millisecond': {
      const micros = Math.round(float * 1e3)
      return Math.trunc(micros / MICROS_PER_SECOND) * 1e3 + (micros % MICROS_PER_SECOND) / 1e3
    }
    default:
      return float
  }
}

/** date_part of an interval. */
export const intervalFloatPart = (word: string, interval: Interval): number | null => {
  const exact = intervalPart(word, interval)
  if (partOf(word, 'interval') !== 'epoch') return floatPart(word, exact, 'interval')
  const { months, days, micros } = interval
  return (
    Number(micros) / 1e6 +
    SECONDS_PER_YEAR * Math.trunc(months / 12) +
    SECONDS_PER_MONTH * (months % 12) +
    86_400 * days
  )
}

/** date_part of a time with time zone. `west`: seconds. */
export const timeTzFloatPart = (word: string, micros: number, west: number): number | null => {
  const exact = timeOnlyPart(word, micros, 'time with time zone', -west)
  return partOf(word, 'time with time zone') === 'epoch'
    ? micros / 1e6 + west
    : floatPart(word, exact, 'time with time zone')
}

/** A unit to cut to. Throws 22023 for parts that are none. */
const truncationUnit = (word: string, type: string): string => {
  const part = partOf(word, type)
  if (OTHER_PARTS.has(part) && !part.startsWith('timezone')) throw unitNotRecognized(word.toLowerCase(), type)
  return part
}

/** First year of the span of years that holds one. */
const spanStart = (year: number, span: number): number =>
  span === 10 ? Math.floor(year / 10) * 10 : Math.floor((year - 1) / span) * span + 1

/** A local timestamp cut to a unit. */
export const truncateTimestamp = (word: string, local: ExactInteger, type: string): ExactInteger => {
  if (isInfinite(local)) return local
  const part = truncationUnit(word, type)
  const { days, micros } = splitTimestamp(local)
  const { year, month } = civilFromDays(days)
  const day = (y: number, m: number): ExactInteger => joinTimestamp(daysFromCivil(y, m, 1), 0)
  switch (part) {
    case 'microsecond':
      return local
    case 'millisecond':
      return joinTimestamp(days, micros - (micros % 1000))
    case 'second':
      return joinTimestamp(days, micros - (micros % 1_000_000))
    case 'minute':
      return joinTimestamp(days, micros - (micros % 60_000_000))
    case 'hour':
      return joinTimestamp(days, micros - (micros % 3_600_000_000))
    case 'day':
      return joinTimestamp(days, 0)
    case 'week':
      return joinTimestamp(days - ((dayOfWeek(days) + 6) % 7), 0)
    case 'month':
      return day(year, month)
    case 'quarter':
      return day(year, month - ((month - 1) % 3))
    case 'year':
      return day(year, 1)
    case 'decade':
      return day(spanStart(year, 10), 1)
    case 'century':
      return day(spanStart(year, 100), 1)
    case 'millennium':
      return day(spanStart(year, 1000), 1)
    default:
      throw unitNotSupported(word.toLowerCase(), type)
  }
}

/** Months that the large units span. */
const MONTH_UNITS: Readonly<Record<string, number>> = {
  month: 1,
  quarter: 3,
  year: 12,
  decade: 120,
  century: 1200,
  millennium: 12000,
}

const TIME_UNITS: Readonly<Record<string, number>> = {
  microsecond: 1,
  millisecond: 1000,
  second: 1_000_000,
  minute: 60_000_000,
  hour: 3_600_000_000,
}

export const truncateInterval = (word: string, { months, days, micros }: Interval): Interval => {
  const part = truncationUnit(word, 'interval')
  const monthUnit = MONTH_UNITS[part]
  if (monthUnit !== undefined) return new Interval(months - (months % monthUnit), 0, 0)
  if (part === 'day') return new Interval(months, days, 0)
  const timeUnit = TIME_UNITS[part]
  if (timeUnit === undefined) {
    throw unitNotSupported(
      word.toLowerCase(),
      'interval',
      part === 'week' ? 'Months usually have fractional weeks.' : undefined,
    )
  }
  return new Interval(months, days, exactSub(micros, normalizeInteger(BigInt(micros) % BigInt(timeUnit))))
}
