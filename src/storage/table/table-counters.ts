/** What is counted of a table and its indexes while the server runs, for the statistics views. */
import type { Batch } from '../../vector/batch.ts'
import { Wait } from '../../vector/wait.ts'
import type { BatchSource } from './table-scan.ts'

export class TableCounters {
  /** Rows changed by statements, also those of transactions that were rolled back. */
  inserted = 0
  updated = 0
  deleted = 0
  /** Updates that added no index entry. */
  keyless = 0
  sequentialScans = 0
  sequentialRows = 0
  /** Slots merged, and when the last one was (Date.now); those that VACUUM did not ask for. */
  merges = 0
  lastMerge: number | null = null
  backgroundMerges = 0
  lastBackgroundMerge: number | null = null
  vacuums = 0
  lastVacuum: number | null = null
  /** `inserted`, and the table's rows, at the last VACUUM. */
  insertedAtVacuum = 0
  rowsAtVacuum = 0
  analyzes = 0
  lastAnalyze: number | null = null
  /** `changes` at the last ANALYZE. */
  changesAtAnalyze = 0

  get changes(): number {
    return this.inserted + this.updated + this.deleted
  }

  merged(inBackground: boolean): void {
    this.merges++
    this.lastMerge = Date.now()
    if (!inBackground) return
    this.backgroundMerges++
    this.lastBackgroundMerge = this.lastMerge
  }

  vacuumed(rows: number): void {
    this.rowsAtVacuum = rows
    this.vacuums++
    this.lastVacuum = Date.now()
    this.insertedAtVacuum = this.inserted
  }

  analyzed(): void {
    this.analyzes++
    this.lastAnalyze = Date.now()
    this.changesAtAnalyze = this.changes
  }
}

/** What is counted of an index. */
export interface IndexCounters {
  scans: number
  /** Entries that scans looked at, and rows that they found. */
  read: number
  fetched: number
}

/** A sequential scan whose rows are counted. */
export class CountedScan implements BatchSource {
  readonly #source: BatchSource
  readonly #counters: TableCounters

  constructor(source: BatchSource, counters: TableCounters) {
    this.#source = source
    this.#counters = counters
    counters.sequentialScans++
  }

  next(): Batch | null | Wait {
    const batch = this.#source.next()
    if (batch !== null && !(batch instanceof Wait)) this.#counters.sequentialRows += batch.count
    return batch
  }
}
