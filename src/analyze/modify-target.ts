/** The table that a statement changes, named itself or by a view over it. */
import {
  featureNotSupported,
  generatedAlways,
  undefinedColumnOfRelation,
  wrongObjectType,
} from '../errors/raise/analysis.ts'
import { cannotModifyView, cannotModifyViewColumn, type ModifyVerb } from '../errors/raise/modify.ts'
import { isSystemColumnName } from '../catalog/system-columns.ts'
import type { Column, RelationObject } from '../catalog/objects.ts'
import type { RangeVar } from '../sql/ast.ts'
import type { AnalysisContext } from './context.ts'
import type { ColumnId, Expr } from './expression.ts'
import { resolveRelation, tableItem, tableResult, withInheritors } from './from.ts'
import { namespaceItem } from './from-names.ts'
import { columnRef, constant, substituteColumns } from './nodes.ts'
import type { CheckOption, TableItem, ViewLevel } from './query.ts'
import type { BoundColumn, NamespaceItem } from './scope.ts'
import { columnDefault } from './table-expressions.ts'
import { tableColumns, updatableView, views, type TargetColumn, type UpdatableView } from './updatable-views.ts'

export interface ModifyTarget {
  /** What was named. */
  readonly relation: RelationObject
  readonly verb: ModifyVerb
  readonly table: TableItem
  readonly columns: readonly TargetColumn[]
  /** What the rest of the statement sees of it. */
  readonly names: NamespaceItem[]
  readonly levels: readonly ViewLevel[]
  readonly fallbacks: UpdatableView['fallbacks']
  readonly blocked: readonly TargetColumn[]
  readonly checkOptions: readonly CheckOption[]
}

/** The target; system relations and views that are not updatable are refused. */
export const modifyTarget = (context: AnalysisContext, range: RangeVar, verb: ModifyVerb): ModifyTarget => {
  const relation = resolveRelation(context, range)
  context.ranges.set(range, relation)
  context.relations.add(relation.oid)
  if (relation.kind === 'v' && relation.system === null) return viewTarget(context, range, relation, verb)
  if (relation.kind === 'm') throw wrongObjectType(`cannot change materialized view "${relation.name}"`)
  if (relation.kind === 'S') throw wrongObjectType(`cannot change sequence "${relation.name}"`)
  if (relation.system !== null) throw featureNotSupported(`cannot change system catalog "${relation.name}" directly`)
  if (relation.kind !== 'r' && relation.kind !== 'p') throw wrongObjectType(`cannot open relation "${relation.name}"`)
  const own = tableItem(context, relation, range.alias)
  const table = verb === 'insert into' ? own : withInheritors(context, own, range)
  const columns = tableColumns(table)
  const names = tableNames(context, table)
  return { relation, verb, table, columns, names, levels: [], fallbacks: new Map(), blocked: [], checkOptions: [] }
}

const viewTarget = (
  context: AnalysisContext,
  range: RangeVar,
  relation: RelationObject,
  verb: ModifyVerb,
): ModifyTarget => {
  const query = context.rules.view(context, relation)
  const found = updatableView(relation, query)
  if ('reason' in found) throw cannotModifyView(verb, found.view, found.reason)
  if (verb !== 'delete from' && found.columnless !== null) {
    throw cannotModifyView(verb, found.columnless, views('that have no updatable columns'))
  }
  return { ...found, relation, verb, names: [viewNames(context, relation, range, found)] }
}

const viewNames = (
  context: AnalysisContext,
  relation: RelationObject,
  range: RangeVar,
  { columns }: UpdatableView,
): NamespaceItem => {
  const alias = range.alias?.aliasname
  const schema = alias === undefined ? (context.catalog.schema(relation.schema)?.name ?? null) : null
  return {
    ...namespaceItem(context, alias ?? relation.name, []),
    schema,
    columns: columns.map(({ name, expr }) => ({ name, expr })),
    wholeRow: () => ({
      kind: 'row',
      whole: true,
      fields: columns.map((c) => c.expr),
      names: columns.map((c) => c.name),
      type: context.typeOf(relation.rowType),
      typmod: -1,
    }),
  }
}

/** A table's own names; its schema can be written before them where it has no other alias. */
const tableNames = (context: AnalysisContext, table: TableItem): NamespaceItem[] => {
  const own = table.alias === table.relation.name
  return tableResult(context, table, own ? (context.catalog.schema(table.relation.schema)?.name ?? null) : null).names
}

/** An expression over the target's columns as one over a row of its table: views' columns are put in. */
export const overRow = (target: ModifyTarget, row: TableItem): ((expr: Expr) => Expr) => {
  const columns = new Map<ColumnId, Expr>()
  const over = (expr: Expr): Expr => substituteColumns(expr, (id) => columns.get(id))
  for (const [i, { id }] of target.table.columns.entries()) {
    const column = row.columns[i]
    if (column !== undefined) columns.set(id, columnRef(column))
  }
  for (const level of target.levels) for (const { id, expr } of level.columns) columns.set(id, over(expr))
  return over
}

/** The target's columns over another row of its table, that to be inserted. */
export const excludedNames = (context: AnalysisContext, target: ModifyTarget, row: TableItem): NamespaceItem => {
  const { relation, columns } = target
  const over = overRow(target, row)
  const bound: BoundColumn[] = columns.map(({ name, expr }) => ({ name, expr: over(expr) }))
  return {
    ...namespaceItem(context, 'excluded', []),
    columns: bound,
    wholeRow: () => ({
      kind: 'row',
      whole: true,
      fields: bound.map((c) => c.expr),
      names: bound.map((c) => c.name),
      type: context.typeOf(relation.rowType),
      typmod: -1,
    }),
  }
}

/** A column that the statement names. Throws 42703. */
export const columnNamed = (target: ModifyTarget, name: string, location: number | undefined): TargetColumn => {
  const column = target.columns.find((c) => c.name === name)
  if (column !== undefined) return column
  if (isSystemColumnName(name)) throw featureNotSupported(`cannot assign to system column "${name}"`, location)
  throw undefinedColumnOfRelation(name, target.relation.name, location)
}

/** The table's column behind it. Throws 0A000 of a view's column that is none. */
export const baseColumn = (target: ModifyTarget, column: TargetColumn): Column => {
  if (column.base !== null) return column.base
  const { view, column: name, reason } = column.refused as NonNullable<TargetColumn['refused']>
  throw cannotModifyViewColumn(target.verb, name, view, reason)
}

/** Throws 0A000 where one of the columns cannot be changed: the first of the outermost view that keeps it from that. */
export const requireChangeable = (target: ModifyTarget, columns: readonly TargetColumn[]): void => {
  const refused = columns.flatMap((column) => (column.refused === null ? [] : [column]))
  for (const { view } of target.levels.toReversed()) {
    const column = refused.find((c) => c.refused?.view === view.name)
    if (column !== undefined) baseColumn(target, column)
  }
}

/** What DEFAULT means for a column: the default that a view has for it, else the table's; NULL where there is none. */
export const defaultOf = (context: AnalysisContext, target: ModifyTarget, column: Column): Expr =>
  ownDefault(context, target, column) ?? constant(null, column.type, column.typmod)

/** As `defaultOf`; null where there is none. */
export const ownDefault = (context: AnalysisContext, target: ModifyTarget, column: Column): Expr | null => {
  const fallback = target.fallbacks.get(column.attnum)
  if (fallback === undefined) return columnDefault(context, column)
  return columnDefault(context, { ...column, identity: null, generated: false, default: fallback.default })
}

/** Generated columns take no value; GENERATED ALWAYS identities only when overridden. */
export const checkWritable = (column: Column, overriding: string): void => {
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
