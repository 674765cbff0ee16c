/** Rows of the system views over what sessions know: settings, activity, locks, prepared statements, cursors. */
import type { SettingState } from '../config/session-settings.ts'
import { formatSetting } from '../config/setting-value.ts'
import { SqlArray } from '../types/array.ts'
import type { Datum } from '../types/sql-type.ts'
import type { LockTag } from '../txn/lock-tag.ts'
import type { SessionCore } from './core.ts'

type Row = Readonly<Record<string, Datum>>

const settingRow = ({ record, setting, source, resetSetting }: SettingState): Row => {
  const bounded = record.type === 'integer' || record.type === 'real'
  return {
    name: record.name,
    setting,
    unit: bounded ? (record.unit ?? null) : null,
    category: record.category,
    short_desc: record.description,
    context: record.context,
    vartype: record.type,
    source,
    min_val: bounded ? String(record.min) : null,
    max_val: bounded ? String(record.max) : null,
    enumvals: record.type === 'enum' ? SqlArray.of(record.values) : null,
    boot_val: formatSetting(record, record.boot),
    reset_val: resetSetting,
    pending_restart: false,
  }
}

const byName = (a: SettingState, b: SettingState): number =>
  a.record.name.toLowerCase() < b.record.name.toLowerCase() ? -1 : 1

const STATES = {
  idle: 'idle',
  implicit: 'active',
  block: 'idle in transaction',
  failed: 'idle in transaction (aborted)',
}

const activityRow = (core: SessionCore): Row => {
  const active = core.running !== null
  const { session, transactionTimestamp, statementTimestamp } = core.eval
  const transaction = core.block.current
  return {
    datid: core.database.oid,
    datname: core.databaseName,
    pid: core.processId,
    usesysid: core.role.oid,
    usename: core.sessionUser,
    application_name: core.settings.text('application_name'),
    client_addr: session.clientAddress,
    client_port: session.clientPort,
    backend_start: core.startedAt,
    xact_start: transaction === null ? null : transactionTimestamp,
    query_start: statementTimestamp === 0 ? null : statementTimestamp,
    state_change: statementTimestamp === 0 ? null : statementTimestamp,
    state: active ? 'active' : STATES[core.block.state],
    wait_event_type: active ? null : 'Client',
    wait_event: active ? null : 'ClientRead',
    backend_xid: transaction === null || transaction.xid === 0 ? null : transaction.xid,
    query: '',
    backend_type: 'client backend',
  }
}

const ROWS_PER_PAGE = 65536

/** Columns of pg_locks that say what a lock is on. */
const tagColumns = (tag: LockTag, database: number): Row => {
  switch (tag.kind) {
    case 'relation':
      return { locktype: 'relation', database, relation: tag.relation }
    case 'row':
      return {
        locktype: 'tuple',
        database,
        relation: tag.relation,
        page: Math.floor(tag.rowid / ROWS_PER_PAGE),
        tuple: (tag.rowid % ROWS_PER_PAGE) + 1,
      }
    case 'transaction':
      return { locktype: 'transactionid', transactionid: tag.xid }
    case 'range':
      return { locktype: 'page', database, relation: tag.object }
    case 'advisory':
      return {
        locktype: 'advisory',
        database,
        classid: Number((tag.key >> 32n) & 0xffffffffn),
        objid: Number(tag.key & 0xffffffffn),
        objsubid: tag.space,
      }
  }
}

/** Milliseconds between 1970-01-01 and 2000-01-01. */
const POSTGRES_EPOCH = 946_684_800_000

const lockRows = (core: SessionCore): Row[] =>
  core.parts.transactions.locks.list().map(({ tag, processId, mode, granted, waitStart }) => ({
    ...tagColumns(tag, core.database.oid),
    virtualtransaction: `${processId}/0`,
    pid: processId,
    mode,
    granted,
    fastpath: false,
    waitstart: waitStart === null ? null : (waitStart - POSTGRES_EPOCH) * 1000,
  }))

const VIEWS: Readonly<Record<string, (core: SessionCore) => Iterable<Row>>> = {
  pg_settings: (core) => core.settings.list().toSorted(byName).map(settingRow),
  pg_stat_activity: (core) => Array.from(core.engine.sessions.values(), (session) => activityRow(session.core)),
  pg_locks: lockRows,
  pg_prepared_statements: (core) =>
    Array.from(core.prepared.values())
      .filter(({ name }) => name !== '')
      .map(({ name, sql, preparedAt, parameterTypes, fromSql }) => ({
        name,
        statement: sql,
        prepare_time: preparedAt,
        parameter_types: SqlArray.of(parameterTypes.map(({ oid }) => oid)),
        from_sql: fromSql,
        generic_plans: 0,
        custom_plans: 0,
      })),
  pg_cursors: (core) =>
    Array.from(core.cursors.values(), ({ name, statement, hold, binary, scroll }) => ({
      name,
      statement,
      is_holdable: hold,
      is_binary: binary,
      is_scrollable: scroll,
      creation_time: core.eval.transactionTimestamp,
    })),
}

export const monitorRows = (core: SessionCore, view: string): Iterable<Row> => VIEWS[view]?.(core) ?? []
