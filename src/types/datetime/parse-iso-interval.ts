/** Reads intervals in ISO 8601's forms: `P1Y2M3DT4H5M6S`, `P0001-02-03T04:05:06`, `P00010203T040506`. */
import type { CountedUnit } from './fields.ts'
import { INTERVAL_UNITS, type IntervalSum } from './interval-sum.ts'

const DATE_UNITS: Readonly<Record<string, CountedUnit>> = {
  Y: 'year',
  M: 'month',
  W: 'week',
  D: 'day',
}
const TIME_UNITS: Readonly<Record<string, CountedUnit>> = { H: 'hour', M: 'minute', S: 'second' }

const NUMBER = /-?(\d*)(?:\.\d*)?(?:[eE][+-]?\d+)?/y
/** Where numbers of floating point stop being exact. */
const MAX_NUMBER = 1e15

interface IsoNumber {
  readonly whole: bigint
  readonly fraction: number
  /** Digits before the point. */
  readonly width: number
}

/** Whether the text is of these forms; what is found is added up. */
export const readIsoInterval = (text: string, sum: IntervalSum): boolean => {
  if (!text.startsWith('P') || text.length < 2) return false
  return new IsoReader(text, sum).read()
}

class IsoReader {
  private readonly text: string
  private readonly sum: IntervalSum
  private at = 1

  constructor(text: string, sum: IntervalSum) {
    this.text = text
    this.sum = sum
  }

  read(): boolean {
    let isDate = true
    let hasField = false
    while (this.at < this.text.length) {
      if (this.text[this.at] === 'T') {
        isDate = false
        hasField = false
        this.at++
        continue
      }
      const number = this.number()
      if (number === null) return false
      const unit = (isDate ? DATE_UNITS : TIME_UNITS)[this.text[this.at] ?? '']
      if (unit !== undefined) {
        INTERVAL_UNITS[unit](this.sum, number.whole, number.fraction)
        this.at++
        hasField = true
      } else {
        // A form without letters: it ends the text, or the date.
        const isRead = isDate ? this.dateWithoutLetters(number, hasField) : this.timeWithoutLetters(number, hasField)
        if (!isRead) return false
      }
    }
    return true
  }

  private number(): IsoNumber | null {
    NUMBER.lastIndex = this.at
    const match = NUMBER.exec(this.text)
    if (match === null || !/^-?\.?\d/.test(match[0])) return null
    const [text, digits = ''] = match
    this.at += text.length
    const value = Number(text)
    if (Math.abs(value) > MAX_NUMBER) throw this.sum.overflow()
    const whole = Math.trunc(value)
    return { whole: BigInt(whole), fraction: value - whole, width: digits.length }
  }

  private get next(): string {
    return this.text[this.at] ?? ''
  }

  /** Whether a date may end here. */
  private endsDate(): boolean {
    return this.next === '' || this.next === 'T'
  }

  private dateWithoutLetters(first: IsoNumber, hasField: boolean): boolean {
    const { sum } = this
    if (this.endsDate() && first.width === 8 && !hasField) {
      sum.addYears(first.whole / 10000n, 0, 1)
      sum.addMonths((first.whole / 100n) % 100n, 0)
      sum.addDays(first.whole % 100n, first.fraction)
      return true
    }
    if (hasField) return false
    sum.addYears(first.whole, first.fraction, 1)
    for (const unit of ['month', 'day'] as const) {
      if (this.endsDate()) return true
      if (this.next !== '-') return false
      this.at++
      const number = this.number()
      if (number === null) return false
      INTERVAL_UNITS[unit](sum, number.whole, number.fraction)
    }
    return this.endsDate()
  }

  private timeWithoutLetters(first: IsoNumber, hasField: boolean): boolean {
    const { sum } = this
    if (this.next === '' && first.width === 6 && !hasField) {
      sum.addMicros(first.whole / 10000n, 0, 3_600_000_000)
      sum.addMicros((first.whole / 100n) % 100n, 0, 60_000_000)
      sum.addMicros(first.whole % 100n, 0, 1_000_000)
      // PostgreSQL takes this fraction for one of a microsecond.
      sum.addMicros(0n, first.fraction, 1)
      return true
    }
    if (hasField) return false
    INTERVAL_UNITS.hour(sum, first.whole, first.fraction)
    for (const unit of ['minute', 'second'] as const) {
      if (this.next === '') return true
      if (this.next !== ':') return false
      this.at++
      const number = this.number()
      if (number === null) return false
      INTERVAL_UNITS[unit](sum, number.whole, number.fraction)
    }
    return this.next === ''
  }
}
