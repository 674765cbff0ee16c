/**
 * Finds computations that fail whatever the rows are. PostgreSQL computes constants while it plans, so that
 * `CASE WHEN a > 0 THEN 1 / 0 END` is an error on an empty table, too; but not what no plan asks for, and not what
 * another constant has decided against.
 *
 * Who runs the plan is told (`OptimizerContext.failed`). PostgreSQL makes none where a plan is only made here: for
 * PREPARE, and for WITH NO DATA.
 */
import type { ColumnId } from '../analyze/expression.ts'
import { SqlError } from '../errors/sql-error.ts'
import { expressionsOf, inputsOf, type LogicalPlan } from '../plan/logical.ts'
import { isConstant } from './expressions.ts'
import type { OptimizerContext } from './facts.ts'
import { fold, foldConstants } from './rules/fold-constants.ts'
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
  // Aggregates and subqueries have been taken out of arms that constants decide against.
  const asked = delivered(pruneColumns.apply(foldConstants.apply(plan, context), context))
  try {
    check(pruneColumns.apply(plan, context), asked, strict)
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    failed(error)
  }
}

/** Ids of the columns that a plan's nodes deliver. */
const delivered = (plan: LogicalPlan, ids: Set<ColumnId> = new Set()): Set<ColumnId> => {
  for (const { id } of plan.outputs) ids.add(id)
  for (const input of inputsOf(plan)) delivered(input, ids)
  return ids
}

const check = (plan: LogicalPlan, asked: ReadonlySet<ColumnId>, context: OptimizerContext): void => {
  switch (plan.kind) {
    case 'filter':
      checkConditions(plan, asked, context)
      return
    case 'apply':
      if (asked.has(plan.column.id)) break
      check(plan.input, asked, context)
      return
    case 'aggregate': {
      const aggregates = plan.aggregates.filter(({ id }) => asked.has(id))
      for (const expr of expressionsOf({ ...plan, aggregates })) fold(expr, context)
      check(plan.input, asked, context)
      return
    }
    default:
  }
  for (const expr of expressionsOf(plan)) fold(expr, context)
  for (const input of inputsOf(plan)) check(input, asked, context)
}

/** Filters over each other are one AND, the lowest first: what follows a false one is not looked at. */
const checkConditions = (plan: LogicalPlan, asked: ReadonlySet<ColumnId>, context: OptimizerContext): boolean => {
  if (plan.kind !== 'filter') {
    check(plan, asked, context)
    return true
  }
  return checkConditions(plan.input, asked, context) && !isConstant(fold(plan.condition, context), false)
}
