/** Mathematical functions of floats and numerics. */
import {
  floatOverflow,
  floatUnderflow,
  inputOutOfRange,
  invalidArgumentForLogarithm,
  invalidArgumentForPower,
  numericValueOutOfRange,
  widthBucketError,
  arraySubscriptError,
  nullValueNotAllowed,
} from '../../errors/raise/data.ts'
import type { SqlArray } from '../../types/array.ts'
import type { ExactInteger } from '../../types/int64.ts'
import {
  numericAbs,
  numericCeil,
  numericDiv,
  numericDivTrunc,
  numericFloor,
  numericMod,
  numericMul,
  numericRound,
  numericSub,
  numericTrunc,
  numericAdd,
} from '../../types/numeric/arithmetic.ts'
import { numericToInt4 } from '../../types/numeric/convert.ts'
import {
  numericExp,
  numericFactorial,
  numericLn,
  numericLog,
  numericPower,
  numericSqrt,
} from '../../types/numeric/math.ts'
import { Numeric } from '../../types/numeric/numeric.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import { checkInt4 } from '../inline-helpers.ts'
import { scalar, typedScalar } from '../define.ts'
import type { Evaluate, ScalarFunction } from '../records.ts'
import { rint } from './conversion.ts'

/** A result that may be infinite or zero only where the argument already was. */
const guarded =
  (compute: (a: number) => number, canBeZero = true) =>
  (a: number): number => {
    const result = compute(a)
    if (!Number.isFinite(result) && !Number.isNaN(result) && Number.isFinite(a)) throw floatOverflow()
    if (result === 0 && !canBeZero && Number.isFinite(a)) throw floatUnderflow()
    return result
  }

const sqrt = (a: number): number => {
  if (a < 0) throw invalidArgumentForPower('cannot take square root of a negative number')
  return Math.sqrt(a)
}

/** Math.cbrt is a few units off in the last place; one step of Newton's method mends that. */
const cbrt = (a: number): number => {
  // The step would overflow at the largest doubles.
  if (Math.abs(a) > 1e307 && Number.isFinite(a)) return cbrt(a / 2 ** 300) * 2 ** 100
  const root = Math.cbrt(a)
  if (root === 0 || !Number.isFinite(root)) return root
  const square = root * root
  return root - (root * square - a) / (3 * square)
}

const logarithm =
  (compute: (a: number) => number) =>
  (a: number): number => {
    if (a === 0) throw invalidArgumentForLogarithm('cannot take logarithm of zero')
    if (a < 0) throw invalidArgumentForLogarithm('cannot take logarithm of a negative number')
    return compute(a)
  }

const ln = logarithm(Math.log)
const log10 = logarithm(Math.log10)

const power = (a: number, b: number): number => {
  if (a === 1 || b === 0) return 1
  if (a === 0 && b < 0) throw invalidArgumentForPower('zero raised to a negative power is undefined')
  if (a < 0 && Number.isFinite(b) && !Number.isInteger(b)) {
    throw invalidArgumentForPower('a negative number raised to a non-integer power yields a complex result')
  }
  if (a === -1 && !Number.isFinite(b) && !Number.isNaN(b)) return 1
  const result = a ** b
  if (!Number.isFinite(result) && Number.isFinite(a) && Number.isFinite(b)) throw floatOverflow()
  if (result === 0 && a !== 0 && Number.isFinite(a) && Number.isFinite(b)) throw floatUnderflow()
  return result
}

/** Under several names: the operator's function and those that people call. */
const named = (
  names: Readonly<Record<string, number>>,
  args: string,
  result: string,
  description: string,
  evaluate: Evaluate,
) => Object.entries(names).map(([name, oid]) => scalar(oid, `${name}(${args}) ${result}`, description, evaluate))

const floatFunctions: readonly ScalarFunction[] = [
  ...named({ sqrt: 1344, dsqrt: 230 }, 'float8', 'float8', 'square root', sqrt),
  ...named({ cbrt: 1345, dcbrt: 231 }, 'float8', 'float8', 'cube root', cbrt),
  ...named({ exp: 1347, dexp: 233 }, 'float8', 'float8', 'exponential', guarded(Math.exp, false)),
  ...named({ ln: 1341, dlog1: 234 }, 'float8', 'float8', 'natural logarithm', ln),
  ...named({ log: 1340, log10: 1194, dlog10: 1339 }, 'float8', 'float8', 'logarithm to base 10', log10),
  ...named({ power: 1368, pow: 1346, dpow: 232 }, 'float8, float8', 'float8', 'power', power),
  ...named({ round: 1342, dround: 228 }, 'float8', 'float8', 'nearest integer', (a: number) =>
    // What is rounded up to zero keeps its sign.
    Number.isFinite(a) && a !== 0 ? (a < 0 && a >= -0.5 ? -0 : rint(a)) : a,
  ),
  ...named({ trunc: 1343, dtrunc: 229 }, 'float8', 'float8', 'cut to an integer', Math.trunc),
  ...named({ ceil: 2308, ceiling: 2320 }, 'float8', 'float8', 'nearest integer not less', Math.ceil),
  ...named({ floor: 2309 }, 'float8', 'float8', 'nearest integer not greater', Math.floor),
  ...named({ sign: 2310 }, 'float8', 'float8', 'sign', (a: number) => (a > 0 ? 1 : a < 0 ? -1 : 0)),
  ...named(
    { degrees: 1608 },
    'float8',
    'float8',
    'radians to degrees',
    guarded((a) => a / (Math.PI / 180)),
  ),
  ...named({ radians: 1609 }, 'float8', 'float8', 'degrees to radians', (a: number) => {
    const radians = a * (Math.PI / 180)
    if (radians === 0 && a !== 0) throw floatUnderflow()
    return radians
  }),
  scalar(1610, 'pi() float8', 'the number pi', () => Math.PI),
]

/** Functions of finite angles. */
const trigonometric =
  (compute: (a: number) => number) =>
  (a: number): number => {
    if (!Number.isFinite(a) && !Number.isNaN(a)) throw inputOutOfRange()
    return compute(a)
  }

/** Inverse functions, whose arguments have bounds. */
const inverse =
  (compute: (a: number) => number, min: number, max: number) =>
  (a: number): number => {
    if (a < min || a > max) throw inputOutOfRange()
    return compute(a)
  }

const DEGREE = Math.PI / 180
const SIN_30 = Math.sin(30 * DEGREE)
const ONE_MINUS_COS_60 = 1 - Math.cos(60 * DEGREE)
const ASIN_HALF = Math.asin(0.5)
const ACOS_HALF = Math.acos(0.5)
const ATAN_ONE = Math.atan(1)

/** Sine and cosine of degrees in the first quadrant, exact at 0, 30, 60 and 90. */
const sinFirst = (a: number): number =>
  a <= 30 ? Math.sin(a * DEGREE) / SIN_30 / 2 : 1 - (1 - Math.cos((90 - a) * DEGREE)) / ONE_MINUS_COS_60 / 2
const cosFirst = (a: number): number =>
  a <= 60 ? 1 - (1 - Math.cos(a * DEGREE)) / ONE_MINUS_COS_60 / 2 : Math.sin((90 - a) * DEGREE) / SIN_30 / 2

const sinDegrees = (degrees: number): number => {
  let a = degrees % 360
  let sign = 1
  if (a < 0) {
    a = -a
    sign = -1
  }
  if (a > 180) {
    a = 360 - a
    sign = -sign
  }
  return sign * sinFirst(a > 90 ? 180 - a : a)
}

const cosDegrees = (degrees: number): number => {
  let a = Math.abs(degrees % 360)
  if (a > 180) a = 360 - a
  return a > 90 ? -cosFirst(180 - a) : cosFirst(a)
}

const TAN_45 = sinFirst(45) / cosFirst(45)

const tanDegrees = (degrees: number): number => {
  const tangent = sinDegrees(degrees) / cosDegrees(degrees) / TAN_45
  return tangent === 0 ? 0 : tangent
}

const cotDegrees = (degrees: number): number => {
  const cotangent = cosDegrees(degrees) / sinDegrees(degrees) / (cosFirst(45) / sinFirst(45))
  return cotangent === 0 ? 0 : cotangent
}

const asinFirst = (a: number): number =>
  a <= 0.5 ? (Math.asin(a) / ASIN_HALF) * 30 : 90 - (Math.acos(a) / ACOS_HALF) * 60
const acosFirst = (a: number): number =>
  a <= 0.5 ? 90 - (Math.asin(a) / ASIN_HALF) * 30 : (Math.acos(a) / ACOS_HALF) * 60

const angleFunctions: readonly ScalarFunction[] = [
  scalar(1604, 'sin(float8) float8', 'sine', trigonometric(Math.sin)),
  scalar(1605, 'cos(float8) float8', 'cosine', trigonometric(Math.cos)),
  scalar(1606, 'tan(float8) float8', 'tangent', trigonometric(Math.tan)),
  scalar(
    1607,
    'cot(float8) float8',
    'cotangent',
    trigonometric((a) => 1 / Math.tan(a)),
  ),
  scalar(1600, 'asin(float8) float8', 'inverse sine', inverse(Math.asin, -1, 1)),
  scalar(1601, 'acos(float8) float8', 'inverse cosine', inverse(Math.acos, -1, 1)),
  scalar(1602, 'atan(float8) float8', 'inverse tangent', Math.atan),
  scalar(1603, 'atan2(float8, float8) float8', 'inverse tangent of a quotient', Math.atan2),
  scalar(2462, 'sinh(float8) float8', 'hyperbolic sine', Math.sinh),
  scalar(2463, 'cosh(float8) float8', 'hyperbolic cosine', Math.cosh),
  scalar(2464, 'tanh(float8) float8', 'hyperbolic tangent', Math.tanh),
  scalar(2465, 'asinh(float8) float8', 'inverse hyperbolic sine', Math.asinh),
  scalar(2466, 'acosh(float8) float8', 'inverse hyperbolic cosine', inverse(Math.acosh, 1, Number.POSITIVE_INFINITY)),
  scalar(2467, 'atanh(float8) float8', 'inverse hyperbolic tangent', inverse(Math.atanh, -1, 1)),
  scalar(2735, 'sind(float8) float8', 'sine of degrees', trigonometric(sinDegrees)),
  scalar(2736, 'cosd(float8) float8', 'cosine of degrees', trigonometric(cosDegrees)),
  scalar(2737, 'tand(float8) float8', 'tangent of degrees', trigonometric(tanDegrees)),
  scalar(2738, 'cotd(float8) float8', 'cotangent of degrees', trigonometric(cotDegrees)),
  scalar(
    2731,
    'asind(float8) float8',
    'inverse sine in degrees',
    inverse((a) => (a < 0 ? -asinFirst(-a) : asinFirst(a)), -1, 1),
  ),
  scalar(
    2732,
    'acosd(float8) float8',
    'inverse cosine in degrees',
    inverse((a) => (a < 0 ? 90 + asinFirst(-a) : acosFirst(a)), -1, 1),
  ),
  scalar(2733, 'atand(float8) float8', 'inverse tangent in degrees', (a) => (Math.atan(a) / ATAN_ONE) * 45),
  scalar(
    2734,
    'atan2d(float8, float8) float8',
    'inverse tangent of a quotient in degrees',
    (a, b) => (Math.atan2(a, b) / ATAN_ONE) * 45,
  ),
]

/** Scale without trailing zeros. */
const minScale = (a: Numeric): number | null => {
  if (!a.isFinite) return null
  let scale = a.scale
  let coefficient = BigInt(a.coefficient)
  while (scale > 0 && coefficient % 10n === 0n) {
    coefficient /= 10n
    scale--
  }
  return scale
}

const greatestDivisor = (a: Numeric, b: Numeric): Numeric => {
  if (!a.isFinite || !b.isFinite) return Numeric.NaN
  let x = numericAbs(a)
  let y = numericAbs(b)
  while (y.sign !== 0) [x, y] = [y, numericMod(x, y)]
  return numericRound(x, Math.max(a.scale, b.scale))
}

const leastMultiple = (a: Numeric, b: Numeric): Numeric => {
  if (!a.isFinite || !b.isFinite) return Numeric.NaN
  const scale = Math.max(a.scale, b.scale)
  if (a.sign === 0 || b.sign === 0) return Numeric.of(0, scale)
  return numericRound(numericAbs(numericMul(numericDivTrunc(a, greatestDivisor(a, b)), b)), scale)
}

const factorial = (n: ExactInteger): Numeric => {
  if (n < 0) throw numericValueOutOfRange('factorial of a negative number is undefined')
  return numericFactorial(Number(n))
}

/** Digits that a numeric can have after the point, and before it. */
const boundedScale = (scale: number): number => Math.min(Math.max(scale, -131_073), 16_383)

const round = (a: Numeric, scale: number): Numeric => numericRound(a, boundedScale(scale))
const trunc = (a: Numeric, scale: number): Numeric => numericTrunc(a, boundedScale(scale))

const numericFunctions: readonly ScalarFunction[] = [
  ...named({ sqrt: 1730, numeric_sqrt: 1731 }, 'numeric', 'numeric', 'square root', numericSqrt),
  ...named({ exp: 1732, numeric_exp: 1733 }, 'numeric', 'numeric', 'exponential', numericExp),
  ...named({ ln: 1734, numeric_ln: 1735 }, 'numeric', 'numeric', 'natural logarithm', numericLn),
  ...named({ log: 1736, numeric_log: 1737 }, 'numeric, numeric', 'numeric', 'logarithm to a base', numericLog),
  ...named({ log: 1741, log10: 1481 }, 'numeric', 'numeric', 'logarithm to base 10', (a: Numeric) =>
    numericLog(Numeric.fromInteger(10), a),
  ),
  ...named({ power: 2169, pow: 1738, numeric_power: 1739 }, 'numeric, numeric', 'numeric', 'power', numericPower),
  ...named({ div: 1973, numeric_div_trunc: 1980 }, 'numeric, numeric', 'numeric', 'integer quotient', numericDivTrunc),
  ...named({ ceil: 1711, ceiling: 2167 }, 'numeric', 'numeric', 'nearest integer not less', numericCeil),
  scalar(1712, 'floor(numeric) numeric', 'nearest integer not greater', numericFloor),
  scalar(1707, 'round(numeric, int4) numeric', 'round to a scale', round),
  scalar(1708, 'round(numeric) numeric', 'nearest integer', (a) => numericRound(a, 0)),
  scalar(1709, 'trunc(numeric, int4) numeric', 'cut to a scale', trunc),
  scalar(1710, 'trunc(numeric) numeric', 'cut to an integer', (a) => numericTrunc(a, 0)),
  scalar(1706, 'sign(numeric) numeric', 'sign', (a: Numeric) => (a.isNaN ? a : Numeric.fromInteger(a.sign))),
  scalar(3281, 'scale(numeric) int4', 'digits after the point', (a: Numeric) => (a.isFinite ? a.scale : null)),
  scalar(5042, 'min_scale(numeric) int4', 'digits after the point that are needed', minScale),
  scalar(5043, 'trim_scale(numeric) numeric', 'without zeros at the end', (a: Numeric) =>
    numericRound(a, minScale(a) ?? 0),
  ),
  scalar(1764, 'numeric_inc(numeric) numeric', 'one more', (a) => numericAdd(a, Numeric.one)),
  scalar(1376, 'factorial(int8) numeric', 'factorial', factorial),
  scalar(5048, 'gcd(numeric, numeric) numeric', 'greatest common divisor', greatestDivisor),
  scalar(5049, 'lcm(numeric, numeric) numeric', 'least common multiple', leastMultiple),
]

const checkBuckets = (count: number, equalBounds: boolean): void => {
  if (count <= 0) throw widthBucketError('count must be greater than zero')
  if (equalBounds) throw widthBucketError('lower bound cannot equal upper bound')
}

const floatBucket = (value: number, low: number, high: number, count: number): number => {
  checkBuckets(count, low === high)
  if (Number.isNaN(value) || Number.isNaN(low) || Number.isNaN(high)) {
    throw widthBucketError('operand, lower bound, and upper bound cannot be NaN')
  }
  if (!Number.isFinite(low) || !Number.isFinite(high)) throw widthBucketError('lower and upper bounds must be finite')
  const [from, to] = low < high ? [low, high] : [high, low]
  const before = low < high ? value < from : value > to
  const after = low < high ? value >= to : value <= from
  if (before) return 0
  if (after) return checkInt4(count + 1)
  // Bounds too far apart for float arithmetic give the number that PostgreSQL's conversion to int4 ends in.
  const bucket = Math.trunc((count * (value - low)) / (high - low) + 1)
  return Math.abs(bucket) < 2 ** 31 ? bucket : -(2 ** 31)
}

const numericBucket = (value: Numeric, low: Numeric, high: Numeric, count: number): number => {
  checkBuckets(count, Numeric.compare(low, high) === 0)
  if (value.isNaN || low.isNaN || high.isNaN) {
    throw widthBucketError('operand, lower bound, and upper bound cannot be NaN')
  }
  if (!low.isFinite || !high.isFinite) throw widthBucketError('lower and upper bounds must be finite')
  const direction = Numeric.compare(low, high)
  if (Numeric.compare(value, low) * -direction < 0) return 0
  if (Numeric.compare(value, high) * -direction >= 0) return checkInt4(count + 1)
  const share = numericMul(numericSub(value, low), Numeric.fromInteger(count))
  return numericToInt4(numericFloor(numericDiv(share, numericSub(high, low)))) + 1
}

/** Number of thresholds, in ascending order, that are not greater than a value. */
const thresholdBucket = (
  compare: (a: Datum, b: Datum) => number,
  value: Datum,
  { dimensions, elements }: SqlArray,
): number => {
  if (dimensions.length > 1) throw arraySubscriptError('thresholds must be one-dimensional array')
  if (elements.includes(null)) throw nullValueNotAllowed('thresholds array must not contain NULLs')
  let low = 0
  let high = elements.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compare(value, elements[middle]) < 0) high = middle
    else low = middle + 1
  }
  return low
}

const bucketFunctions: readonly ScalarFunction[] = [
  scalar(320, 'width_bucket(float8, float8, float8, int4) int4', 'bucket of a value', floatBucket),
  scalar(2170, 'width_bucket(numeric, numeric, numeric, int4) int4', 'bucket of a value', numericBucket),
  typedScalar(
    3218,
    'width_bucket(anycompatible, anycompatiblearray) int4',
    'bucket of a value between thresholds',
    ({ args }) => {
      const compare = (args[0] as SqlType).compare ?? (() => 0)
      return (_context, value, thresholds) => thresholdBucket(compare, value, thresholds)
    },
  ),
]

export const mathFunctions: readonly ScalarFunction[] = [
  ...floatFunctions,
  ...angleFunctions,
  ...numericFunctions,
  ...bucketFunctions,
]
