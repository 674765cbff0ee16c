/** Reads the text of dates, times and timestamps in the spellings that PostgreSQL accepts. */
import {
  datetimeFieldOverflow,
  invalidDatetimeFormat,
  timeZoneDisplacementOutOfRange,
  unknownTimeZone,
} from '../../errors/raise/data.ts'
import type { FormatContext } from '../sql-type.ts'
import {
  daysFromCivil,
  daysInMonth,
  JULIAN_EPOCH,
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
} from './calendar.ts'
import { isWeekday, monthOf } from './fields.ts'
import { findTimeZone, type TimeZone, zoneOfAbbreviation } from './time-zone.ts'

/** Words that stand for a whole date or timestamp. */
type SpecialDate = 'infinity' | '-infinity' | 'epoch' | 'now' | 'today' | 'tomorrow' | 'yesterday'

/** What a text says. Parts that it does not mention are null. */
export interface DatetimeFields {
  readonly special: SpecialDate | null
  /** Days since 2000-01-01. */
  readonly days: number | null
  /** Microseconds of the day, up to 24:00. */
  readonly micros: number | null
  /** A zone by name, or seconds east of Greenwich. */
  readonly zone: TimeZone | number | null
}

const SPECIALS: ReadonlyMap<string, SpecialDate> = new Map([
  ['infinity', 'infinity'],
  ['+infinity', 'infinity'],
  ['-infinity', '-infinity'],
  ['epoch', 'epoch'],
  ['now', 'now'],
  ['today', 'today'],
  ['tomorrow', 'tomorrow'],
  ['yesterday', 'yesterday'],
])

/** Seconds and up to six digits of a fraction as microseconds; further digits round. */
const microsOfSeconds = (whole: number, fraction: string): number => {
  if (fraction === '') return whole * 1_000_000
  if (fraction.length <= 6) return whole * 1_000_000 + Number(fraction.padEnd(6, '0'))
  return whole * 1_000_000 + Math.round(Number(`0.${fraction}`) * 1_000_000)
}

const two = (text: string, at: number): number => {
  const high = text.charCodeAt(at) - 48
  const low = text.charCodeAt(at + 1) - 48
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : -1
}

/** Days of a plain `YYYY-MM-DD` at the beginning of a text, or null when it is not that. */
export const isoDate = (text: string): number | null => {
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return null
  const century = two(text, 0)
  const rest = two(text, 2)
  const month = two(text, 5)
  const day = two(text, 8)
  if (century < 0 || rest < 0 || month < 1 || month > 12 || day < 1) return null
  const year = century * 100 + rest
  return year < 1 || day > daysInMonth(year, month) ? null : daysFromCivil(year, month, day)
}

/** Microseconds of `HH:MM:SS[.ffffff]` that reaches from `at` to the text's end, or null when it is not that. */
export const isoTime = (text: string, at: number): number | null => {
  if (text.charCodeAt(at + 2) !== 58 || text.charCodeAt(at + 5) !== 58) return null
  const hour = two(text, at)
  const minute = two(text, at + 3)
  const second = two(text, at + 6)
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return null
  let micros = ((hour * 60 + minute) * 60 + second) * 1_000_000
  if (text.length === at + 8) return micros
  if (text.charCodeAt(at + 8) !== 46 || text.length > at + 15) return null
  let unit = 100_000
  for (let i = at + 9; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return null
    micros += digit * unit
    unit /= 10
  }
  return micros
}

/** Reads a text for a type, which messages name. Throws 22007, 22008, 22009. */
export const parseDatetime = (text: string, type: string, context: FormatContext): DatetimeFields =>
  new DatetimeReader(text, type, context).read()

const TOKEN =
  /\d+(?::[\d.]+)+|\d[\d.]*(?:[/-][A-Za-z]{3,}[/-]\d+|(?:[-/.]\d+)*)|[+-]\s*\d[\d:]*|[A-Za-z][A-Za-z_/]*(?:\d+[A-Za-z]+|[+-]\d[\d:]*)?|[+-][A-Za-z]+|[\s,]+|./g

class DatetimeReader {
  private readonly text: string
  private readonly type: string
  private readonly context: FormatContext
  private special: SpecialDate | null = null
  private year: number | null = null
  private month: number | null = null
  private day: number | null = null
  private julian: number | null = null
  private micros: number | null = null
  private meridiem: 'am' | 'pm' | null = null
  private zone: TimeZone | number | null = null
  private beforeChrist = false
  private twoDigitYear = false
  /** Numbers alone that wait for their role. */
  private loose: string[] = []

  constructor(text: string, type: string, context: FormatContext) {
    this.text = text
    this.type = type
    this.context = context
  }

  read(): DatetimeFields {
    const tokens = this.tokens()
    if (tokens.length === 0) throw this.invalid()
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i] as string
      if (/^[A-Za-z]/.test(token)) this.word(token, tokens[i + 1] ?? '')
      else if (/^\d/.test(token)) this.numeric(token, tokens[i + 1] ?? '')
      else if (/^[+-]/.test(token)) this.signed(token)
      else throw this.invalid()
    }
    if (this.isTimeOnly() && this.micros === null && this.special === null && this.loose.length === 0)
      throw this.invalid()
    this.assignLoose()
    return { special: this.special, days: this.days(), micros: this.time(), zone: this.zone }
  }

  private tokens(): string[] {
    const spaced = this.text.trim().replace(/^(\d{4,}-\d{1,2}-\d{1,2}|\d{8})[Tt](?=\d)/, '$1 ')
    const out: string[] = []
    for (const [token] of spaced.matchAll(TOKEN)) {
      if (/^[\s,]+$/.test(token)) continue
      out.push(token)
    }
    return out
  }

  private invalid() {
    return invalidDatetimeFormat(this.type, this.text)
  }

  /** Texts of time and timetz, in which six digits are a time. */
  private isTimeOnly(): boolean {
    return this.type === 'time' || this.type === 'time with time zone'
  }

  /** `J2451545`: the number of a day. */
  private isJulian(): boolean {
    return /^j\s*\d/i.test(this.text.trim())
  }

  private word(token: string, next: string): void {
    const lower = token.toLowerCase()
    const special = SPECIALS.get(lower)
    if (special !== undefined) this.special = special
    else if (lower === 'allballs') {
      this.micros = 0
      this.zone = 0
    } else if (lower === 'am' || lower === 'pm') this.meridiem = lower
    else if (lower === 'bc') this.beforeChrist = true
    else if (lower === 'ad' || lower === 'at' || lower === 'on' || isWeekday(lower)) return
    else if (lower === 't' && /^\d/.test(next)) return
    else if (lower === 'j' && /^\d+$/.test(next)) return
    else if (monthOf(lower) > 0) this.month = monthOf(lower)
    else if (lower === 'dst') return
    else this.namedZone(token)
  }

  private namedZone(token: string): void {
    const zone = zoneOfAbbreviation(token) ?? findTimeZone(token)
    if (zone === null) throw token.includes('/') ? unknownTimeZone(token.toLowerCase()) : this.invalid()
    this.zone = zone
  }

  private numeric(token: string, next: string): void {
    if (token.includes(':')) this.clock(token)
    else if (/^\d+[-/.](\d+|[A-Za-z]+)[-/.]\d+$/.test(token)) this.joinedDate(token)
    else if (/^\d{4,}[-.]\d{3}$/.test(token)) {
      this.year = Number(token.slice(0, -4))
      this.julian = daysFromCivil(this.year, 1, 1) + Number(token.slice(-3)) - 1
    } else if (
      /^\d{7,}$/.test(token) &&
      !this.isJulian() &&
      this.year === null &&
      this.julian === null &&
      !this.isTimeOnly()
    ) {
      this.year = Number(token.slice(0, -4))
      this.month = Number(token.slice(-4, -2))
      this.day = Number(token.slice(-2))
    } else if (/^\d{6}(\.\d+)?$/.test(token) || (/^\d{4}$/.test(token) && this.day !== null && this.year !== null)) {
      if (!this.isTimeOnly() && this.year === null && !token.includes('.') && this.month === null) {
        this.year = this.centuryOf(token.slice(0, 2))
        this.month = Number(token.slice(2, 4))
        this.day = Number(token.slice(4, 6))
      } else this.clock(`${token.slice(0, 2)}:${token.slice(2, 4)}${token.length > 4 ? `:${token.slice(4)}` : ''}`)
    } else if (/^\d+$/.test(token)) {
      if (/^(am|pm)$/i.test(next)) this.clock(`${token}:00`)
      else if (this.isJulian()) this.julian = Number(token) - JULIAN_EPOCH
      else this.loose.push(token)
    } else throw this.invalid()
  }

  /** A sign before digits: a zone's offset, when there is a time or a whole date before it; else a wrong number. */
  private signed(token: string): void {
    const lower = token.toLowerCase().replace(/\s/g, '')
    const special = SPECIALS.get(lower)
    if (special !== undefined) {
      this.special = special
      return
    }
    const match = /^([+-])(\d{1,2})(?::?(\d{2}))?(?::?(\d{2}))?$/.exec(lower)
    if (match === null) throw this.invalid()
    const [, sign, hours, minutes = '0', seconds = '0'] = match
    if (Number(hours) > 15 || Number(minutes) > 59 || Number(seconds) > 59)
      throw timeZoneDisplacementOutOfRange(this.text)
    const offset = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
    const base = this.zone !== null && typeof this.zone !== 'number' ? -1 : 1
    this.zone = sign === '-' ? -offset * base : offset * base
  }

  private clock(token: string): void {
    const match = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?)?$/.exec(token)
    if (match === null) throw this.invalid()
    const [, hour, minute, second = '0', fraction = ''] = match
    const outOfRange = Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60
    const micros =
      Number(hour) * MICROS_PER_HOUR + Number(minute) * MICROS_PER_MINUTE + microsOfSeconds(Number(second), fraction)
    if (outOfRange || micros > MICROS_PER_DAY) throw datetimeFieldOverflow(this.text)
    this.micros = micros
  }

  private time(): number | null {
    if (this.micros === null || this.meridiem === null) return this.micros
    const hour = Math.floor(this.micros / MICROS_PER_HOUR)
    if (hour > 12) throw datetimeFieldOverflow(this.text)
    const rest = this.micros - hour * MICROS_PER_HOUR
    return ((hour % 12) + (this.meridiem === 'pm' ? 12 : 0)) * MICROS_PER_HOUR + rest
  }

  /** Years of two digits are near the present, unless they are before Christ. */
  private centuryOf(digits: string): number {
    if (digits.length <= 2) this.twoDigitYear = true
    return Number(digits)
  }

  /** Three parts joined by `-`, `/` or `.`, their order by the year's width and DateStyle. */
  private joinedDate(token: string): void {
    const parts = token.split(/[-/.]/) as [string, string, string]
    const [first, second, third] = parts
    if (/^[A-Za-z]/.test(second)) {
      this.month = monthOf(second)
      if (this.month === 0) throw this.invalid()
      if (first.length > 2) this.set(first, null, third)
      else this.set(third, null, first)
    } else if (first.length > 2) this.set(first, second, third)
    else if (this.context.dateOrder === 'YMD') this.set(first, second, third)
    else if (this.context.dateOrder === 'DMY') this.set(third, second, first)
    else this.set(third, first, second)
  }

  private set(year: string, month: string | null, day: string): void {
    if (this.day !== null || this.year !== null) throw this.invalid()
    this.year = this.centuryOf(year)
    if (month !== null) this.month = Number(month)
    this.day = Number(day)
  }

  /** Numbers that stood alone: with a month's name, day and year around it; else in DateStyle's order. */
  private assignLoose(): void {
    if (this.loose.length === 0) return
    if (this.month !== null) {
      for (const number of this.loose) {
        if (this.day === null && number.length <= 2) this.day = Number(number)
        else if (this.year === null) this.year = this.centuryOf(number)
        else throw this.invalid()
      }
      return
    }
    if (this.loose.length === 1) this.checkAlone(this.loose[0] as string)
    if (this.loose.length !== 3) throw this.invalid()
    this.joinedDate(this.loose.join('-'))
  }

  /** A short number alone is a month or a day; that it can be none is noticed before that the rest is missing. */
  private checkAlone(number: string): void {
    const { dateOrder } = this.context
    if (this.isTimeOnly() || this.year !== null || number.length > 2 || dateOrder === 'YMD') return
    if (Number(number) < 1 || Number(number) > (dateOrder === 'MDY' ? 12 : 31))
      throw datetimeFieldOverflow(this.text, true)
  }

  private days(): number | null {
    if (this.julian !== null) return this.julian
    if (this.year === null && this.month === null && this.day === null) return null
    if (this.year === null || this.month === null) throw this.invalid()
    if (this.day === null) throw this.invalid()
    const isShort = this.twoDigitYear && !this.beforeChrist
    if (this.year === 0 && !isShort) throw datetimeFieldOverflow(this.text)
    const year = this.beforeChrist ? 1 - this.year : isShort ? this.year + (this.year < 70 ? 2000 : 1900) : this.year
    if (this.month < 1 || this.month > 12) throw datetimeFieldOverflow(this.text, true)
    if (this.day < 1 || this.day > 31) throw datetimeFieldOverflow(this.text, true)
    if (this.day > daysInMonth(year, this.month)) throw datetimeFieldOverflow(this.text)
    return daysFromCivil(year, this.month, this.day)
  }
}
