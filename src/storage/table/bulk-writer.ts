/**
 * Appends many rows at once: the first few thousand as ordinary inserts, everything after them as whole segments whose
 * files are durable before the commit that names them. Others see the rows when the transaction commits; a rollback
 * removes the files.
 */
import type { Datum } from '../../types/sql-type.ts'
import { ColumnBuilder } from '../../vector/builder.ts'
import type { AnyVector } from '../../vector/vector.ts'
import { Wait } from '../../vector/wait.ts'
import type { WriteBatch } from '../kv/key-value-store.ts'
import { segmentKey, textKey } from '../kv/keys.ts'
import { SEGMENT_ROWS, type Segment, segmentRow } from '../segments/segment.ts'
import { encodeManifest, FileSegment } from '../segments/segment-file.ts'
import type { SegmentFiles } from '../segments/segment-files.ts'
import type { ChangeTarget, Writer } from '../transaction-state.ts'
import type { ColumnDescriptor } from './column.ts'
import type { SegmentSlot } from './segment-slot.ts'
import type { TableStore } from './table-store.ts'

/** Rows that go to the overlay before segments are begun. */
const OVERLAY_ROWS = 8192

/** Rows being gathered for a segment; index probes may look at them. */
class GrowingSegment implements Segment {
  readonly builders: readonly ColumnBuilder[]
  readonly bytes = 0
  length = 0

  constructor(columns: readonly ColumnDescriptor[]) {
    this.builders = columns.map(({ type }) => new ColumnBuilder(type, SEGMENT_ROWS))
  }
  get liveRows(): number {
    return this.length
  }
  get columnCount(): number {
    return this.builders.length
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
    return (this.builders[column] as ColumnBuilder).get(offset)
  }
}

export class BulkWriter implements ChangeTarget {
  readonly #writer: Writer
  readonly #store: TableStore
  readonly #files: SegmentFiles
  readonly #columns: readonly ColumnDescriptor[]
  #overlayRows = 0
  #slot: SegmentSlot | null = null
  #slotIndex = -1
  #growing: GrowingSegment | null = null
  /** The segment being written. */
  #writing: Promise<void> | null = null
  #failure: { readonly error: unknown } | null = null

  constructor(writer: Writer, store: TableStore, files: SegmentFiles) {
    this.#writer = writer
    this.#store = store
    this.#files = files
    this.#columns = store.columns
  }

  /** Adds a row of full width; answers its rowid. The array becomes the store's. After 65,536 rows see `pressure`. */
  append(values: Datum[]): number {
    if (this.#overlayRows < OVERLAY_ROWS) {
      this.#overlayRows++
      return this.#store.insert(this.#writer, values)
    }
    const keys = this.#store.keysOf(values)
    if (this.#growing === null) this.#begin()
    const growing = this.#growing as GrowingSegment
    const offset = growing.length++
    growing.builders.forEach((builder, i) => builder.push(values[i]))
    ;(this.#slot as SegmentSlot).baseLength = growing.length
    const rowid = this.#slotIndex * SEGMENT_ROWS + offset
    if (keys !== null) this.#store.addKeys(keys, rowid)
    this.#store.countRows(1)
    if (growing.length === SEGMENT_ROWS) this.#complete()
    return rowid
  }

  /** Null while rows may be appended; a Wait when a segment is being written and the caller should let it. */
  pressure(): null | Wait {
    return this.#writing === null ? null : new Wait(this.#writing)
  }

  /** Completes the last segment; must have resolved before the transaction commits. Throws what writing threw. */
  async finish(): Promise<void> {
    if (this.#growing !== null) this.#complete()
    while (this.#writing !== null) await this.#writing
    if (this.#failure !== null) throw this.#failure.error
  }

  #begin(): void {
    this.#writer.beginWrite()
    const { slot, index } = this.#store.appendSlot()
    this.#growing = new GrowingSegment(this.#columns)
    slot.setBase(this.#growing, this.#writer.state, this.#writer.command)
    this.#slot = slot
    this.#slotIndex = index
    this.#writer.logChange(this, index)
  }

  #complete(): void {
    const growing = this.#growing as GrowingSegment
    const slot = this.#slot as SegmentSlot
    const index = this.#slotIndex
    this.#growing = null
    const earlier = this.#writing
    const writing = this.#write(earlier, slot, index, growing).finally(() => {
      if (this.#writing === writing) this.#writing = null
    })
    this.#writing = writing
  }

  async #write(
    earlier: Promise<void> | null,
    slot: SegmentSlot,
    index: number,
    growing: GrowingSegment,
  ): Promise<void> {
    await earlier
    if (this.#failure !== null) return
    try {
      const vectors = growing.builders.map((builder) => builder.finish())
      const segment = await this.#files.create(this.#store, index, vectors, null, growing.length, this.#columns)
      if (slot.base === growing) slot.base = segment
      else this.#files.discard(segment)
    } catch (error) {
      this.#failure = { error }
    }
  }

  /** ChangeTarget: takes a segment back. */
  undo(slotIndex: number): void {
    const store = this.#store
    const slot = store.slots[slotIndex] as SegmentSlot
    const base = slot.base as Segment
    if (this.#slotIndex === slotIndex) this.#growing = null
    store.countRows(-base.length)
    slot.setBase(null)
    store.slots[slotIndex] = undefined
    for (let offset = 0; offset < base.length && store.indexes.length > 0; offset++) {
      const row = segmentRow(base, offset, store.indexedColumns)
      for (const index of store.indexes) index.remove(index.keyOf(row), slotIndex * SEGMENT_ROWS + offset)
    }
    this.#files.discard(base)
  }

  /** ChangeTarget: names the segment's file. */
  redo(slotIndex: number, batch: WriteBatch): void {
    const { base } = this.#store.slots[slotIndex] as SegmentSlot
    if (base instanceof FileSegment) {
      batch.put(textKey(segmentKey(this.#store.storageId, slotIndex)), encodeManifest(base.manifest))
    } else if (this.#store.logged) throw new Error('a bulk load was committed before it was finished')
  }
}
