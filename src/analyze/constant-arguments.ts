/** Arguments of clauses that are the same for all rows of their level: LIMIT, OFFSET, the offsets of frames. */
import { invalidColumnReference, type Location } from '../errors/raise/analysis.ts'
import type { ColumnId, Expr } from './expression.ts'
import type { Scope } from './scope.ts'
import { mentionedColumns, visitDeep } from './walk.ts'

/** The expression. Throws 42P10 when it has columns of the level; those of outer levels are constant. */
export const withoutVariables = (scope: Scope, expr: Expr, clause: string, location: Location): Expr => {
  const own = new Set<ColumnId>()
  for (const item of scope.items) for (const column of item.columns) mentionedColumns(column.expr, own)
  visitDeep(expr, (e) => {
    if (e.kind === 'column' && own.has(e.id)) {
      throw invalidColumnReference(`argument of ${clause} must not contain variables`, location)
    }
  })
  return expr
}
