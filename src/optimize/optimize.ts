/** The optimizer: an ordered list of rewriting rules over logical plans, then the choice of physical operators. */
import type { LogicalPlan } from '../plan/logical.ts'
import type { PhysicalPlan } from '../plan/physical.ts'
import { checkConstants } from './check-constants.ts'
import type { OptimizerContext } from './facts.ts'
import { physicalPlan } from './physical.ts'
import type { Rule } from './rule.ts'
import { foldConstants } from './rules/fold-constants.ts'
import { inlineCtes } from './rules/inline-ctes.ts'
import { orderJoins } from './rules/order-joins.ts'
import { placeConditions } from './rules/place-conditions.ts'
import { pruneColumns } from './rules/prune-columns.ts'
import { pushFilters } from './rules/push-filters.ts'
import { unnestSubqueries } from './rules/unnest-subqueries.ts'

export type { OptimizerContext, TableFacts } from './facts.ts'

/** Applied once each, in this order. */
export const RULES: readonly Rule[] = [
  inlineCtes,
  foldConstants,
  unnestSubqueries,
  pushFilters,
  pruneColumns,
  orderJoins,
  pruneColumns,
]

/**
 * What is done to a statement that runs as it is written: what decides whether it fails (NULLs and constants are
 * computed beforehand, and what nobody asks for is not), and the one rule that makes joins feasible.
 */
export const NAIVE_RULES: readonly Rule[] = [foldConstants, placeConditions, pruneColumns]

/** The plan to run. `rules`: others than the session's, to see what one of them does. */
export const optimize = (
  plan: LogicalPlan,
  context: OptimizerContext,
  rules: readonly Rule[] = context.methods.optimizer ? RULES : NAIVE_RULES,
): PhysicalPlan => {
  let isSuspect = false
  const watched: OptimizerContext = {
    ...context,
    computationFailed: () => {
      isSuspect = true
    },
  }
  const rewritten = rules.reduce((current, rule) => rule.apply(current, watched), plan)
  if (isSuspect) checkConstants(plan, context)
  return physicalPlan(rewritten, context)
}
