/** Chooses how a join runs: by hashing, by look-ups in the right side, or by comparing all pairs. */
import type { ColumnId, Expr } from '../analyze/expression.ts'
import { conjunction, conjuncts } from '../analyze/nodes.ts'
import { fullJoinConditions } from '../errors/raise/analysis.ts'
import type { LogicalJoin } from '../plan/logical.ts'
import type { JoinKey, PhysicalPlan, PlanColumn } from '../plan/physical.ts'
import { OID } from '../types/oids.ts'
import { hashJoinCost, nestedLoopCost, parameterisedCost } from './cost.ts'
import { columnsOf, isHashEquality, isVolatile } from './expressions.ts'
import { penalty } from './methods.ts'
import type { Planner } from './physical.ts'
import { scanPlan } from './physical-scan.ts'
import { isSingleRow, outerColumns, outputIds } from './plans.ts'

export const joinPlan = (plan: LogicalJoin, planner: Planner): PhysicalPlan => {
  const left = planner.plan(plan.left)
  const available = outputIds(plan.left)
  const lateral = plan.lateral ? [...outerColumns(plan.right)].filter((id) => available.has(id)) : []
  if (lateral.length > 0) return parameterised(plan, left, planner.plan(plan.right), plan.condition, lateral, planner)
  const right = planner.plan(plan.right)
  const { keys, residual } = equalities(plan.condition, plan.left.outputs, plan.right.outputs)
  const { methods } = planner.context
  if (!methods.optimizer && !plan.nullAware) return nestedLoop(plan, left, right, planner)
  if (plan.type === 'full' && keys.length === 0 && conjuncts(plan.condition).some((part) => part.kind !== 'const'))
    throw fullJoinConditions()
  const candidates = [
    keys.length > 0 ? hashJoin(plan, left, right, keys, residual, planner) : null,
    keys.length === 0 || (!methods.hashJoin && !plan.nullAware) ? nestedLoop(plan, left, right, planner) : null,
    lookup(plan, left, planner),
  ].filter((candidate) => candidate !== null)
  if (keys.length === 0) {
    const streamed = streamedPastRow(plan, left, planner)
    if (streamed !== null) candidates.push(streamed)
  }
  return candidates.reduce((best, other) => (other.estimate.totalCost < best.estimate.totalCost ? other : best))
}

const hashJoin = (
  plan: LogicalJoin,
  left: PhysicalPlan,
  right: PhysicalPlan,
  keys: readonly JoinKey[],
  conditions: readonly Expr[],
  planner: Planner,
): PhysicalPlan => {
  const { outputs, nullAware } = plan
  const rows = planner.estimator.rows(plan)
  const residual = conjunction(conditions, planner.context.typeOf(OID.bool))
  // A left join may as well keep the rows of its build side: then the smaller left is built.
  const turned = plan.type === 'left' && left.estimate.rows < right.estimate.rows
  const [probe, build] = turned ? [right, left] : [left, right]
  const type = turned ? 'right' : plan.type
  const ordered = turned ? keys.map((k) => ({ ...k, left: k.right, right: k.left })) : keys
  const startup = build.estimate.totalCost + build.estimate.rows * 0.03
  const total =
    left.estimate.totalCost +
    right.estimate.totalCost +
    hashJoinCost(probe.estimate.rows, build.estimate.rows, rows) +
    penalty(planner.context.methods.hashJoin)
  const estimate = planner.estimate(rows, startup, total, outputs)
  return { kind: 'hash-join', type, left: probe, right: build, keys: ordered, residual, nullAware, outputs, estimate }
}

const nestedLoop = (plan: LogicalJoin, left: PhysicalPlan, right: PhysicalPlan, planner: Planner): PhysicalPlan => {
  const { type, outputs } = plan
  const condition = plan.nullAware ? notFalse(plan.condition, planner) : plan.condition
  const rows = planner.estimator.rows(plan)
  const total =
    left.estimate.totalCost +
    right.estimate.totalCost +
    nestedLoopCost(left.estimate.rows, right.estimate.rows, rows, conjuncts(condition).length) +
    penalty(planner.context.methods.nestedLoop)
  const estimate = planner.estimate(rows, left.estimate.startupCost + right.estimate.totalCost, total, outputs)
  return { kind: 'nested-loop', type, left, right, condition, parameters: [], outputs, estimate }
}

/** What rules a row out of NOT IN: a comparison that is true, or unknown. */
const notFalse = (condition: Expr | null, planner: Planner): Expr | null =>
  condition === null
    ? null
    : {
        kind: 'bool-test',
        arg: condition,
        test: 'false',
        negated: true,
        type: planner.context.typeOf(OID.bool),
        typmod: -1,
      }

/** The right side run anew for each left row. */
const parameterised = (
  plan: LogicalJoin,
  left: PhysicalPlan,
  right: PhysicalPlan,
  condition: Expr | null,
  parameters: readonly ColumnId[],
  planner: Planner,
): PhysicalPlan => {
  const { type, outputs } = plan
  const rows = planner.estimator.rows(plan)
  const total =
    left.estimate.totalCost +
    parameterisedCost(left.estimate.rows, right.estimate.totalCost, rows) +
    penalty(planner.context.methods.nestedLoop)
  const estimate = planner.estimate(rows, left.estimate.startupCost, total, outputs)
  return { kind: 'nested-loop', type, left, right, condition, parameters, outputs, estimate }
}

const LOOKUPS: ReadonlySet<LogicalJoin['type']> = new Set(['inner', 'left', 'semi', 'anti'])

/** A nested loop that finds the right rows by an index, all conditions checked there. Null when no index helps. */
const lookup = (plan: LogicalJoin, left: PhysicalPlan, planner: Planner): PhysicalPlan | null => {
  const { right, condition } = plan
  if (right.kind !== 'scan' || condition === null || plan.nullAware || !LOOKUPS.has(plan.type)) return null
  if (right.item.relation.system !== null || isVolatile(condition)) return null
  const inner = scanPlan(right, [...conjuncts(condition), ...conjuncts(right.filter)], planner)
  const available = outputIds(plan.left)
  if (!isLookup(inner, available)) return null
  return parameterised(plan, left, inner, null, [...columnsOf(condition).intersection(available)], planner)
}

/** Whether a plan is found by an index through columns that are known outside; of several tables, each of them. */
const isLookup = (plan: PhysicalPlan, known: ReadonlySet<ColumnId>): boolean => {
  if (plan.kind === 'append') return plan.inputs.every((input) => isLookup(input, known))
  return plan.kind === 'index-scan' && plan.condition !== null && !columnsOf(plan.condition).isDisjointFrom(known)
}

/**
 * A single left row met by everything on the right: the right side runs once, restricted by the row's values, and
 * streams. So uncorrelated scalar subqueries become filters.
 */
const streamedPastRow = (plan: LogicalJoin, left: PhysicalPlan, planner: Planner): PhysicalPlan | null => {
  const { condition, right } = plan
  if (plan.type !== 'inner' || condition === null || !isSingleRow(plan.left) || isVolatile(condition)) return null
  const parameters = [...columnsOf(condition).intersection(outputIds(plan.left))]
  if (parameters.length === 0) return null
  const conditions = conjuncts(condition)
  const restricted: PhysicalPlan =
    right.kind === 'scan'
      ? scanPlan(right, [...conjuncts(right.filter), ...conditions], planner)
      : filterOver(planner.plan(right), condition, planner.estimator.rows(plan), planner)
  return parameterised(plan, left, restricted, null, parameters, planner)
}

const filterOver = (input: PhysicalPlan, condition: Expr, rows: number, planner: Planner): PhysicalPlan => {
  const { outputs } = input
  const { startupCost, totalCost } = input.estimate
  const estimate = planner.estimate(rows, startupCost, totalCost + input.estimate.rows * 0.0025, outputs)
  return { kind: 'filter', input, condition, outputs, estimate }
}

/** Splits a condition into hashable `left = right` pairs and the rest. */
export const equalities = (condition: Expr | null, left: readonly PlanColumn[], right: readonly PlanColumn[]) => {
  const leftIds = new Set(left.map((c) => c.id))
  const rightIds = new Set(right.map((c) => c.id))
  const keys: JoinKey[] = []
  const residual: Expr[] = []
  for (const conjunct of conjuncts(condition)) {
    const key = joinKeyOf(conjunct, leftIds, rightIds)
    if (key === null) residual.push(conjunct)
    else keys.push(key)
  }
  return { keys, residual }
}

const joinKeyOf = (expr: Expr, left: ReadonlySet<ColumnId>, right: ReadonlySet<ColumnId>): JoinKey | null => {
  if (!isHashEquality(expr) || expr.operator === null) return null
  const [a, b] = expr.args as [Expr, Expr]
  const { operator } = expr
  if (within(a, left) && within(b, right)) return { left: a, right: b, operator }
  if (within(a, right) && within(b, left)) return { left: b, right: a, operator }
  return null
}

/** The expression uses columns, all of them among `ids`. */
const within = (expr: Expr, ids: ReadonlySet<ColumnId>): boolean => {
  const mentioned = columnsOf(expr)
  return mentioned.size > 0 && mentioned.isSubsetOf(ids) && !isVolatile(expr)
}
