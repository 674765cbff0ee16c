/**
 * The key-value contract under everything small and hot: overlay rows, catalog records, sequences, manifests. Batches
 * are atomic and applied in the order of the calls; reads are for start-up only and never on a query's path.
 */

import type { SqlError } from '../../errors/sql-error.ts'

/** Writes that become durable together. Later writes of one key win. */
export class WriteBatch {
  readonly keys: Uint8Array[] = []
  /** Value per key; null deletes the key. */
  readonly values: (Uint8Array | null)[] = []

  put(key: Uint8Array, value: Uint8Array): void {
    this.keys.push(key)
    this.values.push(value)
  }

  delete(key: Uint8Array): void {
    this.keys.push(key)
    this.values.push(null)
  }

  get length(): number {
    return this.keys.length
  }
}

/** A record; the value is null when its bytes are not those that were written. */
export type KeyValue = readonly [key: Uint8Array, value: Uint8Array | null]

export interface KeyValueStore {
  /** Why the store takes no more writes; what became of the writes that ran into it is not known until the next start. */
  readonly failure: SqlError | null
  /** Told when the store stops taking writes. */
  onFailure: ((error: SqlError) => void) | null
  /** Takes no more writes from now on, for what was written elsewhere cannot be trusted to be on stable storage. */
  stop(error: SqlError): void
  /**
   * Applies a batch atomically, after every batch passed before. With `sync` the promise resolves when the batch (and
   * so all before it) is on stable storage. Rejects with a SqlError (53100, 58030, 25006); from then on every
   * write rejects.
   */
  write(batch: WriteBatch, sync: boolean): Promise<void>
  /** Resolves when every batch passed before is on stable storage; rejects after a failure. */
  settle(): Promise<void>
  /** Entries with from <= key < to in byte order, in chunks. */
  range(from: Uint8Array, to: Uint8Array): AsyncIterable<readonly KeyValue[]>
  /** Removes from <= key < to; not atomic, for keys that nothing refers to any more. Rejects after a failure. */
  clear(from: Uint8Array, to: Uint8Array): Promise<void>
  /** Waits for running writes and releases the directory. */
  close(): Promise<void>
}
