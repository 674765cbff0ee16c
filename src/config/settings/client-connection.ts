/** Settings of statement behaviour, locale and formatting. */
import { checkClientEncoding, checkDateStyle } from '../checks.ts'
import type { SettingRecord } from '../setting.ts'
import { bool, INT_MAX, inCategory, integer, oneOf, string } from '../setting.ts'
import { checkTimeZone } from '../time-zone.ts'

const MESSAGE_LEVELS = ['debug5', 'debug4', 'debug3', 'debug2', 'debug1', 'log', 'notice', 'warning', 'error']
const ISOLATION_LEVELS = ['serializable', 'repeatable read', 'read committed', 'read uncommitted']
const MILLISECONDS = { unit: 'ms' } as const
/** Properties of the running transaction: RESET ALL does not touch them. */
const OF_TRANSACTION = { keptByResetAll: true } as const

const STATEMENT_BEHAVIOR = inCategory('Client Connection Defaults / Statement Behavior', [
  oneOf('bytea_output', 'user', 'hex', ['escape', 'hex'], 'Text form in which bytea values are returned.'),
  bool('check_function_bodies', 'user', true, 'Checks routine bodies when routines are created.'),
  oneOf('client_min_messages', 'user', 'notice', MESSAGE_LEVELS, 'Least severity of messages sent to the client.', {
    aliases: { debug: 'debug2', info: 'notice' },
  }),
  string('default_table_access_method', 'user', 'heap', 'Table access method of new tables.'),
  string('default_tablespace', 'user', '', 'Tablespace of new tables and indexes.'),
  oneOf('default_toast_compression', 'user', 'pglz', ['pglz', 'lz4'], 'Compression method of large values.'),
  bool('default_transaction_deferrable', 'user', false, 'Whether new transactions are deferrable.'),
  oneOf('default_transaction_isolation', 'user', 'read committed', ISOLATION_LEVELS, 'Isolation of new transactions.'),
  bool('default_transaction_read_only', 'user', false, 'Whether new transactions are read-only.', { reported: true }),
  integer('gin_pending_list_limit', 'user', 4096, [64, INT_MAX], 'Size limit of pending lists of GIN indexes.', {
    unit: 'kB',
  }),
  integer(
    'idle_in_transaction_session_timeout',
    'user',
    0,
    [0, INT_MAX],
    'Ends sessions idle this long inside a transaction; 0 never does.',
    MILLISECONDS,
  ),
  integer(
    'idle_session_timeout',
    'user',
    0,
    [0, INT_MAX],
    'Ends sessions idle this long outside a transaction; 0 never does.',
    MILLISECONDS,
  ),
  integer('lock_timeout', 'user', 0, [0, INT_MAX], 'Longest wait for a lock; 0 is without end.', MILLISECONDS),
  string('restrict_nonsystem_relation_kind', 'user', '', 'Kinds of relations to which access is refused.'),
  bool('row_security', 'user', true, 'Applies row security policies.'),
  string('search_path', 'user', '"$user", public', 'Schemas searched for names without one.'),
  oneOf(
    'session_replication_role',
    'superuser',
    'origin',
    ['origin', 'replica', 'local'],
    'Which triggers and rules fire in this session.',
  ),
  integer('statement_timeout', 'user', 0, [0, INT_MAX], 'Longest run of a statement; 0 is without end.', MILLISECONDS),
  string('temp_tablespaces', 'user', '', 'Tablespaces of temporary tables and sort files.'),
  bool('transaction_deferrable', 'user', false, 'Whether the current transaction is deferrable.', OF_TRANSACTION),
  oneOf(
    'transaction_isolation',
    'user',
    'read committed',
    ISOLATION_LEVELS,
    'Isolation of the current transaction.',
    OF_TRANSACTION,
  ),
  bool('transaction_read_only', 'user', false, 'Whether the current transaction is read-only.', OF_TRANSACTION),
  integer('vacuum_failsafe_age', 'user', 1600000000, [0, 2100000000], 'Age at which VACUUM hurries.'),
  integer('vacuum_freeze_min_age', 'user', 50000000, [0, 1000000000], 'Least age of rows that VACUUM freezes.'),
  integer('vacuum_freeze_table_age', 'user', 150000000, [0, 2000000000], 'Age at which VACUUM scans a whole table.'),
  integer(
    'vacuum_multixact_failsafe_age',
    'user',
    1600000000,
    [0, 2100000000],
    'Multixact age at which VACUUM hurries.',
  ),
  integer('vacuum_multixact_freeze_min_age', 'user', 5000000, [0, 1000000000], 'Least multixact age VACUUM freezes.'),
  integer(
    'vacuum_multixact_freeze_table_age',
    'user',
    150000000,
    [0, 2000000000],
    'Multixact age at which VACUUM scans a whole table.',
  ),
  oneOf('xmlbinary', 'user', 'base64', ['base64', 'hex'], 'How binary values are written in XML.'),
  oneOf('xmloption', 'user', 'content', ['content', 'document'], 'Whether XML values are documents or fragments.'),
])

const LOCALE_AND_FORMATTING = inCategory('Client Connection Defaults / Locale and Formatting', [
  string('client_encoding', 'user', 'UTF8', 'Character set of the client.', {
    reported: true,
    check: checkClientEncoding,
  }),
  string('DateStyle', 'user', 'ISO, MDY', 'How dates are written, and in which order ambiguous ones are read.', {
    reported: true,
    check: checkDateStyle,
  }),
  string('default_text_search_config', 'user', 'pg_catalog.english', 'Text search configuration used by default.'),
  integer(
    'extra_float_digits',
    'user',
    1,
    [-15, 3],
    'Digits of floating-point values; above 0 the shortest exact form.',
  ),
  oneOf(
    'IntervalStyle',
    'user',
    'postgres',
    ['postgres', 'postgres_verbose', 'sql_standard', 'iso_8601'],
    'How intervals are written.',
    { reported: true },
  ),
  string('lc_messages', 'superuser', 'C', 'Language of messages.'),
  string('lc_monetary', 'user', 'C', 'Locale of monetary amounts.'),
  string('lc_numeric', 'user', 'C', 'Locale of numbers.'),
  string('lc_time', 'user', 'C', 'Locale of dates and times.'),
  string('TimeZone', 'user', 'UTC', 'Time zone in which times are read and written.', {
    reported: true,
    check: checkTimeZone,
  }),
  string('timezone_abbreviations', 'user', 'Default', 'File of time zone abbreviations.'),
])

const OTHER_DEFAULTS = inCategory('Client Connection Defaults / Other Defaults', [
  string('dynamic_library_path', 'superuser', '$libdir', 'Path of loadable modules.'),
  integer('gin_fuzzy_search_limit', 'user', 0, [0, INT_MAX], 'Most rows that a search in a GIN index returns.'),
  string('local_preload_libraries', 'user', '', 'Libraries loaded into each session.'),
  string('session_preload_libraries', 'superuser', '', 'Libraries loaded into each session.'),
  string('shared_preload_libraries', 'postmaster', '', 'Libraries loaded into the server.'),
])

export const CLIENT_SETTINGS: readonly SettingRecord[] = [
  ...STATEMENT_BEHAVIOR,
  ...LOCALE_AND_FORMATTING,
  ...OTHER_DEFAULTS,
]
