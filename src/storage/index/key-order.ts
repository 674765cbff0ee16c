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

/** Compares keys on their common prefix. */
export const keyComparator = (parts: readonly KeyPart[]): ((a: readonly Datum[], b: readonly Datum[]) => number) => {
  const comparators = parts.map(partComparator)
  return (a, b) => {
    const n = Math.min(a.length, b.length)
    for (let i = 0; i < n; i++) {
      const order = (comparators[i] as (a: Datum, b: Datum) => number)(a[i], b[i])
      if (order !== 0) return order
    }
    return 0
  }
}
