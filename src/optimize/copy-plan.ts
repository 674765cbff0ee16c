/** A second copy of a plan inside one statement: the same rows under column ids of its own. */
import type { ColumnId, Expr } from '../analyze/expression.ts'
import { mapChildren } from '../analyze/nodes.ts'
import { inputsOf, mapInputs, type LogicalPlan } from '../plan/logical.ts'
import type { PlanColumn } from '../plan/physical.ts'
import type { OptimizerContext } from './facts.ts'
import { mapExpressions } from './plans.ts'

/** Every id that the plan's nodes deliver is replaced; outer references stay. */
export const copyWithFreshIds = (plan: LogicalPlan, context: OptimizerContext): LogicalPlan => {
  const fresh = new Map<ColumnId, ColumnId>()
  const collect = (node: LogicalPlan): void => {
    for (const { id } of node.outputs) if (!fresh.has(id)) fresh.set(id, context.freshColumn())
    for (const input of inputsOf(node)) collect(input)
  }
  collect(plan)
  return new Copier(fresh).plan(plan)
}

class Copier {
  readonly #fresh: ReadonlyMap<ColumnId, ColumnId>

  constructor(fresh: ReadonlyMap<ColumnId, ColumnId>) {
    this.#fresh = fresh
  }

  #id = (id: ColumnId): ColumnId => this.#fresh.get(id) ?? id
  #column = <C extends { readonly id: ColumnId }>(column: C): C => ({ ...column, id: this.#id(column.id) })

  #expr = (expr: Expr): Expr => (expr.kind === 'column' ? this.#column(expr) : mapChildren(expr, this.#expr))

  plan(plan: LogicalPlan): LogicalPlan {
    const over = mapInputs(plan, (input) => this.plan(input))
    const outputs: PlanColumn[] = over.outputs.map(this.#column)
    return { ...this.#own(mapExpressions(over, this.#expr)), outputs } as LogicalPlan
  }

  /** Ids that a node names outside its expressions and outputs. */
  #own(plan: LogicalPlan): LogicalPlan {
    switch (plan.kind) {
      case 'project':
      case 'project-set':
        return { ...plan, columns: plan.columns.map(this.#column) }
      case 'apply':
        return {
          ...plan,
          column: this.#column(plan.column),
          value: plan.value === null ? null : this.#id(plan.value),
        }
      case 'aggregate':
        return {
          ...plan,
          groupBy: plan.groupBy.map(this.#column),
          aggregates: plan.aggregates.map(this.#column),
          groupings: plan.groupings.map(this.#column),
        }
      case 'window':
        return { ...plan, calls: plan.calls.map(this.#column) }
      case 'function': {
        const { item } = plan
        const calls = item.calls.map((call) => ({ ...call, columns: call.columns.map(this.#column) }))
        const ordinality = item.ordinality === null ? null : this.#column(item.ordinality)
        return { ...plan, item: { ...item, calls, ordinality, columns: item.columns.map(this.#column) } }
      }
      default:
        return plan
    }
  }
}
