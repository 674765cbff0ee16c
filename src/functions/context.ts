/**
 * What functions may ask of the session that runs them. Declared here, implemented by the session layer, so that
 * functions stay below catalog and transactions.
 */
import type { Notice } from '../errors/sql-error.ts'
import type { Datum, FormatContext, SqlType } from '../types/sql-type.ts'
import type { CallTypes } from './records.ts'

export interface EvalContext {
  readonly format: FormatContext
  /** Microseconds since 2000-01-01 UTC. */
  readonly transactionTimestamp: number
  readonly statementTimestamp: number
  clockTimestamp(): number
  /** random() in [0, 1), seeded by setseed. */
  random(): number
  setSeed(seed: number): void
  notice(notice: Notice): void
  /** Any type by oid, also those of the current database (enums, row types). Throws when there is none. */
  typeOf(oid: number): SqlType
  readonly session: SessionServices
  readonly sequences: SequenceServices
  readonly catalog: CatalogServices
  readonly routines: RoutineServices
  /** Absent where there is no session. */
  readonly maintenance?: MaintenanceServices
}

/** current_setting, set_config, current_user, pg_backend_pid and their kin. */
export interface SessionServices {
  readonly processId: number
  readonly currentUser: string
  readonly sessionUser: string
  readonly database: string
  readonly databaseOid: number
  readonly clientAddress: string | null
  readonly clientPort: number | null
  readonly serverAddress: string | null
  readonly serverPort: number
  readonly startTime: number
  /** Null when there is no such setting and `missingOk`; throws 42704 otherwise. */
  getSetting(name: string, missingOk: boolean): string | null
  setSetting(name: string, value: string | null, local: boolean): string
  /** Effective schemas in order, `pg_catalog` (and temporary schemas) included when asked for. */
  searchPath(includeImplicit: boolean): readonly string[]
  currentTransactionId(): number
  currentTransactionIdIfAssigned(): number | null
  /** Transactions with an id that are in progress, ascending, and the next id to be given out. */
  transactionsInProgress(): readonly number[]
  nextTransactionId(): number
  /** Null where that is no longer known. */
  transactionStatus(xid: number): 'in progress' | 'committed' | 'aborted' | null
  cancelBackend(processId: number): boolean
  terminateBackend(processId: number): boolean
  readonly advisory: AdvisoryLocks
  readonly notifications: Notifications
  /** Text that the client sent, as the running statement is part of it. */
  currentQuery(): string | null
  /** Process ids in the way of what another session waits for. */
  blockingProcesses(processId: number): readonly number[]
  /** Throws 25001 inside a savepoint. */
  exportSnapshot(): string
}

/** What an advisory lock is on: `space` 1 is one key of 64 bits, 2 is two of 32 in the high and low halves. */
export interface AdvisoryKey {
  readonly key: bigint
  readonly space: 1 | 2
  readonly shared: boolean
}

export interface AdvisoryLocks {
  /** Null when the lock was granted at once, else a promise of it, which rejects when the wait is ended. */
  lock(key: AdvisoryKey, scope: 'session' | 'transaction'): Promise<void> | null
  tryLock(key: AdvisoryKey, scope: 'session' | 'transaction'): boolean
  /** Gives a session-level lock back once; false, with a warning, when there is none. */
  unlock(key: AdvisoryKey): boolean
  unlockAll(): void
}

/** pg_notify, pg_listening_channels. */
export interface Notifications {
  readonly listening: Iterable<string>
  /** To be sent when the transaction commits. Throws 22023 for a name or a payload that is too long. */
  notify(channel: string, payload: string): void
}

export interface SequenceServices {
  /** `checked` false: whoever asks need not be allowed to use the sequence. */
  nextval(sequence: number, checked?: boolean): number | bigint
  currval(sequence: number): number | bigint
  setval(sequence: number, value: number | bigint, isCalled: boolean): number | bigint
  lastval(): number | bigint
  /** Forgets what nextval answered in this session. */
  discard(): void
  /** What SELECT * FROM a sequence shows, by the oid of its storage. */
  state(storageId: number): {
    readonly lastValue: number | bigint
    readonly isCalled: boolean
    readonly logCount: number
  }
}

/** Runs functions whose bodies are statements, by the languages that the session knows. */
export interface RoutineServices {
  /** The value of a call, or a promise of it where the body waits; `types` as the call resolved them. */
  call(oid: number, types: CallTypes, args: readonly Datum[]): Datum
  /** Rows of a set-returning call: datums, or arrays of datums for functions with columns. */
  rows(oid: number, types: CallTypes, args: readonly Datum[]): Iterable<Datum>
  /** The same of functions whose bodies wait. */
  gather(oid: number, types: CallTypes, args: readonly Datum[]): Promise<Iterable<Datum>>
  /** The rows of a query that a function was given as text. */
  query(text: string): QueryRows
}

export interface QueryRows {
  readonly columns: readonly { readonly name: string; readonly type: SqlType }[]
  readonly rows: readonly (readonly Datum[])[]
}

/** Lookups of system information functions (pg_get_indexdef, format_type, obj_description …): catalog answers them. */
export interface CatalogServices {
  /** A system information function of the catalog by its name, or null when it has none of that name. */
  call(name: string, args: readonly Datum[]): Datum
  /**
   * Rows by column name of a view over what sessions know (pg_settings, pg_stat_activity, pg_locks,
   * pg_prepared_statements, pg_cursors); absent where there is no session.
   */
  rows?(view: string): Iterable<Readonly<Record<string, Datum>>>
}

/** What is done for the whole server or database at the request of a statement. */
export interface MaintenanceServices {
  /** Looks for damage in the current database: severity, object, file and message of each thing found. */
  check(): Promise<Datum[][]>
  /** Copies all data as of now into a new directory; answers a text about it. Throws 42501 for all but superusers. */
  backup(target: string): Promise<string>
}
