/** ALTER TYPE … RENAME VALUE: stored values carry their labels, so the tables that hold them are written again. */
import { tableItem } from '../../analyze/from.ts'
import type { RelationObject, TypeObject } from '../../catalog/objects.ts'
import { SqlArray } from '../../types/array.ts'
import { baseTypeOf } from '../../types/domain-type.ts'
import { SqlMultirange, SqlRange } from '../../types/range/range.ts'
import { isMultirangeType, isRangeType } from '../../types/range/range-type.ts'
import { isRowType, SqlRecord } from '../../types/record.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import { copyRows } from './alter-column-type.ts'
import { changeType } from './change-type.ts'
import { analysisFor, currentRelation, type DefinitionContext } from './context.ts'

type Relabel = (value: Datum) => Datum

interface Renaming {
  readonly type: number
  readonly from: string
  readonly to: string
}

/** How values of a type change; null for types without the enum in them. */
const relabelling = (declared: SqlType, renaming: Renaming): Relabel | null => {
  const type = baseTypeOf(declared)
  if (type.oid === renaming.type) return (value) => (value === renaming.from ? renaming.to : value)
  if (isRangeType(type)) {
    const bound = relabelling(type.subtype, renaming)
    return bound === null ? null : (range: SqlRange) => relabelledRange(range, bound)
  }
  if (isMultirangeType(type)) {
    const bound = relabelling(type.range.subtype, renaming)
    if (bound === null) return null
    return ({ ranges }: SqlMultirange) => new SqlMultirange(ranges.map((range) => relabelledRange(range, bound)))
  }
  if (isRowType(type)) {
    const fields = type.fields().map((field) => relabelling(field.type, renaming))
    if (fields.every((field) => field === null)) return null
    return ({ types, values, names }: SqlRecord) =>
      new SqlRecord(
        types,
        values.map((value, i) => relabelled(value, fields[i] ?? null)),
        names,
      )
  }
  const element = type.category === 'A' && type.element !== null ? relabelling(type.element, renaming) : null
  if (element === null) return null
  return ({ dimensions, lowerBounds, elements }: SqlArray) =>
    new SqlArray(
      dimensions,
      lowerBounds,
      elements.map((value) => relabelled(value, element)),
    )
}

const relabelled = (value: Datum, relabel: Relabel | null): Datum =>
  value === null || relabel === null ? value : relabel(value)

const relabelledRange = (range: SqlRange, bound: Relabel): SqlRange =>
  range.empty
    ? range
    : new SqlRange(
        relabelled(range.lower, bound),
        relabelled(range.upper, bound),
        range.lowerInclusive,
        range.upperInclusive,
      )

/** Puts the label in the place of the other one, in the type and in all rows. */
export const renameLabel = async (
  context: DefinitionContext,
  object: TypeObject & { readonly labels: NonNullable<TypeObject['labels']> },
  place: number,
  to: string,
): Promise<void> => {
  const { labels } = object
  const from = labels[place]?.label as string
  const renaming = { type: object.oid, from, to }
  const renamed = labels.map((l, i) => (i === place ? { ...l, label: to } : l))
  // While rows are copied the type has both labels, at the same place in its order.
  changeType(context, { ...object, labels: renamed.toSpliced(place, 0, { oid: 0, label: from, order: 0 }) })
  const relations = Array.from(context.catalog.snapshot.all('relation'), ({ oid }) => oid)
  for (const oid of relations) await relabelTable(context, oid, renaming)
  changeType(context, { ...object, labels: renamed })
}

const relabelTable = async (context: DefinitionContext, oid: number, renaming: Renaming): Promise<void> => {
  const holds = ({ columns, kind, storageId }: RelationObject): boolean =>
    storageId !== 0 &&
    kind !== 'i' &&
    columns.some(({ dropped, type }) => !dropped && relabelling(type, renaming) !== null)
  if (!holds(currentRelation(context, oid))) return
  await context.lock(oid, 'accessExclusive')
  const table = currentRelation(context, oid)
  const { columns } = tableItem(analysisFor(context), table)
  const changes = columns.map(({ attnum, type }) => ({ at: attnum - 1, relabel: relabelling(type, renaming) }))
  context.catalog.put({ ...table, columns: table.columns.map((column) => ({ ...column, missing: null })) })
  await copyRows(context, table, columns, (row) => {
    for (const { at, relabel } of changes) row[at] = relabelled(row[at], relabel)
  })
}
