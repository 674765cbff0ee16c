/** Order of index keys: one comparison per key column, with its direction and the place of NULLs. */
import type { Datum, SqlType } from '../../types/sql-type.ts'

export interface KeyPart {
  readonly type: SqlType
  readonly descending: boolean
  readonly nullsFirst: boolean
}

/** Compares two values of one key column in index order. Throws when the type has no order. */
export const partComparator = (part: KeyPart): ((a: Datum, b: Datum) => number) => {
  const { compare } = part.type
  if (compare === null) throw new Error(`type ${part.type.name} has no order`)
  const whenNull = part.nullsFirst ? -1 : 1
  const sign = part.descending ? -1 : 1
  return (a, b) => {
    if (a === null) return b === null ? 0 : whenNull
    if (b === null) return -whenNull
    return sign * compare(a, b)
  }
}
