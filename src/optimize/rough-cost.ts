/** What an input of a join costs, near enough to compare orders: its reads and the rows that pass through its nodes. */
import { conjuncts } from '../analyze/nodes.ts'
import { inputsOf, type LogicalPlan } from '../plan/logical.ts'
import { indexPaths } from './access-path.ts'
import type { Estimator } from './cardinality/estimator.ts'
import { COST, sequentialCost } from './cost.ts'
import type { OptimizerContext } from './facts.ts'

export const roughCost = (plan: LogicalPlan, estimator: Estimator, context: OptimizerContext): number => {
  if (plan.kind === 'scan') {
    const rows = estimator.tableRows(plan)
    estimator.rows(plan)
    const conditions = conjuncts(plan.filter)
    const sequential = sequentialCost(rows, estimator.width(plan.outputs), conditions.length)
    if (conditions.length === 0) return sequential
    const paths = indexPaths(plan, conditions, null, estimator, context)
    return paths.reduce((least, path) => Math.min(least, path.cost), sequential)
  }
  const inputs = inputsOf(plan)
  const below = inputs.reduce((cost, input) => cost + roughCost(input, estimator, context), 0)
  const through = inputs.reduce((rows, input) => rows + estimator.rows(input), estimator.rows(plan))
  return below + through * COST.row
}
