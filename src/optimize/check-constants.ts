/**
 * Finds computations that fail whatever the rows are. PostgreSQL computes constants while it plans, so that
 * `CASE WHEN a > 0 THEN 1 / 0 END` is an error on an empty table, too. What no plan asks for, and arms that a constant
 * has decided against, are gone by now.
 *
 * Who runs the plan is told (`OptimizerContext.failed`). PostgreSQL makes none where a plan is only made here: for
 * PREPARE, and for WITH NO DATA.
 */
import type { Expr } from '../analyze/expression.ts'
import { children } from '../analyze/nodes.ts'
import { SqlError } from '../errors/sql-error.ts'
import { expressionsOf, inputsOf, type LogicalPlan } from '../plan/logical.ts'
import type { OptimizerContext } from './facts.ts'
import { constantCall } from './rules/fold-constants.ts'

/** Looks through a plan to which all rules have been applied. */
export const checkConstants = (plan: LogicalPlan, { failed }: OptimizerContext): void => {
  if (failed !== undefined) check(plan, failed)
}

type Failed = NonNullable<OptimizerContext['failed']>

const check = (plan: LogicalPlan, failed: Failed): void => {
  for (const expr of expressionsOf(plan)) checkExpression(expr, failed)
  for (const input of inputsOf(plan)) check(input, failed)
}

const checkExpression = (expr: Expr, failed: Failed): void => {
  for (const child of children(expr)) checkExpression(child, failed)
  if (expr.kind !== 'call') return
  try {
    // What could be computed has been: this throws.
    constantCall(expr)?.()
  } catch (error) {
    if (error instanceof SqlError) failed(error)
  }
}
