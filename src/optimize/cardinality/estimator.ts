/** Estimated row counts and widths of logical plans. One estimator serves one statement and remembers its answers. */
import type { ColumnId, Expr } from '../../analyze/expression.ts'
import { conjuncts } from '../../analyze/nodes.ts'
import {
  inputsOf,
  type LogicalAggregate,
  type LogicalJoin,
  type LogicalPlan,
  type LogicalScan,
} from '../../plan/logical.ts'
import type { PlanColumn } from '../../plan/physical.ts'
import { bareColumn, columnsOf, isHashEquality } from '../expressions.ts'
import type { OptimizerContext } from '../facts.ts'
import { isSingleRow, outputIds } from '../plans.ts'
import { columnFacts, typeWidth, type ColumnFacts } from './column-facts.ts'
import { selectivity, selectivityOfAll } from './selectivity.ts'

/** Rows of a table that has none yet: as PostgreSQL assumes ten pages for tables never analysed. */
const EMPTY_TABLE_ROWS = 10
/** Share of groups per row where nothing is known of the grouping expression. */
const DEFAULT_GROUPS = 200
const FUNCTION_ROWS = 1000
const CTE_ROWS = 1000

export class Estimator {
  readonly #context: OptimizerContext
  readonly #rows = new WeakMap<LogicalPlan, number>()
  /** Where columns come from: a scan's, or another id that they rename. */
  readonly #sources = new Map<ColumnId, { scan: LogicalScan; attnum: number } | ColumnId>()
  readonly #facts = new Map<ColumnId, ColumnFacts | null>()
  readonly #cteRows = new Map<object, number>()

  constructor(context: OptimizerContext) {
    this.#context = context
  }

  /** Estimated rows that a plan delivers, at least 1 where it may deliver any. */
  rows(plan: LogicalPlan): number {
    let rows = this.#rows.get(plan)
    if (rows === undefined) {
      rows = this.#estimate(plan)
      this.#rows.set(plan, rows)
    }
    return rows
  }

  /** Records the estimate that was made when the plan was put together. */
  remember(plan: LogicalPlan, rows: number): void {
    this.#rows.set(plan, rows)
  }

  /** Live rows of the scan's table, before its filter. */
  tableRows(scan: LogicalScan): number {
    const { relation, inheritors } = scan.item
    if (relation.system !== null) return 500
    const { tables } = this.#context
    const rows = (inheritors ?? [relation]).reduce((sum, { storageId }) => sum + tables.rowCount(storageId), 0)
    return rows > 0 ? rows : EMPTY_TABLE_ROWS
  }

  readonly facts = (id: ColumnId): ColumnFacts | null => {
    const known = this.#facts.get(id)
    if (known !== undefined) return known
    const source = this.#sources.get(id)
    let facts: ColumnFacts | null = null
    if (typeof source === 'number') facts = this.facts(source)
    else if (source !== undefined) {
      const place = source.scan.attnums.indexOf(source.attnum)
      const type = source.scan.outputs[place]?.type
      if (type !== undefined) {
        facts = columnFacts(source.scan, source.attnum, type, this.tableRows(source.scan), this.#context)
      }
    }
    this.#facts.set(id, facts)
    return facts
  }

  /** Width in bytes of a row of these columns. */
  width(columns: readonly PlanColumn[]): number {
    let width = 0
    for (const { id, type } of columns) width += this.facts(id)?.width ?? typeWidth(type)
    return Math.round(width)
  }

  /** Distinct values of an expression among `rows` rows. */
  distinct(expr: Expr, rows: number): number {
    const column = bareColumn(expr)
    if (expr.kind === 'const') return 1
    const facts = column === null ? null : this.facts(column.id)
    if (facts !== null) return Math.max(1, Math.min(this.#distinctAmong(facts, rows), rows))
    const columns = [...columnsOf(expr)]
    if (column !== null || columns.length === 0) return Math.max(1, Math.min(DEFAULT_GROUPS, rows))
    // A computed value has no more values than its columns together.
    const product = columns.reduce((n, id) => n * (this.facts(id)?.distinct ?? DEFAULT_GROUPS), 1)
    return Math.max(1, Math.min(product, rows))
  }

  /** Values met in a part of the table's rows (PostgreSQL's formula for a random selection). */
  #distinctAmong({ distinct, rows: all }: ColumnFacts, rows: number): number {
    if (rows >= all || distinct <= 1) return distinct
    return distinct * (1 - ((all - rows) / all) ** (all / distinct))
  }

  groups(exprs: readonly Expr[], rows: number): number {
    let groups = 1
    for (const expr of exprs) groups *= this.distinct(expr, rows)
    return Math.max(1, Math.min(groups, exprs.length > 1 ? Math.max(rows / 2, 1) : rows))
  }

  #estimate(plan: LogicalPlan): number {
    switch (plan.kind) {
      case 'scan': {
        this.#register(plan)
        const rows = this.tableRows(plan)
        if (plan.filter === null) return rows
        return atLeastOne(rows * selectivity(plan.filter, this.facts))
      }
      case 'result':
        return 1
      case 'values':
        return plan.rows.length
      case 'function':
        return this.#functionRows(plan.item.calls)
      case 'cte-scan':
        return plan.working ? CTE_ROWS / 10 : (this.#cteRows.get(plan.cte) ?? CTE_ROWS)
      case 'barrier':
        return this.rows(plan.input)
      case 'filter':
        return atLeastOne(this.rows(plan.input) * selectivity(plan.condition, this.facts))
      case 'project':
        for (const { id, expr } of plan.columns) {
          const source = bareColumn(expr)
          if (source !== null && source.id !== id) this.#sources.set(id, source.id)
        }
        return this.rows(plan.input)
      case 'project-set': {
        const sets = plan.columns.flatMap((c) => (c.expr.kind === 'set-call' ? [c.expr.function.estimatedRows] : []))
        return this.rows(plan.input) * Math.max(1, ...sets)
      }
      case 'join':
        return this.joinRows(plan.type, this.rows(plan.left), this.rows(plan.right), plan)
      case 'apply':
        this.rows(plan.subplan)
        return this.rows(plan.input)
      case 'aggregate':
        return this.#aggregateRows(plan)
      case 'limit': {
        const rows = this.rows(plan.input)
        const limit = plan.limit?.kind === 'const' && plan.limit.value !== null ? Number(plan.limit.value) : null
        const offset = plan.offset?.kind === 'const' ? Number(plan.offset.value ?? 0) : 0
        if (limit === null) return plan.limit === null ? atLeastOne(rows - offset) : atLeastOne(rows / 10)
        return Math.max(0, Math.min(limit, rows - offset))
      }
      case 'unique':
        return this.groups(plan.keys, this.rows(plan.input))
      case 'append':
        return plan.inputs.reduce((sum, input) => sum + this.rows(input), 0)
      case 'set-operation': {
        const left = this.rows(plan.left)
        const right = this.rows(plan.right)
        return plan.operation === 'intersect' ? atLeastOne(Math.min(left, right)) : left
      }
      case 'recursive-union': {
        const rows = this.rows(plan.base)
        this.rows(plan.step)
        return rows * 10
      }
      case 'with':
        for (const { cte, plan: body } of plan.ctes) this.#cteRows.set(cte, this.rows(body))
        return this.rows(plan.input)
      case 'insert':
        return plan.source === null ? 1 : this.rows(plan.source)
      case 'update':
      case 'merge':
      case 'delete':
        return this.rows(plan.source)
      default: {
        const [input] = inputsOf(plan)
        return input === undefined ? 1 : this.rows(input)
      }
    }
  }

  #register(scan: LogicalScan): void {
    scan.outputs.forEach(({ id }, i) => this.#sources.set(id, { scan, attnum: scan.attnums[i] as number }))
  }

  #functionRows(calls: (LogicalPlan & { kind: 'function' })['item']['calls']): number {
    let rows = 1
    for (const call of calls) {
      if (call.function === null) continue
      const [from, to, step] = call.args
      const series = call.function.name === 'generate_series' && from?.kind === 'const' && to?.kind === 'const'
      const by = step?.kind === 'const' ? Number(step.value) : 1
      const counted = series ? Math.floor((Number(to.value) - Number(from.value)) / by) + 1 : Number.NaN
      rows = Math.max(rows, Number.isFinite(counted) ? counted : call.function.estimatedRows || FUNCTION_ROWS)
    }
    return Math.max(1, rows)
  }

  #aggregateRows(plan: LogicalAggregate): number {
    const rows = this.rows(plan.input)
    for (const { id, expr } of plan.groupBy) {
      const source = bareColumn(expr)
      if (source !== null && source.id !== id) this.#sources.set(id, source.id)
    }
    let groups = 0
    for (const set of plan.sets) {
      groups += this.groups(
        set.map((i) => (plan.groupBy[i] as LogicalAggregate['groupBy'][number]).expr),
        rows,
      )
    }
    return groups
  }

  /** Rows of a join of inputs with so many rows. */
  joinRows(type: LogicalJoin['type'], left: number, right: number, plan: LogicalJoin): number {
    const conditions = conjuncts(plan.condition)
    const pairs = left * right * this.joinSelectivity(conditions, plan.left, plan.right)
    switch (type) {
      case 'inner':
        return isSingleRow(plan.left) && isSingleRow(plan.right) ? 1 : atLeastOne(pairs)
      case 'left':
        return Math.max(left, pairs)
      case 'right':
        return Math.max(right, pairs)
      case 'full':
        return Math.max(left, right, pairs)
      case 'semi':
        return atLeastOne(left * this.matchShare(conditions, plan.left, plan.right))
      case 'anti':
        return atLeastOne(left * (1 - this.matchShare(conditions, plan.left, plan.right)))
    }
  }

  /**
   * Share of pairs of rows that satisfy the conditions. Equalities together distinguish no more values on a side than
   * it has rows: so keys of several columns are not taken for independent ones.
   */
  joinSelectivity(conditions: readonly Expr[], left: LogicalPlan, right: LogicalPlan): number {
    const [leftRows, rightRows] = [this.rows(left), this.rows(right)]
    const leftIds = outputIds(left)
    let leftValues = 1
    let rightValues = 1
    const rest: Expr[] = []
    for (const condition of conditions) {
      const [a, b] = isHashEquality(condition) ? condition.args : []
      if (a === undefined || b === undefined || columnsOf(a).size === 0 || columnsOf(b).size === 0) {
        rest.push(condition)
        continue
      }
      const [own, other] = columnsOf(a).isSubsetOf(leftIds) ? [a, b] : [b, a]
      leftValues *= this.distinct(own, leftRows)
      rightValues *= this.distinct(other, rightRows)
    }
    const values = Math.max(Math.min(leftValues, leftRows), Math.min(rightValues, rightRows), 1)
    return selectivityOfAll(rest, this.facts) / values
  }

  /** Share of left rows that find a match (semi joins). */
  matchShare(conditions: readonly Expr[], left: LogicalPlan, right: LogicalPlan): number {
    let share = 1
    let keyed = false
    for (const condition of conditions) {
      const [a, b] = isHashEquality(condition) ? condition.args : []
      if (a === undefined || b === undefined) continue
      keyed = true
      const [own, other] = columnsOf(a).isSubsetOf(outputIds(left)) ? [a, b] : [b, a]
      const present = this.distinct(own, this.rows(left))
      share *= Math.min(1, this.distinct(other, this.rows(right)) / Math.max(1, present))
    }
    if (!keyed) return this.rows(right) > 0 ? DEFAULT_MATCH_SHARE : 0
    return conditions.length > 1 && share > DEFAULT_MATCH_SHARE ? Math.max(share * 0.75, DEFAULT_MATCH_SHARE) : share
  }
}

const DEFAULT_MATCH_SHARE = 0.5

const atLeastOne = (rows: number): number => Math.max(1, rows)
