/** What INSERT puts into a table: the columns, or parts of them, that it names, and the rows for these. */
import type { Column } from '../catalog/objects.ts'
import { duplicateColumn, syntaxErrorAt } from '../errors/raise/analysis.ts'
import { bodyOf, listItems, tagOf, type InsertStmt, type Node, type ResTarget, type SelectStmt } from '../sql/ast.ts'
import { assignmentPath, type AssignmentPath } from './assignment-path.ts'
import { partDefault } from './assignments.ts'
import type { AnalysisContext } from './context.ts'
import type { Expr } from './expression.ts'
import { locationOf } from './location.ts'
import {
  baseColumn,
  checkWritable,
  columnNamed,
  defaultOf,
  type ModifyTarget,
  requireChangeable,
} from './modify-target.ts'
import { columnRef, constant } from './nodes.ts'
import type { OutputColumn, Query } from './query.ts'
import { CLAUSE, Scope } from './scope.ts'
import { wrap } from './set-operations.ts'
import { assignable } from './table-expressions.ts'
import { expandedItem } from './targets.ts'
import type { TargetColumn } from './updatable-views.ts'

/** A column that an INSERT names, or a part of one. */
interface NamedTarget {
  readonly column: TargetColumn
  readonly steps: readonly Node[]
  readonly location: number | undefined
}

/** The same with what it takes to put a value there. */
interface Slot {
  readonly column: Column
  readonly path: AssignmentPath | null
}

/** Rows with one column for each of `columns`; null: DEFAULT VALUES. */
export interface InsertSource {
  readonly source: Query | null
  readonly columns: readonly Column[]
}

interface Input {
  readonly target: ModifyTarget
  readonly named: readonly NamedTarget[]
  readonly isExplicit: boolean
  readonly overriding: string
}

export const insertSource = (
  context: AnalysisContext,
  scope: Scope,
  node: InsertStmt,
  target: ModifyTarget,
): InsertSource => {
  const input: Input = {
    target,
    named: namedTargets(target, node),
    isExplicit: node.cols !== undefined,
    overriding: node.override ?? 'OVERRIDING_NOT_SET',
  }
  if (node.selectStmt === undefined) return { source: null, columns: [] }
  const select = bodyOf(node.selectStmt, 'SelectStmt') as SelectStmt
  const isPlainValues =
    select.valuesLists !== undefined &&
    select.sortClause === undefined &&
    select.limitCount === undefined &&
    select.withClause === undefined
  const { query, slots } = isPlainValues
    ? valuesSource(context, new Scope(scope), select, input)
    : querySource(context, scope, node.selectStmt, input)
  return combined(context, query, slots)
}

const namedTargets = (target: ModifyTarget, node: InsertStmt): readonly NamedTarget[] => {
  const items = (node.cols ?? []).map((n) => bodyOf(n, 'ResTarget') as ResTarget)
  if (items.length === 0) return target.columns.map((column) => ({ column, steps: [], location: undefined }))
  const named: NamedTarget[] = []
  for (const item of items) {
    const column = columnNamed(target, item.name as string, item.location)
    const steps = item.indirection ?? []
    const same = named.filter((other) => other.column === column)
    if (same.length > 0 && (steps.length === 0 || same.some((other) => other.steps.length === 0)))
      throw duplicateColumn(`column "${column.name}" specified more than once`, item.location)
    named.push({ column, steps, location: item.location })
  }
  return named
}

const slotsOf = (context: AnalysisContext, scope: Scope, { target, named }: Input, width: number): readonly Slot[] => {
  const given = named.slice(0, width)
  requireChangeable(
    target,
    given.map(({ column }) => column),
  )
  return given.map(({ column: of, steps, location }) => {
    const column = baseColumn(target, of)
    const path =
      steps.length === 0
        ? null
        : scope.within(CLAUSE.values, () => assignmentPath(context, scope, column, steps, location))
    return { column, path }
  })
}

const fit = (context: AnalysisContext, { column, path }: Slot, expr: Expr, location?: number): Expr =>
  path === null ? assignable(context, expr, column, 'value', location) : path.fit(expr, location)

/** Parts of columns are put together: each column gets one value. */
const combined = (context: AnalysisContext, query: Query, slots: readonly Slot[]): InsertSource => {
  const columns = [...new Set(slots.map((slot) => slot.column))]
  if (slots.every((slot) => slot.path === null)) {
    if (columns.length < slots.length) throw multipleAssignments(slots)
    return { source: query, columns }
  }
  const wrapped = wrap(context, query, (expr) => expr)
  const values = query.outputs.map(columnRef)
  const targets = columns.map((column) => {
    let expr: Expr = constant(null, column.type, column.typmod)
    for (const [i, slot] of slots.entries()) {
      if (slot.column !== column) continue
      const value = values[i] as Expr
      expr = slot.path === null ? value : slot.path.put(expr, value)
    }
    const { name, type, typmod } = column
    const output: OutputColumn = { id: context.freshColumn(), name, type, typmod, tableOid: 0, attnum: 0 }
    return { expr, hidden: false, column: output }
  })
  return { source: { ...wrapped, targets, outputs: targets.map((t) => t.column) }, columns }
}

const multipleAssignments = (slots: readonly Slot[]) => {
  const columns = slots.map((slot) => slot.column)
  const twice = columns.find((c, i) => columns.indexOf(c) !== i)
  return syntaxErrorAt(`multiple assignments to same column "${twice?.name}"`)
}

interface Rows {
  readonly query: Query
  readonly slots: readonly Slot[]
}

const querySource = (context: AnalysisContext, scope: Scope, node: Node, input: Input): Rows => {
  const { target, named, isExplicit, overriding } = input
  const select = bodyOf(node, 'SelectStmt') as SelectStmt
  const query = context.rules.query(context, scope, node, true)
  checkWidth(query.outputs.length, named, node)
  if (isExplicit && query.outputs.length < named.length) {
    throw syntaxErrorAt('INSERT has more target columns than expressions', named[query.outputs.length]?.location)
  }
  const slots = slotsOf(context, scope, input, query.outputs.length)
  for (const { column } of slots) checkWritable(column, overriding)
  if (query.kind === 'select' && query.distinct === 'none' && query.orderBy.length === 0) {
    const targets = query.targets.map((t, i) => {
      const slot = slots[i] as Slot
      const expr =
        overriding === 'OVERRIDING_USER_VALUE' && slot.column.identity !== null
          ? defaultOf(context, target, slot.column)
          : fit(context, slot, t.expr, locationOf(select.targetList?.[i]))
      return { ...t, expr, column: { ...t.column, type: expr.type, typmod: expr.typmod } }
    })
    return { query: { ...query, targets, outputs: targets.map((t) => t.column) }, slots }
  }
  return { query: wrap(context, query, (expr, i) => fit(context, slots[i] as Slot, expr)), slots }
}

const checkWidth = (width: number, named: readonly NamedTarget[], node: Node | undefined): void => {
  if (width > named.length) throw syntaxErrorAt('INSERT has more expressions than target columns', locationOf(node))
}

/** A value as written, or one of those that `t.*` stands for. */
interface RowItem {
  readonly node: Node
  readonly expr: Expr | null
}

const valuesSource = (context: AnalysisContext, scope: Scope, select: SelectStmt, input: Input): Rows => {
  const { target, named, isExplicit, overriding } = input
  // One row is a select list.
  const clause = select.valuesLists?.length === 1 ? CLAUSE.valuesRow : CLAUSE.values
  const lists = (select.valuesLists ?? []).map((list) =>
    listItems(list).flatMap((node): RowItem[] => {
      const expanded = scope.within(clause, () => expandedItem(context, scope, node))
      return expanded?.map((expr) => ({ node, expr })) ?? [{ node, expr: null }]
    }),
  )
  const width = lists[0]?.length ?? 0
  for (const list of lists) {
    if (list.length !== width)
      throw syntaxErrorAt('VALUES lists must all be the same length', locationOf(list[0]?.node))
  }
  checkWidth(width, named, lists[0]?.[named.length]?.node)
  if (width < named.length && isExplicit) {
    throw syntaxErrorAt('INSERT has more target columns than expressions', named[width]?.location)
  }
  const slots = slotsOf(context, scope, input, width)
  const rows = lists.map((list) =>
    list.map(({ node: item, expr: given }, i) => {
      const slot = slots[i] as Slot
      const { column } = slot
      if (tagOf(item) === 'SetToDefault') {
        if (slot.path !== null) throw partDefault(column, named[i]?.location)
        // A view's default is a value like any other.
        if (column.generated && target.fallbacks.has(column.attnum)) checkWritable(column, overriding)
        return defaultOf(context, target, column)
      }
      if (overriding === 'OVERRIDING_USER_VALUE' && column.identity !== null) return defaultOf(context, target, column)
      checkWritable(column, overriding)
      const expr = given ?? scope.within(clause, () => context.expr(scope, item))
      const at = slot.path === null ? locationOf(item) : named[i]?.location
      return fit(context, slot, expr, at)
    }),
  )
  const outputs = Array.from({ length: width }, (_, i) => {
    const { name, type, typmod } = (slots[i] as Slot).column
    const first = rows[0]?.[i]
    return {
      id: context.freshColumn(),
      name,
      type: slots[i]?.path === null ? type : (first?.type ?? type),
      typmod,
      tableOid: 0,
      attnum: 0,
    }
  })
  const query: Query = {
    kind: 'values',
    ctes: [],
    rows,
    orderBy: [],
    limit: null,
    offset: null,
    withTies: false,
    outputs,
  }
  return { query, slots }
}
