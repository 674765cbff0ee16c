/**
 * Finds computations that fail whatever the rows are. PostgreSQL computes constants while it plans, so that
 * `CASE WHEN a > 0 THEN 1 / 0 END` is an error on an empty table, too; but not what no plan asks for, and not what
 * another constant has decided against.
 *
 * Who runs the plan is told (`OptimizerContext.failed`). PostgreSQL makes none where a plan is only made here: for
 * PREPARE, and for WITH NO DATA.
 */
import { SqlError } from '../errors/sql-error.ts'
import { expressionsOf, inputsOf, type LogicalPlan } from '../plan/logical.ts'
import { isConstant } from './expressions.ts'
import type { OptimizerContext } from './facts.ts'
import { fold } from './rules/fold-constants.ts'
import { pruneColumns } from './rules/prune-columns.ts'

/** Looks through a plan as it was built. */
export const checkConstants = (plan: LogicalPlan, context: OptimizerContext): void => {
  const { failed } = context
  if (failed === undefined) return
  const strict: OptimizerContext = {
    ...context,
    computationFailed: (error) => {
      throw error
    },
  }
  try {
    check(pruneColumns.apply(plan, context), strict)
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    failed(error)
  }
}

const check = (plan: LogicalPlan, context: OptimizerContext): void => {
  if (plan.kind === 'filter') {
    checkConditions(plan, context)
    return
  }
  for (const expr of expressionsOf(plan)) fold(expr, context)
  for (const input of inputsOf(plan)) check(input, context)
}

/** Filters over each other are one AND, the lowest first: what follows a false one is not looked at. */
const checkConditions = (plan: LogicalPlan, context: OptimizerContext): boolean => {
  if (plan.kind !== 'filter') {
    check(plan, context)
    return true
  }
  return checkConditions(plan.input, context) && !isConstant(fold(plan.condition, context), false)
}
