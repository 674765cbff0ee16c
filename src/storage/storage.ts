/**
 * The storage of one server: its tables' stores, sequences and records, volatile or in a directory. Opening recovers
 * what was committed; nothing above this layer knows where bytes are.
 */
import { type KeyValueStore, WriteBatch } from './kv/key-value-store.ts'
import { metaKey, prefixRange, storeKey, textKey, XID_KEY } from './kv/keys.ts'
import { Sequences } from './sequences.ts'
import type { ColumnDescriptor } from './table/column.ts'
import { TableStore } from './table/table-store.ts'
import type { Writer } from './transaction-state.ts'

/** Transaction ids logged ahead. */
const XID_BLOCK = 4096
const FIRST_XID = 3

export class Storage {
  /** Where commits are made durable; null: volatile. */
  readonly log: KeyValueStore | null
  readonly sequences: Sequences
  readonly #stores = new Map<number, TableStore>()
  #nextXid = FIRST_XID
  #xidLimit = FIRST_XID
  /** The oldest sequence that a live snapshot reads at; set by the transaction manager. */
  horizon: () => number = () => 0

  constructor(log: KeyValueStore | null) {
    this.log = log
    this.sequences = new Sequences(log)
  }

  get nextXid(): number {
    return this.#nextXid
  }

  /** A transaction id that was never used, also after a crash. */
  allocateXid(): number {
    if (this.#nextXid === this.#xidLimit) {
      this.#xidLimit += XID_BLOCK
      if (this.log !== null) {
        const batch = new WriteBatch()
        batch.put(textKey(XID_KEY), textKey(String(this.#xidLimit)))
        // A failure stops the store: the commit that follows reports it.
        this.log.write(batch, false).catch(() => {})
      }
    }
    return this.#nextXid++
  }

  /** A table's rows. Storage ids are given out by the catalog. */
  store(storageId: number): TableStore {
    const store = this.#stores.get(storageId)
    if (store === undefined) throw new Error(`table storage ${storageId} does not exist`)
    return store
  }

  get stores(): IterableIterator<TableStore> {
    return this.#stores.values()
  }

  /** Creates an empty table storage with the transaction. `logged` false: temporary, never written to disk. */
  createStore(
    writer: Writer,
    storageId: number,
    columns: readonly ColumnDescriptor[],
    options: { readonly logged?: boolean } = {},
  ): TableStore {
    const logged = this.log !== null && (options.logged ?? true)
    const store = new TableStore({ storageId, columns, logged })
    this.#stores.set(storageId, store)
    if (logged) writer.putRecord(storeKey(storageId), new Uint8Array(0))
    writer.pushUndo(() => this.#stores.delete(storageId))
    return store
  }

  /** Drops a table storage when the transaction commits; until then it stays readable. */
  dropStore(writer: Writer, storageId: number): void {
    const store = this.store(storageId)
    if (store.logged) writer.putRecord(storeKey(storageId), null)
    writer.onCommit(() => this.#stores.delete(storageId))
  }

  /** Catalog records whose name begins with `prefix`, in name order, as last committed. */
  async readMeta(prefix: string): Promise<[name: string, value: Uint8Array][]> {
    const records: [string, Uint8Array][] = []
    if (this.log === null) return records
    for await (const chunk of this.log.range(...prefixRange(metaKey(prefix)))) {
      for (const [key, value] of chunk) records.push([Buffer.from(key).toString('utf8', 1), value])
    }
    return records
  }

  /** Waits for running writes and lets go of the directory. */
  async close(): Promise<void> {
    await this.log?.close()
  }
}

export interface StorageOptions {
  /** Null: volatile, everything in memory. */
  readonly directory: string | null
  /** Bytes of decoded segment columns kept in memory. */
  readonly memoryBudget?: number
  /** Told what recovery and background work found. */
  readonly logger?: (message: string) => void
}

/** Opens or creates a storage. After it the caller passes the tables' columns to `loadStores`, which recovers rows. */
export const openStorage = async (options: StorageOptions): Promise<Storage> => {
  if (options.directory !== null) throw new Error('not built yet')
  return new Storage(null)
}
