/**
 * A bulk load's entries of one index: sorted a segment at a time and attached to the index at once, so that others who
 * look for a key meet them; written to files in larger runs, which the load's commit names.
 */
import { probeUnique } from './conflicts.ts'
import type { Datum } from '../../types/sql-type.ts'
import { gather } from '../../vector/gather.ts'
import type { AnyVector } from '../../vector/vector.ts'
import { Wait } from '../../vector/wait.ts'
import type { WriteBatch } from '../kv/key-value-store.ts'
import { pause } from '../pace.ts'
import type { StoreEnvironment } from '../table/table-store.ts'
import type { Writer } from '../transaction-state.ts'
import { keyAt } from './entry-order.ts'
import { withStrings } from '../segments/utf8-vector.ts'
import { type IndexRun, PART_ENTRIES, type ResidentRun } from './index-run.ts'
import type { KeyRange, OrderedIndex } from './ordered-index.ts'
import { EntrySorter, mergeRuns } from './run-builder.ts'

/** Entries in memory that are written to a file together. */
const FILE_ENTRIES = 1_048_576
/** Entries looked at between two pauses. */
const SLICE = 1024

/** An entry whose key another row has. */
export interface DuplicateEntry {
  readonly key: readonly Datum[]
  /** The load's row that came later than the other. */
  readonly rowid: number
}

export class IndexLoad {
  readonly index: OrderedIndex
  readonly #environment: StoreEnvironment
  readonly #sorter: EntrySorter
  /** Attached runs in memory, and those in files. */
  #resident: ResidentRun[] = []
  #written: IndexRun[] = []
  #undone = false

  constructor(index: OrderedIndex, environment: StoreEnvironment) {
    this.index = index
    this.#environment = environment
    this.#sorter = new EntrySorter(index.order)
  }

  /** Adds the entries of a segment's rows: its columns, and the rowid of its first row. */
  async addSegment(columns: readonly AnyVector[], firstRowid: number): Promise<void> {
    const length = columns[0]?.length ?? 0
    const { places } = this.index.definition
    const read = this.index.definition.reads
    const table = columns.map((column, i) => (read === null || read.includes(i) ? withStrings(column) : column))
    for (let from = 0; from < length; from += PART_ENTRIES) {
      const to = Math.min(from + PART_ENTRIES, length)
      if (places !== undefined) {
        const rowids = new Float64Array(to - from)
        const positions = new Int32Array(to - from)
        for (let i = 0; i < rowids.length; i++) {
          rowids[i] = firstRowid + from + i
          positions[i] = from + i
        }
        // Copies, for the load takes its columns' arrays again for the next segment.
        this.#sorter.addPart({ keys: places.map((place) => gather(table[place] as AnyVector, positions)), rowids })
      } else {
        for (let i = from; i < to; i++) {
          const key = this.index.keyOf(table.map((column) => column.get(i)))
          if (key !== null) this.#sorter.add(key, firstRowid + i)
        }
      }
      await pause()
    }
  }

  /** The range of keys that `attach` would attach; null: none. */
  pendingRange(): KeyRange | null {
    return this.#sorter.range()
  }

  /** Attaches what was added since the last call; answers it. */
  attach(): readonly ResidentRun[] {
    const runs = this.#sorter.take()
    this.#resident.push(...runs)
    this.index.attachRuns(runs)
    return runs
  }

  /** Takes the entries of attached runs out of the tree, where they were while their segment grew. */
  settle(runs: readonly IndexRun[]): Promise<void> {
    return this.index.settleRuns(runs)
  }

  /**
   * Looks for keys of attached runs that other rows have; answers the load's first such row, or null. Waits for
   * transactions on whose end it hangs.
   */
  async findDuplicate(
    writer: Writer,
    runs: readonly ResidentRun[],
    nullsDistinct: boolean,
    isOwn: (rowid: number) => boolean,
  ): Promise<DuplicateEntry | null> {
    let first: DuplicateEntry | null = null
    for (const run of runs) {
      const isLast = this.index.liesAfterAll(run)
      for (const part of run.parts) {
        for (let i = 0; i < part.rowids.length; i++) {
          if (i % SLICE === SLICE - 1) await pause()
          const rowid = part.rowids[i] as number
          // Behind everything else, keys can only be equal to their neighbours.
          if (isLast && i > 0 && !this.index.order.sameKey(part, i - 1, i)) continue
          const key = keyAt(part, i)
          let verdict = probeUnique(this.index, writer, key, rowid, nullsDistinct)
          while (verdict instanceof Wait) {
            await verdict.promise
            verdict = probeUnique(this.index, writer, key, rowid, nullsDistinct)
          }
          if (verdict === null) continue
          const later = isOwn(verdict.conflict) ? Math.max(rowid, verdict.conflict) : rowid
          if (first === null || later < first.rowid) first = { key, rowid: later }
        }
      }
    }
    return first
  }

  /** Writes runs in memory to files once there are enough of them, or in any case at the end of the load. */
  async write(isEnd: boolean): Promise<void> {
    const entries = this.#resident.reduce((sum, run) => sum + run.entries, 0)
    if (entries === 0 || (!isEnd && entries < FILE_ENTRIES)) return
    const { index } = this
    const resident = this.#resident
    this.#resident = []
    const runs = await this.#environment.files.createRuns(
      index.store,
      index.definition,
      mergeRuns(index.order, resident),
    )
    if (index.disposed || this.#undone) for (const run of runs) this.#environment.files.discardRun(run)
    else {
      index.replaceRuns(resident, runs)
      this.#written.push(...runs)
    }
  }

  /** Adds the runs' records to the commit batch. */
  redo(batch: WriteBatch): void {
    if (!this.index.disposed) this.index.recordRuns(this.#written, batch)
  }

  /** The load was committed. */
  committed(): void {
    this.index.nameRuns([...this.#resident, ...this.#written])
  }

  /** Takes the runs back. */
  undo(): void {
    this.#undone = true
    this.index.replaceRuns([...this.#resident, ...this.#written], [])
    for (const run of this.#written) this.#environment.files.discardRun(run)
    this.#resident = []
    this.#written = []
  }
}
