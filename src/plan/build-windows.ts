/** Window functions: each window a sort of its own, the calls replaced by the columns that hold their values. */
import type { ColumnId, Expr, WindowExpr } from '../analyze/expression.ts'
import { mapChildren } from '../analyze/nodes.ts'
import type { SelectQuery } from '../analyze/query.ts'
import { framed } from './build-frames.ts'
import type { BuildContext } from './build-nodes.ts'
import type { LogicalPlan } from './logical.ts'

/** What puts subqueries below the node whose expressions they stand in. */
export interface SubqueryBuilder {
  readonly context: BuildContext
  readonly applySubqueries: (input: LogicalPlan, exprs: readonly Expr[]) => { plan: LogicalPlan; exprs: Expr[] }
}

/** The windows of a query over its input; `exprs` are all that call window functions. */
export const planWindows = (
  { context, applySubqueries }: SubqueryBuilder,
  input: LogicalPlan,
  query: SelectQuery,
  exprs: readonly Expr[],
  replaceAggregates: (expr: Expr) => Expr,
): { plan: LogicalPlan; replace: (expr: Expr) => Expr } => {
  const calls: { id: ColumnId; call: WindowExpr }[] = []
  const replace = (expr: Expr): Expr => {
    if (expr.kind !== 'window') return mapChildren(expr, replace)
    const known = calls.find((c) => c.call === expr)
    const id = known?.id ?? context.freshColumn()
    if (known === undefined) calls.push({ id, call: expr })
    return { kind: 'column', id, name: expr.function.name, type: expr.type, typmod: -1 }
  }
  for (const expr of exprs) replace(expr)
  let plan = input
  for (const [i, spec] of query.windows.entries()) {
    const own = calls.filter((c) => c.call.window === i)
    if (own.length === 0) continue
    const applied = applySubqueries(plan, [
      ...spec.partitionBy.map(replaceAggregates),
      ...spec.orderBy.map((key) => replaceAggregates(key.expr)),
      ...own.map((c) => c.call),
    ])
    plan = applied.plan
    const partitionBy = applied.exprs.slice(0, spec.partitionBy.length)
    const orderBy = spec.orderBy.map((key, k) => ({ ...key, expr: applied.exprs[partitionBy.length + k] as Expr }))
    const firstCall = partitionBy.length + orderBy.length
    const called = own.map((c, k) => ({ id: c.id, call: applied.exprs[firstCall + k] as WindowExpr }))
    const keys = [...partitionBy.map((expr) => ({ expr, descending: false, nullsFirst: false })), ...orderBy]
    if (keys.length > 0) plan = { kind: 'sort', input: plan, keys, outputs: plan.outputs }
    const below = plan
    const outputs = [...plan.outputs, ...own.map((c) => ({ id: c.id, name: c.call.function.name, type: c.call.type }))]
    const frame = { ...spec, partitionBy, orderBy }
    const apply = (under: LogicalPlan, exprs: readonly Expr[]) => applySubqueries(under, exprs)
    plan = framed(frame, apply, (spec) => ({ kind: 'window', input: below, spec, calls: called, outputs }))
  }
  return { plan, replace }
}
