/** What tables ask of a segment: immutable columns of up to 65,536 consecutive rowids. */
import type { Datum } from '../../types/sql-type.ts'
import type { AnyVector } from '../../vector/vector.ts'

/** Rowids of one segment. */
export const SEGMENT_ROWS = 65536

/** What is known of a column without reading it. `min` and `max` are null when it holds no value but NULL or its type has no order. */
export interface ZoneMap {
  readonly min: Datum
  readonly max: Datum
  readonly nulls: number
  /** Estimated number of distinct values. */
  readonly distinct: number
}

export interface Segment {
  /** Positions 0 … length-1 are covered; rowids of the range beyond are not in this segment. */
  readonly length: number
  /** Positions that hold a row. */
  readonly liveRows: number
  /** Bytes: 1 where there is no row (deleted before the segment was written); null: none. Reads from disk on first use. */
  absent(): Uint8Array | null
  /** Columns stored; later ones have their `missing` value. */
  readonly columnCount: number
  /** A whole column; loaded and cached. Throws XX001 naming the file when the bytes are damaged. */
  column(index: number): AnyVector
  /** One cell. */
  cell(column: number, offset: number): Datum
  zone(index: number): ZoneMap | null
  /** Size on disk. */
  readonly bytes: number
}

/** Cells of one position as stored; only `needed` columns when given (others undefined). */
export const segmentRow = (segment: Segment, offset: number, needed: readonly number[] | null = null): Datum[] => {
  const row: Datum[] = []
  if (needed === null) {
    for (let i = 0; i < segment.columnCount; i++) row.push(segment.cell(i, offset))
    return row
  }
  for (let i = 0; i < segment.columnCount; i++) row.push(undefined)
  for (const i of needed) if (i < row.length) row[i] = segment.cell(i, offset)
  return row
}
