/** How storage is told what columns a table has. Readers pass their catalog snapshot's list, so old ones stay right. */
import type { Datum, SqlType } from '../../types/sql-type.ts'

export interface ColumnDescriptor {
  readonly type: SqlType
  /** Value of rows that were stored before the column was added. */
  readonly missing: Datum
  readonly dropped: boolean
}

/** A stored row at the full width of a column list; the row itself when it has that width already. */
export const padRow = (row: Datum[], columns: readonly ColumnDescriptor[]): Datum[] => {
  if (row.length >= columns.length) return row
  const padded = row.slice()
  for (let i = row.length; i < columns.length; i++) padded.push((columns[i] as ColumnDescriptor).missing)
  return padded
}
