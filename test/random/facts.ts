/** What can be called: functions, operators, casts and aggregates, as the catalogs of a server know them. */
import type { Client } from 'pg'
import { VALUES } from './values.ts'

export interface FunctionFact {
  readonly oid: number
  readonly name: string
  readonly arguments: readonly string[]
  /** How many of the last arguments may be left out. */
  readonly defaults: number
  readonly variadic: boolean
  readonly result: string
  /** Rows of several columns: the OUT parameters. */
  readonly outputs: boolean
  readonly returnsSet: boolean
}

export interface AggregateFact extends FunctionFact {
  /** 'n': normal, 'o': ordered-set, 'h': hypothetical-set. */
  readonly kind: 'n' | 'o' | 'h'
  readonly directArguments: number
}

export interface OperatorFact {
  readonly name: string
  /** Null for a prefix operator. */
  readonly left: string | null
  readonly right: string
  readonly result: string
}

export interface CastFact {
  readonly source: string
  readonly target: string
}

export interface Facts {
  readonly functions: readonly FunctionFact[]
  readonly windowFunctions: readonly FunctionFact[]
  readonly aggregates: readonly AggregateFact[]
  readonly operators: readonly OperatorFact[]
  readonly casts: readonly CastFact[]
}

/**
 * What is not called, and why:
 * - pg_…, has_…, …_description, inet_…, txid_… and the like tell about a server, its sessions, OIDs or privileges;
 * - the clock: now, age of one argument, and what takes the offset of a zone from today (time with time zone);
 * - …_to_xml run other statements or read tables as they lie there;
 * - functions that apply a type's modifier, of which the planner makes something else: casts with modifiers call them
 * - hashes of rows and arrays: those of enums are made of OIDs
 * What is absent here altogether is a matter of docs/compat.md, not of this test.
 */
const EXCLUDED_NAMES =
  /^(pg_(?!typeof|size_pretty|size_bytes|lsn)|has_|row_security|inet_(client|server)|txid_|current_|session_user|user$|getpgusername|version$|now$|clock_|transaction_timestamp|statement_timestamp|timeofday|query_to_|table_to_|schema_to_|database_to_|cursor_to_|lo_|ts_stat|ts_debug|ts_token_type|ts_parse|to_reg|row_to_json$|record_|hash_record|hash_array|currtid|set_config|fmgr_|binary_upgrade|mxid_age|getdatabaseencoding|col_description|obj_description|shobj_description|aclexplode|satisfies_hash|nextval|currval|lastval|setval|unknown|anyarray_send|array_send|anycompatiblearray_send|amvalidate|gin_|brin_|spg_|xmlvalidate|format_type|json_populate|jsonb_populate|json_to_record|jsonb_to_record)/

const POLYMORPHIC = /^any(compatible)?(element|array|nonarray|range|multirange|enum)?$/
/** Types that values exist for, and those that stand for any of them. */
const isUsable = (type: string): boolean => {
  const element = type.endsWith('[]') ? type.slice(0, -2) : type
  return element in VALUES || POLYMORPHIC.test(type) || type === '"any"'
}

const AGE_OF_ONE = ['timestamp with time zone', 'timestamp without time zone', 'xid']
const dependsOnTheClock = (name: string, args: readonly string[]): boolean =>
  (name === 'age' && args.length === 1 && AGE_OF_ONE.includes(args[0] ?? '')) ||
  (name === 'timezone' && args[1] === 'time with time zone')

const rowsOf = async <T>(client: Client, sql: string): Promise<T[]> => (await client.query(sql)).rows as T[]

/** A "char" is one byte, be it that of half a character; a polygon's corners come from the C library's sines. */
const isUndetermined = ({ source, target }: CastFact): boolean =>
  source === '"char"' || target === '"char"' || (source === 'circle' && target === 'polygon')

interface ProcedureRow {
  oid: number
  name: string
  arguments: string[]
  defaults: number
  variadic: boolean
  result: string
  outputs: boolean
  returns_set: boolean
  kind: 'f' | 'a' | 'w'
  aggregate_kind: AggregateFact['kind'] | null
  direct_arguments: number | null
}

/** `known`: the functions that the server under test has; others are left out. */
export const loadFacts = async (client: Client, known: ReadonlySet<number>): Promise<Facts> => {
  const procedures = await rowsOf<ProcedureRow>(
    client,
    `SELECT p.oid::int, proname AS name, prokind AS kind, pronargdefaults AS defaults, provariadic <> 0 AS variadic,
       ARRAY(SELECT a::regtype::text FROM unnest(proargtypes) WITH ORDINALITY u(a, n) ORDER BY n) AS arguments,
       prorettype::regtype::text AS result, proargmodes IS NOT NULL AND 'o' = ANY(proargmodes) AS outputs,
       proretset AS returns_set, aggkind AS aggregate_kind, aggnumdirectargs AS direct_arguments
     FROM pg_proc p LEFT JOIN pg_aggregate ON aggfnoid = p.oid
     WHERE pronamespace = 'pg_catalog'::regnamespace AND provolatile <> 'v'
       AND NOT EXISTS (SELECT FROM pg_cast WHERE castfunc = p.oid AND castsource = casttarget)
     ORDER BY p.oid`,
  )
  const facts = procedures
    .filter((row) => known.has(row.oid) && !EXCLUDED_NAMES.test(row.name) && row.arguments.every(isUsable))
    .filter((row) => isUsable(row.result) || (row.result === 'record' && row.outputs))
    .filter((row) => !dependsOnTheClock(row.name, row.arguments))
    .filter(
      (row) =>
        !(row.arguments.length > 0 && isUndetermined({ source: row.arguments.at(-1) ?? '', target: row.result })),
    )
    .map((row) => ({
      oid: row.oid,
      name: row.name,
      arguments: row.arguments,
      defaults: row.defaults,
      variadic: row.variadic,
      result: row.result,
      outputs: row.outputs,
      returnsSet: row.returns_set,
      prokind: row.kind,
      kind: row.aggregate_kind ?? 'n',
      directArguments: row.direct_arguments ?? 0,
    }))
  const operators = await rowsOf<OperatorFact>(
    client,
    `SELECT oprname AS name, CASE WHEN oprleft <> 0 THEN oprleft::regtype::text END AS left, oprright::regtype::text AS right,
       oprresult::regtype::text AS result FROM pg_operator o JOIN pg_proc p ON p.oid = oprcode
     WHERE oprnamespace = 'pg_catalog'::regnamespace AND provolatile <> 'v' ORDER BY o.oid`,
  )
  const casts = await rowsOf<CastFact>(
    client,
    'SELECT castsource::regtype::text AS source, casttarget::regtype::text AS target FROM pg_cast ORDER BY oid',
  )
  return {
    functions: facts.filter((fact) => fact.prokind === 'f'),
    windowFunctions: facts.filter((fact) => fact.prokind === 'w'),
    aggregates: facts.filter((fact) => fact.prokind === 'a'),
    operators: operators.filter((o) => [o.left ?? o.right, o.right, o.result].every(isUsable)),
    casts: casts.filter((cast) => isUsable(cast.source) && isUsable(cast.target) && !isUndetermined(cast)),
  }
}

/** OIDs of the built-in functions of a server. */
export const builtInFunctions = async (client: Client): Promise<Set<number>> =>
  new Set(
    (await rowsOf<{ oid: number }>(client, 'SELECT oid::int FROM pg_proc WHERE oid < 16384')).map((row) => row.oid),
  )
