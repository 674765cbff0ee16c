/**
 * Prepared transactions when the server starts: their catalog changes, tables and indexes come back as those of a
 * transaction in progress, so that finishing one does what it would have done in the run that prepared it.
 */
import { CatalogTransaction } from '../catalog/catalog.ts'
import type { CatalogObject, RelationObject } from '../catalog/objects.ts'
import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import { decodeStatistics } from '../catalog/statistics/codec.ts'
import { descriptorsOf } from '../catalog/columns.ts'
import type { PreparedRecord } from '../storage/prepared-record.ts'
import { filesOf, preparedDamage, restoreEntries, restoreWrites } from '../storage/restore-prepared.ts'
import type { Transaction } from '../txn/transaction.ts'
import type { TesseraEngine } from './engine.ts'

/** Catalog records' letter in the key-value store. */
const META = 'm'.charCodeAt(0)

/** The two steps around the opening of the committed indexes. */
interface PreparedRestoration {
  /** Rows, segments, and the stores of new tables. */
  restoreChanges(): void
  /** Indexes and their entries; answers the files that the transactions need. */
  restoreIndexes(): Iterable<string>
}

export const restorePrepared = async (engine: TesseraEngine): Promise<PreparedRestoration> => {
  const { storage, transactions } = engine.parts
  const all = (await storage.preparedTransactions()).map((record) => new RestoredTransaction(engine, record))
  const attempt = (step: (one: RestoredTransaction) => void): void => {
    for (const one of all) {
      try {
        step(one)
      } catch (error) {
        storage.reportDamage(preparedDamage(one.record.xid, error))
      }
    }
  }
  return {
    restoreChanges: () => attempt((one) => one.restoreChanges()),
    restoreIndexes: () => {
      attempt((one) => one.restoreIndexes())
      for (const { record, transaction } of all) transactions.prepared.restored(record, transaction)
      return all.flatMap(({ record }) => filesOf(record).map(({ file }) => file))
    },
  }
}

class RestoredTransaction {
  readonly record: PreparedRecord
  readonly transaction: Transaction
  readonly #engine: TesseraEngine
  readonly #catalog: CatalogTransaction

  constructor(engine: TesseraEngine, record: PreparedRecord) {
    const { transactions, catalogs } = engine.parts
    this.#engine = engine
    this.record = record
    this.transaction = transactions.restore(record)
    this.#catalog = new CatalogTransaction(catalogs, record.database, this.transaction)
  }

  get #committed(): CatalogSnapshot {
    return this.#engine.parts.catalogs.snapshot(this.record.database)
  }

  restoreChanges(): void {
    const { storage } = this.#engine.parts
    this.#catalog.restore(metaOf(this.record))
    for (const [before, after] of this.#changedRelations()) this.#restoreRelation(before, after)
    restoreWrites(storage, this.transaction, this.record)
    this.#restoreStatistics()
  }

  /** Relations as committed and as the transaction has left them; null where there is none. */
  #changedRelations(): [before: RelationObject | null, after: RelationObject | null][] {
    const relationOf = (object: CatalogObject | undefined): RelationObject | null =>
      object?.class === 'relation' ? object : null
    return Array.from(this.#catalog.changed, (oid) => [
      relationOf(this.#committed.objects.get(oid)),
      relationOf(this.#catalog.snapshot.objects.get(oid)),
    ])
  }

  #restoreRelation(before: RelationObject | null, after: RelationObject | null): void {
    const { storage } = this.#engine.parts
    const { transaction } = this
    const storageOf = (relation: RelationObject | null): number =>
      relation !== null && (relation.kind === 'r' || relation.kind === 'm') ? relation.storageId : 0
    const [old, now] = [storageOf(before), storageOf(after)]
    if (after !== null && now !== 0) {
      if (now === old) storage.store(now).setColumns(transaction, descriptorsOf(after))
      else storage.createStore(transaction, now, descriptorsOf(after))
    }
    if (before !== null && old !== 0 && old !== now) {
      storage.dropStore(transaction, old)
      for (const index of this.#committed.indexesOf(before.oid)) this.#forgetAtEnd(index.oid, old, true)
    }
    const table = before?.index ? this.#committed.relation(before.index.table) : null
    if (before !== null && after === null && table !== null) this.#forgetAtEnd(before.oid, table.storageId, true)
  }

  #forgetAtEnd(index: number, storageId: number, when: boolean): void {
    const { indexes } = this.#engine.database(this.record.database)
    this.transaction.onEnd((committed) => {
      if (committed === when) indexes.forget(index, storageId)
    })
  }

  #restoreStatistics(): void {
    const { statistics } = this.#engine.database(this.record.database)
    for (const [name, value] of metaOf(this.record)) {
      if (!name.startsWith('statistics/') || value === null) continue
      const found = decodeStatistics(value, (oid) => this.#catalog.snapshot.typeByOid(oid))
      this.transaction.onCommit(() => statistics.set(found))
    }
  }

  restoreIndexes(): void {
    const { storage } = this.#engine.parts
    const { indexes } = this.#engine.database(this.record.database)
    const view = this.#catalog.snapshot
    const open = (index: RelationObject, table: RelationObject): void => {
      indexes.of(index, table, view)
      this.#forgetAtEnd(index.oid, table.storageId, false)
    }
    for (const [before, after] of this.#changedRelations()) {
      if (after === null) continue
      const table = after.index === null ? null : view.relation(after.index.table)
      if (before === null && table !== null) open(after, table)
      const moved = after.kind !== 'i' && after.storageId !== 0 && after.storageId !== before?.storageId
      if (moved) for (const index of view.indexesOf(after.oid)) open(index, after)
    }
    restoreEntries(storage, this.transaction, this.record)
  }
}

/** The catalog's records among a transaction's writes. */
const metaOf = ({ writes }: PreparedRecord): (readonly [name: string, value: Uint8Array | null])[] =>
  writes.keys.flatMap((key, i) =>
    key[0] === META ? [[Buffer.from(key).toString('utf8', 1), writes.values[i] as Uint8Array | null] as const] : [],
  )
