/** Reads the text of dates, times and timestamps in the spellings that PostgreSQL accepts, and refuses what it refuses. */
import { invalidDatetimeFormat, unknownTimeZone } from '../../errors/raise/data.ts'
import type { SqlError } from '../../errors/sql-error.ts'
import type { FormatContext } from '../sql-type.ts'
import { splitTimestamp } from './calendar.ts'
import { offsetAtTimestamp, utcToLocal } from './convert.ts'
import { DATE_PARTS, DatetimeParts, PART, splitFraction, TIME_PARTS } from './datetime-parts.ts'
import { type DatetimeField, datetimeFields } from './datetime-tokens.ts'
import { type DatetimeLabel, type DatetimeWord, datetimeWord } from './datetime-words.ts'
import { findTimeZone, type TimeZone, timeZone, zoneOfAbbreviation } from './zones/index.ts'

/** What a text says. Parts that it does not mention are null. */
export interface DatetimeFields {
  readonly special: 'infinity' | '-infinity' | 'epoch' | null
  /** Days since 2000-01-01. */
  readonly days: number | null
  /** Microseconds of the day, 0 where the text has none; a timestamp may have more of them than a day. */
  readonly micros: number
  /** A zone by name, or seconds east of Greenwich. */
  readonly zone: TimeZone | number | null
}

type Form = 'date' | 'time' | 'time with time zone' | 'timestamp' | 'timestamp with time zone'

/** Reads a text for a type, which messages name. Throws 22007, 22008, 22009, 22023. */
export const parseDatetime = (text: string, type: Form, context: FormatContext): DatetimeFields =>
  new DatetimeReader(text, type, context).read()

const NUMBERS_WITH_POINT = new Set<DatetimeLabel>(['julian', 'time', 'second'])
const AFTER_T = new Set<DatetimeField['kind']>(['number', 'time', 'date'])
const RELATIVE_DAYS = { today: 0, tomorrow: 1, yesterday: -1 } as const

class DatetimeReader {
  private readonly text: string
  private readonly type: Form
  private readonly context: FormatContext
  /** Texts of time and timetz, in which numbers are times and dates need to stand first. */
  private readonly isTimeOnly: boolean
  private readonly parts: DatetimeParts
  private fields: readonly DatetimeField[] = []
  private special: DatetimeFields['special'] = null
  /** What the number that follows is. */
  private label: DatetimeLabel | null = null
  private days: number | null = null
  private isJulian = false
  private meridiem: 'am' | 'pm' | null = null
  private isBeforeChrist = false
  /** Seconds east, or a zone whose offset depends on the date. */
  private zone: TimeZone | number | null = null
  private summer = 0

  constructor(text: string, type: Form, context: FormatContext) {
    this.text = text
    this.type = type
    this.context = context
    this.isTimeOnly = type.startsWith('time ') || type === 'time'
    this.parts = new DatetimeParts(text, context.dateOrder, () => this.invalid())
  }

  read(): DatetimeFields {
    const fields = datetimeFields(this.text, (word) => datetimeWord(word) !== null)
    if (fields === null || fields.length === 0) throw this.invalid()
    this.fields = fields
    fields.forEach((field, index) => this.field(field, index))
    const days = this.isJulian ? this.parts.dayOfYear : this.parts.days(this.isBeforeChrist)
    this.applyMeridiem()
    if (this.isTimeOnly) this.checkTimeOnly()
    else if (this.special === null && !this.parts.has(DATE_PARTS)) throw this.invalid()
    const zone = this.finishZone()
    return { special: this.special, days: this.days ?? days, micros: this.parts.timeOfDay(), zone }
  }

  private invalid(): SqlError {
    return invalidDatetimeFormat(this.type, this.text)
  }

  private field(field: DatetimeField, index: number): void {
    switch (field.kind) {
      case 'date':
        this.dateField(field.text, index)
        return
      case 'time':
        if (this.label !== null && !this.isTimeOnly) this.takeLabel('time')
        this.parts.clock(field.text)
        if (!this.isTimeOnly && this.parts.isBeyondDay()) throw this.parts.overflow()
        return
      case 'zone':
        this.setZone(this.parts.displacement(field.text))
        return
      case 'number':
        if (this.label !== null) this.labelled(field.text, this.label)
        else if (this.isTimeOnly) this.numberOfTime(field.text, index)
        else this.number(field.text)
        return
      default:
        this.word(field.text, index)
    }
  }

  private takeLabel(expected: DatetimeLabel): void {
    if (this.label !== expected) throw this.invalid()
    this.label = null
  }

  private setZone(zone: TimeZone | number): void {
    this.parts.add(PART.zone)
    this.zone = zone
    // Summer time counts on what is known of the zone so far.
    this.summer = 0
  }

  private namedZone(name: string): void {
    const zone = findTimeZone(name)
    if (zone === null) throw unknownTimeZone(name)
    this.setZone(zone)
  }

  /** A date, or, where that is known already, the name of a zone or a time with a zone joined to it. */
  private dateField(text: string, index: number): void {
    const { parts } = this
    if (this.isTimeOnly) {
      const last = this.fields.length - 1
      if (index === 0 && last >= 1 && (this.fields[last]?.kind === 'date' || this.fields[1]?.kind === 'time'))
        parts.date(text)
      else if (/^\d/.test(text)) this.timeWithZone(text, DATE_PARTS)
      else this.namedZone(text)
      return
    }
    if (this.label === 'julian') {
      this.label = null
      const [day = '', zone = ''] = text.split(/(?=-)/)
      if (!/^\d+$/.test(day)) throw this.invalid()
      parts.julianDay(day)
      this.isJulian = true
      this.setZone(parts.displacement(zone))
      parts.add(TIME_PARTS)
    } else if (this.label !== null || parts.has(PART.month | PART.day)) {
      if (this.label === null && !/^\d/.test(text)) {
        this.namedZone(text)
        return
      }
      if (this.label !== null) this.takeLabel('time')
      this.timeWithZone(text, 0)
    } else parts.date(text)
  }

  /** `040506.789-08` */
  private timeWithZone(text: string, known: number): void {
    if (this.parts.has(TIME_PARTS)) throw this.invalid()
    const at = text.indexOf('-')
    if (at < 0) throw this.invalid()
    this.setZone(this.parts.displacement(text.slice(at)))
    this.parts.joined(text.slice(0, at), this.parts.seen | known)
  }

  private labelled(text: string, label: DatetimeLabel): void {
    const { parts } = this
    const [whole, fraction] = splitFraction(text)
    const value = parts.integer(whole)
    if (fraction !== undefined && !NUMBERS_WITH_POINT.has(label)) throw this.invalid()
    this.label = null
    switch (label) {
      case 'month':
        if (!parts.has(PART.month | PART.hour)) {
          parts.add(PART.month)
          parts.month = value
          return
        }
        parts.add(PART.minute)
        parts.minute = value
        return
      case 'second':
        parts.second = value
        if (fraction !== undefined) parts.fraction = parts.micros(fraction)
        parts.add(fraction === undefined ? PART.second : PART.second | PART.fraction)
        return
      case 'julian':
        parts.julianDay(text)
        this.isJulian = true
        return
      case 'time':
        if (parts.joined(text, parts.seen | DATE_PARTS) !== 'time') throw this.invalid()
        return
      case 'none':
        throw this.invalid()
      default:
        parts.add(PART[label])
        parts[label] = value
    }
  }

  private number(text: string): void {
    const { parts } = this
    const point = text.indexOf('.')
    const isJoined = text.length >= 6 && !(parts.hasAny(DATE_PARTS) && parts.hasAny(TIME_PARTS))
    if (point >= 0 && !parts.hasAny(DATE_PARTS)) parts.date(text)
    else if (point > 2 || isJoined) parts.joined(text, parts.seen)
    else parts.number(text)
  }

  private numberOfTime(text: string, index: number): void {
    const { parts } = this
    const point = text.indexOf('.')
    const last = this.fields.length - 1
    if (point >= 0 && index === 0 && last >= 1 && this.fields[last]?.kind === 'date') parts.date(text)
    else if (point >= 0 && point <= 2) throw this.invalid()
    else parts.joined(text, parts.seen | DATE_PARTS)
  }

  private word(text: string, index: number): void {
    const abbreviated = zoneOfAbbreviation(text)
    if (abbreviated !== null) {
      this.setZone(abbreviated.isFixed ? abbreviated.offsetAt(0) : abbreviated)
      return
    }
    const word = datetimeWord(text)
    if (word === null) {
      const zone = findTimeZone(text)
      if (zone === null) throw this.invalid()
      this.setZone(zone)
      return
    }
    if (this.isTimeOnly && (word.kind === 'month' || word.kind === 'weekday')) throw this.invalid()
    this.knownWord(word, index)
  }

  private knownWord(word: DatetimeWord, index: number): void {
    const { parts } = this
    switch (word.kind) {
      case 'filler':
        return
      case 'weekday':
        parts.add(PART.weekday)
        return
      case 'month':
        this.monthName(word.month)
        return
      case 'summer':
        parts.add(PART.summer)
        this.summer = 3600
        return
      case 'meridiem':
        parts.add(PART.meridiem)
        this.meridiem = word.isAfternoon ? 'pm' : 'am'
        return
      case 'era':
        parts.add(PART.era)
        this.isBeforeChrist = word.isBeforeChrist
        return
      case 'moment':
        this.moment(word.moment)
        return
      default:
        if (word.label === 'time') this.checkTimeFollows(index)
        this.label = word.label
    }
  }

  /** `t` stands between a date and its time. */
  private checkTimeFollows(index: number): void {
    const next = this.fields[index + 1]
    if ((!this.isTimeOnly && !this.parts.has(DATE_PARTS)) || next === undefined || !AFTER_T.has(next.kind))
      throw this.invalid()
  }

  /** A number that was taken for the month is the day, where a name of the month comes after it. */
  private monthName(month: number): void {
    const { parts } = this
    const wasDay = parts.has(PART.month) && !parts.hasMonthName && !parts.has(PART.day)
    if (wasDay && parts.month >= 1 && parts.month <= 31) {
      parts.add(PART.day)
      parts.day = parts.month
    } else parts.add(PART.month)
    parts.hasMonthName = true
    parts.month = month
  }

  private moment(moment: Extract<DatetimeWord, { kind: 'moment' }>['moment']): void {
    const { parts } = this
    if (this.isTimeOnly && moment !== 'now' && moment !== 'allballs') throw this.invalid()
    switch (moment) {
      case 'allballs':
        parts.add(TIME_PARTS | PART.zone)
        this.zone = 0
        return
      case 'now':
        parts.add(this.isTimeOnly ? TIME_PARTS : DATE_PARTS | TIME_PARTS | PART.zone)
        this.setNow()
        return
      case 'today':
      case 'tomorrow':
      case 'yesterday':
        parts.add(DATE_PARTS)
        this.setDay(splitTimestamp(this.localNow()).days + RELATIVE_DAYS[moment])
        return
      default:
        parts.add(PART.moment)
        this.special = moment
    }
  }

  private localNow() {
    return utcToLocal(this.context.transactionTimestamp, timeZone(this.context.timeZone))
  }

  private setNow(): void {
    const { days, micros } = splitTimestamp(this.localNow())
    this.parts.fraction = micros
    if (this.isTimeOnly) return
    this.setDay(days)
    this.zone = offsetAtTimestamp(this.context.transactionTimestamp, timeZone(this.context.timeZone))
  }

  /** A day that is right as it is. */
  private setDay(days: number): void {
    this.days = days
    this.isJulian = true
  }

  private applyMeridiem(): void {
    if (this.meridiem === null) return
    const { parts } = this
    if (parts.hour > 12) throw parts.overflow()
    parts.hour = (parts.hour % 12) + (this.meridiem === 'pm' ? 12 : 0)
  }

  private checkTimeOnly(): void {
    if (this.parts.isBeyondDay()) throw this.parts.overflow()
    if (!this.parts.has(TIME_PARTS)) throw this.invalid()
    if (typeof this.zone === 'number') return
    // Abbreviations and the session's zone take today's date where there is none; a named zone does not.
    const named = this.zone?.offsetOfLocal === undefined ? this.zone : null
    const needsDate = named === null ? this.parts.hasAny(DATE_PARTS) : !named.isFixed
    if (needsDate && !this.parts.has(DATE_PARTS)) throw this.invalid()
  }

  /** Summer time is said of zones that are offsets. */
  private finishZone(): TimeZone | number | null {
    if (!this.parts.has(PART.summer)) return this.zone
    if (typeof this.zone !== 'number') throw this.invalid()
    return this.zone + this.summer
  }
}
