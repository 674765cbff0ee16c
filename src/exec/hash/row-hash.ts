/** 32-bit hashes of rows' keys, equal where the keys are: what decides the partition of a row that goes to disk. */
import { Numeric } from '../../types/numeric/numeric.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { Batch } from '../../vector/batch.ts'
import type { AnyVector, DictionaryVector } from '../../vector/vector.ts'
import type { HashKey, Key } from './column-codes.ts'

const NULL_HASH = 0x2545f491

const float = new Float64Array(1)
const words = new Uint32Array(float.buffer)

/** Every bit of the argument reaches every bit of the result. */
export const mixBits = (value: number): number => {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

const numberHash = (value: number): number => {
  const small = value | 0
  if (small === value) return mixBits(small)
  float[0] = value
  return mixBits((words[0] as number) ^ Math.imul(words[1] as number, 0x9e3779b1))
}

const textHash = (text: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return mixBits(hash)
}

const keyHash = (key: Key): number => (typeof key === 'number' ? numberHash(key) : textHash(String(key)))

/** Numerics by their nearest double, which decimals in vectors have without becoming numerics first. */
const datumHash = (value: Datum, hashKey: HashKey): number =>
  value instanceof Numeric ? numberHash(value.toNumber()) : keyHash(hashKey(value))

/** The key of one column. */
class ColumnHash {
  readonly #hashKey: HashKey
  /** Plain numbers are their own keys; null while the column has brought none. */
  #plain: boolean | null = null
  #dictionary: readonly Datum[] | null = null
  #known: (number | undefined)[] = []

  constructor(hashKey: HashKey) {
    this.#hashKey = hashKey
  }

  at(vector: AnyVector): (position: number) => number {
    const hashKey = this.#hashKey
    if (vector.kind === 'dictionary') return this.#coded(vector)
    if (vector.kind === 'decimal') {
      const { values, nulls, scale } = vector
      if (scale <= 22) {
        const unit = 10 ** scale
        return (p) => (nulls !== null && nulls[p] === 1 ? NULL_HASH : numberHash((values[p] as number) / unit))
      }
    }
    if (vector.kind === 'int32' || vector.kind === 'float64') {
      const { values, nulls } = vector
      this.#plain ??= hashKey(1) === 1
      if (!this.#plain) return (p) => (vector.isNull(p) ? NULL_HASH : datumHash(values[p], hashKey))
      return (p) => {
        if (nulls !== null && nulls[p] === 1) return NULL_HASH
        const value = values[p] as number
        return value === value ? numberHash(value + 0) : datumHash(value, hashKey)
      }
    }
    return (p) => {
      const value = vector.get(p)
      return value === null ? NULL_HASH : datumHash(value, hashKey)
    }
  }

  #coded({ codes, dictionary }: DictionaryVector): (position: number) => number {
    if (this.#dictionary !== dictionary) {
      this.#dictionary = dictionary
      this.#known = new Array(dictionary.length)
    }
    const known = this.#known
    return (p) => {
      const code = codes[p] as number
      return code < 0 ? NULL_HASH : (known[code] ??= datumHash(dictionary[code], this.#hashKey))
    }
  }
}

export class RowHash {
  readonly #columns: readonly ColumnHash[]

  constructor(hashKeys: readonly HashKey[]) {
    this.#columns = hashKeys.map((hashKey) => new ColumnHash(hashKey))
  }

  /** Hashes of the live rows' keys; NULLs are equal to each other. */
  hash(batch: Batch, vectors: readonly AnyVector[]): Int32Array {
    const out = new Int32Array(batch.count)
    const { selection } = batch
    for (const [i, column] of this.#columns.entries()) {
      const at = column.at(vectors[i] as AnyVector)
      for (let k = 0; k < out.length; k++) {
        out[k] = Math.imul(out[k] as number, 31) + at(selection === null ? k : (selection[k] as number))
      }
    }
    return out
  }
}
