/** Which columns of a plan can never be NULL: by NOT NULL constraints, as far as no outer join fills them up. */
import type { ColumnId, Expr } from '../analyze/expression.ts'
import { conjuncts } from '../analyze/nodes.ts'
import type { LogicalPlan } from '../plan/logical.ts'
import { columnsOf, rejectsNulls } from './expressions.ts'

export const notNullColumns = (plan: LogicalPlan): Set<ColumnId> => {
  switch (plan.kind) {
    case 'scan': {
      const ids = new Set<ColumnId>()
      const columns = plan.item.relation.columns
      plan.outputs.forEach(({ id }, i) => {
        const attnum = plan.attnums[i] as number
        if (attnum < 0 || columns[attnum - 1]?.notNull === true) ids.add(id)
      })
      return restricted(ids, plan.filter)
    }
    case 'filter':
      return restricted(notNullColumns(plan.input), plan.condition)
    case 'project': {
      const below = notNullColumns(plan.input)
      return new Set(plan.columns.filter((c) => isNotNull(c.expr, below)).map((c) => c.id))
    }
    case 'join': {
      const { type, left, right, condition } = plan
      if (type === 'full') return new Set()
      if (type === 'right') return notNullColumns(right)
      const ids = notNullColumns(left)
      return type === 'inner' ? restricted(ids.union(notNullColumns(right)), condition) : ids
    }
    case 'aggregate': {
      const below = notNullColumns(plan.input)
      const grouped =
        plan.sets.length === 1 ? plan.groupBy.filter((g) => isNotNull(g.expr, below)).map((g) => g.id) : []
      const counted = plan.aggregates.filter((a) => a.call.function.name === 'count').map((a) => a.id)
      return new Set([...grouped, ...counted])
    }
    case 'apply':
    case 'sort':
    case 'limit':
    case 'unique':
    case 'lock-rows':
      return notNullColumns(plan.input)
    default:
      return new Set()
  }
}

const restricted = (ids: Set<ColumnId>, condition: Expr | null): Set<ColumnId> => {
  for (const conjunct of conjuncts(condition)) {
    for (const id of columnsOf(conjunct)) if (rejectsNulls(conjunct, new Set([id]))) ids.add(id)
  }
  return ids
}

/** Whether an expression over columns of which `ids` are never NULL is never NULL itself. */
export const isNotNull = (expr: Expr, ids: ReadonlySet<ColumnId>): boolean => {
  switch (expr.kind) {
    case 'column':
      return ids.has(expr.id)
    case 'const':
      return expr.value !== null
    case 'relabel':
      return isNotNull(expr.arg, ids)
    default:
      return false
  }
}
