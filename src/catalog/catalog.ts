/**
 * The catalogs of a running server: one committed snapshot per database, plus the shared objects that all of them
 * contain. A transaction changes a copy of its own and publishes it when it commits.
 */
import { typeByOid } from '../types/index.ts'
import { damageOf } from '../storage/damage.ts'
import type { Storage } from '../storage/storage.ts'
import type { Transaction } from '../txn/transaction.ts'
import { builtinObjects, builtinSharedObjects, initialObjects, initialSharedObjects } from './bootstrap.ts'
import { followColumns } from './change-type.ts'
import { decodeObjects, encodeObject } from './codec.ts'
import { descriptorsOf } from './columns.ts'
import type { CatalogObject, RelationObject } from './objects.ts'
import { CatalogSnapshot, FIRST_NORMAL_OID } from './snapshot.ts'

/** Key of an object's record; shared objects belong to database 0. */
const recordName = (database: number, oid: number): string => `catalog/${database}/${oid}`

/** Oid in the name of an object's record. */
const oidOf = (name: string): number => Number(name.slice(name.lastIndexOf('/') + 1))

const SHARED = 0
const isStored = ({ kind }: RelationObject): boolean => kind === 'r' || kind === 'm'
const isShared = (object: CatalogObject): boolean =>
  object.class === 'role' || object.class === 'database' || object.class === 'role setting'

/** Objects of sessions that a crash ended: their schemas go without them. */
const withoutTemporary = (objects: readonly CatalogObject[]): CatalogObject[] => {
  const gone = new Set(objects.filter((o) => o.class === 'schema' && o.name.startsWith('pg_temp_')).map((o) => o.oid))
  return objects.filter((o) => !gone.has(o.oid) && !('schema' in o && gone.has(o.schema)))
}

export class CatalogStore {
  readonly #storage: Storage
  readonly #databases = new Map<number, CatalogSnapshot>()
  #nextOid = FIRST_NORMAL_OID
  #version = 1

  constructor(storage: Storage) {
    this.#storage = storage
  }

  /** Reads every database's catalog, or makes the first ones when there are none. */
  async load(begin: () => Transaction): Promise<void> {
    let shared = await this.#read(SHARED)
    if (shared.length === 0 && this.#storage.damages.length === 0) {
      await this.#initialise(begin())
      shared = initialSharedObjects()
    }
    for (const object of shared) {
      if (object.class !== 'database') continue
      const stored = await this.#read(object.oid)
      const own = withoutTemporary(stored)
      const all = [
        ...builtinObjects(),
        ...builtinSharedObjects(),
        ...shared,
        ...(own.length > 0 ? own : initialObjects()),
      ]
      this.#databases.set(
        object.oid,
        new CatalogSnapshot(new Map(all.map((o) => [o.oid, o])), this.#version, object.oid),
      )
      for (const { oid } of [...all, ...stored]) this.reserve(oid)
      for (const o of stored) if (o.class === 'relation') this.reserve(o.storageId)
      for (const o of stored) if (o.class === 'type') this.reserve(o.arrayType.oid)
    }
  }

  /** An id that is in use or may be: it is not given out. */
  reserve(oid: number): void {
    if (oid >= this.#nextOid) this.#nextOid = oid + 1
  }

  async #read(database: number): Promise<CatalogObject[]> {
    const records = await this.#storage.readMeta(`catalog/${database}/`)
    for (const [name] of records) this.reserve(oidOf(name))
    return decodeObjects(records, typeByOid, (name, cause) =>
      this.#storage.reportDamage(damageOf(`catalog record "${name}"`, '', 0, cause)),
    )
  }

  async #initialise(transaction: Transaction): Promise<void> {
    for (const object of initialSharedObjects()) {
      transaction.putMeta(recordName(SHARED, object.oid), encodeObject(object))
      if (object.class !== 'database') continue
      for (const own of initialObjects()) transaction.putMeta(recordName(object.oid, own.oid), encodeObject(own))
    }
    await transaction.commit()
  }

  /** A new object or storage id. Never reused while the server runs. */
  allocateOid(): number {
    return this.#nextOid++
  }

  /** The committed catalog of a database. */
  snapshot(database: number): CatalogSnapshot {
    const snapshot = this.#databases.get(database)
    if (snapshot === undefined) throw new Error(`database ${database} is not open`)
    return snapshot
  }

  get databases(): IterableIterator<number> {
    return this.#databases.keys()
  }

  /** Publishes a committed transaction's changes: shared objects in every database. */
  publish(database: number, changes: ReadonlyMap<number, CatalogObject | null>, before: CatalogSnapshot): void {
    this.#version++
    const shared = new Map(
      [...changes].filter(([oid, object]) => {
        // An object that was made and dropped within the transaction is in neither.
        const known = object ?? before.objects.get(oid)
        return known !== undefined && isShared(known)
      }),
    )
    for (const [oid, snapshot] of this.#databases) {
      const relevant = oid === database ? changes : shared
      if (relevant.size > 0) this.#databases.set(oid, snapshot.with(relevant, this.#version))
    }
    for (const [oid, object] of shared) {
      if (object === null) this.#databases.delete(oid)
      else if (object.class === 'database' && !this.#databases.has(oid)) this.#create(oid)
    }
  }

  /** A database that a transaction created: the initial objects beside the shared ones. */
  #create(oid: number): void {
    const model = [...this.#databases.values()][0] as CatalogSnapshot
    const shared = [...model.objects.values()].filter(isShared)
    const all = [...builtinObjects(), ...shared, ...initialObjects()]
    this.#databases.set(oid, new CatalogSnapshot(new Map(all.map((o) => [o.oid, o])), this.#version, oid))
  }

  /** Stored rows are read by the types that their columns have now. */
  followTypes(transaction: Transaction, before: RelationObject, after: RelationObject): void {
    if (after.storageId === 0 || after.storageId !== before.storageId || !isStored(after)) return
    const isRenewed = after.columns.some(({ type }, i) => {
      const old = before.columns[i]?.type
      return old !== undefined && old !== type && old.oid === type.oid
    })
    if (isRenewed) this.#storage.store(after.storageId).setColumns(transaction, descriptorsOf(after))
  }

  nextVersion(): number {
    this.#version++
    return this.#version
  }
}

/** A transaction's own view of its database's catalog. */
export class CatalogTransaction {
  readonly #store: CatalogStore
  readonly #database: number
  readonly #transaction: Transaction
  #changes: Map<number, CatalogObject | null> | null = null
  #view: CatalogSnapshot | null = null
  #base: CatalogSnapshot | null = null

  constructor(store: CatalogStore, database: number, transaction: Transaction) {
    this.#store = store
    this.#database = database
    this.#transaction = transaction
  }

  /** The catalog as this transaction sees it now: the committed one with the transaction's own changes. */
  get snapshot(): CatalogSnapshot {
    const committed = this.#store.snapshot(this.#database)
    if (this.#changes === null) return committed
    if (this.#view === null || this.#base !== committed) {
      this.#base = committed
      this.#view = committed.with(this.#changes, this.#store.nextVersion())
    }
    return this.#view
  }

  allocateOid(): number {
    return this.#store.allocateOid()
  }

  /** Oids of the objects that the transaction has made, changed or removed. */
  get changed(): Iterable<number> {
    return this.#changes?.keys() ?? []
  }

  /** Recovery: the changes of a prepared transaction, read from the records that its commit will write. */
  restore(records: readonly (readonly [name: string, value: Uint8Array | null])[]): void {
    const committed = this.#store.snapshot(this.#database)
    const own = records.filter(([name]) => name.startsWith('catalog/'))
    const kept = own.filter(([, value]) => value !== null)
    const typeOf = (oid: number) => typeByOid(oid) ?? committed.typeByOid(oid) ?? undefined
    const objects = decodeObjects(
      kept,
      typeOf,
      (_name, cause) => {
        throw cause
      },
      (oid) => committed.collation(oid)?.collation,
    )
    for (const [name] of own) this.#store.reserve(oidOf(name))
    for (const object of objects) {
      if (object.class === 'relation') this.#store.reserve(object.storageId)
      if (object.class === 'type') this.#store.reserve(object.arrayType.oid)
      this.put(object)
    }
    for (const [name, value] of own) if (value === null) this.remove(oidOf(name))
  }

  /** Adds or replaces an object. The types of rows follow the columns of their relation. */
  put(object: CatalogObject): void {
    const before = this.#changes?.get(object.oid) ?? this.#store.snapshot(this.#database).objects.get(object.oid)
    this.#change(object.oid, object, isShared(object))
    if (object.class !== 'relation' || before?.class !== 'relation') return
    followColumns(this, before, object)
    this.#store.followTypes(this.#transaction, before, object)
  }

  remove(oid: number): void {
    const object = this.snapshot.objects.get(oid)
    if (object !== undefined) this.#change(oid, null, isShared(object))
  }

  /** Stores a new database's initial objects; they appear when the transaction commits. */
  initialiseDatabase(oid: number): void {
    for (const object of initialObjects()) this.#transaction.putMeta(recordName(oid, object.oid), encodeObject(object))
  }

  /** Removes a database with all its records. */
  removeDatabase(oid: number, snapshot: CatalogSnapshot): void {
    for (const object of snapshot.objects.values()) {
      if (!isShared(object)) this.#transaction.putMeta(recordName(oid, object.oid), null)
    }
    this.remove(oid)
  }

  #change(oid: number, object: CatalogObject | null, shared: boolean): void {
    if (this.#changes === null) {
      this.#changes = new Map()
      // The first change decides what is published when the transaction commits.
      this.#transaction.onEnd((committed) => {
        const changes = this.#changes
        if (committed && changes !== null && changes.size > 0) {
          this.#store.publish(this.#database, changes, this.#store.snapshot(this.#database))
        }
        this.#changes = null
        this.#view = null
      })
    }
    const changes = this.#changes
    const before = changes.get(oid)
    changes.set(oid, object)
    this.#view = null
    const database = shared ? SHARED : this.#database
    this.#transaction.putMeta(recordName(database, oid), object === null ? null : encodeObject(object))
    this.#transaction.pushUndo(() => {
      if (before === undefined) changes.delete(oid)
      else changes.set(oid, before)
      this.#view = null
    })
  }
}
