/**
 * Functions that PostgreSQL puts, as what their only query says, in the place of their calls: errors on the way do not tell
 * that they come from a function.
 */
import type { Expr } from '../../analyze/expression.ts'
import { isImmutableNode } from '../../analyze/immutability.ts'
import { children } from '../../analyze/nodes.ts'
import type { DmlQuery, Query, SelectQuery } from '../../analyze/query.ts'
import type { FunctionObject } from '../../catalog/objects.ts'
import { isVolatile } from '../../optimize/expressions.ts'
import { OID } from '../../types/oids.ts'

/** `query`: the function's only statement. */
export const isInlined = (routine: FunctionObject, query: Query | DmlQuery): boolean => {
  if (routine.kind !== 'function' || routine.securityDefiner || routine.settings.length > 0) return false
  if (routine.returnsSet) {
    const reads = query.kind === 'select' || query.kind === 'set-operation' || query.kind === 'values'
    return reads && routine.volatility !== 'volatile' && !routine.strict
  }
  if (routine.result === OID.record || query.kind !== 'select' || !isOneExpression(query)) return false
  const expr = query.targets[0]?.expr as Expr
  if (every(expr, (e) => e.kind !== 'subquery' && e.kind !== 'set-call') && isSteadyEnough(routine, expr))
    return !routine.strict || isStrict(expr, routine)
  return false
}

/** A select list of one, and nothing else. */
const isOneExpression = (query: SelectQuery): boolean =>
  query.targets.length === 1 &&
  query.from.length === 0 &&
  query.where === null &&
  query.grouping === null &&
  query.having === null &&
  !query.aggregated &&
  query.windows.length === 0 &&
  query.distinct === 'none' &&
  query.orderBy.length === 0 &&
  query.limit === null &&
  query.offset === null &&
  query.ctes.length === 0

const every = (expr: Expr, test: (expr: Expr) => boolean): boolean =>
  test(expr) && children(expr).every((child) => every(child, test))

/** The expression changes no more than the function says that it does. */
const isSteadyEnough = ({ volatility }: FunctionObject, expr: Expr): boolean =>
  volatility === 'volatile' || (volatility === 'stable' ? !isVolatile(expr) : every(expr, isImmutableNode))

/** NULL for any parameter that is NULL. */
const isStrict = (expr: Expr, routine: FunctionObject): boolean => {
  const used = new Set<number>()
  const isStrictNode = (e: Expr): boolean => {
    if (e.kind === 'param') used.add(e.index)
    return e.kind === 'call' ? e.function.strict : STRICT_NODES.has(e.kind)
  }
  const inputs = routine.arguments.filter(({ mode }) => mode === 'i' || mode === 'b' || mode === 'v')
  return every(expr, isStrictNode) && inputs.every((_, i) => used.has(i + 1))
}

const STRICT_NODES: ReadonlySet<Expr['kind']> = new Set(['const', 'param', 'relabel', 'coerce-io', 'typmod', 'not'])
