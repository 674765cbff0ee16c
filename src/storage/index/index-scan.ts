/** A scan through an index: visible rows of a key range in index order, as batches. */
import type { Datum } from '../../types/sql-type.ts'
import type { Batch } from '../../vector/batch.ts'
import { BATCH_SIZE } from '../../vector/batch.ts'
import type { Wait } from '../../vector/wait.ts'
import { type BatchSource, rowsToBatch, type ScanOptions } from '../table/table-scan.ts'
import type { Snapshot } from '../transaction-state.ts'
import type { IndexCandidates } from './index-candidates.ts'
import type { KeyRange, OrderedIndex } from './ordered-index.ts'

/** Rows of the first batch; each later one is four times as large, so that a LIMIT or a probe costs little. */
const FIRST_BATCH = 16

const union = (a: readonly number[], b: readonly number[]): readonly number[] => {
  const others = b.filter((column) => !a.includes(column))
  return others.length === 0 ? a : [...a, ...others]
}

export class IndexScan implements BatchSource {
  readonly #index: OrderedIndex
  readonly #range: KeyRange
  readonly #snapshot: Snapshot
  readonly #options: ScanOptions
  readonly #needed: readonly number[] | null
  #candidates: IndexCandidates | null = null
  #size = FIRST_BATCH

  /** Of the options, `columns`, `projection` and `withRowids` count. */
  constructor(index: OrderedIndex, range: KeyRange, snapshot: Snapshot, options: ScanOptions) {
    this.#index = index
    this.#range = range
    this.#snapshot = snapshot
    this.#options = options
    const { reads } = index.definition
    index.counters.scans++
    this.#needed = reads === null ? null : union(options.projection, reads)
  }

  next(): Batch | null | Wait {
    const wait = this.#index.prepare()
    if (wait !== null) return wait
    this.#candidates ??= this.#index.candidates(this.#range)
    const rows: Datum[][] = []
    const rowids: number[] = []
    const { counters } = this.#index
    while (rows.length < this.#size && this.#candidates.next()) {
      counters.read++
      const { key, rowid } = this.#candidates
      const row = this.#index.visible(key, rowid, this.#snapshot, this.#needed)
      if (row === null) continue
      rows.push(row)
      rowids.push(rowid)
    }
    if (rows.length === 0) return null
    counters.fetched += rows.length
    this.#size = Math.min(this.#size * 4, BATCH_SIZE)
    return rowsToBatch(rows, this.#options, this.#options.withRowids === true ? rowids : null)
  }
}
