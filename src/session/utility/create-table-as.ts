/** CREATE TABLE AS, SELECT INTO and CREATE MATERIALIZED VIEW: a query's rows become a new table. */
import { requireTypeUsage } from '../../exec/ddl/permissions.ts'
import { queryDependencies } from '../../analyze/query-dependencies.ts'
import { bindRelations } from '../../analyze/stored-trees.ts'
import type { Query } from '../../analyze/query.ts'
import type { ParseTree, RelationObject } from '../../catalog/objects.ts'
import { syntaxErrorAt } from '../../errors/raise/analysis.ts'
import { duplicateRelation, notSupported } from '../../errors/raise/definitions.ts'
import { analysisFor, noticeOf, placeOf, truncateName, type DefinitionContext } from '../../exec/ddl/context.ts'
import { setOnCommit, storeTable } from '../../exec/ddl/create-table.ts'
import { changedOptions } from '../../exec/ddl/relation-options.ts'
import { viewColumns } from '../../exec/ddl/views.ts'
import { bodyOf, namesOf, type CreateTableAsStmt, type Node, type RangeVar, tagOf } from '../../sql/ast.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { SessionCore } from '../core.ts'
import { lockTables, plan, startPlan } from '../execute-statement.ts'
import type { StatementPlan } from '../plan-statement.ts'
import { definitionContext } from './definition-context.ts'
import { lockNewName } from './definition-locks.ts'
import { executed } from './prepared.ts'

export const createTableAs = async (core: SessionCore, node: CreateTableAsStmt): Promise<string> => {
  const isView = node.objtype === 'OBJECT_MATVIEW'
  const tag = isView ? 'CREATE MATERIALIZED VIEW' : 'CREATE TABLE AS'
  core.block.transaction.checkWritable(tag)
  const range = node.into?.rel as RangeVar
  await lockNewName(core, range)
  const context = definitionContext(core)
  const name = truncateName(range.relname as string)
  const { schema, persistence } = placeOf(context, range)
  if (core.catalog.relationIn(schema, name) !== null) {
    if (!node.if_not_exists) throw duplicateRelation(name)
    noticeOf(context, `relation "${name}" already exists, skipping`)
    return tag
  }
  if (isView && range.relpersistence === 'u') throw notSupported('materialized views cannot be unlogged')
  const query = structuredClone(node.query) as Node
  const { statement, parameters } = await sourceOf(core, query)
  const names = namesOf(node.into?.colNames)
  if (names.length > statement.query.outputs.length) throw syntaxErrorAt('too many column names were specified')
  const columns = viewColumns(statement.query as Query, names)
  for (const { type } of columns) requireTypeUsage(context, type)
  const options = changedOptions('r', [], node.into?.options ?? [])
  const skipData = node.into?.skipData === true
  const relation = storeTable(context, { name, schema, columns, persistence, options, kind: isView ? 'm' : 'r' })
  if (isView) context.catalog.put(materialized(context, relation, query, skipData))
  setOnCommit(context, relation, node.into?.onCommit)
  // The rows of a statement that was prepared are counted, even where there are none.
  if (skipData) return tagOf(query) === 'ExecuteStmt' ? 'SELECT 0' : tag
  const bulk = core.parts.storage.bulkWriter(core.block.transaction, core.parts.storage.store(relation.storageId))
  const rows = await eachRow(core, statement, parameters, (row) => {
    bulk.append(row)
    return bulk.pressure()?.promise
  })
  await bulk.finish()
  return `SELECT ${rows}`
}

/** The plan that gives the rows: of a query, or of a statement prepared before. */
const sourceOf = async (
  core: SessionCore,
  query: Node,
): Promise<{ statement: StatementPlan; parameters: readonly Datum[] }> => {
  const execute = bodyOf(query, 'ExecuteStmt')
  const prepared = execute === undefined ? null : executed(core, execute)
  const again = () => prepared?.current() ?? plan(core, query, [], false)
  return { statement: await lockTables(core, again(), again), parameters: prepared?.parameters ?? [] }
}

/** Hands every row of a plan on; a promise holds the plan back. Answers their number. */
export const eachRow = async (
  core: SessionCore,
  statement: StatementPlan,
  parameters: readonly Datum[],
  take: (row: Datum[]) => Promise<unknown> | undefined,
): Promise<number> => {
  const running = startPlan(core, statement, parameters)
  try {
    for (;;) {
      const batch = await running.next()
      if (batch === null) break
      for (let k = 0; k < batch.count; k++) {
        const held = take(batch.row(k))
        if (held !== undefined) await held
      }
    }
    return running.rows
  } finally {
    running.close()
    core.running = null
  }
}

/** The record of a materialized view, which keeps its query. */
const materialized = (
  context: DefinitionContext,
  relation: RelationObject,
  query: Node,
  skipData: boolean,
): RelationObject => {
  const analysis = analysisFor(context)
  const analyzed = analysis.rules.query(analysis, null, query)
  const isTemporary = [...analysis.relations].some((oid) => context.catalog.snapshot.relation(oid)?.persistence === 't')
  if (isTemporary) throw notSupported('materialized views must not use temporary tables or views')
  const tree = query as unknown as ParseTree
  bindRelations(tree, analysis.ranges)
  return {
    ...relation,
    view: { query: tree },
    depends: queryDependencies(analyzed),
    ...(skipData ? { unpopulated: true as const } : {}),
  }
}
