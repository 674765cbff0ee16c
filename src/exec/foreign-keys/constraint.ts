/** Foreign keys as the catalog has them. */
import { ancestorsOf } from '../../catalog/inheritance.ts'
import type { CatalogSnapshot } from '../../catalog/snapshot.ts'
import type { Column, ConstraintObject, ForeignKey, RelationObject } from '../../catalog/objects.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import type { ExecutionContext } from '../context.ts'

export type ForeignConstraint = ConstraintObject & { readonly foreign: ForeignKey }

export const isForeign = (constraint: ConstraintObject): constraint is ForeignConstraint => constraint.foreign !== null

/** Whether changes of a table matter to any foreign key. */
export const isWatched = (context: Pick<ExecutionContext, 'catalog'>, relation: RelationObject): boolean =>
  context.catalog.constraintsOf(relation.oid).some(isForeign) || foreignKeysTo(context.catalog, relation).length > 0

/** Foreign keys to a table, or to a partitioned table that it is a partition of. Those of partitions stand for all. */
export const foreignKeysTo = (catalog: CatalogSnapshot, relation: RelationObject): readonly ConstraintObject[] => {
  const own = catalog.foreignKeysTo(relation.oid)
  const all =
    relation.partition === undefined
      ? own
      : [...own, ...ancestorsOf(catalog, relation).flatMap(({ oid }) => catalog.foreignKeysTo(oid))]
  return all.length === 0 ? all : all.filter(({ table }) => catalog.relation(table)?.kind !== 'p')
}

export const columnAt = (relation: RelationObject, attnum: number): Column => relation.columns[attnum - 1] as Column

export const columnsAt = (relation: RelationObject, attnums: readonly number[]): Column[] =>
  attnums.map((attnum) => columnAt(relation, attnum))

export const valuesAt = (row: readonly Datum[], attnums: readonly number[]): Datum[] =>
  attnums.map((attnum) => row[attnum - 1] ?? null)

export const isEqual = (type: SqlType, a: Datum, b: Datum): boolean =>
  a !== null && b !== null && (type.compare === null ? a === b : type.compare(a, b) === 0)

/** Whether two values are the same to those who refer to them; NULL is the same as NULL. */
export const isSameValue = (type: SqlType, a: Datum, b: Datum): boolean => a === b || isEqual(type, a, b)

/** Whether two states of a row have the same values in some columns, as far as `same` can tell. */
const isSameIn = (
  relation: RelationObject,
  attnums: readonly number[],
  old: readonly Datum[],
  row: readonly Datum[],
  same: (type: SqlType, a: Datum, b: Datum) => boolean,
): boolean =>
  attnums.every((attnum) => same(columnAt(relation, attnum).type, old[attnum - 1] ?? null, row[attnum - 1] ?? null))

/** Whether an update left the values of some columns alone, as far as `=` can tell. */
export const isSameKey = (
  relation: RelationObject,
  attnums: readonly number[],
  old: readonly Datum[],
  row: readonly Datum[],
): boolean => isSameIn(relation, attnums, old, row, isSameValue)

/** As `isSameKey`, but values that look different are (1.0 and 1.00): they are handed on to referencing rows. */
export const isIdenticalKey = (
  { eval: { format } }: Pick<ExecutionContext, 'eval'>,
  relation: RelationObject,
  attnums: readonly number[],
  old: readonly Datum[],
  row: readonly Datum[],
): boolean =>
  isSameIn(relation, attnums, old, row, (type, a, b) => {
    if (Object.is(a, b)) return true
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
    return isEqual(type, a, b) && type.format(a, format) === type.format(b, format)
  })

/**
 * The columns of a table that a foreign key may refer to: those of unique indexes over all rows. A change that leaves them
 * alone is none for who holds FOR KEY SHARE (PostgreSQL manual, chapter 13.3.2).
 */
export const referableColumns = ({ catalog }: Pick<ExecutionContext, 'catalog'>, { oid }: RelationObject): number[] => {
  const attnums = catalog.indexesOf(oid).flatMap(({ index }) => {
    if (index === null || !index.unique || index.predicate !== null) return []
    return index.keys.map(({ attnum }) => attnum)
  })
  return [...new Set(attnums)].filter((attnum) => attnum > 0)
}
