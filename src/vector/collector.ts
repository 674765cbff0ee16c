/** Gathers the live rows of many batches into one: the input of sorts, the build side of joins. */
import type { SqlType } from '../types/sql-type.ts'
import { Batch } from './batch.ts'
import { ColumnCollector } from './column-collector.ts'
import type { AnyVector } from './vector.ts'

export class BatchCollector {
  readonly #columns: ColumnCollector[]
  #count = 0

  constructor(types: readonly SqlType[]) {
    this.#columns = types.map((type) => new ColumnCollector(type))
  }

  get count(): number {
    return this.#count
  }

  /** Bytes that the rows take, as an estimate. */
  get bytes(): number {
    let bytes = 0
    for (const column of this.#columns) bytes += column.bytes
    return bytes
  }

  add(batch: Batch): void {
    const { count } = batch
    for (const [i, column] of this.#columns.entries()) column.add(batch.columns[i] as AnyVector, batch.selection, count)
    this.#count += count
  }

  /** Everything added so far as one batch without a selection. */
  finish(): Batch {
    return new Batch(
      this.#columns.map((column) => column.finish()),
      this.#count,
    )
  }
}
