/** Views over what sessions know; the session layer computes their rows. */
import { catalogView, type SystemRows } from './relation.ts'

const SETTINGS_COLUMNS = `
  name text, setting text, unit text, category text, short_desc text, extra_desc text, context text, vartype text,
  source text, min_val text, max_val text, enumvals _text, boot_val text, reset_val text, sourcefile text,
  sourceline int4, pending_restart bool`

const STAT_ACTIVITY_COLUMNS = `
  datid oid, datname name, pid int4, leader_pid int4, usesysid oid, usename name, application_name text,
  client_addr inet, client_hostname text, client_port int4, backend_start timestamptz, xact_start timestamptz,
  query_start timestamptz, state_change timestamptz, wait_event_type text, wait_event text, state text,
  backend_xid xid, backend_xmin xid, query_id int8, query text, backend_type text`

const LOCKS_COLUMNS = `
  locktype text, database oid, relation oid, page int4, tuple int2, virtualxid text, transactionid xid, classid
  oid, objid oid, objsubid int2, virtualtransaction text, pid int4, mode text, granted bool, fastpath bool,
  waitstart timestamptz`

const PREPARED_STATEMENTS_COLUMNS = `
  name text, statement text, prepare_time timestamptz, parameter_types _regtype, from_sql bool, generic_plans
  int8, custom_plans int8`

const PREPARED_XACTS_COLUMNS = 'transaction xid, gid text, prepared timestamptz, owner name, database name'

const CURSORS_COLUMNS = `
  name text, statement text, is_holdable bool, is_binary bool, is_scrollable bool, creation_time timestamptz`

const fromSession =
  (view: string): SystemRows =>
  (source) =>
    source.eval.catalog.rows?.(view) ?? []

export const sessionViews = [
  catalogView('pg_settings', 12104, SETTINGS_COLUMNS, fromSession('pg_settings'), 'session'),
  catalogView('pg_stat_activity', 12222, STAT_ACTIVITY_COLUMNS, fromSession('pg_stat_activity'), 'session'),
  catalogView('pg_locks', 12073, LOCKS_COLUMNS, fromSession('pg_locks'), 'session'),
  catalogView(
    'pg_prepared_statements',
    12095,
    PREPARED_STATEMENTS_COLUMNS,
    fromSession('pg_prepared_statements'),
    'session',
  ),
  catalogView('pg_prepared_xacts', 12090, PREPARED_XACTS_COLUMNS, fromSession('pg_prepared_xacts'), 'session'),
  catalogView('pg_cursors', 12077, CURSORS_COLUMNS, fromSession('pg_cursors'), 'session'),
]
