/** Rows that are read again and again, also while more are added: results of CTEs, working tables of recursions. */
import type { Datum, SqlType } from '../../types/sql-type.ts'
import { BATCH_SIZE, Batch } from '../../vector/batch.ts'
import { averageBytes } from '../../vector/size.ts'
import type { AnyVector } from '../../vector/vector.ts'
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext } from '../context.ts'
import type { Pull } from '../operator.ts'
import { rowsBatch } from '../row-buffer.ts'
import type { SessionSpill } from './spill-area.ts'
import { SpillSet, type SpillReader, type SpillStream } from './spill-set.ts'

/** Bytes of a row's array. */
const ROW_BYTES = 32
/** A stream holds back this share of the memory. */
const BUFFERS = 16

export class RowStore {
  readonly types: readonly SqlType[]
  readonly #context: ExecutionContext
  /** Rows while memory has room for them. */
  rows: Datum[][] = []
  #bytes = 0
  #set: SpillSet | null = null
  /** All rows, once memory has no room for them. */
  stream: SpillStream | null = null
  /** Rows added. */
  count = 0

  constructor(types: readonly SqlType[], context: ExecutionContext) {
    this.types = types
    this.#context = context
  }

  /** Adds the live rows. */
  add(batch: Batch): void {
    const { count } = batch
    this.count += count
    if (this.stream !== null) {
      this.stream.add(batch)
      return
    }
    for (let k = 0; k < count; k++) this.rows.push(batch.row(k))
    this.#bytes += count * ROW_BYTES
    for (const column of batch.columns) {
      this.#bytes += count * averageBytes(count, (k) => column.get(batch.position(k)))
    }
    if (this.#bytes > this.#context.workMem) this.#spill()
  }

  #spill(): void {
    this.#set = new SpillSet(this.#context.spill as SessionSpill, this.types, this.#context.workMem / BUFFERS)
    this.stream = this.#set.stream()
    for (let from = 0; from < this.rows.length; from += BATCH_SIZE) {
      this.stream.add(rowsBatch(this.rows.slice(from, from + BATCH_SIZE), this.types) as Batch)
    }
    this.rows = []
  }

  /** Waits while too much is being written. */
  held(): Wait | null {
    return this.#set?.held() ?? null
  }

  /** No rows are added any more. */
  finish(): void {
    this.stream?.finish()
  }

  reader(positions: readonly number[]): RowReader {
    return new RowReader(this, positions)
  }

  close(): void {
    this.#set?.close()
    this.rows = []
  }
}

/** Reads a store's rows in order, with the columns at `positions`. */
export class RowReader {
  readonly #store: RowStore
  readonly #positions: readonly number[]
  #at = 0
  #disk: SpillReader | null = null
  /** Rows of the next blocks from disk that were read while they were in memory. */
  #skip = 0

  constructor(store: RowStore, positions: readonly number[]) {
    this.#store = store
    this.#positions = positions
  }

  /** Null: no rows beyond those read can be had now. */
  next(): Pull {
    const { stream, rows, types } = this.#store
    if (stream === null) {
      const batch = rowsBatch(rows.slice(this.#at, this.#at + BATCH_SIZE), types, this.#positions)
      this.#at += batch?.length ?? 0
      return batch
    }
    this.#disk ??= this.#onDisk(stream)
    for (;;) {
      const pulled = this.#disk.next()
      if (pulled === null || pulled instanceof Wait) return pulled
      const skip = Math.min(this.#skip, pulled.length)
      this.#skip -= skip
      if (skip === pulled.length) continue
      const columns = this.#positions.map((position) => pulled.columns[position] as AnyVector)
      const batch = new Batch(columns, pulled.length)
      return skip === 0 ? batch : batch.select(Int32Array.from({ length: pulled.length - skip }, (_, k) => skip + k))
    }
  }

  /** From where reading in memory stopped. */
  #onDisk(stream: SpillStream): SpillReader {
    let block = 0
    let rows = this.#at
    while (rows > 0 && block < stream.blocks.length && rows >= (stream.blocks[block]?.rows ?? 0)) {
      rows -= stream.blocks[block]?.rows ?? 0
      block++
    }
    this.#skip = rows
    return stream.reader(block)
  }
}
