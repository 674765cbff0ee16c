/** Computes expressions of constants, outside any execution. */
import type { Expr } from '../../analyze/expression.ts'
import type { CatalogSnapshot } from '../../catalog/snapshot.ts'
import type { EvalContext } from '../../functions/context.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { EvaluationContext, Layout } from './evaluator.ts'
import { interpret, ONE_ROW } from './interpret.ts'

const NO_COLUMNS: Layout = new Map()

/** Answers a function from expressions without columns and parameters to their values; it throws what they fail with. */
export const constantComputer = (catalog: CatalogSnapshot, session: EvalContext): ((expr: Expr) => Datum) => {
  const context: EvaluationContext = { catalog, eval: session, parameters: [], outer: [] }
  return (expr) => interpret(expr, { context, layout: NO_COLUMNS })(ONE_ROW, 0)
}
