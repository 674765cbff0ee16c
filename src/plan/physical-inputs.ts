/** The plans below a physical plan: those whose rows it takes first, in the order in which EXPLAIN shows them. */
import type { PhysicalPlan } from './physical.ts'

export const inputsOfPhysical = (plan: PhysicalPlan): readonly PhysicalPlan[] => {
  switch (plan.kind) {
    case 'seq-scan':
    case 'system-scan':
    case 'index-scan':
    case 'result':
    case 'values-scan':
    case 'function-scan':
    case 'cte-scan':
    case 'work-table-scan':
      return []
    case 'hash-join':
    case 'merge-join':
    case 'nested-loop':
    case 'hash-set-operation':
      return [plan.left, plan.right]
    case 'apply':
      return [plan.input, plan.subplan]
    case 'append':
      return plan.inputs
    case 'recursive-union':
      return [plan.base, plan.step]
    case 'with':
      return [...plan.ctes.map((c) => c.plan), plan.input]
    case 'insert':
      return [plan.source, plan.conflict, ...plan.checkOptions.map((c) => c.plan)].filter((p) => p !== null)
    case 'update':
      return [plan.source, ...plan.checkOptions.map((c) => c.plan)]
    case 'delete':
      return [plan.source]
    case 'merge':
      return [
        plan.source,
        ...plan.actions.flatMap((a) => [a.condition, a.values]),
        ...plan.checkOptions.map((c) => c.plan),
      ].filter((p) => p !== null)
    default:
      return [plan.input]
  }
}

/** Those of them that EXPLAIN shows: not what a modifying node computes of single rows. */
export const shownInputs = (plan: PhysicalPlan): readonly PhysicalPlan[] => {
  if (plan.kind === 'insert') return plan.source === null ? [] : [plan.source]
  return plan.kind === 'update' || plan.kind === 'merge' ? [plan.source] : inputsOfPhysical(plan)
}
