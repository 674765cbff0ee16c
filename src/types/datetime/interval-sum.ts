/** Adds up the parts of an interval as they are read: what fractions spill into, and where the parts overflow. */
import { INT64_MAX, INT64_MIN } from '../int64.ts'
import type { SqlError } from '../../errors/sql-error.ts'
import { MICROS_PER_DAY } from './calendar.ts'
import type { CountedUnit } from './fields.ts'

const INT32_MAX = 2 ** 31 - 1
const INT32_MIN = -(2 ** 31)

export class IntervalSum {
  years = 0
  months = 0
  days = 0
  micros = 0n
  /** 22015. */
  readonly overflow: () => SqlError

  constructor(overflow: () => SqlError) {
    this.overflow = overflow
  }

  clear(): void {
    this.years = 0
    this.months = 0
    this.days = 0
    this.micros = 0n
  }

  negate(): void {
    this.years = this.fit(-this.years)
    this.months = this.fit(-this.months)
    this.days = this.fit(-this.days)
    this.micros = this.fitMicros(-this.micros)
  }

  addYears(value: bigint, fraction: number, scale: number): void {
    this.years = this.sum(this.years, value, scale)
    this.months = this.fit(this.months + roundHalfEven(fraction * scale * 12))
  }

  addMonths(value: bigint, fraction: number): void {
    this.months = this.sum(this.months, value, 1)
    this.addFractionOfDays(fraction, 30)
  }

  addDays(value: bigint, fraction: number): void {
    this.days = this.sum(this.days, value, 1)
    this.addFractionOfMicros(fraction, MICROS_PER_DAY)
  }

  addWeeks(value: bigint, fraction: number): void {
    this.days = this.sum(this.days, value, 7)
    this.addFractionOfDays(fraction, 7)
  }

  addMicros(value: bigint, fraction: number, scale: number): void {
    this.micros = this.fitMicros(this.micros + this.fitMicros(value * BigInt(scale)))
    this.addFractionOfMicros(fraction, scale)
  }

  /** Fractions of days become microseconds, rounded. */
  private addFractionOfMicros(fraction: number, scale: number): void {
    if (fraction === 0) return
    const scaled = fraction * scale
    const whole = Math.trunc(scaled)
    const rest = scaled - whole
    const rounded = rest > 0.5 ? whole + 1 : rest < -0.5 ? whole - 1 : whole
    this.micros = this.fitMicros(this.micros + BigInt(rounded))
  }

  private addFractionOfDays(fraction: number, scale: number): void {
    if (fraction === 0) return
    const scaled = fraction * scale
    const whole = Math.trunc(scaled)
    this.days = this.fit(this.days + whole)
    this.addFractionOfMicros(scaled - whole, MICROS_PER_DAY)
  }

  private sum(total: number, value: bigint, scale: number): number {
    return this.fit(total + this.fit(this.fit(Number(value)) * scale))
  }

  private fit(value: number): number {
    if (value > INT32_MAX || value < INT32_MIN) throw this.overflow()
    return value + 0
  }

  private fitMicros(value: bigint): bigint {
    if (value > INT64_MAX || value < INT64_MIN) throw this.overflow()
    return value
  }
}

const roundHalfEven = (value: number): number => {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}

type AddUnit = (sum: IntervalSum, value: bigint, fraction: number) => void

const years =
  (scale: number): AddUnit =>
  (sum, value, fraction) =>
    sum.addYears(value, fraction, scale)
const micros =
  (scale: number): AddUnit =>
  (sum, value, fraction) =>
    sum.addMicros(value, fraction, scale)

/** How so many of a unit are added. */
export const INTERVAL_UNITS: Readonly<Record<CountedUnit, AddUnit>> = {
  microsecond: micros(1),
  millisecond: micros(1000),
  second: micros(1_000_000),
  minute: micros(60_000_000),
  hour: micros(3_600_000_000),
  day: (sum, value, fraction) => sum.addDays(value, fraction),
  week: (sum, value, fraction) => sum.addWeeks(value, fraction),
  month: (sum, value, fraction) => sum.addMonths(value, fraction),
  year: years(1),
  decade: years(10),
  century: years(100),
  millennium: years(1000),
}
