/**
 * Loops over vectors, generated as JavaScript: one per computation and combination of vector kinds, so that each loop
 * sees one kind of array only. They are kept for good: their number is bounded by functions times kinds.
 */
import * as helpers from '../../functions/inline-helpers.ts'
import type { Datum, PhysicalKind } from '../../types/sql-type.ts'
import type { Batch } from '../../vector/batch.ts'
import {
  BoolVector,
  ConstantVector,
  DatumVector,
  Float64Vector,
  Int32Vector,
  type AnyVector,
  type Nulls,
} from '../../vector/vector.ts'

/**
 * What a loop does with the value of each row: keeps the position when it is true, or stores it. `exact` and
 * `decimal` loops stop and answer -1 at a value that a double cannot hold as an integer.
 */
type Mode = 'select' | 'int32' | 'float64' | 'bool' | 'datum' | 'exact' | 'decimal'

type Output = Int32Array | Float64Array | Uint8Array | Datum[]

/** Answers how many rows it kept (select) or found NULL, or -1 where it stopped. */
type Loop = (
  count: number,
  selection: Int32Array | null,
  out: Output,
  nulls: Uint8Array | null,
  tools: typeof helpers,
  ...sources: unknown[]
) => number

const STORE: Readonly<Record<Mode, (value: string) => string>> = {
  select: (value) => `out[found] = p; if (${value}) found++`,
  int32: (value) => `out[p] = ${value}`,
  float64: (value) => `out[p] = ${value}`,
  bool: (value) => `out[p] = ${value} ? 1 : 0`,
  datum: (value) => `out[p] = ${value}`,
  exact: (value) => `const r = ${value}; if (typeof r !== 'number') return -1; out[p] = r`,
  decimal: (value) =>
    `const r = ${value}; if (!(r <= ${Number.MAX_SAFE_INTEGER} && r >= ${-Number.MAX_SAFE_INTEGER})) return -1; out[p] = r + 0`,
}

const READ: Readonly<Record<AnyVector['kind'], (i: number) => string>> = {
  int32: (i) => `a${i}[p]`,
  float64: (i) => `a${i}[p]`,
  decimal: (i) => `a${i}[p]`,
  bool: (i) => `a${i}[p] === 1`,
  dictionary: (i) => `d${i}[a${i}[p]]`,
  datums: (i) => `a${i}[p]`,
  constant: (i) => `a${i}`,
}

/** How a loop tells that the value is NULL; null when it cannot be. */
const nullTest = (vector: AnyVector, i: number): string | null => {
  switch (vector.kind) {
    case 'constant':
      return null
    case 'dictionary':
      return `a${i}[p] === -1`
    case 'datums':
      return `a${i}[p] === null`
    default:
      return vector.nulls === null ? null : `n${i}[p] === 1`
  }
}

const loops = new Map<string, Loop>()

const generate = (mode: Mode, value: string, selected: boolean, args: readonly AnyVector[]): Loop => {
  const tests = args.flatMap((arg, i) => nullTest(arg, i) ?? [])
  const key = [mode, value, selected, ...tests, ...args.map((arg) => arg.kind)].join('|')
  let loop = loops.get(key)
  if (loop === undefined) {
    const skip =
      mode === 'select' ? 'continue' : `{ nulls[p] = 1; found++; ${mode === 'datum' ? 'out[p] = null; ' : ''}continue }`
    const parameters = args.map((_, i) => `a${i}, n${i}, d${i}`).join(', ')
    // biome-ignore lint/security/noGlobalEval: the text consists of registry templates and names made here
    loop = new Function(`return (count, s, out, nulls, helpers, ${parameters}) => {
      let found = 0
      for (let k = 0; k < count; k++) {
        const p = ${selected ? 's[k]' : 'k'}
        ${tests.length > 0 ? `if (${tests.join(' || ')}) ${skip}` : ''}
        ${args.map((arg, i) => `const x${i} = ${READ[arg.kind](i)}`).join('\n')}
        ${STORE[mode](value)}
      }
      return found
    }`)() as Loop
    loops.set(key, loop)
  }
  return loop
}

const sourcesOf = (vector: AnyVector): readonly unknown[] => {
  switch (vector.kind) {
    case 'constant':
      return [vector.value, null, null]
    case 'dictionary':
      return [vector.codes, null, vector.dictionary]
    case 'datums':
      return [vector.values, null, null]
    default:
      return [vector.values, vector.nulls, null]
  }
}

/** Text of a computation over `x0`, `x1`, …: the values of the arguments, none of them NULL. */
export type KernelText = string

const run = (
  mode: Mode,
  text: KernelText,
  batch: Batch,
  args: readonly AnyVector[],
  out: Output,
  nulls: Nulls,
): number =>
  generate(mode, text, batch.selection !== null, args)(
    batch.count,
    batch.selection,
    out,
    nulls,
    helpers,
    ...args.flatMap(sourcesOf),
  )

/**
 * Arrays that a loop fills anew for each batch, for vectors that are used up before the next batch is evaluated:
 * arrays of their size are what the garbage collector minds most.
 */
export class Scratch {
  #floats = new Float64Array(0)
  #integers = new Int32Array(0)
  #bytes = new Uint8Array(0)
  #nulls = new Uint8Array(0)

  floats(length: number): Float64Array {
    if (this.#floats.length < length) this.#floats = new Float64Array(length)
    return this.#floats.subarray(0, length)
  }

  integers(length: number): Int32Array {
    if (this.#integers.length < length) this.#integers = new Int32Array(length)
    return this.#integers.subarray(0, length)
  }

  bytes(length: number): Uint8Array {
    if (this.#bytes.length < length) this.#bytes = new Uint8Array(length)
    return this.#bytes.subarray(0, length)
  }

  /** All zero. */
  nulls(length: number): Uint8Array {
    if (this.#nulls.length < length) this.#nulls = new Uint8Array(length)
    return this.#nulls.subarray(0, length).fill(0)
  }
}

/** Hands out arrays that are kept. */
const FRESH: Pick<Scratch, 'floats' | 'integers' | 'bytes' | 'nulls'> = {
  floats: (length) => new Float64Array(length),
  integers: (length) => new Int32Array(length),
  bytes: (length) => new Uint8Array(length),
  nulls: (length) => new Uint8Array(length),
}

const mayBeNull = (vector: AnyVector): boolean => nullTest(vector, 0) !== null

/** The live rows for which the computation is true; the batch itself when all are, null when none is. */
export const selectByKernel = (text: KernelText, batch: Batch, args: readonly AnyVector[]): Batch | null => {
  const out = new Int32Array(batch.count)
  const kept = run('select', text, batch, args, out, null)
  if (kept === 0) return null
  return kept === batch.count ? batch : batch.select(out.subarray(0, kept))
}

/** Scaled decimals by a computation over scaled decimals; null when a result is not a safe integer. */
export const decimalsByKernel = (
  text: KernelText,
  batch: Batch,
  args: readonly AnyVector[],
  scratch: Scratch | null,
): { readonly values: Float64Array; readonly nulls: Nulls } | null => {
  const arrays = scratch ?? FRESH
  const values = arrays.floats(batch.length)
  const nulls = args.some(mayBeNull) ? arrays.nulls(batch.length) : null
  const found = run('decimal', text, batch, args, values, nulls)
  return found < 0 ? null : { values, nulls: found === 0 ? null : nulls }
}

/** The values of a computation as a vector of a physical form; null when the form cannot hold one of them. */
export const vectorByKernel = (
  text: KernelText,
  physical: PhysicalKind,
  batch: Batch,
  args: readonly AnyVector[],
  scratch: Scratch | null,
): AnyVector | null => {
  const { length } = batch
  const arrays = scratch ?? FRESH
  const nulls = args.some(mayBeNull) ? arrays.nulls(length) : null
  switch (physical) {
    case 'int32': {
      const out = arrays.integers(length)
      return new Int32Vector(out, run('int32', text, batch, args, out, nulls) === 0 ? null : nulls)
    }
    case 'float64': {
      const out = arrays.floats(length)
      return new Float64Vector(out, run('float64', text, batch, args, out, nulls) === 0 ? null : nulls)
    }
    case 'int64': {
      const out = arrays.floats(length)
      const found = run('exact', text, batch, args, out, nulls)
      return found < 0 ? null : new Float64Vector(out, found === 0 ? null : nulls)
    }
    case 'bool': {
      const out = arrays.bytes(length)
      return new BoolVector(out, run('bool', text, batch, args, out, nulls) === 0 ? null : nulls)
    }
    default: {
      const out = new Array<Datum>(length).fill(null)
      run('datum', text, batch, args, out, nulls)
      return new DatumVector(out)
    }
  }
}

/** All of one value. */
export const constantOver = (batch: Batch, value: Datum): ConstantVector => new ConstantVector(value, batch.length)
