/** Changes to the values of a type wherever they are within other values, and to all stored values that hold them. */
import { tableItem } from '../../analyze/from.ts'
import type { RelationObject } from '../../catalog/objects.ts'
import type { CatalogSnapshot } from '../../catalog/snapshot.ts'
import { SqlArray } from '../../types/array.ts'
import { baseTypeOf } from '../../types/domain-type.ts'
import { SqlMultirange, SqlRange } from '../../types/range/range.ts'
import { isMultirangeType, isRangeType } from '../../types/range/range-type.ts'
import { isRowType, SqlRecord } from '../../types/record.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import { copyRows } from './copy-rows.ts'
import { analysisFor, currentRelation, type DefinitionContext } from './context.ts'

/** What becomes of a value that is not null. */
export type ValueChange = (value: Datum) => Datum

/** The change of a type's values; null where they stay. */
export type ChangeOf = (type: SqlType) => ValueChange | null

/** How values of a type change when those of types in it do; null for types that hold none of these. */
const changeWithin = (declared: SqlType, changeOf: ChangeOf): ValueChange | null => {
  const type = baseTypeOf(declared)
  const own = changeOf(type)
  if (own !== null) return own
  if (isRangeType(type)) {
    const bound = changeWithin(type.subtype, changeOf)
    return bound === null ? null : (range: SqlRange) => changedRange(range, bound)
  }
  if (isMultirangeType(type)) {
    const bound = changeWithin(type.range.subtype, changeOf)
    if (bound === null) return null
    return ({ ranges }: SqlMultirange) => new SqlMultirange(ranges.map((range) => changedRange(range, bound)))
  }
  if (isRowType(type)) {
    const fields = type.fields().map((field) => changeWithin(field.type, changeOf))
    if (fields.every((field) => field === null)) return null
    return ({ types, values, names }: SqlRecord) =>
      new SqlRecord(
        types,
        values.map((value, i) => changed(value, fields[i] ?? null)),
        names,
      )
  }
  const element = type.category === 'A' && type.element !== null ? changeWithin(type.element, changeOf) : null
  if (element === null) return null
  return ({ dimensions, lowerBounds, elements }: SqlArray) =>
    new SqlArray(
      dimensions,
      lowerBounds,
      elements.map((value) => changed(value, element)),
    )
}

const changed = (value: Datum, change: ValueChange | null): Datum =>
  value === null || change === null ? value : change(value)

const changedRange = (range: SqlRange, bound: ValueChange): SqlRange =>
  range.empty
    ? range
    : new SqlRange(changed(range.lower, bound), changed(range.upper, bound), range.lowerInclusive, range.upperInclusive)

/** Writes all tables again that hold such values, as their columns were in a catalog before. */
export const changeStoredValues = async (
  context: DefinitionContext,
  before: CatalogSnapshot,
  changeOf: ChangeOf,
): Promise<void> => {
  for (const table of before.all('relation')) await changeTable(context, table, changeOf)
}

const changeTable = async (context: DefinitionContext, before: RelationObject, changeOf: ChangeOf): Promise<void> => {
  const { oid, kind, storageId, columns: all } = before
  if (storageId === 0 || (kind !== 'r' && kind !== 'm')) return
  if (all.every(({ dropped, type }) => dropped || changeWithin(type, changeOf) === null)) return
  await context.lock(oid, 'accessExclusive')
  const { columns } = tableItem(analysisFor(context), before)
  const changes = columns.map(({ attnum, type }) => ({ at: attnum - 1, change: changeWithin(type, changeOf) }))
  const table = currentRelation(context, oid)
  context.catalog.put({ ...table, columns: table.columns.map((column) => ({ ...column, missing: null })) })
  await copyRows(context, before, columns, (row) => {
    for (const { at, change } of changes) row[at] = changed(row[at], change)
  })
}
