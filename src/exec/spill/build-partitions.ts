/**
 * Rows of a hash join's build side that outgrew memory, split by their keys' hashes: partitions stay in memory for as
 * long as there is room, the largest go to disk first.
 */
import { Batch } from '../../vector/batch.ts'
import { BatchCollector } from '../../vector/collector.ts'
import { PARTITIONS, splitRows } from './partition.ts'
import type { SpillSet, SpillStream } from './spill-set.ts'

export class BuildPartitions {
  readonly #set: SpillSet
  readonly #limit: number
  /** Bytes that a hash table takes per row. */
  readonly #rowBytes: number
  readonly #memory: (BatchCollector | null)[]
  /** By partition: its rows on disk; null while it is in memory. */
  readonly streams: (SpillStream | null)[]

  constructor(set: SpillSet, limit: number, rowBytes: number) {
    this.#set = set
    this.#limit = limit
    this.#rowBytes = rowBytes
    this.#memory = Array.from({ length: PARTITIONS }, () => new BatchCollector(set.types))
    this.streams = new Array<SpillStream | null>(PARTITIONS).fill(null)
  }

  /** Adds the live rows, whose partitions are given. */
  add(batch: Batch, partitions: Int32Array): void {
    splitRows(this.#set.recoded(batch), partitions, (partition, rows) => {
      const stream = this.streams[partition] ?? null
      if (stream === null) this.#memory[partition]?.add(rows)
      else stream.add(rows)
    })
    while (this.#evict());
  }

  #bytes(collector: BatchCollector | null): number {
    return collector === null ? 0 : collector.bytes + collector.count * this.#rowBytes
  }

  /** Writes the largest partition in memory when all of them take too much. */
  #evict(): boolean {
    let total = 0
    let largest = 0
    let most = 0
    for (let p = 0; p < PARTITIONS; p++) {
      const bytes = this.#bytes(this.#memory[p] ?? null)
      total += bytes
      if (bytes > most) {
        most = bytes
        largest = p
      }
    }
    if (total <= this.#limit || most === 0) return false
    const stream = this.#set.stream()
    stream.add((this.#memory[largest] as BatchCollector).finish())
    this.streams[largest] = stream
    this.#memory[largest] = null
    return true
  }

  /** The rows that stayed in memory; those on disk are complete from now on. */
  finish(): Batch {
    const resident = new BatchCollector(this.#set.types)
    for (let p = 0; p < PARTITIONS; p++) {
      this.streams[p]?.finish()
      const rows = this.#memory[p]?.finish()
      this.#memory[p] = null
      if (rows !== undefined) resident.add(rows)
    }
    return resident.finish()
  }
}
