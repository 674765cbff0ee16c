/**
 * Rows on disk as a batch that is evaluated row by row: every column fetches the block of the position asked for. Blocks
 * read lately are kept, so going through the rows from one end to the other, at several places at once, reads each once.
 */
import type { Datum, SqlType } from '../../types/sql-type.ts'
import { Batch } from '../../vector/batch.ts'
import { vectorOf, type AnyVector, type Vector } from '../../vector/vector.ts'
import type { SpillSet, SpillStream } from './spill-set.ts'

/** Blocks kept. */
const KEPT = 16

class Blocks {
  readonly #set: SpillSet
  readonly #stream: SpillStream
  /** First row of each block. */
  readonly #starts: Int32Array
  /** Blocks by number, the one used least lately first. */
  readonly #kept = new Map<number, Batch>()
  #block: Batch = new Batch([], 0)
  #from = 0

  constructor(set: SpillSet, stream: SpillStream) {
    this.#set = set
    this.#stream = stream
    this.#starts = new Int32Array(stream.blocks.length)
    let rows = 0
    for (const [i, block] of stream.blocks.entries()) {
      this.#starts[i] = rows
      rows += block.rows
    }
  }

  get(column: number, position: number): Datum {
    if (position < this.#from || position >= this.#from + this.#block.length) this.#find(position)
    return this.#block.columns[column]?.get(position - this.#from)
  }

  #find(position: number): void {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#starts[middle] as number) <= position) low = middle
      else high = middle - 1
    }
    this.#from = this.#starts[low] as number
    this.#block = this.#kept.get(low) ?? this.#read(low)
    this.#kept.delete(low)
    this.#kept.set(low, this.#block)
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value as number)
  }

  #read(number: number): Batch {
    const block = this.#stream.blocks[number] as SpillStream['blocks'][number]
    return this.#set.codec.decode(this.#set.file.readNow(block.address))
  }
}

class StoredColumn implements Vector {
  readonly kind = 'datums'
  readonly length: number
  readonly #blocks: Blocks
  readonly #column: number
  readonly #type: SqlType

  constructor(blocks: Blocks, column: number, type: SqlType, length: number) {
    this.#blocks = blocks
    this.#column = column
    this.#type = type
    this.length = length
  }

  get(position: number): Datum {
    return this.#blocks.get(this.#column, position)
  }

  isNull(position: number): boolean {
    return this.get(position) === null
  }

  slice(from: number, to: number): AnyVector {
    return vectorOf(
      this.#type,
      Array.from({ length: to - from }, (_, k) => this.get(from + k)),
    )
  }
}

/** All rows of a finished stream whose file is flushed. Only for row-wise evaluation and slices. */
export const rowsAtHand = (set: SpillSet, stream: SpillStream): Batch => {
  const blocks = new Blocks(set, stream)
  const columns = set.types.map((type, i) => new StoredColumn(blocks, i, type, stream.rows))
  return new Batch(columns as unknown as AnyVector[], stream.rows)
}
