/** What one operator has on disk: a file, and in it streams of rows that are appended to and read back in order. */
import type { SqlType } from '../../types/sql-type.ts'
import { BATCH_SIZE, Batch } from '../../vector/batch.ts'
import { BatchCollector } from '../../vector/collector.ts'
import type { AnyVector } from '../../vector/vector.ts'
import { Wait } from '../../vector/wait.ts'
import type { Pull } from '../operator.ts'
import { BlockCodec } from './block-codec.ts'
import { SharedDictionary } from './shared-dictionary.ts'
import type { SessionSpill } from './spill-area.ts'
import type { BlockAddress, SpillFile } from './spill-file.ts'

/** Bounds of the bytes of rows in one block. */
const MIN_BLOCK = 8 * 1024
const MAX_BLOCK = 256 * 1024

export class SpillSet {
  readonly types: readonly SqlType[]
  readonly #dictionaries: readonly SharedDictionary[]
  readonly codec: BlockCodec
  readonly file: SpillFile
  readonly blockBytes: number

  /** `buffer`: bytes that each stream may hold back while it is written or read. */
  constructor(session: SessionSpill, types: readonly SqlType[], buffer: number) {
    this.types = types
    this.#dictionaries = types.map(() => new SharedDictionary())
    this.codec = new BlockCodec(
      types,
      this.#dictionaries.map(({ entries }) => entries),
    )
    this.blockBytes = Math.min(MAX_BLOCK, Math.max(MIN_BLOCK, buffer))
    this.file = session.open()
  }

  stream(): SpillStream {
    return new SpillStream(this)
  }

  /** Waits while too much is being written. */
  held(): Wait | null {
    return this.file.held()
  }

  /** The rows with dictionaries of this file's own, where these have room. */
  recoded(batch: Batch): Batch {
    if (!batch.columns.some((column) => column.kind === 'dictionary')) return batch
    const { selection, count } = batch
    const columns = batch.columns.map((column, i): AnyVector => {
      if (column.kind !== 'dictionary') return column
      return this.#dictionaries[i]?.recode(column, selection, count) ?? column
    })
    return new Batch(columns, batch.length, selection)
  }

  close(): void {
    this.file.close()
  }
}

/** Rows in the order they were added; all of them can be read back, several times, once `finish` was called. */
export class SpillStream {
  readonly #set: SpillSet
  #collector: BatchCollector
  readonly blocks: { readonly address: BlockAddress; readonly rows: number }[] = []
  /** Rows added. */
  rows = 0

  constructor(set: SpillSet) {
    this.#set = set
    this.#collector = new BatchCollector(set.types)
  }

  /** Adds the live rows. */
  add(batch: Batch): void {
    const rows = this.#set.recoded(batch)
    const { count } = rows
    this.rows += count
    for (let from = 0; from < count; ) {
      const to = Math.min(count, from + this.#room())
      this.#collector.add(from === 0 && to === count ? rows : part(rows, from, to))
      from = to
      if (this.#isFull()) this.#flush()
    }
  }

  #isFull(): boolean {
    const { count, bytes } = this.#collector
    return count >= BATCH_SIZE || bytes >= this.#set.blockBytes
  }

  /** Rows that may be added at once: few while it is not known what they take. */
  #room(): number {
    const { count, bytes } = this.#collector
    if (count === 0) return FIRST_ROWS
    const wanted = Math.ceil((this.#set.blockBytes - bytes) / (bytes / count))
    return Math.max(FIRST_ROWS, Math.min(wanted, BATCH_SIZE - count))
  }

  #flush(): void {
    const batch = this.#collector.finish()
    if (batch.length === 0) return
    this.#collector = new BatchCollector(this.#set.types)
    this.blocks.push({ address: this.#set.file.append(this.#set.codec.encode(batch)), rows: batch.length })
  }

  /** The last rows go to the file too. */
  finish(): void {
    this.#flush()
  }

  /** Reads from a block on. */
  reader(block = 0): SpillReader {
    return new SpillReader(this.#set, this, block)
  }
}

const FIRST_ROWS = 64

/** Live rows [from, to) of a batch. */
export const part = (batch: Batch, from: number, to: number): Batch => {
  const selection = batch.selection?.subarray(from, to) ?? Int32Array.from({ length: to - from }, (_, k) => from + k)
  return batch.select(selection)
}

/** Reads a stream block by block, one block ahead. */
export class SpillReader {
  readonly #set: SpillSet
  readonly #stream: SpillStream
  /** The block that `next` answers next. */
  #at: number
  #arrived: Uint8Array<ArrayBuffer> | null = null
  #failure: unknown = null
  #reading: Promise<void> | null = null

  constructor(set: SpillSet, stream: SpillStream, block: number) {
    this.#set = set
    this.#stream = stream
    this.#at = block
  }

  /** The next block's rows; null after the last block there is now. */
  next(): Pull {
    if (this.#failure !== null) throw this.#failure
    if (this.#arrived === null) {
      this.#read()
      return this.#reading === null ? null : new Wait(this.#reading)
    }
    const bytes = this.#arrived
    this.#arrived = null
    this.#at++
    this.#read()
    return this.#set.codec.decode(bytes)
  }

  #read(): void {
    const block = this.#stream.blocks[this.#at]
    if (block === undefined || this.#reading !== null) return
    this.#reading = this.#set.file.read(block.address).then(
      (bytes) => {
        this.#arrived = bytes
        this.#reading = null
      },
      (error: unknown) => {
        this.#failure = error
        this.#reading = null
      },
    )
  }
}
