/** Set-returning functions that the catalog answers: locks, prepared statements, settings, partitions, zones. */
import type { Datum } from '../../types/sql-type.ts'
import { setReturning, type SetOptions } from '../define.ts'
import type { SetReturningFunction } from '../records.ts'

/** Rows as the catalog gives them: arrays of datums where there are columns. */
const catalogRows = (
  oid: number,
  signature: string,
  description: string,
  options: SetOptions,
): SetReturningFunction => {
  const name = signature.slice(0, signature.indexOf('('))
  return setReturning(
    oid,
    signature,
    description,
    ({ catalog }, _types, ...args) => (catalog.call(name, args) ?? []) as Iterable<Datum>,
    { volatility: 'stable', ...options },
  )
}

export const catalogSets: readonly SetReturningFunction[] = [
  catalogRows(1371, 'pg_lock_status() record', 'locks held and waited for', {
    volatility: 'volatile',
    columns: [
      'locktype text',
      'database oid',
      'relation oid',
      'page int4',
      'tuple int2',
      'virtualxid text',
      'transactionid xid',
      'classid oid',
      'objid oid',
      'objsubid int2',
      'virtualtransaction text',
      'pid int4',
      'mode text',
      'granted bool',
      'fastpath bool',
      'waitstart timestamptz',
    ],
  }),
  catalogRows(2510, 'pg_prepared_statement() record', 'prepared statements of the session', {
    columns: [
      'name text',
      'statement text',
      'prepare_time timestamptz',
      'parameter_types regtype[]',
      'from_sql bool',
      'generic_plans int8',
      'custom_plans int8',
    ],
  }),
  catalogRows(2511, 'pg_cursor() record', 'cursors of the session', {
    columns: [
      'name text',
      'statement text',
      'is_holdable bool',
      'is_binary bool',
      'is_scrollable bool',
      'creation_time timestamptz',
    ],
  }),
  catalogRows(2084, 'pg_show_all_settings() record', 'all settings', {
    columns: [
      'name text',
      'setting text',
      'unit text',
      'category text',
      'short_desc text',
      'extra_desc text',
      'context text',
      'vartype text',
      'source text',
      'min_val text',
      'max_val text',
      'enumvals text[]',
      'boot_val text',
      'reset_val text',
      'sourcefile text',
      'sourceline int4',
      'pending_restart bool',
    ],
  }),
  catalogRows(3082, 'pg_available_extensions() record', 'extensions that could be created', {
    estimatedRows: 100,
    columns: ['name name', 'default_version text', 'comment text'],
  }),
  catalogRows(3423, 'pg_partition_tree(rootrelid: regclass) record', 'tables of a partition tree', {
    volatility: 'volatile',
    columns: ['relid regclass', 'parentrelid regclass', 'isleaf bool', 'level int4'],
  }),
  catalogRows(3425, 'pg_partition_ancestors(partitionid: regclass) regclass', 'tables above a partition', {
    volatility: 'volatile',
    estimatedRows: 10,
    columns: ['relid regclass'],
  }),
  setReturning(
    3035,
    'pg_listening_channels() text',
    'channels that the session listens on',
    ({ session }) => [...session.notifications.listening],
    { volatility: 'stable', estimatedRows: 10 },
  ),
  catalogRows(2556, 'pg_tablespace_databases(oid) oid', 'databases in a tablespace', {}),
  catalogRows(2856, 'pg_timezone_names() record', 'time zones', {
    columns: ['name text', 'abbrev text', 'utc_offset interval', 'is_dst bool'],
  }),
  catalogRows(2599, 'pg_timezone_abbrevs() record', 'time zone abbreviations', {
    columns: ['abbrev text', 'utc_offset interval', 'is_dst bool'],
  }),
]
