/** Grouping by hashing; min and max of an indexed column by the first entry of the index. */
import type { Expr } from '../analyze/expression.ts'
import { conjunction, conjuncts, constant } from '../analyze/nodes.ts'
import type { LogicalAggregate, LogicalPlan, LogicalScan } from '../plan/logical.ts'
import type { PhysicalPlan } from '../plan/physical.ts'
import { OID } from '../types/oids.ts'
import { COST } from './cost.ts'
import type { Planner } from './physical.ts'
import { orderedScan } from './physical-scan.ts'

export const aggregatePlan = (plan: LogicalAggregate, planner: Planner): PhysicalPlan => {
  const { groupBy, sets, aggregates, groupings, outputs } = plan
  const whole = planner.plan(plan.input)
  const { methods } = planner.context
  const first = methods.optimizer ? extremeRow(plan, whole.estimate.totalCost, planner) : null
  const input = first ?? whole
  const strategy = groupBy.length === 0 && sets.length === 1 ? 'plain' : 'hash'
  const rows = planner.estimator.rows(plan)
  const perRow = COST.operator * (groupBy.length + aggregates.length) + COST.row
  const startup = input.estimate.totalCost + input.estimate.rows * perRow
  const estimate = planner.estimate(rows, startup, startup + rows * COST.row, outputs)
  return { kind: 'aggregate', strategy, input, groupBy, sets, aggregates, groupings, outputs, estimate }
}

/** The one row that decides a lone min or max, through an index that has it first; null when that costs `limit` or more. */
const extremeRow = (plan: LogicalAggregate, limit: number, planner: Planner): PhysicalPlan | null => {
  const [only] = plan.aggregates
  if (plan.groupBy.length > 0 || plan.sets.length !== 1 || only === undefined || plan.aggregates.length > 1) return null
  const { call } = only
  const [arg] = call.args
  const isExtreme = call.function.name === 'min' || call.function.name === 'max'
  if (!isExtreme || call.filter !== null || arg?.kind !== 'column' || plan.input.kind !== 'scan') return null
  const scan = withoutNulls(plan.input, arg, planner)
  const descending = call.function.name === 'max'
  const input =
    orderedScan(scan, [{ expr: arg, descending, nullsFirst: false }], planner) ??
    orderedScan(scan, [{ expr: arg, descending, nullsFirst: true }], planner)
  if (input === null) return null
  const { startupCost, totalCost, rows } = input.estimate
  const total = startupCost + (totalCost - startupCost) / Math.max(1, rows)
  if (total >= limit) return null
  const { outputs } = input
  const one = constant(1, planner.context.typeOf(OID.int8))
  const estimate = planner.estimate(1, startupCost, total, outputs)
  return { kind: 'limit', input, limit: one, offset: null, ties: null, outputs, estimate }
}

/** The scan of rows that have a value: NULLs would come before it in one of the two directions. */
const withoutNulls = (scan: LogicalScan, column: Expr & { kind: 'column' }, planner: Planner): LogicalPlan => {
  const bool = planner.context.typeOf(OID.bool)
  const present: Expr = { kind: 'is-null', arg: column, negated: true, type: bool, typmod: -1 }
  return { ...scan, filter: conjunction([...conjuncts(scan.filter), present], bool) }
}
