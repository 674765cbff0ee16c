/** Casts that keep a value's bits where its datum still becomes another one: int4 is signed, OIDs are not. */
import { baseTypeOf } from './domain-type.ts'
import { OID } from './oids.ts'
import type { Datum, SqlType } from './sql-type.ts'

const toUnsigned = (value: Datum): Datum => (value === null ? null : value >>> 0)
const toSigned = (value: Datum): Datum => (value === null ? null : value | 0)

/** What becomes of a datum of `from` that is taken for one of `to`; null: it stays as it is. */
export const relabelling = (from: SqlType, to: SqlType): ((value: Datum) => Datum) | null => {
  const [source, target] = [baseTypeOf(from).oid, baseTypeOf(to).oid]
  if (source === target) return null
  if (source === OID.int4) return toUnsigned
  return target === OID.int4 ? toSigned : null
}

export const relabelled = (value: Datum, from: SqlType, to: SqlType): Datum => relabelling(from, to)?.(value) ?? value
