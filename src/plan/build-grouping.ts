/** GROUP BY and aggregates: the calls and grouped expressions are replaced by the columns that hold their values. */
import type { AggregateExpr, ColumnId, Expr, GroupingExpr } from '../analyze/expression.ts'
import { children, mapChildren, sameExpr } from '../analyze/nodes.ts'
import type { SelectQuery } from '../analyze/query.ts'
import { mentionedColumns } from '../analyze/walk.ts'
import { refer } from './build-nodes.ts'
import { expandKeys } from './build-project-set.ts'
import type { SubqueryBuilder } from './build-windows.ts'
import type { LogicalPlan } from './logical.ts'
import type { ComputedColumn, PlanColumn } from './physical.ts'

interface GroupingBuilder extends SubqueryBuilder {
  project(input: LogicalPlan, columns: readonly ComputedColumn[], names: readonly string[]): LogicalPlan
}

/** The grouping of a query over its input. */
export const planGrouping = (
  builder: GroupingBuilder,
  input: LogicalPlan,
  query: SelectQuery,
): { plan: LogicalPlan; replace: (expr: Expr) => Expr } => {
  const { context } = builder
  const groupExprs = query.grouping?.exprs ?? []
  const calls: { id: ColumnId; call: AggregateExpr }[] = []
  const groupings: { id: ColumnId; node: GroupingExpr; args: number[] }[] = []
  const addGrouping = (id: ColumnId, node: GroupingExpr): void => {
    groupings.push({ id, node, args: node.args.map((a) => groupExprs.findIndex((g) => sameExpr(g, a))) })
  }
  for (const { id, call } of query.carried ?? []) {
    if (call.kind === 'aggregate') calls.push({ id, call })
    else addGrouping(id, call)
  }
  // A plain grouped column keeps its id, so that subqueries above the grouping still find it. One of an outer level
  // does not: it is read below the grouping, too.
  const single = (query.grouping?.sets.length ?? 0) === 1
  const own = new Set(input.outputs.map((column) => column.id))
  const groupIds = groupExprs.map((g) =>
    single && g.kind === 'column' && own.has(g.id) ? g.id : context.freshColumn(),
  )
  const replace = (expr: Expr): Expr => {
    const group = groupExprs.findIndex((g) => sameExpr(g, expr))
    if (group >= 0) {
      const source = groupExprs[group] as Expr
      const name = source.kind === 'column' ? source.name : '?column?'
      return { kind: 'column', id: groupIds[group] as ColumnId, name, type: source.type, typmod: source.typmod }
    }
    if (expr.kind === 'aggregate') {
      const known = calls.find((c) => sameExpr(c.call, expr))
      const id = known?.id ?? context.freshColumn()
      if (known === undefined) calls.push({ id, call: expr })
      return { kind: 'column', id, name: expr.function.name, type: expr.type, typmod: -1 }
    }
    if (expr.kind === 'grouping') {
      const known = groupings.find((g) => g.node === expr)
      if (known !== undefined) return refer({ id: known.id, name: 'grouping', type: expr.type })
      const id = context.freshColumn()
      addGrouping(id, expr)
      return { kind: 'column', id, name: 'grouping', type: expr.type, typmod: -1 }
    }
    return mapChildren(expr, replace)
  }
  // Collect the calls before the node is built: everything above the grouping is replaced once.
  for (const t of query.targets) replace(t.expr)
  for (const key of query.orderBy) replace(key.expr)
  if (query.having !== null) replace(query.having)
  for (const window of query.windows) {
    for (const e of [...window.partitionBy, ...window.orderBy.map((k) => k.expr)]) replace(e)
  }
  const { below, keys } = expandKeys(builder, input, groupExprs)
  const { plan: applied, exprs } = builder.applySubqueries(below, [...keys, ...calls.map((c) => c.call)])
  const groupBy = groupIds.map((id, i) => ({ id, expr: exprs[i] as Expr }))
  const aggregates = calls.map((c, i) => ({ id: c.id, call: exprs[groupExprs.length + i] as AggregateExpr }))
  const outputs: PlanColumn[] = [
    ...groupBy.map((g) => ({
      id: g.id,
      name: g.expr.kind === 'column' ? g.expr.name : '?column?',
      type: g.expr.type,
    })),
    ...aggregates.map((a) => ({ id: a.id, name: a.call.function.name, type: a.call.type })),
    ...groupings.map((g) => ({ id: g.id, name: 'grouping', type: g.node.type })),
  ]
  const plan: LogicalPlan = {
    kind: 'aggregate',
    input: applied,
    groupBy,
    sets: query.grouping?.sets ?? [[]],
    aggregates,
    groupings: groupings.map((g) => ({ id: g.id, args: g.args })),
    outputs,
  }
  const shadows = single ? [] : shadowedColumns(query, groupBy)
  if (shadows.length === 0) return { plan, replace }
  const columns = [...outputs.map((column) => ({ id: column.id, expr: refer(column) })), ...shadows]
  const names = [...outputs.map(({ name }) => name), ...shadows.map(({ expr }) => expr.name)]
  return { plan: builder.project(plan, columns, names), replace }
}

/**
 * With several grouping sets a grouped column is NULL in some of them, so it has an id of its own above the grouping.
 * Subqueries there know it by the old one: answers those columns that are needed under both.
 */
const shadowedColumns = (query: SelectQuery, groupBy: readonly ComputedColumn[]) => {
  const mentioned = new Set<ColumnId>()
  const visit = (expr: Expr): void => {
    if (expr.kind === 'subquery') mentionedColumns(expr, mentioned)
    else children(expr).forEach(visit)
  }
  for (const { expr } of [...query.targets, ...query.orderBy]) visit(expr)
  if (query.having !== null) visit(query.having)
  return groupBy.flatMap(({ id, expr }) =>
    expr.kind === 'column' && mentioned.has(expr.id) ? [{ id: expr.id, expr: { ...expr, id } }] : [],
  )
}
