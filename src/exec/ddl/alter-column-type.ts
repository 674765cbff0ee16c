/** Table rewrites: ALTER COLUMN TYPE, and ADD COLUMN with a default that differs from row to row. */
import { requireTypeUsage } from './permissions.ts'
import { settleUnknown, tryCoerce } from '../../analyze/coerce.ts'
import type { Expr } from '../../analyze/expression.ts'
import { tableItem } from '../../analyze/from.ts'
import { boundColumns } from '../../analyze/stored-trees.ts'
import { columnRef } from '../../analyze/nodes.ts'
import type { OutputColumn } from '../../analyze/query.ts'
import { CLAUSE } from '../../analyze/scope.ts'
import { columnDefault, generatedColumns, plainDefault, tableScope } from '../../analyze/table-expressions.ts'
import { resolveTypeName } from '../../analyze/type-name.ts'
import type { Column, RelationObject } from '../../catalog/objects.ts'
import { datatypeMismatch } from '../../errors/raise/analysis.ts'
import { columnUsedByRule, invalidTableDefinition, usedByGeneratedColumn } from '../../errors/raise/definitions.ts'
import { notNullViolation } from '../../errors/raise/execution.ts'
import { planColumn } from '../../plan/build-nodes.ts'
import type { ColumnDef, TypeName } from '../../sql/ast.ts'
import { formatType } from '../../types/index.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { Batch } from '../../vector/batch.ts'
import { descriptorsOf } from '../columns.ts'
import { layoutOf } from '../expression/compile.ts'
import { interpret } from '../expression/interpret.ts'
import { analysisFor, currentRelation, type DefinitionContext } from './context.ts'
import { typeUnder } from './collations.ts'
import { checkComparable, validateCheck, validateForeignKey } from './constraints.ts'
import { checkKeys } from './create-index.ts'
import { describeObject } from './drop.ts'
import { replaceStorage } from './truncate.ts'
import { batchesOf } from '../../storage/table/batches.ts'

/** Copies all rows into new storage, each as `change` leaves it; indexes are built again over it. */
export const copyRows = async (
  context: DefinitionContext,
  before: RelationObject,
  columns: readonly OutputColumn[],
  change: (row: Datum[], batch: Batch, position: number) => void,
): Promise<RelationObject> => {
  const execution = context.execution()
  const source = context.storage.store(before.storageId)
  const scan = source.scan(execution.snapshot, {
    columns: descriptorsOf(before),
    projection: columns.map((c) => c.attnum - 1),
  })
  const after = replaceStorage(context, currentRelation(context, before.oid))
  const bulk = context.storage.bulkWriter(context.transaction, context.storage.store(after.storageId))
  for await (const batch of batchesOf(scan)) {
    for (let k = 0; k < batch.count; k++) {
      const at = batch.position(k)
      const row: Datum[] = new Array(after.columns.length).fill(null)
      for (const [i, c] of columns.entries()) row[c.attnum - 1] = batch.columns[i]?.get(at)
      change(row, batch, at)
      bulk.append(row)
    }
    const pressure = bulk.pressure()
    if (pressure !== null) await pressure.promise
    const wait = execution.poll()
    if (wait !== null) await wait.promise
  }
  await bulk.finish()
  for (const index of context.catalog.snapshot.indexesOf(after.oid)) {
    const ordered = context.indexes.of(index, after, context.catalog.snapshot)
    for (let wait = ordered.prepare(); wait !== null; wait = ordered.prepare()) await wait.promise
  }
  return after
}

/** Copies all rows with one column computed anew. */
const rewrite = (
  context: DefinitionContext,
  before: RelationObject,
  columns: readonly OutputColumn[],
  column: Column,
  value: Expr,
): Promise<RelationObject> => {
  const layout = layoutOf(columns.map(planColumn))
  const compute = interpret(value, { context: context.execution(), layout })
  return copyRows(context, before, columns, (row, batch, at) => {
    const computed = compute(batch, at)
    if (computed === null && column.notNull)
      throw notNullViolation(column.name, before.name, { table: before.name, column: column.name })
    row[column.attnum - 1] = computed
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
  return rewrite(context, before, columns, column, value as Expr)
}

/** What a view shows of a column has its type. */
const refuseUsedByView = (context: DefinitionContext, { oid }: RelationObject, column: Column): void => {
  for (const view of context.catalog.snapshot.all('relation')) {
    if (view.view === null || !view.depends.some((d) => d.oid === oid && d.attnum === column.attnum)) continue
    throw columnUsedByRule(column.name, 'a view or rule', `rule _RETURN on ${describeObject(context, view)}`)
  }
}

export const changeColumnType = async (
  context: DefinitionContext,
  relation: RelationObject,
  column: Column,
  node: ColumnDef,
): Promise<void> => {
  const scope = { catalog: context.catalog.snapshot, searchPath: context.searchPath }
  const { type: named, typmod } = resolveTypeName(scope, node.typeName as TypeName)
  requireTypeUsage(context, named)
  const type = typeUnder(context, named, node.collClause)
  if (type.kind === 'p') throw invalidTableDefinition(`column "${column.name}" has pseudo-type ${type.sqlName}`)
  refuseUsedByView(context, relation, column)
  refuseUsedByGenerated(relation, column)
  const analysis = analysisFor(context)
  const item = tableItem(analysis, relation)
  const names = tableScope(analysis, item)
  const own = columnRef(item.columns.find((c) => c.attnum === column.attnum) as OutputColumn)
  let value: Expr | null
  if (node.raw_default !== undefined) {
    const using = names.within(CLAUSE.transform, () =>
      settleUnknown(analysis, analysis.expr(names, node.raw_default as NonNullable<typeof node.raw_default>)),
    )
    value = tryCoerce(analysis, using, type, typmod, 'assignment', undefined)
    if (value === null) {
      throw datatypeMismatch(
        `result of USING clause for column "${column.name}" cannot be cast automatically to type ${formatType(type, -1)}`,
        undefined,
        {
          hint: 'You might need to add an explicit cast.',
        },
      )
    }
  } else {
    value = tryCoerce(analysis, own, type, typmod, 'assignment', undefined)
    if (value === null) {
      throw datatypeMismatch(
        `column "${column.name}" cannot be cast automatically to type ${formatType(type, -1)}`,
        undefined,
        {
          hint: `You might need to specify "USING ${column.name}::${formatType(type, typmod)}".`,
        },
      )
    }
  }
  if (column.default !== null && !column.generated) {
    const fallback = plainDefault(analysis, { ...column, type: own.type, typmod: -1 })
    if (fallback !== null && tryCoerce(analysis, fallback, type, typmod, 'assignment', undefined) === null) {
      throw datatypeMismatch(
        `default for column "${column.name}" cannot be cast automatically to type ${formatType(type, -1)}`,
      )
    }
  }
  const changed: Column = { ...column, type, typmod, collation: type.collation, missing: null }
  const columns = relation.columns.map((c) => (c.attnum === column.attnum ? changed : { ...c, missing: null }))
  context.catalog.put({ ...relation, columns })
  for (const index of context.catalog.snapshot.indexesOf(relation.oid)) {
    const definition = index.index
    if (definition === null || !definition.keys.some((key) => key.attnum === column.attnum)) continue
    const keys = definition.keys.map((key) => (key.attnum === column.attnum ? { ...key, type } : key))
    context.catalog.put({ ...index, index: { ...definition, keys } })
  }
  if (relation.storageId !== 0) await rewrite(context, relation, item.columns, changed, value)
  const isSame = value.kind === 'column' || value.kind === 'relabel'
  if (!isSame) await recheck(context, relation.oid, column.attnum)
}

/** Other values of a column, or another type, must satisfy all constraints that it is in. */
const recheck = async (context: DefinitionContext, oid: number, attnum: number): Promise<void> => {
  const { snapshot } = context.catalog
  const relation = currentRelation(context, oid)
  if (relation.storageId !== 0) {
    for (const index of snapshot.indexesOf(oid)) await checkKeys(context, index, relation)
  }
  for (const constraint of snapshot.constraintsOf(oid)) {
    if (constraint.check !== null && constraint.validated && constraint.columns.includes(attnum)) {
      await validateCheck(context, oid, constraint.name)
    }
  }
  const referencing = snapshot.constraintsOf(oid).filter((c) => c.foreign !== null && c.columns.includes(attnum))
  const referenced = snapshot.foreignKeysTo(oid).filter((c) => c.foreign?.columns.includes(attnum))
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
