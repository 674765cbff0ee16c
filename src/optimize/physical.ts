/** Chooses a physical operator for every logical node, by cost where there is a choice. */
import type { ColumnId, Expr, SortKey } from '../analyze/expression.ts'
import type { LogicalPlan } from '../plan/logical.ts'
import type { CheckOptionPlan, Estimate, JoinKey, PhysicalPlan, PlanColumn } from '../plan/physical.ts'
import { conjuncts } from '../analyze/nodes.ts'
import { Estimator } from './cardinality/estimator.ts'
import { COST, sortCost, topSortCost } from './cost.ts'
import type { OptimizerContext } from './facts.ts'
import { aggregatePlan } from './physical-aggregate.ts'
import { equalities, joinPlan } from './physical-join.ts'
import { orderedScan, scanPlan } from './physical-scan.ts'
import { outerColumns } from './plans.ts'

/** What choosing needs: the statement's context and its estimator. */
export interface Planner {
  readonly context: OptimizerContext
  readonly estimator: Estimator
  plan(plan: LogicalPlan): PhysicalPlan
  /** An estimate with the node's rows and width. */
  estimate(rows: number, startupCost: number, totalCost: number, outputs: readonly PlanColumn[]): Estimate
}

export const physicalPlan = (plan: LogicalPlan, context: OptimizerContext): PhysicalPlan =>
  new PhysicalPlanner(context).plan(plan)

class PhysicalPlanner implements Planner {
  readonly context: OptimizerContext
  readonly estimator: Estimator

  constructor(context: OptimizerContext) {
    this.context = context
    this.estimator = new Estimator(context)
  }

  estimate(rows: number, startupCost: number, totalCost: number, outputs: readonly PlanColumn[]): Estimate {
    return { rows: Math.max(0, Math.round(rows)), startupCost, totalCost, width: this.estimator.width(outputs) }
  }

  plan(plan: LogicalPlan): PhysicalPlan {
    const { outputs } = plan
    const rows = this.estimator.rows(plan)
    /** Passes its input's rows on as they come, at some cost each. */
    const streaming = (inputs: readonly PhysicalPlan[], perRow: number): Estimate => {
      const startup = inputs[0]?.estimate.startupCost ?? 0
      const below = inputs.reduce((cost, input) => cost + input.estimate.totalCost, 0)
      const through = inputs.reduce((n, input) => n + input.estimate.rows, 0)
      return this.estimate(rows, startup, below + Math.max(rows, through) * perRow, outputs)
    }
    /** Reads its whole input before the first row. */
    const blocking = (inputs: readonly PhysicalPlan[], perRow: number): Estimate => {
      const below = inputs.reduce((cost, input) => cost + input.estimate.totalCost, 0)
      const startup = below + inputs.reduce((n, input) => n + input.estimate.rows, 0) * perRow
      return this.estimate(rows, startup, startup + rows * COST.row, outputs)
    }
    switch (plan.kind) {
      case 'scan':
        return scanPlan(plan, conjuncts(plan.filter), this)
      case 'result':
        return { kind: 'result', outputs, estimate: streaming([], COST.row) }
      case 'values':
        return { kind: 'values-scan', rows: plan.rows, outputs, estimate: streaming([], COST.operator) }
      case 'function':
        return { kind: 'function-scan', item: plan.item, outputs, estimate: streaming([], COST.row) }
      case 'cte-scan': {
        const { cte, positions } = plan
        const kind = plan.working ? 'work-table-scan' : 'cte-scan'
        return { kind, cte, positions, outputs, estimate: streaming([], COST.row) }
      }
      case 'barrier':
        return this.plan(plan.input)
      case 'filter': {
        const input = this.plan(plan.input)
        return {
          kind: 'filter',
          input,
          condition: plan.condition,
          outputs,
          estimate: streaming([input], COST.operator),
        }
      }
      case 'project': {
        const input = this.plan(plan.input)
        const computed = plan.columns.filter((c) => c.expr.kind !== 'column').length
        return {
          kind: 'project',
          input,
          columns: plan.columns,
          outputs,
          estimate: streaming([input], COST.operator * computed),
        }
      }
      case 'project-set': {
        const input = this.plan(plan.input)
        return { kind: 'project-set', input, columns: plan.columns, outputs, estimate: streaming([input], COST.row) }
      }
      case 'join':
        return joinPlan(plan, this)
      case 'apply': {
        const input = this.plan(plan.input)
        const subplan = this.plan(plan.subplan)
        const available = idsOf(plan.input.outputs)
        const parameters = [...outerColumns(plan.subplan)].filter((id) => available.has(id))
        const { form, column, value, test } = plan
        const isOnce = parameters.length === 0
        const hashed = isOnce && form === 'any' ? this.#membership(plan) : null
        const compared = test === null || hashed !== null ? 1 : subplan.estimate.rows
        const perRow = isOnce ? compared * COST.operator : subplan.estimate.totalCost
        const once = isOnce ? subplan.estimate.totalCost : 0
        const total = input.estimate.totalCost + once + input.estimate.rows * perRow
        const estimate = this.estimate(rows, input.estimate.startupCost, total, outputs)
        return { kind: 'apply', input, subplan, form, column, value, test, parameters, hashed, outputs, estimate }
      }
      case 'aggregate':
        return aggregatePlan(plan, this)
      case 'window': {
        const input = this.plan(plan.input)
        const estimate = streaming([input], COST.row * plan.calls.length)
        return { kind: 'window', input, spec: plan.spec, calls: plan.calls, outputs, estimate }
      }
      case 'sort':
        return this.#sort(plan.input, plan.keys, outputs, null)
      case 'limit':
        return this.#limit(plan, rows)
      case 'unique': {
        const input = this.plan(plan.input)
        return { kind: 'unique', input, keys: plan.keys, outputs, estimate: streaming([input], COST.operator) }
      }
      case 'append': {
        const inputs = plan.inputs.map((input) => this.plan(input))
        return { kind: 'append', inputs, outputs, estimate: streaming(inputs, COST.operator) }
      }
      case 'set-operation': {
        const left = this.plan(plan.left)
        const right = this.plan(plan.right)
        const { operation, all } = plan
        const estimate = blocking([left, right], COST.groupRow)
        return { kind: 'hash-set-operation', operation, all, left, right, outputs, estimate }
      }
      case 'recursive-union': {
        const base = this.plan(plan.base)
        const step = this.plan(plan.step)
        const estimate = streaming([base, step], COST.row)
        return { kind: 'recursive-union', cte: plan.cte, base, step, all: plan.all, outputs, estimate }
      }
      case 'with': {
        const ctes = plan.ctes.map((c) => ({ cte: c.cte, plan: this.plan(c.plan) }))
        const input = this.plan(plan.input)
        const below = ctes.reduce((cost, c) => cost + c.plan.estimate.totalCost, input.estimate.totalCost)
        return {
          kind: 'with',
          ctes,
          input,
          outputs,
          estimate: this.estimate(rows, input.estimate.startupCost, below, outputs),
        }
      }
      case 'lock-rows': {
        const input = this.plan(plan.input)
        return { kind: 'lock-rows', input, locks: plan.locks, outputs, estimate: streaming([input], COST.row) }
      }
      case 'insert': {
        const source = plan.source === null ? null : this.plan(plan.source)
        const estimate = streaming(source === null ? [] : [source], COST.row)
        const conflict = plan.conflict === null ? null : this.plan(plan.conflict)
        const checkOptions = this.#checkOptions(plan.checkOptions)
        return { kind: 'insert', query: plan.query, source, conflict, checkOptions, outputs, estimate }
      }
      case 'update': {
        const source = this.plan(plan.source)
        const { query, rowid, tableoid, values } = plan
        const checkOptions = this.#checkOptions(plan.checkOptions)
        const estimate = streaming([source], COST.row)
        return { kind: 'update', query, checkOptions, source, rowid, tableoid, values, outputs, estimate }
      }
      case 'merge': {
        const source = this.plan(plan.source)
        const { query, rowid, tableoid } = plan
        const actions = plan.actions.map(({ condition, values }) => ({
          condition: condition === null ? null : this.plan(condition),
          values: values === null ? null : this.plan(values),
        }))
        return {
          kind: 'merge',
          checkOptions: this.#checkOptions(plan.checkOptions),
          query,
          source,
          rowid,
          tableoid,
          actions,
          outputs,
          estimate: streaming([source], COST.row),
        }
      }
      case 'delete': {
        const source = this.plan(plan.source)
        return {
          kind: 'delete',
          query: plan.query,
          source,
          rowid: plan.rowid,
          tableoid: plan.tableoid,
          outputs,
          estimate: streaming([source], COST.row),
        }
      }
    }
  }

  /** The equality that IN with a subquery comes down to; null when it is not one. */
  #membership({ test, input, subplan }: LogicalPlan & { kind: 'apply' }): JoinKey | null {
    if (!this.context.methods.optimizer) return null
    const { keys, residual } = equalities(test, input.outputs, subplan.outputs)
    const [key, second] = keys
    return key === undefined || second !== undefined || residual.length > 0 ? null : key
  }

  #checkOptions(options: (LogicalPlan & { kind: 'update' })['checkOptions']): CheckOptionPlan[] {
    return options.map((option) => ({ ...option, plan: this.plan(option.plan) }))
  }

  /** Sorted rows: by sorting, or by an index that has them in order. `wanted`: how many are asked for, null: all. */
  #sort(
    input: LogicalPlan,
    keys: readonly SortKey[],
    outputs: readonly PlanColumn[],
    limited: { readonly limit: Expr; readonly offset: Expr | null; readonly wanted: number } | null,
  ): PhysicalPlan {
    const rows = this.estimator.rows(input)
    const below = this.plan(input)
    const wanted = limited === null ? rows : Math.min(rows, limited.wanted)
    const work = limited === null ? sortCost(rows, keys.length) : topSortCost(rows, keys.length, wanted)
    const startup = below.estimate.totalCost + work
    const ordered = this.context.methods.optimizer ? orderedScan(input, keys, this) : null
    if (ordered !== null) {
      const { startupCost, totalCost } = ordered.estimate
      const share = rows > 0 ? wanted / rows : 1
      if (startupCost + (totalCost - startupCost) * share < startup) return ordered
    }
    const estimate = this.estimate(wanted, startup, startup + wanted * COST.operator, outputs)
    return limited === null
      ? { kind: 'sort', input: below, keys, outputs, estimate }
      : { kind: 'top-n', input: below, keys, limit: limited.limit, offset: limited.offset, outputs, estimate }
  }

  /** A sort directly under LIMIT keeps only as many rows as are asked for. */
  #limit(plan: LogicalPlan & { kind: 'limit' }, rows: number): PhysicalPlan {
    const { limit, offset, ties, outputs } = plan
    const sorted = plan.input.kind === 'sort' ? plan.input : null
    const all = this.estimator.rows(plan.input)
    const skipped = offset?.kind === 'const' ? Number(offset.value ?? 0) : 0
    const input =
      sorted === null
        ? this.plan(plan.input)
        : limit === null || ties !== null || !this.context.methods.optimizer
          ? this.#sort(sorted.input, sorted.keys, sorted.outputs, null)
          : this.#sort(sorted.input, sorted.keys, sorted.outputs, { limit, offset, wanted: rows + skipped })
    const { startupCost, totalCost } = input.estimate
    const share = all > 0 ? Math.min(1, (rows + skipped) / all) : 1
    const total = startupCost + (totalCost - startupCost) * share
    return {
      kind: 'limit',
      input,
      limit,
      offset,
      ties,
      outputs,
      estimate: this.estimate(rows, startupCost, total, outputs),
    }
  }
}

const idsOf = (columns: readonly PlanColumn[]): Set<ColumnId> => new Set(columns.map((c) => c.id))
