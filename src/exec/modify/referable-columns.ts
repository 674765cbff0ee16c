/**
 * The columns of a table that a foreign key may refer to: those of unique indexes over all rows. A change that leaves
 * them alone is none for who holds FOR KEY SHARE (PostgreSQL manual, chapter 13.3.2).
 */
import type { RelationObject } from '../../catalog/objects.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { ExecutionContext } from '../context.ts'

/** Their places in a row. */
export const referablePlaces = ({ catalog }: ExecutionContext, { oid }: RelationObject): number[] => {
  const places = catalog.indexesOf(oid).flatMap(({ index }) => {
    if (index === null || !index.unique || index.predicate !== null) return []
    return index.keys.map(({ attnum }) => attnum - 1)
  })
  return [...new Set(places)].filter((place) => place >= 0)
}

/** Whether two values of a column are the same to those who refer to it. */
export const isSameKey = ({ columns }: RelationObject, place: number, a: Datum, b: Datum): boolean =>
  a === null || b === null ? a === b : columns[place]?.type.compare?.(a, b) === 0
