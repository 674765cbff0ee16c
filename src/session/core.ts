/** What a session is made of, as its statements and utility commands see it. */
import { PRIVILEGE } from '../types/acl-item.ts'
import { notPermitted, permissionDeniedTo } from '../errors/raise/privileges.ts'
import { securable, type Securable } from '../catalog/privileges/objects.ts'
import { hasPrivilegesOf } from '../catalog/privileges/membership.ts'
import { mayUse } from '../catalog/privileges/check.ts'
import type { ColumnId } from '../analyze/expression.ts'
import type { RoleObject } from '../catalog/objects.ts'
import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import type { SessionSettings } from '../config/session-settings.ts'
import type { Notice, SqlError } from '../errors/sql-error.ts'
import { queryCanceled } from '../errors/raise/execution.ts'
import { SQL_STATE } from '../errors/sql-state.ts'
import { ExecutionContext, type ExecutionRun } from '../exec/context.ts'
import type { CommitActions } from '../exec/ddl/commit-actions.ts'
import { storeSchema } from '../exec/ddl/schemas.ts'
import type { SessionSpill } from '../exec/spill/spill-area.ts'
import { tableFacts } from '../exec/table-facts.ts'
import type { TableFacts } from '../optimize/optimize.ts'
import { parseAs } from '../sql/front-ends.ts'
import type { ParsedStatement } from '../sql/parse.ts'
import type { Datum } from '../types/sql-type.ts'
import { Activity } from './activity.ts'
import { SessionAdvisoryLocks } from './advisory-locks.ts'
import type { ClientAddress, SessionEvents } from './contract.ts'
import type { Cursor } from './cursor.ts'
import type { Database } from './database.ts'
import type { EngineParts, TesseraEngine } from './engine.ts'
import { now, SessionEval } from './eval-context.ts'
import { SessionFormat } from './format-context.ts'
import { TextReading } from './text-reading.ts'
import { maintenanceServices } from './maintenance-services.ts'
import { monitorRows } from './monitor-views.ts'
import { SessionRoutines } from './routines/session-routines.ts'
import { SessionNotifications } from './notifications.ts'
import { objectNames } from './object-names.ts'
import { SessionRoles } from './session-roles.ts'
import { SessionMethods } from './planner-methods.ts'
import type { Portal, PreparedStatement } from './portal.ts'
import { lookupPath, namedSchemas, SearchPath } from './search-path.ts'
import { domainChecks } from './domain-checks.ts'
import { TransactionBlock } from './transaction-block.ts'

export interface SessionOptions {
  readonly engine: TesseraEngine
  readonly database: Database
  readonly databaseName: string
  readonly role: RoleObject
  readonly settings: SessionSettings
  readonly events: SessionEvents
  readonly client: ClientAddress
  readonly processId: number
}

export class SessionCore {
  readonly engine: TesseraEngine
  readonly parts: EngineParts
  readonly database: Database
  readonly databaseName: string
  readonly processId: number
  readonly settings: SessionSettings
  readonly events: SessionEvents
  readonly block: TransactionBlock
  readonly format: SessionFormat
  readonly reading: TextReading
  readonly eval: SessionEval
  readonly prepared = new Map<string, PreparedStatement>()
  readonly portals = new Map<string, Portal>()
  readonly cursors = new Map<string, Cursor>()
  readonly roles: SessionRoles
  /** The temporary schema, once something temporary was made. */
  temporarySchema: number | null = null
  /** Temporary tables that are dropped or emptied when a transaction commits. */
  readonly commitActions: CommitActions = new Map()
  /** The statement that runs now. */
  running: ExecutionContext | null = null
  /** What the client sent, in full. */
  queryText: string | null = null
  /** Set when the statement in progress was cancelled before it could run. */
  cancelled: SqlError | null = null
  readonly activity: Activity
  readonly advisory: SessionAdvisoryLocks
  readonly notifications: SessionNotifications
  readonly startedAt = now()
  readonly spill: SessionSpill
  /** What the planner settings allow. */
  readonly methods: SessionMethods
  readonly #searchPath = new SearchPath()

  constructor(options: SessionOptions) {
    const { engine, settings, processId, database } = options
    this.engine = engine
    this.parts = engine.parts
    this.database = database
    this.databaseName = options.databaseName
    this.processId = processId
    this.settings = settings
    this.methods = new SessionMethods(settings)
    this.events = options.events
    this.spill = this.parts.spill.session(() => ({
      limit: settings.int('temp_file_limit'),
      logFrom: settings.int('log_temp_files'),
      closed: (bytes) => database.counters.spilled(bytes),
    }))
    this.block = new TransactionBlock(this.parts.transactions, this.parts.catalogs, database, settings, processId)
    this.roles = new SessionRoles(options.role, settings, () => this.catalog)
    database.counters.sessions++
    const { transactions } = this.parts
    this.activity = new Activity({
      settings,
      inTransaction: () => this.block.current !== null || this.block.state === 'failed',
      terminate: (error) => this.events.terminate(error),
    })
    this.advisory = new SessionAdvisoryLocks({
      locks: transactions.locks,
      processId,
      database: database.oid,
      transaction: () => this.block.transaction,
      notice: (notice) => this.notice(notice),
    })
    this.notifications = new SessionNotifications({
      channels: database.channels,
      processId,
      transaction: () => this.block.transaction,
      deliver: (sender, channel, payload) => this.events.notification(sender, channel, payload),
    })
    this.reading = new TextReading(this.settings, (notice) => this.notice(notice))
    this.format = new SessionFormat(
      settings,
      objectNames(() => ({ catalog: this.catalog, searchPath: this.searchPath })),
      domainChecks(this),
    )
    this.eval = new SessionEval({
      settings,
      format: this.format,
      storage: this.parts.storage,
      services: sessionFacts(this, options),
      transaction: () => this.block.transaction,
      catalog: () => this.block.catalog,
      notice: (notice) => this.notice(notice),
      monitorRows: (view) => monitorRows(this, view),
      maintenance: maintenanceServices(this),
      routines: new SessionRoutines(this),
      actingRole: () => this.actingRole,
    })
  }

  /** Every statement of a query string, as the session's front end reads it. Throws 42601, 0A000. */
  parse(sql: string): ParsedStatement[] {
    if (!this.reading.isSpecial) return parseAs(this.settings.text('tesseradb.parser'), sql)
    return this.reading.parse(sql)
  }

  /** The current role: who objects are made by, and whose rights count. */
  get role(): RoleObject {
    return this.roles.current
  }

  get actingRole(): number {
    return this.role.oid
  }

  /** The catalog as the transaction in progress sees it, or the committed one. */
  get catalog(): CatalogSnapshot {
    return this.block.current === null ? this.database.catalog : this.block.catalog.snapshot
  }

  /** Schema oids in lookup order. */
  get searchPath(): readonly number[] {
    const { name, oid } = this.role
    return this.#searchPath.of(this.settings.text('search_path'), name, this.catalog, this.temporarySchema, oid)
  }

  /** Where new objects go: the first schema of the search path; null when none of it exists. */
  get creationSchema(): number | null {
    const { name, oid } = this.role
    const named = namedSchemas(this.settings.text('search_path'), name, this.catalog, this.temporarySchema, oid)
    return named[0]?.oid ?? null
  }

  /** The schema of this session's temporary objects, made when the first one is. */
  makeTemporarySchema(): number {
    const home = this.catalog.objects.get(this.database.oid)
    const mayHave =
      home === undefined ||
      mayUse(this.catalog, this.actingRole, securable(this.catalog, home) as Securable, PRIVILEGE.TEMPORARY)
    if (!mayHave) throw permissionDeniedTo(`create temporary tables in database "${this.databaseName}"`)
    const name = `pg_temp_${this.processId}`
    const { catalog } = this.block
    this.temporarySchema = catalog.snapshot.schemaByName(name)?.oid ?? storeSchema(this.block, name, this.role.oid).oid
    return this.temporarySchema
  }

  get tables(): TableFacts {
    return tableFacts(this.parts.storage, this.database.statistics.get)
  }

  /** What one statement runs by: the transaction's present snapshot, the settings as they are now. */
  executionRun(parameters: readonly Datum[], rowTargets: ReadonlySet<ColumnId> = NO_TARGETS): ExecutionRun {
    const { transaction } = this.block
    const workMem = this.settings.int('work_mem') * 1024
    return {
      catalog: this.catalog,
      transaction,
      snapshot: transaction.snapshot(),
      parameters,
      rowTargets,
      workMem,
      hashMem: workMem * (this.settings.get('hash_mem_multiplier') as number),
    }
  }

  /** A context for one statement over the transaction's present snapshot. */
  execution(parameters: readonly Datum[]): ExecutionContext {
    return this.executionOf(this.executionRun(parameters))
  }

  executionOf(run: ExecutionRun, patient = false): ExecutionContext {
    return new ExecutionContext({
      ...run,
      eval: this.eval,
      storage: this.parts.storage,
      indexes: this.database.indexes,
      spill: patient ? null : this.spill,
      patient,
    })
  }

  /** Closes cursors; at the end of a transaction those WITH HOLD stay, unless it was rolled back. */
  closeCursors(keepHeld = false): void {
    for (const [name, cursor] of this.cursors) {
      if (keepHeld && cursor.hold && !this.block.heldCursors.has(name)) continue
      cursor.close()
      this.cursors.delete(name)
    }
  }

  notice(notice: Notice): void {
    if (LEVELS.indexOf(notice.severity) >= LEVELS.indexOf(this.settings.text('client_min_messages').toUpperCase())) {
      this.events.notice(notice)
    }
  }

  /** Ends the statement in progress: its lock wait, or its next step. */
  cancel(reason: Parameters<typeof queryCanceled>[0] = 'user request'): void {
    if (!this.activity.active) return
    const error = queryCanceled(reason)
    this.cancelled = error
    this.running?.cancel(error)
    this.parts.transactions.locks.cancelWait(this.processId, error)
  }
}

const NO_TARGETS: ReadonlySet<ColumnId> = new Set()

/** Message levels as client_min_messages orders them; INFO always passes. */
const LEVELS = ['DEBUG5', 'DEBUG4', 'DEBUG3', 'DEBUG2', 'DEBUG1', 'DEBUG', 'LOG', 'NOTICE', 'WARNING', 'ERROR', 'INFO']

const sessionFacts = (core: SessionCore, options: SessionOptions) => ({
  processId: options.processId,
  get currentUser(): string {
    return core.role.name
  },
  get sessionUser(): string {
    return core.roles.session.name
  },
  database: options.databaseName,
  databaseOid: options.database.oid,
  clientAddress: options.client.address === '' ? null : options.client.address,
  clientPort: options.client.address === '' ? null : options.client.port,
  serverAddress: options.client.serverAddress ?? null,
  get serverPort(): number {
    return core.settings.int('port')
  },
  get startTime(): number {
    return core.startedAt
  },
  searchPath: (includeImplicit: boolean): readonly string[] => {
    const named = namedSchemas(
      core.settings.text('search_path'),
      core.role.name,
      core.catalog,
      core.temporarySchema,
      core.role.oid,
    )
    const oids = includeImplicit ? lookupPath(named, core.temporarySchema) : named.map((schema) => schema.oid)
    return oids.map((oid) => core.catalog.schema(oid)?.name ?? '')
  },
  currentTransactionId: (): number => core.block.transaction.assignXid(),
  currentTransactionIdIfAssigned: (): number | null => {
    const xid = core.block.current?.xid ?? 0
    return xid === 0 ? null : xid
  },
  transactionsInProgress: (): readonly number[] => core.parts.transactions.inProgress(),
  nextTransactionId: (): number => core.parts.transactions.nextXid,
  transactionStatus: (xid: number) => core.parts.transactions.outcomes.statusOf(xid),
  advisory: core.advisory,
  notifications: core.notifications,
  currentQuery: (): string | null => core.queryText,
  blockingProcesses: (processId: number): readonly number[] =>
    // A prepared transaction has no process: PostgreSQL answers 0 for it.
    core.parts.transactions.locks.blockingProcesses(processId).map((blocker) => Math.max(blocker, 0)),
  exportSnapshot: (): string => core.block.exportSnapshot(),
  cancelBackend: (processId: number): boolean => {
    const session = core.engine.sessions.get(processId)
    if (session !== undefined) requireSignal(core, session.core, 'cancel')
    session?.cancel()
    return session !== undefined || noSuchSession(core, processId)
  },
  terminateBackend: (processId: number): boolean => {
    const session = core.engine.sessions.get(processId)
    if (session !== undefined) requireSignal(core, session.core, 'terminate')
    session?.terminate()
    return session !== undefined || noSuchSession(core, processId)
  },
})

/** pg_signal_backend. */
const SIGNAL_ROLE = 4200

/** Sessions are ended by whoever may act as their roles. Throws 42501. */
const requireSignal = (core: SessionCore, other: SessionCore, act: 'cancel' | 'terminate'): void => {
  const { catalog, actingRole, role } = core
  const target = other.roles.session
  if (target.superuser && !role.superuser) {
    throw notPermitted(
      act === 'cancel'
        ? 'must be a superuser to cancel superuser query'
        : 'must be a superuser to terminate superuser process',
    )
  }
  if (hasPrivilegesOf(catalog, actingRole, target.oid) || hasPrivilegesOf(catalog, actingRole, SIGNAL_ROLE)) return
  const what = act === 'cancel' ? 'query is being canceled' : 'process is being terminated'
  throw notPermitted(`must be a member of the role whose ${what} or member of pg_signal_backend`)
}

const noSuchSession = (core: SessionCore, processId: number): false => {
  const message = `PID ${processId} is not a PostgreSQL backend process`
  core.notice({ severity: 'WARNING', code: SQL_STATE.warning, message })
  return false
}
