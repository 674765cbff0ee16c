/** Time zones as POSIX writes them: `EST5EDT,M3.2.0,M11.1.0`, with offsets west of Greenwich and rules of each year. */
import { civilFromDays, dayOfWeek, daysFromCivil, daysInMonth } from '../calendar.ts'
import { fixedZone, SECONDS_PER_DAY, type TimeZone, type ZonePeriod } from './time-zone.ts'

/** Summer time without rules of its own changes as in the United States since 2007. */
const DEFAULT_RULES = ',M3.2.0,M11.1.0'

const NAME = String.raw`(?:<([^>]*)>|([^\d,+<-]*))`
const OFFSET = String.raw`([+-]?\d{1,3}(?::\d{1,2}){0,2})`
const RULE = String.raw`((?:M\d{1,2}\.\d\.\d|J?\d{1,3})(?:/[+-]?\d{1,3}(?::\d{1,2}){0,2})?)`
const ZONE = new RegExp(`^${NAME}${OFFSET}(?:${NAME}${OFFSET}?(?:[,;]${RULE},${RULE})?)?$`)

const MAX_HOURS = 167

/** Seconds of `[+-]hh[:mm[:ss]]`; null when a part is too large. */
const secondsOf = (text: string): number | null => {
  const [hours = 0, minutes = 0, seconds = 0] = text.replace(/^[+-]/, '').split(':').map(Number)
  if (hours > MAX_HOURS || minutes > 59 || seconds > 60) return null
  const total = hours * 3600 + minutes * 60 + seconds
  return text.startsWith('-') ? -total : total
}

/** Seconds from the start of a year to a change, by the clock in use before it. */
type YearlyRule = (year: number) => number

const TWO_O_CLOCK = 7200

/** `M3.2.0/2`, `J60`, `59`: a day of the year and a time of it. Null when it names no day. */
const yearlyRule = (text: string): YearlyRule | null => {
  const [day, time] = text.split('/') as [string, string?]
  const seconds = time === undefined ? TWO_O_CLOCK : secondsOf(time)
  if (seconds === null) return null
  const [month = 0, week = 0, weekday = 0] = day.slice(1).split('.').map(Number)
  if (day.startsWith('M')) {
    if (month < 1 || month > 12 || week < 1 || week > 5 || weekday > 6) return null
    return (year) => dayOfMonthRule(year, month, week, weekday) * SECONDS_PER_DAY + seconds
  }
  if (day.startsWith('J')) {
    if (month < 1 || month > 365) return null
    // February 29 is never counted.
    return (year) => (month - 1 + (month >= 60 && daysInMonth(year, 2) === 29 ? 1 : 0)) * SECONDS_PER_DAY + seconds
  }
  return Number(day) > 365 ? null : () => Number(day) * SECONDS_PER_DAY + seconds
}

/** Day of the year (from 0) of the n-th such weekday of a month; the fifth is the last. */
const dayOfMonthRule = (year: number, month: number, week: number, weekday: number): number => {
  const first = daysFromCivil(year, month, 1)
  let day = ((weekday - dayOfWeek(first) + 7) % 7) + (week - 1) * 7
  while (day >= daysInMonth(year, month)) day -= 7
  return first - daysFromCivil(year, 1, 1) + day
}

/** The two changes of a year, as instants. */
interface Changes {
  readonly start: number
  readonly end: number
}

class PosixZone implements TimeZone {
  readonly isFixed = false
  readonly name: string
  private readonly standard: ZonePeriod
  private readonly summer: ZonePeriod
  private readonly startRule: YearlyRule
  private readonly endRule: YearlyRule
  private readonly years = new Map<number, Changes>()

  constructor(name: string, standard: ZonePeriod, summer: ZonePeriod, startRule: YearlyRule, endRule: YearlyRule) {
    this.name = name
    this.standard = standard
    this.summer = summer
    this.startRule = startRule
    this.endRule = endRule
  }

  offsetAt(utcSeconds: number): number {
    return this.periodAt(utcSeconds).offset
  }

  abbreviationAt(utcSeconds: number): string | null {
    return this.periodAt(utcSeconds).abbreviation
  }

  isSummerAt(utcSeconds: number): boolean {
    return this.periodAt(utcSeconds).isSummer
  }

  private periodAt(utcSeconds: number): ZonePeriod {
    const local = utcSeconds + this.standard.offset
    const { start, end } = this.changesOf(civilFromDays(Math.floor(local / SECONDS_PER_DAY)).year)
    const isSummer = start < end ? utcSeconds >= start && utcSeconds < end : !(utcSeconds >= end && utcSeconds < start)
    return isSummer ? this.summer : this.standard
  }

  private changesOf(year: number): Changes {
    let changes = this.years.get(year)
    if (changes === undefined) {
      const begin = daysFromCivil(year, 1, 1) * SECONDS_PER_DAY
      changes = {
        start: begin + this.startRule(year) - this.standard.offset,
        end: begin + this.endRule(year) - this.summer.offset,
      }
      this.years.set(year, changes)
    }
    return changes
  }
}

/** A zone by its POSIX specification, null when the text is none. */
export const posixZone = (text: string): TimeZone | null => {
  const match = ZONE.exec(text)
  if (match === null) return null
  const [, quoted, plain, west = '', summerQuoted, summerPlain, summerWest, start, end] = match
  const offset = secondsOf(west)
  if (offset === null) return null
  const standard: ZonePeriod = { offset: 0 - offset, isSummer: false, abbreviation: quoted ?? plain ?? '' }
  const summerName = summerQuoted ?? summerPlain ?? ''
  if (summerName === '') return summerWest === undefined && start === undefined ? fixedZone(text, standard) : null
  const summerOffset = summerWest === undefined ? offset - 3600 : secondsOf(summerWest)
  if (summerOffset === null) return null
  const summer: ZonePeriod = { offset: 0 - summerOffset, isSummer: true, abbreviation: summerName }
  const [startRule = null, endRule = null] =
    start === undefined || end === undefined
      ? DEFAULT_RULES.slice(1).split(',').map(yearlyRule)
      : [yearlyRule(start), yearlyRule(end)]
  if (startRule === null || endRule === null) return null
  return new PosixZone(text, standard, summer, startRule, endRule)
}
