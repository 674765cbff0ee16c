/**
 * Logical plans: relational algebra over column ids. What the optimizer's rules rewrite. A plan whose expressions
 * mention ids that it does not produce itself is correlated; `apply` and `lateral` joins supply those.
 */
import type { AggregateExpr, ColumnId, Expr, SetCallExpr, SortKey, WindowExpr } from '../analyze/expression.ts'
import type {
  CheckOption,
  Cte,
  DeleteQuery,
  FunctionItem,
  InsertQuery,
  MergeQuery,
  TableItem,
  UpdateQuery,
  WindowSpec,
} from '../analyze/query.ts'
import { sampleExpressions } from '../analyze/walk.ts'
import type { ComputedColumn, JoinType, LockedItem, PlanColumn } from './physical.ts'

interface Node {
  readonly outputs: readonly PlanColumn[]
}

/** A table; `filter` holds on every row it delivers. `attnums[i]` is the column behind `outputs[i]`. */
export interface LogicalScan extends Node {
  readonly kind: 'scan'
  readonly item: TableItem
  readonly attnums: readonly number[]
  readonly filter: Expr | null
}

export interface LogicalResult extends Node {
  readonly kind: 'result'
}

export interface LogicalValues extends Node {
  readonly kind: 'values'
  readonly rows: readonly (readonly Expr[])[]
}

export interface LogicalFunction extends Node {
  readonly kind: 'function'
  readonly item: FunctionItem
}

export interface LogicalCteScan extends Node {
  readonly kind: 'cte-scan'
  readonly cte: Cte
  readonly positions: readonly number[]
  /** Reads the working table of the recursion it stands in. */
  readonly working: boolean
}

export interface LogicalFilter extends Node {
  readonly kind: 'filter'
  readonly input: LogicalPlan
  readonly condition: Expr
}

export interface LogicalProject extends Node {
  readonly kind: 'project'
  readonly input: LogicalPlan
  readonly columns: readonly ComputedColumn[]
}

export interface LogicalProjectSet extends Node {
  readonly kind: 'project-set'
  readonly input: LogicalPlan
  readonly columns: readonly { readonly id: ColumnId; readonly expr: Expr | SetCallExpr }[]
}

/** `lateral`: the right side refers to columns of the left one. `nullAware`: the anti join of NOT IN. */
export interface LogicalJoin extends Node {
  readonly kind: 'join'
  readonly type: JoinType
  readonly left: LogicalPlan
  readonly right: LogicalPlan
  readonly condition: Expr | null
  readonly lateral: boolean
  readonly nullAware: boolean
}

export interface LogicalApply extends Node {
  readonly kind: 'apply'
  readonly input: LogicalPlan
  readonly subplan: LogicalPlan
  readonly form: 'scalar' | 'exists' | 'array' | 'any' | 'all'
  readonly column: PlanColumn
  readonly value: ColumnId | null
  readonly test: Expr | null
}

export interface LogicalAggregate extends Node {
  readonly kind: 'aggregate'
  readonly input: LogicalPlan
  readonly groupBy: readonly ComputedColumn[]
  readonly sets: readonly (readonly number[])[]
  readonly aggregates: readonly { readonly id: ColumnId; readonly call: AggregateExpr }[]
  readonly groupings: readonly { readonly id: ColumnId; readonly args: readonly number[] }[]
}

export interface LogicalWindow extends Node {
  readonly kind: 'window'
  readonly input: LogicalPlan
  readonly spec: WindowSpec
  readonly calls: readonly { readonly id: ColumnId; readonly call: WindowExpr }[]
}

export interface LogicalSort extends Node {
  readonly kind: 'sort'
  readonly input: LogicalPlan
  readonly keys: readonly SortKey[]
}

export interface LogicalLimit extends Node {
  readonly kind: 'limit'
  readonly input: LogicalPlan
  readonly limit: Expr | null
  readonly offset: Expr | null
  readonly ties: readonly SortKey[] | null
}

export interface LogicalUnique extends Node {
  readonly kind: 'unique'
  readonly input: LogicalPlan
  readonly keys: readonly Expr[]
}

export interface LogicalAppend extends Node {
  readonly kind: 'append'
  readonly inputs: readonly LogicalPlan[]
}

export interface LogicalSetOperation extends Node {
  readonly kind: 'set-operation'
  readonly operation: 'intersect' | 'except'
  readonly all: boolean
  readonly left: LogicalPlan
  readonly right: LogicalPlan
}

export interface LogicalRecursiveUnion extends Node {
  readonly kind: 'recursive-union'
  readonly cte: Cte
  readonly base: LogicalPlan
  readonly step: LogicalPlan
  readonly all: boolean
}

export interface LogicalWith extends Node {
  readonly kind: 'with'
  readonly ctes: readonly { readonly cte: Cte; readonly plan: LogicalPlan }[]
  readonly input: LogicalPlan
}

/** Rows that are all that the statement may know of: what is asked of them by others is asked above. */
export interface LogicalBarrier extends Node {
  readonly kind: 'barrier'
  readonly input: LogicalPlan
}

export interface LogicalLockRows extends Node {
  readonly kind: 'lock-rows'
  readonly input: LogicalPlan
  readonly locks: readonly LockedItem[]
}

/**
 * Plans of one row each over a row that is to be stored, whose columns are outer references of them: its check options,
 * and for INSERT what DO UPDATE makes of an existing row.
 */
interface RowPlans {
  /** Each delivers whether the row is the view's. */
  readonly checkOptions: readonly {
    readonly view: string
    readonly policy?: NonNullable<CheckOption['policy']>
    readonly plan: LogicalPlan
  }[]
}

export interface LogicalInsert extends Node, RowPlans {
  readonly kind: 'insert'
  readonly query: InsertQuery
  readonly source: LogicalPlan | null
  /** The assigned values of ON CONFLICT DO UPDATE and, last, whether the row is to be updated. */
  readonly conflict: LogicalPlan | null
}

export interface LogicalUpdate extends Node, RowPlans {
  readonly kind: 'update'
  readonly query: UpdateQuery
  readonly source: LogicalPlan
  readonly rowid: ColumnId
  /** The table that an address is of, where the target stands for several. */
  readonly tableoid: ColumnId | null
  /** Columns of the source that hold the assigned values, in the order of `query.assignments`. */
  readonly values: readonly ColumnId[]
}

export interface LogicalDelete extends Node {
  readonly kind: 'delete'
  readonly query: DeleteQuery
  readonly source: LogicalPlan
  readonly rowid: ColumnId
  readonly tableoid: ColumnId | null
}

/** An action of MERGE: plans of one row over a row of the source, whose columns are outer references of them. */
export interface LogicalMergeAction {
  /** Delivers whether the action is for the row; null: it always is. */
  readonly condition: LogicalPlan | null
  /** Delivers the assigned values. */
  readonly values: LogicalPlan | null
}

export interface LogicalMerge extends Node, RowPlans {
  readonly kind: 'merge'
  readonly query: MergeQuery
  readonly source: LogicalPlan
  readonly rowid: ColumnId
  readonly tableoid: ColumnId | null
  /** In the order of `query.actions`. */
  readonly actions: readonly LogicalMergeAction[]
}

export type LogicalPlan =
  | LogicalScan
  | LogicalResult
  | LogicalValues
  | LogicalFunction
  | LogicalCteScan
  | LogicalFilter
  | LogicalProject
  | LogicalProjectSet
  | LogicalJoin
  | LogicalApply
  | LogicalAggregate
  | LogicalWindow
  | LogicalSort
  | LogicalLimit
  | LogicalUnique
  | LogicalAppend
  | LogicalSetOperation
  | LogicalRecursiveUnion
  | LogicalWith
  | LogicalBarrier
  | LogicalLockRows
  | LogicalInsert
  | LogicalUpdate
  | LogicalDelete
  | LogicalMerge

/** Inputs of a node, outer side first. */
export const inputsOf = (plan: LogicalPlan): readonly LogicalPlan[] => {
  switch (plan.kind) {
    case 'scan':
    case 'result':
    case 'values':
    case 'function':
    case 'cte-scan':
      return []
    case 'join':
    case 'set-operation':
      return [plan.left, plan.right]
    case 'apply':
      return [plan.input, plan.subplan]
    case 'append':
      return plan.inputs
    case 'recursive-union':
      return [plan.base, plan.step]
    case 'with':
      return [...plan.ctes.map((c) => c.plan), plan.input]
    case 'insert':
      return [plan.source, plan.conflict, ...plan.checkOptions.map((c) => c.plan)].filter((p) => p !== null)
    case 'update':
      return [plan.source, ...plan.checkOptions.map((c) => c.plan)]
    case 'delete':
      return [plan.source]
    case 'merge':
      return [
        plan.source,
        ...plan.actions.flatMap((a) => [a.condition, a.values]),
        ...plan.checkOptions.map((c) => c.plan),
      ].filter((p) => p !== null)
    default:
      return [plan.input]
  }
}

const withPlans = (options: RowPlans['checkOptions'], plans: readonly LogicalPlan[]): RowPlans['checkOptions'] =>
  options.map((option, i) => ({ ...option, plan: plans[i] as LogicalPlan }))

/** The same node with each of its inputs replaced. */
export const mapInputs = (plan: LogicalPlan, map: (input: LogicalPlan) => LogicalPlan): LogicalPlan => {
  const inputs = inputsOf(plan)
  const changed = inputs.map(map)
  return changed.every((input, i) => input === inputs[i]) ? plan : withInputs(plan, changed)
}

/** The same node over other inputs, given in the order of `inputsOf`. */
export const withInputs = (plan: LogicalPlan, inputs: readonly LogicalPlan[]): LogicalPlan => {
  const [first, second] = inputs as [LogicalPlan, LogicalPlan]
  switch (plan.kind) {
    case 'scan':
    case 'result':
    case 'values':
    case 'function':
    case 'cte-scan':
      return plan
    case 'join':
    case 'set-operation':
      return { ...plan, left: first, right: second }
    case 'apply':
      return { ...plan, input: first, subplan: second }
    case 'append':
      return { ...plan, inputs }
    case 'recursive-union':
      return { ...plan, base: first, step: second }
    case 'with':
      return {
        ...plan,
        ctes: plan.ctes.map((c, i) => ({ cte: c.cte, plan: inputs[i] as LogicalPlan })),
        input: inputs.at(-1) as LogicalPlan,
      }
    case 'insert': {
      const rest = [...inputs]
      const source = plan.source === null ? null : (rest.shift() as LogicalPlan)
      const conflict = plan.conflict === null ? null : (rest.shift() as LogicalPlan)
      return { ...plan, source, conflict, checkOptions: withPlans(plan.checkOptions, rest) }
    }
    case 'update':
      return { ...plan, source: first, checkOptions: withPlans(plan.checkOptions, inputs.slice(1)) }
    case 'merge': {
      const [source, ...rest] = inputs as [LogicalPlan, ...LogicalPlan[]]
      const next = (before: LogicalPlan | null) => (before === null ? null : (rest.shift() as LogicalPlan))
      const actions = plan.actions.map((a) => ({ condition: next(a.condition), values: next(a.values) }))
      return { ...plan, source, actions, checkOptions: withPlans(plan.checkOptions, rest) }
    }
    case 'delete':
      return { ...plan, source: first }
    default:
      return { ...plan, input: first }
  }
}

/** Applies `rewrite` to every node, inputs first. */
export const rewriteBottomUp = (plan: LogicalPlan, rewrite: (plan: LogicalPlan) => LogicalPlan): LogicalPlan =>
  rewrite(mapInputs(plan, (input) => rewriteBottomUp(input, rewrite)))

/** Expressions of this node itself (not of its inputs). */
export const expressionsOf = (plan: LogicalPlan): readonly Expr[] => {
  const some = (...exprs: (Expr | null)[]): Expr[] => exprs.filter((e): e is Expr => e !== null)
  switch (plan.kind) {
    case 'scan':
      return [...some(plan.filter), ...sampleExpressions(plan.item)]
    case 'values':
      return plan.rows.flat()
    case 'function':
      return plan.item.calls.flatMap((call) => call.args)
    case 'filter':
      return [plan.condition]
    case 'project':
    case 'project-set':
      return plan.columns.map((c) => c.expr)
    case 'join':
      return some(plan.condition)
    case 'apply':
      return some(plan.test)
    case 'aggregate':
      return [...plan.groupBy.map((g) => g.expr), ...plan.aggregates.map((a) => a.call)]
    case 'window':
      return [
        ...plan.spec.partitionBy,
        ...plan.spec.orderBy.map((k) => k.expr),
        ...some(plan.spec.start.offset, plan.spec.end.offset),
        ...plan.calls.map((c) => c.call),
      ]
    case 'sort':
      return plan.keys.map((k) => k.expr)
    case 'limit':
      return [...some(plan.limit, plan.offset), ...(plan.ties ?? []).map((k) => k.expr)]
    case 'unique':
      return plan.keys
    case 'update':
    case 'delete':
    case 'insert':
    case 'merge':
      return modifyExpressions(plan)
    default:
      return []
  }
}

const modifyExpressions = (plan: LogicalInsert | LogicalUpdate | LogicalDelete | LogicalMerge): readonly Expr[] => {
  if (plan.kind === 'delete') return []
  const { query } = plan
  const stored = [...query.generated.map((a) => a.expr), ...query.checks.map((c) => c.expr)]
  return query.kind !== 'insert' ? stored : [...query.defaults.map((a) => a.expr), ...stored]
}
