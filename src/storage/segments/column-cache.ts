/** Decoded columns of segment files under a memory budget: a clock gives unused ones a second chance, then drops them. */
import type { AnyVector } from '../../vector/vector.ts'

/** A cached column; its owner holds on to it and forgets it when told. */
export class CachedColumn {
  readonly vector: AnyVector
  readonly bytes: number
  readonly #forget: () => void
  /** Set on each use, cleared as the clock passes. */
  used = true

  constructor(vector: AnyVector, bytes: number, forget: () => void) {
    this.vector = vector
    this.bytes = bytes
    this.#forget = forget
  }

  evict(): void {
    this.#forget()
  }
}

export class ColumnCache {
  readonly #budget: number
  readonly #columns = new Set<CachedColumn>()
  #bytes = 0

  /** `budget` in bytes; the newest column stays even when it alone exceeds it. */
  constructor(budget: number) {
    this.#budget = budget
  }

  /** Bytes of all cached columns. */
  get bytes(): number {
    return this.#bytes
  }

  add(column: CachedColumn): void {
    this.#columns.add(column)
    this.#bytes += column.bytes
    // A Set iterates in insertion order and comes to what is re-inserted again: the hand of the clock.
    for (const candidate of this.#columns) {
      if (this.#bytes <= this.#budget) break
      if (candidate === column) continue
      this.#columns.delete(candidate)
      if (candidate.used) {
        candidate.used = false
        this.#columns.add(candidate)
      } else {
        this.#bytes -= candidate.bytes
        candidate.evict()
      }
    }
  }

  remove(column: CachedColumn): void {
    if (this.#columns.delete(column)) this.#bytes -= column.bytes
  }
}
