/** Rows of the system views over what sessions know: settings, activity, locks, prepared statements, cursors. */
import { mayReadSetting } from './readable-settings.ts'
import { hasPrivilegesOf } from '../catalog/privileges/membership.ts'
import type { SettingState } from '../config/session-settings.ts'
import { formatSetting } from '../config/setting-value.ts'
import { SqlArray } from '../types/array.ts'
import type { Datum } from '../types/sql-type.ts'
import type { LockInfo } from '../txn/lock-manager.ts'
import type { LockTag } from '../txn/lock-tag.ts'
import { preparedXid } from '../txn/prepared-transactions.ts'
import type { SessionCore } from './core.ts'
import { analyzedRows, databaseRows } from './statistics-rows.ts'

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

/** Types of locks in pg_locks and, as wait events, in pg_stat_activity. */
const LOCK_TYPES: Readonly<Record<LockTag['kind'], string>> = {
  relation: 'relation',
  row: 'tuple',
  transaction: 'transactionid',
  virtual: 'virtualxid',
  range: 'page',
  name: 'object',
  object: 'object',
  advisory: 'advisory',
}

/** What a session waits for: a lock, its client, or nothing. */
const waitEvent = (core: SessionCore): Row => {
  if (!core.activity.active) return { wait_event_type: 'Client', wait_event: 'ClientRead' }
  const wait = core.parts.transactions.locks.waitOf(core.processId)
  if (wait === null) return { wait_event_type: null, wait_event: null }
  // Who is next for a row waits for the transaction that has locked it.
  const event = wait.tag.kind === 'row' && wait.first ? 'transactionid' : LOCK_TYPES[wait.tag.kind]
  return { wait_event_type: 'Lock', wait_event: event }
}

/** The oldest transaction that the session's snapshot may not see, null without a snapshot. */
const oldestUnseen = (core: SessionCore): number | null => {
  const { transactions } = core.parts
  const sequence = core.block.current?.oldestSequence ?? Number.POSITIVE_INFINITY
  if (sequence === Number.POSITIVE_INFINITY) return null
  return transactions.inProgress()[0] ?? transactions.nextXid
}

/** pg_read_all_stats. */
const READ_ALL_STATS = 3375

/** Columns that are told of every session. */
const PUBLIC_COLUMNS: ReadonlySet<string> = new Set([
  'datid',
  'datname',
  'pid',
  'leader_pid',
  'usesysid',
  'usename',
  'application_name',
])

/** What a session may see of another one: all, of those that are its own role's. */
const disclosed = ({ catalog, actingRole }: SessionCore, other: SessionCore, row: Row): Row => {
  const { oid } = other.roles.session
  if (hasPrivilegesOf(catalog, actingRole, oid) || hasPrivilegesOf(catalog, actingRole, READ_ALL_STATS)) return row
  const told = Object.entries(row).filter(([name]) => PUBLIC_COLUMNS.has(name))
  return { ...Object.fromEntries(told), query: '<insufficient privilege>' }
}

const activityRow = (core: SessionCore): Row => {
  const { activity } = core
  const { session, transactionTimestamp } = core.eval
  const transaction = core.block.current
  return {
    datid: core.database.oid,
    datname: core.databaseName,
    pid: core.processId,
    usesysid: core.roles.session.oid,
    usename: core.roles.session.name,
    application_name: core.settings.text('application_name'),
    client_addr: session.clientAddress,
    client_port: session.clientPort,
    backend_start: core.startedAt,
    xact_start: transaction === null ? null : transactionTimestamp,
    query_start: activity.queryStart,
    state_change: activity.stateChange,
    ...waitEvent(core),
    state: activity.active ? 'active' : STATES[core.block.state],
    backend_xid: transaction === null || transaction.xid === 0 ? null : transaction.xid,
    backend_xmin: oldestUnseen(core),
    query_id: null,
    query: activity.query,
    backend_type: 'client backend',
  }
}

const ROWS_PER_PAGE = 65536

/** Oid of pg_class. */
const PG_CLASS = 1259

/** Columns of pg_locks that say what a lock is on. */
const tagColumns = (tag: LockTag, database: number | null): Row => {
  const locktype = LOCK_TYPES[tag.kind]
  switch (tag.kind) {
    case 'relation':
      return { locktype, database, relation: tag.relation }
    case 'row':
      return {
        locktype,
        database,
        relation: tag.relation,
        page: Math.floor(tag.rowid / ROWS_PER_PAGE),
        tuple: (tag.rowid % ROWS_PER_PAGE) + 1,
      }
    case 'transaction':
      return { locktype, transactionid: tag.xid }
    case 'virtual':
      return { locktype, virtualxid: `${tag.processId}/${tag.order}` }
    case 'range':
      return { locktype, database, relation: tag.object }
    case 'name':
      return { locktype, database, classid: PG_CLASS }
    case 'object':
      return { locktype, database, classid: tag.catalog, objid: tag.object, objsubid: 0 }
    case 'advisory':
      return {
        locktype,
        database: tag.database,
        classid: Number((tag.key >> 32n) & 0xffffffffn),
        objid: Number(tag.key & 0xffffffffn),
        objsubid: tag.space,
      }
  }
}

/** Milliseconds between 1970-01-01 and 2000-01-01. */
const POSTGRES_EPOCH = 946_684_800_000

/** Locks that many may hold beside each other, which PostgreSQL keeps with the session. */
const FAST_MODES: ReadonlySet<string> = new Set(['AccessShareLock', 'RowShareLock', 'RowExclusiveLock'])

/** Every transaction has a lock on itself, by its number in the session and by its id. */
const ownLocks = ({ block, processId }: SessionCore): Row[] => {
  if (block.current === null) return []
  const virtual = `${processId}/${block.count}`
  const lock = { virtualtransaction: virtual, pid: processId, mode: 'ExclusiveLock', granted: true, waitstart: null }
  const { xid } = block.current
  const byId = xid === 0 ? [] : [{ ...lock, locktype: 'transactionid', transactionid: xid, fastpath: false }]
  return [{ ...lock, locktype: 'virtualxid', virtualxid: virtual, fastpath: true }, ...byId]
}

/** The virtual id, process and database that a lock's owner is shown with: those of a session or a prepared transaction. */
const holderColumns = ({ engine, parts }: SessionCore, processId: number) => {
  const xid = preparedXid(processId)
  if (xid !== null) {
    const prepared = parts.transactions.prepared.list().find((one) => one.xid === xid)
    return { virtualtransaction: `-1/${xid}`, pid: null, database: prepared?.database ?? null }
  }
  const session = engine.sessions.get(processId)?.core
  const virtualtransaction = `${processId}/${session?.block.count ?? 0}`
  return { virtualtransaction, pid: processId, database: session?.database.oid ?? null }
}

const preparedLocks = ({ parts }: SessionCore): Row[] =>
  parts.transactions.prepared.list().map(({ xid }) => ({
    locktype: 'transactionid',
    transactionid: xid,
    virtualtransaction: `-1/${xid}`,
    pid: null,
    mode: 'ExclusiveLock',
    granted: true,
    fastpath: false,
    waitstart: null,
  }))

/** A lock of the lock manager as PostgreSQL would show it. */
const lockInfoRows = (core: SessionCore, info: LockInfo): Row[] => {
  const { tag, processId, mode, granted, waitStart } = info
  const { database, ...holder } = holderColumns(core, processId)
  const row = {
    ...tagColumns(tag, database),
    ...holder,
    mode,
    granted,
    fastpath: granted && holder.pid !== null && tag.kind === 'relation' && FAST_MODES.has(mode),
    waitstart: waitStart === null ? null : (waitStart - POSTGRES_EPOCH) * 1000,
  }
  if ((tag.kind === 'transaction' || tag.kind === 'virtual') && granted) return []
  if (tag.kind !== 'row' || info.place > 0 || info.holder === 0) return [row]
  // Who is next for a row has its place, and waits for the transaction that has locked it.
  const { virtualtransaction, pid, waitstart } = row
  const byId = { locktype: 'transactionid', transactionid: info.holder, mode: 'ShareLock', granted: false }
  return [
    { ...row, granted: true, waitstart: null },
    { ...byId, virtualtransaction, pid, fastpath: false, waitstart },
  ]
}

const lockRows = (core: SessionCore): Row[] => [
  ...Array.from(core.engine.sessions.values()).flatMap((session) => ownLocks(session.core)),
  ...preparedLocks(core),
  ...core.parts.transactions.locks.list().flatMap((info) => lockInfoRows(core, info)),
]

const VIEWS: Readonly<Record<string, (core: SessionCore) => Iterable<Row>>> = {
  pg_settings: (core) =>
    core.settings
      .list()
      .filter(({ record }) => mayReadSetting(core.catalog, core.actingRole, record.name))
      .toSorted(byName)
      .map(settingRow),
  pg_stat_activity: (core) =>
    Array.from(core.engine.sessions.values(), (session) => disclosed(core, session.core, activityRow(session.core))),
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
  pg_prepared_xacts: (core) =>
    core.parts.transactions.prepared.list().map(({ xid, gid, preparedAt, owner, database }) => ({
      transaction: xid,
      gid,
      prepared: preparedAt,
      owner: core.catalog.role(owner)?.name ?? null,
      database: core.catalog.objects.get(database)?.name ?? null,
    })),
  pg_stat_database: databaseRows,
  tesseradb_analyzed: analyzedRows,
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
