/**
 * One table's rows: an array addressed by rowid, in slots of 65,536. Writes go to the overlay, keep the attached
 * indexes true, and are undone or made durable through the transaction's change log. Callers hold the row locks.
 */
import type { Datum } from '../../types/sql-type.ts'
import type { IndexRun, RunManifest } from '../index/index-run.ts'
import type { KeyPart } from '../index/key-order.ts'
import type { OrderedIndex } from '../index/ordered-index.ts'
import type { KeyValueStore, WriteBatch } from '../kv/key-value-store.ts'
import { rowKey } from '../kv/keys.ts'
import { encodeRow } from '../row-codec.ts'
import { SEGMENT_ROWS, type Segment, segmentRow, type ZoneMap } from '../segments/segment.ts'
import type { SegmentFiles } from '../segments/segment-files.ts'
import type { ChangeTarget, LiveSnapshots, Snapshot, TransactionState, Writer } from '../transaction-state.ts'
import { ANCIENT } from '../transaction-state.ts'
import type { ColumnDescriptor } from './column.ts'
import type { OverlayMemory } from './overlay-memory.ts'
import { isSettledFor, PRUNE_REACH, RowVersion } from './row-version.ts'
import { SegmentSlot } from './segment-slot.ts'
import { TableCounters } from './table-counters.ts'
import { type ScanOptions, TableScan } from './table-scan.ts'

/** Changed rows over a base that make a merge worth its writing. */
const MERGE_OVERRIDES = 16_384

/** The newest state of a row, committed or not. */
export interface NewestVersion {
  /** Null: deleted. */
  readonly values: Datum[] | null
  readonly writer: TransactionState
  readonly command: number
}

/** What a store's background work needs of its storage. */
export interface StoreEnvironment {
  /** Null: volatile. */
  readonly log: KeyValueStore | null
  readonly files: SegmentFiles
  readonly overlay: OverlayMemory
}

export interface TableStoreOptions {
  readonly storageId: number
  readonly columns: readonly ColumnDescriptor[]
  /** False for temporary tables and volatile storage: nothing is written to disk. */
  readonly logged: boolean
  readonly environment: StoreEnvironment
  /** Those of the storage whose place this one takes. */
  readonly counters?: TableCounters | undefined
}

export class TableStore implements ChangeTarget {
  readonly storageId: number
  readonly logged: boolean
  readonly environment: StoreEnvironment
  readonly counters: TableCounters
  /** Runs that recovery found, of indexes that were not opened yet. */
  readonly recoveredIndexes = new Map<number, RunManifest[]>()
  /** The current column list, which covers every row; uncommitted changes of it included. */
  #columns: readonly ColumnDescriptor[]
  /** The column list as last committed: merges write segments by it. */
  #settledColumns: readonly ColumnDescriptor[]
  readonly slots: (SegmentSlot | undefined)[] = []
  readonly indexes: OrderedIndex[] = []
  /** Columns that the indexes' keys are made of; null: possibly all. */
  #indexedColumns: readonly number[] | null = []
  /** Set when the table is dropped: background work lets go of it. */
  dropped = false
  /** Slot that takes inserts. */
  #tail = -1
  #rowCount = 0
  /** Rows that got a version behind their newest since the last sweep, and those that it left with some. */
  readonly recentOldVersions = new Set<number>()
  readonly neededOldVersions = new Set<number>()
  /** Called when the first row gets a version behind its newest. */
  onOldVersions: ((store: TableStore) => void) | null = null
  /** Memory that row versions take, in bytes: an estimate. */
  overlayBytes = 0
  /** Called when a merge of a slot is worth its writing: it is full of fresh rows, or many base rows have changed. */
  onMergeDue: ((store: TableStore, slotIndex: number) => void) | null = null

  constructor(options: TableStoreOptions) {
    this.storageId = options.storageId
    this.#columns = options.columns
    this.#settledColumns = options.columns
    this.logged = options.logged
    this.environment = options.environment
    this.counters = options.counters ?? new TableCounters()
  }

  /** Approximate number of rows: uncommitted inserts count, uncommitted deletes don't. */
  get rowCount(): number {
    return Math.max(this.#rowCount, 0)
  }

  /** Rows with versions behind their newest, and rows in the overlay. */
  get oldVersionRows(): number {
    return this.recentOldVersions.size + this.neededOldVersions.size
  }

  get overlayRows(): number {
    return this.slots.reduce((n, slot) => n + (slot === undefined ? 0 : slot.overrideCount + slot.fresh.length), 0)
  }

  /** Bytes of segment files. */
  get segmentBytes(): number {
    return this.slots.reduce((n, slot) => n + (slot?.base?.bytes ?? 0), 0)
  }

  /** Number of slots whose base is a segment. */
  get segmentCount(): number {
    return this.slots.reduce((n, slot) => n + (slot?.base ? 1 : 0), 0)
  }

  /** Bytes of segment files and, estimated, of the rows in the overlay. */
  get size(): number {
    return this.segmentBytes + this.overlayBytes
  }

  /** Zone maps of one column, a segment each; null for segments without one. Rows still in the overlay have none. */
  zones(column: number): (ZoneMap | null)[] {
    return this.slots.flatMap((slot) =>
      slot?.base ? [column < slot.base.columnCount ? slot.base.zone(column) : null] : [],
    )
  }

  /** First rowid that was never used. */
  get endRowid(): number {
    const last = this.slots.length - 1
    return last < 0 ? 0 : last * SEGMENT_ROWS + (this.slots[last]?.length ?? 0)
  }

  // ---- reading

  scan(snapshot: Snapshot, options: ScanOptions): TableScan {
    return new TableScan(this.slots, snapshot, options)
  }

  /**
   * The visible row as stored (it may be shorter than the column list: see `padRow`), or null. With `needed`, base
   * rows carry only those columns. Never modify the result.
   */
  fetch(rowid: number, snapshot: Snapshot, needed: readonly number[] | null = null): Datum[] | null {
    const index = Math.floor(rowid / SEGMENT_ROWS)
    const slot = this.slots[index]
    return slot === undefined ? null : slot.read(rowid - index * SEGMENT_ROWS, snapshot, needed)
  }

  /**
   * The newest state of a row whatever its transaction's state, or null when no such row ever was (or it is gone for
   * good). After a lock wait: `snapshot.includes(writer)` tells whether the row is as it was. A row of a segment carries
   * only `needed` columns when given. With `reader`, what other transactions in progress have made of the row is left
   * out, unless it follows them.
   */
  newest(
    rowid: number,
    needed: readonly number[] | null = null,
    reader: Pick<Writer, 'state' | 'follows'> | null = null,
  ): NewestVersion | null {
    const index = Math.floor(rowid / SEGMENT_ROWS)
    const offset = rowid - index * SEGMENT_ROWS
    const slot = this.slots[index]
    if (slot === undefined) return null
    let version = slot.head(offset)
    while (reader !== null && version !== null && !isSettledFor(reader, version)) version = version.older
    if (version !== null) return version
    if (!slot.baseHas(offset)) return null
    const values = segmentRow(slot.base as Segment, offset, needed)
    return { values, writer: slot.creator, command: slot.creatorCommand }
  }

  /**
   * Calls `visit` with every version of a row that some snapshot may still see, newest first, until it answers true.
   * The base row carries only `needed` columns when given.
   */
  someVersion(
    rowid: number,
    needed: readonly number[] | null,
    visit: (values: Datum[] | null, writer: TransactionState) => boolean,
  ): boolean {
    const index = Math.floor(rowid / SEGMENT_ROWS)
    const offset = rowid - index * SEGMENT_ROWS
    const slot = this.slots[index]
    if (slot === undefined) return false
    for (let version = slot.head(offset); version !== null; version = version.older) {
      if (visit(version.values, version.writer)) return true
    }
    return slot.baseHas(offset) && visit(segmentRow(slot.base as Segment, offset, needed), slot.creator)
  }

  // ---- writing

  /** Adds a row; answers its rowid. The array becomes the store's: don't change it afterwards. */
  insert(writer: Writer, values: Datum[]): number {
    writer.beginWrite()
    const keys = this.keysOf(values)
    const tail = this.slots[this.#tail]
    const slot = tail === undefined || tail.full ? this.#nextTail() : tail
    const rowid = this.#tail * SEGMENT_ROWS + slot.length
    const version = new RowVersion(values, writer.state, writer.command, null)
    slot.fresh.push(version)
    this.countOverlay(version.bytes)
    this.#rowCount++
    this.counters.inserted++
    writer.logChange(this, rowid)
    if (keys !== null) this.addKeys(keys, rowid)
    return rowid
  }

  /** Another slot for inserts: the last one when a bulk load left room in it, else a new one. */
  #nextTail(): SegmentSlot {
    if (this.slots[this.#tail] !== undefined) this.onMergeDue?.(this, this.#tail)
    const last = this.slots.at(-1)
    const hasRoom = last !== undefined && !last.full && last.creator.commitSequence !== Number.POSITIVE_INFINITY
    const slot = hasRoom ? last : new SegmentSlot()
    this.#tail = hasRoom ? this.slots.length - 1 : this.slots.push(slot) - 1
    return slot
  }

  /** The row's key in each index, null when there is no index. May throw what key expressions throw. */
  keysOf(values: Datum[]): (Datum[] | null)[] | null {
    return this.indexes.length === 0 ? null : this.indexes.map((index) => index.keyOf(values))
  }

  /** Adds an entry to each index. */
  addKeys(keys: readonly (Datum[] | null)[], rowid: number): void {
    for (let i = 0; i < keys.length; i++) (this.indexes[i] as OrderedIndex).add(keys[i] as Datum[] | null, rowid)
  }

  /** Replaces a row. */
  update(writer: Writer, rowid: number, values: Datum[]): void {
    this.counters.updated++
    if (!this.#push(writer, rowid, values)) this.counters.keyless++
  }

  /** Deletes a row. */
  remove(writer: Writer, rowid: number): void {
    this.#push(writer, rowid, null)
    this.counters.deleted++
    this.#rowCount--
  }

  /** Answers whether index entries were added. */
  #push(writer: Writer, rowid: number, values: Datum[] | null): boolean {
    writer.beginWrite()
    const slotIndex = Math.floor(rowid / SEGMENT_ROWS)
    const slot = this.slots[slotIndex] as SegmentSlot
    const offset = rowid - slotIndex * SEGMENT_ROWS
    const head = slot.head(offset)
    const keys = values === null ? null : this.keysOf(values)
    if (head !== null && head.older !== null) this.prune(rowid, writer.snapshots, PRUNE_REACH)
    const version = new RowVersion(values, writer.state, writer.command, head)
    slot.setHead(offset, version)
    this.countOverlay(version.bytes)
    if (head !== null) this.#noteOld(rowid)
    writer.logChange(this, rowid)
    let isAdded = false
    if (keys !== null) {
      const old = head === null ? segmentRow(slot.base as Segment, offset, this.#indexedColumns) : head.values
      this.indexes.forEach((index, i) => {
        const key = keys[i] as Datum[] | null
        if (old !== null && index.hasKey(old, key)) return
        index.add(key, rowid)
        isAdded = true
      })
    }
    if (head === null && slot.overrideCount === MERGE_OVERRIDES) this.onMergeDue?.(this, slotIndex)
    return isAdded
  }

  /** ChangeTarget: takes the newest version of a row back. */
  undo(rowid: number): void {
    const slotIndex = Math.floor(rowid / SEGMENT_ROWS)
    const slot = this.slots[slotIndex]
    if (slot === undefined) return
    const offset = rowid - slotIndex * SEGMENT_ROWS
    const undone = slot.head(offset) as RowVersion
    slot.setHead(offset, undone.older)
    this.countOverlay(-undone.bytes)
    const inserted = undone.older === null && !slot.baseHas(offset)
    if (inserted) this.#rowCount--
    else if (undone.values === null) this.#rowCount++
    if (undone.values !== null) this.forgetKeys(rowid, undone.values)
  }

  /** ChangeTarget: the newest version of a row as its key's value; a deletion only where a segment has the row. */
  redo(rowid: number, batch: WriteBatch): void {
    if (!this.logged) return
    const slotIndex = Math.floor(rowid / SEGMENT_ROWS)
    const slot = this.slots[slotIndex] as SegmentSlot
    const offset = rowid - slotIndex * SEGMENT_ROWS
    const head = slot.head(offset)
    if (head === null || head.logged) return
    head.logged = true
    const key = rowKey(this.storageId, rowid)
    batch.put(key, encodeRow(head.values, this.#columns))
  }

  // ---- housekeeping

  /** Removes index entries of a version that is gone, where no remaining version of the row has the same key. */
  forgetKeys(rowid: number, values: Datum[]): void {
    for (const index of this.indexes) {
      const key = index.keyOfOld(values)
      const isSame = (kept: Datum[] | null): boolean => kept !== null && index.hasKey(kept, key)
      if (!this.someVersion(rowid, index.definition.reads, isSame)) index.remove(key, rowid)
    }
  }

  /**
   * Cuts versions of one row that no live snapshot can see and no later one will, looking at no more than `reach`;
   * answers whether older versions remain.
   */
  prune(rowid: number, snapshots: LiveSnapshots, reach = Number.POSITIVE_INFINITY): boolean {
    const slotIndex = Math.floor(rowid / SEGMENT_ROWS)
    const head = this.slots[slotIndex]?.head(rowid - slotIndex * SEGMENT_ROWS) ?? null
    let dead: RowVersion[] | null = null
    let version = head
    for (let i = 0; i < reach && version !== null && version.older !== null; i++) {
      const { older } = version
      const hiddenAt = version.writer.commitSequence
      // A version is seen from its commit until the commit of the next one.
      const isSeen =
        hiddenAt === Number.POSITIVE_INFINITY || snapshots.readsWithin(older.writer.commitSequence, hiddenAt)
      if (isSeen) version = older
      else {
        version.older = older.older
        dead ??= []
        dead.push(older)
      }
    }
    for (const { values } of dead ?? []) if (values !== null) this.forgetKeys(rowid, values)
    if (dead !== null) this.countOverlay(-dead.reduce((sum, old) => sum + old.bytes, 0))
    return head !== null && head.older !== null
  }

  /** Remembers that a row has versions behind its newest, for the sweep that removes them. */
  #noteOld(rowid: number): void {
    this.recentOldVersions.add(rowid)
    if (this.recentOldVersions.size === 1) this.onOldVersions?.(this)
  }

  /** Counts what versions take in memory, in bytes. */
  countOverlay(delta: number): void {
    this.overlayBytes += delta
    this.environment.overlay.add(delta)
  }

  get indexedColumns(): readonly number[] | null {
    return this.#indexedColumns
  }

  get columns(): readonly ColumnDescriptor[] {
    return this.#columns
  }

  get settledColumns(): readonly ColumnDescriptor[] {
    return this.#settledColumns
  }

  /** ADD COLUMN, DROP COLUMN: a new column list with the transaction. The caller holds ACCESS EXCLUSIVE. */
  setColumns(writer: Writer, columns: readonly ColumnDescriptor[]): void {
    const before = this.#columns
    this.#columns = columns
    writer.pushUndo(() => {
      this.#columns = before
    })
    writer.onCommit(() => {
      this.#settledColumns = columns
    })
  }

  /** Keeps an index true from now on. */
  attachIndex(index: OrderedIndex): void {
    this.indexes.push(index)
    this.#indexedColumns = columnsRead(this.indexes)
  }

  detachIndex(index: OrderedIndex): void {
    const at = this.indexes.indexOf(index)
    if (at >= 0) this.indexes.splice(at, 1)
    this.#indexedColumns = columnsRead(this.indexes)
  }

  /** The runs that recovery found of an index, null when it has no record of being complete. */
  takeRecoveredIndex(id: number, parts: readonly KeyPart[]): IndexRun[] | null {
    const manifests = this.recoveredIndexes.get(id)
    if (manifests === undefined) return null
    this.recoveredIndexes.delete(id)
    return manifests.map((manifest) => this.environment.files.openRun(manifest, parts))
  }

  /** Whether a merge of a slot is worth its writing. */
  isMergeDue(slotIndex: number): boolean {
    const slot = this.slots[slotIndex]
    return slot !== undefined && (slot.overrideCount >= MERGE_OVERRIDES || (slot.full && slot.fresh.length > 0))
  }

  /** A fresh slot after all others, for a bulk load. */
  appendSlot(): { slot: SegmentSlot; index: number } {
    const slot = new SegmentSlot()
    return { slot, index: this.slots.push(slot) - 1 }
  }

  /** Corrects the approximate row count (bulk loads, recovery). */
  countRows(delta: number): void {
    this.#rowCount += delta
  }

  /** Recovery: a segment that a manifest names; before all rows. */
  restoreSegment(slotIndex: number, segment: Segment): void {
    this.#slotAt(slotIndex).setBase(segment)
    this.#rowCount += segment.liveRows
  }

  #slotAt(slotIndex: number): SegmentSlot {
    while (this.slots.length <= slotIndex) this.slots.push(undefined)
    const slot = this.slots[slotIndex] ?? new SegmentSlot()
    this.slots[slotIndex] = slot
    return slot
  }

  /** Recovery: a row from the key-value store; null deletes a base row. `isDamaged`: nobody knows whether it is there. */
  restoreRow(rowid: number, row: RowVersion | null, isDamaged = false): void {
    const slotIndex = Math.floor(rowid / SEGMENT_ROWS)
    const slot = this.#slotAt(slotIndex)
    const offset = rowid - slotIndex * SEGMENT_ROWS
    while (slot.length < offset) slot.fresh.push(null)
    if (!isDamaged) {
      // The file is not looked at: it may be damaged, and a deletion that hides nothing does no harm.
      const had = offset < slot.baseLength
      this.#rowCount += (row === null ? 0 : 1) - (had ? 1 : 0)
      if (row === null && !had) return
    }
    const version = row ?? new RowVersion(null, ANCIENT, 0, null)
    this.countOverlay(version.bytes)
    if (offset === slot.length) slot.fresh.push(version)
    else slot.setHead(offset, version)
  }

  /** Recovery: what a transaction that is still prepared made of a row; after all settled rows. */
  restoreChange(writer: Writer, rowid: number, values: Datum[] | null): void {
    const slotIndex = Math.floor(rowid / SEGMENT_ROWS)
    const slot = this.#slotAt(slotIndex)
    const offset = rowid - slotIndex * SEGMENT_ROWS
    // The rowid is not given out again, also where the transaction has left no row.
    while (slot.length <= offset) slot.fresh.push(null)
    const head = slot.head(offset)
    const inserted = head === null && !slot.baseHas(offset)
    if (inserted && values === null) return
    const version = new RowVersion(values, writer.state, 0, head)
    version.logged = true
    slot.setHead(offset, version)
    this.countOverlay(version.bytes)
    if (head !== null) this.#noteOld(rowid)
    if (inserted) this.#rowCount++
    else if (values === null) this.#rowCount--
    writer.logChange(this, rowid)
  }

  /** Recovery: a segment that a prepared transaction has loaded; its files go when that is rolled back. */
  restoreLoad(writer: Writer, slotIndex: number, segment: Segment): void {
    const slot = this.#slotAt(slotIndex)
    slot.setBase(segment, writer.state)
    this.#rowCount += segment.liveRows
    writer.pushUndo(() => {
      this.#rowCount -= segment.liveRows
      slot.setBase(null)
      this.slots[slotIndex] = undefined
      this.environment.files.discard(segment)
    })
  }

  /** Recovery is done: inserts go on in the last slot when it has room, others are merged when they are full. */
  resume(): void {
    const last = this.slots.length - 1
    if (this.slots[last]?.full === false) this.#tail = last
    this.slots.forEach((slot, i) => {
      if (slot !== undefined && slot.fresh.length > 0 && i !== this.#tail) this.onMergeDue?.(this, i)
    })
  }
}

const columnsRead = (indexes: readonly OrderedIndex[]): readonly number[] | null => {
  const columns = new Set<number>()
  for (const { definition } of indexes) {
    if (definition.reads === null) return null
    for (const column of definition.reads) columns.add(column)
  }
  return [...columns]
}
