/**
 * System information functions that the catalog answers: definitions, descriptions, visibility, privileges, sizes,
 * advisory locks. A record here is the pg_proc row; the call goes to the catalog under the function's name.
 */
import { sessionScalar, type ScalarOptions, typeOid } from '../define.ts'
import { SqlRecord } from '../../types/record.ts'
import type { ScalarFunction } from '../records.ts'

const catalogFunction = (
  oid: number,
  signature: string,
  description: string,
  options: ScalarOptions = {},
): ScalarFunction => {
  const name = signature.slice(0, signature.indexOf('('))
  return sessionScalar(oid, signature, description, ({ catalog }, ...args) => catalog.call(name, args), options)
}

const VOLATILE = { volatility: 'volatile' } as const
const NOT_STRICT = { strict: false } as const

/** A catalog function that answers a row: fields as `name type`. */
const catalogRow = (
  oid: number,
  signature: string,
  description: string,
  fields: readonly string[],
  options: ScalarOptions = {},
): ScalarFunction => {
  const columns = fields.map((field) => {
    const [name, type] = field.split(' ') as [string, string]
    return { name, type: typeOid(type) }
  })
  const name = signature.slice(0, signature.indexOf('('))
  const call = sessionScalar(
    oid,
    signature,
    description,
    (context, ...args) => {
      const types = columns.map(({ type }) => context.typeOf(type))
      return new SqlRecord(
        types,
        context.catalog.call(name, args),
        columns.map((column) => column.name),
      )
    },
    options,
  )
  return { ...call, columns }
}

const definitions: readonly ScalarFunction[] = [
  catalogFunction(1387, 'pg_get_constraintdef(oid) text', 'definition of a constraint'),
  catalogFunction(2508, 'pg_get_constraintdef(oid, bool) text', 'definition of a constraint'),
  catalogFunction(1716, 'pg_get_expr(pg_node_tree, oid) text', 'an expression of the catalog as SQL'),
  catalogFunction(2509, 'pg_get_expr(pg_node_tree, oid, bool) text', 'an expression of the catalog as SQL'),
  catalogFunction(3808, 'pg_get_function_arg_default(oid, int4) text', 'default of an argument'),
  catalogFunction(2162, 'pg_get_function_arguments(oid) text', 'arguments of a function with defaults'),
  catalogFunction(2232, 'pg_get_function_identity_arguments(oid) text', 'arguments that identify a function'),
  catalogFunction(2165, 'pg_get_function_result(oid) text', 'result type of a function'),
  catalogFunction(6197, 'pg_get_function_sqlbody(oid) text', 'body of a function in SQL'),
  catalogFunction(2098, 'pg_get_functiondef(oid) text', 'definition of a function'),
  catalogFunction(1643, 'pg_get_indexdef(oid) text', 'definition of an index'),
  catalogFunction(2507, 'pg_get_indexdef(oid, int4, bool) text', 'definition of an index or of a column in it'),
  catalogFunction(3408, 'pg_get_partition_constraintdef(oid) text', 'constraint of a partition'),
  catalogFunction(3352, 'pg_get_partkeydef(oid) text', 'partition key of a table'),
  catalogFunction(1573, 'pg_get_ruledef(oid) text', 'definition of a rule'),
  catalogFunction(2504, 'pg_get_ruledef(oid, bool) text', 'definition of a rule'),
  catalogFunction(1665, 'pg_get_serial_sequence(text, text) text', 'sequence that a column uses'),
  catalogFunction(3415, 'pg_get_statisticsobjdef(oid) text', 'definition of extended statistics'),
  catalogFunction(6174, 'pg_get_statisticsobjdef_columns(oid) text', 'columns of extended statistics'),
  catalogFunction(6173, 'pg_get_statisticsobjdef_expressions(oid) text[]', 'expressions of extended statistics'),
  catalogFunction(1662, 'pg_get_triggerdef(oid) text', 'definition of a trigger'),
  catalogFunction(2730, 'pg_get_triggerdef(oid, bool) text', 'definition of a trigger'),
  catalogFunction(1642, 'pg_get_userbyid(oid) name', 'name of a role'),
  catalogFunction(1640, 'pg_get_viewdef(text) text', 'query of a view'),
  catalogFunction(1641, 'pg_get_viewdef(oid) text', 'query of a view'),
  catalogFunction(2505, 'pg_get_viewdef(text, bool) text', 'query of a view'),
  catalogFunction(2506, 'pg_get_viewdef(oid, bool) text', 'query of a view'),
  catalogFunction(3159, 'pg_get_viewdef(oid, int4) text', 'query of a view, wrapped'),
  catalogFunction(1081, 'format_type(oid, int4) text', 'a type as SQL writes it', NOT_STRICT),
]

const descriptions: readonly ScalarFunction[] = [
  catalogFunction(1215, 'obj_description(oid, name) text', 'comment on an object'),
  catalogFunction(1348, 'obj_description(oid) text', 'comment on an object'),
  catalogFunction(1216, 'col_description(oid, int4) text', 'comment on a column'),
  catalogFunction(1993, 'shobj_description(oid, name) text', 'comment on a shared object'),
  catalogFunction(3537, 'pg_describe_object(oid, oid, int4) text', 'an object in words'),
]

const visibility: readonly ScalarFunction[] = [
  { oid: 2079, kind: 'table' },
  { oid: 2080, kind: 'type' },
  { oid: 2081, kind: 'function' },
  { oid: 2082, kind: 'operator' },
  { oid: 2083, kind: 'opclass' },
  { oid: 3829, kind: 'opfamily' },
  { oid: 2093, kind: 'conversion' },
  { oid: 3815, kind: 'collation' },
  { oid: 3403, kind: 'statistics_obj' },
  { oid: 3756, kind: 'ts_parser' },
  { oid: 3757, kind: 'ts_dict' },
  { oid: 3758, kind: 'ts_config' },
  { oid: 3768, kind: 'ts_template' },
].map(({ oid, kind }) =>
  catalogFunction(
    oid,
    `pg_${kind}_is_visible(oid) bool`,
    `whether the search path finds the ${kind.replace('_', ' ')}`,
  ),
)

const nameLookups: readonly ScalarFunction[] = [
  { oid: 3495, type: 'regclass' },
  { oid: 4195, type: 'regcollation' },
  { oid: 4086, type: 'regnamespace' },
  { oid: 3492, type: 'regoper' },
  { oid: 3476, type: 'regoperator' },
  { oid: 3494, type: 'regproc' },
  { oid: 3479, type: 'regprocedure' },
  { oid: 4093, type: 'regrole' },
  { oid: 3493, type: 'regtype' },
].map(({ oid, type }) => catalogFunction(oid, `to_${type}(text) ${type}`, `${type} of a name, NULL when there is none`))

/** Overloads by who asks (a role's name or OID, or the current role) and what about (a name or an OID). */
const SUBJECTS = ['name, text', 'name, oid', 'oid, text', 'oid, oid', 'text', 'oid']
const COLUMN_SUBJECTS = ['name, text', 'name, oid', 'oid, text', 'oid, oid', 'text', 'oid'].flatMap((subject) => [
  `${subject}, text`,
  `${subject}, int2`,
])

const privilegeFunctions = (name: string, firstOid: number, subjects: readonly string[]): ScalarFunction[] =>
  subjects.map((subject, i) =>
    catalogFunction(firstOid + i, `${name}(${subject}, text) bool`, 'whether a role has a privilege'),
  )

const privileges: readonly ScalarFunction[] = [
  ...privilegeFunctions('has_table_privilege', 1922, SUBJECTS),
  ...privilegeFunctions('has_sequence_privilege', 2181, SUBJECTS),
  ...privilegeFunctions('has_database_privilege', 2250, SUBJECTS),
  ...privilegeFunctions('has_function_privilege', 2256, SUBJECTS),
  ...privilegeFunctions('has_language_privilege', 2262, SUBJECTS),
  ...privilegeFunctions('has_schema_privilege', 2268, SUBJECTS),
  ...privilegeFunctions('has_tablespace_privilege', 2390, SUBJECTS),
  ...privilegeFunctions('has_foreign_data_wrapper_privilege', 3000, SUBJECTS),
  ...privilegeFunctions('has_server_privilege', 3006, SUBJECTS),
  ...privilegeFunctions('has_type_privilege', 3138, SUBJECTS),
  ...privilegeFunctions('has_any_column_privilege', 3024, SUBJECTS),
  ...privilegeFunctions('has_column_privilege', 3012, COLUMN_SUBJECTS),
  ...privilegeFunctions('has_parameter_privilege', 6205, ['name, text', 'oid, text', 'text']),
  ...privilegeFunctions('pg_has_role', 2705, ['name, name', 'name, oid', 'oid, name', 'oid, oid', 'name', 'oid']),
  catalogFunction(3943, 'acldefault(char, oid) aclitem[]', 'privileges of an object that nobody granted any on', {
    volatility: 'immutable',
  }),
  catalogFunction(3298, 'row_security_active(oid) bool', 'whether row security applies'),
  catalogFunction(3299, 'row_security_active(text) bool', 'whether row security applies'),
]

const relations: readonly ScalarFunction[] = [
  catalogFunction(2325, 'pg_relation_size(regclass) int8', 'bytes of a relation', VOLATILE),
  catalogFunction(2332, 'pg_relation_size(regclass, text) int8', 'bytes of a fork of a relation', VOLATILE),
  catalogFunction(2997, 'pg_table_size(regclass) int8', 'bytes of a table without its indexes', VOLATILE),
  catalogFunction(2998, 'pg_indexes_size(regclass) int8', 'bytes of the indexes of a table', VOLATILE),
  catalogFunction(2286, 'pg_total_relation_size(regclass) int8', 'bytes of a table with its indexes', VOLATILE),
  catalogFunction(2324, 'pg_database_size(oid) int8', 'bytes of a database', VOLATILE),
  catalogFunction(2168, 'pg_database_size(name) int8', 'bytes of a database', VOLATILE),
  catalogFunction(2322, 'pg_tablespace_size(oid) int8', 'bytes of a tablespace', VOLATILE),
  catalogFunction(2323, 'pg_tablespace_size(name) int8', 'bytes of a tablespace', VOLATILE),
  catalogFunction(3778, 'pg_tablespace_location(oid) text', 'path of a tablespace'),
  catalogFunction(2999, 'pg_relation_filenode(regclass) oid', 'file number of a relation'),
  catalogFunction(3034, 'pg_relation_filepath(regclass) text', 'file of a relation'),
  catalogFunction(3454, 'pg_filenode_relation(oid, oid) regclass', 'relation of a file number'),
  catalogFunction(3842, 'pg_relation_is_updatable(regclass, bool) int4', 'ways in which a relation may be changed'),
  catalogFunction(3843, 'pg_column_is_updatable(regclass, int2, bool) bool', 'whether a column may be changed'),
  catalogFunction(6121, 'pg_relation_is_publishable(regclass) bool', 'whether a relation may be published'),
  catalogFunction(3424, 'pg_partition_root(regclass) regclass', 'topmost table of a partition tree', {
    volatility: 'immutable',
  }),
  catalogFunction(638, 'pg_index_column_has_property(regclass, int4, text) bool', 'property of a column of an index'),
  catalogFunction(637, 'pg_index_has_property(regclass, text) bool', 'property of an index'),
  catalogFunction(636, 'pg_indexam_has_property(oid, text) bool', 'property of an index access method'),
  catalogRow(3078, 'pg_sequence_parameters(sequence_oid: oid) record', 'definition of a sequence', [
    'start_value int8',
    'minimum_value int8',
    'maximum_value int8',
    'increment int8',
    'cycle_option bool',
    'cache_size int8',
    'data_type oid',
  ]),
  catalogFunction(1349, 'oidvectortypes(oidvector) text', 'names of types'),
  catalogFunction(4032, 'pg_sequence_last_value(regclass) int8', 'last value of a sequence', VOLATILE),
]

const statistics: readonly ScalarFunction[] = [
  { oid: 1928, name: 'numscans' },
  { oid: 1929, name: 'tuples_returned' },
  { oid: 1930, name: 'tuples_fetched' },
  { oid: 1931, name: 'tuples_inserted' },
  { oid: 1932, name: 'tuples_updated' },
  { oid: 1933, name: 'tuples_deleted' },
  { oid: 1972, name: 'tuples_hot_updated' },
  { oid: 2878, name: 'live_tuples' },
  { oid: 2879, name: 'dead_tuples' },
].map(({ oid, name }) => catalogFunction(oid, `pg_stat_get_${name}(oid) int8`, `statistics: ${name.replace('_', ' ')}`))

const sessions: readonly ScalarFunction[] = [
  catalogFunction(2854, 'pg_my_temp_schema() oid', 'schema of the temporary tables of the session'),
  catalogFunction(
    2855,
    'pg_is_other_temp_schema(oid) bool',
    'whether a schema holds temporary tables of another session',
  ),
  catalogFunction(2621, 'pg_reload_conf() bool', 'read the configuration again', VOLATILE),
  catalogFunction(2034, 'pg_conf_load_time() timestamptz', 'when the configuration was read'),
  catalogFunction(1181, 'age(xid) int4', 'age of a transaction number'),
  catalogFunction(3939, 'mxid_age(xid) int4', 'age of a multixact number'),
  catalogFunction(2274, 'pg_stat_reset() void', 'reset statistics', { ...VOLATILE, ...NOT_STRICT }),
  catalogFunction(2230, 'pg_stat_clear_snapshot() void', 'forget the statistics read so far', {
    ...VOLATILE,
    ...NOT_STRICT,
  }),
  catalogFunction(3448, 'pg_collation_actual_version(oid) text', 'version of a collation', VOLATILE),
  catalogFunction(
    6249,
    'pg_database_collation_actual_version(oid) text',
    'version of the collation of a database',
    VOLATILE,
  ),
]

export const catalogFunctions: readonly ScalarFunction[] = [
  ...definitions,
  ...descriptions,
  ...visibility,
  ...nameLookups,
  ...privileges,
  ...relations,
  ...statistics,
  ...sessions,
]
