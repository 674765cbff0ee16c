/** The session and the server: settings, users, identifiers, sequences, sizes in words, random numbers. */
import { randomUUID } from 'node:crypto'
import { collationNotSupported } from '../../errors/raise/collations.ts'
import { invalidSize, nullValueNotAllowed, randomSeedOutOfRange } from '../../errors/raise/data.ts'
import { SqlArray } from '../../types/array.ts'
import type { ExactInteger } from '../../types/int64.ts'
import { numericAbs, numericMul, numericTrunc } from '../../types/numeric/arithmetic.ts'
import { numericToInt8, parseNumeric } from '../../types/numeric/convert.ts'
import { Numeric } from '../../types/numeric/numeric.ts'
import { isEnumType } from '../../types/enum-type.ts'
import { formatType } from '../../types/index.ts'
import { OID } from '../../types/oids.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import { sessionScalar, scalar, typedScalar } from '../define.ts'
import { quoteIdentifier } from '../keywords.ts'
import type { ScalarFunction } from '../records.ts'

/** PostgreSQL release whose behaviour and catalogs are offered. */
const SERVER_VERSION = 'PostgreSQL 15.18 (TesseraDB) on Node.js'
const VOLATILE = { volatility: 'volatile' } as const

const identity: readonly ScalarFunction[] = [
  sessionScalar(89, 'version() text', 'version of the server', () => SERVER_VERSION),
  sessionScalar(861, 'current_database() name', 'name of the database', ({ session }) => session.database),
  sessionScalar(745, 'current_user() name', 'role whose privileges count', ({ session }) => session.currentUser),
  sessionScalar(746, 'session_user() name', 'role that logged in', ({ session }) => session.sessionUser),
  sessionScalar(710, 'getpgusername() name', 'role whose privileges count', ({ session }) => session.currentUser),
  sessionScalar(
    1402,
    'current_schema() name',
    'first schema of the search path',
    ({ session }) => session.searchPath(false)[0] ?? null,
  ),
  sessionScalar(1403, 'current_schemas(bool) name[]', 'schemas of the search path', ({ session }, implicit) =>
    SqlArray.of(session.searchPath(implicit)),
  ),
  sessionScalar(2026, 'pg_backend_pid() int4', 'process number of the session', ({ session }) => session.processId),
  sessionScalar(2197, 'inet_client_port() int4', 'port of the client', ({ session }) => session.clientPort, {
    strict: false,
  }),
  sessionScalar(2199, 'inet_server_port() int4', 'port of the server', ({ session }) => session.serverPort, {
    strict: false,
  }),
  sessionScalar(1039, 'getdatabaseencoding() name', 'encoding of the database', () => 'UTF8'),
  sessionScalar(810, 'pg_client_encoding() name', 'encoding of the client', () => 'UTF8'),
  sessionScalar(3810, 'pg_is_in_recovery() bool', 'always false', () => false, VOLATILE),
  sessionScalar(315, 'pg_jit_available() bool', 'always false', () => false, VOLATILE),
  sessionScalar(3163, 'pg_trigger_depth() int4', 'depth of nested triggers', () => 0),
]

const settings: readonly ScalarFunction[] = [
  sessionScalar(2077, 'current_setting(text) text', 'value of a setting', ({ session }, name) =>
    session.getSetting(name, false),
  ),
  sessionScalar(
    3294,
    'current_setting(text, bool) text',
    'value of a setting, NULL when there is none',
    ({ session }, name, missingOk) => session.getSetting(name, missingOk),
  ),
  sessionScalar(
    2078,
    'set_config(text, text, bool) text',
    'change a setting',
    ({ session }, name, value, local) => {
      if (name === null) throw nullValueNotAllowed('SET requires parameter name')
      return session.setSetting(name, value, local ?? false)
    },
    { strict: false, ...VOLATILE },
  ),
]

const collationName = (type: SqlType): string | null => {
  const { oid, collation, collated } = type
  if (collation === 0 && collated === undefined && oid !== OID.unknown) {
    throw collationNotSupported(formatType(type, -1))
  }
  if (collation === 0 || oid === OID.unknown) return null
  return collated === undefined ? (collation === 950 ? '"C"' : '"default"') : quoteIdentifier(collated.name)
}

const transactions: readonly ScalarFunction[] = [
  sessionScalar(2943, 'txid_current() int8', 'number of the transaction', ({ session }) =>
    session.currentTransactionId(),
  ),
  sessionScalar(3348, 'txid_current_if_assigned() int8', 'number of the transaction, if it has one', ({ session }) =>
    session.currentTransactionIdIfAssigned(),
  ),
  sessionScalar(5059, 'pg_current_xact_id() xid8', 'number of the transaction', ({ session }) =>
    session.currentTransactionId(),
  ),
  sessionScalar(
    5060,
    'pg_current_xact_id_if_assigned() xid8',
    'number of the transaction, if it has one',
    ({ session }) => session.currentTransactionIdIfAssigned(),
  ),
  sessionScalar(
    2171,
    'pg_cancel_backend(int4) bool',
    'cancel the statement of a session',
    ({ session }, pid) => session.cancelBackend(pid),
    VOLATILE,
  ),
  sessionScalar(
    2096,
    'pg_terminate_backend(pid: int4, timeout: int8) bool',
    'end a session',
    ({ session }, pid) => session.terminateBackend(pid),
    { ...VOLATILE, defaults: [0] },
  ),
  sessionScalar(
    2561,
    'pg_blocking_pids(int4) int4[]',
    'sessions that another one waits for',
    ({ session }, pid) => SqlArray.of(session.blockingProcesses(pid)),
    VOLATILE,
  ),
  sessionScalar(
    3376,
    'pg_safe_snapshot_blocking_pids(int4) int4[]',
    'sessions that a deferrable transaction waits for: none ever',
    () => SqlArray.empty,
    VOLATILE,
  ),
  sessionScalar(
    3378,
    'pg_isolation_test_session_is_blocked(int4, int4[]) bool',
    'whether a session waits for one of others',
    ({ session }, pid, others: SqlArray) =>
      session.blockingProcesses(pid).some((other) => others.elements.includes(other)),
    VOLATILE,
  ),
  sessionScalar(
    3809,
    'pg_export_snapshot() text',
    'share the snapshot of the transaction',
    ({ session }) => session.exportSnapshot(),
    VOLATILE,
  ),
  sessionScalar(
    3036,
    'pg_notify(text, text) void',
    'send a notification',
    ({ session }, channel, payload) => {
      session.notifications.notify(channel ?? '', payload ?? '')
      return ''
    },
    { ...VOLATILE, strict: false },
  ),
  sessionScalar(
    3296,
    'pg_notification_queue_usage() float8',
    'share of the queue of notifications in use',
    () => 0,
    VOLATILE,
  ),
  sessionScalar(817, 'current_query() text', 'text of the running statement', ({ session }) => session.currentQuery(), {
    ...VOLATILE,
    strict: false,
  }),
]

const sequences: readonly ScalarFunction[] = [
  sessionScalar(
    1574,
    'nextval(regclass) int8',
    'next value of a sequence',
    (context, oid) => context.sequences.nextval(oid),
    VOLATILE,
  ),
  sessionScalar(
    1575,
    'currval(regclass) int8',
    'value that nextval answered last',
    (context, oid) => context.sequences.currval(oid),
    VOLATILE,
  ),
  sessionScalar(
    1576,
    'setval(regclass, int8) int8',
    'set the value of a sequence',
    (context, oid, value) => context.sequences.setval(oid, value, true),
    VOLATILE,
  ),
  sessionScalar(
    1765,
    'setval(regclass, int8, bool) int8',
    'set the value of a sequence and whether it was used',
    (context, oid, value, isCalled) => context.sequences.setval(oid, value, isCalled),
    VOLATILE,
  ),
  sessionScalar(
    2559,
    'lastval() int8',
    'value that nextval answered last for any sequence',
    (context) => context.sequences.lastval(),
    VOLATILE,
  ),
]

const randomness: readonly ScalarFunction[] = [
  sessionScalar(1598, 'random() float8', 'a number between 0 and 1', (context) => context.random(), VOLATILE),
  sessionScalar(
    1599,
    'setseed(float8) void',
    'make random numbers repeatable',
    (context, seed) => {
      if (!(seed >= -1 && seed <= 1)) throw randomSeedOutOfRange(seed)
      context.setSeed(seed)
      return ''
    },
    VOLATILE,
  ),
  scalar(3432, 'gen_random_uuid() uuid', 'a random UUID', () => randomUUID(), VOLATILE),
]

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

/** Bytes in the largest unit that leaves at least ten of it. */
const prettySize = (size: bigint): string => {
  let value = size
  let unit = 0
  const magnitude = (v: bigint): bigint => (v < 0n ? -v : v)
  if (magnitude(value) < 10n * 1024n) return `${value} ${UNITS[0]}`
  value /= 512n
  unit = 1
  while (unit < UNITS.length - 1 && magnitude(value) >= 20480n - 1n) {
    value /= 1024n
    unit++
  }
  const rounded = value < 0n ? (value - 1n) / 2n : (value + 1n) / 2n
  return `${rounded} ${UNITS[unit]}`
}

const sizeOfText = (text: string): ExactInteger => {
  const match = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([A-Za-z]*)\s*$/.exec(text)
  if (match === null) throw invalidSize(text)
  const unit = (match[2] as string).toLowerCase()
  const power = UNITS.findIndex((name, i) => name.toLowerCase() === unit || (i === 0 && unit === ''))
  if (power < 0) throw invalidSize(text, match[2] as string)
  return numericToInt8(numericMul(parseNumeric(match[1] as string), Numeric.of(1024n ** BigInt(power), 0)))
}

/** What is told in bytes, exactly. */
const SMALL_SIZE = Numeric.fromInteger(10 * 1024)

const sizes: readonly ScalarFunction[] = [
  scalar(2288, 'pg_size_pretty(int8) text', 'a size with its unit', (size: ExactInteger) => prettySize(BigInt(size))),
  scalar(3166, 'pg_size_pretty(numeric) text', 'a size with its unit', (size: Numeric) =>
    !size.isFinite
      ? `${size.toString()} ${UNITS.at(-1)}`
      : Numeric.compare(numericAbs(size), SMALL_SIZE) < 0
        ? `${size.toString()} ${UNITS[0]}`
        : prettySize(BigInt(numericTrunc(size, 0).coefficient)),
  ),
  scalar(3334, 'pg_size_bytes(text) int8', 'bytes of a size with its unit', sizeOfText),
  typedScalar(
    1269,
    'pg_column_size(any) int4',
    'bytes that a value takes',
    ({ args }) =>
      (context, value) => {
        const type = args[0] as SqlType
        return type.length > 0 ? type.length : type.send(value, context.format).length + 1
      },
    { volatility: 'stable' },
  ),
]

const typeFunctions: readonly ScalarFunction[] = [
  typedScalar(
    1619,
    'pg_typeof(any) regtype',
    'type of a value',
    ({ args }) =>
      () =>
        (args[0] as SqlType).oid,
    { volatility: 'stable', strict: false },
  ),
  typedScalar(
    3162,
    'pg_collation_for(any) text',
    'collation of a value',
    ({ args }) =>
      () =>
        collationName(args[0] as SqlType),
    { volatility: 'stable', strict: false },
  ),
  sessionScalar(
    2121,
    'pg_column_compression(any) text',
    'always NULL: values are not compressed one by one',
    () => null,
  ),
]

const labelsOf = (type: SqlType | undefined): readonly string[] =>
  type !== undefined && isEnumType(type) ? type.labels : []

const rangeOf = (labels: readonly string[], from: Datum, to: Datum): SqlArray => {
  const start = from === null ? 0 : labels.indexOf(from)
  const end = to === null ? labels.length : labels.indexOf(to) + 1
  return SqlArray.of(labels.slice(start, Math.max(end, start)))
}

const NOT_STRICT_STABLE = { volatility: 'stable', strict: false } as const

const enumFunctions: readonly ScalarFunction[] = [
  typedScalar(
    3528,
    'enum_first(anyenum) anyenum',
    'first label',
    ({ args }) =>
      () =>
        labelsOf(args[0])[0] ?? null,
    NOT_STRICT_STABLE,
  ),
  typedScalar(
    3529,
    'enum_last(anyenum) anyenum',
    'last label',
    ({ args }) =>
      () =>
        labelsOf(args[0]).at(-1) ?? null,
    NOT_STRICT_STABLE,
  ),
  typedScalar(
    3530,
    'enum_range(anyenum, anyenum) anyarray',
    'labels between two',
    ({ args }) =>
      (_context, from, to) =>
        rangeOf(labelsOf(args[0]), from, to),
    NOT_STRICT_STABLE,
  ),
  typedScalar(
    3531,
    'enum_range(anyenum) anyarray',
    'all labels',
    ({ args }) =>
      () =>
        rangeOf(labelsOf(args[0]), null, null),
    NOT_STRICT_STABLE,
  ),
]

export const systemFunctions: readonly ScalarFunction[] = [
  ...identity,
  ...settings,
  ...transactions,
  ...sequences,
  ...randomness,
  ...sizes,
  ...typeFunctions,
  ...enumFunctions,
]
