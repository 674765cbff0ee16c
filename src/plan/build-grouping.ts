/** What stands above a grouping: columns that subqueries know by the ids which they have below it. */
import type { ColumnId, Expr } from '../analyze/expression.ts'
import { children } from '../analyze/nodes.ts'
import type { SelectQuery } from '../analyze/query.ts'
import { mentionedColumns } from '../analyze/walk.ts'
import type { ComputedColumn } from './physical.ts'

/**
 * With several grouping sets a grouped column is NULL in some of them, so it has an id of its own above the grouping.
 * Subqueries there know it by the old one: answers those columns that are needed under both.
 */
export const shadowedColumns = (query: SelectQuery, groupBy: readonly ComputedColumn[]) => {
  const mentioned = new Set<ColumnId>()
  const visit = (expr: Expr): void => {
    if (expr.kind === 'subquery') mentionedColumns(expr, mentioned)
    else children(expr).forEach(visit)
  }
  for (const { expr } of [...query.targets, ...query.orderBy]) visit(expr)
  if (query.having !== null) visit(query.having)
  return groupBy.flatMap(({ id, expr }) =>
    expr.kind === 'column' && mentioned.has(expr.id) ? [{ id: expr.id, expr: { ...expr, id } }] : [],
  )
}
