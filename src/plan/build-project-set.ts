/** Set-returning functions in select lists. */
import type { ColumnId, Expr, SetCallExpr } from '../analyze/expression.ts'
import { mapChildren } from '../analyze/nodes.ts'
import { mentionedColumns } from '../analyze/walk.ts'
import { containsSet, mentions, refer, type BuildContext } from './build-nodes.ts'
import type { LogicalPlan } from './logical.ts'
import type { ComputedColumn, PlanColumn } from './physical.ts'

/** Set-returning calls run at the top of a project-set; expressions around them are computed above it. */
export const projectSet = (
  context: BuildContext,
  input: LogicalPlan,
  columns: readonly ComputedColumn[],
  outputs: readonly PlanColumn[],
): LogicalPlan => {
  const sets: { id: ColumnId; expr: SetCallExpr; depth: number }[] = []
  const pull = (expr: Expr): Expr => {
    if (expr.kind !== 'set-call') return mapChildren(expr, pull)
    const id = context.freshColumn()
    const call = { ...expr, args: expr.args.map(pull) }
    const inner = sets.filter((set) => call.args.some((arg) => mentions(arg, new Set([set.id]))))
    sets.push({ id, expr: call, depth: 1 + Math.max(0, ...inner.map((set) => set.depth)) })
    return { kind: 'column', id, name: expr.function.name, type: expr.type, typmod: -1 }
  }
  const above = columns.map((c) => ({ id: c.id, expr: pull(c.expr) }))
  const passed = input.outputs.map((c) => ({ id: c.id, expr: refer(c) }))
  let plan = input
  // Calls inside the arguments of others come first; those equally deep give their rows side by side.
  const deepest = Math.max(...sets.map((set) => set.depth))
  const levels = Array.from({ length: deepest }, (_, i) => sets.filter((set) => set.depth === i + 1))
  let available = passed
  for (const level of levels) {
    const all = [...available, ...level]
    plan = {
      kind: 'project-set',
      input: plan,
      columns: all,
      outputs: [...plan.outputs, ...level.map((s) => ({ id: s.id, name: 'set', type: s.expr.type }))],
    }
    available = plan.outputs.map((c) => ({ id: c.id, expr: refer(c) }))
  }
  return { kind: 'project', input: plan, columns: above, outputs }
}

/** What computes columns over an input. */
interface Projector {
  readonly context: BuildContext
  project(input: LogicalPlan, columns: readonly ComputedColumn[], names: readonly string[]): LogicalPlan
}

/** Set-returning functions in GROUP BY give their rows before these are grouped. */
export const expandKeys = (
  builder: Projector,
  input: LogicalPlan,
  keys: readonly Expr[],
): { readonly below: LogicalPlan; readonly keys: readonly Expr[] } => {
  if (!keys.some(containsSet)) return { below: input, keys }
  const sets = keys.filter(containsSet).map((expr) => ({ id: builder.context.freshColumn(), expr }))
  const passed = input.outputs.map((c) => ({ id: c.id, expr: refer(c) }))
  const names = [...input.outputs.map((c) => c.name), ...sets.map(() => 'set')]
  const below = builder.project(input, [...passed, ...sets], names)
  const expanded = keys.map((key): Expr => {
    const set = sets.find((s) => s.expr === key)
    return set === undefined ? key : { kind: 'column', id: set.id, name: 'set', type: key.type, typmod: key.typmod }
  })
  return { below, keys: expanded }
}

/**
 * With DISTINCT ON and ORDER BY, set-returning calls that are no keys of these give their rows after the unique rows are
 * found: answers what is computed before and after that. Null where there are no such calls.
 */
export const setsAfterUnique = (
  input: LogicalPlan,
  columns: readonly ComputedColumn[],
  ...keys: readonly (readonly ({ readonly expr: Expr } | Expr)[])[]
): { readonly before: readonly ComputedColumn[]; readonly after: readonly ComputedColumn[] } | null => {
  const used = new Set<ColumnId>()
  for (const key of keys.flat()) mentionedColumns('expr' in key ? key.expr : key, used)
  const late = columns.filter(({ id, expr }) => containsSet(expr) && !used.has(id))
  if (late.length === 0) return null
  const needed = new Set<ColumnId>()
  for (const { expr } of late) mentionedColumns(expr, needed)
  const kept = columns.filter((column) => !late.includes(column))
  const passed = input.outputs.filter((column) => needed.has(column.id) && !kept.some(({ id }) => id === column.id))
  const before = [...kept, ...passed.map((column) => ({ id: column.id, expr: refer(column) }))]
  const after = columns.map((column) =>
    late.includes(column)
      ? column
      : { id: column.id, expr: refer({ id: column.id, name: '?column?', type: column.expr.type }) },
  )
  return { before, after }
}
