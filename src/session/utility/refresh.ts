/** REFRESH MATERIALIZED VIEW: anew as a whole, or row by row beside those who read it. */
import { requireTableOwner } from '../../exec/ddl/permissions.ts'
import { namedRelation } from '../../analyze/from.ts'
import type { RelationObject } from '../../catalog/objects.ts'
import { syntaxErrorAt } from '../../errors/raise/analysis.ts'
import { notSupported } from '../../errors/raise/definitions.ts'
import { cannotRefreshConcurrently, duplicateRefreshedRows } from '../../errors/raise/execution.ts'
import { currentRelation, type DefinitionContext } from '../../exec/ddl/context.ts'
import { replaceStorage } from '../../exec/ddl/truncate.ts'
import { descriptorsOf } from '../../catalog/columns.ts'
import type { ExecutionContext } from '../../exec/context.ts'
import { bulkOptions } from '../../exec/modify/bulk-options.ts'
import { RowEvents } from '../../exec/modify/row-events.ts'
import type { RowWriter } from '../../exec/modify/row-writer.ts'
import { writerFor } from '../../exec/modify/target-tables.ts'
import type { Node, RangeVar, RefreshMatViewStmt } from '../../sql/ast.ts'
import type { Datum, FormatContext } from '../../types/sql-type.ts'
import { Wait } from '../../vector/wait.ts'
import type { SessionCore } from '../core.ts'
import { lockTables, plan } from '../execute-statement.ts'
import type { StatementPlan } from '../plan-statement.ts'
import { eachRow } from './create-table-as.ts'
import { definitionContext } from './definition-context.ts'
import { batchesOf } from '../../storage/table/batches.ts'

export const refreshMaterializedView = async (core: SessionCore, node: RefreshMatViewStmt): Promise<string> => {
  core.block.transaction.checkWritable('REFRESH MATERIALIZED VIEW')
  const context = definitionContext(core)
  const range = node.relation as RangeVar
  const found = namedRelation(core, range)
  if (found.kind !== 'm') throw notSupported(`"${found.name}" is not a materialized view`)
  const concurrently = node.concurrent === true
  if (concurrently && node.skipData) {
    throw syntaxErrorAt('REFRESH options CONCURRENTLY and WITH NO DATA cannot be used together')
  }
  requireTableOwner(context, found)
  await context.lock(found.oid, concurrently ? 'exclusive' : 'accessExclusive')
  const view = currentRelation(context, found.oid)
  if (concurrently) requireComparable(core, view)
  if (node.skipData) {
    replaceStorage(context, { ...view, unpopulated: true })
    return TAG
  }
  const query = view.view?.query as unknown as Node
  // It is read with the rights of its owner.
  const leave = core.roles.enterDefiner(view.owner)
  try {
    const again = () => plan(core, query, [], false)
    const statement = await lockTables(core, again(), again)
    if (concurrently) await refreshRows(core, context, view, statement)
    else await refreshWhole(core, context, view, statement)
  } finally {
    leave()
  }
  return TAG
}

const TAG = 'REFRESH MATERIALIZED VIEW'

/** Rows are told apart by a unique index over all of them. */
const requireComparable = (core: SessionCore, view: RelationObject): void => {
  if (view.unpopulated) throw notSupported('CONCURRENTLY cannot be used when the materialized view is not populated')
  const isKey = core.catalog.validIndexesOf(view.oid).some(({ index }) => {
    if (index === null || !index.unique || index.predicate !== null) return false
    return index.keys.every((key) => key.expression === null)
  })
  if (isKey) return
  throw cannotRefreshConcurrently(`${core.catalog.schema(view.schema)?.name ?? ''}.${view.name}`)
}

const unwatched = (): RowEvents => new RowEvents(() => false)

const refreshWhole = async (
  core: SessionCore,
  context: DefinitionContext,
  view: RelationObject,
  statement: StatementPlan,
): Promise<void> => {
  const { unpopulated: _, ...populated } = view
  const relation = replaceStorage(context, populated)
  const execution = context.execution()
  const writer = writerFor(execution, relation, unwatched())
  const bulk = core.parts.storage.bulkWriter(core.block.transaction, writer.store, bulkOptions(writer, execution))
  await eachRow(core, statement, [], (row) =>
    bulk.unchecked ? insertChecked(writer, row, () => bulk.append(row)) : append(bulk, row),
  )
  await bulk.finish()
}

const append = (bulk: { append(row: Datum[]): number; pressure(): Wait | null }, row: Datum[]) => {
  bulk.append(row)
  return bulk.pressure()?.promise
}

/** Stores a row once its keys are free. Throws 23505. */
const insertChecked = (writer: RowWriter, row: Datum[], store: () => void): Promise<void> | undefined => {
  const conflict = writer.obstacle(row)
  if (conflict instanceof Wait) return conflict.promise.then(() => insertChecked(writer, row, store))
  if (conflict !== null) throw writer.violation(conflict)
  store()
  return undefined
}

/** Only rows that differ are changed, so that readers go on with what they see. */
const refreshRows = async (
  core: SessionCore,
  context: DefinitionContext,
  view: RelationObject,
  statement: StatementPlan,
): Promise<void> => {
  const wanted = await newRows(core, view, statement)
  const execution = context.execution()
  const writer = writerFor(execution, view, unwatched())
  await removeOthers(execution, view, wanted, writer)
  context.transaction.advanceCommand()
  for (const row of wanted.values()) {
    const held = insertChecked(writer, row, () => writer.store.insert(context.transaction, row))
    if (held !== undefined) await held
  }
}

const textOf = (format: FormatContext, view: RelationObject, row: readonly Datum[]): string =>
  JSON.stringify(row.map((value, i) => (value === null ? null : view.columns[i]?.type.format(value, format))))

const newRows = async (
  core: SessionCore,
  view: RelationObject,
  statement: StatementPlan,
): Promise<Map<string, Datum[]>> => {
  const rows = new Map<string, Datum[]>()
  await eachRow(core, statement, [], (row) => {
    const text = textOf(core.format, view, row)
    if (rows.has(text) && !row.includes(null)) {
      const shown = row.map((value, i) => view.columns[i]?.type.format(value, core.format) ?? '')
      throw duplicateRefreshedRows(view.name, `(${shown.join(',')})`)
    }
    rows.set(rows.has(text) ? `${text}#${rows.size}` : text, row)
    return undefined
  })
  return rows
}

/** Rows that are as they shall be stay, and are no longer wanted; all others go. */
const removeOthers = async (
  execution: ExecutionContext,
  view: RelationObject,
  wanted: Map<string, Datum[]>,
  writer: RowWriter,
): Promise<void> => {
  const columns = descriptorsOf(view)
  const options = { columns, projection: columns.map((_, i) => i), withRowids: true }
  const scan = writer.store.scan(execution.snapshot, options)
  const gone: number[] = []
  for await (const batch of batchesOf(scan)) {
    for (let k = 0; k < batch.count; k++) {
      const row = batch.row(k)
      const rowid = row.pop() as number
      if (!wanted.delete(textOf(execution.eval.format, view, row))) gone.push(rowid)
    }
  }
  for (const rowid of gone) writer.store.remove(execution.transaction, rowid)
}
