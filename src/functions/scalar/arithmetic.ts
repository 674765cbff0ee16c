/** Arithmetic on integers, floats and numerics. */
import { floatUnderflow, typeOutOfRange } from '../../errors/raise/data.ts'
import {
  type ExactInteger,
  int64Add,
  int64Div,
  int64Mod,
  int64Mul,
  int64Neg,
  int64Sub,
  normalizeInteger,
} from '../../types/int64.ts'
import {
  numericAbs,
  numericAdd,
  numericDiv,
  numericMod,
  numericMul,
  numericNeg,
  numericSub,
} from '../../types/numeric/arithmetic.ts'
import type { Evaluate, ScalarFunction } from '../records.ts'
import { scalar } from '../define.ts'
import { checkFloat, checkInt2, checkInt4, floatDiv, floatMul, intDiv, intMod } from '../inline-helpers.ts'

/** A way to compute, and its source for generated code. */
interface Computation {
  readonly evaluate: Evaluate
  readonly inline: (a: string, b: string) => string
}

type Operation = 'add' | 'subtract' | 'multiply' | 'divide' | 'remainder'

const int2: Record<Operation, Computation> = {
  add: { evaluate: (a, b) => checkInt2(a + b), inline: (a, b) => `helpers.checkInt2(${a} + ${b})` },
  subtract: { evaluate: (a, b) => checkInt2(a - b), inline: (a, b) => `helpers.checkInt2(${a} - ${b})` },
  multiply: { evaluate: (a, b) => checkInt2(a * b + 0), inline: (a, b) => `helpers.checkInt2(${a} * ${b} + 0)` },
  divide: {
    evaluate: (a, b) => checkInt2(intDiv(a, b)),
    inline: (a, b) => `helpers.checkInt2(helpers.intDiv(${a}, ${b}))`,
  },
  remainder: { evaluate: intMod, inline: (a, b) => `helpers.intMod(${a}, ${b})` },
}

/** Products of two 32-bit integers may leave 2^53, but never come back into 32 bits by rounding. */
const int4: Record<Operation, Computation> = {
  add: { evaluate: (a, b) => checkInt4(a + b), inline: (a, b) => `helpers.checkInt4(${a} + ${b})` },
  subtract: { evaluate: (a, b) => checkInt4(a - b), inline: (a, b) => `helpers.checkInt4(${a} - ${b})` },
  multiply: { evaluate: (a, b) => checkInt4(a * b + 0), inline: (a, b) => `helpers.checkInt4(${a} * ${b} + 0)` },
  divide: {
    evaluate: (a, b) => checkInt4(intDiv(a, b)),
    inline: (a, b) => `helpers.checkInt4(helpers.intDiv(${a}, ${b}))`,
  },
  remainder: { evaluate: intMod, inline: (a, b) => `helpers.intMod(${a}, ${b})` },
}

const int8: Record<Operation, Computation> = {
  add: { evaluate: int64Add, inline: (a, b) => `helpers.int64Add(${a}, ${b})` },
  subtract: { evaluate: int64Sub, inline: (a, b) => `helpers.int64Sub(${a}, ${b})` },
  multiply: { evaluate: int64Mul, inline: (a, b) => `helpers.int64Mul(${a}, ${b})` },
  divide: { evaluate: int64Div, inline: (a, b) => `helpers.int64Div(${a}, ${b})` },
  remainder: { evaluate: int64Mod, inline: (a, b) => `helpers.int64Mod(${a}, ${b})` },
}

type FloatOperation = Exclude<Operation, 'remainder'>

const float8: Record<FloatOperation, Computation> = {
  add: { evaluate: (a, b) => checkFloat(a + b, a, b), inline: (a, b) => `helpers.checkFloat(${a} + ${b}, ${a}, ${b})` },
  subtract: {
    evaluate: (a, b) => checkFloat(a - b, a, b),
    inline: (a, b) => `helpers.checkFloat(${a} - ${b}, ${a}, ${b})`,
  },
  multiply: { evaluate: floatMul, inline: (a, b) => `helpers.floatMul(${a}, ${b})` },
  divide: { evaluate: floatDiv, inline: (a, b) => `helpers.floatDiv(${a}, ${b})` },
}

/** The double's result narrowed, with the narrowed result checked against the operands. */
const float4: Record<FloatOperation, Evaluate> = {
  add: (a, b) => checkFloat(Math.fround(a + b), a, b),
  subtract: (a, b) => checkFloat(Math.fround(a - b), a, b),
  multiply: (a, b) => floatNarrow(floatMul(a, b), a, b, a !== 0 && b !== 0),
  divide: (a, b) => floatNarrow(floatDiv(a, b), a, b, a !== 0 && Number.isFinite(b)),
}

const floatNarrow = (result: number, a: number, b: number, mustDiffer: boolean): number => {
  const narrow = checkFloat(Math.fround(result), a, b)
  if (narrow === 0 && mustDiffer) throw floatUnderflow()
  return narrow
}

/** Names and OIDs of one operation over the integer types and their mixtures. */
const integerFunctions = (
  operation: Operation,
  suffix: string,
  oids: Readonly<Record<string, number>>,
): ScalarFunction[] =>
  Object.entries(oids).map(([types, oid]) => {
    const left = `int${types.charAt(0)}`
    const right = `int${types.charAt(1)}`
    const wide = types.includes('8')
      ? { type: 'int8', form: int8 }
      : types.includes('4')
        ? { type: 'int4', form: int4 }
        : { type: 'int2', form: int2 }
    const { evaluate, inline } = wide.form[operation]
    const name = left === right ? left : `int${types}`
    return scalar(oid, `${name}${suffix}(${left}, ${right}) ${wide.type}`, operation, evaluate, { inline })
  })

const floatFunctions = (
  operation: FloatOperation,
  suffix: string,
  oids: readonly [number, number, number, number],
): ScalarFunction[] => {
  const [narrow, narrowWide, wideNarrow, wide] = oids
  const options = { inline: float8[operation].inline }
  const { evaluate } = float8[operation]
  return [
    scalar(narrow, `float4${suffix}(float4, float4) float4`, operation, float4[operation]),
    scalar(narrowWide, `float48${suffix}(float4, float8) float8`, operation, evaluate, options),
    scalar(wideNarrow, `float84${suffix}(float8, float4) float8`, operation, evaluate, options),
    scalar(wide, `float8${suffix}(float8, float8) float8`, operation, evaluate, options),
  ]
}

const plus = (value: unknown): unknown => value

/** A signed shift of the type's width: the count counts modulo the width, as the processor has it. */
const shiftInt8 = (value: ExactInteger, count: number): ExactInteger =>
  normalizeInteger(BigInt.asIntN(64, BigInt(value) << BigInt(count & 63)))

const bitsOf =
  (apply: (a: bigint, b: bigint) => bigint) =>
  (a: ExactInteger, b: ExactInteger): ExactInteger =>
    normalizeInteger(apply(BigInt(a), BigInt(b)))

const narrowTo16 = (value: number): number => (value << 16) >> 16

const absInt =
  (type: string, min: number) =>
  (value: number): number => {
    if (value === min) throw typeOutOfRange(type)
    return Math.abs(value)
  }

const bitFunctions: readonly ScalarFunction[] = [
  scalar(1892, 'int2and(int2, int2) int2', 'bitwise and', (a, b) => a & b),
  scalar(1893, 'int2or(int2, int2) int2', 'bitwise or', (a, b) => a | b),
  scalar(1894, 'int2xor(int2, int2) int2', 'bitwise exclusive or', (a, b) => a ^ b),
  scalar(1895, 'int2not(int2) int2', 'bitwise not', (a) => ~a),
  scalar(1896, 'int2shl(int2, int4) int2', 'bitwise shift left', (a, b) => narrowTo16(a << b)),
  scalar(1897, 'int2shr(int2, int4) int2', 'bitwise shift right', (a, b) => a >> b),
  scalar(1898, 'int4and(int4, int4) int4', 'bitwise and', (a, b) => a & b, { inline: (a, b) => `(${a} & ${b})` }),
  scalar(1899, 'int4or(int4, int4) int4', 'bitwise or', (a, b) => a | b, { inline: (a, b) => `(${a} | ${b})` }),
  scalar(1900, 'int4xor(int4, int4) int4', 'bitwise exclusive or', (a, b) => a ^ b, {
    inline: (a, b) => `(${a} ^ ${b})`,
  }),
  scalar(1901, 'int4not(int4) int4', 'bitwise not', (a) => ~a, { inline: (a) => `(~${a})` }),
  scalar(1902, 'int4shl(int4, int4) int4', 'bitwise shift left', (a, b) => a << b, {
    inline: (a, b) => `(${a} << ${b})`,
  }),
  scalar(1903, 'int4shr(int4, int4) int4', 'bitwise shift right', (a, b) => a >> b, {
    inline: (a, b) => `(${a} >> ${b})`,
  }),
  scalar(
    1904,
    'int8and(int8, int8) int8',
    'bitwise and',
    bitsOf((a, b) => a & b),
  ),
  scalar(
    1905,
    'int8or(int8, int8) int8',
    'bitwise or',
    bitsOf((a, b) => a | b),
  ),
  scalar(
    1906,
    'int8xor(int8, int8) int8',
    'bitwise exclusive or',
    bitsOf((a, b) => a ^ b),
  ),
  scalar(1907, 'int8not(int8) int8', 'bitwise not', (a: ExactInteger) => normalizeInteger(~BigInt(a))),
  scalar(1908, 'int8shl(int8, int4) int8', 'bitwise shift left', shiftInt8),
  scalar(1909, 'int8shr(int8, int4) int8', 'bitwise shift right', (a: ExactInteger, b: number) =>
    normalizeInteger(BigInt(a) >> BigInt(b & 63)),
  ),
]

const absInt8 = (value: ExactInteger): ExactInteger => (value < 0 ? int64Neg(value) : value)

const signFunctions: readonly ScalarFunction[] = [
  scalar(1911, 'int2up(int2) int2', 'unary plus', plus),
  scalar(1912, 'int4up(int4) int4', 'unary plus', plus),
  scalar(1910, 'int8up(int8) int8', 'unary plus', plus),
  scalar(1913, 'float4up(float4) float4', 'unary plus', plus),
  scalar(1914, 'float8up(float8) float8', 'unary plus', plus),
  scalar(1915, 'numeric_uplus(numeric) numeric', 'unary plus', plus),
  scalar(213, 'int2um(int2) int2', 'negate', (a) => checkInt2(0 - a)),
  scalar(766, 'int4inc(int4) int4', 'one more', (a) => checkInt4(a + 1)),
  scalar(1219, 'int8inc(int8) int8', 'one more', (a) => int64Add(a, 1)),
  scalar(2804, 'int8inc_any(int8, any) int8', 'one more', (a) => int64Add(a, 1)),
  scalar(212, 'int4um(int4) int4', 'negate', (a) => checkInt4(0 - a), { inline: (a) => `helpers.checkInt4(0 - ${a})` }),
  scalar(462, 'int8um(int8) int8', 'negate', int64Neg, { inline: (a) => `helpers.int64Neg(${a})` }),
  scalar(206, 'float4um(float4) float4', 'negate', (a) => -a),
  scalar(220, 'float8um(float8) float8', 'negate', (a) => -a, { inline: (a) => `(-${a})` }),
  scalar(1771, 'numeric_uminus(numeric) numeric', 'negate', numericNeg),
  ...[
    { type: 'int2', oids: [1253, 1398], evaluate: absInt('smallint', -32768) },
    { type: 'int4', oids: [1251, 1397], evaluate: absInt('integer', -2147483648) },
    { type: 'int8', oids: [1230, 1396], evaluate: absInt8 },
    { type: 'float4', oids: [207, 1394], evaluate: Math.abs },
    { type: 'float8', oids: [221, 1395], evaluate: Math.abs },
  ].flatMap(({ type, oids: [operatorOid, nameOid], evaluate }) => [
    scalar(operatorOid as number, `${type}abs(${type}) ${type}`, 'absolute value', evaluate),
    scalar(nameOid as number, `abs(${type}) ${type}`, 'absolute value', evaluate),
  ]),
  scalar(1704, 'numeric_abs(numeric) numeric', 'absolute value', numericAbs),
  scalar(1705, 'abs(numeric) numeric', 'absolute value', numericAbs),
]

/** Greatest common divisor, not negative. */
const gcdOf = (a: ExactInteger, b: ExactInteger): bigint => {
  let x = BigInt(a)
  let y = BigInt(b)
  while (y !== 0n) [x, y] = [y, x % y]
  return x < 0n ? -x : x
}

const lcmOf = (a: ExactInteger, b: ExactInteger): bigint => {
  if (a === 0 || b === 0) return 0n
  const product = (BigInt(a) / gcdOf(a, b)) * BigInt(b)
  return product < 0n ? -product : product
}

const toInt4 = (value: bigint): number => checkInt4(Number(value))
const toInt8 = (value: bigint): ExactInteger => int64Add(normalizeInteger(value), 0)

const divisorFunctions: readonly ScalarFunction[] = [
  scalar(5044, 'gcd(int4, int4) int4', 'greatest common divisor', (a, b) => toInt4(gcdOf(a, b))),
  scalar(5045, 'gcd(int8, int8) int8', 'greatest common divisor', (a, b) => toInt8(gcdOf(a, b))),
  scalar(5046, 'lcm(int4, int4) int4', 'least common multiple', (a, b) => toInt4(lcmOf(a, b))),
  scalar(5047, 'lcm(int8, int8) int8', 'least common multiple', (a, b) => toInt8(lcmOf(a, b))),
]

const numericFunctions: readonly ScalarFunction[] = [
  scalar(1724, 'numeric_add(numeric, numeric) numeric', 'add', numericAdd),
  scalar(1725, 'numeric_sub(numeric, numeric) numeric', 'subtract', numericSub),
  scalar(1726, 'numeric_mul(numeric, numeric) numeric', 'multiply', numericMul),
  scalar(1727, 'numeric_div(numeric, numeric) numeric', 'divide', numericDiv),
  scalar(1729, 'numeric_mod(numeric, numeric) numeric', 'remainder', numericMod),
  scalar(1728, 'mod(numeric, numeric) numeric', 'remainder', numericMod),
]

export const arithmeticFunctions: readonly ScalarFunction[] = [
  ...integerFunctions('add', 'pl', {
    22: 176,
    24: 178,
    28: 841,
    42: 179,
    44: 177,
    48: 1278,
    82: 837,
    84: 1274,
    88: 463,
  }),
  ...integerFunctions('subtract', 'mi', {
    22: 180,
    24: 182,
    28: 942,
    42: 183,
    44: 181,
    48: 1279,
    82: 838,
    84: 1275,
    88: 464,
  }),
  ...integerFunctions('multiply', 'mul', {
    22: 152,
    24: 170,
    28: 943,
    42: 171,
    44: 141,
    48: 1280,
    82: 839,
    84: 1276,
    88: 465,
  }),
  ...integerFunctions('divide', 'div', {
    22: 153,
    24: 172,
    28: 948,
    42: 173,
    44: 154,
    48: 1281,
    82: 840,
    84: 1277,
    88: 466,
  }),
  ...integerFunctions('remainder', 'mod', { 22: 155, 44: 156, 88: 945 }),
  scalar(940, 'mod(int2, int2) int2', 'remainder', intMod),
  scalar(941, 'mod(int4, int4) int4', 'remainder', intMod, { inline: int4.remainder.inline }),
  scalar(947, 'mod(int8, int8) int8', 'remainder', int64Mod, { inline: int8.remainder.inline }),
  ...floatFunctions('add', 'pl', [204, 281, 285, 218]),
  ...floatFunctions('subtract', 'mi', [205, 282, 286, 219]),
  ...floatFunctions('multiply', 'mul', [202, 279, 283, 216]),
  ...floatFunctions('divide', 'div', [203, 280, 284, 217]),
  ...numericFunctions,
  ...signFunctions,
  ...bitFunctions,
  ...divisorFunctions,
]
