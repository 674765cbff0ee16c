/**
 * `key IN (…)` and `key = ANY (array)` through an index: the distinct values of the list, and a look-up for each.
 */
import type { Expr } from '../analyze/expression.ts'
import type { FunctionItem } from '../analyze/query.ts'
import { functionsByName } from '../functions/index.ts'
import type { LogicalScan } from '../plan/logical.ts'
import type { PhysicalPlan, PlanColumn } from '../plan/physical.ts'
import { refer } from '../plan/build-nodes.ts'
import type { Datum } from '../types/sql-type.ts'
import { indexPaths, type IndexPath } from './access-path.ts'
import { COST, parameterisedCost } from './cost.ts'
import { bareColumn, isVolatile, mentionsAny } from './expressions.ts'
import type { Planner } from './physical.ts'
import { outputIds } from './plans.ts'

/** Elements of an array that is not known when planning. */
const UNKNOWN_LENGTH = 10

type ListCondition = Expr & { kind: 'array-comparison' }

/**
 * The cheapest such read below `limit`; `inner` makes the index scan of a path. Null when there is none.
 */
export const listLookup = (
  scan: LogicalScan,
  conditions: readonly Expr[],
  rows: number,
  limit: number,
  inner: (path: IndexPath) => PhysicalPlan,
  planner: Planner,
): PhysicalPlan | null => {
  let best: PhysicalPlan | null = null
  for (const list of conditions) {
    if (!isListCondition(list, outputIds(scan))) continue
    const type = list.list?.[0]?.type ?? list.array?.type.element
    if (type === null || type === undefined) continue
    const count = list.list?.length ?? UNKNOWN_LENGTH
    if (count * COST.rescan > (best?.estimate.totalCost ?? limit)) continue
    const value: PlanColumn = { id: planner.context.freshColumn(), name: 'value', type }
    const { operator, function: fn } = list
    const args = [list.left, refer(value)]
    const equality: Expr = { kind: 'call', function: fn, args, operator, cast: false, type: list.type, typmod: -1 }
    const others = conditions.map((c) => (c === list ? equality : c))
    for (const path of indexPaths(scan, others, null, planner.estimator, planner.context)) {
      if (!path.answered.includes(equality)) continue
      const total = parameterisedCost(count, path.cost, rows) + count * COST.groupRow
      if (total >= (best?.estimate.totalCost ?? limit)) continue
      const left = distinctValues(list, value, count, planner)
      if (left === null) continue
      best = {
        kind: 'nested-loop',
        type: 'inner',
        left,
        right: inner(path),
        condition: null,
        parameters: [value.id],
        outputs: scan.outputs,
        estimate: planner.estimate(rows, left.estimate.totalCost, total, scan.outputs),
      }
    }
  }
  return best
}

const isListCondition = (expr: Expr, own: ReadonlySet<number>): expr is ListCondition => {
  if (expr.kind !== 'array-comparison' || expr.quantifier !== 'any' || expr.operator.strategy !== 3) return false
  const column = bareColumn(expr.left)
  const items = expr.list ?? [expr.array as Expr]
  return column !== null && own.has(column.id) && items.every((item) => !mentionsAny(item, own) && !isVolatile(item))
}

/** The list's values, each once. Null when they cannot be made distinct. */
const distinctValues = (
  { list, array }: ListCondition,
  value: PlanColumn,
  count: number,
  planner: Planner,
): PhysicalPlan | null => {
  const estimate = planner.estimate(count, 0, count * COST.row, [value])
  const { hashKey } = value.type
  if (hashKey === null) return null
  if (list === null) {
    const source = arrayElements(array as Expr, value, planner)
    return source === null ? null : distinct(source, value, planner)
  }
  if (!list.every((item) => item.kind === 'const')) {
    const column = { ...value, id: planner.context.freshColumn() }
    const rows = list.map((item) => [item])
    return distinct({ kind: 'values-scan', rows, outputs: [column], estimate }, value, planner)
  }
  const byKey = new Map<Datum, Expr>()
  for (const item of list) if (item.value !== null) byKey.set(hashKey(item.value), item)
  return { kind: 'values-scan', rows: [...byKey.values()].map((item) => [item]), outputs: [value], estimate }
}

const arrayElements = (array: Expr, value: PlanColumn, planner: Planner): PhysicalPlan | null => {
  const unnest = functionsByName('unnest').find((fn) => fn.kind === 'set' && fn.args.length === 1)
  if (unnest?.kind !== 'set') return null
  const column = { ...value, id: planner.context.freshColumn(), typmod: -1, tableOid: 0, attnum: 0 }
  const item: FunctionItem = {
    kind: 'function',
    calls: [{ function: unnest, args: [array], columns: [column], type: column.type, expands: false }],
    ordinality: null,
    refersBack: false,
    alias: 'unnest',
    columns: [column],
    lateral: false,
  }
  const estimate = planner.estimate(UNKNOWN_LENGTH, 0, UNKNOWN_LENGTH * COST.row, [column])
  return { kind: 'function-scan', item, outputs: [column], estimate }
}

const distinct = (input: PhysicalPlan, value: PlanColumn, planner: Planner): PhysicalPlan => {
  const [column] = input.outputs
  const groupBy = [{ id: value.id, expr: refer(column as PlanColumn) }]
  const { rows, totalCost } = input.estimate
  const total = totalCost + rows * COST.groupRow
  return {
    kind: 'aggregate',
    strategy: 'hash',
    input,
    groupBy,
    sets: [[0]],
    aggregates: [],
    groupings: [],
    outputs: [value],
    estimate: planner.estimate(rows, total, total, [value]),
  }
}
