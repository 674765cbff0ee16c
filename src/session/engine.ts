/** The server behind the wire: opens the storage, the catalogs and the databases, and sessions on them. */
import { join } from 'node:path'
import { decodeStatistics } from '../catalog/statistics/codec.ts'
import { CatalogStore } from '../catalog/catalog.ts'
import type { SessionSettings } from '../config/session-settings.ts'
import { SessionSettings as Settings } from '../config/session-settings.ts'
import type { ServerSettings } from '../config/server-settings.ts'
import { connectDenied, tooManyConnections } from '../errors/raise/privileges.ts'
import { mayUse } from '../catalog/privileges/check.ts'
import { securable, type Securable } from '../catalog/privileges/objects.ts'
import { initialSettings } from '../catalog/role-settings.ts'
import { PRIVILEGE } from '../types/acl-item.ts'
import {
  databaseNotConnectable,
  loginNotPermitted,
  undefinedDatabase,
  undefinedLoginRole,
} from '../errors/raise/session.ts'
import type { SqlError } from '../errors/sql-error.ts'
import { descriptorsOf } from '../catalog/columns.ts'
import { IndexRegistry } from '../exec/index-registry.ts'
import { SpillArea } from '../exec/spill/spill-area.ts'
import type { Logger } from '../observe/logger.ts'
import { type OpeningRecords, storageDirectory } from '../storage/open-records.ts'
import { openParts, openStorage, type Storage, type StorageParts, type TableDescription } from '../storage/storage.ts'
import { TransactionManager } from '../txn/transaction-manager.ts'
import type { ClientAddress, Engine, Session, SessionEvents, StartupParameters } from './contract.ts'
import { Database, statisticsRecord } from './database.ts'
import { detachedEval } from './detached-eval.ts'
import { restorePrepared } from './restore-prepared.ts'
import { ServerSession } from './session.ts'

export interface EngineOptions {
  /** Null: everything in memory. */
  readonly dataDirectory: string | null
  readonly settings: ServerSettings
  readonly logger: Logger
  /** Where the bytes are instead of in a directory. */
  readonly parts?: Pick<StorageParts, 'log' | 'segments'>
  /** Set when opening the directory's records has begun already. */
  readonly opening?: OpeningRecords | undefined
}

/** Opens what there is, or creates it. Throws what `openStorage` throws. */
export const openEngine = async (options: EngineOptions): Promise<TesseraEngine> => {
  const engine = await beginEngine(options)
  await engine.recovered
  return engine
}

/** As `openEngine`, but resolves when the catalog has been read: see `Engine.recovered`. */
export const beginEngine = async (options: EngineOptions): Promise<TesseraEngine> => {
  const { dataDirectory, settings, logger, parts, opening } = options
  const common = {
    memoryBudget: new Settings(settings).int('tesseradb.memory_budget') * 1024 * 1024,
    logger: (message: string, severity: 'info' | 'error' = 'info') => logger[severity](message),
  }
  const storage =
    parts === undefined
      ? await openStorage({ directory: dataDirectory && storageDirectory(dataDirectory), opening, ...common })
      : await openParts({ ...parts, ...common }, 'storage')
  const transactions = new TransactionManager(storage)
  const catalogs = new CatalogStore(storage)
  await catalogs.load(() => transactions.begin())
  for (const id of await storage.storeIds()) catalogs.reserve(id)
  const spill = new SpillArea({
    directory: dataDirectory === null ? null : join(dataDirectory, 'temporary'),
    log: (message) => logger.info(message),
  })
  const engine = new TesseraEngine({ storage, transactions, catalogs, settings, logger, spill })
  engine.recovered = recover(engine)
  // Who waits for it hears of its failure.
  engine.recovered.catch(() => {})
  return engine
}

/** Reads what the tables hold, prepared transactions included. */
const recover = async (engine: TesseraEngine): Promise<void> => {
  const { storage, catalogs, logger } = engine.parts
  const prepared = await restorePrepared(engine)
  await storage.loadStores(storedTables(catalogs), () => {
    prepared.restoreChanges()
    for (const database of catalogs.databases) {
      engine.database(database).indexes.openAll(catalogs.snapshot(database), (message) => logger.error(message))
    }
    return prepared.restoreIndexes()
  })
  await storage.removeUnusedIndexes()
  for (const database of catalogs.databases) await loadStatistics(engine, database)
}

const loadStatistics = async (engine: TesseraEngine, oid: number): Promise<void> => {
  const { storage, catalogs } = engine.parts
  const { statistics } = engine.database(oid)
  const catalog = catalogs.snapshot(oid)
  const names = statisticsRecord(oid, 0).slice(0, -1)
  for (const [name, bytes] of await storage.readMeta(names)) {
    // Damaged statistics are as good as none: ANALYZE makes new ones.
    if (bytes === null) continue
    const table = Number(name.slice(names.length))
    statistics.restore(table, () => decodeStatistics(bytes, (type) => catalog.typeByOid(type)))
  }
}

/** Every table that has rows in storage, of all databases. */
const storedTables = (catalogs: CatalogStore): TableDescription[] =>
  [...catalogs.databases].flatMap((database) =>
    [...catalogs.snapshot(database).all('relation')]
      .filter((relation) => relation.storageId !== 0 && (relation.kind === 'r' || relation.kind === 'm'))
      .map((relation) => ({ storageId: relation.storageId, columns: descriptorsOf(relation) })),
  )

/** Beginning of the names of the records of roles and databases, as damage is reported. */
const SHARED_RECORDS = 'catalog record "catalog/0/'

/** What sessions share. */
export interface EngineParts {
  readonly storage: Storage
  readonly transactions: TransactionManager
  readonly catalogs: CatalogStore
  readonly settings: ServerSettings
  readonly logger: Logger
  readonly spill: SpillArea
}

export class TesseraEngine implements Engine {
  readonly parts: EngineParts
  recovered: Promise<void> = Promise.resolve()
  readonly #databases = new Map<number, Database>()
  readonly sessions = new Map<number, ServerSession>()
  #lastProcessId = 0
  #closing: Promise<void> | null = null

  constructor(parts: EngineParts) {
    this.parts = parts
    parts.transactions.locks.onDeadlock = (processId) => {
      const session = this.sessions.get(processId)
      if (session !== undefined) session.core.database.counters.deadlocks++
    }
  }

  database(oid: number): Database {
    let database = this.#databases.get(oid)
    if (database === undefined) {
      const indexes = new IndexRegistry(
        this.parts.storage,
        detachedEval(() => this.parts.catalogs.snapshot(oid)),
      )
      database = new Database(oid, this.parts.catalogs, indexes)
      this.#databases.set(oid, database)
    }
    return database
  }

  // biome-ignore lint/suspicious/useAwait: the contract allows waiting, and errors must reject
  async connect(parameters: StartupParameters, events: SessionEvents, client: ClientAddress): Promise<Session> {
    const user = parameters.get('user') ?? 'postgres'
    const name = parameters.get('database') || user
    const [anyDatabase] = this.parts.catalogs.databases
    const shared = this.parts.catalogs.snapshot(anyDatabase as number)
    const role = shared.roleByName(user)
    if (role === null) throw this.#sharedDamage() ?? undefinedLoginRole(user)
    if (!role.login) throw loginNotPermitted(user)
    const found = shared.databaseByName(name)
    if (found === null) throw this.#sharedDamage() ?? undefinedDatabase(name)
    if (!found.allowConnections) throw databaseNotConnectable(name)
    const database = this.parts.catalogs.snapshot(found.oid)
    if (!mayUse(database, role.oid, securable(database, found) as Securable, PRIVILEGE.CONNECT))
      throw connectDenied(name)
    if (!role.superuser && role.connectionLimit >= 0 && this.#sessionsOf(role.oid) >= role.connectionLimit) {
      throw tooManyConnections(role.name)
    }
    const settings: SessionSettings = new Settings(this.parts.settings)
    for (const [key, value] of initialSettings(database, role.oid)) {
      settings.setDefault(key, value, 'user', true)
    }
    for (const [key, value] of parameters) {
      if (key !== 'user' && key !== 'database' && key !== 'replication') {
        settings.setDefault(key, value, 'client', role.superuser)
      }
    }
    const session = new ServerSession({
      engine: this,
      database: this.database(found.oid),
      databaseName: name,
      role,
      settings,
      events,
      client,
      processId: this.#nextProcessId(),
    })
    this.sessions.set(session.processId, session)
    return session
  }

  #sessionsOf(role: number): number {
    return Array.from(this.sessions.values()).filter(({ core }) => core.roles.session.oid === role).length
  }

  /** What may be why a role or a database is not known. */
  #sharedDamage(): SqlError | undefined {
    return this.parts.storage.damages.find(({ record }) => record.startsWith(SHARED_RECORDS))?.error
  }

  #nextProcessId(): number {
    do this.#lastProcessId = (this.#lastProcessId % 0x7ffffffe) + 1
    while (this.sessions.has(this.#lastProcessId))
    return this.#lastProcessId
  }

  cancel(processId: number, secretKey: number): void {
    const session = this.sessions.get(processId)
    if (session !== undefined && session.secretKey === secretKey) session.cancel()
  }

  shutdown(_mode: 'smart' | 'fast'): Promise<void> {
    this.#closing ??= this.#shutdown()
    return this.#closing
  }

  async #shutdown(): Promise<void> {
    await this.recovered.catch(() => {})
    for (const session of Array.from(this.sessions.values())) {
      session.cancel()
      await session.close()
    }
    await this.parts.transactions.quiesce()
    await this.parts.storage.close()
    this.parts.spill.close()
  }
}
