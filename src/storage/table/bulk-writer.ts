/**
 * Appends many rows at once: the first few thousand as ordinary inserts, everything after them as whole segments whose
 * files are durable before the commit that names them. Others see the rows when the transaction commits; a rollback
 * removes the files.
 */
import type { Datum } from '../../types/sql-type.ts'
import type { AnyVector } from '../../vector/vector.ts'
import { Wait } from '../../vector/wait.ts'
import { type DuplicateEntry, IndexLoad } from '../index/index-load.ts'
import type { ResidentRun } from '../index/index-run.ts'
import type { KeyRange, OrderedIndex } from '../index/ordered-index.ts'
import type { WriteBatch } from '../kv/key-value-store.ts'
import { segmentKey, textKey } from '../kv/keys.ts'
import { SEGMENT_ROWS, type Segment, segmentRow } from '../segments/segment.ts'
import { encodeManifest, FileSegment } from '../segments/segment-file.ts'
import type { SegmentFiles } from '../segments/segment-files.ts'
import type { ChangeTarget, Writer } from '../transaction-state.ts'
import type { ColumnDescriptor } from './column.ts'
import { ColumnBuilder } from '../segments/column-builder.ts'
import type { SegmentSlot } from './segment-slot.ts'
import type { TableStore } from './table-store.ts'

/** Rows that go to the overlay before segments are begun. */
const OVERLAY_ROWS = 8192

/** Rows being gathered for a segment; index probes may look at them. */
class GrowingSegment implements Segment {
  readonly columns: readonly ColumnBuilder[]
  readonly bytes = 0
  length = 0

  constructor(columns: readonly ColumnBuilder[]) {
    this.columns = columns
  }
  get liveRows(): number {
    return this.length
  }
  get columnCount(): number {
    return this.columns.length
  }
  absent(): null {
    return null
  }
  zone(): null {
    return null
  }
  column(): AnyVector {
    throw new Error('a segment was read before it was complete')
  }
  cell(column: number, offset: number): Datum {
    return (this.columns[column] as ColumnBuilder).get(offset)
  }
}

/** A unique index that a load watches itself. */
export interface WatchedIndex {
  readonly index: OrderedIndex
  readonly nullsDistinct: boolean
}

/** How a load keeps keys unique: its caller looks before each row, or the load does, a segment at a time. */
export interface BulkOptions {
  readonly watched: readonly WatchedIndex[]
  /** Null when keys within a range may be added to an index; a Wait after which to ask again. */
  enter(index: OrderedIndex, range: KeyRange): Wait | null
  /** The error for the `ordinal`-th row (from 0), whose key another row has. */
  duplicate(index: OrderedIndex, key: readonly Datum[], ordinal: number): Error
}

/** Segments that may be on their way to the disk while the next one is gathered. */
const MAX_WRITING = 3

export class BulkWriter implements ChangeTarget {
  readonly #writer: Writer
  readonly #store: TableStore
  readonly #files: SegmentFiles
  readonly #options: BulkOptions | null
  readonly #columns: readonly ColumnDescriptor[]
  #overlayRows = 0
  #slot: SegmentSlot | null = null
  #slotIndex = -1
  /** Slots of this load, in order. */
  readonly #slots: number[] = []
  #growing: GrowingSegment | null = null
  /** Columns of segments that are written, for the next ones. */
  readonly #spare: (readonly ColumnBuilder[])[] = []
  #loads: readonly IndexLoad[] = []
  /** The segments being written, each of which is done after those before it. */
  readonly #writing: Promise<void>[] = []
  #failure: { readonly error: unknown } | null = null

  /** `options` null: the caller has made sure that no row has a key of another. */
  constructor(writer: Writer, store: TableStore, options: BulkOptions | null = null) {
    this.#writer = writer
    this.#store = store
    this.#files = store.environment.files
    this.#options = options
    this.#columns = store.columns
  }

  /** Whether the caller must look for duplicates of the next row: the load does not. */
  get unchecked(): boolean {
    return this.#options === null || this.#overlayRows < OVERLAY_ROWS
  }

  /** Adds a row of full width; answers its rowid. The array becomes the store's. Ask `pressure` from time to time. */
  append(values: Datum[]): number {
    if (this.#overlayRows < OVERLAY_ROWS) {
      this.#overlayRows++
      return this.#store.insert(this.#writer, values)
    }
    // Whoever looks for duplicates row by row must find the rows of the growing segment in the trees.
    const keys = this.#options === null ? this.#store.keysOf(values) : null
    const { columns, length } = this.#current()
    for (let i = 0; i < columns.length; i++) (columns[i] as ColumnBuilder).set(length, values[i])
    const rowid = this.endRows(1)
    if (keys !== null) this.#store.addKeys(keys, rowid)
    return rowid
  }

  /**
   * Where a loader may put the next rows column by column, followed by `endRows`: rows from `length` on, before
   * `capacity`. Only once `unchecked` is false.
   */
  get segment(): { readonly columns: readonly ColumnBuilder[]; readonly length: number; readonly capacity: number } {
    const { columns, length } = this.#current()
    return { columns, length, capacity: SEGMENT_ROWS }
  }

  #current(): GrowingSegment {
    if (this.#growing === null) this.#begin()
    return this.#growing as GrowingSegment
  }

  /** Ends rows whose values the columns have; answers the first one's rowid. */
  endRows(count: number): number {
    const growing = this.#growing as GrowingSegment
    const rowid = this.#slotIndex * SEGMENT_ROWS + growing.length
    growing.length += count
    ;(this.#slot as SegmentSlot).baseLength = growing.length
    this.#store.countRows(count)
    this.#store.counters.inserted += count
    if (growing.length === SEGMENT_ROWS) this.#complete()
    return rowid
  }

  /** Null while rows may be appended; a Wait when segments are being written and the caller should let them. */
  pressure(): null | Wait {
    if (this.#failure !== null) throw this.#failure.error
    return this.#writing.length < MAX_WRITING ? null : new Wait(this.#writing[0] as Promise<void>)
  }

  /** Completes the last segment; must have resolved before the transaction commits. Throws what writing threw. */
  async finish(): Promise<void> {
    if (this.#growing !== null) this.#complete()
    await Promise.all(this.#writing)
    if (this.#failure === null) for (const load of this.#loads) await load.write(true)
    if (this.#failure !== null) throw this.#failure.error
  }

  #begin(): void {
    this.#writer.beginWrite()
    const { slot, index } = this.#store.appendSlot()
    const columns = this.#spare.pop() ?? this.#columns.map(({ type }) => new ColumnBuilder(type, SEGMENT_ROWS, true))
    this.#growing = new GrowingSegment(columns)
    slot.setBase(this.#growing, this.#writer.state, this.#writer.command)
    this.#slot = slot
    this.#slotIndex = index
    this.#slots.push(index)
    if (this.#slots.length === 1) {
      this.#loads = this.#store.indexes.map((ordered) => new IndexLoad(ordered, this.#store.environment))
      this.#writer.onCommit(() => {
        for (const load of this.#loads) load.committed()
      })
    }
    this.#writer.logChange(this, index)
  }

  #complete(): void {
    const growing = this.#growing as GrowingSegment
    const slot = this.#slot as SegmentSlot
    const index = this.#slotIndex
    this.#growing = null
    const writing = this.#write(this.#writing.at(-1) ?? null, slot, index, growing).finally(() => {
      void this.#writing.shift()
    })
    this.#writing.push(writing)
  }

  async #write(
    earlier: Promise<void> | null,
    slot: SegmentSlot,
    index: number,
    growing: GrowingSegment,
  ): Promise<void> {
    const vectors = growing.columns.map((column) => column.finish(growing.length))
    // Files are written side by side, for syncing one takes long; entries go into the indexes one segment after the other.
    const creating = this.#createSegment(index, vectors, growing.length)
    creating.catch(() => {})
    await earlier
    try {
      if (this.#failure !== null) {
        this.#files.discard(await creating)
        return
      }
      const attached: (readonly ResidentRun[])[] = []
      for (const load of this.#loads) {
        await load.addSegment(vectors, index * SEGMENT_ROWS)
        for (let wait = this.#guard(load); wait !== null; wait = this.#guard(load)) await wait.promise
        attached.push(load.attach())
      }
      await this.#checkUnique(attached)
      const segment = await creating
      if (slot.base === growing) slot.base = segment
      else this.#files.discard(segment)
      // Columns of volatile tables are the segment from now on.
      if (this.#store.logged) {
        for (const column of growing.columns) column.reset()
        this.#spare.push(growing.columns)
      }
      for (const [i, load] of this.#loads.entries()) {
        if (this.#options === null) await load.settle(attached[i] as readonly ResidentRun[])
        await load.write(false)
      }
    } catch (error) {
      this.#failure ??= { error }
      creating.then(
        (segment) => slot.base !== segment && this.#files.discard(segment),
        () => {},
      )
    }
  }

  /** A thread is not worth its start for the first segment, which may be the last. */
  #createSegment(index: number, vectors: readonly AnyVector[], length: number): Promise<Segment> {
    return index === this.#slots[0]
      ? this.#files.create(this.#store, index, vectors, null, length, this.#columns, false)
      : this.#files.createInThread(this.#store, index, vectors, length, this.#columns)
  }

  /** A Wait while entries about to be attached lie in a key range that a reader has locked. */
  #guard(load: IndexLoad): Wait | null {
    const range = this.#options === null ? null : load.pendingRange()
    return range === null ? null : (this.#options as BulkOptions).enter(load.index, range)
  }

  /** Throws for the first row, in the order of the load, whose key another row has. */
  async #checkUnique(attached: readonly (readonly ResidentRun[])[]): Promise<void> {
    let first: { readonly entry: DuplicateEntry; readonly index: OrderedIndex } | null = null
    for (const { index, nullsDistinct } of this.#options?.watched ?? []) {
      const at = this.#loads.findIndex((load) => load.index === index)
      if (at < 0) continue
      const runs = attached[at] as readonly ResidentRun[]
      const isOwn = (rowid: number): boolean => this.#slots.includes(Math.floor(rowid / SEGMENT_ROWS))
      const entry = await (this.#loads[at] as IndexLoad).findDuplicate(this.#writer, runs, nullsDistinct, isOwn)
      if (entry !== null && (first === null || entry.rowid < first.entry.rowid)) first = { entry, index }
    }
    if (first === null) return
    const { rowid, key } = first.entry
    const place = this.#slots.indexOf(Math.floor(rowid / SEGMENT_ROWS))
    const ordinal = OVERLAY_ROWS + place * SEGMENT_ROWS + (rowid % SEGMENT_ROWS)
    throw (this.#options as BulkOptions).duplicate(first.index, key, ordinal)
  }

  /** ChangeTarget: takes a segment back, and with the first one all entries: a load is undone as a whole. */
  undo(slotIndex: number): void {
    const store = this.#store
    const slot = store.slots[slotIndex] as SegmentSlot
    const base = slot.base as Segment
    for (const load of this.#loads) load.undo()
    if (this.#slotIndex === slotIndex) this.#growing = null
    store.countRows(-base.length)
    slot.setBase(null)
    store.slots[slotIndex] = undefined
    if (this.#options === null) this.#forgetTree(base, slotIndex)
    this.#files.discard(base)
  }

  /** Removes entries of a segment from the trees, where they were while it grew. */
  #forgetTree(base: Segment, slotIndex: number): void {
    const { indexes, indexedColumns } = this.#store
    for (let offset = 0; offset < base.length && indexes.some((index) => index.tree.size > 0); offset++) {
      const row = segmentRow(base, offset, indexedColumns)
      for (const index of indexes) {
        const key = index.keyOf(row)
        if (key !== null) index.settle(key, slotIndex * SEGMENT_ROWS + offset)
      }
    }
  }

  /** ChangeTarget: names the segment's file, and with the first one the runs. */
  redo(slotIndex: number, batch: WriteBatch): void {
    const { base } = this.#store.slots[slotIndex] as SegmentSlot
    if (slotIndex === this.#slots[0]) for (const load of this.#loads) load.redo(batch)
    if (base instanceof FileSegment) {
      batch.put(textKey(segmentKey(this.#store.storageId, slotIndex)), encodeManifest(base.manifest))
    } else if (this.#store.logged) throw new Error('a bulk load was committed before it was finished')
  }
}
