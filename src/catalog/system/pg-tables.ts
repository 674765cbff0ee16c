/** The views pg_tables, pg_views, pg_matviews and pg_indexes. */
import type { SystemSource } from './source.ts'
import { ownerName, relationsOf, schemaName } from './names.ts'
import { catalogView } from './relation.ts'

const TABLES_COLUMNS = `
  schemaname name, tablename name, tableowner name, tablespace name, hasindexes bool, hasrules bool, hastriggers
  bool, rowsecurity bool`

const VIEWS_COLUMNS = `
  schemaname name, viewname name, viewowner name, definition text`

const MATVIEWS_COLUMNS = `
  schemaname name, matviewname name, matviewowner name, tablespace name, hasindexes bool, ispopulated bool,
  definition text`

const INDEXES_COLUMNS = `
  schemaname name, tablename name, indexname name, tablespace name, indexdef text`

const definition = (source: SystemSource, oid: number): string | null =>
  source.eval.catalog.call('pg_get_viewdef', [oid]) as string | null

const pgTables = catalogView('pg_tables', 12033, TABLES_COLUMNS, ({ catalog }) =>
  relationsOf(catalog, 'rp').map((relation) => {
    const { oid } = relation
    return {
      schemaname: schemaName(catalog, relation),
      tablename: relation.name,
      tableowner: ownerName(catalog, relation),
      hasindexes: catalog.indexesOf(oid).length > 0,
      hasrules: false,
      hastriggers:
        catalog.foreignKeysTo(oid).length > 0 || catalog.constraintsOf(oid).some((c) => c.type === 'foreign'),
      rowsecurity: relation.rowSecurity === true,
    }
  }),
)

const pgViews = catalogView(
  'pg_views',
  12028,
  VIEWS_COLUMNS,
  (source) =>
    relationsOf(source.catalog, 'v').map((relation) => ({
      schemaname: schemaName(source.catalog, relation),
      viewname: relation.name,
      viewowner: ownerName(source.catalog, relation),
      definition: relation.view === null ? null : definition(source, relation.oid),
    })),
  'session',
)

const pgMatviews = catalogView(
  'pg_matviews',
  12038,
  MATVIEWS_COLUMNS,
  (source) =>
    relationsOf(source.catalog, 'm').map((relation) => ({
      schemaname: schemaName(source.catalog, relation),
      matviewname: relation.name,
      matviewowner: ownerName(source.catalog, relation),
      hasindexes: source.catalog.indexesOf(relation.oid).length > 0,
      ispopulated: relation.unpopulated !== true,
      definition: definition(source, relation.oid),
    })),
  'session',
)

const pgIndexes = catalogView(
  'pg_indexes',
  12043,
  INDEXES_COLUMNS,
  ({ catalog, eval: context }) =>
    relationsOf(catalog, 'iI').map((relation) => ({
      schemaname: schemaName(catalog, relation),
      tablename: catalog.relation(relation.index?.table ?? 0)?.name ?? null,
      indexname: relation.name,
      indexdef: context.catalog.call('pg_get_indexdef', [relation.oid]),
    })),
  'session',
)

export const tableViews = [pgTables, pgViews, pgMatviews, pgIndexes]
