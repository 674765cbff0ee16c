/** The optimizer: an ordered list of rewriting rules over logical plans, then the choice of physical operators. */
import type { LogicalPlan } from '../plan/logical.ts'
import type { PhysicalPlan } from '../plan/physical.ts'
import type { OptimizerContext } from './facts.ts'
import { physicalPlan } from './physical.ts'
import type { Rule } from './rule.ts'
import { foldConstants } from './rules/fold-constants.ts'
import { inlineCtes } from './rules/inline-ctes.ts'
import { orderJoins } from './rules/order-joins.ts'
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

/** The plan to run. `rules`: others than all, to see what one of them does. */
export const optimize = (plan: LogicalPlan, context: OptimizerContext, rules: readonly Rule[] = RULES): PhysicalPlan =>
  physicalPlan(
    rules.reduce((current, rule) => rule.apply(current, context), plan),
    context,
  )
