/** The build side of a hash join: rows by key, in chains that run in input order. */
import type { Batch } from '../../vector/batch.ts'
import type { AnyVector } from '../../vector/vector.ts'
import type { HashKey } from './column-codes.ts'
import { KeyTable } from './key-table.ts'

export class JoinTable {
  readonly rows: Batch
  readonly #keys: KeyTable
  /** First row of each key's chain, and the row after each row; -1 at the end. */
  readonly #first: Int32Array
  readonly #next: Int32Array
  /** A build row had a NULL key. */
  readonly hasNull: boolean

  /** `vectors` are the key columns over `rows`, `hashKeys` those of their types. */
  constructor(rows: Batch, vectors: readonly AnyVector[], hashKeys: readonly HashKey[]) {
    this.rows = rows
    this.#keys = new KeyTable(hashKeys, false)
    const codes = this.#keys.add(rows, vectors)
    this.#first = new Int32Array(this.#keys.count).fill(-1)
    this.#next = new Int32Array(rows.length)
    let hasNull = false
    // From the last row to the first, so that chains run in input order.
    for (let row = rows.length - 1; row >= 0; row--) {
      const code = codes[row] as number
      if (code < 0) hasNull = true
      else {
        this.#next[row] = this.#first[code] as number
        this.#first[code] = row
      }
    }
    this.hasNull = hasNull
  }

  /** For each live row the first build row of its key, -1 where there is none. */
  probe(batch: Batch, vectors: readonly AnyVector[], hashKeys: readonly HashKey[]): Int32Array {
    const rows = this.#keys.find(batch, vectors, hashKeys)
    const first = this.#first
    for (let k = 0; k < rows.length; k++) {
      const code = rows[k] as number
      if (code >= 0) rows[k] = first[code] as number
    }
    return rows
  }

  next(row: number): number {
    return this.#next[row] as number
  }
}
