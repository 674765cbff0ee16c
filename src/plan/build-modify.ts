/**
 * Logical plans of INSERT, UPDATE and DELETE. The source computes everything that an expression can say; the
 * modifying node stores rows and, for RETURNING, delivers them to a projection above it.
 */
import type { ColumnId, Expr } from '../analyze/expression.ts'
import type { DeleteQuery, DmlQuery, FromItem, InsertQuery, Returning, UpdateQuery } from '../analyze/query.ts'
import { crossJoin, planColumn, refer, scanOf, type BuildContext } from './build-nodes.ts'
import type { LogicalPlan } from './logical.ts'
import type { ComputedColumn, PlanColumn } from './physical.ts'

/** The parts of the query builder that modification needs. */
export interface QueryBuilder {
  readonly context: BuildContext
  query(query: InsertQuery['source'] & object): LogicalPlan
  filter(input: LogicalPlan, condition: Expr): LogicalPlan
  project(input: LogicalPlan, columns: readonly ComputedColumn[], names: readonly string[]): LogicalPlan
  fromItem(item: FromItem, rowids: ReadonlyMap<object, ColumnId>): LogicalPlan
}

export const buildModify = (builder: QueryBuilder, query: DmlQuery): LogicalPlan => {
  switch (query.kind) {
    case 'insert':
      return buildInsert(builder, query)
    case 'update':
      return buildUpdate(builder, query)
    case 'delete':
      return buildDelete(builder, query)
  }
}

const returned = (builder: QueryBuilder, plan: LogicalPlan, returning: Returning | null): LogicalPlan => {
  if (returning === null) return plan
  const { targets } = returning
  return builder.project(
    plan,
    targets.map((t) => ({ id: t.column.id, expr: t.expr })),
    targets.map((t) => t.column.name),
  )
}

const buildInsert = (builder: QueryBuilder, query: InsertQuery): LogicalPlan => {
  const source = query.source === null ? null : builder.query(query.source)
  const outputs = query.returning === null ? [] : query.table.columns.map(planColumn)
  return returned(builder, { kind: 'insert', query, source, outputs }, query.returning)
}

/** The rows to change: the target joined with FROM or USING, restricted by WHERE. */
const affected = (builder: QueryBuilder, query: UpdateQuery | DeleteQuery, rowid: ColumnId): LogicalPlan => {
  let plan: LogicalPlan = scanOf(query.table, rowid, builder.context)
  for (const item of query.from) {
    const lateral = (item.kind === 'subquery' || item.kind === 'function') && item.lateral
    plan = crossJoin(plan, builder.fromItem(item, new Map()), lateral)
  }
  return query.where === null ? plan : builder.filter(plan, query.where)
}

const buildUpdate = (builder: QueryBuilder, query: UpdateQuery): LogicalPlan => {
  const rowid = builder.context.freshColumn()
  const input = affected(builder, query, rowid)
  const values = query.assignments.map((assignment) => ({ id: builder.context.freshColumn(), expr: assignment.expr }))
  const columns = [...input.outputs.map((c) => ({ id: c.id, expr: refer(c) })), ...values]
  const names = [...input.outputs.map((c) => c.name), ...query.assignments.map((a) => a.column.name)]
  const source = builder.project(input, columns, names)
  const outputs = query.returning === null ? [] : withoutRowid(input.outputs, rowid)
  const plan: LogicalPlan = { kind: 'update', query, source, rowid, values: values.map((v) => v.id), outputs }
  return returned(builder, plan, query.returning)
}

const buildDelete = (builder: QueryBuilder, query: DeleteQuery): LogicalPlan => {
  const rowid = builder.context.freshColumn()
  const source = affected(builder, query, rowid)
  const outputs = query.returning === null ? [] : withoutRowid(source.outputs, rowid)
  return returned(builder, { kind: 'delete', query, source, rowid, outputs }, query.returning)
}

const withoutRowid = (columns: readonly PlanColumn[], rowid: ColumnId): PlanColumn[] =>
  columns.filter((column) => column.id !== rowid)
