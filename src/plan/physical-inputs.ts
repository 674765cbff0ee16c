/** The plans below a physical plan, in the order in which EXPLAIN shows them. */
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
      return plan.source === null ? [] : [plan.source]
    case 'update':
    case 'delete':
      return [plan.source]
    default:
      return [plan.input]
  }
}
