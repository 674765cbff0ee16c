/** The optimizer: an ordered list of rewriting rules over logical plans, then the choice of physical operators. */
import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import type { LogicalPlan } from '../plan/logical.ts'
import type { BuildContext } from '../plan/build-nodes.ts'
import type { PhysicalPlan } from '../plan/physical.ts'
import { physicalPlan } from './physical.ts'

/** Facts about stored tables that the optimizer asks for. */
export interface TableFacts {
  /** Approximate number of live rows of a storage. */
  rowCount(storageId: number): number
}

export interface OptimizerContext extends BuildContext {
  readonly catalog: CatalogSnapshot
  readonly tables: TableFacts
}

/** One rewriting rule. */
export interface Rule {
  readonly name: string
  readonly apply: (plan: LogicalPlan, context: OptimizerContext) => LogicalPlan
}

/** Applied once each, in this order. */
export const RULES: readonly Rule[] = []

export const optimize = (plan: LogicalPlan, context: OptimizerContext): PhysicalPlan => {
  let current = plan
  for (const rule of RULES) current = rule.apply(current, context)
  return physicalPlan(current, context)
}
