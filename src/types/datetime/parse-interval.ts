/** Reads the text of intervals: `1 year 2 mons 3 days 04:05:06`, `1-2 3 4:05:06`, and ISO 8601's forms. */
import { intervalFieldOverflow, intervalOutOfRange, invalidDatetimeFormat } from '../../errors/raise/data.ts'
import { normalizeInteger } from '../int64.ts'
import { type DatetimeField, datetimeFields } from './datetime-tokens.ts'
import { datetimeWord } from './datetime-words.ts'
import { type CountedUnit, unitOf } from './fields.ts'
import { INTERVAL_UNITS, IntervalSum } from './interval-sum.ts'
import { Interval } from './interval.ts'
import { readIsoInterval } from './parse-iso-interval.ts'

/** How a text is read that does not say everything itself. */
export interface IntervalReading {
  /** Two numbers with a colon are minutes and seconds. */
  readonly minutesFirst?: boolean
  /** A minus before the first field, and no sign before others, counts for all of them. */
  readonly leadingMinusForAll?: boolean
}

/** `bareUnit` is that of the last number, when it has none. Throws 22007, 22008, 22015. */
export const parseIntervalText = (text: string, bareUnit: CountedUnit, reading: IntervalReading = {}): Interval => {
  const overflow = () => intervalFieldOverflow(text)
  const sum = new IntervalSum(overflow)
  const isRead = readFields(text, sum, bareUnit, reading)
  if (!isRead) {
    sum.clear()
    if (!readIsoInterval(text, sum)) throw invalidDatetimeFormat('interval', text)
  }
  const months = sum.years * 12 + sum.months
  if (months >= 2 ** 31 || months < -(2 ** 31)) throw intervalOutOfRange()
  return new Interval(months, sum.days, normalizeInteger(sum.micros))
}

/** Whether the text was of this form; what is found is added up. */
const readFields = (text: string, sum: IntervalSum, bareUnit: CountedUnit, reading: IntervalReading): boolean => {
  const fields = datetimeFields(text, (word) => datetimeWord(word) !== null)
  if (fields === null) return false
  const isNegative =
    reading.leadingMinusForAll === true &&
    fields[0]?.text.startsWith('-') === true &&
    !fields.slice(1).some((field) => /^[-+]/.test(field.text))
  return new FieldReader(sum, bareUnit, reading.minutesFirst === true, isNegative).read(fields)
}

/** A number, and what follows it: months after a year, or a fraction. */
const NUMBER = /^([+-]?\d*)(?:-(\d*)|(\.\d*))?(.*)$/
const CLOCK = /^(\d*):(\d*)(?::(\d*))?(\.\d*)?$/

/** Thrown away inside: the text is not of the form. */
const NOT_THIS_FORM = Symbol('not of this form')

class FieldReader {
  private readonly sum: IntervalSum
  private readonly bareUnit: CountedUnit
  private readonly minutesFirst: boolean
  private readonly isNegative: boolean
  /** The unit of the number that is read next: fields are read from the last one, as units follow their numbers. */
  private unit: CountedUnit | null = null
  private readonly given = new Set<string>()
  private ago = false

  constructor(sum: IntervalSum, bareUnit: CountedUnit, minutesFirst: boolean, isNegative: boolean) {
    this.sum = sum
    this.bareUnit = bareUnit
    this.minutesFirst = minutesFirst
    this.isNegative = isNegative
  }

  read(fields: readonly DatetimeField[]): boolean {
    try {
      for (const field of fields.toReversed()) this.field(field)
    } catch (error) {
      if (error === NOT_THIS_FORM) return false
      throw error
    }
    if (this.given.size === 0) return false
    if (this.ago) this.sum.negate()
    return true
  }

  private field({ kind, text }: DatetimeField): void {
    if (kind === 'word') this.word(text)
    else if (kind === 'time') this.clock(text, this.isNegative ? -1 : 1)
    else if (kind === 'zone' && text.includes(':') && CLOCK.test(text.slice(1)))
      this.clock(text.slice(1), text.startsWith('-') ? -1 : this.isNegative ? -1 : 1)
    else this.number(text)
  }

  private word(word: string): void {
    if (word === 'ago') {
      this.ago = true
      return
    }
    const unit = unitOf(word.slice(0, 10))
    if (unit === 'quarter') throw NOT_THIS_FORM
    if (unit !== null) this.unit = unit
    else if (datetimeWord(word)?.kind !== 'filler') throw NOT_THIS_FORM
  }

  private give(...units: readonly string[]): void {
    if (units.some((unit) => this.given.has(unit))) throw NOT_THIS_FORM
    for (const unit of units) this.given.add(unit)
  }

  private clock(text: string, sign: 1 | -1): void {
    const match = CLOCK.exec(text)
    if (match === null) throw NOT_THIS_FORM
    const [, first = '', second = '', third, fraction] = match
    const { sum } = this
    const startsWithMinutes = third === undefined && (fraction !== undefined || this.minutesFirst)
    const [hours, minutes, seconds] = startsWithMinutes ? ['', first, second] : [first, second, third ?? '']
    if (Number(minutes) > 59 || Number(seconds) > 60) throw sum.overflow()
    sum.addMicros(BigInt(hours) * BigInt(sign), 0, 3_600_000_000)
    sum.addMicros(BigInt(minutes) * BigInt(sign), 0, 60_000_000)
    sum.addMicros(BigInt(seconds) * BigInt(sign), Number(`0${fraction ?? ''}`) * sign, 1_000_000)
    this.give('hour', 'minute', 'second', 'millisecond', 'microsecond')
    this.unit = 'day'
  }

  private number(text: string): void {
    const match = NUMBER.exec(text)
    if (match === null) throw NOT_THIS_FORM
    const [, whole = '', months, point, rest] = match
    const unit = months === undefined ? (this.unit ?? this.bareUnit) : 'month'
    this.unit = unit
    const isNegative = text.startsWith('-') || this.isNegative
    const sign = isNegative ? -1n : 1n
    let value = BigInt(whole.replace(/^[+-]/, '')) * sign
    if (value >= 2n ** 63n || value < -(2n ** 63n)) throw this.sum.overflow()
    if (Number(months ?? 0) > 11) throw this.sum.overflow()
    if (rest !== '') throw NOT_THIS_FORM
    if (months !== undefined) {
      value = value * 12n + BigInt(months) * sign
    }
    const fraction = point === undefined ? 0 : Number(`0${point}`) * Number(sign)
    if (unit === 'second' && fraction !== 0) this.give('second', 'millisecond', 'microsecond')
    else this.give(unit)
    INTERVAL_UNITS[unit](this.sum, value, fraction)
    // What stands before hours without a unit is days.
    if (unit === 'hour') this.unit = 'day'
  }
}
