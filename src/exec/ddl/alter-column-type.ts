/** New values for columns: ALTER COLUMN TYPE, and ADD COLUMN with a default that differs from row to row. */
import { requireTypeUsage } from './permissions.ts'
import { settleUnknown, tryCoerce } from '../../analyze/coerce.ts'
import type { Expr } from '../../analyze/expression.ts'
import { tableItem } from '../../analyze/from.ts'
import { boundColumns } from '../../analyze/stored-trees.ts'
import { columnRef } from '../../analyze/nodes.ts'
import type { OutputColumn, TableItem } from '../../analyze/query.ts'
import { CLAUSE } from '../../analyze/scope.ts'
import {
  columnDefault,
  generatedColumns,
  plainDefault,
  storedExpression,
  tableScope,
} from '../../analyze/table-expressions.ts'
import { resolveTypeName } from '../../analyze/type-name.ts'
import { collationByOid } from '../../catalog/collations.ts'
import type { Column, IndexKey, ParseTree, RelationObject } from '../../catalog/objects.ts'
import { datatypeMismatch, undefinedColumnOfRelation } from '../../errors/raise/analysis.ts'
import { columnUsedByRule, invalidTableDefinition, usedByGeneratedColumn } from '../../errors/raise/definitions.ts'
import { retypedTwice } from '../../errors/raise/inheritance.ts'
import { notNullViolation } from '../../errors/raise/execution.ts'
import { planColumn } from '../../plan/build-nodes.ts'
import type { ColumnDef, TypeName } from '../../sql/ast.ts'
import { quoteIdentifier } from '../../functions/keywords.ts'
import { formatType } from '../../types/index.ts'
import { collate } from '../../types/collation.ts'
import type { SqlType } from '../../types/sql-type.ts'
import { layoutOf } from '../expression/compile.ts'
import { interpret } from '../expression/interpret.ts'
import { analysisFor, currentRelation, type DefinitionContext } from './context.ts'
import { typeUnder } from './collations.ts'
import { checkComparable, validateCheck, validateForeignKey } from './constraints.ts'
import { copyRows } from './copy-rows.ts'
import { checkKeys } from './create-index.ts'
import { describeObject } from './dependents.ts'
import { followColumnType, requireSequenceType } from './sequences.ts'
import { requireUnstored } from './row-type-users.ts'

/** Copies all rows with some columns computed anew, each from the row as it was. */
const rewrite = (
  context: DefinitionContext,
  before: RelationObject,
  columns: readonly OutputColumn[],
  values: readonly { readonly column: Column; readonly value: Expr }[],
): Promise<RelationObject> => {
  const layout = layoutOf(columns.map(planColumn))
  const execution = context.execution()
  const computed = values.map(({ column, value }) => ({
    column,
    compute: interpret(value, { context: execution, layout }),
  }))
  return copyRows(context, before, columns, (row, batch, at) => {
    for (const { column, compute } of computed) {
      const value = compute(batch, at)
      if (value === null && column.notNull)
        throw notNullViolation(column.name, before.name, { table: before.name, column: column.name })
      row[column.attnum - 1] = value
    }
  })
}

/** ADD COLUMN … DEFAULT f(): every row gets its own value. */
export const rewriteWith = (
  context: DefinitionContext,
  before: RelationObject,
  after: RelationObject,
  column: Column,
): Promise<RelationObject> => {
  const analysis = analysisFor(context)
  const item = tableItem(analysis, after)
  const value = column.generated
    ? generatedColumns(analysis, item).find((g) => g.column.attnum === column.attnum)?.expr
    : columnDefault(analysis, column)
  const columns = item.columns.filter((c) => c.attnum !== column.attnum)
  return rewrite(context, before, columns, [{ column, value: value as Expr }])
}

/** What a view shows of a column has its type. */
const refuseUsedByView = (context: DefinitionContext, { oid }: RelationObject, column: Column): void => {
  for (const view of context.catalog.snapshot.all('relation')) {
    if (view.view === null || !view.depends.some((d) => d.oid === oid && d.attnum === column.attnum)) continue
    throw columnUsedByRule(column.name, 'a view or rule', `rule _RETURN on ${describeObject(context, view)}`)
  }
}

/** A column that gets another type, and its new values over the columns of the table as it is. */
export interface TypeChange {
  readonly column: Column
  readonly type: SqlType
  readonly typmod: number
  readonly value: Expr
}

/** All columns of a table that get other types by one statement, and the table before it. */
export interface TypeChanges {
  readonly before: RelationObject
  readonly item: TableItem
  readonly changes: readonly TypeChange[]
}

/** What the statement makes of a table's columns. */
export const planTypeChanges = (
  context: DefinitionContext,
  relation: RelationObject,
  nodes: readonly { readonly column: Column; readonly node: ColumnDef }[],
): TypeChanges => {
  const item = tableItem(analysisFor(context), relation)
  return {
    before: relation,
    item,
    changes: nodes.map(({ column, node }) => plannedChange(context, item, column, node)),
  }
}

const plannedChange = (context: DefinitionContext, item: TableItem, column: Column, node: ColumnDef): TypeChange => {
  const analysis = analysisFor(context)
  const { type: named, typmod } = resolveTypeName(analysis, node.typeName as TypeName)
  requireTypeUsage(context, named)
  const type = typeUnder(context, named, node.collClause)
  if (type.kind === 'p') throw invalidTableDefinition(`column "${column.name}" has pseudo-type ${type.sqlName}`)
  if (node.raw_default === undefined) {
    const own = columnRef(item.columns.find((c) => c.attnum === column.attnum) as OutputColumn)
    const value = tryCoerce(analysis, own, type, typmod, 'assignment', undefined)
    if (value !== null) return { column, type, typmod, value }
    throw datatypeMismatch(
      `column "${column.name}" cannot be cast automatically to type ${formatType(type, -1)}`,
      undefined,
      { hint: `You might need to specify "USING ${quoteIdentifier(column.name)}::${formatType(type, typmod)}".` },
    )
  }
  const tree = node.raw_default
  const names = tableScope(analysis, item)
  const using = names.within(CLAUSE.transform, () => settleUnknown(analysis, analysis.expr(names, tree)))
  const value = tryCoerce(analysis, using, type, typmod, 'assignment', undefined)
  if (value !== null) return { column, type, typmod, value }
  throw datatypeMismatch(
    `result of USING clause for column "${column.name}" cannot be cast automatically to type ${formatType(type, -1)}`,
    undefined,
    { hint: 'You might need to add an explicit cast.' },
  )
}

/** Gives the columns their types. The statement may have dropped columns and constraints since the changes were planned. */
export const applyTypeChanges = async (
  context: DefinitionContext,
  { before, item, changes }: TypeChanges,
): Promise<void> => {
  const { oid } = before
  const twice = changes.find(({ column }, i) => changes.findIndex((c) => c.column === column) < i)
  if (twice !== undefined) throw retypedTwice(twice.column.name)
  for (const change of changes) retype(context, currentRelation(context, oid), change)
  const types = new Map(changes.map((change) => [change.column.attnum, change]))
  for (const index of context.catalog.snapshot.indexesOf(oid)) {
    const keys = index.index?.keys.map((key) => retypedKey(context, before, types, key))
    if (index.index !== null && keys !== undefined) context.catalog.put({ ...index, index: { ...index.index, keys } })
  }
  const relation = currentRelation(context, oid)
  if (relation.storageId !== 0) {
    requireUnstored(context, relation)
    const values = changes.map(({ column, value }) => ({
      column: relation.columns[column.attnum - 1] as Column,
      value,
    }))
    await rewrite(context, before, item.columns, values)
  }
  const isSame = ({ value }: TypeChange): boolean => value.kind === 'column' || value.kind === 'relabel'
  const changed = changes.filter((change) => !isSame(change)).map(({ column }) => column.attnum)
  if (changed.length > 0) await recheck(context, oid, changed)
}

/** Puts the new type into the table's record. */
const retype = (context: DefinitionContext, relation: RelationObject, { column, type, typmod }: TypeChange): void => {
  const own = relation.columns[column.attnum - 1] as Column
  if (own.dropped) throw undefinedColumnOfRelation(column.name, relation.name)
  refuseUsedByView(context, relation, own)
  refuseUsedByGenerated(relation, own)
  const analysis = analysisFor(context)
  const fallback = plainDefault(analysis, { ...own, type: column.type, typmod: -1 })
  if (fallback !== null && tryCoerce(analysis, fallback, type, typmod, 'assignment', undefined) === null) {
    throw datatypeMismatch(
      `default for column "${column.name}" cannot be cast automatically to type ${formatType(type, -1)}`,
    )
  }
  if (own.identity !== null) {
    requireSequenceType(type)
    followColumnType(context, currentRelation(context, own.identity.sequence), type)
  }
  const changed: Column = { ...own, type, typmod, collation: type.collation }
  const columns = relation.columns.map((c) => ({ ...(c === own ? changed : c), missing: null }))
  context.catalog.put({ ...relation, columns })
}

/** A key of an index over columns that have other types; it stays under a collation that it was put under itself. */
const retypedKey = (
  context: DefinitionContext,
  before: RelationObject,
  changes: ReadonlyMap<number, TypeChange>,
  key: IndexKey,
): IndexKey => {
  const plain = changes.get(key.attnum)
  const under = (type: SqlType, old: SqlType): SqlType => {
    const own =
      key.type.collation === old.collation ? null : collationByOid(context.catalog.snapshot, key.type.collation)
    return own === null || type.collation === 0 ? type : collate(type, own)
  }
  if (plain !== undefined) return { ...key, type: under(plain.type, plain.column.type) }
  if (key.expression === null || ![...boundColumns(key.expression)].some((n) => changes.has(n))) return key
  const analysis = analysisFor(context)
  const typeIn = (table: RelationObject): SqlType =>
    storedExpression(analysis, tableItem(analysis, table), key.expression as ParseTree, CLAUSE.index).type
  return { ...key, type: under(typeIn(currentRelation(context, before.oid)), typeIn(before)) }
}

/** Other values of a column, or another type, must satisfy all constraints that it is in. */
const recheck = async (context: DefinitionContext, oid: number, attnums: readonly number[]): Promise<void> => {
  const { snapshot } = context.catalog
  const isChanged = (attnum: number): boolean => attnums.includes(attnum)
  const relation = currentRelation(context, oid)
  if (relation.storageId !== 0) {
    for (const index of snapshot.indexesOf(oid)) await checkKeys(context, index, relation)
  }
  for (const constraint of snapshot.constraintsOf(oid)) {
    if (constraint.check !== null && constraint.validated && constraint.columns.some(isChanged)) {
      await validateCheck(context, oid, constraint.name)
    }
  }
  const referencing = snapshot.constraintsOf(oid).filter((c) => c.foreign !== null && c.columns.some(isChanged))
  const referenced = snapshot.foreignKeysTo(oid).filter((c) => c.foreign?.columns.some(isChanged))
  for (const constraint of new Set([...referencing, ...referenced])) {
    const child = currentRelation(context, constraint.table)
    const parent = currentRelation(context, constraint.foreign?.table ?? 0)
    for (const [i, from] of constraint.columns.entries()) {
      const to = constraint.foreign?.columns[i] ?? 0
      checkComparable(constraint.name, child.columns[from - 1] as Column, parent.columns[to - 1] as Column)
    }
    if (child.kind !== 'p' && constraint.validated) await validateForeignKey(context, constraint)
  }
}

/** A generated column is computed from the column as it is. */
const refuseUsedByGenerated = ({ columns }: RelationObject, { attnum, name }: Column): void => {
  const user = columns.find(
    (c) => c.generated && !c.dropped && c.default !== null && boundColumns(c.default).has(attnum),
  )
  if (user !== undefined) throw usedByGeneratedColumn(name, user.name)
}
