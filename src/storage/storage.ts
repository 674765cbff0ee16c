/**
 * The storage of one server: its tables' stores, sequences and records, volatile or in a directory. Opening recovers
 * what was committed; nothing above this layer knows where bytes are.
 */
import { dirname, join, resolve } from 'node:path'
import { type Damage, damageOf } from './damage.ts'
import type { OrderedIndex } from './index/ordered-index.ts'
import { type KeyValueStore, WriteBatch } from './kv/key-value-store.ts'
import { indexRange, metaKey, prefixRange, rowRange, segmentKey, storeKey, textKey, XID_KEY } from './kv/keys.ts'
import { MemoryWatch, ownMemory } from './memory-watch.ts'
import { Merger } from './merge/merger.ts'
import { syncDirectory } from './durable-files.ts'
import { beginOpening, type OpeningRecords } from './open-records.ts'
import { checkFormat, recoverStoreIds, recoverTables, recoverXid } from './recovery.ts'
import type { PreparedRecord } from './prepared-record.ts'
import { preparedDamage, readPrepared } from './restore-prepared.ts'
import { PageCache } from './segments/page-cache.ts'
import { SegmentFiles } from './segments/segment-files.ts'
import {
  DirectorySegmentStore,
  MemorySegmentStore,
  type SegmentStore,
  stoppingAtFailure,
} from './segments/segment-store.ts'
import { Sequences } from './sequences.ts'
import { type BulkOptions, BulkWriter } from './table/bulk-writer.ts'
import type { ColumnDescriptor } from './table/column.ts'
import { OverlayMemory } from './table/overlay-memory.ts'
import { TableStore } from './table/table-store.ts'
import type { LiveSnapshots, Writer } from './transaction-state.ts'

/** Transaction ids logged ahead. */
const XID_BLOCK = 4096
const FIRST_XID = 3
/** The overlay may take this part of the memory budget before it is merged away. */
const OVERLAY_SHARE = 4
const DEFAULT_MEMORY_BUDGET = 1024 * 1024 * 1024

/** Where a storage keeps its bytes. */
export interface StorageParts {
  /** Null: volatile. */
  readonly log: KeyValueStore | null
  readonly segments: SegmentStore
  /** Bytes of decoded segment columns kept in memory. */
  readonly memoryBudget?: number | undefined
  /** Told what recovery and background work found. */
  readonly logger?: StorageLogger | undefined
}

export type StorageLogger = (message: string, severity?: 'info' | 'error') => void

/** What the catalog knows of a table when the server starts. */
export interface TableDescription {
  readonly storageId: number
  readonly columns: readonly ColumnDescriptor[]
}

export class Storage {
  /** Where commits are made durable; null: volatile. */
  readonly log: KeyValueStore | null
  readonly sequences: Sequences
  /** What could not be read when the storage was opened. */
  readonly damages: Damage[] = []
  readonly #stores = new Map<number, TableStore>()
  readonly files: SegmentFiles
  readonly #merger: Merger
  readonly #watch: MemoryWatch
  readonly #logger: StorageLogger
  /** Removals that no query waits for. */
  readonly #background = new Set<Promise<void>>()
  #nextXid = FIRST_XID
  #xidLimit = FIRST_XID
  /** Set by the transaction manager. */
  snapshots: LiveSnapshots = { horizon: () => 0, readsWithin: () => true }
  /** What the tables' row versions take in memory. */
  readonly overlay: OverlayMemory

  constructor(parts: StorageParts) {
    this.log = parts.log
    this.sequences = new Sequences(parts.log)
    this.#logger = parts.logger ?? (() => {})
    const segments = parts.log === null ? parts.segments : stoppingAtFailure(parts.segments, parts.log)
    if (parts.log !== null) {
      parts.log.onFailure = (error) => this.#logger(`the storage stopped accepting writes: ${error.message}`, 'error')
    }
    const budget = parts.memoryBudget ?? DEFAULT_MEMORY_BUDGET
    const overlay = new OverlayMemory(budget / OVERLAY_SHARE)
    this.overlay = overlay
    const cache = new PageCache(budget, () => overlay.bytes + this.#watch.excess)
    this.#watch = new MemoryWatch(budget, () => cache.shrink())
    cache.onGarbage = () => this.#watch.hurry()
    this.files = new SegmentFiles(segments, cache, this.log)
    const snapshots: LiveSnapshots = {
      horizon: () => this.snapshots.horizon(),
      readsWithin: (from, to) => this.snapshots.readsWithin(from, to),
    }
    this.#merger = new Merger({ log: this.log, files: this.files, snapshots, overlay }, this.#logger)
    overlay.onPressure = () => this.#merger.relieve(() => this.#stores.values())
  }

  /** From now on pages make room when the whole process takes more memory than it should: it is there for this storage. */
  watchMemory(): void {
    this.#watch.start(ownMemory())
  }

  /** Reads what must be known before the catalog: format, transaction ids, sequences. */
  async recover(directory: string): Promise<void> {
    if (this.log === null) return
    await checkFormat(this.log, directory)
    this.#nextXid = (await recoverXid(this.log)) ?? FIRST_XID
    this.#xidLimit = this.#nextXid
    for (const damage of await this.sequences.recover()) this.reportDamage(damage)
  }

  /** Remembers what cannot be read; nothing is cleaned up then, for it may be what is needed to repair it. */
  reportDamage(damage: Damage): void {
    this.damages.push(damage)
    this.#logger(`${damage.error.message}: ${damage.error.fields.detail}`, 'error')
  }

  /** Ids of the storages that committed transactions created. */
  async storeIds(): Promise<Set<number>> {
    return this.log === null ? new Set() : recoverStoreIds(this.log)
  }

  /**
   * Recovers the tables' rows. The catalog names them with the columns as last committed; storages that it does not
   * name are removed, and so are segment files that no manifest names. `openIndexes` is called once the rows are there;
   * it answers the files that prepared transactions need.
   */
  async loadStores(tables: Iterable<TableDescription>, openIndexes: () => Iterable<string> = () => []): Promise<void> {
    if (this.log === null) return
    // A merge writes index entries, so the indexes must be open, and files, which are not to be taken for unused ones.
    const release = this.#merger.hold()
    try {
      await this.#load(this.log, tables, openIndexes)
    } finally {
      release()
    }
  }

  async #load(
    log: KeyValueStore,
    tables: Iterable<TableDescription>,
    openIndexes: () => Iterable<string>,
  ): Promise<void> {
    const created = await recoverStoreIds(log)
    for (const { storageId, columns } of tables) {
      if (!created.delete(storageId))
        this.reportDamage(damageOf('the record', 'table storage', storageId, 'It does not exist.'))
      this.#register(new TableStore({ storageId, columns, logged: true, environment: this }))
    }
    const report = (damage: Damage): void => this.reportDamage(damage)
    const { files, orphans } = await recoverTables(log, this.#stores, this.files, report)
    for (const file of openIndexes()) files.add(file)
    if (this.damages.length > 0) return
    for (const storageId of new Set([...created, ...orphans])) {
      if (this.#stores.has(storageId)) continue
      this.#logger(`removing table storage ${storageId}, which no table uses`)
      const batch = new WriteBatch()
      batch.delete(textKey(storeKey(storageId)))
      await log.write(batch, true)
      await this.#removeRecords(log, storageId)
    }
    const removed = await this.files.removeUnnamed(files)
    if (removed > 0) this.#logger(`removed ${removed} unused segment files`)
  }

  /** The transactions that are still prepared, as they were recorded. */
  async preparedTransactions(): Promise<PreparedRecord[]> {
    if (this.log === null) return []
    return readPrepared(this.log, (xid, cause) => this.reportDamage(preparedDamage(xid, cause)))
  }

  #register(store: TableStore): void {
    this.#stores.set(store.storageId, store)
    this.#merger.watch(store)
  }

  /** Removes rows and manifests of a storage that no record names any more. */
  async #removeRecords(log: KeyValueStore, storageId: number): Promise<void> {
    await log.clear(...rowRange(storageId))
    await log.clear(textKey(segmentKey(storageId, 0)), textKey(segmentKey(storageId, 0xffffffff)))
    await log.clear(...indexRange(storageId, null))
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

  /** As `store`, null where there is none (sequences, views). */
  findStore(storageId: number): TableStore | null {
    return this.#stores.get(storageId) ?? null
  }

  get stores(): IterableIterator<TableStore> {
    return this.#stores.values()
  }

  /**
   * Creates an empty table storage with the transaction. Storage ids are never used again. `logged` false: temporary,
   * never written to disk. `replaces`: the storage whose place it takes.
   */
  createStore(
    writer: Writer,
    storageId: number,
    columns: readonly ColumnDescriptor[],
    options: { readonly logged?: boolean; readonly replaces?: number } = {},
  ): TableStore {
    const logged = this.log !== null && (options.logged ?? true)
    const counters = options.replaces === undefined ? undefined : this.findStore(options.replaces)?.counters
    const store = new TableStore({ storageId, columns, logged, environment: this, counters })
    this.#register(store)
    if (logged) writer.putRecord(storeKey(storageId), new Uint8Array(0))
    writer.pushUndo(() => this.#remove(store))
    return store
  }

  /** Drops a table storage when the transaction commits; until then it stays readable. */
  dropStore(writer: Writer, storageId: number): void {
    const store = this.store(storageId)
    if (store.logged) writer.putRecord(storeKey(storageId), null)
    writer.onCommit(() => this.#remove(store))
  }

  #remove(store: TableStore): void {
    if (store.dropped) return
    store.dropped = true
    this.#stores.delete(store.storageId)
    store.countOverlay(-store.overlayBytes)
    for (const slot of store.slots) this.files.discard(slot?.base ?? null)
    for (const index of store.indexes) this.#discardRuns(index)
    if (this.log !== null && this.log.failure === null && store.logged)
      this.#inBackground(this.#removeRecords(this.log, store.storageId))
  }

  /** Lets go of an index that no transaction can use any more, and of its files. */
  removeIndex(index: OrderedIndex): void {
    const { store, definition } = index
    store.detachIndex(index)
    this.#discardRuns(index)
    if (this.log !== null && this.log.failure === null && store.logged && !store.dropped)
      this.#inBackground(this.log.clear(...indexRange(store.storageId, definition.id)))
  }

  #discardRuns(index: OrderedIndex): void {
    index.disposed = true
    for (const run of index.runs) this.files.discardRun(run)
  }

  /** Recovery: indexes that were not opened belong to nothing any more. */
  async removeUnusedIndexes(): Promise<void> {
    if (this.log === null || this.damages.length > 0) return
    for (const store of this.#stores.values()) {
      for (const [index, runs] of store.recoveredIndexes) {
        this.#logger(`removing index ${index} of table storage ${store.storageId}, which nothing uses`)
        await this.log.clear(...indexRange(store.storageId, index))
        for (const run of runs) this.files.discardFile(run.file)
      }
      store.recoveredIndexes.clear()
    }
  }

  /** Keeps every file that a record names from now on until the answered function is called. */
  async holdFiles(): Promise<() => void> {
    const release = this.files.hold()
    // Records that still name files which are gone already are being removed.
    await Promise.all(this.#background)
    return release
  }

  #inBackground(work: Promise<void>): void {
    const done = work
      .catch((error: Error) => this.#logger(error.message, 'error'))
      .finally(() => {
        this.#background.delete(done)
      })
    this.#background.add(done)
  }

  /** Appends many rows to a table: see `BulkWriter`. */
  bulkWriter(writer: Writer, store: TableStore, options: BulkOptions | null = null): BulkWriter {
    writer.onCommit(() => this.#merger.compactLater(store))
    return new BulkWriter(writer, store, options)
  }

  /** Merges what can be merged now, of one table or of all; answers the number of segments written (VACUUM, tests). */
  mergeAll(store?: TableStore): Promise<number> {
    return this.#merger.mergeAll(store === undefined ? this.#stores.values() : [store])
  }

  /** Catalog records whose name begins with `prefix`, in name order, as last committed; null: damaged. */
  async readMeta(prefix: string): Promise<[name: string, value: Uint8Array | null][]> {
    const records: [string, Uint8Array | null][] = []
    if (this.log === null) return records
    for await (const chunk of this.log.range(...prefixRange(metaKey(prefix)))) {
      for (const [key, value] of chunk) records.push([Buffer.from(key).toString('utf8', 1), value])
    }
    return records
  }

  /** Waits for background work and running writes and lets go of the directory. Commits must have ended. */
  async close(): Promise<void> {
    await this.#merger.stop()
    await Promise.all(this.#background)
    await this.files.close()
    if (this.log === null) return
    if (this.log.failure === null) {
      const batch = new WriteBatch()
      batch.put(textKey(XID_KEY), textKey(String(this.#nextXid)))
      this.sequences.settle(batch)
      await this.log.write(batch, true)
    }
    await this.log.close()
  }
}

export interface StorageOptions {
  /** Null: volatile, everything in memory. */
  readonly directory: string | null
  /** Set when opening the directory's records has begun already. */
  readonly opening?: OpeningRecords | undefined
  /** Bytes of decoded segment columns kept in memory. */
  readonly memoryBudget?: number
  /** Told what recovery and background work found. */
  readonly logger?: StorageLogger
}

/**
 * Opens or creates a storage. Afterwards the catalog reads its records (`readMeta`) and names the tables with
 * `loadStores`, which recovers rows. Throws F0001 (another server has the directory open), 55000 (written by a newer
 * version), XX001 (damaged), 53100 / 25006 / 58030 (the directory cannot be written).
 */
export const openStorage = async (options: StorageOptions): Promise<Storage> => {
  const { directory, memoryBudget, logger } = options
  if (directory === null) return new Storage({ log: null, segments: new MemorySegmentStore(), memoryBudget, logger })
  const { made, records } = options.opening ?? (await beginOpening(directory))
  const log = await records
  try {
    const segments = await DirectorySegmentStore.open(join(directory, 'segments'))
    // New directories must not be lost with the power when what is in them is not.
    const last = made === undefined ? resolve(directory) : dirname(resolve(made))
    for (let path = resolve(directory); path.length >= last.length; path = dirname(path)) {
      await syncDirectory(path)
      if (path === dirname(path)) break
    }
    return await openParts({ log, segments, memoryBudget, logger }, directory)
  } catch (error) {
    await log.close()
    throw error
  }
}

/** Opens a storage over given parts; `name` stands for the directory in messages. */
export const openParts = async (parts: StorageParts, name: string): Promise<Storage> => {
  const storage = new Storage(parts)
  await storage.recover(name)
  return storage
}
