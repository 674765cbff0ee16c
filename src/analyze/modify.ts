/** INSERT, UPDATE and DELETE. */
import {
  duplicateColumn,
  featureNotSupported,
  generatedAlways,
  invalidColumnReference,
  syntaxErrorAt,
  undefinedColumnOfRelation,
  undefinedObject,
  wrongObjectType,
} from '../errors/raise/analysis.ts'
import { cannotModifyView } from '../errors/raise/modify.ts'
import type { Column, RelationObject } from '../catalog/objects.ts'
import {
  bodyOf,
  listItems,
  tagOf,
  type DeleteStmt,
  type InferClause,
  type InsertStmt,
  type Node,
  type OnConflictClause,
  type RangeVar,
  type ResTarget,
  type SelectStmt,
  type UpdateStmt,
} from '../sql/ast.ts'
import { coerceToBoolean } from './coerce.ts'
import type { AnalysisContext } from './context.ts'
import { analyzeWith } from './ctes.ts'
import type { Expr } from './expression.ts'
import { analyzeFrom, resolveRelation, tableItem, tableResult } from './from.ts'
import { locationOf } from './location.ts'
import { conjuncts, constant, sameExpr } from './nodes.ts'
import type {
  Assignment,
  DeleteQuery,
  DmlQuery,
  InsertQuery,
  OnConflict,
  OutputColumn,
  Query,
  Returning,
  TableItem,
  UpdateQuery,
} from './query.ts'
import { CLAUSE, Scope } from './scope.ts'
import { starOf } from './select.ts'
import { wrap } from './set-operations.ts'
import {
  assignable,
  columnDefault,
  generatedColumns,
  liveColumns,
  storedCondition,
  storedExpression,
  tableChecks,
} from './table-expressions.ts'
import { analyzeTargets, originsOf } from './targets.ts'

export const analyzeModify = (context: AnalysisContext, scope: Scope, node: Node): DmlQuery => {
  switch (tagOf(node)) {
    case 'InsertStmt':
      return analyzeInsert(context, scope, bodyOf(node, 'InsertStmt') as InsertStmt)
    case 'UpdateStmt':
      return analyzeUpdate(context, scope, bodyOf(node, 'UpdateStmt') as UpdateStmt)
    case 'DeleteStmt':
      return analyzeDelete(context, scope, bodyOf(node, 'DeleteStmt') as DeleteStmt)
    default:
      throw featureNotSupported(`${tagOf(node)} is not supported`)
  }
}

/** The table a statement changes; views and system relations are refused. */
const targetTable = (
  context: AnalysisContext,
  range: RangeVar,
  verb: 'insert into' | 'update' | 'delete from',
): TableItem => {
  const relation = resolveRelation(context, range)
  if (relation.kind === 'v') throw cannotModifyView(verb, relation.name)
  if (relation.kind === 'm') throw wrongObjectType(`cannot change materialized view "${relation.name}"`)
  if (relation.kind === 'S') throw wrongObjectType(`cannot change sequence "${relation.name}"`)
  if (relation.kind !== 'r') throw wrongObjectType(`cannot open relation "${relation.name}"`)
  if (relation.system !== null) throw systemCatalogWrite(relation)
  context.relations.add(relation.oid)
  return tableItem(context, relation, range.alias)
}

const systemCatalogWrite = (relation: RelationObject) =>
  featureNotSupported(`cannot change system catalog "${relation.name}" directly`)

const columnNamed = (relation: RelationObject, name: string, location: number | undefined): Column => {
  const column = liveColumns(relation).find((c) => c.name === name)
  if (column === undefined) throw undefinedColumnOfRelation(name, relation.name, location)
  return column
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
  const table = targetTable(context, node.relation as RangeVar, 'insert into')
  const { relation } = table
  const columns = insertColumns(relation, node)
  const overriding = node.override ?? 'OVERRIDING_NOT_SET'
  const source =
    node.selectStmt === undefined
      ? null
      : insertSource(context, scope, node.selectStmt, columns, node.cols !== undefined, overriding)
  const written = source === null ? [] : columns.slice(0, source.outputs.length)
  const given = new Set(written.map((c) => c.attnum))
  const defaults = liveColumns(relation)
    .filter((c) => !given.has(c.attnum))
    .flatMap((column) => {
      const expr = columnDefault(context, column)
      return expr === null ? [] : [{ column, expr }]
    })
  const onConflict =
    node.onConflictClause === undefined ? null : conflictOf(context, scope, node.onConflictClause, table)
  const returningScope = new Scope(scope)
  returningScope.add(tableNames(context, table))
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
    onConflict,
    returning,
    outputs: outputsOf(returning),
  }
}

const tableNames = (context: AnalysisContext, table: TableItem) =>
  tableResult(
    context,
    table,
    table.alias === table.relation.name ? (context.catalog.schema(table.relation.schema)?.name ?? null) : null,
  ).names

const insertColumns = (relation: RelationObject, node: InsertStmt): Column[] => {
  const targets = (node.cols ?? []).map((n) => bodyOf(n, 'ResTarget') as ResTarget)
  if (targets.length === 0) return liveColumns(relation)
  const columns: Column[] = []
  for (const target of targets) {
    const column = columnNamed(relation, target.name as string, target.location)
    if (target.indirection !== undefined)
      throw featureNotSupported('assignment to array elements is not supported', target.location)
    if (columns.includes(column))
      throw duplicateColumn(`column "${column.name}" specified more than once`, target.location)
    columns.push(column)
  }
  return columns
}

const insertSource = (
  context: AnalysisContext,
  scope: Scope,
  node: Node,
  columns: readonly Column[],
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
    return valuesSource(context, new Scope(scope), select, columns, explicitColumns, overriding)
  }
  const query = context.rules.query(context, scope, node, true)
  checkWidth(query.outputs.length, columns, node)
  if (explicitColumns && query.outputs.length < columns.length) {
    throw syntaxErrorAt('INSERT has more target columns than expressions')
  }
  for (const column of columns.slice(0, query.outputs.length)) checkWritable(column, overriding)
  if (query.kind === 'select' && query.distinct === 'none' && query.orderBy.length === 0) {
    const targets = query.targets.map((t, i) => {
      const expr = assignable(context, t.expr, columns[i] as Column, 'value', locationOf(select.targetList?.[i]))
      return { ...t, expr, column: { ...t.column, type: expr.type, typmod: expr.typmod } }
    })
    return { ...query, targets, outputs: targets.map((t) => t.column) }
  }
  return wrap(context, query, (expr, i) => assignable(context, expr, columns[i] as Column, 'value'))
}

const checkWidth = (width: number, columns: readonly Column[], node: Node | undefined): void => {
  if (width > columns.length) throw syntaxErrorAt('INSERT has more expressions than target columns', locationOf(node))
}

/** Generated columns take no value; GENERATED ALWAYS identities only when overridden. */
const checkWritable = (column: Column, overriding: string): void => {
  if (column.generated) {
    throw generatedAlways(`cannot insert a non-DEFAULT value into column "${column.name}"`, {
      detail: `Column "${column.name}" is a generated column.`,
    })
  }
  if (column.identity?.always && overriding !== 'OVERRIDING_SYSTEM_VALUE' && overriding !== 'OVERRIDING_USER_VALUE') {
    throw generatedAlways(`cannot insert a non-DEFAULT value into column "${column.name}"`, {
      detail: `Column "${column.name}" is an identity column defined as GENERATED ALWAYS.`,
      hint: 'Use OVERRIDING SYSTEM VALUE to override.',
    })
  }
}

const valuesSource = (
  context: AnalysisContext,
  scope: Scope,
  select: SelectStmt,
  columns: readonly Column[],
  explicitColumns: boolean,
  overriding: string,
): Query => {
  const lists = (select.valuesLists ?? []).map(listItems)
  const width = lists[0]?.length ?? 0
  for (const list of lists) {
    if (list.length !== width) throw syntaxErrorAt('VALUES lists must all be the same length', locationOf(list[0]))
  }
  checkWidth(width, columns, lists[0]?.[columns.length])
  if (width < columns.length && explicitColumns) {
    throw syntaxErrorAt('INSERT has more target columns than expressions', locationOf(lists[0]?.[0]))
  }
  const rows = lists.map((list) =>
    list.map((item, i) => {
      const column = columns[i] as Column
      if (tagOf(item) === 'SetToDefault') return defaultOf(context, column)
      if (overriding === 'OVERRIDING_USER_VALUE' && column.identity !== null) return defaultOf(context, column)
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

const defaultOf = (context: AnalysisContext, column: Column): Expr =>
  columnDefault(context, column) ?? constant(null, column.type, column.typmod)

const conflictOf = (context: AnalysisContext, scope: Scope, node: OnConflictClause, table: TableItem): OnConflict => {
  const update = node.action === 'ONCONFLICT_UPDATE'
  const arbiters = node.infer === undefined ? [] : inferArbiters(context, node.infer, table)
  if (update && node.infer === undefined) {
    throw syntaxErrorAt('ON CONFLICT DO UPDATE requires inference specification or constraint name', node.location, {
      hint: 'For example, ON CONFLICT (column_name).',
    })
  }
  const excluded = tableItem(context, table.relation)
  const inner = new Scope(scope)
  inner.add(tableNames(context, table))
  inner.add(tableResult(context, { ...excluded, alias: 'excluded' }, null).names)
  const assignments = update ? assignmentsOf(context, inner, node.targetList ?? [], table.relation) : []
  const { whereClause } = node
  const where =
    whereClause === undefined
      ? null
      : inner.within(CLAUSE.where, () =>
          coerceToBoolean(context, context.expr(inner, whereClause), 'WHERE', locationOf(whereClause)),
        )
  return { action: update ? 'update' : 'nothing', arbiters, excluded: excluded.columns, assignments, where }
}

/** Unique indexes that an ON CONFLICT target means. Throws 42P10 when there is none. */
const inferArbiters = (context: AnalysisContext, infer: InferClause, table: TableItem): number[] => {
  const { catalog } = context
  const { relation } = table
  if (infer.conname !== undefined) {
    const constraint = catalog.constraintsOf(relation.oid).find((c) => c.name === infer.conname)
    if (constraint === undefined) {
      throw undefinedObject(`constraint "${infer.conname}" for table "${relation.name}" does not exist`, infer.location)
    }
    if (constraint.index === 0) throw wrongObjectType('constraint in ON CONFLICT clause has no associated index')
    return [constraint.index]
  }
  const scope = new Scope(null)
  scope.add(tableNames(context, table))
  const wanted = (infer.indexElems ?? []).map((n) => {
    const element = bodyOf(n, 'IndexElem')
    if (element?.name !== undefined) {
      const column = columnNamed(relation, element.name, infer.location)
      return scope.column(column.name, infer.location) as Expr
    }
    return scope.within(CLAUSE.index, () => context.expr(scope, element?.expr as Node))
  })
  const { whereClause } = infer
  const predicate =
    whereClause === undefined ? null : scope.within(CLAUSE.predicate, () => context.expr(scope, whereClause))
  const found = catalog.validIndexesOf(relation.oid).filter((index) => {
    const definition = index.index
    if (definition === null || !definition.unique || !definition.immediate) return false
    if (definition.predicate !== null) {
      const implied = conjuncts(storedCondition(context, table, definition.predicate, CLAUSE.predicate))
      const known = conjuncts(predicate)
      if (!implied.every((p) => known.some((k) => sameExpr(p, k)))) return false
    }
    const keys = definition.keys.map((key) => {
      if (key.expression !== null) return storedExpression(context, table, key.expression, CLAUSE.index)
      const column = relation.columns.find((c) => c.attnum === key.attnum) as Column
      return scope.column(column.name, undefined) as Expr
    })
    return keys.length === wanted.length && keys.every((key) => wanted.some((w) => sameExpr(w, key)))
  })
  if (found.length === 0) {
    throw invalidColumnReference('there is no unique or exclusion constraint matching the ON CONFLICT specification')
  }
  return found.map((index) => index.oid)
}

/** SET items: single columns, and rows of columns from rows or subqueries. */
const assignmentsOf = (
  context: AnalysisContext,
  scope: Scope,
  nodes: readonly Node[],
  relation: RelationObject,
): Assignment[] => {
  const assignments: Assignment[] = []
  for (const n of nodes) {
    const target = bodyOf(n, 'ResTarget') as ResTarget
    const column = columnNamed(relation, target.name as string, target.location)
    if (target.indirection !== undefined)
      throw featureNotSupported('assignment to array elements is not supported', target.location)
    if (assignments.some((a) => a.column === column)) {
      throw syntaxErrorAt(`multiple assignments to same column "${column.name}"`, target.location)
    }
    assignments.push({ column, expr: assignedValue(context, scope, target.val as Node, column) })
  }
  return assignments
}

const assignedValue = (context: AnalysisContext, scope: Scope, node: Node, column: Column): Expr => {
  const isDefault = tagOf(node) === 'SetToDefault'
  if (column.generated) {
    if (isDefault) return constant(null, column.type, column.typmod)
    throw generatedAlways(`column "${column.name}" can only be updated to DEFAULT`, {
      detail: `Column "${column.name}" is a generated column.`,
    })
  }
  if (isDefault) return defaultOf(context, column)
  if (column.identity?.always) {
    throw generatedAlways(`column "${column.name}" can only be updated to DEFAULT`, {
      detail: `Column "${column.name}" is an identity column defined as GENERATED ALWAYS.`,
    })
  }
  const multi = bodyOf(node, 'MultiAssignRef')
  if (multi !== undefined) return multiAssigned(context, scope, multi, column)
  const expr = scope.within(CLAUSE.update, () => context.expr(scope, node))
  return assignable(context, expr, column, 'value', locationOf(node))
}

const multiAssigned = (
  context: AnalysisContext,
  scope: Scope,
  multi: { source?: Node; colno?: number; ncolumns?: number },
  column: Column,
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
  return assignedValue(context, scope, row.args?.[position] as Node, column)
}

const analyzeUpdate = (context: AnalysisContext, scope: Scope, node: UpdateStmt): UpdateQuery => {
  const ctes = analyzeWith(context, scope, node.withClause, analyzeModify)
  const table = targetTable(context, node.relation as RangeVar, 'update')
  scope.add(tableNames(context, table))
  const from = analyzeFrom(context, scope, node.fromClause ?? [])
  const assignments = assignmentsOf(context, scope, node.targetList ?? [], table.relation)
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
  const table = targetTable(context, node.relation as RangeVar, 'delete from')
  scope.add(tableNames(context, table))
  const from = analyzeFrom(context, scope, node.usingClause ?? [])
  const where = whereOf(context, scope, node.whereClause)
  const returning = returningOf(context, scope, node.returningClause?.exprs ?? [], [table])
  return { kind: 'delete', ctes, table, from, where, returning, outputs: outputsOf(returning) }
}
