/** Settings of memory, parallelism, vacuum and the log of changes. */
import type { SettingRecord } from '../setting.ts'
import { bool, INT_MAX, inCategory, integer, oneOf, real, string } from '../setting.ts'

const KILOBYTES = { unit: 'kB' } as const
const PAGES = { unit: '8kB' } as const

const MEMORY = inCategory('Resource Usage / Memory', [
  integer(
    'autovacuum_work_mem',
    'sighup',
    -1,
    [-1, INT_MAX],
    'Memory of each autovacuum worker; -1 as maintenance.',
    KILOBYTES,
  ),
  oneOf('dynamic_shared_memory_type', 'postmaster', 'posix', ['posix', 'sysv', 'mmap'], 'Kind of shared memory.'),
  real('hash_mem_multiplier', 'user', 2, [1, 1000], 'Memory of hash tables as a multiple of work_mem.'),
  oneOf('huge_pages', 'postmaster', 'try', ['off', 'on', 'try'], 'Use of huge memory pages.'),
  integer('logical_decoding_work_mem', 'user', 65536, [64, INT_MAX], 'Memory for decoding changes.', KILOBYTES),
  integer(
    'maintenance_work_mem',
    'user',
    65536,
    [1024, INT_MAX],
    'Memory of maintenance such as index builds.',
    KILOBYTES,
  ),
  integer('max_prepared_transactions', 'postmaster', 64, [0, 262143], 'Most transactions prepared at a time.'),
  integer('max_stack_depth', 'superuser', 2048, [100, INT_MAX], 'Deepest stack.', KILOBYTES),
  integer('shared_buffers', 'postmaster', 16384, [16, 1073741823], 'Memory for shared pages.', PAGES),
  integer('temp_buffers', 'user', 1024, [100, 1073741823], 'Memory for pages of temporary tables.', PAGES),
  integer(
    'work_mem',
    'user',
    4096,
    [64, INT_MAX],
    'Memory of a sort or hash table before it spills to disk.',
    KILOBYTES,
  ),
])

const DISK = inCategory('Resource Usage / Disk', [
  integer(
    'temp_file_limit',
    'superuser',
    -1,
    [-1, INT_MAX],
    'Most temporary file space of a session; -1 no limit.',
    KILOBYTES,
  ),
])

const ASYNCHRONOUS = inCategory('Resource Usage / Asynchronous Behavior', [
  integer('backend_flush_after', 'user', 0, [0, 256], 'Pages after which written data is flushed.', PAGES),
  integer('effective_io_concurrency', 'user', 1, [0, 1000], 'Reads that the disks serve at a time.'),
  integer('maintenance_io_concurrency', 'user', 10, [0, 1000], 'The same for maintenance.'),
  integer('max_parallel_maintenance_workers', 'user', 2, [0, 1024], 'Most workers of one maintenance command.'),
  integer('max_parallel_workers', 'user', 8, [0, 1024], 'Most workers at a time.'),
  integer('max_parallel_workers_per_gather', 'user', 2, [0, 1024], 'Most workers of one plan node.'),
  integer('max_worker_processes', 'postmaster', 8, [0, 262143], 'Most background workers.'),
  bool('parallel_leader_participation', 'user', true, 'Whether the leader works beside its workers.'),
])

const VACUUM_COST = inCategory('Resource Usage / Cost-Based Vacuum Delay', [
  real('vacuum_cost_delay', 'user', 0, [0, 100], 'Rest of VACUUM after its cost limit.', { unit: 'ms' }),
  integer('vacuum_cost_limit', 'user', 200, [1, 10000], 'Cost after which VACUUM rests.'),
  integer('vacuum_cost_page_dirty', 'user', 20, [0, 10000], 'Cost of a page that VACUUM changes.'),
  integer('vacuum_cost_page_hit', 'user', 1, [0, 10000], 'Cost of a page found in memory.'),
  integer('vacuum_cost_page_miss', 'user', 2, [0, 10000], 'Cost of a page read from disk.'),
])

const AUTOVACUUM = inCategory('Autovacuum', [
  bool('autovacuum', 'sighup', true, 'Runs maintenance by itself.'),
  real('autovacuum_analyze_scale_factor', 'sighup', 0.1, [0, 100], 'Share of changed rows after which to analyze.'),
  integer('autovacuum_analyze_threshold', 'sighup', 50, [0, INT_MAX], 'Changed rows after which to analyze.'),
  integer('autovacuum_freeze_max_age', 'postmaster', 200000000, [100000, 2000000000], 'Age at which to vacuum anyway.'),
  integer('autovacuum_max_workers', 'postmaster', 3, [1, 262143], 'Most autovacuum workers at a time.'),
  integer('autovacuum_naptime', 'sighup', 60, [1, 2147483], 'Time between autovacuum runs.', { unit: 's' }),
  real('autovacuum_vacuum_scale_factor', 'sighup', 0.2, [0, 100], 'Share of dead rows after which to vacuum.'),
  integer('autovacuum_vacuum_threshold', 'sighup', 50, [0, INT_MAX], 'Dead rows after which to vacuum.'),
])

const WRITE_AHEAD_LOG = inCategory('Write-Ahead Log / Settings', [
  integer('commit_delay', 'superuser', 0, [0, 100000], 'Microseconds that a commit waits for others to join it.'),
  integer('commit_siblings', 'user', 5, [0, 1000], 'Open transactions from which commit_delay applies.'),
  bool('fsync', 'sighup', true, 'Forces changes to disk.'),
  bool('full_page_writes', 'sighup', true, 'Writes whole pages after a checkpoint.'),
  oneOf(
    'synchronous_commit',
    'user',
    'on',
    ['local', 'remote_write', 'remote_apply', 'on', 'off'],
    'How far a commit must have come before it is acknowledged.',
    { aliases: { true: 'on', yes: 'on', '1': 'on', false: 'off', no: 'off', '0': 'off' } },
  ),
  oneOf('wal_level', 'postmaster', 'replica', ['minimal', 'replica', 'logical'], 'How much the log of changes holds.', {
    aliases: { archive: 'replica', hot_standby: 'replica' },
  }),
  integer('wal_buffers', 'postmaster', -1, [-1, 262143], 'Memory for the log of changes.', PAGES),
])

const CHECKPOINTS = inCategory('Write-Ahead Log / Checkpoints', [
  real('checkpoint_completion_target', 'sighup', 0.9, [0, 1], 'Share of the interval over which a checkpoint writes.'),
  integer('checkpoint_timeout', 'sighup', 300, [30, 86400], 'Longest time between checkpoints.', { unit: 's' }),
  integer('max_wal_size', 'sighup', 1024, [2, INT_MAX], 'Log size that starts a checkpoint.', { unit: 'MB' }),
  integer('min_wal_size', 'sighup', 80, [2, INT_MAX], 'Log size that is kept for reuse.', { unit: 'MB' }),
])

const REPLICATION = inCategory('Replication / Sending Servers', [
  integer('max_replication_slots', 'postmaster', 0, [0, 262143], 'Most replication slots.'),
  integer('max_wal_senders', 'postmaster', 0, [0, 262143], 'Most replicas that are fed at a time.'),
  bool('track_commit_timestamp', 'postmaster', false, 'Keeps the commit times of transactions.'),
])

const STANDBY = inCategory('Replication / Standby Servers', [
  bool('hot_standby', 'postmaster', true, 'Allows queries during recovery.'),
  string('primary_conninfo', 'sighup', '', 'Connection to the sending server.'),
])

export const RESOURCE_SETTINGS: readonly SettingRecord[] = [
  ...MEMORY,
  ...DISK,
  ...ASYNCHRONOUS,
  ...VACUUM_COST,
  ...AUTOVACUUM,
  ...WRITE_AHEAD_LOG,
  ...CHECKPOINTS,
  ...REPLICATION,
  ...STANDBY,
]
