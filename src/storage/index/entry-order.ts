/**
 * Entries of an index as columns, and their order: by key, then by rowid. Comparisons look at the columns in place, so
 * that sorting and searching make no values of numbers that lie in typed arrays.
 */
import type { Datum } from '../../types/sql-type.ts'
import type { AnyVector, Float64Vector, Int32Vector } from '../../vector/vector.ts'
import { type KeyPart, partComparator } from './key-order.ts'

/** Consecutive entries in index order: a vector per key column, all of one length. */
export interface RunPart {
  readonly keys: readonly AnyVector[]
  readonly rowids: Float64Array
}

/**
 * A place between entries: those with a key below `key` lie before it, and those that begin with `key` when their rowid
 * is below `rowid`. An empty key with rowid -Infinity is the start of an index, with Infinity its end.
 */
export interface Place {
  readonly key: readonly Datum[]
  readonly rowid: number
}

export const keyAt = (part: RunPart, position: number): Datum[] => part.keys.map((column) => column.get(position))

const isNumbers = (vector: AnyVector | undefined): vector is Int32Vector | Float64Vector =>
  vector !== undefined && (vector.kind === 'int32' || vector.kind === 'float64')

/** First position in [low, high) whose number, times the sign, is not below that of a bound; `high` when there is none. */
const firstAtLeast = (values: Int32Array | Float64Array, sign: number, bound: number, low: number, high: number) => {
  while (low < high) {
    const middle = (low + high) >> 1
    if (sign * (values[middle] as number) < sign * bound) low = middle + 1
    else high = middle
  }
  return low
}

export class EntryOrder {
  readonly parts: readonly KeyPart[]
  readonly #comparators: readonly ((a: Datum, b: Datum) => number)[]
  /** Per key column: 1 or -1 where values in typed arrays compare as numbers, 0 elsewhere. */
  readonly #numeric: Int8Array

  constructor(parts: readonly KeyPart[]) {
    this.parts = parts
    this.#comparators = parts.map(partComparator)
    this.#numeric = Int8Array.from(parts, ({ type, descending }) =>
      type.physical === 'int32' || type.physical === 'int64' ? (descending ? -1 : 1) : 0,
    )
  }

  /** Order of two entries. */
  compare(a: RunPart, i: number, b: RunPart, j: number): number {
    return this.compareKeysOf(a, i, b, j) || (a.rowids[i] as number) - (b.rowids[j] as number)
  }

  /** Order of two entries' keys. */
  compareKeysOf(a: RunPart, i: number, b: RunPart, j: number): number {
    for (let c = 0; c < this.#numeric.length; c++) {
      const order = this.#column(c, a.keys[c] as AnyVector, i, b.keys[c] as AnyVector, j)
      if (order !== 0) return order
    }
    return 0
  }

  #column(c: number, a: AnyVector, i: number, b: AnyVector, j: number): number {
    const sign = this.#numeric[c] as number
    if (sign !== 0 && isNumbers(a) && isNumbers(b) && a.nulls === null && b.nulls === null) {
      const left = a.values[i] as number
      const right = b.values[j] as number
      return left < right ? -sign : left > right ? sign : 0
    }
    return (this.#comparators[c] as (a: Datum, b: Datum) => number)(a.get(i), b.get(j))
  }

  /** Whether two entries of a part have the same key. */
  sameKey(part: RunPart, i: number, j: number): boolean {
    return this.compareKeysOf(part, i, part, j) === 0
  }

  /** Position of the first entry of a part, from a position on, whose key is not below a key of another part. */
  firstNotBelow(part: RunPart, from: number, keys: RunPart, position: number): number {
    let low = from
    let high = part.rowids.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.compareKeysOf(part, middle, keys, position) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Order of two keys on their common prefix. */
  compareKeys(a: readonly Datum[], b: readonly Datum[]): number {
    const n = Math.min(a.length, b.length)
    for (let c = 0; c < n; c++) {
      const order = (this.#comparators[c] as (a: Datum, b: Datum) => number)(a[c], b[c])
      if (order !== 0) return order
    }
    return 0
  }

  /** Whether an entry given by its key and rowid lies before a place. */
  isBefore(key: readonly Datum[], rowid: number, place: Place): boolean {
    const order = this.compareKeys(key, place.key)
    return order < 0 || (order === 0 && rowid < place.rowid)
  }

  /** The same of a key that is one bare value. */
  isValueBefore(value: Datum, rowid: number, { key, rowid: first }: Place): boolean {
    const order = key.length === 0 ? 0 : (this.#comparators[0] as (a: Datum, b: Datum) => number)(value, key[0])
    return order < 0 || (order === 0 && rowid < first)
  }

  /** Position of the first entry of a part that does not lie before a place; the part's length when all do. */
  lowerBound(part: RunPart, place: Place): number {
    let low = 0
    let high = part.rowids.length
    const [column] = part.keys
    const [bound] = place.key
    const sign = this.#numeric[0] as number
    if (sign !== 0 && typeof bound === 'number' && isNumbers(column) && column.nulls === null) {
      // Few entries have the same first value, as a rule.
      low = firstAtLeast(column.values, sign, bound, 0, high)
      if (low === high || (column.values[low] as number) !== bound) return low
      if (low + 1 === high || (column.values[low + 1] as number) !== bound) high = low + 1
    }
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#partBefore(part, middle, place)) low = middle + 1
      else high = middle
    }
    return low
  }

  #partBefore(part: RunPart, position: number, place: Place): boolean {
    const { key } = place
    for (let c = 0; c < key.length; c++) {
      const value = (part.keys[c] as AnyVector).get(position)
      const order = (this.#comparators[c] as (a: Datum, b: Datum) => number)(value, key[c])
      if (order !== 0) return order < 0
    }
    return (part.rowids[position] as number) < place.rowid
  }

  /** Whether the entries of a part are in order, each once. */
  isSorted(part: RunPart): boolean {
    for (let i = 1; i < part.rowids.length; i++) if (this.compare(part, i - 1, part, i) >= 0) return false
    return true
  }

  /** Positions of a part's entries in index order. */
  sort(part: RunPart): Uint32Array {
    const order = Uint32Array.from({ length: part.rowids.length }, (_, i) => i)
    return order.sort((i, j) => this.compare(part, i, part, j))
  }
}
