/** CREATE TABLE AS and SELECT INTO: a query's rows become a new table. */
import { viewColumns } from '../../exec/ddl/views.ts'
import { noticeOf, targetSchema, truncateName } from '../../exec/ddl/context.ts'
import { storeTable } from '../../exec/ddl/create-table.ts'
import { duplicateRelation, notSupported } from '../../errors/raise/definitions.ts'
import type { Query } from '../../analyze/query.ts'
import type { RelationObject } from '../../catalog/objects.ts'
import { namesOf, type CreateTableAsStmt, type Node, type RangeVar } from '../../sql/ast.ts'
import type { SessionCore } from '../core.ts'
import { lockTables, plan, startPlan } from '../execute-statement.ts'
import { definitionContext } from './definition-context.ts'
import { lockNewName } from './definition-locks.ts'

export const createTableAs = async (core: SessionCore, node: CreateTableAsStmt): Promise<string> => {
  core.block.transaction.checkWritable('CREATE TABLE AS')
  if (node.objtype === 'OBJECT_MATVIEW') throw notSupported('materialized views are not supported')
  const range = node.into?.rel as RangeVar
  await lockNewName(core, range)
  const context = definitionContext(core)
  const name = truncateName(range.relname as string)
  const schema = range.relpersistence === 't' ? context.temporarySchema() : targetSchema(context, range.schemaname).oid
  if (core.catalog.relationIn(schema, name) !== null) {
    if (!node.if_not_exists) throw duplicateRelation(name)
    noticeOf(context, `relation "${name}" already exists, skipping`)
    return 'CREATE TABLE AS'
  }
  const query = node.query as Node
  const again = () => plan(core, query, [], false)
  const statement = await lockTables(core, again(), again)
  const columns = viewColumns(statement.query as Query, namesOf(node.into?.colNames))
  const persistence = (range.relpersistence ?? 'p') as RelationObject['persistence']
  const relation = storeTable(context, { name, schema, columns, persistence })
  if (node.into?.skipData) return 'CREATE TABLE AS'
  const running = startPlan(core, statement, [])
  const bulk = core.parts.storage.bulkWriter(core.block.transaction, core.parts.storage.store(relation.storageId))
  try {
    for (;;) {
      const batch = await running.next()
      if (batch === null) break
      for (let k = 0; k < batch.count; k++) bulk.append(batch.row(k))
      const pressure = bulk.pressure()
      if (pressure !== null) await pressure.promise
    }
    await bulk.finish()
  } finally {
    running.close()
    core.running = null
  }
  return `SELECT ${running.rows}`
}
