/** A range of index keys as something that can be locked: it overlaps others of the same index or it does not. */
import type { Datum } from '../../types/sql-type.ts'
import type { KeyRange } from './ordered-index.ts'

/** One end of an interval: just before (-1) or just after (+1) the keys that begin with `key`; null is open. */
interface Bound {
  readonly key: readonly Datum[]
  readonly side: -1 | 1
}

type CompareKeys = (a: readonly Datum[], b: readonly Datum[]) => number

export class KeyInterval {
  readonly #lower: Bound | null
  readonly #upper: Bound | null
  readonly #compare: CompareKeys

  /** `compare` orders keys on their common prefix. */
  constructor({ lower, lowerInclusive = true, upper, upperInclusive = true }: KeyRange, compare: CompareKeys) {
    this.#lower = lower === undefined ? null : { key: lower, side: lowerInclusive ? -1 : 1 }
    this.#upper = upper === undefined ? null : { key: upper, side: upperInclusive ? 1 : -1 }
    this.#compare = compare
  }

  /** Whether some key may lie in both. */
  overlaps(other: KeyInterval): boolean {
    return !this.#endsBefore(other) && !other.#endsBefore(this)
  }

  #endsBefore(other: KeyInterval): boolean {
    return this.#upper !== null && other.#lower !== null && this.#order(this.#upper, other.#lower) <= 0
  }

  /** Whether every key of the other lies in this one. */
  covers(other: KeyInterval): boolean {
    const from = this.#lower === null || (other.#lower !== null && this.#order(this.#lower, other.#lower) <= 0)
    return from && (this.#upper === null || (other.#upper !== null && this.#order(this.#upper, other.#upper) >= 0))
  }

  /** The place of a bound relative to another; a shorter key's bound lies outside all keys that begin with it. */
  #order(a: Bound, b: Bound): number {
    const order = this.#compare(a.key, b.key)
    if (order !== 0) return order
    if (a.key.length === b.key.length) return a.side - b.side
    return a.key.length < b.key.length ? a.side : -b.side
  }
}
