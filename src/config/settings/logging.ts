/** Settings of the server's log and statistics. */
import { checkApplicationName } from '../checks.ts'
import type { SettingRecord } from '../setting.ts'
import { bool, INT_MAX, inCategory, integer, oneOf, real, string } from '../setting.ts'
import { checkTimeZone } from '../time-zone.ts'

const SERVER_LEVELS = [
  'debug5',
  'debug4',
  'debug3',
  'debug2',
  'debug1',
  'info',
  'notice',
  'warning',
  'error',
  'log',
  'fatal',
  'panic',
]
const DEBUG_ALIAS = { aliases: { debug: 'debug2' } } as const
const MILLISECONDS = { unit: 'ms' } as const
const BYTES = { unit: 'B' } as const

const WHAT_TO_LOG = inCategory('Reporting and Logging / What to Log', [
  string('application_name', 'user', '', 'Name that the application gives itself.', {
    reported: true,
    check: checkApplicationName,
  }),
  bool('debug_pretty_print', 'user', true, 'Indents trees in the log.'),
  bool('debug_print_parse', 'user', false, 'Logs parse trees.'),
  bool('debug_print_plan', 'user', false, 'Logs plans.'),
  bool('debug_print_rewritten', 'user', false, 'Logs rewritten queries.'),
  integer(
    'log_autovacuum_min_duration',
    'sighup',
    600000,
    [-1, INT_MAX],
    'Logs automatic maintenance that took this long; -1 none.',
    MILLISECONDS,
  ),
  bool('log_checkpoints', 'sighup', true, 'Logs checkpoints.'),
  bool('log_connections', 'superuser-backend', false, 'Logs new connections.'),
  bool('log_disconnections', 'superuser-backend', false, 'Logs ends of sessions.'),
  bool('log_duration', 'superuser', false, 'Logs how long each statement took.'),
  oneOf('log_error_verbosity', 'superuser', 'default', ['terse', 'default', 'verbose'], 'Detail of logged messages.'),
  bool('log_hostname', 'sighup', false, 'Logs the host names of clients.'),
  string('log_line_prefix', 'sighup', '%m [%p] ', 'Beginning of each log line.'),
  bool('log_lock_waits', 'superuser', false, 'Logs long waits for locks.'),
  integer(
    'log_parameter_max_length',
    'superuser',
    -1,
    [-1, 1073741823],
    'Bytes of each logged parameter; -1 all.',
    BYTES,
  ),
  integer(
    'log_parameter_max_length_on_error',
    'user',
    0,
    [-1, 1073741823],
    'Bytes of each parameter logged with an error; -1 all.',
    BYTES,
  ),
  oneOf('log_statement', 'superuser', 'none', ['none', 'ddl', 'mod', 'all'], 'Kinds of statements that are logged.'),
  integer('log_temp_files', 'superuser', -1, [-1, INT_MAX], 'Logs temporary files of this size; -1 none.', {
    unit: 'kB',
  }),
  string('log_timezone', 'sighup', 'GMT', 'Time zone of the log.', { check: checkTimeZone }),
])

const WHEN_TO_LOG = inCategory('Reporting and Logging / When to Log', [
  integer(
    'log_min_duration_sample',
    'superuser',
    -1,
    [-1, INT_MAX],
    'Logs a sample of statements that took this long; -1 none.',
    MILLISECONDS,
  ),
  integer(
    'log_min_duration_statement',
    'superuser',
    -1,
    [-1, INT_MAX],
    'Logs statements that took this long; 0 all, -1 none.',
    MILLISECONDS,
  ),
  oneOf(
    'log_min_error_statement',
    'superuser',
    'error',
    SERVER_LEVELS,
    'Least severity of errors whose statement is logged.',
    DEBUG_ALIAS,
  ),
  oneOf('log_min_messages', 'superuser', 'warning', SERVER_LEVELS, 'Least severity of logged messages.', DEBUG_ALIAS),
  real('log_statement_sample_rate', 'superuser', 1, [0, 1], 'Share of sampled statements that is logged.'),
  real('log_transaction_sample_rate', 'superuser', 0, [0, 1], 'Share of transactions whose statements are logged.'),
])

const WHERE_TO_LOG = inCategory('Reporting and Logging / Where to Log', [
  string('log_destination', 'sighup', 'stderr', 'Where the log goes.'),
  string('log_directory', 'sighup', 'log', 'Directory of log files.'),
  string('log_filename', 'sighup', 'tesseradb.log', 'Name of log files.'),
  integer('log_file_mode', 'sighup', 0o600, [0, 0o777], 'File mode of log files.', { octal: true }),
  bool('logging_collector', 'postmaster', false, 'Collects the log into files.'),
])

const PROCESS_TITLE = inCategory('Reporting and Logging / Process Title', [
  string('cluster_name', 'postmaster', '', 'Name of this server.'),
  bool('update_process_title', 'superuser', true, 'Shows what a session does in the process title.'),
])

const STATISTICS = inCategory('Statistics / Cumulative Query and Index Statistics', [
  oneOf(
    'stats_fetch_consistency',
    'user',
    'cache',
    ['none', 'cache', 'snapshot'],
    'How steady statistics are inside a transaction.',
  ),
  bool('track_activities', 'superuser', true, 'Gathers what each session does.'),
  integer('track_activity_query_size', 'postmaster', 1024, [100, 1048576], 'Bytes kept of a running query.', BYTES),
  bool('track_counts', 'superuser', true, 'Gathers statistics of tables and indexes.'),
  oneOf('track_functions', 'superuser', 'none', ['none', 'pl', 'all'], 'Gathers statistics of functions.'),
  bool('track_io_timing', 'superuser', false, 'Gathers the time of reads and writes.'),
])

const MONITORING = inCategory('Statistics / Monitoring', [
  oneOf('compute_query_id', 'superuser', 'auto', ['auto', 'on', 'off'], 'Computes identifiers of queries.', {
    aliases: { regress: 'auto', true: 'on', yes: 'on', '1': 'on', false: 'off', no: 'off', '0': 'off' },
  }),
  bool('log_executor_stats', 'superuser', false, 'Logs statistics of execution.'),
  bool('log_parser_stats', 'superuser', false, 'Logs statistics of parsing.'),
  bool('log_planner_stats', 'superuser', false, 'Logs statistics of planning.'),
  bool('log_statement_stats', 'superuser', false, 'Logs statistics of whole statements.'),
])

export const LOGGING_SETTINGS: readonly SettingRecord[] = [
  ...WHAT_TO_LOG,
  ...WHEN_TO_LOG,
  ...WHERE_TO_LOG,
  ...PROCESS_TITLE,
  ...STATISTICS,
  ...MONITORING,
]
