/**
 * Every node delivers only what is asked of it above: scans read fewer columns, joins put together fewer, unused
 * aggregates, window calls and subqueries are not computed, projections that pass their input on disappear and those
 * over each other become one.
 *
 * Not where columns count by position (set operations, WITH, INSERT): those inputs keep all theirs, in order.
 */
import type { ColumnId, Expr } from '../../analyze/expression.ts'
import { substituteColumns } from '../../analyze/nodes.ts'
import { expressionsOf, inputsOf, withInputs, type LogicalPlan } from '../../plan/logical.ts'
import type { PlanColumn } from '../../plan/physical.ts'
import { narrow } from '../../plan/build-nodes.ts'
import { columnsOf, isVolatile } from '../expressions.ts'
import { outerColumns } from '../plans.ts'
import type { Rule } from '../rule.ts'

export const pruneColumns: Rule = {
  name: 'prune-columns',
  apply: (plan) => exact(plan, plan.outputs),
}

type Needed = ReadonlySet<ColumnId>

const idsOf = (columns: readonly PlanColumn[]): Set<ColumnId> => new Set(columns.map((c) => c.id))

const withColumns = (needed: Needed, exprs: readonly (Expr | null)[]): Set<ColumnId> => {
  const ids = new Set(needed)
  for (const expr of exprs) if (expr !== null) columnsOf(expr, ids)
  return ids
}

/** The pruned plan with just these outputs, in this order. */
const exact = (plan: LogicalPlan, outputs: readonly PlanColumn[]): LogicalPlan => {
  const pruned = prune(plan, idsOf(outputs))
  const same = pruned.outputs.length === outputs.length && pruned.outputs.every((c, i) => c.id === outputs[i]?.id)
  return same ? pruned : narrow(pruned, outputs)
}

const prune = (plan: LogicalPlan, needed: Needed): LogicalPlan => {
  const wanted = (c: { readonly id: ColumnId }): boolean => needed.has(c.id)
  switch (plan.kind) {
    case 'scan': {
      const ids = withColumns(needed, [plan.filter])
      if (plan.outputs.every((c) => ids.has(c.id))) return plan
      const places = plan.outputs.flatMap((c, i) => (ids.has(c.id) ? [i] : []))
      return { ...plan, attnums: pick(plan.attnums, places), outputs: pick(plan.outputs, places) }
    }
    case 'values': {
      const places = plan.outputs.flatMap((c, i) => (needed.has(c.id) ? [i] : []))
      return { ...plan, rows: plan.rows.map((row) => pick(row, places)), outputs: pick(plan.outputs, places) }
    }
    case 'function':
      return { ...plan, outputs: plan.outputs.filter(wanted) }
    case 'cte-scan': {
      const places = plan.outputs.flatMap((c, i) => (needed.has(c.id) ? [i] : []))
      return { ...plan, positions: pick(plan.positions, places), outputs: pick(plan.outputs, places) }
    }
    case 'project':
      return pruneProject(plan, needed)
    case 'project-set': {
      const columns = plan.columns.filter((c) => wanted(c) || c.expr.kind === 'set-call')
      const input = prune(
        plan.input,
        withColumns(
          new Set(),
          columns.map((c) => c.expr),
        ),
      )
      const kept = new Set(columns.map((c) => c.id))
      return { ...plan, input, columns, outputs: plan.outputs.filter((c) => kept.has(c.id)) }
    }
    case 'join': {
      const below = withColumns(needed, [plan.condition])
      if (plan.lateral) for (const id of outerColumns(plan.right)) below.add(id)
      const left = prune(plan.left, below)
      const right = prune(plan.right, below)
      const outputs = plan.type === 'semi' || plan.type === 'anti' ? left.outputs : [...left.outputs, ...right.outputs]
      return { ...plan, left, right, outputs: outputs.filter(wanted) }
    }
    case 'apply': {
      if (!needed.has(plan.column.id)) return prune(plan.input, needed)
      const subplan = prune(
        plan.subplan,
        withColumns(plan.value === null ? new Set() : new Set([plan.value]), [plan.test]),
      )
      const below = withColumns(needed, [plan.test])
      for (const id of outerColumns(subplan)) below.add(id)
      const input = prune(plan.input, below)
      return { ...plan, input, subplan, outputs: [...input.outputs, plan.column] }
    }
    case 'aggregate':
      return pruneAggregate(plan, needed)
    case 'window': {
      const calls = plan.calls.filter(wanted)
      if (calls.length === 0) return prune(plan.input, needed)
      const kept = { ...plan, calls }
      const input = prune(plan.input, withColumns(needed, expressionsOf(kept)))
      const outputs = [...input.outputs, ...plan.outputs.filter((c) => calls.some((call) => call.id === c.id))]
      return { ...kept, input, outputs }
    }
    case 'append': {
      const places = plan.outputs.flatMap((c, i) => (needed.has(c.id) ? [i] : []))
      const inputs = plan.inputs.map((input) => exact(input, pick(input.outputs, places)))
      return { ...plan, inputs, outputs: pick(plan.outputs, places) }
    }
    case 'set-operation':
      return { ...plan, left: exact(plan.left, plan.left.outputs), right: exact(plan.right, plan.right.outputs) }
    case 'recursive-union':
      return { ...plan, base: exact(plan.base, plan.base.outputs), step: exact(plan.step, plan.step.outputs) }
    case 'with': {
      const ctes = plan.ctes.map((c) => ({ cte: c.cte, plan: exact(c.plan, c.plan.outputs) }))
      const input = prune(plan.input, needed)
      return { ...plan, ctes, input, outputs: input.outputs }
    }
    case 'lock-rows': {
      const addresses = plan.locks.flatMap(({ rowid, tableoid }) => (tableoid === null ? [rowid] : [rowid, tableoid]))
      const input = prune(plan.input, new Set([...needed, ...addresses]))
      return { ...plan, input, outputs: input.outputs }
    }
    case 'merge':
    case 'insert':
      return withInputs(
        plan,
        inputsOf(plan).map((input) => exact(input, input.outputs)),
      )
    case 'update':
    case 'delete': {
      // The modifying node reads the row itself; of the source it wants addresses, values and joined columns.
      const own = new Set(plan.query.table.columns.map((c) => c.id))
      const joined = plan.outputs.filter((c) => !own.has(c.id)).map((c) => c.id)
      const values = plan.kind === 'update' ? plan.values : []
      const [, ...others] = inputsOf(plan)
      const address = plan.tableoid === null ? [plan.rowid] : [plan.rowid, plan.tableoid]
      return withInputs(plan, [
        prune(plan.source, new Set([...address, ...values, ...joined])),
        ...others.map((input) => exact(input, input.outputs)),
      ])
    }
    case 'filter':
    case 'barrier':
    case 'sort':
    case 'limit':
    case 'unique': {
      // These pass batches on as they are: their outputs are their input's.
      const input = prune(plan.input, withColumns(needed, expressionsOf(plan)))
      return { ...plan, input, outputs: input.outputs }
    }
    case 'result':
      return plan
  }
}

const pick = <T>(items: readonly T[], places: readonly number[]): T[] => places.map((i) => items[i] as T)

const pruneProject = (plan: LogicalPlan & { kind: 'project' }, needed: Needed): LogicalPlan => {
  const columns = plan.columns.filter((c) => needed.has(c.id) || isVolatile(c.expr))
  const exprs = columns.map((c) => c.expr)
  const input = prune(plan.input, withColumns(new Set(), exprs))
  if (columns.every((c) => c.expr.kind === 'column' && c.expr.id === c.id)) return input
  const kept = new Set(columns.map((c) => c.id))
  const outputs = plan.outputs.filter((c) => kept.has(c.id))
  if (input.kind !== 'project' || !canMerge(input, exprs)) return { ...plan, input, columns, outputs }
  const inner = new Map(input.columns.map((c) => [c.id, c.expr]))
  const merged = columns.map((c) => ({ id: c.id, expr: substituteColumns(c.expr, (id) => inner.get(id)) }))
  return { ...plan, input: input.input, columns: merged, outputs }
}

/** Nothing that costs anything would be computed more than once. */
const canMerge = (inner: LogicalPlan & { kind: 'project' }, exprs: readonly Expr[]): boolean => {
  const uses = new Map<ColumnId, number>()
  const count = (expr: Expr): Expr => {
    substituteColumns(expr, (id) => {
      uses.set(id, (uses.get(id) ?? 0) + 1)
      return undefined
    })
    return expr
  }
  exprs.forEach(count)
  return inner.columns.every(
    ({ id, expr }) =>
      !isVolatile(expr) && (expr.kind === 'column' || expr.kind === 'const' || (uses.get(id) ?? 0) <= 1),
  )
}

const pruneAggregate = (plan: LogicalPlan & { kind: 'aggregate' }, needed: Needed): LogicalPlan => {
  const aggregates = plan.aggregates.filter((a) => needed.has(a.id))
  const groupings = plan.groupings.filter((g) => needed.has(g.id))
  const kept = { ...plan, aggregates, groupings }
  const ids = new Set([...plan.groupBy, ...aggregates, ...groupings].map((c) => c.id))
  const input = prune(plan.input, withColumns(new Set(), expressionsOf(kept)))
  return { ...kept, input, outputs: plan.outputs.filter((c) => ids.has(c.id)) }
}
