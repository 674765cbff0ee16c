/**
 * Typed expressions: what analysis makes of parse tree expressions. Frozen data with a `kind`; names are resolved,
 * overloads chosen, coercions explicit. Columns are statement-wide ids, so an expression keeps its meaning wherever
 * the optimizer moves it.
 */
import type {
  FunctionRecord,
  AggregateFunction,
  OperatorRecord,
  ScalarFunction,
  SetReturningFunction,
  WindowFunction,
} from '../functions/records.ts'
import type { Datum, SqlType } from '../types/sql-type.ts'
import type { Collation } from '../types/text-order.ts'
import type { Query } from './query.ts'

/** Identifies one output column of one range table entry or query within a statement. */
export type ColumnId = number

interface Typed {
  readonly type: SqlType
  readonly typmod: number
  /**
   * How the text form differs from what the node does: `cast` for a cast that was written, `sql` for a call in SQL's
   * own syntax (EXTRACT(… FROM …)), else a keyword that stands for the node (CURRENT_DATE).
   */
  readonly syntax?: string
}

export interface ConstExpr extends Typed {
  readonly kind: 'const'
  readonly value: Datum
  /** Of a literal whose type is not settled yet: where it stands, for errors in reading it. */
  readonly location?: number
  /** The constant as it was before an implied coercion to its typmod. */
  readonly unfitted?: ConstExpr
}

/** $n, numbered from 1. */
export interface ParamExpr extends Typed {
  readonly kind: 'param'
  readonly index: number
}

export interface ColumnExpr extends Typed {
  readonly kind: 'column'
  readonly id: ColumnId
  readonly name: string
  /** Fields of an anonymous record, where they are known. */
  readonly record?: readonly RecordColumn[]
}

/** A field of the record that a function's OUT arguments make. */
export interface RecordColumn {
  readonly name: string
  readonly type: SqlType
  readonly typmod?: number
}

/** A function or operator call. `operator` is set when it was written (or implied) as an operator. */
export interface CallExpr extends Typed {
  readonly kind: 'call'
  readonly function: ScalarFunction
  readonly args: readonly Expr[]
  readonly operator: OperatorRecord | null
  /** True for calls that a cast stands for, which print as casts. */
  readonly cast: boolean
  /** The last argument is an array whose elements are the arguments (VARIADIC before an argument of type "any"). */
  readonly variadic?: boolean
  /** Fields of the record that it answers. */
  readonly columns?: readonly RecordColumn[]
}

/** Same datum, other type (varchar to text), or the same type under another collation. */
export interface RelabelExpr extends Typed {
  readonly kind: 'relabel'
  readonly arg: Expr
  /** A COLLATE clause, and where it stands. */
  readonly collate?: { readonly collation: Collation; readonly location: number | undefined }
}

/** Through the text form: output function of the argument's type, input function of this type. */
export interface CoerceViaIoExpr extends Typed {
  readonly kind: 'coerce-io'
  readonly arg: Expr
}

/** varchar(n), numeric(p,s), …: fits the value to `typmod`. */
export interface TypmodExpr extends Typed {
  readonly kind: 'typmod'
  readonly arg: Expr
  readonly explicit: boolean
}

/** Coerces each element; `element` is an expression over the placeholder `element-value`. */
export interface ArrayCoerceExpr extends Typed {
  readonly kind: 'array-coerce'
  readonly arg: Expr
  readonly element: Expr
}
export interface ElementValueExpr extends Typed {
  readonly kind: 'element-value'
}

export interface AndOrExpr extends Typed {
  readonly kind: 'and' | 'or'
  readonly args: readonly Expr[]
}

export interface NotExpr extends Typed {
  readonly kind: 'not'
  readonly arg: Expr
}

/** IS [NOT] NULL; on row-typed arguments with SQL's rule (all fields). */
export interface IsNullExpr extends Typed {
  readonly kind: 'is-null'
  readonly arg: Expr
  readonly negated: boolean
}

/** IS [NOT] TRUE / FALSE / UNKNOWN. */
export interface BoolTestExpr extends Typed {
  readonly kind: 'bool-test'
  readonly arg: Expr
  readonly test: 'true' | 'false' | 'unknown'
  readonly negated: boolean
}

/** IS [NOT] DISTINCT FROM by an equality call. */
export interface DistinctExpr extends Typed {
  readonly kind: 'distinct'
  readonly left: Expr
  readonly right: Expr
  readonly operator: OperatorRecord
  readonly function: ScalarFunction
  readonly negated: boolean
}

/** Searched CASE (a simple CASE's comparisons are made explicit). */
export interface CaseExpr extends Typed {
  readonly kind: 'case'
  readonly whens: readonly { readonly when: Expr; readonly then: Expr }[]
  readonly otherwise: Expr
  /** It is the whole row of a FROM entry, which an outer join may have made up. */
  readonly whole?: true
}

export interface CoalesceExpr extends Typed {
  readonly kind: 'coalesce'
  readonly args: readonly Expr[]
}

export interface MinMaxExpr extends Typed {
  readonly kind: 'greatest' | 'least'
  readonly args: readonly Expr[]
}

/** NULLIF: NULL when the equality holds, else the first argument. */
export interface NullIfExpr extends Typed {
  readonly kind: 'nullif'
  readonly left: Expr
  readonly right: Expr
  readonly operator: OperatorRecord
  readonly function: ScalarFunction
}

/** `left op ANY/ALL (list)`: IN lists and array comparisons. `array` is one array-typed expression or a list of scalars. */
export interface ArrayComparisonExpr extends Typed {
  readonly kind: 'array-comparison'
  readonly left: Expr
  readonly operator: OperatorRecord
  readonly function: ScalarFunction
  readonly quantifier: 'any' | 'all'
  readonly list: readonly Expr[] | null
  readonly array: Expr | null
}

export interface ArrayExpr extends Typed {
  readonly kind: 'array'
  readonly elements: readonly Expr[]
  /** Elements are arrays themselves (ARRAY[[1,2],[3,4]]). */
  readonly nested: boolean
}

export interface SubscriptExpr extends Typed {
  readonly kind: 'subscript'
  readonly arg: Expr
  /** For a slice, `lower`/`upper` (null: open); for an element, `upper` alone with `slice` false. */
  readonly indices: readonly { readonly lower: Expr | null; readonly upper: Expr | null; readonly slice: boolean }[]
}

/** Which part of a value is replaced: an element or a slice of an array, a field of a row, a place in jsonb. */
export type AssignTarget =
  | { readonly kind: 'element' | 'slice'; readonly indices: SubscriptExpr['indices'] }
  | { readonly kind: 'field'; readonly field: number }
  /** Keys as texts; `startsArray`: NULL becomes an array rather than an object. */
  | { readonly kind: 'json'; readonly path: readonly Expr[]; readonly startsArray: boolean }

/** The value of `arg` with one part replaced (assignments to parts of columns). */
export interface AssignExpr extends Typed {
  readonly kind: 'assign'
  readonly arg: Expr
  readonly target: AssignTarget
  readonly value: Expr
}

/** A value of a domain's base type that becomes one of the domain, once the domain's constraints hold for it. */
export interface CoerceDomainExpr extends Typed {
  readonly kind: 'coerce-domain'
  readonly arg: Expr
  /** The column by which the checks mention the value. */
  readonly value: ColumnId
  readonly notNull: boolean
  readonly checks: readonly { readonly name: string; readonly expr: Expr }[]
  /** The domain that errors name; the expression's own type where absent. */
  readonly reported?: SqlType
}

export interface RowExpr extends Typed {
  readonly kind: 'row'
  readonly fields: readonly Expr[]
  readonly names: readonly string[]
  /** It is the whole row of a FROM entry. */
  readonly whole?: true
}

/** Row comparison with <, <=, >, >=; = and <> are expanded to AND/OR of field comparisons. */
export interface RowCompareExpr extends Typed {
  readonly kind: 'row-compare'
  readonly left: readonly Expr[]
  readonly right: readonly Expr[]
  readonly strategy: 1 | 2 | 4 | 5
}

export interface FieldExpr extends Typed {
  readonly kind: 'field'
  readonly arg: Expr
  /** 0-based position in the row type. */
  readonly field: number
}

/**
 * A subquery inside an expression. `scalar`: its one value; `exists`; `array`: ARRAY(SELECT …);
 * `any`/`all`: `left[i] operator[i] output[i]` combined over its rows.
 */
export interface SubqueryExpr extends Typed {
  readonly kind: 'subquery'
  readonly form: 'scalar' | 'exists' | 'array' | 'any' | 'all'
  readonly query: Query
  /** For any/all: the test over the outer expressions and the query's output columns (as `column` nodes). */
  readonly test: Expr | null
}

export interface AggregateExpr extends Typed {
  readonly kind: 'aggregate'
  readonly function: AggregateFunction
  readonly args: readonly Expr[]
  readonly distinct: boolean
  readonly orderBy: readonly SortKey[]
  readonly filter: Expr | null
  /** WITHIN GROUP direct arguments precede `args`. */
  readonly star: boolean
}

export interface WindowExpr extends Typed {
  readonly kind: 'window'
  readonly function: WindowFunction | AggregateFunction
  readonly args: readonly Expr[]
  readonly filter: Expr | null
  /** Index into the query's windows. */
  readonly window: number
  readonly star: boolean
}

/** A set-returning function in a select list. */
export interface SetCallExpr extends Typed {
  readonly kind: 'set-call'
  readonly function: SetReturningFunction
  readonly args: readonly Expr[]
  /** Fields of the records that it answers. */
  readonly columns?: readonly RecordColumn[]
}

/** GROUPING(…) over grouping expressions. */
export interface GroupingExpr extends Typed {
  readonly kind: 'grouping'
  readonly args: readonly Expr[]
  /** Where the arguments stand. */
  readonly locations: readonly (number | undefined)[]
}

/** A call that stands in a query inside its level, and the column that it is there. */
export interface CarriedCall {
  readonly id: ColumnId
  readonly call: AggregateExpr | GroupingExpr
  /** Where it stands in the statement. */
  readonly location: number | undefined
}

export type Expr =
  | ConstExpr
  | ParamExpr
  | ColumnExpr
  | CallExpr
  | RelabelExpr
  | CoerceViaIoExpr
  | TypmodExpr
  | ArrayCoerceExpr
  | ElementValueExpr
  | AndOrExpr
  | NotExpr
  | IsNullExpr
  | BoolTestExpr
  | DistinctExpr
  | CaseExpr
  | CoalesceExpr
  | MinMaxExpr
  | NullIfExpr
  | ArrayComparisonExpr
  | ArrayExpr
  | SubscriptExpr
  | AssignExpr
  | CoerceDomainExpr
  | RowExpr
  | RowCompareExpr
  | FieldExpr
  | SubqueryExpr
  | AggregateExpr
  | WindowExpr
  | SetCallExpr
  | GroupingExpr

/** ORDER BY item. NULLS FIRST is already resolved (default: last ascending, first descending). */
export interface SortKey {
  readonly expr: Expr
  readonly descending: boolean
  readonly nullsFirst: boolean
}

/** Functions that a call site may hold, for code that walks all of them. */
export type CallableRecord = FunctionRecord
