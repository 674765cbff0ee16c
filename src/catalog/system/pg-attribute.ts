/** pg_attribute: columns of tables, views, indexes and row types, and the system columns of tables. */
import { typeByOid } from '../../types/index.ts'
import { SqlArray } from '../../types/array.ts'
import type { SqlType } from '../../types/sql-type.ts'
import type { Column, IndexKey, RelationObject } from '../objects.ts'
import { aclArray } from '../privileges/acl-arrays.ts'
import { columnAcl } from '../privileges/objects.ts'
import { SYSTEM_COLUMNS } from '../system-columns.ts'
import type { CatalogSnapshot } from '../snapshot.ts'
import { catalogTable, type SystemRow } from './relation.ts'

const COLUMNS = `
  attrelid oid!, attname name!, atttypid oid!, attstattarget int4!, attlen int2!, attnum int2!, attndims int4!,
  attcacheoff int4!, atttypmod int4!, attbyval bool!, attalign char!, attstorage char!, attcompression char!,
  attnotnull bool!, atthasdef bool!, atthasmissing bool!, attidentity char!, attgenerated char!, attisdropped
  bool!, attislocal bool!, attinhcount int4!, attcollation oid!, attacl _aclitem, attoptions _text, attfdwoptions
  _text, attmissingval anyarray`

/** What every column says of its type, and the usual answers for the rest. */
const attribute = (attrelid: number, attnum: number, attname: string, type: SqlType): SystemRow => ({
  attrelid,
  attname,
  atttypid: type.oid,
  attstattarget: -1,
  attlen: type.length,
  attnum,
  attndims: type.category === 'A' && type.length === -1 ? 1 : 0,
  attcacheoff: -1,
  atttypmod: -1,
  attbyval: type.byValue,
  attalign: type.align,
  attstorage: type.storage,
  attcompression: '',
  attnotnull: false,
  atthasdef: false,
  atthasmissing: false,
  attidentity: '',
  attgenerated: '',
  attisdropped: false,
  attislocal: true,
  attinhcount: 0,
  attcollation: type.collation,
})

const columnRow = (relation: RelationObject, column: Column): SystemRow => {
  const { attnum, type, identity, missing, settings = {} } = column
  const row = attribute(relation.oid, attnum, column.name, type)
  if (column.dropped) {
    return {
      ...row,
      attname: `........pg.dropped.${attnum}........`,
      atttypid: 0,
      attstattarget: 0,
      attisdropped: true,
    }
  }
  return {
    ...row,
    atttypmod: column.typmod,
    attstattarget: settings.statistics ?? -1,
    attstorage: settings.storage ?? type.storage,
    attcompression: settings.compression ?? '',
    attoptions: settings.options === undefined || settings.options.length === 0 ? null : SqlArray.of(settings.options),
    attnotnull: column.notNull,
    atthasdef: column.default !== null,
    atthasmissing: missing !== null,
    attislocal: column.local !== false,
    attinhcount: column.inherited ?? 0,
    attidentity: identity === null ? '' : identity.always ? 'a' : 'd',
    attgenerated: column.generated ? 's' : '',
    attcollation: column.collation,
    attmissingval: missing === null ? null : SqlArray.of([missing]),
  }
}

const systemColumnRows = (relation: RelationObject): SystemRow[] =>
  SYSTEM_COLUMNS.map(({ name, attnum, type }) => ({
    ...attribute(relation.oid, attnum, name, typeByOid(type) as SqlType),
    attstattarget: 0,
    attnotnull: true,
  }))

/** Name of a key column: that of the table's column, or for an expression what it calls, else `expr`. */
const keyName = (catalog: CatalogSnapshot, index: RelationObject, key: Pick<IndexKey, 'attnum'>, i: number): string => {
  const named = index.columns[i]
  if (named !== undefined) return named.name
  const table = catalog.relation(index.index?.table ?? 0)
  return table?.columns[key.attnum - 1]?.name ?? 'expr'
}

const indexRows = (catalog: CatalogSnapshot, relation: RelationObject): SystemRow[] => {
  const { keys, included, table } = relation.index as NonNullable<RelationObject['index']>
  const columns = catalog.relation(table)?.columns ?? []
  const all = [
    ...keys.map(({ attnum, type }) => ({ attnum, type })),
    ...included.map((attnum) => ({ attnum, type: (columns[attnum - 1] as Column).type })),
  ]
  return all.map((key, i) => ({
    ...attribute(relation.oid, i + 1, keyName(catalog, relation, key, i), key.type),
    atttypmod: columns[key.attnum - 1]?.typmod ?? -1,
  }))
}

const relationRows = (catalog: CatalogSnapshot, relation: RelationObject): SystemRow[] => {
  if (relation.index !== null) return indexRows(catalog, relation)
  const own = relation.columns.map((column) => ({
    ...columnRow(relation, column),
    attacl: aclArray(columnAcl(catalog, relation, column.attnum)),
  }))
  return relation.kind === 'v' || relation.kind === 'c' ? own : [...systemColumnRows(relation), ...own]
}

export const pgAttribute = catalogTable('pg_attribute', 1249, COLUMNS, ({ catalog }) =>
  Array.from(catalog.all('relation')).flatMap((relation) => relationRows(catalog, relation)),
)
