/** pg_class: tables, views, indexes, sequences and row types. */
import type { Datum } from '../../types/sql-type.ts'
import type { RelationObject } from '../objects.ts'
import type { CatalogSnapshot } from '../snapshot.ts'
import { aclArray } from '../privileges/acl-arrays.ts'
import { relationAcl } from '../privileges/objects.ts'
import { textArray } from './arrays.ts'
import { BTREE, METHOD_OIDS } from './data/operator-classes.ts'
import { FIRST_NORMAL_OID } from '../snapshot.ts'
import { storedBound } from './expressions.ts'
import { catalogTable, type SystemRow } from './relation.ts'
import type { SystemSource } from './source.ts'

const COLUMNS = `
  oid oid!, relname name!, relnamespace oid!, reltype oid!, reloftype oid!, relowner oid!, relam oid!, relfilenode
  oid!, reltablespace oid!, relpages int4!, reltuples float4!, relallvisible int4!, reltoastrelid oid!,
  relhasindex bool!, relisshared bool!, relpersistence char!, relkind char!, relnatts int2!, relchecks int2!,
  relhasrules bool!, relhastriggers bool!, relhassubclass bool!, relrowsecurity bool!, relforcerowsecurity bool!,
  relispopulated bool!, relreplident char!, relispartition bool!, relrewrite oid!, relfrozenxid xid!, relminmxid
  xid!, relacl _aclitem, reloptions _text, relpartbound pg_node_tree`

/** OID of the access method of tables. */
export const HEAP = 2

/** The access method that a relation is stored by; 0: it is not stored. */
const accessMethod = ({ kind, index }: RelationObject): number => {
  if (kind === 'i' || kind === 'I') return METHOD_OIDS[index?.method ?? ''] ?? BTREE
  return kind === 'r' || kind === 'm' ? HEAP : 0
}

const classRow = (catalog: CatalogSnapshot, relation: RelationObject): SystemRow => {
  const { oid, kind, index } = relation
  const constraints = catalog.constraintsOf(oid)
  const isUser = oid >= FIRST_NORMAL_OID
  const stored = kind === 'r' || kind === 'm' || kind === 'i' || kind === 'S'
  return {
    oid,
    relname: relation.name,
    relnamespace: relation.schema,
    reltype: relation.rowType,
    reloftype: relation.ofType ?? 0,
    relowner: relation.owner,
    relam: accessMethod(relation),
    relfilenode: stored ? relation.storageId || oid : 0,
    reltablespace: 0,
    relpages: kind === 'S' ? 1 : 0,
    reltuples: kind === 'S' ? 1 : kind === 'i' || kind === 'I' || kind === 'c' ? 0 : -1,
    relallvisible: 0,
    reltoastrelid: 0,
    relhasindex: catalog.indexesOf(oid).length > 0,
    relisshared: SHARED.has(relation.name),
    relpersistence: relation.persistence,
    relkind: kind,
    relnatts: index === null ? relation.columns.length : index.keys.length + index.included.length,
    relchecks: constraints.filter((c) => c.type === 'check').length,
    relhasrules: kind === 'v' || kind === 'm',
    relhastriggers: constraints.some((c) => c.type === 'foreign') || catalog.foreignKeysTo(oid).length > 0,
    relhassubclass: catalog.childrenOf(oid).length > 0,
    relrowsecurity: relation.rowSecurity === true,
    relforcerowsecurity: relation.rowSecurityForced === true,
    relispopulated: relation.unpopulated !== true,
    relreplident: isUser && (kind === 'r' || kind === 'p' || kind === 'm') ? (relation.replicaIdentity ?? 'd') : 'n',
    relispartition: relation.partition !== undefined || (index !== null && relation.inherits !== undefined),
    relpartbound: relation.partition === undefined ? null : storedBound(oid),
    relrewrite: 0,
    relfrozenxid: kind === 'r' || kind === 'm' ? FROZEN_XID : 0,
    relminmxid: kind === 'r' || kind === 'm' ? 1 : 0,
    relacl: aclArray(relationAcl(catalog, relation)),
    reloptions: relation.options.length === 0 ? null : textArray(relation.options),
  }
}

/** Transaction numbers are never reused, so nothing needs freezing: the first one there is. */
const FROZEN_XID = 3

/** Catalogs that all databases share. */
const SHARED: ReadonlySet<string> = new Set([
  'pg_authid',
  'pg_auth_members',
  'pg_database',
  'pg_db_role_setting',
  'pg_parameter_acl',
  'pg_replication_origin',
  'pg_shdepend',
  'pg_shdescription',
  'pg_shseclabel',
  'pg_subscription',
  'pg_tablespace',
])

const PAGE = 8192

/** What VACUUM and ANALYZE found of a table or an index; null: nothing yet. */
const sizeColumns = (
  { catalog, storage }: SystemSource,
  relation: RelationObject,
  analyzed: ReadonlyMap<Datum, SystemRow>,
): SystemRow | null => {
  const table = relation.index === null ? relation : catalog.relation(relation.index.table)
  const store = table === null || table.storageId === 0 ? null : storage.findStore(table.storageId)
  if (table === null || store === null) return null
  const found = analyzed.get(table.oid)
  const { lastVacuum, lastAnalyze, rowsAtVacuum } = store.counters
  const isVacuumed = lastVacuum !== null && lastVacuum >= (lastAnalyze ?? 0)
  if (found === undefined && !isVacuumed) return null
  const rows = isVacuumed ? rowsAtVacuum : Number(found?.['rows'])
  if (relation.index === null) {
    return { reltuples: rows, relpages: isVacuumed ? Math.ceil(store.size / PAGE) : found?.['pages'] }
  }
  const index = store.indexes.find(({ definition }) => definition.id === relation.oid)
  if (index === undefined) return null
  const isPartial = relation.index.predicate !== null
  return { reltuples: isPartial ? index.entryCount : rows, relpages: Math.max(1, Math.ceil(index.size / PAGE)) }
}

const known = new WeakMap<CatalogSnapshot, readonly (readonly [RelationObject, SystemRow])[]>()

export const pgClass = catalogTable(
  'pg_class',
  1259,
  COLUMNS,
  (source) => {
    const { catalog } = source
    let rows = known.get(catalog)
    if (rows === undefined) {
      rows = Array.from(catalog.all('relation'), (relation) => [relation, classRow(catalog, relation)])
      known.set(catalog, rows)
    }
    const analyzed = new Map<Datum, SystemRow>()
    for (const row of source.eval.catalog.rows?.('tesseradb_analyzed') ?? []) analyzed.set(row['table'] ?? null, row)
    return rows.map(([relation, row]) => {
      const sizes = relation.system === null ? sizeColumns(source, relation, analyzed) : null
      return sizes === null ? row : { ...row, ...sizes }
    })
  },
  'session',
)
