/** Tables, transactions and faults for tests of storage: small words for what every test does. */
import { SqlError } from '../../../src/errors/sql-error.ts'
import { type IndexDefinition, OrderedIndex } from '../../../src/storage/index/ordered-index.ts'
import type { KeyValue, KeyValueStore, WriteBatch } from '../../../src/storage/kv/key-value-store.ts'
import { MemoryStore } from '../../../src/storage/kv/memory-store.ts'
import { MemorySegmentStore, type SegmentStore } from '../../../src/storage/segments/segment-store.ts'
import { openParts, openStorage, type Storage } from '../../../src/storage/storage.ts'
import type { ColumnDescriptor } from '../../../src/storage/table/column.ts'
import type { BatchSource } from '../../../src/storage/table/table-scan.ts'
import type { TableStore } from '../../../src/storage/table/table-store.ts'
import type { Snapshot } from '../../../src/storage/transaction-state.ts'
import type { Transaction } from '../../../src/txn/transaction.ts'
import { TransactionManager } from '../../../src/txn/transaction-manager.ts'
import { int4Type } from '../../../src/types/integers.ts'
import type { Datum, SqlType } from '../../../src/types/sql-type.ts'
import { textType } from '../../../src/types/strings.ts'
import { Wait } from '../../../src/vector/wait.ts'

export const columnsOf = (...types: SqlType[]): ColumnDescriptor[] =>
  types.map((type) => ({ type, missing: null, dropped: false }))

/** (id int4, name text): the columns of most tests' tables. */
export const COLUMNS = columnsOf(int4Type, textType)

export interface Database {
  readonly storage: Storage
  readonly manager: TransactionManager
}

export const openVolatile = async (): Promise<Database> => {
  const storage = await openStorage({ directory: null })
  return { storage, manager: new TransactionManager(storage) }
}

/** Memory that outlives a storage opened over it, as a disk would. */
export interface Disk {
  readonly log: KeyValueStore
  readonly segments: SegmentStore
}

export const newDisk = (): { log: MemoryStore; segments: MemorySegmentStore } => ({
  log: new MemoryStore(),
  segments: new MemorySegmentStore(),
})

/** Opens what is on a disk, with tables 1 … tables of `columns`. */
export const openDisk = async (disk: Disk, tables = 0, columns = COLUMNS): Promise<Database> => {
  const storage = await openParts({ ...disk }, 'test')
  await storage.loadStores(Array.from({ length: tables }, (_, i) => ({ storageId: i + 1, columns })))
  return { storage, manager: new TransactionManager(storage) }
}

/** Runs work in a transaction of its own and commits it. */
export const inTransaction = async <T>(
  { manager }: Database,
  work: (transaction: Transaction) => T | Promise<T>,
): Promise<T> => {
  const transaction = manager.begin()
  const result = await work(transaction)
  await transaction.commit()
  return result
}

export const createTable = (database: Database, storageId = 1, columns = COLUMNS): Promise<TableStore> =>
  inTransaction(database, (t) => database.storage.createStore(t, storageId, columns))

/** Every row that a source hands out. */
export const drain = async (source: BatchSource): Promise<Datum[][]> => {
  const rows: Datum[][] = []
  for (;;) {
    const batch = source.next()
    if (batch === null) return rows
    if (batch instanceof Wait) await batch.promise
    else for (let k = 0; k < batch.count; k++) rows.push(batch.row(k))
  }
}

/** All columns of the rows that a snapshot sees, ordered by the first. */
export const rowsOf = async (store: TableStore, snapshot: Snapshot, columns = COLUMNS): Promise<Datum[][]> => {
  const rows = await drain(store.scan(snapshot, { columns, projection: columns.map((_, i) => i) }))
  return rows.sort((a, b) => a[0] - b[0])
}

/** What a new transaction sees. */
export const committedRows = (database: Database, store: TableStore, columns = COLUMNS): Promise<Datum[][]> => {
  const transaction = database.manager.begin()
  const rows = rowsOf(store, transaction.snapshot(), columns)
  transaction.rollback()
  return rows
}

/** An index over one or more columns, ascending with NULLs last. */
export const indexOn = (store: TableStore, columns: number[], more: Partial<IndexDefinition> = {}): OrderedIndex => {
  const index = new OrderedIndex(store, {
    id: 1,
    parts: columns.map((c) => ({
      type: (store.columns[c] as ColumnDescriptor).type,
      descending: false,
      nullsFirst: false,
    })),
    columns: store.columns,
    reads: columns,
    key: (row) => columns.map((c) => row[c]),
    ...more,
  })
  store.attachIndex(index)
  return index
}

/** The SQLSTATE and message that work fails with. */
export const failure = async (work: Promise<unknown> | (() => unknown)): Promise<string> => {
  try {
    await (typeof work === 'function' ? work() : work)
  } catch (error) {
    if (error instanceof SqlError) return `${error.code} ${error.message}`
    throw error
  }
  return 'no error'
}

/** A small generator of pseudo-random integers in [0, n), the same for each seed. */
export const randomFrom = (seed: number): ((n: number) => number) => {
  let state = seed
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
}

/** A key-value store whose k-th write (from 1) fails, or vanishes with all later ones as in a crash. */
export class FaultyStore implements KeyValueStore {
  readonly #under: KeyValueStore
  readonly #at: number
  readonly #fault: SqlError | 'drop'
  writes = 0
  failure: SqlError | null = null
  onFailure: ((error: SqlError) => void) | null = null

  constructor(under: KeyValueStore, at: number, fault: SqlError | 'drop') {
    this.#under = under
    this.#at = at
    this.#fault = fault
  }
  stop(error: SqlError): void {
    this.failure = error
  }
  async write(batch: WriteBatch, sync: boolean): Promise<void> {
    if (++this.writes >= this.#at) {
      if (this.#fault === 'drop') return
      this.stop(this.#fault)
      throw this.#fault
    }
    await this.#under.write(batch, sync)
  }
  settle(): Promise<void> {
    return this.failure === null ? Promise.resolve() : Promise.reject(this.failure)
  }
  range(from: Uint8Array, to: Uint8Array): AsyncIterable<readonly KeyValue[]> {
    return this.#under.range(from, to)
  }
  clear(from: Uint8Array, to: Uint8Array): Promise<void> {
    return this.#under.clear(from, to)
  }
  close(): Promise<void> {
    return this.#under.close()
  }
}
