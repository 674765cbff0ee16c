/** Which expressions always have the same value for the same operands, whatever the settings, the catalog and the time. */
import type { ScalarFunction } from '../functions/records.ts'
import { hasSteadyInput, hasSteadyOutput } from '../functions/scalar/type-text.ts'
import type { Expr } from './expression.ts'

/** `anynonarray || text` and the reverse, quote_literal, quote_nullable: they are of the value's text form. */
const OF_TEXT_FORMS: ReadonlySet<number> = new Set([2003, 2004, 1285, 1290])

/** Whether this holds for what an expression does itself, its operands aside. */
export const isImmutableNode = (expr: Expr): boolean => {
  if (expr.kind === 'coerce-io') return hasSteadyOutput(expr.arg.type) && hasSteadyInput(expr.type)
  const fn = appliedFunction(expr)
  if (fn === null || fn.volatility === 'immutable') return true
  return expr.kind === 'call' && OF_TEXT_FORMS.has(fn.oid) && expr.args.every((arg) => hasSteadyOutput(arg.type))
}

/** The function by which an expression gets its value. */
export const appliedFunction = (expr: Expr): ScalarFunction | null => {
  switch (expr.kind) {
    case 'call':
    case 'distinct':
    case 'nullif':
    case 'array-comparison':
      return expr.function
    default:
      return null
  }
}
