/** Settings of connections, locks, files and errors, compatibility, and the presets that describe this build. */
import { totalmem } from 'node:os'
import type { SettingRecord } from '../setting.ts'
import { bool, INT_MAX, inCategory, integer, oneOf, string } from '../setting.ts'

const SECONDS = { unit: 's' } as const
const MILLISECONDS = { unit: 'ms' } as const
const REPORTED = { reported: true } as const

const CONNECTIONS = inCategory('Connections and Authentication / Connection Settings', [
  integer(
    'client_connection_check_interval',
    'user',
    0,
    [0, INT_MAX],
    'Time between checks that the client is still there.',
    MILLISECONDS,
  ),
  string('listen_addresses', 'postmaster', '127.0.0.1', 'Addresses on which the server listens.'),
  integer('max_connections', 'postmaster', 100, [1, 262143], 'Most connections at a time.'),
  integer('port', 'postmaster', 5432, [1, 65535], 'TCP port of the server.'),
  integer('superuser_reserved_connections', 'postmaster', 3, [0, 262143], 'Connections kept free for superusers.'),
  integer('tcp_keepalives_count', 'user', 0, [0, INT_MAX], 'Keepalives lost before a connection counts as dead.'),
  integer('tcp_keepalives_idle', 'user', 0, [0, INT_MAX], 'Idle time before the first keepalive.', SECONDS),
  integer('tcp_keepalives_interval', 'user', 0, [0, INT_MAX], 'Time between keepalives.', SECONDS),
  integer('tcp_user_timeout', 'user', 0, [0, INT_MAX], 'Time for data to be acknowledged.', MILLISECONDS),
  string('unix_socket_directories', 'postmaster', '', 'Directories of Unix-domain sockets.'),
])

const AUTHENTICATION = inCategory('Connections and Authentication / Authentication', [
  integer('authentication_timeout', 'sighup', 60, [1, 600], 'Time within which a client must have logged in.', SECONDS),
  oneOf('password_encryption', 'user', 'scram-sha-256', ['md5', 'scram-sha-256'], 'How passwords are stored.'),
])

const TLS = inCategory('Connections and Authentication / SSL', [
  bool('ssl', 'sighup', false, 'Offers encrypted connections.'),
])

const LOCKS = inCategory('Lock Management', [
  integer('deadlock_timeout', 'superuser', 1000, [1, INT_MAX], 'Wait before deadlocks are looked for.', MILLISECONDS),
  integer('max_locks_per_transaction', 'postmaster', 64, [10, INT_MAX], 'Expected locks of a transaction.'),
  integer(
    'max_pred_locks_per_transaction',
    'postmaster',
    64,
    [10, INT_MAX],
    'Expected predicate locks of a transaction.',
  ),
])

const FILES = inCategory('File Locations', [
  string('config_file', 'postmaster', '', 'The configuration file in use.'),
  string('data_directory', 'postmaster', './data', 'Where the data is.'),
])

const ERRORS = inCategory('Error Handling', [
  bool('exit_on_error', 'user', false, 'Ends the session on any error.'),
  bool('restart_after_crash', 'sighup', true, 'Starts again after a crash.'),
])

const COMPATIBILITY = inCategory('Version and Platform Compatibility / Previous PostgreSQL Versions', [
  bool('array_nulls', 'user', true, 'Reads NULL without quotes in arrays as a null element.'),
  oneOf(
    'backslash_quote',
    'user',
    'safe_encoding',
    ['safe_encoding', 'on', 'off'],
    "Whether \\' is allowed in escape strings.",
    { aliases: { true: 'on', yes: 'on', '1': 'on', false: 'off', no: 'off', '0': 'off' } },
  ),
  oneOf(
    'default_with_oids',
    'user',
    'off',
    ['off'],
    'Tables with OIDs are no longer supported: this can only be off.',
    {
      aliases: { false: 'off', no: 'off', '0': 'off' },
      hidden: true,
    },
  ),
  bool('escape_string_warning', 'user', true, 'Warns of backslashes in plain strings.'),
  bool('lo_compat_privileges', 'superuser', false, 'Does not check privileges of large objects.'),
  bool('quote_all_identifiers', 'user', false, 'Quotes every identifier that is written out.'),
  bool('standard_conforming_strings', 'user', true, 'Takes backslashes in plain strings literally.', REPORTED),
  bool('synchronize_seqscans', 'user', true, 'Lets scans of one table run together.'),
])

const OTHER_PLATFORMS = inCategory('Version and Platform Compatibility / Other Platforms and Clients', [
  bool('transform_null_equals', 'user', false, 'Reads "expr = NULL" as "expr IS NULL".'),
])

/** The version whose behaviour is offered; clients choose their queries by it. */
const SERVER_VERSION = '15.8'
const SERVER_VERSION_NUM = 150008

const preset = (name: string, value: number) =>
  integer(name, 'internal', value, [value, value], `The value of ${name} that is built in.`)

const PRESETS = inCategory('Preset Options', [
  preset('block_size', 8192),
  bool('data_checksums', 'internal', true, 'Stored data carries checksums.'),
  integer('data_directory_mode', 'internal', 0o700, [0, 0o777], 'File mode of the data directory.', { octal: true }),
  bool('debug_assertions', 'internal', false, 'Whether this build asserts its invariants loudly.'),
  bool('in_hot_standby', 'internal', false, 'Whether the server is a standby.', REPORTED),
  bool('integer_datetimes', 'internal', true, 'Times are integers.', REPORTED),
  string('lc_collate', 'internal', 'C.UTF-8', 'Collation of the database.'),
  string('lc_ctype', 'internal', 'C.UTF-8', 'Character classes of the database.'),
  preset('max_function_args', 100),
  preset('max_identifier_length', 63),
  preset('max_index_keys', 32),
  integer('segment_size', 'internal', 131072, [131072, 131072], 'Pages of a file.', { unit: '8kB' }),
  string('server_encoding', 'internal', 'UTF8', 'Character set of the database.', REPORTED),
  string('server_version', 'internal', SERVER_VERSION, 'Version of PostgreSQL whose behaviour is offered.', REPORTED),
  preset('server_version_num', SERVER_VERSION_NUM),
  string('ssl_library', 'internal', 'OpenSSL', 'Library behind encrypted connections.'),
  preset('wal_block_size', 8192),
  integer('wal_segment_size', 'internal', 16777216, [1048576, 1073741824], 'Size of log files.', { unit: 'B' }),
])

/** A quarter of the machine's memory within these bounds, in megabytes. */
const [LEAST_BUDGET, GREATEST_BUDGET] = [128, 4096]

const defaultBudget = (): number => {
  const limit = process.constrainedMemory()
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem()
  return Math.max(LEAST_BUDGET, Math.min(Math.floor(memory / 4 / 1024 ** 2), GREATEST_BUDGET))
}

/** What PostgreSQL has no setting for. */
const OWN = inCategory('TesseraDB', [
  integer(
    'tesseradb.memory_budget',
    'postmaster',
    defaultBudget(),
    [16, INT_MAX],
    'Memory for columns, index entries and changed rows.',
    { unit: 'MB' },
  ),
  bool(
    'tesseradb.optimizer',
    'user',
    true,
    'Rewrites statements and chooses how they run by cost; off runs them as they are written.',
  ),
  oneOf(
    'tesseradb.parser',
    'user',
    'libpg-query',
    ['libpg-query', 'node-sql-parser'],
    'Which front end reads the statements of the session.',
  ),
])

export const SERVER_SETTINGS: readonly SettingRecord[] = [
  ...CONNECTIONS,
  ...AUTHENTICATION,
  ...TLS,
  ...LOCKS,
  ...FILES,
  ...ERRORS,
  ...COMPATIBILITY,
  ...OTHER_PLATFORMS,
  ...PRESETS,
  ...OWN,
]
