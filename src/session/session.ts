/**
 * A session as the wire sees it: simple queries, prepared statements, portals, and how each ends the transaction it
 * began. What statements do is in `execute-statement.ts` and `utility/`.
 */
import { randomInt } from 'node:crypto'
import { isPlannable } from '../analyze/analyze.ts'
import { LocatedError } from '../errors/raise/analysis.ts'
import { adminShutdown, internalError, stackDepthExceeded, valueTooLarge } from '../errors/raise/protocol.ts'
import {
  cachedPlanChanged,
  duplicateCursor,
  duplicatePrepared,
  inFailedTransaction,
  severalCommandsPrepared,
  undefinedPortal,
  undefinedPrepared,
  wrongParameterCount,
} from '../errors/raise/session.ts'
import { SqlError } from '../errors/sql-error.ts'
import { logStatement } from '../observe/statement-log.ts'
import type { Node } from '../sql/ast.ts'
import { OID } from '../types/oids.ts'
import { characterPosition, type ParsedStatement } from '../sql/parse.ts'
import type { Datum, FormatContext, SqlType } from '../types/sql-type.ts'
import type { FieldDescription, PortalOutcome, ResultSink, Session, StatementDescription } from './contract.ts'
import { SessionCore, type SessionOptions } from './core.ts'
import { now } from './eval-context.ts'
import { commandTag, isCurrent, lockTables, plan, runDeferredChecks, runPlan, startPlan } from './execute-statement.ts'
import type { StatementPlan } from './plan-statement.ts'
import { Portal, PortalRun, splitBatch, type PreparedStatement } from './portal.ts'
import { prepareStatement, sameShape } from './prepare-statement.ts'
import type { RunningPlan } from './run-plan.ts'
import { type KnownStatement, StatementCache } from './statement-cache.ts'
import { dropTemporaryObjects } from './temporary-objects.ts'
import { describeUtility, endsTransaction, runUtility } from './utility/index.ts'

export class ServerSession implements Session {
  readonly processId: number
  readonly secretKey = randomInt(1, 2 ** 31 - 1)
  readonly #core: SessionCore
  readonly #statements: StatementCache
  #closed = false

  constructor(options: SessionOptions) {
    this.processId = options.processId
    this.#core = new SessionCore(options)
    this.#statements = new StatementCache(this.#core)
    options.database.sessions++
    options.settings.onChange((record, _value, shown) => {
      if (record.reported) options.events.parameterStatus(record.name, shown)
    })
  }

  /** For views over all sessions. */
  get core(): SessionCore {
    return this.#core
  }

  get transactionStatus(): 'I' | 'T' | 'E' {
    const { state } = this.#core.block
    return state === 'failed' ? 'E' : state === 'block' ? 'T' : 'I'
  }

  get formatContext(): FormatContext {
    return this.#core.format
  }

  reportedSettings(): ReadonlyMap<string, string> {
    return this.#core.settings.reported()
  }

  // ---- simple protocol

  async query(sql: string, sink: ResultSink): Promise<void> {
    const started = performance.now()
    this.#begins(sql)
    try {
      const known = this.#statements.find(sql)
      if (known !== null) await this.#known(known, sink)
      else {
        const statements = this.#statements.parse(sql)
        if (statements.length === 0) sink.emptyQuery()
        for (const statement of statements) await this.#simple(statement, sql, statements.length === 1, sink)
      }
      await this.#endImplicit()
    } catch (error) {
      throw this.#failed(error, sql)
    } finally {
      this.#core.activity.end()
      this.#log(sql, started)
    }
  }

  /** A message of the client is worked on. */
  #begins(sql: string): void {
    this.#core.activity.begin(sql)
    this.#core.queryText = sql
  }

  /** Runs a statement that needs neither parsing nor planning. */
  async #known({ node, plan: planned, values, again }: KnownStatement, sink: ResultSink): Promise<void> {
    this.#begin(node)
    const timer = this.#startTimer()
    try {
      const locked = lockTables(this.#core, planned, again)
      const current = locked instanceof Promise ? await locked : locked
      if (current.fields !== null) sink.rowDescription(current.fields)
      const tag = await runPlan(this.#core, current, values, sink)
      await this.#endImplicit()
      sink.commandComplete(tag)
    } finally {
      clearTimeout(timer)
    }
  }

  async #simple(statement: ParsedStatement, sql: string, only: boolean, sink: ResultSink): Promise<void> {
    const { node } = statement
    this.#begin(node)
    const timer = this.#startTimer()
    try {
      let tag: string
      if (isPlannable(node)) {
        const again = (): StatementPlan => this.#statements.plan(node, only ? sql : null)
        const locked = await lockTables(this.#core, again(), again)
        if (locked.fields !== null) sink.rowDescription(locked.fields)
        tag = await runPlan(this.#core, locked, [], sink)
      } else {
        const fields = describeUtility(this.#core, node)
        if (fields !== null) sink.rowDescription(fields)
        tag = await runUtility(this.#core, node, { sink, sql, statement: statement.text.trim(), topLevel: only })
      }
      // The tag is sent when what it reports is true: after the commit of a single statement.
      if (only) await this.#endImplicit()
      sink.commandComplete(tag)
    } finally {
      clearTimeout(timer)
    }
  }

  /** Every statement runs in a transaction; a failed block lets only its end through. */
  #begin(node: Node): void {
    const { block, eval: evaluation, format } = this.#core
    this.#core.cancelled = null
    if (block.state === 'failed' && !endsTransaction(node)) throw inFailedTransaction()
    evaluation.statementTimestamp = now()
    if (block.state !== 'idle') return
    block.begin('implicit')
    evaluation.transactionTimestamp = evaluation.statementTimestamp
    format.transactionTimestamp = evaluation.statementTimestamp
  }

  /** Commits the transaction of statements outside a block. */
  #endImplicit(): null | Promise<void> {
    const committing = this.#commitImplicit()
    if (committing !== null) return committing.then(() => this.#ended())
    this.#ended()
    return null
  }

  #commitImplicit(): null | Promise<boolean> {
    const { block } = this.#core
    if (block.state !== 'implicit') return null
    const committing = block.commit((checks) => runDeferredChecks(this.#core, checks))
    return committing instanceof Promise ? committing : null
  }

  /** Portals go when there is no transaction any more. */
  #ended(): void {
    if (this.#core.block.state === 'idle') this.#dropPortals()
  }

  #dropPortals(): void {
    const { portals } = this.#core
    this.#core.closeCursors(true)
    if (portals.size === 0) return
    for (const portal of portals.values()) portal.close()
    portals.clear()
  }

  /** The error as the client gets it; the transaction has failed with it. */
  #failed(error: unknown, sql: string): SqlError {
    const { block, parts } = this.#core
    block.fail()
    this.#ended()
    if (error instanceof LocatedError) {
      const position = characterPosition(sql, error.location)
      return position === undefined ? error : error.with({ position })
    }
    if (error instanceof SqlError) return error
    if (error instanceof RangeError && /call stack/i.test(error.message)) return stackDepthExceeded()
    if (error instanceof RangeError && /^Invalid .*length|allocation failed/i.test(error.message))
      return valueTooLarge()
    parts.logger.error({ err: error, sql }, 'internal error')
    return internalError((error as Error).message)
  }

  #startTimer(): NodeJS.Timeout | undefined {
    const limit = this.#core.settings.int('statement_timeout')
    return limit > 0 ? setTimeout(() => this.#core.cancel('statement timeout'), limit) : undefined
  }

  #log(sql: string, started: number): void {
    const duration = performance.now() - started
    logStatement(this.#core.parts.logger, this.#core.settings, {
      sql,
      duration,
      processId: this.processId,
      kind: 'other',
    })
  }

  // ---- extended protocol

  parse(name: string, sql: string, parameterTypes: readonly number[]): void {
    this.#begins(sql)
    try {
      if (name !== '' && this.#core.prepared.has(name)) throw duplicatePrepared(name)
      const statements = this.#core.parse(sql)
      if (statements.length > 1) throw severalCommandsPrepared()
      const node = statements[0]?.node ?? null
      const declared = parameterTypes.map((oid) =>
        oid === 0 || oid === OID.unknown ? null : this.#core.catalog.typeOf(oid),
      )
      if (node !== null) this.#begin(node)
      this.#core.prepared.set(name, prepareStatement(this.#core, { name, sql, node, declared, fromSql: false }))
    } catch (error) {
      throw this.#failed(error, sql)
    }
  }

  #prepared(name: string): PreparedStatement {
    const statement = this.#core.prepared.get(name)
    if (statement === undefined) throw this.#failed(undefinedPrepared(name), '')
    return statement
  }

  bind(
    name: string,
    statementName: string,
    parameterFormats: readonly number[],
    parameters: readonly (Uint8Array | null)[],
    resultFormats: readonly number[],
  ): void {
    const statement = this.#prepared(statementName)
    this.#begins(statement.sql)
    try {
      if (statement.node !== null) this.#begin(statement.node)
      const { parameterTypes } = statement
      if (parameters.length !== parameterTypes.length) {
        throw wrongParameterCount(statementName, parameters.length, parameterTypes.length)
      }
      if (name !== '' && this.#core.portals.has(name)) throw duplicateCursor(name)
      this.#core.portals.get(name)?.close()
      const values = parameters.map((bytes, i) => {
        const format = parameterFormats.length === 1 ? parameterFormats[0] : parameterFormats[i]
        return this.#parameter(bytes, format === 1, parameterTypes[i] as SqlType)
      })
      const formats =
        statement.fields?.map((_, i) => (resultFormats.length === 1 ? resultFormats[0] : resultFormats[i]) ?? 0) ?? []
      this.#core.portals.set(name, new Portal(name, statement, values, formats, statement.fields))
    } catch (error) {
      throw this.#failed(error, statement.sql)
    }
  }

  #parameter(bytes: Uint8Array | null, binary: boolean, type: SqlType): Datum {
    if (bytes === null) return null
    // The bytes are a view on the connection's buffer: what is kept must be a copy.
    if (binary) return type.receive(Uint8Array.from(bytes), -1, this.#core.format)
    const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return type.parse(buffer.toString('utf8'), -1, this.#core.format)
  }

  describeStatement(name: string): StatementDescription {
    const { parameterTypes, fields } = this.#prepared(name)
    return { parameterTypes: parameterTypes.map((type) => type.oid), fields }
  }

  #portal(name: string): Portal {
    const portal = this.#core.portals.get(name)
    if (portal === undefined) throw this.#failed(undefinedPortal(name), '')
    return portal
  }

  describePortal(name: string): { fields: readonly FieldDescription[]; formats: readonly number[] } | null {
    const { fields, formats } = this.#portal(name)
    return fields === null ? null : { fields, formats }
  }

  resultFormats(name: string): readonly number[] {
    return this.#portal(name).formats
  }

  execute(name: string, maxRows: number, sink: ResultSink): PortalOutcome | Promise<PortalOutcome> {
    const portal = this.#portal(name)
    const { statement } = portal
    const { node, sql } = statement
    if (node === null) {
      sink.emptyQuery()
      return 'complete'
    }
    const started = performance.now()
    this.#begins(sql)
    const timer = this.#startTimer()
    const ended = (): void => {
      clearTimeout(timer)
      this.#log(sql, started)
    }
    let outcome: PortalOutcome | Promise<PortalOutcome>
    try {
      this.#begin(node)
      outcome =
        statement.plan === null
          ? this.#executeUtility(node, sql, sink)
          : this.#executePlan(new PortalRun(portal, maxRows, sink), node)
    } catch (error) {
      ended()
      throw this.#failed(error, sql)
    }
    if (outcome instanceof Promise) return this.#awaited(outcome, sql, ended)
    ended()
    return outcome
  }

  async #awaited(outcome: Promise<PortalOutcome>, sql: string, ended: () => void): Promise<PortalOutcome> {
    try {
      return await outcome
    } catch (error) {
      throw this.#failed(error, sql)
    } finally {
      ended()
    }
  }

  async #executeUtility(node: Node, sql: string, sink: ResultSink): Promise<PortalOutcome> {
    sink.commandComplete(await runUtility(this.#core, node, { sink, sql, statement: sql.trim(), topLevel: true }))
    return 'complete'
  }

  #executePlan(run: PortalRun, node: Node): PortalOutcome | Promise<PortalOutcome> {
    const { portal } = run
    if (portal.running === null) {
      if (portal.done) {
        run.sink.commandComplete(commandTag(portal.statement.plan as StatementPlan, 0))
        return 'complete'
      }
      const starting = this.#startPortal(portal, node)
      if (starting !== null) return this.#deliverRest(run, starting)
    }
    const outcome = this.#deliver(run)
    return outcome instanceof Promise ? this.#deliverRest(run, outcome) : outcome
  }

  async #deliverRest(run: PortalRun, first: Promise<void>): Promise<PortalOutcome> {
    await first
    for (;;) {
      const outcome = this.#deliver(run)
      if (!(outcome instanceof Promise)) return outcome
      await outcome
    }
  }

  /** Delivers a portal's rows: a promise where something must be awaited before going on. */
  #deliver(run: PortalRun): PortalOutcome | Promise<void> {
    const { portal, sink } = run
    const running = portal.running as NonNullable<Portal['running']>
    for (;;) {
      const held = run.pull(running)
      if (held !== null) return held
      if (portal.rest === null) return this.#complete(run, running)
      if (portal.fields === null) {
        portal.rest = null
        continue
      }
      if (run.left === 0) {
        this.#suspend(portal)
        return 'suspended'
      }
      const [batch, rest] = splitBatch(portal.rest, run.left)
      portal.rest = rest
      run.left -= batch.count
      run.delivered += batch.count
      const full = sink.rows(batch, portal.fields)
      if (full !== undefined) return full
    }
  }

  #complete({ portal, sink, delivered }: PortalRun, running: RunningPlan): PortalOutcome {
    const affected =
      portal.fields === null ? running.affected : Math.max(delivered, running.affected - running.rows + delivered)
    portal.close()
    portal.done = true
    this.#core.running = null
    this.#core.block.current?.endStatement()
    sink.commandComplete(commandTag(portal.statement.plan as StatementPlan, affected))
    return 'complete'
  }

  /** Other statements may run before the portal goes on: what its snapshot sees is kept. */
  #suspend(portal: Portal): void {
    portal.release ??= this.#core.block.transaction.retain((portal.running as RunningPlan).snapshot)
    this.#core.running = null
  }

  #startPortal(portal: Portal, node: Node): null | Promise<void> {
    const { statement } = portal
    const again = (): StatementPlan => {
      const known = statement.plan as StatementPlan
      if (isCurrent(this.#core, known)) return known
      const renewed = plan(this.#core, node, statement.parameterTypes, false)
      if (!sameShape(renewed.fields, statement.fields)) throw cachedPlanChanged()
      statement.plan = renewed
      return renewed
    }
    const start = (locked: StatementPlan): void => {
      portal.running = startPlan(this.#core, locked, portal.parameters)
    }
    const locked = lockTables(this.#core, again(), again)
    if (locked instanceof Promise) return locked.then(start)
    start(locked)
    return null
  }

  closeStatement(name: string): void {
    this.#core.prepared.delete(name)
  }

  closePortal(name: string): void {
    this.#core.portals.get(name)?.close()
    this.#core.portals.delete(name)
  }

  sync(): void | Promise<void> {
    let committing: null | Promise<boolean>
    try {
      committing = this.#commitImplicit()
    } catch (error) {
      this.#core.activity.end()
      throw this.#failed(error, '')
    }
    if (committing !== null) return this.#synced(committing)
    this.#ended()
    this.#core.activity.end()
  }

  async #synced(committing: Promise<boolean>): Promise<void> {
    try {
      await committing
      this.#ended()
    } catch (error) {
      throw this.#failed(error, '')
    } finally {
      this.#core.activity.end()
    }
  }

  // ---- ending

  // biome-ignore lint/suspicious/useAwait: the contract allows waiting
  async fail(): Promise<void> {
    this.#core.block.fail()
    this.#core.activity.end()
    this.#ended()
  }

  cancel(): void {
    this.#core.cancel()
  }

  /** pg_terminate_backend: the connection gets a FATAL error and closes. */
  terminate(): void {
    this.#core.cancel()
    this.#core.events.terminate(adminShutdown())
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#core.cancel()
    this.#core.activity.stop()
    this.#core.advisory.unlockAll()
    this.#core.notifications.close()
    this.#dropPortals()
    if (this.#core.block.current !== null) this.#core.block.rollback()
    try {
      await dropTemporaryObjects(this.#core)
    } catch (error) {
      this.#core.parts.logger.error({ err: error }, 'temporary objects could not be dropped')
    }
    this.#core.database.sessions--
    this.#core.engine.sessions.delete(this.processId)
  }
}
