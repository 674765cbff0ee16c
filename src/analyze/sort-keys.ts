/** ORDER BY items of aggregates, windows and queries. */
import { noOrderingOperator, wrongObjectType } from '../errors/raise/analysis.ts'
import { bodyOf, namesOf, type Node, type SortBy } from '../sql/ast.ts'
import { baseTypeOf } from '../types/domain-type.ts'
import { formatType } from '../types/index.ts'
import { isRowType } from '../types/record.ts'
import type { SqlType } from '../types/sql-type.ts'
import { settleUnknown } from './coerce.ts'
import { requireCollation } from './collations.ts'
import type { AnalysisContext } from './context.ts'
import type { Expr, SortKey } from './expression.ts'
import { locationOf } from './location.ts'
import { resolveOperator } from './overload.ts'
import type { Scope } from './scope.ts'

/** Items where every expression means what it says: no output names, no column numbers. */
export const analyzeSortKeys = (context: AnalysisContext, scope: Scope, nodes: readonly Node[]): SortKey[] =>
  nodes.map((node) => {
    const item = bodyOf(node, 'SortBy') as SortBy
    return sortKey(context, item, settleUnknown(context, context.expr(scope, item.node as Node)))
  })

/** The key for an expression: direction and place of NULLs as written or as PostgreSQL defaults them. */
export const sortKey = (context: AnalysisContext, item: SortBy, expr: Expr): SortKey => {
  if (!isOrdered(expr.type)) {
    throw noOrderingOperator(formatType(expr.type, -1), locationOf(item.node))
  }
  requireCollation(expr, locationOf(item.node))
  const descending =
    item.sortby_dir === 'SORTBY_DESC' ||
    (item.sortby_dir === 'SORTBY_USING' && usesDescending(context, item, expr.type))
  const nullsFirst =
    item.sortby_nulls === 'SORTBY_NULLS_FIRST' || (item.sortby_nulls !== 'SORTBY_NULLS_LAST' && descending)
  return { expr, descending, nullsFirst }
}

/** Whether values of a type, and all that they are made of, have an order. */
export const isOrdered = (type: SqlType): boolean => {
  const base = baseTypeOf(type)
  if (isRowType(base)) return base.fields().every((field) => isOrdered(field.type))
  return base.compare !== null && (base.element === null || isOrdered(base.element))
}

/** Operators that order as the type itself does, and whether the other way round. */
const ORDERINGS: ReadonlyMap<string, boolean> = new Map([
  ['<', false],
  ['>', true],
  ['~<~', false],
  ['~>~', true],
])

const usesDescending = (context: AnalysisContext, item: SortBy, type: SqlType): boolean => {
  const symbol = namesOf(item.useOp).at(-1) as string
  resolveOperator(context, symbol, type, type, item.location)
  const descending = ORDERINGS.get(symbol)
  if (descending !== undefined) return descending
  throw wrongObjectType(`operator ${symbol} is not a valid ordering operator`, item.location, {
    hint: 'Ordering operators must be "<" or ">" members of btree operator families.',
  })
}
