/** A batch: columns of equal length and the positions of them that are live. What operators hand upward. */
import type { Datum } from '../types/sql-type.ts'
import type { AnyVector } from './vector.ts'

/** Rows that scans and other producers aim to put in one batch. */
export const BATCH_SIZE = 4096

export class Batch {
  readonly columns: readonly AnyVector[]
  /** Physical positions in each column. */
  readonly length: number
  /** Live positions in output order (a position may repeat); null: all of 0 … length-1. */
  readonly selection: Int32Array | null

  constructor(columns: readonly AnyVector[], length: number, selection: Int32Array | null = null) {
    this.columns = columns
    this.length = length
    this.selection = selection
  }

  /** Number of live rows. */
  get count(): number {
    return this.selection === null ? this.length : this.selection.length
  }

  /** Physical position of the k-th live row. */
  position(k: number): number {
    return this.selection === null ? k : (this.selection[k] as number)
  }

  /** The k-th live row as datums. */
  row(k: number): Datum[] {
    const position = this.position(k)
    return this.columns.map((column) => column.get(position))
  }

  /** The same columns with fewer live rows. */
  select(selection: Int32Array): Batch {
    return new Batch(this.columns, this.length, selection)
  }
}
