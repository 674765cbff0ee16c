/** Settings of the query planner. */
import type { SettingRecord } from '../setting.ts'
import { bool, INT_MAX, inCategory, integer, oneOf, REAL_MAX, real } from '../setting.ts'

const PLANNER_METHODS = inCategory('Query Tuning / Planner Method Configuration', [
  bool('enable_async_append', 'user', true, 'Lets plans append asynchronously.'),
  bool('enable_bitmapscan', 'user', true, 'Lets plans use bitmap scans.'),
  bool('enable_gathermerge', 'user', true, 'Lets plans merge what workers sorted.'),
  bool('enable_hashagg', 'user', true, 'Lets plans aggregate by hashing.'),
  bool('enable_hashjoin', 'user', true, 'Lets plans join by hashing.'),
  bool('enable_incremental_sort', 'user', true, 'Lets plans sort incrementally.'),
  bool('enable_indexonlyscan', 'user', true, 'Lets plans answer from an index alone.'),
  bool('enable_indexscan', 'user', true, 'Lets plans use index scans.'),
  bool('enable_material', 'user', true, 'Lets plans materialize rows.'),
  bool('enable_memoize', 'user', true, 'Lets plans remember results of parameterized scans.'),
  bool('enable_mergejoin', 'user', true, 'Lets plans join by merging.'),
  bool('enable_nestloop', 'user', true, 'Lets plans join by nested loops.'),
  bool('enable_parallel_append', 'user', true, 'Lets plans append in parallel.'),
  bool('enable_parallel_hash', 'user', true, 'Lets plans hash in parallel.'),
  bool('enable_partition_pruning', 'user', true, 'Leaves out partitions that cannot hold matching rows.'),
  bool('enable_partitionwise_aggregate', 'user', false, 'Lets plans aggregate partition by partition.'),
  bool('enable_partitionwise_join', 'user', false, 'Lets plans join partition by partition.'),
  bool('enable_seqscan', 'user', true, 'Lets plans use sequential scans.'),
  bool('enable_sort', 'user', true, 'Lets plans sort.'),
  bool('enable_tidscan', 'user', true, 'Lets plans fetch rows by their ctid.'),
])

const COST_RANGE = [0, REAL_MAX] as const
const COST_OR_OFF = [-1, REAL_MAX] as const
const PAGES = { unit: '8kB' } as const

const PLANNER_COSTS = inCategory('Query Tuning / Planner Cost Constants', [
  real('cpu_index_tuple_cost', 'user', 0.005, COST_RANGE, 'Cost of one index entry.'),
  real('cpu_operator_cost', 'user', 0.0025, COST_RANGE, 'Cost of one operator or function call.'),
  real('cpu_tuple_cost', 'user', 0.01, COST_RANGE, 'Cost of one row.'),
  integer('effective_cache_size', 'user', 524288, [1, INT_MAX], 'Memory that is taken to cache data.', PAGES),
  real('jit_above_cost', 'user', 100000, COST_OR_OFF, 'Cost above which queries are compiled; -1 never.'),
  real('jit_inline_above_cost', 'user', 500000, COST_OR_OFF, 'Cost above which compiled code is inlined; -1 never.'),
  real(
    'jit_optimize_above_cost',
    'user',
    500000,
    COST_OR_OFF,
    'Cost above which compiled code is optimized; -1 never.',
  ),
  integer(
    'min_parallel_index_scan_size',
    'user',
    64,
    [0, 715827882],
    'Least index that is scanned in parallel.',
    PAGES,
  ),
  integer(
    'min_parallel_table_scan_size',
    'user',
    1024,
    [0, 715827882],
    'Least table that is scanned in parallel.',
    PAGES,
  ),
  real('parallel_setup_cost', 'user', 1000, COST_RANGE, 'Cost of starting workers.'),
  real('parallel_tuple_cost', 'user', 0.1, COST_RANGE, 'Cost of passing one row from a worker.'),
  real('random_page_cost', 'user', 4, COST_RANGE, 'Cost of a page read out of order.'),
  real('seq_page_cost', 'user', 1, COST_RANGE, 'Cost of a page read in order.'),
])

const GENETIC_OPTIMIZER = inCategory('Query Tuning / Genetic Query Optimizer', [
  bool('geqo', 'user', true, 'Plans large joins by genetic search.'),
  integer('geqo_effort', 'user', 5, [1, 10], 'Effort from which other genetic search settings follow.'),
  integer('geqo_generations', 'user', 0, [0, INT_MAX], 'Iterations of genetic search; 0 chooses.'),
  integer('geqo_pool_size', 'user', 0, [0, INT_MAX], 'Individuals of genetic search; 0 chooses.'),
  real('geqo_seed', 'user', 0, [0, 1], 'Seed of genetic search.'),
  real('geqo_selection_bias', 'user', 2, [1.5, 2], 'Selective pressure of genetic search.'),
  integer('geqo_threshold', 'user', 12, [2, INT_MAX], 'FROM items above which genetic search is used.'),
])

/** Spellings of on and off that PostgreSQL takes for enums with these values. */
const SWITCH_ALIASES = { true: 'on', yes: 'on', '1': 'on', false: 'off', no: 'off', '0': 'off' } as const

const OTHER_PLANNER = inCategory('Query Tuning / Other Planner Options', [
  oneOf(
    'constraint_exclusion',
    'user',
    'partition',
    ['partition', 'on', 'off'],
    'Leaves out tables whose constraints exclude every matching row.',
    { aliases: SWITCH_ALIASES },
  ),
  real('cursor_tuple_fraction', 'user', 0.1, [0, 1], 'Share of a cursor that is taken to be fetched.'),
  integer('default_statistics_target', 'user', 100, [1, 10000], 'Detail of the statistics that ANALYZE gathers.'),
  integer('from_collapse_limit', 'user', 8, [1, INT_MAX], 'FROM items up to which subqueries are merged.'),
  bool('jit', 'user', true, 'Compiles costly queries.'),
  integer('join_collapse_limit', 'user', 8, [1, INT_MAX], 'FROM items up to which joins are reordered.'),
  oneOf(
    'plan_cache_mode',
    'user',
    'auto',
    ['auto', 'force_generic_plan', 'force_custom_plan'],
    'Which plans prepared statements use.',
  ),
  real('recursive_worktable_factor', 'user', 10, [0.001, 1000000], 'Expected growth of recursive queries.'),
])

const DEVELOPER = inCategory('Developer Options', [
  bool('allow_system_table_mods', 'superuser', false, 'Allows changes of system tables.'),
  oneOf('force_parallel_mode', 'user', 'off', ['off', 'on', 'regress'], 'Uses parallel plans wherever possible.', {
    aliases: SWITCH_ALIASES,
  }),
  bool('ignore_system_indexes', 'backend', false, 'Does not read indexes of system tables.'),
  bool('jit_expressions', 'user', true, 'Compiles expressions.'),
  bool('jit_tuple_deforming', 'user', true, 'Compiles the reading of rows.'),
  bool('trace_notify', 'user', false, 'Logs LISTEN and NOTIFY in detail.'),
  bool('trace_sort', 'user', false, 'Logs the resources that sorts use.'),
])

export const PLANNER_SETTINGS: readonly SettingRecord[] = [
  ...PLANNER_METHODS,
  ...PLANNER_COSTS,
  ...GENETIC_OPTIMIZER,
  ...OTHER_PLANNER,
  ...DEVELOPER,
]
