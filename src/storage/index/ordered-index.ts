/**
 * An ordered index over a table: entries (key, rowid) in index order. Recent entries are in a tree, all others in
 * immutable sorted runs: every row of a base segment has its entry in a run that is as durable as the segment, so that a
 * start need only add the overlay's entries to the tree, which it does when the index is first used. Entries are hints:
 * an update leaves the old entry behind, and a reader checks that the row it sees still has the entry's key.
 */
import type { Datum } from '../../types/sql-type.ts'
import { Wait } from '../../vector/wait.ts'
import { WriteBatch } from '../kv/key-value-store.ts'
import { indexKey, runKey, textKey } from '../kv/keys.ts'
import { pause } from '../pace.ts'
import { type ColumnDescriptor, padRow } from '../table/column.ts'
import type { IndexCounters } from '../table/table-counters.ts'
import type { TableStore } from '../table/table-store.ts'
import type { ChangeTarget, Snapshot, Writer } from '../transaction-state.ts'
import { BTree } from './btree.ts'
import { EntryOrder, keyAt } from './entry-order.ts'
import { buildRuns, buildTree } from './index-build.ts'
import { IndexCandidates } from './index-candidates.ts'
import { encodeRunManifest, FileRun, type IndexRun } from './index-run.ts'
import { KeyInterval } from './key-interval.ts'
import { type KeyPart, partComparator } from './key-order.ts'
import { arrange, type Level } from './run-levels.ts'

export interface IndexDefinition {
  /** Identifies the index in its table's records. */
  readonly id: number
  readonly parts: readonly KeyPart[]
  /** Column list that `key` expects rows to be as wide as. */
  readonly columns: readonly ColumnDescriptor[]
  /** Columns that `key` reads: base rows are handed to it with only these. Null: all. */
  readonly reads: readonly number[] | null
  /** Set when the key is just these columns of the row. */
  readonly places?: readonly number[]
  /** Key of a row; null when the row is not in the index (partial index). Must not keep or change the row. */
  key(row: Datum[]): Datum[] | null
}

/** Bounds in index order (for a descending column the lower bound is the greater value), each a prefix of the key. */
export interface KeyRange {
  readonly lower?: readonly Datum[] | undefined
  readonly lowerInclusive?: boolean
  readonly upper?: readonly Datum[] | undefined
  readonly upperInclusive?: boolean
  readonly reverse?: boolean
}

/** A visible row found through the index. */
export interface IndexHit {
  readonly rowid: number
  /** As `TableStore.fetch` answers it. */
  readonly row: Datum[]
}

/** What an entry that is not in a run counts for in an index's size. */
const RECENT_ENTRY_BYTES = 16
/** Entries taken out of the tree between two pauses. */
const SETTLE_SLICE = 1024
/** Levels of runs at which they are merged. */
const MAX_LEVELS = 4
/** Dead entries in runs, at least and as a share of all, at which runs are written again without them. */
const MIN_DEAD = 4096
const DEAD_SHARE = 4
/** The same when a VACUUM asks for it: indexes with few entries are cleaned of every dead one. */
const VACUUM_MIN_ENTRIES = 100_000
const VACUUM_DEAD_SHARE = 50

export class OrderedIndex implements ChangeTarget {
  readonly store: TableStore
  readonly definition: IndexDefinition
  readonly order: EntryOrder
  /** Single-column keys are kept as bare datums in the tree. */
  readonly single: boolean
  readonly tree: BTree<Datum>
  readonly counters: IndexCounters = { scans: 0, read: 0, fetched: 0 }
  #runs: readonly IndexRun[] = []
  levels: readonly Level[] = []
  /** Counts changes of the runs. */
  version = 0
  /** Runs that records name; others belong to a transaction in progress. */
  readonly #named = new Set<IndexRun>()
  /** Runs that were built from the table; bulk loads that go on meanwhile have runs of their own. */
  #built: readonly IndexRun[] = []
  /** Whether every row of a base segment has its entry in a run. */
  #complete: boolean
  /** Whether a record says that the index is complete. */
  #marked: boolean
  /** Entries in runs that were found to be dead. */
  #dead = 0
  #state: 'unbuilt' | 'building' | 'built' = 'unbuilt'
  #building: Promise<void> | null = null
  /** While set, runs are not merged: a REINDEX will replace them. */
  #rebuilding = false
  /** Set when the index is gone: background work lets go of it. */
  disposed = false

  constructor(store: TableStore, definition: IndexDefinition) {
    this.store = store
    this.definition = definition
    this.order = new EntryOrder(definition.parts)
    this.single = definition.parts.length === 1
    const { order } = this
    this.tree = new BTree(
      this.single ? partComparator(definition.parts[0] as KeyPart) : (a: Datum, b: Datum) => order.compareKeys(a, b),
    )
    const recovered = store.takeRecoveredIndex(definition.id, definition.parts)
    this.#marked = recovered !== null
    this.#complete = recovered !== null || store.segmentCount === 0
    if (recovered !== null) {
      for (const run of recovered) this.#named.add(run)
      this.attachRuns(recovered)
    }
    if (store.endRowid === 0) this.#state = 'built'
  }

  /** Compares keys on their common prefix, in index order. */
  compareKeys(a: readonly Datum[], b: readonly Datum[]): number {
    return this.order.compareKeys(a, b)
  }

  /** Entries, dead ones included; an estimate (the table's rows) while unbuilt. */
  get entryCount(): number {
    return this.#state === 'built' ? this.tree.size + this.runEntries : this.store.rowCount
  }

  /** Entries in runs. */
  get runEntries(): number {
    return this.#runs.reduce((sum, run) => sum + run.entries, 0)
  }

  /** Bytes of runs on disk and, estimated, of recent entries. */
  get size(): number {
    return this.#runs.reduce((sum, run) => sum + run.bytes, this.tree.size * RECENT_ENTRY_BYTES)
  }

  /** Null when the index can be read at once, else a Wait after which to ask again. */
  prepare(): null | Wait {
    if (this.#state === 'built') return null
    this.#building ??= this.#build(null)
    return new Wait(this.#building)
  }

  /** Fills a new index; what is built becomes durable with the transaction that creates it. */
  async create(writer: Writer): Promise<void> {
    writer.beginWrite()
    writer.logChange(this, 0)
    writer.onCommit(() => this.nameRuns(this.#built))
    if (this.#state === 'built') return
    this.#building ??= this.#build(writer)
    await this.#building
  }

  async #build(creator: Writer | null): Promise<void> {
    this.#state = 'building'
    try {
      if (!this.#complete) {
        const runs = await buildRuns(this)
        this.#complete = true
        this.attachRuns(runs)
        this.#built = runs
        if (creator === null) await this.#nameNow(runs)
      }
      await buildTree(this.store, this, this.tree)
      this.#state = 'built'
    } catch (error) {
      this.#state = 'unbuilt'
      throw error
    } finally {
      this.#building = null
    }
  }

  /** Makes runs durable that no transaction stands for: the index had to be built anew. */
  async #nameNow(runs: readonly IndexRun[]): Promise<void> {
    const { log } = this.store.environment
    if (log === null || !this.store.logged) return
    const batch = new WriteBatch()
    this.recordRuns(runs, batch)
    this.nameRuns(runs)
    await log.write(batch, true)
  }

  // ---- runs

  get runs(): readonly IndexRun[] {
    return this.#runs
  }

  attachRuns(runs: readonly IndexRun[]): void {
    this.replaceRuns([], runs)
  }

  /**
   * Recovery: runs that a prepared transaction has written. They are named when it commits; where it rebuilds the index
   * (it has `replaced` files) they take the place of others then.
   */
  restoreRuns(writer: Writer, runs: readonly IndexRun[], replaced: ReadonlySet<string>): void {
    const { files } = this.store.environment
    const rebuilds = replaced.size > 0
    if (rebuilds) this.#rebuilding = true
    else this.attachRuns(runs)
    writer.onCommit(() => {
      this.nameRuns(runs)
      if (!rebuilds) return
      this.#rebuilding = false
      const old = this.#runs.filter((run) => run instanceof FileRun && replaced.has(run.manifest.file))
      this.replaceRuns(old, runs)
      for (const run of old) files.discardRun(run)
    })
    writer.pushUndo(() => {
      if (rebuilds) this.#rebuilding = false
      else this.replaceRuns(runs, [])
      for (const run of runs) files.discardRun(run)
    })
  }

  /** Whether all other entries lie before those of an attached run. */
  liesAfterAll(run: IndexRun): boolean {
    for (const level of this.levels) {
      for (let i = level.length - 1; i >= 0; i--) {
        const other = level[i] as IndexRun
        if (other === run) continue
        if (this.order.compareKeys(other.last.key, run.first.key) >= 0) return false
        break
      }
    }
    const last = this.tree.seek(() => true)
    return !last.previous() || this.order.compareKeys(this.single ? [last.key] : last.key, run.first.key) < 0
  }

  /** Puts runs in the place of others with the same living entries. */
  replaceRuns(old: readonly IndexRun[], runs: readonly IndexRun[]): void {
    if (old.length === 0 && runs.length === 0) return
    this.#runs = [...this.#runs.filter((run) => !old.includes(run)), ...runs]
    for (const run of old) this.#named.delete(run)
    this.levels = arrange(this.order, this.#runs)
    this.version++
  }

  /** Adds the records of runs to a batch. Once it is in the store's queue they may be called named. */
  recordRuns(runs: readonly IndexRun[], batch: WriteBatch): void {
    for (const run of runs) {
      if (!(run instanceof FileRun)) continue
      const key = runKey(this.store.storageId, this.definition.id, run.manifest.file)
      batch.put(textKey(key), encodeRunManifest(run.manifest))
    }
    if (this.#complete && !this.#marked && this.store.logged) {
      this.#marked = true
      batch.put(textKey(indexKey(this.store.storageId, this.definition.id)), new Uint8Array(0))
    }
  }

  /** Runs that records name: they may be merged. */
  nameRuns(runs: readonly IndexRun[]): void {
    for (const run of runs) this.#named.add(run)
  }

  /** Adds the removal of runs' records to a batch. */
  removeRecords(runs: readonly IndexRun[], batch: WriteBatch): void {
    for (const run of runs) {
      if (!(run instanceof FileRun)) continue
      batch.delete(textKey(runKey(this.store.storageId, this.definition.id, run.manifest.file)))
    }
  }

  /** REINDEX: new runs from the table in the place of all that there are, when the transaction commits. */
  async rebuild(writer: Writer): Promise<void> {
    writer.beginWrite()
    if (this.#state !== 'built') {
      // What is not read yet, or could not be, is built from the table now.
      this.#building ??= this.#build(null)
      await this.#building
    }
    this.#rebuilding = true
    // Others belong to transactions in progress, which name them when they commit.
    const old = this.#runs.filter((run) => this.#named.has(run))
    const { files } = this.store.environment
    let runs: IndexRun[] = []
    const target: ChangeTarget = {
      undo: () => {
        this.#rebuilding = false
        for (const run of runs) files.discardRun(run)
      },
      redo: (_rowid, batch) => {
        this.removeRecords(old, batch)
        this.recordRuns(runs, batch)
      },
    }
    writer.logChange(target, 0)
    writer.onCommit(() => {
      this.#rebuilding = false
      this.#dead = 0
      this.replaceRuns(old, runs)
      this.nameRuns(runs)
      for (const run of old) files.discardRun(run)
    })
    runs = await buildRuns(this)
  }

  /** ChangeTarget: who created the index lets go of it when the transaction ends. */
  undo(): void {}

  /** ChangeTarget: names what was built. */
  redo(_rowid: number, batch: WriteBatch): void {
    this.recordRuns(this.#built, batch)
  }

  /**
   * Runs that are worth merging into fewer, and whether dead entries are to be looked for; null: none. `thorough`: more
   * is worth it.
   */
  compaction(thorough = false): { readonly runs: readonly IndexRun[]; readonly dropDead: boolean } | null {
    if (this.disposed || this.#rebuilding || !this.#complete) return null
    const named = this.#runs.filter((run) => this.#named.has(run))
    const entries = named.reduce((sum, run) => sum + run.entries, 0)
    const tolerated = thorough
      ? entries < VACUUM_MIN_ENTRIES
        ? 0
        : entries / VACUUM_DEAD_SHARE
      : Math.max(MIN_DEAD, entries / DEAD_SHARE)
    if (this.#dead > tolerated) return { runs: named, dropDead: true }
    const levels = arrange(this.order, named)
    if (levels.length <= MAX_LEVELS) return null
    // The smallest levels go together until the next one is much larger than all of them.
    const sizes = levels.map((level) => level.reduce((sum, run) => sum + run.entries, 0))
    const bySize = levels.map((level, i) => ({ level, size: sizes[i] as number })).toSorted((a, b) => a.size - b.size)
    let count = 1
    let sum = (bySize[0] as (typeof bySize)[0]).size
    while (count < bySize.length && (count < 2 || (bySize[count] as (typeof bySize)[0]).size < 2 * sum)) {
      sum += (bySize[count++] as (typeof bySize)[0]).size
    }
    return { runs: bySize.slice(0, count).flatMap(({ level }) => level), dropDead: false }
  }

  /** Dead entries were dropped from the runs. */
  resetDead(): void {
    this.#dead = 0
  }

  // ---- maintenance by the table store

  /** Key of a stored row, null when the row is not indexed. */
  keyOf(row: Datum[]): Datum[] | null {
    return this.definition.key(padRow(row, this.definition.columns))
  }

  /** The form in which the tree keeps a key. */
  treeKey(key: Datum[]): Datum {
    return this.single ? key[0] : key
  }

  /**
   * As `keyOf`, of a row that may be older than the index: when its key cannot be computed the index has no entry of it
   * (see `buildTree`).
   */
  keyOfOld(row: Datum[]): Datum[] | null {
    try {
      return this.keyOf(row)
    } catch {
      return null
    }
  }

  /** Whether a stored row has this key. */
  hasKey(row: Datum[], key: readonly Datum[] | null): boolean {
    const own = this.keyOfOld(row)
    return own === null || key === null ? own === key : this.compareKeys(own, key) === 0
  }

  /** Adds an entry; null: the row is not indexed. */
  add(key: Datum[] | null, rowid: number): void {
    if (key !== null && this.#state !== 'unbuilt') this.tree.add(this.treeKey(key), rowid)
  }

  /** Removes a dead entry from the tree; in a run it stays until runs are merged. */
  remove(key: Datum[] | null, rowid: number): void {
    if (key === null || (this.#state !== 'unbuilt' && this.tree.remove(this.treeKey(key), rowid))) return
    this.#dead++
  }

  /** Removes entries from the tree that are in a run by now. */
  settle(key: Datum[], rowid: number): void {
    if (this.#state !== 'unbuilt') this.tree.remove(this.treeKey(key), rowid)
  }

  /** As `settle` for all entries of attached runs, giving way to others. */
  async settleRuns(runs: readonly IndexRun[]): Promise<void> {
    for (const run of runs) {
      for (let p = 0; p < run.partCount && !this.disposed; p++) {
        const part = run.part(p)
        for (let i = 0; i < part.rowids.length; i++) {
          this.settle(keyAt(part, i), part.rowids[i] as number)
          if (i % SETTLE_SLICE === SETTLE_SLICE - 1) await pause()
        }
      }
    }
  }

  // ---- reading; `prepare` must have answered null

  /** Visible rows whose key begins with `key`, in index order. */
  lookup(key: readonly Datum[], snapshot: Snapshot, needed: readonly number[] | null = null): IndexHit[] {
    const hits: IndexHit[] = []
    this.counters.scans++
    const candidates = this.candidates({ lower: key, upper: key })
    while (candidates.next()) {
      const row = this.visible(candidates.key, candidates.rowid, snapshot, needed)
      if (row !== null) hits.push({ rowid: candidates.rowid, row })
    }
    return hits
  }

  /** The row of an entry when the snapshot sees it with the entry's key, else null. */
  visible(key: Datum[], rowid: number, snapshot: Snapshot, needed: readonly number[] | null): Datum[] | null {
    const row = this.store.fetch(rowid, snapshot, needed)
    return row !== null && this.hasKey(row, key) ? row : null
  }

  /** A range, or the place of one key (`lower` and `upper` the same), for a `range` lock on this index. */
  interval(range: KeyRange): KeyInterval {
    return new KeyInterval(range, (a, b) => this.order.compareKeys(a, b))
  }

  /** Entries in a range, in index order or its reverse; the index may change between two steps. */
  candidates(range: KeyRange): IndexCandidates {
    return new IndexCandidates(this, range)
  }
}
