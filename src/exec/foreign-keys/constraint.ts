/** Foreign keys as the catalog has them. */
import type { Column, ConstraintObject, ForeignKey, RelationObject } from '../../catalog/objects.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import type { ExecutionContext } from '../context.ts'

export type ForeignConstraint = ConstraintObject & { readonly foreign: ForeignKey }

export const isForeign = (constraint: ConstraintObject): constraint is ForeignConstraint => constraint.foreign !== null

/** Whether changes of a table matter to any foreign key. */
export const isWatched = (context: Pick<ExecutionContext, 'catalog'>, relation: RelationObject): boolean =>
  context.catalog.constraintsOf(relation.oid).some(isForeign) || context.catalog.foreignKeysTo(relation.oid).length > 0

export const columnAt = (relation: RelationObject, attnum: number): Column => relation.columns[attnum - 1] as Column

export const columnsAt = (relation: RelationObject, attnums: readonly number[]): Column[] =>
  attnums.map((attnum) => columnAt(relation, attnum))

export const valuesAt = (row: readonly Datum[], attnums: readonly number[]): Datum[] =>
  attnums.map((attnum) => row[attnum - 1] ?? null)

export const isEqual = (type: SqlType, a: Datum, b: Datum): boolean =>
  a !== null && b !== null && (type.compare === null ? a === b : type.compare(a, b) === 0)

/** Whether an update left the values of some columns alone, as far as `=` can tell. */
export const isSameKey = (
  relation: RelationObject,
  attnums: readonly number[],
  old: readonly Datum[],
  row: readonly Datum[],
): boolean =>
  attnums.every((attnum) => {
    const [a, b] = [old[attnum - 1] ?? null, row[attnum - 1] ?? null]
    return a === b || isEqual(columnAt(relation, attnum).type, a, b)
  })

/** As `isSameKey`, but values that look different are (1.0 and 1.00): they are handed on to referencing rows. */
export const isIdenticalKey = (
  context: Pick<ExecutionContext, 'eval'>,
  relation: RelationObject,
  attnums: readonly number[],
  old: readonly Datum[],
  row: readonly Datum[],
): boolean =>
  attnums.every((attnum) => {
    const [a, b] = [old[attnum - 1] ?? null, row[attnum - 1] ?? null]
    if (Object.is(a, b)) return true
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
    const { type } = columnAt(relation, attnum)
    const { format } = context.eval
    return isEqual(type, a, b) && type.format(a, format) === type.format(b, format)
  })
