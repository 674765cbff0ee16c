/**
 * One statement from parse tree to result:
 *
 *     plan -> lock tables -> run -> check constraints -> command tag
 *
 * Utility statements go to their own handlers.
 */
import type { DmlQuery, Query } from '../analyze/query.ts'
import type { Instrument } from '../exec/build.ts'
import { checkDeferredUniques } from '../exec/modify/deferred-unique.ts'
import { ForeignKeyChecker } from '../exec/foreign-keys/checker.ts'
import { RowEvents } from '../exec/modify/row-events.ts'
import type { Node } from '../sql/ast.ts'
import type { Datum, SqlType } from '../types/sql-type.ts'
import { Wait } from '../vector/wait.ts'
import { authorize } from './authorize.ts'
import type { ResultSink } from './contract.ts'
import type { SessionCore } from './core.ts'
import { cursorRows } from './cursor-rows.ts'
import { planStatement, type PlanningInput, type StatementPlan, type TableLock } from './plan-statement.ts'
import { rowTargets, serializableLocks } from './read-locks.ts'
import { RunningPlan } from './run-plan.ts'
import type { TransactionChecks } from './transaction-block.ts'

/** Analyses and optimizes a statement for the catalog as it is now. */
export const plan = (
  core: SessionCore,
  node: Node,
  declared: readonly (SqlType | null)[],
  open: boolean,
  extra: Pick<PlanningInput, 'reshape' | 'routine'> = {},
): StatementPlan =>
  planStatement(node, {
    catalog: core.catalog,
    searchPath: core.searchPath,
    format: core.format,
    databaseName: core.databaseName,
    actingRole: core.actingRole,
    rowSecurity: core.settings.bool('row_security'),
    tables: core.tables,
    eval: core.eval,
    statisticsVersion: core.database.statistics.version,
    methods: core.methods.current,
    parameters: declared,
    openParameters: open,
    cursors: cursorRows(core),
    ...extra,
  })

/** Whether a plan may run as it is: the same catalog, the same names in reach, the same planner settings. */
export const isCurrent = (core: SessionCore, statement: StatementPlan): boolean => {
  const { catalogVersion, statisticsVersion, searchPath, methods } = statement
  if (catalogVersion !== core.catalog.version || statisticsVersion !== core.database.statistics.version) return false
  if (methods !== core.methods.current) return false
  const { plannedFor } = statement
  if (plannedFor !== null) {
    if (plannedFor.role !== core.actingRole || plannedFor.rowSecurity !== core.settings.bool('row_security'))
      return false
  }
  const now = core.searchPath
  return now === searchPath || (now.length === searchPath.length && now.every((oid, i) => oid === searchPath[i]))
}

/** Takes the table locks of a plan, and asks whether it may run; plans anew when the catalog changed while a lock was awaited. */
export const lockTables = (
  core: SessionCore,
  first: StatementPlan,
  again: () => StatementPlan,
): StatementPlan | Promise<StatementPlan> => {
  const wait = lockNow(core, first)
  if (wait === null) return authorize(core, first)
  return wait.then(() => {
    if (isCurrent(core, first)) return authorize(core, first)
    return lockTables(core, again(), again)
  })
}

/** Null when all locks are there at once. They are asked for one after another: a session waits for one thing. */
const lockNow = (core: SessionCore, statement: StatementPlan): Promise<void> | null => {
  const { locks, plan, writes, query, rowLocks } = statement
  const { transaction } = core.block
  if (core.cancelled !== null) throw core.cancelled
  if (writes && changesKept(query)) transaction.checkWritable(VERBS[query.kind as keyof typeof VERBS] ?? 'SELECT')
  const [rowLock] = rowLocks
  if (rowLock !== undefined) transaction.checkWritable(`SELECT FOR ${rowLock.lock.strength.toUpperCase()}`)
  const wanted = transaction.isolation === 'serializable' ? serializableLocks(plan, locks) : locks
  for (let i = 0; i < wanted.length; i++) {
    const { relation, mode } = wanted[i] as TableLock
    const locked = transaction.lockTable(relation, mode)
    if (locked instanceof Wait) return lockOthers(core, locked, wanted.slice(i + 1))
  }
  return null
}

const lockOthers = async (core: SessionCore, first: Wait, others: readonly TableLock[]): Promise<void> => {
  await first.promise
  for (const { relation, mode } of others) {
    const locked = core.block.transaction.lockTable(relation, mode)
    if (locked instanceof Wait) await locked.promise
  }
}

/** Whether a table that is not temporary is changed: those may be changed where nothing else may. */
const changesKept = (query: Query | DmlQuery): boolean =>
  ('table' in query && query.table.relation.persistence !== 't') || query.ctes.some((cte) => changesKept(cte.query))

const VERBS = { insert: 'INSERT', update: 'UPDATE', delete: 'DELETE', merge: 'MERGE' } as const

/** `SELECT 3`, `INSERT 0 3` … */
export const commandTag = ({ query }: StatementPlan, affected: number): string => {
  if (query.kind === 'insert') return `INSERT 0 ${affected}`
  if (query.kind === 'update' || query.kind === 'delete' || query.kind === 'merge')
    return `${VERBS[query.kind]} ${affected}`
  return `SELECT ${affected}`
}

/** Begins running a plan whose tables are locked, by a snapshot of now. */
export const startPlan = (
  core: SessionCore,
  statement: StatementPlan,
  parameters: readonly Datum[],
  instrument?: Instrument,
): RunningPlan => {
  const { block } = core
  if (core.cancelled !== null) throw core.cancelled
  if (statement.failure !== null) throw statement.failure
  block.queried = true
  block.transaction.advanceCommand()
  const targets = block.transaction.isolation === 'serializable' ? rowTargets(statement.plan) : undefined
  const run = core.executionRun(parameters, targets)
  const { idle } = statement
  if (idle !== null && instrument === undefined) {
    statement.idle = null
    core.running = idle.renew(run, block.checks)
    return idle
  }
  const context = core.executionOf(run)
  core.running = context
  const onIdle = (plan: RunningPlan): void => {
    statement.idle = plan
  }
  return new RunningPlan(
    statement.plan,
    context,
    block.checks,
    instrument === undefined ? { onIdle: statement.renewable ? onIdle : null } : { instrument },
  )
}

/** A statement within another, as a function's body has them. */
export interface NestedRun {
  readonly plan: RunningPlan
  /** Closes it: the statement around goes on. */
  end(): void
}

/**
 * Begins a statement of a function. `patient`: it must not wait. `fresh`: it sees what was done before it, not only what
 * the statement around it sees.
 */
export const startNested = (
  core: SessionCore,
  statement: StatementPlan,
  parameters: readonly Datum[],
  { patient, fresh }: { readonly patient: boolean; readonly fresh: boolean },
): NestedRun => {
  const { block } = core
  if (statement.failure !== null) throw statement.failure
  const around = core.running
  if (fresh) block.transaction.advanceCommand()
  const now = core.executionRun(parameters)
  const run = fresh || around === null ? now : { ...now, snapshot: around.snapshot }
  const { idle } = statement
  statement.idle = null
  let plan: RunningPlan
  if (idle !== null) {
    core.running = idle.renew(run, block.checks)
    plan = idle
  } else {
    const context = core.executionOf(run, patient)
    core.running = context
    const onIdle = (ended: RunningPlan): void => {
      statement.idle = ended
    }
    plan = new RunningPlan(statement.plan, context, block.checks, { onIdle: statement.renewable ? onIdle : null })
  }
  return {
    plan,
    end: () => {
      plan.close()
      core.running = around
    },
  }
}

/** Runs a plan to its end, its rows into the sink; answers the command tag. */
export const runPlan = async (
  core: SessionCore,
  statement: StatementPlan,
  parameters: readonly Datum[],
  sink: ResultSink,
): Promise<string> => {
  const running = startPlan(core, statement, parameters)
  const { fields } = statement
  try {
    for (;;) {
      const pulled = running.next()
      const batch = pulled instanceof Promise ? await pulled : pulled
      if (batch === null) break
      if (fields === null) continue
      const held = sink.rows(batch, fields)
      if (held !== undefined) await held
    }
    return commandTag(statement, running.affected)
  } finally {
    running.close()
    core.running = null
    core.block.current?.endStatement()
  }
}

/** What deferred constraints still have to check when the transaction commits (or SET CONSTRAINTS … IMMEDIATE). */
export const runDeferredChecks = async (core: SessionCore, checks: TransactionChecks): Promise<void> => {
  const { transaction } = core.block
  transaction.advanceCommand()
  const context = core.execution([])
  core.running = context
  try {
    const foreignKeys = new ForeignKeyChecker(context, () => false)
    const events = new RowEvents(() => true)
    await foreignKeys.runDeferred(checks.foreignKeys.splice(0), events)
    await foreignKeys.run(events)
    await checkDeferredUniques(context, checks.uniques.splice(0))
  } finally {
    core.running = null
    transaction.endStatement()
  }
}
