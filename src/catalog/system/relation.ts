/**
 * Makes relations of pg_catalog and information_schema. Their columns are written as `name type, …`, `!` marking NOT
 * NULL; their rows are records by column name, where a missing name means NULL.
 */
import { PG_CATALOG } from '../../types/oids.ts'
import { typeByName } from '../../types/index.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import type { Column, RelationObject } from '../objects.ts'
import { BOOTSTRAP_SUPERUSER, type CatalogSnapshot } from '../snapshot.ts'
import type { SystemSource } from './source.ts'

/** OID of the schema information_schema. */
export const INFORMATION_SCHEMA = 13200

export type SystemRow = Readonly<Record<string, Datum>>

export type SystemRows = (source: SystemSource) => Iterable<SystemRow>

/** What a relation's rows follow from. `catalog`: computed once per catalog snapshot; `session`: every time. */
type Lifetime = 'catalog' | 'session'

interface RelationFacts {
  readonly schema: number
  readonly kind: 'r' | 'v'
  readonly oid: number
  readonly name: string
  readonly columns: string
  readonly rows: SystemRows
  readonly lifetime: Lifetime
}

/** Types of PostgreSQL that are shown by others here, and the domains of information_schema by what they are over. */
const STAND_INS: Readonly<Record<string, { readonly name: string; readonly typmod?: number }>> = {
  inet: { name: 'text' },
  pg_lsn: { name: 'text' },
  pg_ndistinct: { name: 'text' },
  pg_dependencies: { name: 'text' },
  pg_mcv_list: { name: 'text' },
  _pg_statistic: { name: 'anyarray' },
  yes_or_no: { name: 'varchar', typmod: 7 },
}

const builtinType = (name: string): { readonly type: SqlType; readonly typmod: number } => {
  const standIn = STAND_INS[name]
  const type = typeByName(standIn?.name ?? name)
  if (type === undefined) throw new Error(`no type ${name} for a system relation`)
  return { type, typmod: standIn?.typmod ?? -1 }
}

const parseColumns = (text: string): Column[] =>
  text.split(',').map((part, i): Column => {
    const [name, spelled] = part.trim().split(/\s+/) as [string, string]
    const notNull = spelled.endsWith('!')
    const { type, typmod } = builtinType(notNull ? spelled.slice(0, -1) : spelled)
    return {
      attnum: i + 1,
      name,
      type,
      typmod,
      notNull,
      default: null,
      generated: false,
      identity: null,
      dropped: false,
      missing: null,
      // Names and texts of catalogs compare by bytes.
      collation: type.collation === 0 ? 0 : 950,
      comment: null,
    }
  })

/** Rows in column order. */
const arranged = (columns: readonly Column[], rows: Iterable<SystemRow>): Datum[][] =>
  Array.from(rows, (row) => columns.map(({ name }) => row[name] ?? null))

const define = ({ schema, kind, oid, name, columns: text, rows, lifetime }: RelationFacts): RelationObject => {
  const columns = parseColumns(text)
  const known = new WeakMap<CatalogSnapshot, Datum[][]>()
  const compute = (source: SystemSource): Datum[][] => arranged(columns, rows(source))
  const remembered = (source: SystemSource): Datum[][] => {
    const found = known.get(source.catalog)
    if (found !== undefined) return found
    const computed = compute(source)
    known.set(source.catalog, computed)
    return computed
  }
  return {
    class: 'relation',
    oid,
    name,
    kind,
    schema,
    owner: BOOTSTRAP_SUPERUSER,
    comment: null,
    depends: [],
    acl: null,
    persistence: 'p',
    columns,
    rowType: 0,
    storageId: 0,
    index: null,
    sequence: null,
    view: null,
    system: { rows: lifetime === 'catalog' ? remembered : compute },
    options: [],
  }
}

const none: SystemRows = () => []

/** A catalog table. */
export const catalogTable = (
  name: string,
  oid: number,
  columns: string,
  rows = none,
  lifetime: Lifetime = 'catalog',
): RelationObject => define({ schema: PG_CATALOG, kind: 'r', oid, name, columns, rows, lifetime })

/** A view of pg_catalog; `session` when its rows depend on more than the catalog. */
export const catalogView = (
  name: string,
  oid: number,
  columns: string,
  rows = none,
  lifetime: Lifetime = 'catalog',
): RelationObject => define({ schema: PG_CATALOG, kind: 'v', oid, name, columns, rows, lifetime })

/** A view of information_schema, whose rows name the database of the session. */
export const informationView = (name: string, oid: number, columns: string, rows = none): RelationObject =>
  define({ schema: INFORMATION_SCHEMA, kind: 'v', oid, name, columns, rows, lifetime: 'session' })

/** A table of information_schema. */
export const informationTable = (name: string, oid: number, columns: string, rows = none): RelationObject =>
  define({ schema: INFORMATION_SCHEMA, kind: 'r', oid, name, columns, rows, lifetime: 'catalog' })
