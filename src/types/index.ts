/** The registry of built-in types: by OID, by pg_type name and by the names that SQL writes. */
import { aclItemType } from './acl-item.ts'
import { arrayTypeOf } from './array.ts'
import { bitStringTypes } from './bit-strings.ts'
import { boolType } from './bool.ts'
import { byteaType } from './bytea.ts'
import { dateType, timestampType, timestamptzType, timetzType, timeType } from './datetime/datetime-types.ts'
import { intervalType } from './datetime/interval-type.ts'
import { float4Type, float8Type } from './floats.ts'
import { cidType, int2Type, int4Type, int8Type, oidType, tidType, xid8Type, xidType } from './integers.ts'
import { geometricTypes } from './geometry/geometric-types.ts'
import { jsonType } from './json/json-type.ts'
import { jsonbType } from './json/jsonb.ts'
import { jsonPathType } from './jsonpath/jsonpath-type.ts'
import { macAddressTypes } from './mac-address.ts'
import { moneyType } from './money.ts'
import { networkTypes } from './network/network-types.ts'
import { numericType } from './numeric/numeric-type.ts'
import { pgLsnType } from './pg-lsn.ts'
import { pseudoTypes } from './pseudo.ts'
import { builtinRangeTypes } from './range/builtin-ranges.ts'
import { recordType } from './record.ts'
import { regTypes } from './reg.ts'
import type { SqlType } from './sql-type.ts'
import { stringTypes } from './strings.ts'
import { tsqueryType } from './text-search/tsquery.ts'
import { tsvectorType } from './text-search/tsvector.ts'
import { snapshotTypes } from './transaction-snapshot.ts'
import { uuidType } from './uuid.ts'
import { xmlType } from './xml/xml-type.ts'
import { int2vectorType, oidvectorType } from './vectors.ts'

const elementTypes: readonly SqlType[] = [
  boolType,
  byteaType,
  int8Type,
  int2Type,
  int4Type,
  oidType,
  tidType,
  xidType,
  cidType,
  xid8Type,
  float4Type,
  float8Type,
  numericType,
  ...stringTypes,
  aclItemType,
  ...bitStringTypes,
  moneyType,
  pgLsnType,
  ...macAddressTypes,
  ...networkTypes,
  ...geometricTypes,
  tsvectorType,
  tsqueryType,
  ...snapshotTypes,
  dateType,
  timeType,
  timetzType,
  timestampType,
  timestamptzType,
  intervalType,
  uuidType,
  jsonType,
  xmlType,
  jsonbType,
  jsonPathType,
  ...builtinRangeTypes,
  ...regTypes,
  recordType,
  int2vectorType,
  oidvectorType,
  ...pseudoTypes,
]

/** Every built-in type, arrays included. */
export const builtinTypes: readonly SqlType[] = elementTypes.flatMap((type) =>
  type.arrayOid === 0 ? [type] : [type, arrayTypeOf(type)],
)

const byOid = new Map(builtinTypes.map((type) => [type.oid, type]))
const byName = new Map(builtinTypes.map((type) => [type.name, type]))

/** Spellings beside pg_type's names that SQL has for types. */
const SQL_SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['integer', 'int4'],
  ['int', 'int4'],
  ['smallint', 'int2'],
  ['bigint', 'int8'],
  ['boolean', 'bool'],
  ['real', 'float4'],
  ['float', 'float8'],
  ['double precision', 'float8'],
  ['decimal', 'numeric'],
  ['dec', 'numeric'],
  ['character varying', 'varchar'],
  ['char varying', 'varchar'],
  ['character', 'bpchar'],
  ['"char"', 'char'],
  ['bit varying', 'varbit'],
  ['time without time zone', 'time'],
  ['time with time zone', 'timetz'],
  ['timestamp without time zone', 'timestamp'],
  ['timestamp with time zone', 'timestamptz'],
])

/** A built-in type, undefined when there is none of that OID. */
export const typeByOid = (oid: number): SqlType | undefined => byOid.get(oid)

/** A built-in type by pg_type name (`int4`, `_text`), SQL spelling (`integer`) or either followed by `[]`. */
export const typeByName = (name: string): SqlType | undefined => {
  if (name.endsWith('[]')) {
    const element = typeByName(name.slice(0, -2).trimEnd())
    return element === undefined || element.arrayOid === 0 ? undefined : byOid.get(element.arrayOid)
  }
  return byName.get(name) ?? byName.get(SQL_SPELLINGS.get(name) ?? '')
}

const TIME_ZONE_CLAUSE = / with(out)? time zone$/

/** format_type(): the type as SQL writes it with its typmod, which stands before a time zone clause and before `[]`. */
export const formatType = (type: SqlType, typmod: number): string => {
  if (type.category === 'A' && type.element !== null && type.sqlName.endsWith('[]')) {
    return `${formatType(type.element, typmod)}[]`
  }
  const modifier = type.formatTypmod(typmod)
  if (modifier === '') return type.name === 'bpchar' && typmod < 0 ? 'bpchar' : type.sqlName
  const clause = TIME_ZONE_CLAUSE.exec(type.sqlName)
  return clause === null ? type.sqlName + modifier : type.sqlName.slice(0, clause.index) + modifier + clause[0]
}
