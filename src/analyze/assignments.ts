/** SET of UPDATE, ON CONFLICT and MERGE: which columns get which values. */
import { featureNotSupported, generatedAlways, syntaxErrorAt } from '../errors/raise/analysis.ts'
import type { Column } from '../catalog/objects.ts'
import { bodyOf, tagOf, type Node, type ResTarget } from '../sql/ast.ts'
import type { AnalysisContext } from './context.ts'
import type { Expr } from './expression.ts'
import { locationOf } from './location.ts'
import { baseColumn, columnNamed, defaultOf, type ModifyTarget } from './modify-target.ts'
import { constant } from './nodes.ts'
import type { Assignment, OutputColumn } from './query.ts'
import { CLAUSE, type Scope } from './scope.ts'
import { wrap } from './set-operations.ts'
import { assignable } from './table-expressions.ts'

/** SET items: single columns, and rows of columns from rows or subqueries. */
export const assignmentsOf = (
  context: AnalysisContext,
  scope: Scope,
  nodes: readonly Node[],
  modified: ModifyTarget,
): Assignment[] => {
  const assignments: Assignment[] = []
  for (const n of nodes) {
    const target = bodyOf(n, 'ResTarget') as ResTarget
    const column = baseColumn(modified, columnNamed(modified, target.name as string, target.location))
    if (target.indirection !== undefined)
      throw featureNotSupported('assignment to array elements is not supported', target.location)
    if (assignments.some((a) => a.column === column)) {
      const location = modified.levels.length === 0 ? target.location : undefined
      throw syntaxErrorAt(`multiple assignments to same column "${column.name}"`, location)
    }
    assignments.push({ column, expr: assignedValue(context, scope, target.val as Node, column, modified) })
  }
  return assignments
}

const assignedValue = (
  context: AnalysisContext,
  scope: Scope,
  node: Node,
  column: Column,
  modified: ModifyTarget,
): Expr => {
  const isDefault = tagOf(node) === 'SetToDefault'
  if (column.generated) {
    if (isDefault) return constant(null, column.type, column.typmod)
    throw generatedAlways(`column "${column.name}" can only be updated to DEFAULT`, {
      detail: `Column "${column.name}" is a generated column.`,
    })
  }
  if (isDefault) return defaultOf(context, modified, column)
  if (column.identity?.always) {
    throw generatedAlways(`column "${column.name}" can only be updated to DEFAULT`, {
      detail: `Column "${column.name}" is an identity column defined as GENERATED ALWAYS.`,
    })
  }
  const multi = bodyOf(node, 'MultiAssignRef')
  if (multi !== undefined) return multiAssigned(context, scope, multi, column, modified)
  const expr = scope.within(CLAUSE.update, () => context.expr(scope, node))
  return assignable(context, expr, column, 'value', locationOf(node))
}

const multiAssigned = (
  context: AnalysisContext,
  scope: Scope,
  multi: { source?: Node; colno?: number; ncolumns?: number },
  column: Column,
  modified: ModifyTarget,
): Expr => {
  const position = (multi.colno ?? 1) - 1
  const source = multi.source as Node
  const subLink = bodyOf(source, 'SubLink')
  if (subLink !== undefined) {
    const query = context.rules.query(context, scope, subLink.subselect as Node)
    if (query.outputs.length !== multi.ncolumns)
      throw syntaxErrorAt('number of columns does not match number of values', subLink.location)
    const whole = wrap(context, query, (expr) => expr)
    const only = { ...whole, targets: [whole.targets[position]], outputs: [whole.outputs[position]] } as typeof whole
    const output = only.outputs[0] as OutputColumn
    const value: Expr = {
      kind: 'subquery',
      form: 'scalar',
      query: only,
      test: null,
      type: output.type,
      typmod: output.typmod,
    }
    return assignable(context, value, column, 'value', subLink.location)
  }
  const row = bodyOf(source, 'RowExpr')
  if (row === undefined)
    throw featureNotSupported('source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression')
  if ((row.args?.length ?? 0) !== multi.ncolumns)
    throw syntaxErrorAt('number of columns does not match number of values', row.location)
  return assignedValue(context, scope, row.args?.[position] as Node, column, modified)
}
