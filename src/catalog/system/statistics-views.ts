/** Statistics views: what is counted per table is the number of rows; other counters are 0. */
import type { RelationObject } from '../objects.ts'
import { PG_CATALOG } from '../snapshot.ts'
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

/** Rows in a table now, 0 for computed ones. */
const liveRows = ({ storage }: SystemSource, relation: RelationObject): number =>
  relation.storageId === 0 ? 0 : storage.store(relation.storageId).rowCount

const zeros = (...names: string[]): SystemRow => Object.fromEntries(names.map((name) => [name, 0]))

const TABLE_COUNTERS = zeros(
  'seq_scan',
  'seq_tup_read',
  'n_tup_ins',
  'n_tup_upd',
  'n_tup_del',
  'n_tup_hot_upd',
  'n_dead_tup',
  'n_mod_since_analyze',
  'n_ins_since_vacuum',
  'vacuum_count',
  'autovacuum_count',
  'analyze_count',
  'autoanalyze_count',
)

const tables =
  (which: Which): SystemRows =>
  (source) =>
    relationsOf(source.catalog, 'rm')
      .filter(which)
      .map((relation) => ({
        relid: relation.oid,
        schemaname: schemaName(source.catalog, relation),
        relname: relation.name,
        ...TABLE_COUNTERS,
        ...(source.catalog.indexesOf(relation.oid).length > 0 ? zeros('idx_scan', 'idx_tup_fetch') : {}),
        n_live_tup: liveRows(source, relation),
      }))

const indexes =
  (which: Which): SystemRows =>
  ({ catalog }) =>
    relationsOf(catalog, 'i')
      .filter(which)
      .map((relation) => ({
        relid: relation.index?.table,
        indexrelid: relation.oid,
        schemaname: schemaName(catalog, relation),
        relname: catalog.relation(relation.index?.table ?? 0)?.name,
        indexrelname: relation.name,
        ...zeros('idx_scan', 'idx_tup_read', 'idx_tup_fetch'),
      }))

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
  'xact_commit',
  'xact_rollback',
  'blks_read',
  'blks_hit',
  'tup_returned',
  'tup_fetched',
  'tup_inserted',
  'tup_updated',
  'tup_deleted',
  'conflicts',
  'temp_files',
  'temp_bytes',
  'deadlocks',
  'blk_read_time',
  'blk_write_time',
  'session_time',
  'active_time',
  'idle_in_transaction_time',
  'sessions',
  'sessions_abandoned',
  'sessions_fatal',
  'sessions_killed',
)

const databases: SystemRows = ({ catalog, eval: { catalog: services } }) => {
  const activity = Array.from(services.rows?.('pg_stat_activity') ?? [])
  return Array.from(catalog.all('database'), ({ oid, name }) => ({
    datid: oid,
    datname: name,
    ...DATABASE_COUNTERS,
    numbackends: activity.filter((row) => row['datid'] === oid).length,
  }))
}

export const statisticsViews = [
  catalogView('pg_stat_all_tables', 12142, STAT_ALL_TABLES_COLUMNS, tables(any), 'session'),
  catalogView('pg_stat_user_tables', 12161, STAT_ALL_TABLES_COLUMNS, tables(ofUsers), 'session'),
  catalogView('pg_stat_sys_tables', 12152, STAT_ALL_TABLES_COLUMNS, tables(ofSystem), 'session'),
  catalogView('pg_stat_all_indexes', 12183, STAT_ALL_INDEXES_COLUMNS, indexes(any)),
  catalogView('pg_stat_user_indexes', 12192, STAT_ALL_INDEXES_COLUMNS, indexes(ofUsers)),
  catalogView('pg_stat_sys_indexes', 12188, STAT_ALL_INDEXES_COLUMNS, indexes(ofSystem)),
  catalogView('pg_statio_all_tables', 12170, STATIO_ALL_TABLES_COLUMNS, blocks(any)),
  catalogView('pg_statio_user_tables', 12179, STATIO_ALL_TABLES_COLUMNS, blocks(ofUsers)),
  catalogView('pg_statio_sys_tables', 12175, STATIO_ALL_TABLES_COLUMNS, blocks(ofSystem)),
  catalogView('pg_stat_database', 12266, STAT_DATABASE_COLUMNS, databases, 'session'),
]
