/** Reads of tables: in storage order or through the index that costs least. */
import type { Expr, SortKey } from '../analyze/expression.ts'
import { conjunction, conjuncts, someNode } from '../analyze/nodes.ts'
import { columnMap } from '../catalog/inheritance.ts'
import type { RelationObject } from '../catalog/objects.ts'
import type { LogicalPlan, LogicalScan } from '../plan/logical.ts'
import { ROWID_ATTNUM, TABLEOID_ATTNUM, type PhysicalPlan, type TidCondition } from '../plan/physical.ts'
import { OID } from '../types/oids.ts'
import { indexPaths, type IndexPath } from './access-path.ts'
import { selectivityOfAll } from './cardinality/selectivity.ts'
import { sequentialCost, COST } from './cost.ts'
import { bareColumn, isVolatile, mentionsAny } from './expressions.ts'
import { listLookup } from './list-lookup.ts'
import { survivors } from './partition-pruning.ts'
import { penalty } from './methods.ts'
import type { Planner } from './physical.ts'

/**
 * The cheapest read of the rows that satisfy the conditions: those of the scan's filter and, for the inner side of a
 * nested loop, others whose outer columns are known when it runs.
 */
export const scanPlan = (scan: LogicalScan, conditions: readonly Expr[], planner: Planner): PhysicalPlan =>
  scan.item.inheritors === undefined ? tablePlan(scan, conditions, planner) : familyPlan(scan, conditions, planner)

/** The tables that a name stands for, one after another: each read its own way, under the same columns. */
const familyPlan = (scan: LogicalScan, conditions: readonly Expr[], planner: Planner): PhysicalPlan => {
  const { estimator } = planner
  const { outputs, item } = scan
  estimator.rows(scan)
  const { catalog } = planner.context
  const constant = (expr: Expr) => (expr.kind === 'const' ? expr.value : undefined)
  const isPartitioned = item.relation.kind === 'p' && planner.context.methods.partitionPruning
  const scanned = { relation: item.relation, attnums: scan.attnums, outputs }
  const left = isPartitioned ? survivors(catalog, scanned, conditions, constant) : null
  const tables = (item.inheritors ?? []).filter(({ oid }) => left === null || left.has(oid))
  // The target of a modification is called by its name itself.
  const isTarget = scan.attnums.includes(ROWID_ATTNUM) && scan.attnums.includes(TABLEOID_ATTNUM)
  const inputs = tables.map((relation, i) => {
    const alias = tables.length === 1 && !isTarget ? item.alias : `${item.alias}_${i + 1}`
    return tablePlan(tableScan(scan, relation, alias), conditions, planner)
  })
  const [only] = inputs
  if (only !== undefined && inputs.length === 1) return only
  const estimates = inputs.map((input) => input.estimate)
  const rows = estimates.reduce((sum, e) => sum + e.rows, 0)
  const total = estimates.reduce((sum, e) => sum + e.totalCost, 0)
  if (only === undefined)
    return { kind: 'values-scan', rows: [], outputs, estimate: planner.estimate(0, 0, 0, outputs) }
  const estimate = planner.estimate(rows, 0, total + rows * COST.operator, outputs)
  const append = { kind: 'append', inputs, alias: item.alias, outputs, estimate } as const
  const own = new Set(outputs.map(({ id }) => id))
  const later = conditions.filter((condition) => isSettledLater(condition, own))
  if (!isPartitioned || later.length === 0) return append
  return { ...append, pruning: { scan: scanned, conditions, tables: tables.map(({ oid }) => oid) } }
}

/** Whether a condition compares with something that is known only when the plan runs. */
const isSettledLater = (condition: Expr, own: ReadonlySet<number>): boolean =>
  someNode(condition, (e) => e.kind === 'param' || (e.kind === 'column' && !own.has(e.id)) || isStable(e))

const isStable = (expr: Expr): boolean => expr.kind === 'call' && expr.function.volatility === 'stable'

/** The scan for one of its tables, whose columns may be at other places. */
const tableScan = (scan: LogicalScan, relation: RelationObject, alias: string): LogicalScan => {
  const map = columnMap(scan.item.relation, relation)
  const { inheritors: _, ...item } = scan.item
  const attnums = scan.attnums.map((attnum) => (attnum > 0 && map !== null ? (map[attnum - 1] as number) : attnum))
  return { ...scan, item: { ...item, relation, alias }, attnums }
}

/** Of a sample whose share is not known before the scan. */
const DEFAULT_SHARE = 0.1

const tablePlan = (scan: LogicalScan, conditions: readonly Expr[], planner: Planner): PhysicalPlan => {
  const { estimator, context } = planner
  const { relation, alias } = scan.item
  const { attnums, outputs } = scan
  estimator.rows(scan)
  const all = estimator.tableRows(scan)
  const rows = Math.max(1, all * selectivityOfAll(conditions, estimator.facts))
  const filter = conjunction(conditions, context.typeOf(OID.bool))
  const { methods } = context
  const sequential = sequentialCost(all, estimator.width(outputs), conditions.length)
  const cost = sequential + (relation.system === null ? penalty(methods.sequentialScan) : 0)
  const { sample } = scan.item
  if (sample !== null) {
    const share = sample.percent.kind === 'const' ? Number(sample.percent.value) / 100 : DEFAULT_SHARE
    const estimate = planner.estimate(Math.max(1, rows * share), 0, cost, outputs)
    return { kind: 'seq-scan', relation, alias, attnums, filter, sample, outputs, estimate }
  }
  let best: PhysicalPlan | null = null
  for (const path of indexPaths(scan, conditions, null, estimator, context)) {
    if (path.cost >= (best?.estimate.totalCost ?? cost)) continue
    best = indexScan(scan, path, rows, planner)
  }
  const tid = relation.system === null && methods.tidScan ? tidCondition(scan, conditions) : null
  if (tid !== null) {
    const rest = conjunction(
      conditions.filter((c) => c !== tid.condition),
      context.typeOf(OID.bool),
    )
    const estimate = planner.estimate(1, 0, COST.descent, outputs)
    return { kind: 'seq-scan', relation, alias, attnums, filter: rest, tid, outputs, estimate }
  }
  const limit = best?.estimate.totalCost ?? cost
  const inner = (path: IndexPath): PhysicalPlan => indexScan(scan, path, path.fetched, planner)
  best = listLookup(scan, conditions, rows, limit, inner, planner) ?? best
  if (best !== null) return best
  const kind = relation.system === null ? 'seq-scan' : 'system-scan'
  return { kind, relation, alias, attnums, filter, outputs, estimate: planner.estimate(rows, 0, cost, outputs) }
}

/** A condition that tells the addresses of the wanted rows. */
const tidCondition = (scan: LogicalScan, conditions: readonly Expr[]): TidCondition | null => {
  const place = scan.attnums.indexOf(ROWID_ATTNUM)
  const id = scan.outputs[place]?.id
  if (id === undefined) return null
  const own = new Set(scan.outputs.map((c) => c.id))
  const isCtid = (expr: Expr): boolean => expr.kind === 'column' && expr.id === id
  const isKnown = (expr: Expr): boolean => !mentionsAny(expr, own) && !isVolatile(expr)
  for (const condition of conditions) {
    if (condition.kind === 'call' && condition.operator?.name === '=' && condition.args.length === 2) {
      const [a, b] = condition.args as [Expr, Expr]
      if (isCtid(a) && isKnown(b)) return { condition, addresses: [b], isArray: false }
      if (isCtid(b) && isKnown(a)) return { condition, addresses: [a], isArray: false }
    }
    if (condition.kind !== 'array-comparison' || condition.quantifier !== 'any' || condition.operator.name !== '=')
      continue
    const { array, list } = condition
    if (!isCtid(condition.left)) continue
    if (list?.every(isKnown)) return { condition, addresses: list, isArray: false }
    if (array !== null && isKnown(array)) return { condition, addresses: [array], isArray: true }
  }
  return null
}

const indexScan = (scan: LogicalScan, path: IndexPath, rows: number, planner: Planner): PhysicalPlan => {
  const { relation, alias } = scan.item
  const { attnums, outputs } = scan
  const { index, equalities, lower, upper, reverse, shown, rest, cost, fetched } = path
  const bool = planner.context.typeOf(OID.bool)
  return {
    kind: 'index-scan',
    relation,
    alias,
    attnums,
    filter: conjunction(rest, bool),
    index,
    equalities,
    lower,
    upper,
    reverse,
    condition: conjunction(shown, bool),
    outputs,
    estimate: planner.estimate(Math.min(rows, fetched), COST.descent, cost, outputs),
  }
}

/** A plan's rows in an order that an index gives, through projections and filters; null when none does. */
export const orderedScan = (plan: LogicalPlan, keys: readonly SortKey[], planner: Planner): PhysicalPlan | null => {
  const { estimator, context } = planner
  const { outputs } = plan
  switch (plan.kind) {
    case 'scan': {
      if (plan.item.inheritors !== undefined) return null
      const conditions = conjuncts(plan.filter)
      const rows = estimator.rows(plan)
      let best: IndexPath | null = null
      for (const path of indexPaths(plan, conditions, keys, estimator, context)) {
        if (best === null || path.cost < best.cost) best = path
      }
      return best === null ? null : indexScan(plan, best, rows, planner)
    }
    case 'project': {
      const exprs = new Map(plan.columns.map((c) => [c.id, c.expr]))
      const below: SortKey[] = []
      for (const key of keys) {
        const column = bareColumn(key.expr)
        const expr = column === null ? undefined : exprs.get(column.id)
        if (expr === undefined) return null
        below.push({ ...key, expr })
      }
      const input = orderedScan(plan.input, below, planner)
      if (input === null) return null
      const { rows, startupCost, totalCost } = input.estimate
      const estimate = planner.estimate(rows, startupCost, totalCost + rows * COST.operator, outputs)
      return { kind: 'project', input, columns: plan.columns, outputs, estimate }
    }
    case 'filter': {
      const input = orderedScan(plan.input, keys, planner)
      if (input === null) return null
      const { startupCost, totalCost, rows } = input.estimate
      const estimate = planner.estimate(estimator.rows(plan), startupCost, totalCost + rows * COST.operator, outputs)
      return { kind: 'filter', input, condition: plan.condition, outputs, estimate }
    }
    default:
      return null
  }
}
