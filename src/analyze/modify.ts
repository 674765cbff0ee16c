/** INSERT, UPDATE and DELETE. */
import { duplicateColumn, featureNotSupported, syntaxErrorAt } from '../errors/raise/analysis.ts'
import type { Column } from '../catalog/objects.ts'
import {
  bodyOf,
  listItems,
  tagOf,
  type DeleteStmt,
  type InsertStmt,
  type MergeStmt,
  type Node,
  type RangeVar,
  type ResTarget,
  type SelectStmt,
  type UpdateStmt,
} from '../sql/ast.ts'
import { assignmentsOf } from './assignments.ts'
import { coerceToBoolean } from './coerce.ts'
import type { AnalysisContext } from './context.ts'
import { analyzeWith } from './ctes.ts'
import type { Expr } from './expression.ts'
import { analyzeFrom } from './from.ts'
import { locationOf } from './location.ts'
import { analyzeMerge } from './merge.ts'
import {
  baseColumn,
  checkWritable,
  columnNamed,
  defaultOf,
  modifyTarget,
  ownDefault,
  type ModifyTarget,
} from './modify-target.ts'
import { conflictOf } from './on-conflict.ts'
import type {
  DeleteQuery,
  DmlQuery,
  InsertQuery,
  OutputColumn,
  Query,
  Returning,
  TableItem,
  UpdateQuery,
} from './query.ts'
import { CLAUSE, Scope } from './scope.ts'
import { starOf } from './select.ts'
import { wrap } from './set-operations.ts'
import { assignable, generatedColumns, liveColumns, tableChecks } from './table-expressions.ts'
import { analyzeTargets, originsOf } from './targets.ts'
import type { TargetColumn } from './updatable-views.ts'

export const analyzeModify = (context: AnalysisContext, scope: Scope, node: Node): DmlQuery => {
  switch (tagOf(node)) {
    case 'InsertStmt':
      return analyzeInsert(context, scope, bodyOf(node, 'InsertStmt') as InsertStmt)
    case 'UpdateStmt':
      return analyzeUpdate(context, scope, bodyOf(node, 'UpdateStmt') as UpdateStmt)
    case 'DeleteStmt':
      return analyzeDelete(context, scope, bodyOf(node, 'DeleteStmt') as DeleteStmt)
    case 'MergeStmt':
      return analyzeMerge(context, scope, bodyOf(node, 'MergeStmt') as MergeStmt, analyzeModify)
    default:
      throw featureNotSupported(`${tagOf(node)} is not supported`)
  }
}

const returningOf = (
  context: AnalysisContext,
  scope: Scope,
  nodes: readonly Node[],
  items: readonly TableItem[],
): Returning | null => {
  if (nodes.length === 0) return null
  return scope.within(CLAUSE.returning, () => ({
    targets: analyzeTargets(context, scope, nodes, () => starOf(scope), originsOf(items), false).map((s) => s.target),
  }))
}

const outputsOf = (returning: Returning | null): OutputColumn[] => returning?.targets.map((t) => t.column) ?? []

const analyzeInsert = (context: AnalysisContext, scope: Scope, node: InsertStmt): InsertQuery => {
  const ctes = analyzeWith(context, scope, node.withClause, analyzeModify)
  const target = modifyTarget(context, node.relation as RangeVar, 'insert into')
  const { table, levels, checkOptions } = target
  const columns = insertColumns(target, node)
  const overriding = node.override ?? 'OVERRIDING_NOT_SET'
  const source =
    node.selectStmt === undefined
      ? null
      : insertSource(context, scope, node.selectStmt, target, columns, node.cols !== undefined, overriding)
  const written = source === null ? [] : columns.slice(0, source.outputs.length).map((c) => baseColumn(target, c))
  const given = new Set(written.map((c) => c.attnum))
  if (given.size < written.length) throw multipleAssignments(written)
  // A default of a view's column that is none of its table's has nowhere to go.
  for (const column of target.blocked) baseColumn(target, column)
  const defaults = liveColumns(table.relation)
    .filter((c) => !given.has(c.attnum))
    .flatMap((column) => {
      const expr = ownDefault(context, target, column)
      return expr === null ? [] : [{ column, expr }]
    })
  const onConflict =
    node.onConflictClause === undefined ? null : conflictOf(context, scope, node.onConflictClause, target)
  const returningScope = new Scope(scope)
  returningScope.add(target.names)
  const returning = returningOf(context, returningScope, node.returningClause?.exprs ?? [], [table])
  return {
    kind: 'insert',
    ctes,
    table,
    source,
    columns: written,
    defaults,
    generated: generatedColumns(context, table),
    checks: tableChecks(context, table),
    levels,
    checkOptions,
    onConflict,
    returning,
    outputs: outputsOf(returning),
  }
}

const multipleAssignments = (columns: readonly Column[]) => {
  const twice = columns.find((c, i) => columns.indexOf(c) !== i)
  return syntaxErrorAt(`multiple assignments to same column "${twice?.name}"`)
}

const insertColumns = (target: ModifyTarget, node: InsertStmt): readonly TargetColumn[] => {
  const items = (node.cols ?? []).map((n) => bodyOf(n, 'ResTarget') as ResTarget)
  if (items.length === 0) return target.columns
  const columns: TargetColumn[] = []
  for (const item of items) {
    const column = columnNamed(target, item.name as string, item.location)
    if (item.indirection !== undefined)
      throw featureNotSupported('assignment to array elements is not supported', item.location)
    if (columns.includes(column))
      throw duplicateColumn(`column "${column.name}" specified more than once`, item.location)
    columns.push(column)
  }
  return columns
}

const insertSource = (
  context: AnalysisContext,
  scope: Scope,
  node: Node,
  target: ModifyTarget,
  named: readonly TargetColumn[],
  explicitColumns: boolean,
  overriding: string,
): Query => {
  const select = bodyOf(node, 'SelectStmt') as SelectStmt
  if (
    select.valuesLists !== undefined &&
    select.sortClause === undefined &&
    select.limitCount === undefined &&
    select.withClause === undefined
  ) {
    return valuesSource(context, new Scope(scope), select, target, named, explicitColumns, overriding)
  }
  const query = context.rules.query(context, scope, node, true)
  checkWidth(query.outputs.length, named, node)
  if (explicitColumns && query.outputs.length < named.length) {
    throw syntaxErrorAt('INSERT has more target columns than expressions')
  }
  const columns = named.slice(0, query.outputs.length).map((c) => baseColumn(target, c))
  for (const column of columns) checkWritable(column, overriding)
  if (query.kind === 'select' && query.distinct === 'none' && query.orderBy.length === 0) {
    const targets = query.targets.map((t, i) => {
      const column = columns[i] as Column
      const expr =
        overriding === 'OVERRIDING_USER_VALUE' && column.identity !== null
          ? defaultOf(context, target, column)
          : assignable(context, t.expr, column, 'value', locationOf(select.targetList?.[i]))
      return { ...t, expr, column: { ...t.column, type: expr.type, typmod: expr.typmod } }
    })
    return { ...query, targets, outputs: targets.map((t) => t.column) }
  }
  return wrap(context, query, (expr, i) => assignable(context, expr, columns[i] as Column, 'value'))
}

const checkWidth = (width: number, columns: readonly TargetColumn[], node: Node | undefined): void => {
  if (width > columns.length) throw syntaxErrorAt('INSERT has more expressions than target columns', locationOf(node))
}

const valuesSource = (
  context: AnalysisContext,
  scope: Scope,
  select: SelectStmt,
  target: ModifyTarget,
  named: readonly TargetColumn[],
  explicitColumns: boolean,
  overriding: string,
): Query => {
  const lists = (select.valuesLists ?? []).map(listItems)
  const width = lists[0]?.length ?? 0
  for (const list of lists) {
    if (list.length !== width) throw syntaxErrorAt('VALUES lists must all be the same length', locationOf(list[0]))
  }
  checkWidth(width, named, lists[0]?.[named.length])
  if (width < named.length && explicitColumns) {
    throw syntaxErrorAt('INSERT has more target columns than expressions', locationOf(lists[0]?.[0]))
  }
  const columns = named.slice(0, width).map((c) => baseColumn(target, c))
  const rows = lists.map((list) =>
    list.map((item, i) => {
      const column = columns[i] as Column
      if (tagOf(item) === 'SetToDefault') return defaultOf(context, target, column)
      if (overriding === 'OVERRIDING_USER_VALUE' && column.identity !== null) return defaultOf(context, target, column)
      checkWritable(column, overriding)
      const expr = scope.within(CLAUSE.values, () => context.expr(scope, item))
      return assignable(context, expr, column, 'value', locationOf(item))
    }),
  )
  const outputs = Array.from({ length: width }, (_, i) => {
    const column = columns[i] as Column
    return {
      id: context.freshColumn(),
      name: column.name,
      type: column.type,
      typmod: column.typmod,
      tableOid: 0,
      attnum: 0,
    }
  })
  return { kind: 'values', ctes: [], rows, orderBy: [], limit: null, offset: null, withTies: false, outputs }
}

const analyzeUpdate = (context: AnalysisContext, scope: Scope, node: UpdateStmt): UpdateQuery => {
  const ctes = analyzeWith(context, scope, node.withClause, analyzeModify)
  const target = modifyTarget(context, node.relation as RangeVar, 'update')
  const { table, levels, checkOptions } = target
  scope.add(target.names)
  const from = analyzeFrom(context, scope, node.fromClause ?? [])
  const assignments = assignmentsOf(context, scope, node.targetList ?? [], target)
  const where = whereOf(context, scope, node.whereClause)
  const returning = returningOf(context, scope, node.returningClause?.exprs ?? [], [table])
  return {
    kind: 'update',
    ctes,
    table,
    from,
    where,
    assignments,
    generated: generatedColumns(context, table),
    checks: tableChecks(context, table),
    levels,
    checkOptions,
    returning,
    outputs: outputsOf(returning),
  }
}

const whereOf = (context: AnalysisContext, scope: Scope, node: Node | undefined): Expr | null => {
  if (node === undefined) return null
  if (tagOf(node) === 'CurrentOfExpr') throw featureNotSupported('WHERE CURRENT OF is not supported')
  return scope.within(CLAUSE.where, () =>
    coerceToBoolean(context, context.expr(scope, node), 'WHERE', locationOf(node)),
  )
}

const analyzeDelete = (context: AnalysisContext, scope: Scope, node: DeleteStmt): DeleteQuery => {
  const ctes = analyzeWith(context, scope, node.withClause, analyzeModify)
  const target = modifyTarget(context, node.relation as RangeVar, 'delete from')
  const { table, levels } = target
  scope.add(target.names)
  const from = analyzeFrom(context, scope, node.usingClause ?? [])
  const where = whereOf(context, scope, node.whereClause)
  const returning = returningOf(context, scope, node.returningClause?.exprs ?? [], [table])
  return { kind: 'delete', ctes, table, from, levels, where, returning, outputs: outputsOf(returning) }
}
