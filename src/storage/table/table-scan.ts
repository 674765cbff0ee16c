/**
 * A scan of a table by one snapshot. It hands out one block of 4,096 rowids at a time and looks at the table anew for
 * each: merges between two pulls move rows from overlay to base but change nothing that a live snapshot sees.
 */
import type { Datum } from '../../types/sql-type.ts'
import { Batch } from '../../vector/batch.ts'
import { type AnyVector, ConstantVector, Float64Vector, vectorOf } from '../../vector/vector.ts'
import type { Wait } from '../../vector/wait.ts'
import { SEGMENT_ROWS, type Segment } from '../segments/segment.ts'
import type { Snapshot } from '../transaction-state.ts'
import type { ColumnDescriptor } from './column.ts'
import { type RowVersion, visibleVersion } from './row-version.ts'
import { BLOCK_ROWS, type SegmentSlot } from './segment-slot.ts'
import { mayMatch, type ZoneFilter } from './zone-filter.ts'

export interface ScanOptions {
  /** The reader's column list. */
  readonly columns: readonly ColumnDescriptor[]
  /** Positions in `columns` to hand out, in order. */
  readonly projection: readonly number[]
  /** Adds the rowids as a last Float64Vector column. */
  readonly withRowids?: boolean
  readonly zoneFilters?: readonly ZoneFilter[]
  /** Rowids from <= rowid < to; whole table when absent. Rounded outward to blocks of 4,096. */
  readonly from?: number
  readonly to?: number
}

export interface BatchSource {
  /** The next batch, null at the end, or a Wait after which to pull again. */
  next(): Batch | null | Wait
}

export class TableScan implements BatchSource {
  readonly #slots: readonly (SegmentSlot | undefined)[]
  readonly #snapshot: Snapshot
  readonly #options: ScanOptions
  readonly #filters: readonly ZoneFilter[]
  readonly #end: number
  #rowid: number
  /** Overlay rows of the block whose base rows were handed out last. */
  #pending: Batch | null = null
  /** Segment whose zone maps were checked last, and the answer. */
  #checked: Segment | null = null
  #matches = true

  constructor(slots: readonly (SegmentSlot | undefined)[], snapshot: Snapshot, options: ScanOptions) {
    this.#slots = slots
    this.#snapshot = snapshot
    this.#options = options
    this.#filters = options.zoneFilters ?? []
    this.#rowid = Math.floor((options.from ?? 0) / BLOCK_ROWS) * BLOCK_ROWS
    this.#end = options.to ?? Number.POSITIVE_INFINITY
  }

  next(): Batch | null | Wait {
    if (this.#pending !== null) {
      const batch = this.#pending
      this.#pending = null
      return batch
    }
    while (this.#rowid < this.#end) {
      const index = Math.floor(this.#rowid / SEGMENT_ROWS)
      if (index >= this.#slots.length) break
      const slot = this.#slots[index]
      const offset = this.#rowid - index * SEGMENT_ROWS
      if (slot === undefined || offset >= slot.length) {
        this.#rowid = (index + 1) * SEGMENT_ROWS
        continue
      }
      const first = this.#rowid
      this.#rowid += BLOCK_ROWS
      const batch = this.#block(slot, first, offset)
      if (batch !== null) return batch
    }
    return null
  }

  #block(slot: SegmentSlot, firstRowid: number, from: number): Batch | null {
    const overrides = slot.overrides[from / BLOCK_ROWS]
    const fromBase = this.#baseBatch(slot, firstRowid, from, overrides)
    const fromOverlay = this.#overlayBatch(slot, firstRowid, from, overrides)
    if (fromBase === null) return fromOverlay
    this.#pending = fromOverlay
    return fromBase
  }

  /** Base cells of a block without absent rows and those that a version visible here overrides. */
  #baseBatch(
    slot: SegmentSlot,
    firstRowid: number,
    from: number,
    overrides: Map<number, RowVersion> | undefined,
  ): Batch | null {
    const { base } = slot
    if (base === null || from >= slot.baseLength || !slot.seesBase(this.#snapshot) || !this.#mayMatch(base)) return null
    const to = Math.min(from + BLOCK_ROWS, slot.baseLength)
    const selection = this.#selection(base, from, to, overrides)
    if (selection !== null && selection.length === 0) return null
    const { columns, projection, withRowids } = this.#options
    const vectors = projection.map((column): AnyVector => {
      if (column < base.columnCount) return base.column(column).slice(from, to) as AnyVector
      return new ConstantVector((columns[column] as ColumnDescriptor).missing, to - from)
    })
    if (withRowids === true) {
      const rowids = new Float64Array(to - from)
      for (let i = 0; i < rowids.length; i++) rowids[i] = firstRowid + i
      vectors.push(new Float64Vector(rowids, null))
    }
    return new Batch(vectors, to - from, selection)
  }

  #mayMatch(base: Segment): boolean {
    if (this.#filters.length === 0) return true
    if (this.#checked !== base) {
      this.#checked = base
      this.#matches = mayMatch(base, this.#options.columns, this.#filters)
    }
    return this.#matches
  }

  /** Positions within [from, to) that the base answers for; null: all. */
  #selection(
    base: Segment,
    from: number,
    to: number,
    overrides: Map<number, RowVersion> | undefined,
  ): Int32Array | null {
    const absent = base.absent()
    const hidden = new Set<number>()
    if (overrides !== undefined) {
      for (const [offset, head] of overrides) if (visibleVersion(head, this.#snapshot) !== null) hidden.add(offset)
    }
    if (absent === null && hidden.size === 0) return null
    const selection = new Int32Array(to - from)
    let count = 0
    for (let offset = from; offset < to; offset++) {
      if ((absent === null || absent[offset] === 0) && (hidden.size === 0 || !hidden.has(offset))) {
        selection[count++] = offset - from
      }
    }
    return count === to - from ? null : selection.subarray(0, count)
  }

  /** Visible overlay rows of a block: changed rows in rowid order, then fresh ones. */
  #overlayBatch(
    slot: SegmentSlot,
    firstRowid: number,
    from: number,
    overrides: Map<number, RowVersion> | undefined,
  ): Batch | null {
    const rows: Datum[][] = []
    const rowids: number[] = []
    const add = (offset: number, head: RowVersion): void => {
      const values = visibleVersion(head, this.#snapshot)?.values
      if (values === null || values === undefined) return
      rows.push(values)
      rowids.push(firstRowid + offset - from)
    }
    if (overrides !== undefined) {
      for (const offset of [...overrides.keys()].sort((a, b) => a - b)) add(offset, overrides.get(offset) as RowVersion)
    }
    const freshEnd = Math.min(from + BLOCK_ROWS, slot.length)
    for (let offset = Math.max(from, slot.baseLength); offset < freshEnd; offset++) {
      const head = slot.fresh[offset - slot.baseLength]
      if (head !== null && head !== undefined) add(offset, head)
    }
    if (rows.length === 0) return null
    return rowsToBatch(rows, this.#options, this.#options.withRowids === true ? rowids : null)
  }
}

/** Stored rows as a batch of projected columns, with their rowids as a last column when given. */
export const rowsToBatch = (
  rows: readonly Datum[][],
  options: Pick<ScanOptions, 'columns' | 'projection'>,
  rowids: readonly number[] | null,
): Batch => {
  const [first] = rows
  const vectors = options.projection.map((column): AnyVector => {
    const { type, missing } = options.columns[column] as ColumnDescriptor
    if (rows.length === 1 && first !== undefined) {
      return new ConstantVector(column < first.length ? first[column] : missing, 1)
    }
    const values: Datum[] = []
    for (const row of rows) values.push(column < row.length ? row[column] : missing)
    return vectorOf(type, values)
  })
  if (rowids !== null) vectors.push(new Float64Vector(Float64Array.from(rowids), null))
  return new Batch(vectors, rows.length)
}
