/**
 * Logical plans of INSERT, UPDATE and DELETE. The source computes everything that an expression can say; the
 * modifying node stores rows and, for RETURNING, delivers them to a projection above it.
 */
import type { Expr } from '../analyze/expression.ts'
import type {
  CheckOption,
  DeleteQuery,
  DmlQuery,
  FromItem,
  InsertQuery,
  MergeQuery,
  Returning,
  UpdateQuery,
  ViewLevel,
} from '../analyze/query.ts'
import { OID } from '../types/oids.ts'
import {
  crossJoin,
  planColumn,
  refer,
  RESULT,
  rowAddress,
  scanOf,
  type RowAddress,
  type BuildContext,
} from './build-nodes.ts'
import type { LogicalPlan } from './logical.ts'
import type { ComputedColumn, PlanColumn } from './physical.ts'

/** The parts of the query builder that modification needs. */
export interface QueryBuilder {
  readonly context: BuildContext
  query(query: InsertQuery['source'] & object): LogicalPlan
  filter(input: LogicalPlan, condition: Expr): LogicalPlan
  secured(input: LogicalPlan, conditions: readonly Expr[]): LogicalPlan
  project(input: LogicalPlan, columns: readonly ComputedColumn[], names: readonly string[]): LogicalPlan
  joined(type: 'left' | 'inner', left: LogicalPlan, right: LogicalPlan, condition: Expr): LogicalPlan
  fromItem(item: FromItem, rowids: ReadonlyMap<object, RowAddress>): LogicalPlan
}

export const buildModify = (builder: QueryBuilder, query: DmlQuery): LogicalPlan => {
  switch (query.kind) {
    case 'insert':
      return buildInsert(builder, query)
    case 'update':
      return buildUpdate(builder, query)
    case 'delete':
      return buildDelete(builder, query)
    case 'merge':
      return buildMerge(builder, query)
  }
}

/** A row of the table, given by its columns' ids: what a view adds to it are further columns. */
const withLevels = (builder: QueryBuilder, plan: LogicalPlan, levels: readonly ViewLevel[]): LogicalPlan =>
  levels.reduce((below, { columns }) => {
    const passed = below.outputs.map((c) => ({ id: c.id, expr: refer(c) }))
    const names = [...below.outputs.map((c) => c.name), ...columns.map(() => '?column?')]
    return builder.project(below, [...passed, ...columns], names)
  }, plan)

const returned = (
  builder: QueryBuilder,
  plan: LogicalPlan,
  returning: Returning | null,
  levels: readonly ViewLevel[],
): LogicalPlan => {
  if (returning === null) return plan
  const { targets } = returning
  return builder.project(
    withLevels(builder, plan, levels),
    targets.map((t) => ({ id: t.column.id, expr: t.expr })),
    targets.map((t) => t.column.name),
  )
}

const checkOptionPlans = (builder: QueryBuilder, options: readonly CheckOption[]) =>
  options.map(({ levels, condition, ...option }) => {
    const column = { id: builder.context.freshColumn(), expr: condition }
    return { ...option, plan: builder.project(withLevels(builder, RESULT, levels), [column], ['holds']) }
  })

const buildInsert = (builder: QueryBuilder, query: InsertQuery): LogicalPlan => {
  const source = query.source === null ? null : builder.query(query.source)
  const outputs = query.returning === null ? [] : query.table.columns.map(planColumn)
  const conflict = conflictPlan(builder, query)
  const checkOptions = checkOptionPlans(builder, query.checkOptions)
  const plan: LogicalPlan = { kind: 'insert', query, source, conflict, checkOptions, outputs }
  return returned(builder, plan, query.returning, query.levels)
}

/** What DO UPDATE assigns, and whether it does. */
const conflictPlan = (builder: QueryBuilder, { onConflict, levels }: InsertQuery): LogicalPlan | null => {
  if (onConflict === null || onConflict.action === 'nothing') return null
  const always = { kind: 'const', value: true, type: builder.context.typeOf(OID.bool), typmod: -1 } as const
  const exprs = [...onConflict.assignments.map((a) => a.expr), onConflict.where ?? always]
  return builder.project(
    withLevels(builder, RESULT, levels),
    exprs.map((expr) => ({ id: builder.context.freshColumn(), expr })),
    exprs.map(() => 'value'),
  )
}

/** The rows to change: the target, of a view those that are the view's, joined with FROM or USING, restricted by WHERE. */
const affected = (builder: QueryBuilder, query: UpdateQuery | DeleteQuery, address: RowAddress): LogicalPlan => {
  let plan: LogicalPlan = builder.secured(scanOf(query.table, address, builder.context), query.security)
  for (const level of query.levels) {
    if (level.condition !== null) plan = builder.filter(plan, level.condition)
    plan = withLevels(builder, plan, [level])
  }
  for (const item of query.from) {
    const lateral = (item.kind === 'subquery' || item.kind === 'function') && item.lateral
    plan = crossJoin(plan, builder.fromItem(item, new Map()), lateral)
  }
  return query.where === null ? plan : builder.filter(plan, query.where)
}

/** Columns of the source that RETURNING may name: those of views are computed of the row as it is afterwards. */
const returnable = (query: UpdateQuery | DeleteQuery, source: LogicalPlan, address: RowAddress): PlanColumn[] => {
  if (query.returning === null) return []
  const computed = new Set(query.levels.flatMap((level) => level.columns.map((c) => c.id)))
  return source.outputs.filter(({ id }) => id !== address.rowid && id !== address.tableoid && !computed.has(id))
}

const buildUpdate = (builder: QueryBuilder, query: UpdateQuery): LogicalPlan => {
  const address = rowAddress(query.table, builder.context)
  const input = affected(builder, query, address)
  const values = query.assignments.map((assignment) => ({ id: builder.context.freshColumn(), expr: assignment.expr }))
  const columns = [...input.outputs.map((c) => ({ id: c.id, expr: refer(c) })), ...values]
  const names = [...input.outputs.map((c) => c.name), ...query.assignments.map((a) => a.column.name)]
  const source = builder.project(input, columns, names)
  const outputs = returnable(query, input, address)
  const checkOptions = checkOptionPlans(builder, query.checkOptions)
  const assigned = values.map((v) => v.id)
  const plan: LogicalPlan = { kind: 'update', query, source, ...address, values: assigned, checkOptions, outputs }
  return returned(builder, plan, query.returning, query.levels)
}

const buildDelete = (builder: QueryBuilder, query: DeleteQuery): LogicalPlan => {
  const address = rowAddress(query.table, builder.context)
  const source = affected(builder, query, address)
  const outputs = returnable(query, source, address)
  return returned(builder, { kind: 'delete', query, source, ...address, outputs }, query.returning, query.levels)
}

const buildMerge = (builder: QueryBuilder, query: MergeQuery): LogicalPlan => {
  const { context } = builder
  const address = rowAddress(query.table, context)
  const source = builder.fromItem(query.from, new Map())
  const target = builder.secured(scanOf(query.table, address, context), query.security)
  // Rows without a match are of use only where something is to be done with them.
  const outer = query.actions.some((action) => !action.matched)
  const joined = builder.joined(outer ? 'left' : 'inner', source, target, query.condition)
  const rowPlan = (exprs: readonly Expr[]): LogicalPlan =>
    builder.project(
      RESULT,
      exprs.map((expr) => ({ id: context.freshColumn(), expr })),
      exprs.map(() => 'value'),
    )
  const actions = query.actions.map(({ condition, assignments }) => ({
    condition: condition === null ? null : rowPlan([condition]),
    values: assignments.length === 0 ? null : rowPlan(assignments.map((a) => a.expr)),
  }))
  const checkOptions = checkOptionPlans(builder, query.checkOptions)
  return { kind: 'merge', query, source: joined, ...address, actions, checkOptions, outputs: [] }
}
