/** Order of index keys: one comparison per key column, with its direction and the place of NULLs. */
import type { Datum, SqlType } from '../../types/sql-type.ts'
import { compareBytes } from '../../types/text-order.ts'
import { STORAGE_FORMAT } from '../row-codec.ts'

export interface KeyPart {
  readonly type: SqlType
  readonly descending: boolean
  readonly nullsFirst: boolean
}

/** Types without an order (shapes in GiST indexes) lie in indexes as their bytes do, where they are only kept. */
const byBytes =
  ({ send }: SqlType) =>
  (a: Datum, b: Datum): number =>
    compareBytes(send(a, STORAGE_FORMAT), send(b, STORAGE_FORMAT))

/** Compares two values of one key column in index order. */
export const partComparator = (part: KeyPart): ((a: Datum, b: Datum) => number) => {
  const compare = part.type.compare ?? byBytes(part.type)
  const whenNull = part.nullsFirst ? -1 : 1
  const sign = part.descending ? -1 : 1
  return (a, b) => {
    if (a === null) return b === null ? 0 : whenNull
    if (b === null) return -whenNull
    return sign * compare(a, b)
  }
}
