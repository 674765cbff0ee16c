/** The key-value contract in memory: for tests of recovery, where a second storage opens what a first one left. */
import type { SqlError } from '../../errors/sql-error.ts'
import type { KeyValue, KeyValueStore, WriteBatch } from './key-value-store.ts'

export class MemoryStore implements KeyValueStore {
  failure: SqlError | null = null
  onFailure: ((error: SqlError) => void) | null = null
  /** Entries by key as a Latin-1 string, whose order is the order of the bytes. */
  readonly #entries = new Map<string, Uint8Array>()

  async write(batch: WriteBatch, _sync: boolean): Promise<void> {
    batch.keys.forEach((key, i) => {
      const value = batch.values[i] as Uint8Array | null
      if (value === null) this.#entries.delete(text(key))
      else this.#entries.set(text(key), value)
    })
  }

  async settle(): Promise<void> {}

  async *range(from: Uint8Array, to: Uint8Array): AsyncIterable<readonly KeyValue[]> {
    const keys = this.#keys(from, to).sort()
    yield keys.map((key) => [Buffer.from(key, 'latin1'), this.#entries.get(key) as Uint8Array])
  }

  async clear(from: Uint8Array, to: Uint8Array): Promise<void> {
    for (const key of this.#keys(from, to)) this.#entries.delete(key)
  }

  stop(error: SqlError): void {
    this.failure = error
  }

  async close(): Promise<void> {}

  /** Another store with the same entries. */
  copy(): MemoryStore {
    const copy = new MemoryStore()
    for (const [key, value] of this.#entries) copy.#entries.set(key, value)
    return copy
  }

  #keys(from: Uint8Array, to: Uint8Array): string[] {
    const [low, high] = [text(from), text(to)]
    return [...this.#entries.keys()].filter((key) => key >= low && key < high)
  }
}

const text = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
