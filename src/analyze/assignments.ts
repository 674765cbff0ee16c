/** SET of UPDATE, ON CONFLICT and MERGE: which columns get which values. */
import { featureNotSupported, generatedAlways, syntaxErrorAt } from '../errors/raise/analysis.ts'
import type { Column } from '../catalog/objects.ts'
import { bodyOf, tagOf, type Node, type ResTarget, type SubLink } from '../sql/ast.ts'
import { assignmentPath, type AssignmentPath } from './assignment-path.ts'
import type { AnalysisContext } from './context.ts'
import type { Expr } from './expression.ts'
import { locationOf } from './location.ts'
import { baseColumn, columnNamed, defaultOf, type ModifyTarget, requireChangeable } from './modify-target.ts'
import { columnRef, constant } from './nodes.ts'
import type { Assignment, OutputColumn } from './query.ts'
import { CLAUSE, type Scope } from './scope.ts'
import { baseTypeOf } from '../types/domain-type.ts'
import { OID } from '../types/oids.ts'
import { wrap } from './set-operations.ts'
import { expandedItem } from './targets.ts'
import { assignable } from './table-expressions.ts'

/** SET items: single columns, and rows of columns from rows or subqueries. */
export const assignmentsOf = (
  context: AnalysisContext,
  scope: Scope,
  nodes: readonly Node[],
  modified: ModifyTarget,
): Assignment[] => {
  const targets = nodes.map((n) => bodyOf(n, 'ResTarget') as ResTarget)
  requireChangeable(
    modified,
    targets.map(({ name, location }) => columnNamed(modified, name as string, location)),
  )
  const assignments: Assignment[] = []
  const whole = new Set<Column>()
  const rows = new Map<number, SubqueryRow>()
  for (const target of targets) {
    const column = baseColumn(modified, columnNamed(modified, target.name as string, target.location))
    const known = assignments.findIndex((a) => a.column === column)
    const path = pathOf(context, scope, target, column)
    if (known >= 0 && (path === null || whole.has(column))) {
      throw syntaxErrorAt(`multiple assignments to same column "${column.name}"`)
    }
    const expr = assignedValue(context, scope, target.val as Node, { column, path, modified, rows })
    if (path === null) {
      whole.add(column)
      assignments.push({ column, expr })
      continue
    }
    // Several assignments to parts of one column follow one another.
    const before = assignments[known]?.expr ?? columnOf(modified, column)
    const assignment = { column, expr: path.put(before, expr) }
    if (known < 0) assignments.push(assignment)
    else assignments[known] = assignment
  }
  return assignments
}

/** The part of a column that a SET item names, null for the whole of it. */
const pathOf = (
  context: AnalysisContext,
  scope: Scope,
  { indirection, location }: ResTarget,
  column: Column,
): AssignmentPath | null =>
  indirection === undefined
    ? null
    : scope.within(CLAUSE.update, () => assignmentPath(context, scope, column, indirection, location))

/** The column as it is before. */
const columnOf = ({ table }: ModifyTarget, column: Column): Expr =>
  columnRef(table.columns.find((c) => c.attnum === column.attnum) as OutputColumn)

/** What a value is assigned to. */
interface Place {
  readonly column: Column
  readonly path: AssignmentPath | null
  readonly modified: ModifyTarget
  /** Subqueries whose columns are assigned together, by where they stand. */
  readonly rows: Map<number, SubqueryRow>
}

const fitted = (context: AnalysisContext, { column, path }: Place, expr: Expr, location: number | undefined): Expr =>
  path === null ? assignable(context, expr, column, 'value', location) : path.fit(expr, location)

const assignedValue = (context: AnalysisContext, scope: Scope, node: Node, place: Place): Expr => {
  const { column, modified } = place
  const isDefault = tagOf(node) === 'SetToDefault'
  if (column.generated) {
    if (isDefault) return constant(null, column.type, column.typmod)
    throw generatedAlways(`column "${column.name}" can only be updated to DEFAULT`, {
      detail: `Column "${column.name}" is a generated column.`,
    })
  }
  if (isDefault) {
    if (place.path !== null) throw partDefault(place.column, locationOf(node))
    return defaultOf(context, modified, column)
  }
  if (column.identity?.always) {
    throw generatedAlways(`column "${column.name}" can only be updated to DEFAULT`, {
      detail: `Column "${column.name}" is an identity column defined as GENERATED ALWAYS.`,
    })
  }
  const multi = bodyOf(node, 'MultiAssignRef')
  if (multi !== undefined) return multiAssigned(context, scope, multi, place)
  const expr = scope.within(CLAUSE.update, () => context.expr(scope, node))
  return fitted(context, place, expr, locationOf(node))
}

/** DEFAULT for a part of a column: an element, or a field. */
export const partDefault = (column: Column, location: number | undefined) =>
  baseTypeOf(column.type).element !== null
    ? featureNotSupported('cannot set an array element to DEFAULT', location)
    : featureNotSupported('cannot set a subfield to DEFAULT', location)

const multiAssigned = (
  context: AnalysisContext,
  scope: Scope,
  multi: { source?: Node; colno?: number; ncolumns?: number },
  place: Place,
): Expr => {
  const position = (multi.colno ?? 1) - 1
  const source = multi.source as Node
  const subLink = bodyOf(source, 'SubLink')
  if (subLink !== undefined) {
    const row = place.rows.get(subLink.location ?? 0) ?? subqueryRow(context, scope, subLink, multi.ncolumns ?? 0)
    place.rows.set(subLink.location ?? 0, row)
    const output = row.outputs[position] as OutputColumn
    const value: Expr = { kind: 'field', arg: row.value, field: position, type: output.type, typmod: output.typmod }
    return fitted(context, place, value, subLink.location)
  }
  const row = bodyOf(source, 'RowExpr')
  if (row === undefined)
    throw featureNotSupported(
      'source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression',
      locationOf(source),
    )
  const items = (row.args ?? []).flatMap(
    (item): (Node | Expr)[] => scope.within(CLAUSE.update, () => expandedItem(context, scope, item)) ?? [item],
  )
  if (items.length !== multi.ncolumns)
    throw syntaxErrorAt('number of columns does not match number of values', row.location)
  const item = items[position] as Node | Expr
  if ('kind' in item) return fitted(context, place, item as Expr, row.location)
  return assignedValue(context, scope, item, place)
}

/** A subquery whose columns are assigned together runs once. */
interface SubqueryRow {
  readonly value: Expr
  readonly outputs: readonly OutputColumn[]
}

const subqueryRow = (context: AnalysisContext, scope: Scope, subLink: SubLink, width: number): SubqueryRow => {
  const query = context.rules.query(context, scope, subLink.subselect as Node)
  if (query.outputs.length !== width)
    throw syntaxErrorAt('number of columns does not match number of values', subLink.location)
  const record = context.typeOf(OID.record)
  const whole = wrap(context, query, (expr) => expr)
  const fields = whole.targets.map((t) => t.expr)
  const names = query.outputs.map((c) => c.name)
  const column = { id: context.freshColumn(), name: 'row', type: record, typmod: -1, tableOid: 0, attnum: 0 }
  const row: Expr = { kind: 'row', fields, names, type: record, typmod: -1 }
  const only = { ...whole, targets: [{ column, expr: row, hidden: false }], outputs: [column] }
  const value: Expr = { kind: 'subquery', form: 'scalar', query: only, test: null, type: record, typmod: -1 }
  return { value, outputs: query.outputs }
}
