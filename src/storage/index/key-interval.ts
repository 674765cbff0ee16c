/** A range of index keys as something that can be locked: it overlaps others of the same index or it does not. */
import type { Datum } from '../../types/sql-type.ts'
import type { KeyRange } from './ordered-index.ts'

export class KeyInterval {
  readonly #range: KeyRange
  readonly #compare: (a: readonly Datum[], b: readonly Datum[]) => number

  constructor(range: KeyRange, compare: (a: readonly Datum[], b: readonly Datum[]) => number) {
    this.#range = range
    this.#compare = compare
  }

  /** Whether some key may lie in both. */
  overlaps(other: KeyInterval): boolean {
    return !this.#endsBefore(other) && !other.#endsBefore(this)
  }

  #endsBefore(other: KeyInterval): boolean {
    const { upper, upperInclusive = true } = this.#range
    const { lower, lowerInclusive = true } = other.#range
    if (upper === undefined || lower === undefined) return false
    const order = this.#compare(upper, lower)
    return order < 0 || (order === 0 && !(upperInclusive && lowerInclusive))
  }
}
