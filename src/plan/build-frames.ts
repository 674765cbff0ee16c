/** Frames of windows: subqueries in their offsets are computed once, before the rows. */
import type { Expr } from '../analyze/expression.ts'
import type { FrameBound, WindowSpec } from '../analyze/query.ts'
import { containsSubquery, crossJoin, narrow, RESULT } from './build-nodes.ts'
import type { LogicalPlan } from './logical.ts'

/** Makes subqueries of expressions columns of a plan above the one given. */
type ApplySubqueries = (plan: LogicalPlan, exprs: readonly Expr[]) => { plan: LogicalPlan; exprs: readonly Expr[] }

/** The window that `windowOver` makes for a specification whose offsets hold no subqueries. */
export const framed = (
  spec: WindowSpec,
  apply: ApplySubqueries,
  windowOver: (spec: WindowSpec) => LogicalPlan,
): LogicalPlan => {
  const bounds = [spec.start, spec.end]
  const offsets = bounds.flatMap(({ offset }) => (offset !== null && containsSubquery(offset) ? [offset] : []))
  if (offsets.length === 0) return windowOver(spec)
  const { plan, exprs } = apply(RESULT, offsets)
  const bound = (side: FrameBound): FrameBound => {
    const at = side.offset === null ? -1 : offsets.indexOf(side.offset)
    return at === -1 ? side : { ...side, offset: exprs[at] as Expr }
  }
  const window = windowOver({ ...spec, start: bound(spec.start), end: bound(spec.end) })
  return narrow(crossJoin(plan, window, true), window.outputs)
}
