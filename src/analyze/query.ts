/** Typed query trees: what analysis answers for a statement, before any decision on how to run it. */
import type { Column, RelationObject } from '../catalog/objects.ts'
import type { SetReturningFunction } from '../functions/records.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { XmlTableSyntax } from '../functions/xml/xml-table.ts'
import type { CarriedCall, ColumnId, Expr, RecordColumn, SortKey } from './expression.ts'

/** A column that a query or range table entry delivers. */
export interface OutputColumn {
  readonly id: ColumnId
  readonly name: string
  readonly type: SqlType
  readonly typmod: number
  /** The table column it is, unchanged, for row descriptions; 0 when computed. */
  readonly tableOid: number
  readonly attnum: number
  /** Fields of an anonymous record, where they are known. */
  readonly record?: readonly RecordColumn[]
}

export interface Target {
  readonly column: OutputColumn
  readonly expr: Expr
  /** Needed by ORDER BY or DISTINCT ON only, not delivered. */
  readonly hidden: boolean
}

/** TABLESAMPLE. */
export interface TableSample {
  readonly method: 'bernoulli' | 'system'
  /** float4. */
  readonly percent: Expr
  /** float8; null: another sample every time. */
  readonly repeatable: Expr | null
}

export interface TableItem {
  readonly kind: 'table'
  readonly relation: RelationObject
  readonly alias: string
  /** One per live column, in attnum order; `attnum` tells which. System columns (ctid, tableoid) follow when used. */
  readonly columns: readonly OutputColumn[]
  readonly sample: TableSample | null
  /** Conditions of policies: other rows are not there for the statement. */
  readonly security?: readonly Expr[]
  /** The tables whose rows are meant, where that is not just the relation: it and those that inherit, or partitions. */
  readonly inheritors?: readonly RelationObject[]
}

export interface SubqueryItem {
  readonly kind: 'subquery'
  /** The view that was named, whose query it is. */
  readonly view?: RelationObject
  readonly query: Query
  readonly alias: string
  readonly columns: readonly OutputColumn[]
  readonly lateral: boolean
}

export interface CteItem {
  readonly kind: 'cte'
  readonly cte: Cte
  readonly alias: string
  readonly columns: readonly OutputColumn[]
  /** Inside the recursive term: reads the working table. */
  readonly recursiveReference: boolean
}

/** One of the functions that a FROM entry puts side by side. */
export interface FunctionCall {
  readonly function: SetReturningFunction | null
  /** The call's arguments, or for a scalar function the whole expression. */
  readonly args: readonly Expr[]
  readonly columns: readonly OutputColumn[]
  /** What the call answers. */
  readonly type: SqlType
  readonly record?: readonly RecordColumn[]
  /** It answers rows, whose fields are the columns. */
  readonly expands: boolean
  /** The query says which columns the records have. */
  readonly defined?: true
  /** Of XMLTABLE: what was written. */
  readonly xmlTable?: XmlTableSyntax
}

export interface FunctionItem {
  readonly kind: 'function'
  /** ROWS FROM has several; a scalar function gives one row. */
  readonly calls: readonly FunctionCall[]
  readonly ordinality: OutputColumn | null
  readonly alias: string
  readonly columns: readonly OutputColumn[]
  readonly lateral: boolean
  /** An argument mentions an entry before it. */
  readonly refersBack: boolean
}

export interface JoinItem {
  readonly kind: 'join'
  readonly type: 'inner' | 'left' | 'right' | 'full'
  readonly left: FromItem
  readonly right: FromItem
  readonly condition: Expr | null
  /** Names in USING, or those that NATURAL finds. */
  readonly using: readonly string[]
  /** Merged columns of USING / NATURAL full joins, computed above the join. */
  readonly merged: readonly { readonly column: OutputColumn; readonly expr: Expr }[]
}

export type FromItem = TableItem | SubqueryItem | CteItem | FunctionItem | JoinItem

export interface Cte {
  readonly name: string
  readonly query: Query | DmlQuery
  readonly columns: readonly OutputColumn[]
  readonly recursive: RecursiveCte | null
  readonly materialized: 'always' | 'never' | 'default'
  /** Its columns were given names behind its own. */
  readonly renames: boolean
  /** Columns from here on are those of SEARCH and CYCLE: inside the recursive term `*` does not mean them. */
  readonly carried?: number
  /** How often it is referenced. */
  references: number
}

export interface RecursiveCte {
  readonly base: Query
  readonly step: Query
  readonly all: boolean
  /** The terms before SEARCH and CYCLE added to them, and these clauses. */
  readonly written: {
    readonly base: Query
    readonly step: Query
    readonly search: SearchClause | null
    readonly cycle: CycleClause | null
  }
}

export interface SearchClause {
  readonly columns: readonly string[]
  readonly breadthFirst: boolean
  readonly sequence: string
}

export interface CycleClause {
  readonly columns: readonly string[]
  readonly mark: string
  readonly value: Expr
  readonly otherwise: Expr
  readonly path: string
}

/** Frame bounds; `offset` expressions are free of columns. */
export interface FrameBound {
  readonly kind: 'unbounded-preceding' | 'preceding' | 'current' | 'following' | 'unbounded-following'
  readonly offset: Expr | null
  /** RANGE with an offset: the function in_range of its types. */
  readonly inRange?: number
}

export interface WindowSpec {
  readonly partitionBy: readonly Expr[]
  readonly orderBy: readonly SortKey[]
  readonly mode: 'rows' | 'range' | 'groups'
  readonly start: FrameBound
  readonly end: FrameBound
  readonly exclude: 'none' | 'current' | 'group' | 'ties'
}

export interface RowLock {
  readonly strength: 'key share' | 'share' | 'no key update' | 'update'
  readonly waitPolicy: 'block' | 'skip' | 'error'
  /** Tables to lock; the items of this query's FROM. */
  readonly items: readonly TableItem[]
}

/** What GROUPING SETS and its kin were written as; numbers are indexes into the grouping's expressions. */
export type GroupingItem =
  | { readonly kind: 'columns'; readonly columns: readonly number[] }
  | { readonly kind: 'rollup' | 'cube'; readonly lists: readonly (readonly number[])[] }
  | { readonly kind: 'sets'; readonly items: readonly GroupingItem[] }

export interface Grouping {
  readonly exprs: readonly Expr[]
  /** Indexes into `exprs`. */
  readonly sets: readonly (readonly number[])[]
  /** Where there is more than a list of expressions. */
  readonly written?: { readonly items: readonly GroupingItem[]; readonly distinct: boolean }
}

export interface SelectQuery {
  readonly kind: 'select'
  readonly ctes: readonly Cte[]
  readonly from: readonly FromItem[]
  readonly where: Expr | null
  /** Null: no grouping. */
  readonly grouping: Grouping | null
  readonly aggregated: boolean
  /** Aggregates of this level that stand in queries inside it, where they are these columns. */
  readonly carried?: readonly CarriedCall[]
  readonly having: Expr | null
  readonly windows: readonly WindowSpec[]
  readonly targets: readonly Target[]
  /** `all`: SELECT DISTINCT; a list: DISTINCT ON these expressions. */
  readonly distinct: 'none' | 'all' | readonly Expr[]
  readonly orderBy: readonly SortKey[]
  readonly limit: Expr | null
  readonly offset: Expr | null
  readonly withTies: boolean
  readonly locks: readonly RowLock[]
  readonly outputs: readonly OutputColumn[]
}

export interface SetOperationQuery {
  readonly kind: 'set-operation'
  readonly ctes: readonly Cte[]
  readonly operation: 'union' | 'intersect' | 'except'
  readonly all: boolean
  /** Both deliver columns already coerced to the common types. */
  readonly left: Query
  readonly right: Query
  readonly orderBy: readonly SortKey[]
  readonly limit: Expr | null
  readonly offset: Expr | null
  readonly withTies: boolean
  readonly outputs: readonly OutputColumn[]
}

export interface ValuesQuery {
  readonly kind: 'values'
  readonly ctes: readonly Cte[]
  readonly rows: readonly (readonly Expr[])[]
  readonly orderBy: readonly SortKey[]
  readonly limit: Expr | null
  readonly offset: Expr | null
  readonly withTies: boolean
  readonly outputs: readonly OutputColumn[]
}

export type Query = SelectQuery | SetOperationQuery | ValuesQuery

/** RETURNING: computed over the affected table's columns (`target.columns`) and, for UPDATE/DELETE, the joined items. */
export interface Returning {
  readonly targets: readonly Target[]
}

/** A value for one column of the target table; null expr: the column's default. */
export interface Assignment {
  readonly column: Column
  readonly expr: Expr
}

export interface InsertQuery {
  readonly kind: 'insert'
  readonly ctes: readonly Cte[]
  readonly table: TableItem
  /** Delivers one column per entry of `columns`, already coerced. Null: DEFAULT VALUES. */
  readonly source: Query | null
  /** Target column of each source column. */
  readonly columns: readonly Column[]
  /** Values for every other live column that has a default; may use no columns. Generated columns use `table.columns`. */
  readonly defaults: readonly Assignment[]
  readonly generated: readonly Assignment[]
  readonly checks: readonly CheckExpr[]
  /** Views through which the table is changed, innermost first: RETURNING and ON CONFLICT name their columns. */
  readonly levels: readonly ViewLevel[]
  readonly checkOptions: readonly CheckOption[]
  readonly onConflict: OnConflict | null
  readonly returning: Returning | null
  readonly outputs: readonly OutputColumn[]
}

/** What a view adds to the rows of the table below it: its columns, and which rows are its own. */
export interface ViewLevel {
  readonly view: RelationObject
  readonly columns: readonly { readonly id: ColumnId; readonly expr: Expr }[]
  readonly condition: Expr | null
}

/** WITH CHECK OPTION: a new row must be one of the view's. `levels`: those of the views below, innermost first. */
export interface CheckOption {
  readonly view: string
  readonly levels: readonly ViewLevel[]
  readonly condition: Expr
  /** Of a policy, which is checked of a row of the table (`view`); null: no single policy is to blame. */
  readonly policy?: { readonly name: string | null; readonly on: PolicyMoment }
}

/**
 * When a policy is checked: of rows that are inserted, of rows as they become, of those that a conflict finds, and of
 * those that MERGE is to update or delete.
 */
export type PolicyMoment = 'insert' | 'update' | 'conflict' | 'merge update' | 'merge delete'

export interface CheckExpr {
  readonly name: string
  /** Over the table's columns; a row violates it when it is false. */
  readonly expr: Expr
}

export interface OnConflict {
  readonly action: 'nothing' | 'update'
  /** Oids of the arbiter indexes; empty: any unique index (DO NOTHING only). */
  readonly arbiters: readonly number[]
  /** Attribute numbers of the columns that are compared. */
  readonly columns: readonly number[]
  /** Assignments over `table.columns` (the existing row) and `excluded` columns. */
  readonly excluded: readonly OutputColumn[]
  readonly assignments: readonly Assignment[]
  readonly where: Expr | null
}

export interface UpdateQuery {
  readonly kind: 'update'
  readonly ctes: readonly Cte[]
  readonly table: TableItem
  readonly from: readonly FromItem[]
  /** Conditions of policies on the target's rows. */
  readonly security: readonly Expr[]
  readonly where: Expr | null
  readonly assignments: readonly Assignment[]
  readonly generated: readonly Assignment[]
  readonly checks: readonly CheckExpr[]
  readonly levels: readonly ViewLevel[]
  readonly checkOptions: readonly CheckOption[]
  readonly returning: Returning | null
  readonly outputs: readonly OutputColumn[]
}

export interface DeleteQuery {
  readonly kind: 'delete'
  readonly ctes: readonly Cte[]
  readonly table: TableItem
  readonly from: readonly FromItem[]
  readonly levels: readonly ViewLevel[]
  readonly security: readonly Expr[]
  readonly where: Expr | null
  readonly returning: Returning | null
  readonly outputs: readonly OutputColumn[]
}

/** What MERGE does with a row: the first action of its kind (`matched`) whose condition holds is taken. */
export interface MergeAction {
  readonly matched: boolean
  readonly condition: Expr | null
  readonly kind: 'update' | 'delete' | 'insert' | 'nothing'
  /** Of INSERT all columns that get a value, of UPDATE those that get another one. */
  readonly assignments: readonly Assignment[]
  /** Of INSERT, the attribute numbers of the columns that the statement gives values to. */
  readonly given?: readonly number[]
}

export interface MergeQuery {
  readonly kind: 'merge'
  readonly ctes: readonly Cte[]
  readonly table: TableItem
  /** The rows that are merged in, and where they match. */
  readonly from: FromItem
  readonly condition: Expr
  readonly actions: readonly MergeAction[]
  readonly security: readonly Expr[]
  readonly checkOptions: readonly CheckOption[]
  readonly generated: readonly Assignment[]
  readonly checks: readonly CheckExpr[]
  readonly returning: null
  readonly outputs: readonly OutputColumn[]
}

export type DmlQuery = InsertQuery | UpdateQuery | DeleteQuery | MergeQuery
