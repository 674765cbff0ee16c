/** How information_schema describes a type: its name, lengths and precisions. */
import { formatType } from '../../../types/index.ts'
import { OID } from '../../../types/oids.ts'
import type { SqlType } from '../../../types/sql-type.ts'
import type { CatalogSnapshot } from '../../snapshot.ts'
import { PG_CATALOG } from '../../../types/oids.ts'
import type { SystemRow } from '../relation.ts'

/** Bytes that a value of a type without a length may have. */
const LONGEST_VALUE = 1_073_741_824
const BYTES_PER_CHARACTER = 4
const TYPMOD_OFFSET = 4

const BINARY_PRECISION: Readonly<Record<number, { readonly bits: number; readonly scale: number | null }>> = {
  [OID.int2]: { bits: 16, scale: 0 },
  [OID.int4]: { bits: 32, scale: 0 },
  [OID.int8]: { bits: 64, scale: 0 },
  [OID.float4]: { bits: 24, scale: null },
  [OID.float8]: { bits: 53, scale: null },
}

const CHARACTER_TYPES = new Set<number>([OID.varchar, OID.bpchar])
const TIME_TYPES = new Set<number>([OID.time, OID.timetz, OID.timestamp, OID.timestamptz, OID.interval])
const MICROSECONDS = 6

const isArray = (type: SqlType): boolean => type.category === 'A' && type.element !== null && type.length === -1

const dataType = (type: SqlType): string => {
  if (isArray(type)) return 'ARRAY'
  if (type.namespace !== PG_CATALOG) return 'USER-DEFINED'
  return type.oid === OID.bpchar ? type.sqlName : formatType(type, -1)
}

const lengths = (type: SqlType, typmod: number): SystemRow => {
  if (CHARACTER_TYPES.has(type.oid)) {
    if (typmod < 0) return { character_octet_length: LONGEST_VALUE }
    const length = typmod - TYPMOD_OFFSET
    return { character_maximum_length: length, character_octet_length: length * BYTES_PER_CHARACTER }
  }
  return type.oid === OID.text ? { character_octet_length: LONGEST_VALUE } : {}
}

const precisions = (type: SqlType, typmod: number): SystemRow => {
  const binary = BINARY_PRECISION[type.oid]
  if (binary !== undefined) {
    return { numeric_precision: binary.bits, numeric_precision_radix: 2, numeric_scale: binary.scale }
  }
  if (type.oid === OID.numeric) {
    if (typmod < 0) return { numeric_precision_radix: 10 }
    const [precision = 0, scale = 0] = type.formatTypmod(typmod).slice(1, -1).split(',').map(Number)
    return { numeric_precision: precision, numeric_precision_radix: 10, numeric_scale: scale }
  }
  if (type.oid === OID.date) return { datetime_precision: 0 }
  if (!TIME_TYPES.has(type.oid)) return {}
  const written = /\((\d)\)/.exec(type.formatTypmod(typmod))
  return { datetime_precision: written === null ? MICROSECONDS : Number(written[1]) }
}

/** data_type and what measures it, and the udt_ columns. */
export const typeColumns = (catalog: CatalogSnapshot, database: string, type: SqlType, typmod: number): SystemRow => ({
  data_type: dataType(type),
  ...lengths(type, typmod),
  ...precisions(type, typmod),
  udt_catalog: database,
  udt_schema: catalog.schema(type.namespace)?.name,
  udt_name: type.name,
})
