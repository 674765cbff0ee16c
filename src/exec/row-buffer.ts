/** Rows kept in memory as datums, read back as batches: CTEs, working tables, RETURNING. */
import type { Datum, SqlType } from '../types/sql-type.ts'
import { BATCH_SIZE, Batch } from '../vector/batch.ts'
import { vectorOf } from '../vector/vector.ts'

export class RowBuffer {
  readonly types: readonly SqlType[]
  rows: Datum[][] = []

  constructor(types: readonly SqlType[]) {
    this.types = types
  }

  add(batch: Batch): void {
    for (let k = 0; k < batch.count; k++) this.rows.push(batch.row(k))
  }

  /** Rows [from, from + BATCH_SIZE) as a batch of the columns at `positions`, or null past the end. */
  batch(from: number, positions: readonly number[]): Batch | null {
    return rowsBatch(this.rows.slice(from, from + BATCH_SIZE), this.types, positions)
  }
}

/** Datum rows as a batch; null for no rows. */
export const rowsBatch = (
  rows: readonly (readonly Datum[])[],
  types: readonly SqlType[],
  positions?: readonly number[],
): Batch | null => {
  if (rows.length === 0) return null
  const wanted = positions ?? types.map((_, i) => i)
  const columns = wanted.map((position) =>
    vectorOf(
      types[position] as SqlType,
      rows.map((row) => row[position]),
    ),
  )
  return new Batch(columns, rows.length)
}
