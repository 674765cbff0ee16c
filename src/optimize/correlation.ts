/** Which columns a plan asks of the plans around it. */
import type { ColumnId } from '../analyze/expression.ts'
import { mentionedColumns } from '../analyze/walk.ts'
import { expressionsOf, inputsOf, type LogicalPlan } from '../plan/logical.ts'

/** Ids that a plan's expressions mention but nothing inside it delivers. */
export const outerColumns = (plan: LogicalPlan): Set<ColumnId> => {
  const mentioned = new Set<ColumnId>()
  const delivered = new Set<ColumnId>()
  const visit = (node: LogicalPlan): void => {
    for (const expr of expressionsOf(node)) mentionedColumns(expr, mentioned)
    for (const column of node.outputs) delivered.add(column.id)
    for (const input of inputsOf(node)) visit(input)
  }
  visit(plan)
  return mentioned.difference(delivered)
}
