/** What a rewriting rule is. */
import type { LogicalPlan } from '../plan/logical.ts'
import type { OptimizerContext } from './facts.ts'

/** One rewriting rule: the same rows by another plan. Answers the plan itself where it has nothing to do. */
export interface Rule {
  readonly name: string
  readonly apply: (plan: LogicalPlan, context: OptimizerContext) => LogicalPlan
}
