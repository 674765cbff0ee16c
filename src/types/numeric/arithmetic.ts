/** Exact numeric arithmetic with PostgreSQL's rules for the scale of each result. */
import { divisionByZero, numericOverflow } from '../../errors/raise/data.ts'
import { exactAdd, exactMul, exactSub } from '../int64.ts'
import { Numeric } from './numeric.ts'
import { divideRounded, powerOfTen } from './powers.ts'

/** Largest scale of a result that had to be chosen (division, roots, logarithms). */
const MAX_RESULT_SCALE = 1000
/** Significant digits that such results have at least. */
export const MIN_SIGNIFICANT_DIGITS = 16
/** Largest scale that is stored at all. */
const MAX_SCALE = 16383
/** Digits before the decimal point that a value may have. */
const MAX_INTEGER_DIGITS = 131072

const fromSpecial = (value: number): Numeric =>
  Number.isNaN(value) ? Numeric.NaN : value > 0 ? Numeric.Infinity : Numeric.NegativeInfinity

/** NaN, an infinity, or for finite values their sign: enough to let doubles decide results with specials. */
const shadow = (value: Numeric): number => (value.isFinite ? value.sign : (value.coefficient as number))

const checkSize = (value: Numeric): Numeric => {
  if (typeof value.coefficient === 'bigint' && value.coefficient.toString().length - value.scale > MAX_INTEGER_DIGITS) {
    throw numericOverflow()
  }
  return value
}

export const numericAdd = (a: Numeric, b: Numeric): Numeric => {
  if (!a.isFinite || !b.isFinite) return fromSpecial(shadow(a) + shadow(b))
  if (a.scale === b.scale) return Numeric.of(exactAdd(a.coefficient, b.coefficient), a.scale)
  const scale = Math.max(a.scale, b.scale)
  return Numeric.of(exactAdd(a.coefficientAt(scale), b.coefficientAt(scale)), scale)
}

export const numericSub = (a: Numeric, b: Numeric): Numeric => {
  if (!a.isFinite || !b.isFinite) return fromSpecial(shadow(a) - shadow(b))
  if (a.scale === b.scale) return Numeric.of(exactSub(a.coefficient, b.coefficient), a.scale)
  const scale = Math.max(a.scale, b.scale)
  return Numeric.of(exactSub(a.coefficientAt(scale), b.coefficientAt(scale)), scale)
}

export const numericMul = (a: Numeric, b: Numeric): Numeric => {
  if (!a.isFinite || !b.isFinite) return fromSpecial(shadow(a) * shadow(b))
  const product = Numeric.of(exactMul(a.coefficient, b.coefficient), a.scale + b.scale)
  return product.scale > MAX_SCALE ? numericRound(product, MAX_SCALE) : checkSize(product)
}

export const numericNeg = (a: Numeric): Numeric =>
  a.isFinite ? Numeric.of(exactSub(0, a.coefficient), a.scale) : fromSpecial(-(a.coefficient as number))

export const numericAbs = (a: Numeric): Numeric => (a.coefficient < 0 ? numericNeg(a) : a)

/**
 * Position and value of the leading base-10000 digit, in which PostgreSQL reckons how many digits a quotient needs.
 * Zero answers weight 0, digit 0.
 */
export const leadingDigit = (a: Numeric): { weight: number; digit: number } => {
  if (a.coefficient === 0) return { weight: 0, digit: 0 }
  const text = a.coefficient < 0 ? a.coefficient.toString().slice(1) : a.coefficient.toString()
  const exponent = text.length - 1 - a.scale
  const weight = Math.floor(exponent / 4)
  const width = exponent - weight * 4 + 1
  return { weight, digit: Number(text.slice(0, width).padEnd(width, '0')) }
}

export const clampScale = (scale: number, ...atLeast: number[]): number =>
  Math.min(Math.max(scale, 0, ...atLeast), MAX_RESULT_SCALE)

/** Scale of a quotient: 16 significant digits at least, and never less than either operand's scale. */
export const quotientScale = (a: Numeric, b: Numeric): number => {
  const x = leadingDigit(a)
  const y = leadingDigit(b)
  const weight = x.weight - y.weight - (x.digit <= y.digit ? 1 : 0)
  return clampScale(MIN_SIGNIFICANT_DIGITS - weight * 4, a.scale, b.scale)
}

/** a / b rounded to `scale` digits; both finite, b not zero. */
export const divideToScale = (a: Numeric, b: Numeric, scale: number): Numeric => {
  const shift = scale + b.scale - a.scale
  const dividend = BigInt(a.coefficient)
  const divisor = BigInt(b.coefficient)
  return Numeric.of(
    shift >= 0
      ? divideRounded(dividend * powerOfTen(shift), divisor)
      : divideRounded(dividend, divisor * powerOfTen(-shift)),
    scale,
  )
}

export const numericDiv = (a: Numeric, b: Numeric): Numeric => {
  if (a.isNaN || b.isNaN) return Numeric.NaN
  if (b.coefficient === 0) throw divisionByZero()
  if (!a.isFinite || !b.isFinite) return b.isFinite || !a.isFinite ? fromSpecial(shadow(a) / shadow(b)) : Numeric.zero
  return checkSize(divideToScale(a, b, quotientScale(a, b)))
}

/** div(): the quotient truncated to an integer. */
export const numericDivTrunc = (a: Numeric, b: Numeric): Numeric => {
  if (a.isNaN || b.isNaN) return Numeric.NaN
  if (b.coefficient === 0) throw divisionByZero()
  if (!a.isFinite || !b.isFinite) return b.isFinite || !a.isFinite ? fromSpecial(shadow(a) / shadow(b)) : Numeric.zero
  const scale = Math.max(a.scale, b.scale)
  return Numeric.of(BigInt(a.coefficientAt(scale)) / BigInt(b.coefficientAt(scale)), 0)
}

export const numericMod = (a: Numeric, b: Numeric): Numeric => {
  if (a.isNaN || b.isNaN) return Numeric.NaN
  if (b.coefficient === 0) throw divisionByZero()
  if (!a.isFinite) return Numeric.NaN
  if (!b.isFinite) return a
  const scale = Math.max(a.scale, b.scale)
  return Numeric.of(BigInt(a.coefficientAt(scale)) % BigInt(b.coefficientAt(scale)), scale)
}

const rescale = (a: Numeric, scale: number, divide: (dividend: bigint, divisor: bigint) => bigint): Numeric => {
  if (!a.isFinite) return a
  const shown = Math.max(scale, 0)
  if (shown >= a.scale && scale >= 0) return scale === a.scale ? a : Numeric.of(a.coefficientAt(shown), shown)
  const kept = divide(BigInt(a.coefficient), powerOfTen(a.scale - scale))
  return Numeric.of(scale < 0 ? kept * powerOfTen(-scale) : kept, shown)
}

/** Rounded half away from zero to `scale` fractional digits; a negative scale rounds before the point. */
export const numericRound = (a: Numeric, scale: number): Numeric => {
  const drop = a.scale - scale
  if (drop > 0 && scale >= 0 && drop <= 15 && a.isSafe) {
    const unit = 10 ** drop
    const magnitude = Math.abs(a.scaledNumber)
    const quotient = Math.floor(magnitude / unit)
    const rounded = (magnitude - quotient * unit) * 2 >= unit ? quotient + 1 : quotient
    return Numeric.fromScaled(a.scaledNumber < 0 ? -rounded : rounded, scale)
  }
  return rescale(a, scale, divideRounded)
}

/** Cut off, toward zero, after `scale` fractional digits. */
export const numericTrunc = (a: Numeric, scale: number): Numeric =>
  rescale(a, scale, (dividend, divisor) => dividend / divisor)

export const numericFloor = (a: Numeric): Numeric => {
  const whole = numericTrunc(a, 0)
  return a.isFinite && a.coefficient < 0 && Numeric.compare(whole, a) !== 0 ? numericSub(whole, Numeric.one) : whole
}

export const numericCeil = (a: Numeric): Numeric => {
  const whole = numericTrunc(a, 0)
  return a.isFinite && a.coefficient > 0 && Numeric.compare(whole, a) !== 0 ? numericAdd(whole, Numeric.one) : whole
}
