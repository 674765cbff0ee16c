/**
 * Roots, powers, exponentials and logarithms of numerics. Values are computed as scaled bigints with guard digits and
 * rounded to the scale that PostgreSQL chooses for each function.
 */
import { invalidArgumentForLogarithm, invalidArgumentForPower, numericOverflow } from '../../errors/raise/data.ts'
import {
  clampScale,
  divideToScale,
  leadingDigit,
  MIN_SIGNIFICANT_DIGITS,
  numericDiv,
  numericMul,
  numericRound,
  numericTrunc,
} from './arithmetic.ts'
import { Numeric } from './numeric.ts'
import { divideRounded, powerOfTen } from './powers.ts'

/** Digits beyond the result's that intermediate values carry. */
const GUARD_DIGITS = 12
const LN10_DIGITS_STEP = 64

/** The value scaled by 10^digits, cut off. */
const toFixed = (a: Numeric, digits: number): bigint => {
  const shift = digits - a.scale
  const coefficient = BigInt(a.coefficient)
  return shift >= 0 ? coefficient * powerOfTen(shift) : divideRounded(coefficient, powerOfTen(-shift))
}

const fromFixed = (value: bigint, digits: number, scale: number): Numeric =>
  numericRound(Numeric.of(value, digits), scale)

/** Integer part of a square root. */
const integerSqrt = (value: bigint): bigint => {
  if (value < 2n) return value
  let x = 1n << BigInt((value.toString(2).length + 1) >> 1)
  for (;;) {
    const next = (x + value / x) >> 1n
    if (next >= x) return x
    x = next
  }
}

/** Square root of a non-negative finite value, rounded to `scale` digits. */
export const sqrtToScale = (a: Numeric, scale: number): Numeric => {
  const working = scale + GUARD_DIGITS
  return fromFixed(integerSqrt(toFixed(a, working * 2)), working, scale)
}

export const numericSqrt = (a: Numeric): Numeric => {
  if (a.isNaN) return a
  if (a.coefficient < 0) throw invalidArgumentForPower('cannot take square root of a negative number')
  if (!a.isFinite) return a
  const { weight } = leadingDigit(a)
  const scale = clampScale(MIN_SIGNIFICANT_DIGITS - (weight * 2 + 1), a.scale)
  return sqrtToScale(a, scale)
}

/** e^x of a fixed-point x, by halving the argument and squaring the series' sum. */
const expFixed = (x: bigint, digits: number): bigint => {
  const halvings = 8 + Math.max(0, (x < 0n ? -x : x).toString().length - digits) * 4
  const extra = digits + Math.ceil(halvings * 0.4) + 8
  const one = powerOfTen(extra)
  const reduced = (x * powerOfTen(extra - digits)) >> BigInt(halvings)
  let sum = one
  let term = one
  for (let n = 1n; term !== 0n; n++) {
    term = (term * reduced) / (one * n)
    if (term === 0n || term === -1n) break
    sum += term
  }
  for (let i = 0; i < halvings; i++) sum = (sum * sum) / one
  return divideRounded(sum, powerOfTen(extra - digits))
}

/** ln of a fixed-point value near 1, by the series of artanh. */
const lnNearOne = (x: bigint, digits: number): bigint => {
  const one = powerOfTen(digits)
  const z = ((x - one) * one) / (x + one)
  const square = (z * z) / one
  let sum = 0n
  let power = z
  for (let n = 1n; power !== 0n && power !== -1n; n += 2n) {
    sum += power / n
    power = (power * square) / one
  }
  return sum * 2n
}

/** ln of a positive fixed-point value: square roots bring it near 1. */
const lnFixed = (x: bigint, digits: number): bigint => {
  const extra = digits + 12
  const one = powerOfTen(extra)
  let value = x * powerOfTen(extra - digits)
  let doublings = 0
  while (value > one + one / 8n || value < one - one / 8n) {
    value = integerSqrt(value * one)
    doublings++
  }
  return divideRounded(lnNearOne(value, extra) << BigInt(doublings), powerOfTen(extra - digits))
}

const ln10Cache = { digits: 0, value: 0n }

/** ln 10 with at least `digits` digits, cut to them. */
const ln10 = (digits: number): bigint => {
  if (ln10Cache.digits < digits) {
    ln10Cache.digits = Math.ceil(digits / LN10_DIGITS_STEP) * LN10_DIGITS_STEP
    ln10Cache.value = lnFixed(10n * powerOfTen(ln10Cache.digits), ln10Cache.digits)
  }
  return ln10Cache.value / powerOfTen(ln10Cache.digits - digits)
}

/** ln of a positive numeric as a fixed-point number; the power of ten is taken out first. */
const lnOf = (a: Numeric, digits: number): bigint => {
  const text = a.coefficient.toString()
  const exponent = text.length - a.scale
  const mantissa = Numeric.of(a.coefficient, text.length)
  const working = digits + 6
  return divideRounded(lnFixed(toFixed(mantissa, working), working) + BigInt(exponent) * ln10(working), powerOfTen(6))
}

/** Decimal exponent of ln(a)'s leading digit, as PostgreSQL estimates it: far from 1 it is cut toward zero. */
const lnWeight = (a: Numeric): number => {
  if (Math.abs(a.toNumber() - 1) < 0.1) {
    const distance = BigInt(a.coefficient) - powerOfTen(a.scale)
    return distance === 0n ? 0 : (distance < 0n ? -distance : distance).toString().length - 1 - a.scale
  }
  const approximate = Math.abs(lnOfLeadingDigits(a))
  return approximate === 0 ? 0 : Math.trunc(Math.log10(approximate))
}

/** ln of the first two digits to base 10,000 of a number, which PostgreSQL's estimate looks at. */
const lnOfLeadingDigits = (a: Numeric): number => {
  const text = a.coefficient.toString()
  const whole = text.length - a.scale
  const width = ((((whole - 1) % 4) + 4) % 4) + 5
  const digits = text.slice(0, width).padEnd(width, '0')
  return Math.log(Number(digits)) + (whole - width) * Math.LN10
}

/** ln as a double, also for values that are no doubles. */
const lnEstimate = (a: Numeric): number => {
  const text = a.coefficient.toString()
  const digits = text.slice(0, 17)
  const distance = a.toNumber() - 1
  if (Math.abs(distance) < 0.1) {
    const exact = Numeric.of(BigInt(a.coefficient) - powerOfTen(a.scale), a.scale).toNumber()
    return Math.log1p(exact)
  }
  return Math.log(Number(digits)) + (text.length - digits.length - a.scale) * Math.LN10
}

const requirePositive = (a: Numeric): void => {
  if (a.sign < 0) throw invalidArgumentForLogarithm('cannot take logarithm of a negative number')
  if (a.sign === 0) throw invalidArgumentForLogarithm('cannot take logarithm of zero')
}

export const numericLn = (a: Numeric): Numeric => {
  if (a.isNaN) return a
  requirePositive(a)
  if (!a.isFinite) return a
  const scale = clampScale(MIN_SIGNIFICANT_DIGITS - lnWeight(a), a.scale)
  const working = scale + GUARD_DIGITS
  return fromFixed(lnOf(a, working), working, scale)
}

/** Logarithm of `a` to a base. */
export const numericLog = (base: Numeric, a: Numeric): Numeric => {
  if (a.isNaN || base.isNaN) return Numeric.NaN
  requirePositive(base)
  requirePositive(a)
  if (!a.isFinite || !base.isFinite) {
    if (a.isFinite) return Numeric.zero
    return base.isFinite ? Numeric.Infinity : Numeric.NaN
  }
  if (lnEstimate(base) === 0) return numericDiv(Numeric.one, Numeric.zero)
  const scale = clampScale(MIN_SIGNIFICANT_DIGITS - (lnWeight(a) - lnWeight(base)), base.scale, a.scale)
  const working = scale + GUARD_DIGITS + Math.max(0, -lnWeight(base)) + Math.max(0, lnWeight(a))
  return divideToScale(Numeric.of(lnOf(a, working), working), Numeric.of(lnOf(base, working), working), scale)
}

/** Beyond this exponential functions overflow, or answer zero. */
const MAX_EXP = 6000

/** The same for powers, of which the exponent is known roughly only. */
const MAX_POWER_EXP = 6020

export const numericExp = (a: Numeric): Numeric => {
  if (a.isNaN) return a
  if (!a.isFinite) return a.sign > 0 ? a : Numeric.zero
  const estimate = a.toNumber() * Math.LOG10E
  if (Math.abs(a.toNumber()) >= MAX_EXP) {
    if (estimate > 0) throw numericOverflow()
    return Numeric.of(0, 1000)
  }
  const scale = clampScale(MIN_SIGNIFICANT_DIGITS - Math.trunc(estimate), a.scale)
  const working = scale + GUARD_DIGITS + Math.max(0, Math.ceil(estimate))
  return fromFixed(expFixed(toFixed(a, working), working), working, scale)
}

const complexPower = () =>
  invalidArgumentForPower('a negative number raised to a non-integer power yields a complex result')

const isInteger = (a: Numeric): boolean => Numeric.compare(a, numericTrunc(a, 0)) === 0

/** Most digits before the point. */
const MAX_INTEGER_DIGITS = 131_072

/** Integral powers by repeated squaring, exact until rounded. */
const integerPower = (base: Numeric, exponent: number): Numeric => {
  const magnitude = Math.abs(exponent)
  const estimate = base.sign === 0 ? 0 : lnEstimate(numericAbsolute(base)) * Math.LOG10E * exponent
  // A whole power of ten may come out a little less.
  if (estimate > MAX_INTEGER_DIGITS - 1e-9) throw numericOverflow()
  const scale = clampScale(MIN_SIGNIFICANT_DIGITS, base.scale)
  if (estimate < -scale - 20) return Numeric.of(0, scale)
  const digits = Math.max(Math.ceil(Math.abs(estimate)) + scale, MIN_SIGNIFICANT_DIGITS) + GUARD_DIGITS + 20
  const power = roundedPower(base, magnitude, digits)
  return exponent < 0 ? divideToScale(Numeric.one, power, scale) : numericRound(power, scale)
}

/** Bits of a decimal digit. */
const DIGIT_BITS = Math.log2(10)

/** A power by repeated squaring that keeps `digits` significant digits of the factors. */
const roundedPower = (base: Numeric, magnitude: number, digits: number): Numeric => {
  const cut = ({ value, scale }: Scaled): Scaled => {
    const excess = value.toString(16).length * 4 - digits * DIGIT_BITS
    if (excess < 64) return { value, scale }
    const dropped = Math.floor(excess / DIGIT_BITS)
    return { value: divideRounded(value, powerOfTen(dropped)), scale: scale - dropped }
  }
  let factor: Scaled = { value: BigInt(base.coefficient), scale: base.scale }
  let product: Scaled = { value: 1n, scale: 0 }
  for (let rest = magnitude; ; ) {
    if (rest % 2 === 1) product = cut({ value: product.value * factor.value, scale: product.scale + factor.scale })
    rest = Math.floor(rest / 2)
    if (rest === 0) break
    factor = cut({ value: factor.value * factor.value, scale: factor.scale * 2 })
  }
  return product.scale >= 0
    ? Numeric.of(product.value, product.scale)
    : Numeric.of(product.value * powerOfTen(-product.scale), 0)
}

/** `value` / 10^`scale`. */
interface Scaled {
  readonly value: bigint
  readonly scale: number
}

const numericAbsolute = (a: Numeric): Numeric => (a.sign < 0 ? Numeric.of(-BigInt(a.coefficient), a.scale) : a)

const generalPower = (base: Numeric, exponent: Numeric, scale: number, estimate: number): Numeric => {
  const integerDigits = Math.max(exponent.coefficient.toString().length - exponent.scale, 0)
  const working = scale + GUARD_DIGITS + Math.max(0, Math.ceil(estimate)) + integerDigits
  const logarithm = (lnOf(base, working) * toFixed(exponent, working)) / powerOfTen(working)
  return fromFixed(expFixed(logarithm, working), working, scale)
}

export const numericPower = (base: Numeric, exponent: Numeric): Numeric => {
  if (base.sign === 0 && base.isFinite && exponent.sign < 0 && !exponent.isNaN) {
    throw invalidArgumentForPower('zero raised to a negative power is undefined')
  }
  if (!base.isFinite || !exponent.isFinite) return specialPower(base, exponent)
  const integral = isInteger(exponent)
  if (base.sign < 0 && !integral) {
    throw complexPower()
  }
  if (integral) {
    const power = exponent.toNumber()
    if (Math.abs(power) <= 2147483647) {
      return integerPower(base, power)
    }
  }
  if (base.sign === 0) return Numeric.of(0, MIN_SIGNIFICANT_DIGITS)
  const positive = numericAbsolute(base)
  const power = exponentOf(positive, exponent)
  if (power > MAX_POWER_EXP) throw numericOverflow()
  if (power < -MAX_POWER_EXP) return Numeric.of(0, MAX_DISPLAY_SCALE)
  const estimate = power * Math.LOG10E
  const scale = clampScale(MIN_SIGNIFICANT_DIGITS - Math.trunc(estimate), base.scale, exponent.scale)
  const result = generalPower(positive, exponent, scale, estimate)
  const isOdd = integral && BigInt(exponent.coefficient) % (2n * powerOfTen(exponent.scale)) !== 0n
  return base.sign < 0 && isOdd ? numericMul(result, Numeric.fromInteger(-1)) : result
}

/** Most digits after the point that a result shows. */
const MAX_DISPLAY_SCALE = 1000

/** exponent · ln(base) as a double, also where one of the two is no double. */
const exponentOf = (base: Numeric, exponent: Numeric): number => {
  const rough = lnEstimate(base) * exponent.toNumber()
  if (Number.isFinite(rough) && rough !== 0) return rough
  if (Numeric.compare(base, Numeric.one) === 0) return 0
  const digits = base.scale + exponent.coefficient.toString().length + GUARD_DIGITS
  return numericMul(Numeric.of(lnOf(base, digits), digits), exponent).toNumber()
}

const specialPower = (base: Numeric, exponent: Numeric): Numeric => {
  const isOne = Numeric.compare(base, Numeric.one) === 0
  if (exponent.sign === 0 && !exponent.isNaN) return Numeric.one
  if (isOne) return Numeric.one
  if (base.isNaN || exponent.isNaN) return Numeric.NaN
  if (base.sign < 0 && exponent.isFinite && !isInteger(exponent)) throw complexPower()
  if (!exponent.isFinite && Numeric.compare(base, Numeric.fromInteger(-1)) === 0) return Numeric.one
  const result = base.toNumber() ** exponent.toNumber()
  if (Number.isNaN(result)) return Numeric.NaN
  if (!Number.isFinite(result)) return result > 0 ? Numeric.Infinity : Numeric.NegativeInfinity
  return Numeric.fromInteger(result)
}

/** n! of a non-negative n. */
export const numericFactorial = (n: number): Numeric => {
  if (n > 32177) throw numericOverflow()
  let product = 1n
  for (let i = 2n; i <= BigInt(n); i++) product *= i
  return Numeric.of(product, 0)
}
