/** Statistics views: what tables, indexes and databases count while the server runs. What nobody counts is 0. */
import { PG_CATALOG } from '../../types/oids.ts'
import type { OrderedIndex } from '../../storage/index/ordered-index.ts'
import { TableCounters } from '../../storage/table/table-counters.ts'
import type { TableStore } from '../../storage/table/table-store.ts'
import type { RelationObject } from '../objects.ts'
import { relationsOf, schemaName } from './names.ts'
import { catalogView, INFORMATION_SCHEMA, type SystemRow, type SystemRows } from './relation.ts'
import type { SystemSource } from './source.ts'

const STAT_ALL_TABLES_COLUMNS = `
  relid oid, schemaname name, relname name, seq_scan int8, seq_tup_read int8, idx_scan int8, idx_tup_fetch int8,
  n_tup_ins int8, n_tup_upd int8, n_tup_del int8, n_tup_hot_upd int8, n_live_tup int8, n_dead_tup int8,
  n_mod_since_analyze int8, n_ins_since_vacuum int8, last_vacuum timestamptz, last_autovacuum timestamptz,
  last_analyze timestamptz, last_autoanalyze timestamptz, vacuum_count int8, autovacuum_count int8, analyze_count
  int8, autoanalyze_count int8`

const STAT_ALL_INDEXES_COLUMNS = `
  relid oid, indexrelid oid, schemaname name, relname name, indexrelname name, idx_scan int8, idx_tup_read int8,
  idx_tup_fetch int8`

const STATIO_ALL_TABLES_COLUMNS = `
  relid oid, schemaname name, relname name, heap_blks_read int8, heap_blks_hit int8, idx_blks_read int8,
  idx_blks_hit int8, toast_blks_read int8, toast_blks_hit int8, tidx_blks_read int8, tidx_blks_hit int8`

const STAT_DATABASE_COLUMNS = `
  datid oid, datname name, numbackends int4, xact_commit int8, xact_rollback int8, blks_read int8, blks_hit int8,
  tup_returned int8, tup_fetched int8, tup_inserted int8, tup_updated int8, tup_deleted int8, conflicts int8,
  temp_files int8, temp_bytes int8, deadlocks int8, checksum_failures int8, checksum_last_failure timestamptz,
  blk_read_time float8, blk_write_time float8, session_time float8, active_time float8, idle_in_transaction_time
  float8, sessions int8, sessions_abandoned int8, sessions_fatal int8, sessions_killed int8, stats_reset
  timestamptz`

const ofSystem = ({ schema }: RelationObject): boolean => schema === PG_CATALOG || schema === INFORMATION_SCHEMA
const ofUsers = (relation: RelationObject): boolean => !ofSystem(relation)
const any = (): boolean => true

type Which = (relation: RelationObject) => boolean

const zeros = (...names: string[]): SystemRow => Object.fromEntries(names.map((name) => [name, 0]))

/** Milliseconds between 1970-01-01 and 2000-01-01. */
const POSTGRES_EPOCH = 946_684_800_000

const timestamp = (time: number | null): number | null => (time === null ? null : (time - POSTGRES_EPOCH) * 1000)

const storeOf = ({ storage }: SystemSource, { storageId }: RelationObject): TableStore | null =>
  storageId === 0 ? null : storage.findStore(storageId)

const NOTHING_COUNTED = new TableCounters()

const tableColumns = (store: TableStore | null): SystemRow => {
  const counters = store?.counters ?? NOTHING_COUNTED
  return {
    seq_scan: counters.sequentialScans,
    seq_tup_read: counters.sequentialRows,
    n_tup_ins: counters.inserted,
    n_tup_upd: counters.updated,
    n_tup_del: counters.deleted,
    n_tup_hot_upd: counters.keyless,
    n_live_tup: store?.rowCount ?? 0,
    n_dead_tup: store?.oldVersionRows ?? 0,
    n_mod_since_analyze: counters.changes - counters.changesAtAnalyze,
    n_ins_since_vacuum: counters.inserted - counters.insertedAtVacuum,
    last_vacuum: timestamp(counters.lastVacuum),
    last_autovacuum: timestamp(counters.lastBackgroundMerge),
    last_analyze: timestamp(counters.lastAnalyze),
    vacuum_count: counters.vacuums,
    autovacuum_count: counters.backgroundMerges,
    analyze_count: counters.analyzes,
    autoanalyze_count: 0,
  }
}

const tables =
  (which: Which): SystemRows =>
  (source) =>
    relationsOf(source.catalog, 'rm')
      .filter(which)
      .map((relation) => {
        const store = storeOf(source, relation)
        const counted = store?.indexes.map(({ counters }) => counters) ?? []
        const hasIndexes = source.catalog.indexesOf(relation.oid).length > 0
        return {
          relid: relation.oid,
          schemaname: schemaName(source.catalog, relation),
          relname: relation.name,
          ...tableColumns(store),
          idx_scan: hasIndexes ? counted.reduce((n, { scans }) => n + scans, 0) : null,
          idx_tup_fetch: hasIndexes ? counted.reduce((n, { fetched }) => n + fetched, 0) : null,
        }
      })

const indexes =
  (which: Which): SystemRows =>
  (source) =>
    relationsOf(source.catalog, 'i')
      .filter(which)
      .map((relation) => {
        const table = source.catalog.relation(relation.index?.table ?? 0)
        const store = table === null ? null : storeOf(source, table)
        const counters = store?.indexes.find(({ definition }) => definition.id === relation.oid)?.counters
        return {
          relid: relation.index?.table,
          indexrelid: relation.oid,
          schemaname: schemaName(source.catalog, relation),
          relname: table?.name,
          indexrelname: relation.name,
          idx_scan: counters?.scans ?? 0,
          idx_tup_read: counters?.read ?? 0,
          idx_tup_fetch: counters?.fetched ?? 0,
        }
      })

const STAT_STORAGE_COLUMNS = `
  relid oid, schemaname name, relname name, segments int8, segment_bytes int8, overlay_rows int8, overlay_bytes int8,
  old_versions int8, indexes int8, index_runs int8, index_levels int8, index_bytes int8, merges int8,
  last_merge timestamptz`

/** What a table's rows and index entries are kept in. */
const storages: SystemRows = (source) =>
  relationsOf(source.catalog, 'rm').flatMap((relation) => {
    const store = storeOf(source, relation)
    if (store === null) return []
    const sum = (of: (index: OrderedIndex) => number): number => store.indexes.reduce((n, index) => n + of(index), 0)
    return [
      {
        relid: relation.oid,
        schemaname: schemaName(source.catalog, relation),
        relname: relation.name,
        segments: store.segmentCount,
        segment_bytes: store.segmentBytes,
        overlay_rows: store.overlayRows,
        overlay_bytes: store.overlayBytes,
        old_versions: store.oldVersionRows,
        indexes: store.indexes.length,
        index_runs: sum((index) => index.runs.length),
        index_levels: sum((index) => index.levels.length),
        index_bytes: sum((index) => index.size),
        merges: store.counters.merges,
        last_merge: timestamp(store.counters.lastMerge),
      },
    ]
  })

const blocks =
  (which: Which): SystemRows =>
  ({ catalog }) =>
    relationsOf(catalog, 'rm')
      .filter(which)
      .map((relation) => ({
        relid: relation.oid,
        schemaname: schemaName(catalog, relation),
        relname: relation.name,
        ...zeros('heap_blks_read', 'heap_blks_hit'),
      }))

const DATABASE_COUNTERS = zeros(
  'blks_read',
  'blks_hit',
  'conflicts',
  'blk_read_time',
  'blk_write_time',
  'session_time',
  'active_time',
  'idle_in_transaction_time',
  'sessions_abandoned',
  'sessions_fatal',
  'sessions_killed',
)

const databases: SystemRows = ({ catalog, eval: { catalog: services } }) => {
  const counted = Array.from(services.rows?.('pg_stat_database') ?? [])
  return Array.from(catalog.all('database'), ({ oid, name }) => ({
    ...DATABASE_COUNTERS,
    ...counted.find((row) => row['datid'] === oid),
    datid: oid,
    datname: name,
  }))
}

export const statisticsViews = [
  catalogView('pg_stat_all_tables', 12142, STAT_ALL_TABLES_COLUMNS, tables(any), 'session'),
  catalogView('pg_stat_user_tables', 12161, STAT_ALL_TABLES_COLUMNS, tables(ofUsers), 'session'),
  catalogView('pg_stat_sys_tables', 12152, STAT_ALL_TABLES_COLUMNS, tables(ofSystem), 'session'),
  catalogView('pg_stat_all_indexes', 12183, STAT_ALL_INDEXES_COLUMNS, indexes(any), 'session'),
  catalogView('pg_stat_user_indexes', 12192, STAT_ALL_INDEXES_COLUMNS, indexes(ofUsers), 'session'),
  catalogView('pg_stat_sys_indexes', 12188, STAT_ALL_INDEXES_COLUMNS, indexes(ofSystem), 'session'),
  catalogView('pg_statio_all_tables', 12170, STATIO_ALL_TABLES_COLUMNS, blocks(any)),
  catalogView('pg_statio_user_tables', 12179, STATIO_ALL_TABLES_COLUMNS, blocks(ofUsers)),
  catalogView('pg_statio_sys_tables', 12175, STATIO_ALL_TABLES_COLUMNS, blocks(ofSystem)),
  catalogView('tesseradb_stat_storage', 9902, STAT_STORAGE_COLUMNS, storages, 'session'),
  catalogView('pg_stat_database', 12266, STAT_DATABASE_COLUMNS, databases, 'session'),
]
