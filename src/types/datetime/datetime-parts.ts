/** The parts of a date and time as they are found in a text one by one, and the rules by which numbers become parts. */
import { datetimeFieldOverflow, timeZoneDisplacementOutOfRange } from '../../errors/raise/data.ts'
import type { SqlError } from '../../errors/sql-error.ts'
import type { FormatContext } from '../sql-type.ts'
import { daysFromCivil, daysInMonth, JULIAN_EPOCH, MICROS_PER_HOUR, MICROS_PER_MINUTE } from './calendar.ts'
import { datetimeWord } from './datetime-words.ts'

/** Bits of the parts that a text has named; none may be named twice. */
export const PART = {
  year: 1,
  month: 2,
  day: 4,
  dayOfYear: 8,
  hour: 16,
  minute: 32,
  second: 64,
  fraction: 128,
  zone: 256,
  summer: 512,
  meridiem: 1024,
  era: 2048,
  weekday: 4096,
  moment: 8192,
} as const

export const DATE_PARTS = PART.year | PART.month | PART.day
export const TIME_PARTS = PART.hour | PART.minute | PART.second | PART.fraction

const LARGEST_INTEGER = 2 ** 31
const MAX_ZONE_HOURS = 15
/** Years of two digits below this one are of the 21st century. */
const CENTURY_TURN = 70

/** A number's digits, and its fraction with the point, where it has one. */
export const splitFraction = (text: string): [string, string | undefined] => {
  const point = text.indexOf('.')
  return point < 0 ? [text, undefined] : [text.slice(0, point), text.slice(point)]
}

/** Seconds east of Greenwich of a sign, hours and perhaps minutes and seconds; null where a text is not that. */
export const zoneDisplacement = (text: string): number | 'out of range' | null => {
  const match = /^([+-])(\d*)(?::(\d*)(?::(\d*))?)?(.*)$/s.exec(text)
  if (match === null) return null
  const [, sign, first = '', minutes, seconds, rest] = match
  const isJoined = minutes === undefined && text.length > 3 && rest === ''
  const hour = isJoined ? Math.floor(Number(first) / 100) : Number(first)
  const minute = isJoined ? Number(first) % 100 : Number(minutes ?? 0)
  const second = Number(seconds ?? 0)
  if (hour > MAX_ZONE_HOURS || minute > 59 || second > 59) return 'out of range'
  if (rest !== '') return null
  return (hour * 3600 + minute * 60 + second) * (sign === '-' ? -1 : 1) + 0
}

export class DatetimeParts {
  readonly text: string
  readonly order: FormatContext['dateOrder']
  private readonly invalid: () => SqlError
  /** Bits of PART. */
  seen = 0
  year = 0
  month = 0
  day = 0
  dayOfYear = 0
  hour = 0
  minute = 0
  second = 0
  /** Microseconds of the second. */
  fraction = 0
  hasMonthName = false
  hasShortYear = false

  constructor(text: string, order: FormatContext['dateOrder'], invalid: () => SqlError) {
    this.text = text
    this.order = order
    this.invalid = invalid
  }

  has(parts: number): boolean {
    return (this.seen & parts) === parts
  }

  hasAny(parts: number): boolean {
    return (this.seen & parts) !== 0
  }

  add(parts: number): void {
    if ((this.seen & parts) !== 0) throw this.invalid()
    this.seen |= parts
  }

  overflow(dateStyleHint = false): SqlError {
    return datetimeFieldOverflow(this.text, dateStyleHint)
  }

  integer(digits: string): number {
    const value = Number(digits === '' ? 0 : digits)
    if (value >= LARGEST_INTEGER) throw this.overflow()
    return value
  }

  /** `.25` as microseconds, rounded. */
  micros(fraction: string): number {
    if (!/^\.\d*$/.test(fraction)) throw this.invalid()
    return fraction === '.' ? 0 : Math.round(Number(fraction) * 1_000_000)
  }

  /** `10:20`, `10:20:30.5`; two parts with a fraction are minutes and seconds. */
  clock(text: string): void {
    const match = /^(\d*):(\d*)(?::(\d*))?(\.\d*)?$/.exec(text)
    if (match === null) throw this.invalid()
    const [, first = '', second = '', third, fraction] = match
    const numbers = [this.integer(first), this.integer(second), this.integer(third ?? '')]
    const [hour, minute, seconds] =
      third === undefined && fraction !== undefined ? [0, numbers[0], numbers[1]] : numbers
    this.hour = hour as number
    this.minute = minute as number
    this.second = seconds as number
    this.fraction = fraction === undefined ? 0 : this.micros(fraction)
    if (this.minute > 59 || this.second > 60) throw this.overflow()
    this.add(TIME_PARTS)
  }

  /** Whether the time is none of a day, whose last moment is 24:00. */
  isBeyondDay(): boolean {
    return this.hour > 24 || this.minute > 59 || this.second > 60 || this.timeOfDay() > 24 * MICROS_PER_HOUR
  }

  timeOfDay(): number {
    return this.hour * MICROS_PER_HOUR + this.minute * MICROS_PER_MINUTE + this.second * 1_000_000 + this.fraction
  }

  /** Seconds east of Greenwich of `+05:30`, `-0800`, `+5`. */
  displacement(text: string): number {
    const east = zoneDisplacement(text)
    if (east === null) throw this.invalid()
    if (east === 'out of range') throw timeZoneDisplacementOutOfRange(this.text)
    return east
  }

  /** A whole date: numbers, and perhaps a month's name, with signs between them. */
  date(text: string): void {
    const hadMonthName = this.hasMonthName
    this.hasMonthName = false
    // A part ends at the first character of another kind, which is dropped.
    const parts = [...text.matchAll(/[^a-z\d]*(\d+|[a-z]+)[^]?/g)].map((match) => match[1] as string)
    if (/[^a-z\d]{2,}$/.test(text)) throw this.invalid()
    for (const part of parts) if (/^[a-z]/.test(part)) this.monthName(part)
    for (const part of parts) if (/^\d/.test(part)) this.number(part)
    if ((this.seen & ~(PART.dayOfYear | PART.zone)) !== DATE_PARTS) throw this.invalid()
    this.hasMonthName = hadMonthName
  }

  private monthName(word: string): void {
    const meaning = datetimeWord(word)
    if (meaning?.kind === 'filler') return
    if (meaning?.kind !== 'month') throw this.invalid()
    this.add(PART.month)
    this.month = meaning.month
    this.hasMonthName = true
  }

  /** A number alone: which part it is depends on what is known already, and on DateStyle. */
  number(text: string): void {
    const [whole, fraction] = splitFraction(text)
    if (whole === '') throw this.invalid()
    const value = this.integer(whole)
    if (fraction !== undefined) {
      if (whole.length > 2) {
        this.joined(text, this.seen | DATE_PARTS)
        return
      }
      this.fraction = this.micros(fraction)
    }
    const { length } = text
    const known = this.seen & DATE_PARTS
    if (length === 3 && known === PART.year && value >= 1 && value <= 366) {
      this.add(PART.dayOfYear | PART.month | PART.day)
      this.dayOfYear = value
      return
    }
    switch (known) {
      case 0:
        if (length >= 3 || this.order === 'YMD') this.setYear(value, length)
        else if (this.order === 'DMY') this.setDay(value)
        else this.setMonth(value)
        return
      case PART.year:
      case PART.day:
        this.setMonth(value)
        return
      case PART.month:
        if (this.hasMonthName && (length >= 3 || this.order === 'YMD')) this.setYear(value, length)
        else this.setDay(value)
        return
      case PART.year | PART.month:
        if (this.hasMonthName && length >= 3 && this.hasShortYear) {
          // The short number before it was the day after all.
          this.setDay(this.year)
          this.year = value
          this.hasShortYear = false
        } else this.setDay(value)
        return
      case PART.month | PART.day:
        this.setYear(value, length)
        return
      case DATE_PARTS:
        this.joined(text, this.seen)
        return
      default:
        throw this.invalid()
    }
  }

  private setYear(year: number, length: number): void {
    this.add(PART.year)
    this.year = year
    this.hasShortYear = length <= 2
  }

  private setMonth(month: number): void {
    this.add(PART.month)
    this.month = month
  }

  private setDay(day: number): void {
    this.add(PART.day)
    this.day = day
  }

  /** Digits without signs between them: `20011223`, `040506.789`, `1020`; `known` decides between date and time. */
  joined(text: string, known: number): 'date' | 'time' {
    const [digits, fraction] = splitFraction(text)
    const { length } = digits
    if (fraction === undefined && (known & DATE_PARTS) !== DATE_PARTS) {
      if (length >= 6) {
        this.add(DATE_PARTS)
        this.year = this.integer(digits.slice(0, -4))
        this.month = Number(digits.slice(-4, -2))
        this.day = Number(digits.slice(-2))
        if (length === 6) this.hasShortYear = true
        return 'date'
      }
    } else if (fraction !== undefined) this.fraction = this.micros(fraction)
    if ((known & TIME_PARTS) === TIME_PARTS || (length !== 6 && length !== 4)) throw this.invalid()
    this.add(TIME_PARTS)
    this.hour = Number(digits.slice(0, 2))
    this.minute = Number(digits.slice(2, 4))
    this.second = Number(digits.slice(4))
    return 'time'
  }

  /** The number of a day, and its fraction as the time. */
  julianDay(text: string): void {
    const [digits, fraction] = splitFraction(text)
    this.dayOfYear = this.integer(digits) - JULIAN_EPOCH
    this.add(DATE_PARTS)
    if (fraction === undefined) return
    this.fraction = fraction === '.' ? 0 : Math.round(Number(fraction) * 24 * MICROS_PER_HOUR)
    this.add(TIME_PARTS)
  }

  /**
   * Days since 2000-01-01; null where the date is not whole. What is wrong is told in the order year, month, day, and
   * also of dates that are not whole.
   */
  days(isBeforeChrist: boolean): number | null {
    if (this.has(PART.year)) this.year = this.fullYear(isBeforeChrist)
    if (this.has(PART.dayOfYear)) return daysFromCivil(this.year, 1, 1) + this.dayOfYear - 1
    if (this.has(PART.month) && (this.month < 1 || this.month > 12)) throw this.overflow(true)
    if (this.has(PART.day) && (this.day < 1 || this.day > 31)) throw this.overflow(true)
    if (!this.has(DATE_PARTS)) return null
    if (this.day > daysInMonth(this.year, this.month)) throw this.overflow()
    return daysFromCivil(this.year, this.month, this.day)
  }

  /** 1 BC is year 0. */
  private fullYear(isBeforeChrist: boolean): number {
    if (isBeforeChrist) {
      if (this.year <= 0) throw this.overflow()
      return 1 - this.year
    }
    if (this.hasShortYear && this.year < 100) return this.year + (this.year < CENTURY_TURN ? 2000 : 1900)
    if (this.year <= 0) throw this.overflow()
    return this.year
  }
}
