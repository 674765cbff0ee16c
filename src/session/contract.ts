/**
 * What the wire layer may ask of a session. The wire code knows messages and bytes; everything about statements,
 * portals and transactions is behind this interface.
 */
import type { Notice } from '../errors/sql-error.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { Batch } from '../vector/batch.ts'

/** One column of a row description. `tableOid` and `attnum` are 0 when the column is computed. */
export interface FieldDescription {
  readonly name: string
  readonly tableOid: number
  readonly attnum: number
  readonly type: SqlType
  readonly typmod: number
  /** Values go out in binary form where the client could not choose: of a binary cursor. */
  readonly binary?: true
}

/** Where results of running statements go; implemented by the wire layer and by in-process callers. */
export interface ResultSink {
  /** Columns of the rows that follow; called once per statement that returns rows (simple protocol only). */
  rowDescription(fields: readonly FieldDescription[]): void
  /** The live rows of one batch. A returned promise is back-pressure: the session waits before it goes on. */
  rows(batch: Batch, fields: readonly FieldDescription[]): void | Promise<void>
  /** The statement ended well, with PostgreSQL's command tag, e.g. `INSERT 0 3`. */
  commandComplete(tag: string): void
  /** The query string held no statement. */
  emptyQuery(): void
  /**
   * COPY … FROM STDIN begins: answers the byte stream that the client sends. A chunk is overwritten when the next one is
   * asked for; the iterator throws on CopyFail.
   */
  copyIn(format: 'text' | 'binary', columnCount: number): AsyncIterable<Uint8Array>
  /** COPY … TO STDOUT begins. */
  copyOutBegin(format: 'text' | 'binary', columnCount: number): void
  copyOutData(chunk: Uint8Array): void | Promise<void>
  copyOutEnd(): void
}

export interface StatementDescription {
  readonly parameterTypes: readonly number[]
  /** null when the statement returns no rows (NoData). */
  readonly fields: readonly FieldDescription[] | null
}

/** Events a session pushes at any time. */
export interface SessionEvents {
  notice(notice: Notice): void
  /** A reported setting changed (ParameterStatus). */
  parameterStatus(name: string, value: string): void
  notification(processId: number, channel: string, payload: string): void
  /** The session must end (idle_in_transaction_session_timeout, pg_terminate_backend, shutdown): FATAL follows. */
  terminate(error: Error): void
}

/** Whether a portal ran to its end. */
export type PortalOutcome = 'complete' | 'suspended'

export interface Session {
  readonly processId: number
  readonly secretKey: number
  /** ReadyForQuery's byte: idle, in a transaction block, in a failed transaction block. */
  readonly transactionStatus: 'I' | 'T' | 'E'
  /** Settings reported at start-up, name to value (server_version, client_encoding, TimeZone, …). */
  reportedSettings(): ReadonlyMap<string, string>

  /** Simple protocol: runs every statement of the text; several share one implicit transaction. Throws SqlError. */
  query(sql: string, sink: ResultSink): Promise<void>

  /** Extended protocol. Each throws SqlError; the wire layer then skips to Sync. Promises appear only where work waits. */
  parse(statement: string, sql: string, parameterTypes: readonly number[]): void | Promise<void>
  bind(
    portal: string,
    statement: string,
    parameterFormats: readonly number[],
    parameters: readonly (Uint8Array | null)[],
    resultFormats: readonly number[],
  ): void | Promise<void>
  describeStatement(statement: string): StatementDescription | Promise<StatementDescription>
  /** Fields of a portal with the formats asked for at bind (0 text, 1 binary), or null for NoData. */
  describePortal(portal: string): { fields: readonly FieldDescription[]; formats: readonly number[] } | null
  /** Runs a portal for at most `maxRows` rows (0: all); `suspended` means that more may follow. */
  execute(portal: string, maxRows: number, sink: ResultSink): PortalOutcome | Promise<PortalOutcome>
  /** The formats (0 text, 1 binary; one per column) in which a portal's rows go out. */
  resultFormats(portal: string): readonly number[]
  closeStatement(statement: string): void
  closePortal(portal: string): void
  /** Sync: commits or rolls back the implicit transaction. */
  sync(): void | Promise<void>
  /** The session noticed an error outside its own code (e.g. a malformed message): the transaction fails as after any error. */
  fail(): Promise<void>

  /** Cancel the running statement, if any (57014). Safe at any moment. */
  cancel(): void
  /** The connection is gone: roll back, release locks, drop temporary state. Idempotent. */
  close(): Promise<void>
  /** How a value is written for this session: DateStyle, TimeZone, IntervalStyle, extra_float_digits, bytea_output. */
  readonly formatContext: import('../types/sql-type.ts').FormatContext
}

/**
 * Start-up packet parameters: user and database (never empty), application_name and other settings. Settings given in
 * `options` (`-c name=value`) stand before those given by themselves, which win; protocol options are left out.
 */
export type StartupParameters = ReadonlyMap<string, string>

/** Both ends of a connection; the client's address is empty where there is no network between. */
export interface ClientAddress {
  readonly address: string
  readonly port: number
  readonly serverAddress?: string
}

/** The whole server behind the wire: opens sessions on databases. */
export interface Engine {
  /** Resolves when what the tables hold is known: sessions may be opened before, statements run afterwards. */
  readonly recovered: Promise<void>
  /** Throws SqlError (3D000 no such database, 28000 no such role, 53300 too many connections, bad settings …). */
  connect(parameters: StartupParameters, events: SessionEvents, client: ClientAddress): Promise<Session>
  /** Cancels the statement of the session with this process id and key; unknown pairs are ignored. */
  cancel(processId: number, secretKey: number): void
  /** Stops accepting work, waits for running commits, closes the storage. */
  shutdown(mode: 'smart' | 'fast'): Promise<void>
}
