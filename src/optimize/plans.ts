/** Questions that rules ask of logical plans, and small rewritings of them. */
import type { ColumnId, Expr, SortKey } from '../analyze/expression.ts'
import { conjunction } from '../analyze/nodes.ts'
import { refer } from '../plan/build-nodes.ts'
import { expressionsOf, inputsOf, type LogicalPlan, type LogicalScan } from '../plan/logical.ts'
import type { ComputedColumn, PlanColumn } from '../plan/physical.ts'
import { OID } from '../types/oids.ts'
import type { OptimizerContext } from './facts.ts'
import { columnsOf } from './expressions.ts'

const outputSets = new WeakMap<readonly PlanColumn[], ReadonlySet<ColumnId>>()

/** Ids of the columns that a plan delivers. */
export const outputIds = (plan: { readonly outputs: readonly PlanColumn[] }): ReadonlySet<ColumnId> => {
  let ids = outputSets.get(plan.outputs)
  if (ids === undefined) {
    ids = new Set(plan.outputs.map((c) => c.id))
    outputSets.set(plan.outputs, ids)
  }
  return ids
}

/** Ids that a plan's expressions mention but nothing inside it delivers. */
export const outerColumns = (plan: LogicalPlan): Set<ColumnId> => {
  const mentioned = new Set<ColumnId>()
  const delivered = new Set<ColumnId>()
  const visit = (node: LogicalPlan): void => {
    for (const expr of expressionsOf(node)) columnsOf(expr, mentioned)
    for (const column of node.outputs) delivered.add(column.id)
    for (const input of inputsOf(node)) visit(input)
  }
  visit(plan)
  return mentioned.difference(delivered)
}

/** Whether anything in the plan mentions one of the columns from outside. */
export const refersTo = (plan: LogicalPlan, ids: ReadonlySet<ColumnId>): boolean =>
  !outerColumns(plan).isDisjointFrom(ids)

/** A filter of several conditions over a plan; the plan itself when there is none. */
export const filtered = (input: LogicalPlan, conditions: readonly Expr[], context: OptimizerContext): LogicalPlan => {
  const condition = conjunction(conditions, context.typeOf(OID.bool))
  return condition === null ? input : { kind: 'filter', input, condition, outputs: input.outputs }
}

/** The columns passed on unchanged. */
export const passed = (columns: readonly PlanColumn[]): ComputedColumn[] =>
  columns.map((c) => ({ id: c.id, expr: refer(c) }))

/** No rows, with these columns. */
export const empty = (outputs: readonly PlanColumn[]): LogicalPlan => ({ kind: 'values', rows: [], outputs })

export const isEmpty = (plan: LogicalPlan): boolean => plan.kind === 'values' && plan.rows.length === 0

/** Delivers at most one row whatever the data. */
export const isSingleRow = (plan: LogicalPlan): boolean => {
  switch (plan.kind) {
    case 'result':
      return true
    case 'values':
      return plan.rows.length <= 1
    case 'aggregate':
      return plan.groupBy.length === 0 && plan.sets.length === 1
    case 'project':
    case 'filter':
    case 'sort':
    case 'apply':
      return isSingleRow(plan.input)
    case 'limit':
      return (
        (plan.limit?.kind === 'const' && Number(plan.limit.value ?? 2) <= 1 && plan.ties === null) ||
        isSingleRow(plan.input)
      )
    default:
      return false
  }
}

const mapKeys = (keys: readonly SortKey[], map: (expr: Expr) => Expr): readonly SortKey[] =>
  keys.map((key) => ({ ...key, expr: map(key.expr) }))

/** What a scan's filter and sample are made of. */
const mapScan = (plan: LogicalScan, map: (expr: Expr) => Expr): LogicalScan => {
  const { item, filter } = plan
  const { sample } = item
  if (filter === null && sample === null) return plan
  const mapped = filter === null ? null : map(filter)
  if (sample === null) return { ...plan, filter: mapped }
  const repeatable = sample.repeatable === null ? null : map(sample.repeatable)
  return { ...plan, filter: mapped, item: { ...item, sample: { ...sample, percent: map(sample.percent), repeatable } } }
}

/** The same node with its own expressions rewritten; modifying nodes keep theirs. */
export const mapExpressions = (plan: LogicalPlan, map: (expr: Expr) => Expr): LogicalPlan => {
  switch (plan.kind) {
    case 'scan':
      return mapScan(plan, map)
    case 'values':
      return { ...plan, rows: plan.rows.map((row) => row.map(map)) }
    case 'function':
      return {
        ...plan,
        item: { ...plan.item, calls: plan.item.calls.map((call) => ({ ...call, args: call.args.map(map) })) },
      }
    case 'filter':
      return { ...plan, condition: map(plan.condition) }
    case 'project':
    case 'project-set':
      return { ...plan, columns: plan.columns.map((c) => ({ id: c.id, expr: map(c.expr) })) }
    case 'join':
      return plan.condition === null ? plan : { ...plan, condition: map(plan.condition) }
    case 'apply':
      return plan.test === null ? plan : { ...plan, test: map(plan.test) }
    case 'aggregate':
      return {
        ...plan,
        groupBy: plan.groupBy.map((g) => ({ id: g.id, expr: map(g.expr) })),
        aggregates: plan.aggregates.map((a) => ({ id: a.id, call: map(a.call) as typeof a.call })),
      }
    case 'window':
      return {
        ...plan,
        spec: {
          ...plan.spec,
          partitionBy: plan.spec.partitionBy.map(map),
          orderBy: mapKeys(plan.spec.orderBy, map),
        },
        calls: plan.calls.map((c) => ({ id: c.id, call: map(c.call) as typeof c.call })),
      }
    case 'sort':
      return { ...plan, keys: mapKeys(plan.keys, map) }
    case 'limit':
      return {
        ...plan,
        limit: plan.limit === null ? null : map(plan.limit),
        offset: plan.offset === null ? null : map(plan.offset),
        ties: plan.ties === null ? null : mapKeys(plan.ties, map),
      }
    case 'unique':
      return { ...plan, keys: plan.keys.map(map) }
    default:
      return plan
  }
}
