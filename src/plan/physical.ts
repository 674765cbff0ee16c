/**
 * Physical plans: what the optimizer answers and the executor runs. Frozen data with a `kind`. Every node lists the
 * columns it delivers by id, in batch order; expressions name columns by id. An id that a node's input does not
 * deliver is an outer reference: the enclosing `apply` or parameterised `nested-loop` supplies it.
 */
import type { ColumnId, AggregateExpr, Expr, SetCallExpr, SortKey, WindowExpr } from '../analyze/expression.ts'
import type {
  CheckOption,
  Cte,
  DeleteQuery,
  FunctionItem,
  InsertQuery,
  MergeQuery,
  RowLock,
  TableItem,
  UpdateQuery,
  WindowSpec,
  TableSample,
} from '../analyze/query.ts'
import type { RelationObject } from '../catalog/objects.ts'
import type { OperatorRecord } from '../functions/records.ts'
import type { SqlType } from '../types/sql-type.ts'

export interface PlanColumn {
  readonly id: ColumnId
  readonly name: string
  readonly type: SqlType
}

/** Cardinality and cost; cost units are those of PostgreSQL (one sequential page read is 1). Width in bytes. */
export interface Estimate {
  readonly rows: number
  readonly startupCost: number
  readonly totalCost: number
  readonly width: number
}

interface Node {
  readonly outputs: readonly PlanColumn[]
  readonly estimate: Estimate
}

export interface ComputedColumn {
  readonly id: ColumnId
  readonly expr: Expr
}

/** Reads of stored or system tables. `attnums[i]` is the table column behind `outputs[i]`. */
interface TableRead extends Node {
  readonly relation: RelationObject
  readonly alias: string
  /** Attribute number per output; ROWID_ATTNUM for the row's address, TABLEOID_ATTNUM for tableoid. */
  readonly attnums: readonly number[]
  readonly filter: Expr | null
}

/** Pseudo attribute numbers: the row's address (ctid) and the table's oid, with PostgreSQL's numbers. */
export const ROWID_ATTNUM = -1
export const TABLEOID_ATTNUM = -6

/** Whole table in storage order. `filter` also prunes segments by zone maps. */
export interface SeqScan extends TableRead {
  readonly kind: 'seq-scan'
  /** The rows with these addresses only. */
  readonly tid?: TidCondition
  /** TABLESAMPLE: only rows that are in the sample. */
  readonly sample?: TableSample
}

/** `ctid = address`, or one of several, or of an array of addresses: they are known before the scan begins. */
export interface TidCondition {
  readonly condition: Expr
  readonly addresses: readonly Expr[]
  /** The one address is an array of them. */
  readonly isArray: boolean
}

/** Rows of a computed catalog relation. */
export interface SystemScan extends TableRead {
  readonly kind: 'system-scan'
}

/** Bounds of one index column; expressions are free of this scan's columns. */
export interface IndexBound {
  readonly expr: Expr
  readonly inclusive: boolean
}

/** Rows in index order: equality on a key prefix, then optionally a range on the next key. */
export interface IndexScan extends TableRead {
  readonly kind: 'index-scan'
  readonly index: RelationObject
  /** One expression per leading key; a NULL value finds nothing. */
  readonly equalities: readonly Expr[]
  readonly lower: IndexBound | null
  readonly upper: IndexBound | null
  readonly reverse: boolean
  /** What equalities and bounds stand for, for EXPLAIN and rechecks. */
  readonly condition: Expr | null
}

/** One row without columns. */
export interface Result extends Node {
  readonly kind: 'result'
}

export interface ValuesScan extends Node {
  readonly kind: 'values-scan'
  readonly rows: readonly (readonly Expr[])[]
}

export interface FunctionScan extends Node {
  readonly kind: 'function-scan'
  readonly item: FunctionItem
}

/** Rows of a CTE that an enclosing `with` runs once. */
export interface CteScan extends Node {
  readonly kind: 'cte-scan'
  readonly cte: Cte
  /** Positions of the outputs in the CTE's rows. */
  readonly positions: readonly number[]
}

/** The rows that the last round of an enclosing `recursive-union` added. */
export interface WorkTableScan extends Node {
  readonly kind: 'work-table-scan'
  readonly cte: Cte
  readonly positions: readonly number[]
}

export interface Filter extends Node {
  readonly kind: 'filter'
  readonly input: PhysicalPlan
  readonly condition: Expr
}

/** Computes every output; `column` expressions pass input columns on. */
export interface Project extends Node {
  readonly kind: 'project'
  readonly input: PhysicalPlan
  readonly columns: readonly ComputedColumn[]
}

/** As project, where some expressions are (or contain at the top) set-returning calls: rows multiply. */
export interface ProjectSet extends Node {
  readonly kind: 'project-set'
  readonly input: PhysicalPlan
  readonly columns: readonly { readonly id: ColumnId; readonly expr: Expr | SetCallExpr }[]
}

export type JoinType = 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti'

export interface JoinKey {
  readonly left: Expr
  readonly right: Expr
  readonly operator: OperatorRecord
}

/**
 * Outputs: left columns then right columns that are needed (semi and anti: left columns only). The right input is the
 * build side. `residual` further restricts matches. `nullAware`: NOT IN's anti join – a NULL key on either side means
 * that the row is not delivered (and any NULL on the right side empties the result).
 */
export interface HashJoin extends Node {
  readonly kind: 'hash-join'
  readonly type: JoinType
  readonly left: PhysicalPlan
  readonly right: PhysicalPlan
  readonly keys: readonly JoinKey[]
  readonly residual: Expr | null
  readonly nullAware: boolean
}

/** Inputs sorted by the keys, ascending, NULLs last. */
export interface MergeJoin extends Node {
  readonly kind: 'merge-join'
  readonly type: 'inner' | 'left'
  readonly left: PhysicalPlan
  readonly right: PhysicalPlan
  readonly keys: readonly JoinKey[]
  readonly residual: Expr | null
}

/** For each left row, the right rows that satisfy `condition`; with `parameters`, the right side is run anew per left row. */
export interface NestedLoop extends Node {
  readonly kind: 'nested-loop'
  readonly type: 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti'
  readonly left: PhysicalPlan
  readonly right: PhysicalPlan
  readonly condition: Expr | null
  /** Left columns that the right side refers to. */
  readonly parameters: readonly ColumnId[]
}

/**
 * Adds one column to its input: a subquery's answer per row. `scalar`: the value or NULL (21000 when there are more
 * rows); `exists`; `array`; `any`/`all`: three-valued result of `test` over the rows. Re-run only when a parameter's
 * value changed.
 */
export interface Apply extends Node {
  readonly kind: 'apply'
  readonly input: PhysicalPlan
  readonly subplan: PhysicalPlan
  readonly form: 'scalar' | 'exists' | 'array' | 'any' | 'all'
  readonly column: PlanColumn
  /** The subplan's output that `scalar` and `array` deliver. */
  readonly value: ColumnId | null
  /** Over the input's and the subplan's columns. */
  readonly test: Expr | null
  readonly parameters: readonly ColumnId[]
  /** The test of an `any` without parameters, as an equality of the input and the subplan that hashing can decide. */
  readonly hashed: JoinKey | null
}

export interface AggregateColumn {
  readonly id: ColumnId
  readonly call: AggregateExpr
}

/** `plain`: one group, one row even of no input; `hash`; `sorted`: input arrives grouped. */
export interface Aggregate extends Node {
  readonly kind: 'aggregate'
  readonly strategy: 'plain' | 'hash' | 'sorted'
  readonly input: PhysicalPlan
  readonly groupBy: readonly ComputedColumn[]
  /** Grouping sets as indexes into groupBy; one full set when there is just GROUP BY. */
  readonly sets: readonly (readonly number[])[]
  readonly aggregates: readonly AggregateColumn[]
  /** GROUPING() columns: value per grouping set. */
  readonly groupings: readonly { readonly id: ColumnId; readonly args: readonly number[] }[]
}

/** Input sorted by partition then order keys; adds one column per call, all of one window. */
export interface Window extends Node {
  readonly kind: 'window'
  readonly input: PhysicalPlan
  readonly spec: WindowSpec
  readonly calls: readonly { readonly id: ColumnId; readonly call: WindowExpr }[]
}

export interface Sort extends Node {
  readonly kind: 'sort'
  readonly input: PhysicalPlan
  readonly keys: readonly SortKey[]
}

/** Sort that keeps only the first `limit + offset` rows; followed by a `limit` that drops the offset. */
export interface TopN extends Node {
  readonly kind: 'top-n'
  readonly input: PhysicalPlan
  readonly keys: readonly SortKey[]
  readonly limit: Expr
  readonly offset: Expr | null
}

export interface Limit extends Node {
  readonly kind: 'limit'
  readonly input: PhysicalPlan
  readonly limit: Expr | null
  readonly offset: Expr | null
  /** WITH TIES: the sort keys that decide what a tie is. */
  readonly ties: readonly SortKey[] | null
}

/** First row of each run of equal keys (DISTINCT ON over sorted input). */
export interface Unique extends Node {
  readonly kind: 'unique'
  readonly input: PhysicalPlan
  readonly keys: readonly Expr[]
}

/** UNION ALL: inputs one after another; outputs by position. */
export interface Append extends Node {
  readonly kind: 'append'
  readonly inputs: readonly PhysicalPlan[]
  /** The inputs are the tables that one name stands for: what that is called. */
  readonly alias?: string
  /** The inputs are tables of a partitioned one: which of them are needed may follow from conditions as the plan runs. */
  readonly pruning?: AppendPruning
}

export interface AppendPruning {
  readonly scan: {
    readonly relation: RelationObject
    readonly attnums: readonly number[]
    readonly outputs: readonly PlanColumn[]
  }
  readonly conditions: readonly Expr[]
  /** The table of each input. */
  readonly tables: readonly number[]
}

/** INTERSECT and EXCEPT by hashing whole rows (NULLs equal). UNION is append under a hash aggregate. */
export interface HashSetOperation extends Node {
  readonly kind: 'hash-set-operation'
  readonly operation: 'intersect' | 'except'
  readonly all: boolean
  readonly left: PhysicalPlan
  readonly right: PhysicalPlan
}

/** WITH RECURSIVE: base rows, then the step over the last round's rows until it adds none. */
export interface RecursiveUnion extends Node {
  readonly kind: 'recursive-union'
  readonly cte: Cte
  readonly base: PhysicalPlan
  readonly step: PhysicalPlan
  readonly all: boolean
}

/** Makes the CTEs available to `input`; each runs at most once, as far as it is read (data-modifying ones: always, whole). */
export interface With extends Node {
  readonly kind: 'with'
  readonly ctes: readonly { readonly cte: Cte; readonly plan: PhysicalPlan }[]
  readonly input: PhysicalPlan
}

/** A table whose rows are locked: where their addresses are, and where it stands for several, which one each is of. */
export interface LockedItem {
  readonly lock: RowLock
  readonly item: TableItem
  readonly rowid: ColumnId
  readonly tableoid: ColumnId | null
}

/** SELECT … FOR UPDATE and kin: locks each row, rechecks it when it changed. */
export interface LockRows extends Node {
  readonly kind: 'lock-rows'
  readonly input: PhysicalPlan
  readonly locks: readonly LockedItem[]
}

/** A plan of one row with one column: whether a row to be stored is the view's. The row's columns are outer references. */
export interface CheckOptionPlan {
  readonly view: string
  readonly policy?: NonNullable<CheckOption['policy']>
  readonly plan: PhysicalPlan
}

/** INSERT: `source` delivers query.columns in order (null: DEFAULT VALUES). */
export interface Insert extends Node {
  readonly kind: 'insert'
  readonly query: InsertQuery
  readonly source: PhysicalPlan | null
  /** ON CONFLICT DO UPDATE, over the existing row and the new one: assigned values and, last, whether to update. */
  readonly conflict: PhysicalPlan | null
  readonly checkOptions: readonly CheckOptionPlan[]
}

/** UPDATE: `source` delivers the table's live columns by their ids, the row address, assigned values, joined columns. */
export interface Update extends Node {
  readonly kind: 'update'
  readonly query: UpdateQuery
  readonly checkOptions: readonly CheckOptionPlan[]
  readonly source: PhysicalPlan
  readonly rowid: ColumnId
  readonly tableoid: ColumnId | null
  /** Columns of the source that hold the assigned values, in the order of `query.assignments`. */
  readonly values: readonly ColumnId[]
}

export interface Delete extends Node {
  readonly kind: 'delete'
  readonly query: DeleteQuery
  readonly source: PhysicalPlan
  readonly rowid: ColumnId
  readonly tableoid: ColumnId | null
}

export interface MergeActionPlan {
  readonly condition: PhysicalPlan | null
  readonly values: PhysicalPlan | null
}

/** MERGE: `source` delivers the rows that are merged in, and the target's that match; without one its address is NULL. */
export interface Merge extends Node {
  readonly kind: 'merge'
  readonly query: MergeQuery
  readonly source: PhysicalPlan
  readonly rowid: ColumnId
  readonly tableoid: ColumnId | null
  /** In the order of `query.actions`. */
  readonly actions: readonly MergeActionPlan[]
  readonly checkOptions: readonly CheckOptionPlan[]
}

export type ModifyPlan = Insert | Update | Delete | Merge

export type PhysicalPlan =
  | SeqScan
  | SystemScan
  | IndexScan
  | Result
  | ValuesScan
  | FunctionScan
  | CteScan
  | WorkTableScan
  | Filter
  | Project
  | ProjectSet
  | HashJoin
  | MergeJoin
  | NestedLoop
  | Apply
  | Aggregate
  | Window
  | Sort
  | TopN
  | Limit
  | Unique
  | Append
  | HashSetOperation
  | RecursiveUnion
  | With
  | LockRows
  | ModifyPlan
