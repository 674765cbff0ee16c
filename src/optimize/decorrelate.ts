/**
 * Pulls the conditions that mention outer columns out of a subquery's plan (Neumann & Kemper, "Unnesting Arbitrary
 * Queries", 2015, for the case that they can be moved to the join that replaces the subquery). What cannot be moved
 * without changing the answer makes the whole attempt fail; the subquery then stays an `apply`.
 */
import type { ColumnId, Expr } from '../analyze/expression.ts'
import { conjunction, conjuncts, sameExpr } from '../analyze/nodes.ts'
import type { LogicalAggregate, LogicalJoin, LogicalPlan } from '../plan/logical.ts'
import type { PlanColumn } from '../plan/physical.ts'
import { refer } from '../plan/build-nodes.ts'
import { OID } from '../types/oids.ts'
import { columnsOf, isHashEquality, isVolatile, mentionsAny } from './expressions.ts'
import type { OptimizerContext } from './facts.ts'
import { filtered, outputIds, refersTo } from './plans.ts'

/** A plan free of the outer columns, and the conditions over its outputs and the outer columns that it lost. */
interface Decorrelated {
  readonly plan: LogicalPlan
  readonly conditions: readonly Expr[]
}

export const decorrelate = (
  plan: LogicalPlan,
  outer: ReadonlySet<ColumnId>,
  context: OptimizerContext,
): Decorrelated | null => {
  if (!refersTo(plan, outer)) return { plan, conditions: [] }
  const input = (below: LogicalPlan): Decorrelated | null => decorrelate(below, outer, context)
  switch (plan.kind) {
    case 'filter': {
      const below = input(plan.input)
      if (below === null) return null
      const parts = conjuncts(plan.condition)
      if (parts.some(isVolatile)) return null
      const own = parts.filter((part) => !mentionsAny(part, outer))
      const lost = parts.filter((part) => mentionsAny(part, outer))
      return { plan: filtered(below.plan, own, context), conditions: [...below.conditions, ...lost] }
    }
    case 'project': {
      if (plan.columns.some((c) => mentionsAny(c.expr, outer))) return null
      const below = input(plan.input)
      return below === null ? null : passThrough(plan, below, outer)
    }
    case 'join':
      return decorrelateJoin(plan, outer, context)
    case 'aggregate': {
      const below = plan.groupBy.length === 0 ? null : input(plan.input)
      return below === null ? null : groupByConditions(plan, below, outer, context)
    }
    case 'sort': {
      if (plan.keys.some((key) => mentionsAny(key.expr, outer))) return null
      const below = input(plan.input)
      if (below === null) return null
      return { plan: { ...plan, input: below.plan, outputs: below.plan.outputs }, conditions: below.conditions }
    }
    case 'apply': {
      if (refersTo(plan.subplan, outer) || (plan.test !== null && mentionsAny(plan.test, outer))) return null
      const below = input(plan.input)
      if (below === null) return null
      const outputs = [...below.plan.outputs, plan.column]
      return { plan: { ...plan, input: below.plan, outputs }, conditions: below.conditions }
    }
    default:
      return null
  }
}

/** Adds the columns that the conditions need to a projection. */
const passThrough = (
  plan: LogicalPlan & { kind: 'project' },
  below: Decorrelated,
  outer: ReadonlySet<ColumnId>,
): Decorrelated => {
  const present = outputIds(plan)
  const extra = neededBy(below, outer).filter((c) => !present.has(c.id))
  const columns = [...plan.columns, ...extra.map((c) => ({ id: c.id, expr: refer(c) }))]
  return {
    plan: { kind: 'project', input: below.plan, columns, outputs: [...plan.outputs, ...extra] },
    conditions: below.conditions,
  }
}

const neededBy = (below: Decorrelated, outer: ReadonlySet<ColumnId>): PlanColumn[] => {
  const ids = new Set<ColumnId>()
  for (const condition of below.conditions) columnsOf(condition, ids)
  return below.plan.outputs.filter((c) => ids.has(c.id) && !outer.has(c.id))
}

const decorrelateJoin = (
  plan: LogicalJoin,
  outer: ReadonlySet<ColumnId>,
  context: OptimizerContext,
): Decorrelated | null => {
  if (plan.lateral || plan.nullAware) return null
  const parts = conjuncts(plan.condition)
  const lost = parts.filter((part) => mentionsAny(part, outer))
  if (plan.type === 'inner') {
    const left = decorrelate(plan.left, outer, context)
    const right = decorrelate(plan.right, outer, context)
    if (left === null || right === null) return null
    const own = parts.filter((part) => !mentionsAny(part, outer))
    const condition = conjunction(own, context.typeOf(OID.bool))
    const outputs = [...left.plan.outputs, ...right.plan.outputs]
    return {
      plan: { ...plan, left: left.plan, right: right.plan, condition, outputs },
      conditions: [...left.conditions, ...right.conditions, ...lost],
    }
  }
  // Conditions of the side that keeps all its rows may be checked after the join; others decide what matches.
  if (lost.length > 0 || (plan.type !== 'left' && plan.type !== 'semi' && plan.type !== 'anti')) return null
  if (refersTo(plan.right, outer)) return null
  const left = decorrelate(plan.left, outer, context)
  if (left === null) return null
  const outputs = plan.type === 'left' ? [...left.plan.outputs, ...plan.right.outputs] : left.plan.outputs
  return { plan: { ...plan, left: left.plan, outputs }, conditions: left.conditions }
}

/**
 * Groups additionally by the inner sides of the conditions, all of which must be equalities of an inner with an outer
 * expression. Sound where every group is asked for by its key; groups of no rows do not appear.
 */
export const groupByConditions = (
  plan: LogicalAggregate,
  below: Decorrelated,
  outer: ReadonlySet<ColumnId>,
  context: OptimizerContext,
): Decorrelated | null => {
  if (plan.sets.length !== 1 || plan.groupings.length > 0) return null
  const calls = plan.aggregates.map((a) => a.call)
  if ([...calls, ...plan.groupBy.map((g) => g.expr)].some((e) => mentionsAny(e, outer))) return null
  const groupBy = [...plan.groupBy]
  const added: PlanColumn[] = []
  const conditions: Expr[] = []
  const inner = outputIds(below.plan)
  for (const condition of below.conditions) {
    const sides = innerAndOuter(condition, inner)
    if (sides === null) return null
    const known = groupBy.find((g) => sameExpr(g.expr, sides.inner))
    const id = known?.id ?? (sides.inner.kind === 'column' ? sides.inner.id : context.freshColumn())
    const name = sides.inner.kind === 'column' ? sides.inner.name : 'key'
    if (known === undefined) {
      groupBy.push({ id, expr: sides.inner })
      added.push({ id, name, type: sides.inner.type })
    }
    conditions.push(sides.over({ kind: 'column', id, name, type: sides.inner.type, typmod: sides.inner.typmod }))
  }
  const grouped = plan.groupBy.length
  const outputs = [...plan.outputs.slice(0, grouped), ...added, ...plan.outputs.slice(grouped)]
  const sets = [groupBy.map((_, i) => i)]
  return { plan: { ...plan, input: below.plan, groupBy, sets, outputs }, conditions }
}

/** The two sides of an equality between the subquery's columns and others; `over` rebuilds it on another inner side. */
const innerAndOuter = (condition: Expr, inner: ReadonlySet<ColumnId>) => {
  if (!isHashEquality(condition)) return null
  const [a, b] = condition.args as [Expr, Expr]
  const isInner = (expr: Expr): boolean => {
    const ids = columnsOf(expr)
    return ids.size > 0 && ids.isSubsetOf(inner)
  }
  if (isInner(a) && columnsOf(b).isDisjointFrom(inner)) {
    return { inner: a, over: (column: Expr): Expr => ({ ...condition, args: [column, b] }) }
  }
  if (isInner(b) && columnsOf(a).isDisjointFrom(inner)) {
    return { inner: b, over: (column: Expr): Expr => ({ ...condition, args: [a, column] }) }
  }
  return null
}
