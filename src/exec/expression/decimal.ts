/** Arithmetic and comparison of numerics as scaled doubles, where that is exact. */
import { Numeric } from '../../types/numeric/numeric.ts'
import type { Batch } from '../../vector/batch.ts'
import { ConstantVector, DecimalVector, Float64Vector, type AnyVector } from '../../vector/vector.ts'
import { decimalsByKernel, selectByKernel, vectorByKernel, type KernelText, type Scratch } from './kernel.ts'

/** numeric_add, numeric_sub, numeric_mul by OID. */
const ARITHMETIC: ReadonlyMap<number, '+' | '-' | '*'> = new Map([
  [1724, '+'],
  [1725, '-'],
  [1726, '*'],
])

/** numeric_eq, _ne, _gt, _ge, _lt, _le by OID. */
const COMPARISON: ReadonlyMap<number, string> = new Map([
  [1718, '==='],
  [1719, '!=='],
  [1720, '>'],
  [1721, '>='],
  [1722, '<'],
  [1723, '<='],
])

/** Casts of int4, int2 and int8 to numeric. */
const FROM_INTEGER: ReadonlySet<number> = new Set([1740, 1782, 1781])

/** Beyond this a scale difference is left to Numeric. */
const MAX_SHIFT = 15

/** A vector of scaled numbers and their scale, or null where the vector is not of that form. */
const operand = (vector: AnyVector): { readonly numbers: AnyVector; readonly scale: number } | null => {
  if (vector.kind === 'decimal') return { numbers: vector, scale: vector.scale }
  if (vector.kind !== 'constant' || !(vector.value instanceof Numeric) || !vector.value.isSafe) return null
  return { numbers: new ConstantVector(vector.value.scaledNumber, vector.length), scale: vector.value.scale }
}

/** Both operands at one scale, as texts; a shifted one that leaves the safe integers becomes NaN when `guarded`. */
const aligned = (left: number, right: number, guarded: boolean): readonly [KernelText, KernelText] | null => {
  const shift = Math.abs(left - right)
  if (shift > MAX_SHIFT) return null
  if (shift === 0) return ['x0', 'x1']
  const factor = 10 ** shift
  const limit = Math.floor(Number.MAX_SAFE_INTEGER / factor)
  const shifted = (x: string): string =>
    guarded ? `(${x} <= ${limit} && ${x} >= ${-limit} ? ${x} * ${factor} : NaN)` : `(${x} * ${factor})`
  return left < right ? [shifted('x0'), 'x1'] : ['x0', shifted('x1')]
}

/** The text of a comparison of two operands. A shifted one may be rounded: it is then beyond every safe integer. */
const comparisonOf = (oid: number, args: readonly AnyVector[]) => {
  const symbol = COMPARISON.get(oid)
  if (symbol === undefined) return null
  const left = operand(args[0] as AnyVector)
  const right = operand(args[1] as AnyVector)
  if (left === null || right === null) return null
  const texts = aligned(left.scale, right.scale, false)
  return texts === null
    ? null
    : { text: `${texts[0]} ${symbol} ${texts[1]}`, numbers: [left.numbers, right.numbers] as const }
}

/** Result of a numeric function over decimal vectors; null when it is not one of those or would not be exact. */
export const decimalFunction = (
  oid: number,
  batch: Batch,
  args: readonly AnyVector[],
  scratch: Scratch | null,
): AnyVector | null => {
  if (FROM_INTEGER.has(oid)) return fromIntegers(args[0] as AnyVector)
  const comparison = comparisonOf(oid, args)
  if (comparison !== null) return vectorByKernel(comparison.text, 'bool', batch, comparison.numbers, scratch)
  const symbol = ARITHMETIC.get(oid)
  if (symbol === undefined) return null
  const left = operand(args[0] as AnyVector)
  const right = operand(args[1] as AnyVector)
  if (left === null || right === null) return null
  const texts = symbol === '*' ? (['x0', 'x1'] as const) : aligned(left.scale, right.scale, true)
  if (texts === null) return null
  const scale = symbol === '*' ? left.scale + right.scale : Math.max(left.scale, right.scale)
  const result = decimalsByKernel(`${texts[0]} ${symbol} ${texts[1]}`, batch, [left.numbers, right.numbers], scratch)
  return result === null ? null : new DecimalVector(result.values, scale, result.nulls)
}

const fromIntegers = (vector: AnyVector): AnyVector | null => {
  if (vector.kind === 'int32') return new DecimalVector(Float64Array.from(vector.values), 0, vector.nulls)
  return vector instanceof Float64Vector ? new DecimalVector(vector.values, 0, vector.nulls) : null
}

/** The live rows for which a numeric comparison is true; undefined when it is not one over decimal vectors. */
export const selectDecimals = (oid: number, batch: Batch, args: readonly AnyVector[]): Batch | null | undefined => {
  const comparison = comparisonOf(oid, args)
  return comparison === null ? undefined : selectByKernel(comparison.text, batch, comparison.numbers)
}
