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
  return (expr) => {
    const value = plainCall(expr)
    return value === undefined ? interpret(expr, { context, layout: NO_COLUMNS })(ONE_ROW, 0) : value
  }
}

/** The value of a call of constants that needs nothing but them, which most are; undefined: another expression. */
const plainCall = (expr: Expr): Datum | undefined => {
  if (expr.kind !== 'call' || expr.variadic === true || expr.function.evaluate === undefined) return undefined
  const values: Datum[] = []
  for (const arg of expr.args) {
    if (arg.kind !== 'const' || (arg.value === null && expr.function.strict)) return undefined
    values.push(arg.value)
  }
  return expr.function.evaluate(...values)
}
