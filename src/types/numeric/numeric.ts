/**
 * Numeric: PostgreSQL's arbitrary-precision decimal. A value is coefficient · 10^-scale; the coefficient is a number
 * while it is a safe integer and a bigint otherwise. NaN and the infinities are coefficients of that name, scale 0.
 */
import { type ExactInteger, normalizeInteger } from '../int64.ts'
import { powerOfTen } from './powers.ts'

export class Numeric {
  readonly coefficient: ExactInteger
  /** Digits after the decimal point that are shown (numeric's dscale). */
  readonly scale: number

  /** `coefficient` must be normalised; see `of` and `fromScaled`. */
  private constructor(coefficient: ExactInteger, scale: number) {
    this.coefficient = coefficient
    this.scale = scale
  }

  static readonly NaN = new Numeric(Number.NaN, 0)
  static readonly Infinity = new Numeric(Number.POSITIVE_INFINITY, 0)
  static readonly NegativeInfinity = new Numeric(Number.NEGATIVE_INFINITY, 0)
  static readonly zero = new Numeric(0, 0)
  static readonly one = new Numeric(1, 0)

  /** scaledNumber · 10^-scale of a safe integer: 1250 at scale 2 is 12.50. */
  static fromScaled(scaledNumber: number, scale: number): Numeric {
    return new Numeric(scaledNumber + 0, scale)
  }

  /** coefficient · 10^-scale of any integer. */
  static of(coefficient: ExactInteger, scale: number): Numeric {
    return new Numeric(typeof coefficient === 'bigint' ? normalizeInteger(coefficient) : coefficient + 0, scale)
  }

  static fromInteger(value: ExactInteger): Numeric {
    return new Numeric(value, 0)
  }

  /** The coefficient is a safe integer, so `scaledNumber` stands for the whole value. */
  get isSafe(): boolean {
    return Number.isSafeInteger(this.coefficient)
  }

  /** The coefficient of a value that `isSafe`. */
  get scaledNumber(): number {
    return this.coefficient as number
  }

  get isNaN(): boolean {
    return Number.isNaN(this.coefficient)
  }

  /** Neither NaN nor infinite. */
  get isFinite(): boolean {
    return typeof this.coefficient === 'bigint' || Number.isFinite(this.coefficient)
  }

  /** -1, 0 or 1; 0 for NaN. */
  get sign(): number {
    return this.coefficient > 0 ? 1 : this.coefficient < 0 ? -1 : 0
  }

  /** The coefficient as if the scale were `scale`, which must not be less than this one's. */
  coefficientAt(scale: number): ExactInteger {
    const up = scale - this.scale
    if (up === 0) return this.coefficient
    if (typeof this.coefficient === 'number' && up <= 15) {
      const scaled = this.coefficient * 10 ** up
      if (Number.isSafeInteger(scaled)) return scaled
    }
    return normalizeInteger(BigInt(this.coefficient) * powerOfTen(up))
  }

  /** PostgreSQL's order: NaN equals itself and follows everything else. */
  static compare(a: Numeric, b: Numeric): number {
    const x = a.coefficient
    const y = b.coefficient
    if (a.scale === b.scale && typeof x === 'number' && typeof y === 'number' && x === x && y === y) {
      return x < y ? -1 : x > y ? 1 : 0
    }
    if (!a.isFinite || !b.isFinite) return compareSpecial(a, b)
    const scale = Math.max(a.scale, b.scale)
    const left = a.coefficientAt(scale)
    const right = b.coefficientAt(scale)
    return left < right ? -1 : left > right ? 1 : 0
  }

  /** Equal for equal values whatever their scale: 1.0 and 1.00 have the same key. */
  hashKey(): string | number {
    if (!this.isFinite) return String(this.coefficient)
    if (this.scale === 0) return typeof this.coefficient === 'number' ? this.coefficient : this.coefficient.toString()
    if (typeof this.coefficient === 'number') {
      let coefficient = this.coefficient
      let scale = this.scale
      while (scale > 0 && coefficient % 10 === 0) {
        coefficient /= 10
        scale--
      }
      return scale === 0 ? coefficient : `${coefficient}e-${scale}`
    }
    const digits = this.coefficient.toString()
    let drop = 0
    while (drop < this.scale && digits.charCodeAt(digits.length - 1 - drop) === 48) drop++
    const kept = drop === 0 ? digits : digits.slice(0, digits.length - drop)
    if (this.scale > drop) return `${kept}e-${this.scale - drop}`
    const whole = Number(kept)
    return Number.isSafeInteger(whole) ? whole : kept
  }

  /** Plain decimal notation with exactly `scale` fractional digits. */
  toString(): string {
    if (!this.isFinite) return String(this.coefficient)
    if (this.scale === 0) return this.coefficient.toString()
    const negative = this.coefficient < 0
    let digits = negative ? this.coefficient.toString().slice(1) : this.coefficient.toString()
    if (digits.length <= this.scale) digits = digits.padStart(this.scale + 1, '0')
    const point = digits.length - this.scale
    return `${negative ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`
  }

  /** The nearest double. */
  toNumber(): number {
    if (typeof this.coefficient === 'number' && this.scale <= 22) return this.coefficient / 10 ** this.scale
    return Number(this.toString())
  }
}

const rank = (value: Numeric): number =>
  value.isNaN
    ? 2
    : value.coefficient === Number.POSITIVE_INFINITY
      ? 1
      : value.coefficient === Number.NEGATIVE_INFINITY
        ? -1
        : 0

const compareSpecial = (a: Numeric, b: Numeric): number => Math.sign(rank(a) - rank(b))
