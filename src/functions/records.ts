/**
 * Registry records: a function record *is* the pg_proc row, an operator record the pg_operator row, and so on.
 * Overload resolution, constant folding, the system catalogs, the interpreter and the code generator all read these.
 * OIDs are PostgreSQL's own wherever it has one. Type references are type OIDs.
 */
import type { Datum, SqlType } from '../types/sql-type.ts'
import type { AnyVector } from '../vector/vector.ts'
import type { Batch } from '../vector/batch.ts'
import type { EvalContext } from './context.ts'

/** pg_proc.provolatile. */
export type Volatility = 'immutable' | 'stable' | 'volatile'

/** Types as resolved at a call: polymorphic ones replaced by what they stand for. */
export interface CallTypes {
  readonly args: readonly SqlType[]
  readonly result: SqlType
  /** Fields of the record that OUT arguments make, or that the query defines. */
  readonly columns?: readonly { readonly name: string; readonly type: SqlType; readonly typmod?: number }[]
  /** Of ordered-set aggregates: how each sort key is ordered. */
  readonly order?: readonly { readonly descending: boolean; readonly nullsFirst: boolean }[]
  /** The types registry as the call sees it (array type of an element, …). */
  typeOf(oid: number): SqlType
}

interface FunctionIdentity {
  readonly oid: number
  readonly name: string
  readonly args: readonly number[]
  readonly result: number
  /** Names of arguments, for named notation and pg_proc.proargnames. */
  readonly argNames?: readonly string[]
  /** How many trailing arguments have defaults (make_interval, jsonb_path_query …), and these as datums. */
  readonly defaults?: readonly Datum[]
  /** Element type of the VARIADIC last argument, which `args` lists as its array type (or "any" 2276). */
  readonly variadic?: number
  readonly volatility: Volatility
  readonly description: string
  /** Of functions of a database: the schema that they are in. Absent: pg_catalog. */
  readonly schema?: number
  /** Of functions of a database, in the place of `defaults`: the expressions as parsed. */
  readonly defaultTrees?: readonly Readonly<Record<string, unknown>>[]
  /** Of one OUT argument: its name, which the result's column takes. */
  readonly resultName?: string
  /** Of functions of a database: LEAKPROOF. */
  readonly leakproof?: boolean
  /** Called by CALL only. */
  readonly procedure?: boolean
}

/** Positional evaluation; strict functions are never called with a NULL. */
export type Evaluate = (...args: Datum[]) => Datum

export interface ScalarFunction extends FunctionIdentity {
  readonly kind: 'scalar'
  readonly strict: boolean
  /** Fields of the record that several OUT arguments make. */
  readonly columns?: readonly { readonly name: string; readonly type: number }[]
  /**
   * Exactly one of these:
   * - `evaluate`: needs nothing but its arguments;
   * - `evaluateIn`: also needs the session (time zone, settings, sequences);
   * - `specialize`: needs the resolved types; answers an `evaluateIn`.
   */
  readonly evaluate?: Evaluate
  readonly evaluateIn?: (context: EvalContext, ...args: Datum[]) => Datum
  readonly specialize?: (types: CallTypes) => (context: EvalContext, ...args: Datum[]) => Datum
  /**
   * JavaScript source of the same computation over argument sources that are plain, not-NULL datums, for the code
   * generator; only where it is exact for every input or guards itself (`helpers.` reaches `functions/inline-helpers.ts`).
   */
  readonly inline?: (...args: string[]) => string
  /**
   * How SQL writes the call where it has syntax of its own: words, and the numbers of arguments. Functions without an
   * OID are made for one use of such syntax and told apart by it.
   */
  readonly form?: readonly (string | number)[]
  /** The call waits (pg_sleep, pg_advisory_lock): answers a promise; the planner keeps it out of vector code. */
  readonly blocking?: boolean
}

/** A set-returning function; rows are datums, or arrays of datums when `columns` is present. */
export interface SetReturningFunction extends FunctionIdentity {
  readonly kind: 'set'
  readonly strict: boolean
  /** OUT columns of functions that return records. */
  readonly columns?: readonly { readonly name: string; readonly type: number }[]
  readonly rows: (context: EvalContext, types: CallTypes, ...args: Datum[]) => Iterable<Datum>
  /** The call waits for what it answers: such functions stand in FROM alone, and `rows` is not called. */
  readonly gather?: (context: EvalContext, types: CallTypes, ...args: Datum[]) => Promise<Iterable<Datum>>
  /** Estimated number of rows for the planner (pg_proc.prorows). */
  readonly estimatedRows: number
}

/** Aggregation over groups; one instance per aggregate call and query. Group numbers are dense from 0. */
export interface GroupedAggregation {
  /** Adds the live rows of a batch: `groups[k]` is the group of the k-th live row. `mask`: 0 leaves the k-th row out. */
  update(batch: Batch, groups: Int32Array, args: readonly AnyVector[], mask: Uint8Array | null): void
  /** The aggregate's value for a group; called after the last update. Groups never updated answer the empty value. */
  finish(group: number): Datum
}

/** Row-at-a-time aggregation: the general form, also used for DISTINCT, ORDER BY and window frames. */
export interface AggregateFunction extends FunctionIdentity {
  readonly kind: 'aggregate'
  /** Skip rows where any argument is NULL (what a strict transition function means). */
  readonly skipNulls: boolean
  readonly create: (types: CallTypes) => Accumulator
  /** Vector form; absent: the executor wraps `create`. */
  readonly grouped?: (types: CallTypes) => GroupedAggregation
  /** Ordered-set aggregates: number of direct arguments; absent for ordinary ones. */
  readonly directArgs?: number
  /** Hypothetical-set aggregates have as many direct arguments as sort keys, whatever `directArgs` says. */
  readonly hypothetical?: boolean
}

/** Direct arguments of a call with so many arguments, sorted ones included; undefined: it is no ordered-set aggregate. */
export const directArguments = (
  { directArgs, hypothetical }: Pick<AggregateFunction, 'directArgs' | 'hypothetical'>,
  count: number,
): number | undefined => (hypothetical === true ? count / 2 : directArgs)

export interface Accumulator {
  add(context: EvalContext, ...args: Datum[]): void
  /** Value so far; may be called again after further `add`s (window frames). */
  result(context: EvalContext): Datum
}

/** What a window function sees of its partition. Row numbers are 0-based within the partition. */
export interface WindowPartition {
  readonly size: number
  /** The value of argument `arg` at a row. */
  argument(arg: number, row: number): Datum
  /** First row of the peer group of `row`, and the row after its last. */
  peersFrom(row: number): number
  peersTo(row: number): number
  /** Ordinal of the peer group, from 0. */
  peerGroup(row: number): number
  /** The frame of `row` as ranges [from, to) in order, with EXCLUDE applied. */
  frame(row: number): readonly { readonly from: number; readonly to: number }[]
}

export interface WindowFunction extends FunctionIdentity {
  readonly kind: 'window'
  readonly evaluateRow: (partition: WindowPartition, row: number) => Datum
}

export type FunctionRecord = ScalarFunction | SetReturningFunction | AggregateFunction | WindowFunction

/** B-tree strategy numbers: 1 <, 2 <=, 3 =, 4 >=, 5 >. */
export type BtreeStrategy = 1 | 2 | 3 | 4 | 5

export interface OperatorRecord {
  readonly oid: number
  readonly name: string
  /** Type oid, 0 for prefix operators. */
  readonly left: number
  readonly right: number
  readonly result: number
  /** Oid of the function that computes it. */
  readonly function: number
  readonly commutator: number
  readonly negator: number
  readonly hashes: boolean
  readonly merges: boolean
  /** The operator's place in the default B-tree operator family of its types, if it has one. */
  readonly strategy?: BtreeStrategy
  /** Selectivity estimator families, as oprrest/oprjoin name them: `eqsel`, `scalarltsel`, `likesel`, … */
  readonly selectivity?: string
  readonly description: string
}

/** pg_cast. */
export interface CastRecord {
  readonly source: number
  readonly target: number
  readonly context: 'implicit' | 'assignment' | 'explicit'
  /** Function oid; `binary`: datums are the same; `io`: through the text form. */
  readonly method: number | 'binary' | 'io'
}
