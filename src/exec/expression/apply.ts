/** A strict function over argument vectors: the fastest form that the vectors allow. */
import type { ScalarFunction } from '../../functions/records.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import type { Batch } from '../../vector/batch.ts'
import { vectorOf, type AnyVector } from '../../vector/vector.ts'
import { decimalFunction, selectDecimals } from './decimal.ts'
import { constantOver, Scratch, selectByKernel, vectorByKernel } from './kernel.ts'
import { FunctionMemo } from './memo.ts'
import { selectTrue } from './selection.ts'

type Evaluate = (...args: Datum[]) => Datum

export interface VectorFunction {
  /** Its values at the live positions. */
  vector(batch: Batch, args: readonly AnyVector[]): AnyVector
  /** The live rows for which it is true. */
  select(batch: Batch, args: readonly AnyVector[]): Batch | null
}

const isNullConstant = (vector: AnyVector): boolean => vector.kind === 'constant' && vector.value === null

/**
 * `evaluate` is the function itself as the interpreter calls it; it is not volatile. With `transient` a vector is good
 * until the next one is asked for.
 */
export const vectorFunction = (
  fn: Pick<ScalarFunction, 'oid' | 'inline'>,
  evaluate: Evaluate,
  type: SqlType,
  transient: boolean,
): VectorFunction => {
  const scratch = transient ? new Scratch() : null
  const memo = new FunctionMemo(type)
  const inlined = new Map<number, string>()
  const text = (count: number): string => {
    let value = inlined.get(count)
    if (value === undefined) {
      value = fn.inline?.(...Array.from({ length: count }, (_, i) => `x${i}`)) ?? ''
      inlined.set(count, value)
    }
    return value
  }
  /** The template over these vectors, if there is one: templates want plain datums. */
  const kernel = (args: readonly AnyVector[]): string | null =>
    fn.inline === undefined || args.some((arg) => arg.kind === 'decimal') ? null : text(args.length)

  /** The one argument that is not a constant, with the memo bound to the others. */
  const onlyVarying = (args: readonly AnyVector[]): AnyVector | null => {
    const at = args.findIndex((arg) => arg.kind !== 'constant')
    if (args.some((arg, i) => i !== at && arg.kind !== 'constant')) return null
    const values = args.map((arg, i) => (i === at ? null : arg.get(0)))
    memo.bind(values, (value) => evaluate(...values.map((other, i) => (i === at ? value : other))))
    return args[at] ?? null
  }

  const vector = (batch: Batch, args: readonly AnyVector[]): AnyVector => {
    if (args.some(isNullConstant)) return constantOver(batch, null)
    if (args.every((arg) => arg.kind === 'constant'))
      return constantOver(batch, evaluate(...args.map((arg) => arg.get(0))))
    const decimals = decimalFunction(fn.oid, batch, args, scratch)
    if (decimals !== null) return decimals
    const varying = args.some((arg) => arg.kind === 'dictionary' || arg.kind === 'int32') ? onlyVarying(args) : null
    if (varying?.kind === 'dictionary') return memo.overDictionary(varying, batch)
    const template = kernel(args)
    const generated = template === null ? null : vectorByKernel(template, type.physical, batch, args, scratch)
    if (generated !== null) return generated
    if (varying?.kind === 'int32') return memo.overIntegers(varying, batch)
    return rowwise(evaluate, type, batch, args)
  }

  return {
    vector,
    select(batch, args) {
      if (args.some(isNullConstant)) return null
      const decimals = selectDecimals(fn.oid, batch, args)
      if (decimals !== undefined) return decimals
      const varying = args.some((arg) => arg.kind === 'dictionary') ? onlyVarying(args) : null
      if (varying?.kind === 'dictionary') return memo.select(varying, batch)
      const template = kernel(args)
      if (template !== null && args.some((arg) => arg.kind !== 'constant')) return selectByKernel(template, batch, args)
      return selectTrue(batch, vector(batch, args))
    },
  }
}

/** Calls the function for each live row without a NULL argument. */
const rowwise = (evaluate: Evaluate, type: SqlType, batch: Batch, args: readonly AnyVector[]): AnyVector => {
  const { count, selection } = batch
  const out = new Array<Datum>(batch.length).fill(null)
  const [first, second] = args as readonly [AnyVector, AnyVector | undefined]
  for (let k = 0; k < count; k++) {
    const p = selection === null ? k : (selection[k] as number)
    const a = first.get(p)
    if (a === null) continue
    if (second === undefined) out[p] = evaluate(a)
    else {
      const b = second.get(p)
      if (b === null) continue
      if (args.length === 2) out[p] = evaluate(a, b)
      else {
        const values = args.map((arg) => arg.get(p))
        if (!values.includes(null)) out[p] = evaluate(...values)
      }
    }
  }
  return vectorOf(type, out)
}
