/**
 * Query trees to logical plans, clause by clause in SQL's order of meaning. Subqueries in expressions become `apply`
 * nodes below the node that uses their value; the optimizer turns most of them into joins.
 */
import { isSecurityBarrier } from '../catalog/view-options.ts'
import { conjuncts, isModification, mapChildren, sameExpr } from '../analyze/nodes.ts'
import type { Expr, SortKey } from '../analyze/expression.ts'
import type {
  Cte,
  DmlQuery,
  FromItem,
  OutputColumn,
  Query,
  SelectQuery,
  SetOperationQuery,
  ValuesQuery,
} from '../analyze/query.ts'
import { planGrouping } from './build-grouping.ts'
import { projectSet, setsAfterUnique } from './build-project-set.ts'
import { planWindows, type SubqueryBuilder } from './build-windows.ts'
import { buildModify, type QueryBuilder } from './build-modify.ts'
import {
  barrier,
  containsSet,
  containsSubquery,
  crossJoin,
  isLateral,
  narrow,
  planColumn,
  refer,
  renameOutputs,
  RESULT,
  rowAddress,
  rowidColumn,
  scanOf,
  tableoidColumn,
  type BuildContext,
  type RowAddress,
} from './build-nodes.ts'
import type { LogicalPlan } from './logical.ts'
import type { ComputedColumn, PlanColumn } from './physical.ts'

export const buildPlan = (context: BuildContext, query: Query | DmlQuery): LogicalPlan => {
  const builder = new Builder(context)
  return builder.any(query)
}

class Builder implements QueryBuilder {
  readonly context: BuildContext

  constructor(context: BuildContext) {
    this.context = context
  }

  any(query: Query | DmlQuery): LogicalPlan {
    switch (query.kind) {
      case 'insert':
      case 'update':
      case 'delete':
      case 'merge':
        return this.withCtes(query.ctes, buildModify(this, query))
      default:
        return this.query(query)
    }
  }

  query(query: Query): LogicalPlan {
    return this.withCtes(query.ctes, this.#body(query))
  }

  #body(query: Query): LogicalPlan {
    switch (query.kind) {
      case 'select':
        return this.#select(query)
      case 'set-operation':
        return this.#ordered(this.#setOperation(query), query)
      case 'values':
        return this.#ordered(this.#values(query), query)
    }
  }

  withCtes(ctes: readonly Cte[], input: LogicalPlan): LogicalPlan {
    const needed = ctes.filter((cte) => cte.references > 0 || isModification(cte.query))
    if (needed.length === 0) return input
    const plans = needed.map((cte) => ({ cte, plan: this.#cte(cte) }))
    return { kind: 'with', ctes: plans, input, outputs: input.outputs }
  }

  #cte(cte: Cte): LogicalPlan {
    const { recursive } = cte
    if (recursive === null) return this.any(cte.query)
    const base = this.query(recursive.base)
    const step = this.query(recursive.step)
    return {
      kind: 'recursive-union',
      cte,
      base,
      step,
      all: recursive.all,
      outputs: cte.columns.map(planColumn),
    }
  }

  #values(query: ValuesQuery): LogicalPlan {
    const outputs = query.outputs.map(planColumn)
    const plain = query.rows.every((row) => row.every((e) => !containsSubquery(e) && !containsSet(e)))
    if (plain) return { kind: 'values', rows: query.rows, outputs }
    // Rows with subqueries or set-returning functions are computed one by one.
    const inputs = query.rows.map((row) => {
      const columns = row.map((expr) => ({ id: this.context.freshColumn(), expr }))
      return this.project(
        RESULT,
        columns,
        query.outputs.map((c) => c.name),
      )
    })
    return { kind: 'append', inputs, outputs }
  }

  #setOperation(query: SetOperationQuery): LogicalPlan {
    const left = this.query(query.left)
    const right = this.query(query.right)
    const outputs = query.outputs.map(planColumn)
    if (query.operation !== 'union') {
      return { kind: 'set-operation', operation: query.operation, all: query.all, left, right, outputs }
    }
    if (query.all) return { kind: 'append', inputs: [left, right], outputs }
    const inner = outputs.map((c) => ({ ...c, id: this.context.freshColumn() }))
    return this.#distinct({ kind: 'append', inputs: [left, right], outputs: inner }, outputs)
  }

  /** Groups by every column; `outputs` names the results. */
  #distinct(input: LogicalPlan, outputs: readonly PlanColumn[]): LogicalPlan {
    const groupBy = input.outputs.map((column, i) => ({
      id: (outputs[i] as PlanColumn).id,
      expr: { kind: 'column', id: column.id, name: column.name, type: column.type, typmod: -1 } as Expr,
    }))
    const sets = [groupBy.map((_, i) => i)]
    return { kind: 'aggregate', input, groupBy, sets, aggregates: [], groupings: [], outputs }
  }

  #ordered(input: LogicalPlan, query: SetOperationQuery | ValuesQuery): LogicalPlan {
    const sorted: LogicalPlan =
      query.orderBy.length === 0 ? input : { kind: 'sort', input, keys: query.orderBy, outputs: input.outputs }
    return this.#limited(sorted, query)
  }

  #limited(input: LogicalPlan, query: Query): LogicalPlan {
    if (query.limit === null && query.offset === null) return input
    return this.#limit(input, query, query.withTies ? query.orderBy : null)
  }

  /** LIMIT and OFFSET; subqueries in them are computed once, before the rows. */
  #limit(input: LogicalPlan, { limit, offset }: Query, ties: readonly SortKey[] | null): LogicalPlan {
    const bounds = [limit, offset].filter((bound) => bound !== null)
    const { outputs } = input
    if (!bounds.some(containsSubquery)) return { kind: 'limit', input, limit, offset, ties, outputs }
    const { plan, exprs } = this.applySubqueries(RESULT, bounds)
    const counts = limit === null ? [null, exprs[0] ?? null] : [exprs[0] ?? null, exprs[1] ?? null]
    const [first = null, second = null] = counts
    const limited: LogicalPlan = { kind: 'limit', input, limit: first, offset: second, ties, outputs }
    return narrow(crossJoin(plan, limited, true), outputs)
  }

  #select(query: SelectQuery): LogicalPlan {
    const rowids = new Map<object, RowAddress>()
    for (const lock of query.locks) for (const item of lock.items) rowids.set(item, rowAddress(item, this.context))
    let plan = this.from(query.from, rowids)
    if (query.where !== null) plan = this.filter(plan, query.where)
    let replace = (expr: Expr): Expr => expr
    if (query.aggregated) ({ plan, replace } = planGrouping(this, plan, query))
    if (query.having !== null) plan = this.filter(plan, replace(query.having))
    const targets = query.targets.map((t) => ({ ...t, expr: replace(t.expr) }))
    let keys = query.orderBy.map((key) => ({ ...key, expr: replace(key.expr) }))
    let distinctOn = typeof query.distinct === 'string' ? [] : query.distinct.map(replace)
    if (query.windows.length > 0) {
      const windowed = planWindows(
        this,
        plan,
        query,
        targets.map((t) => t.expr).concat(keys.map((k) => k.expr)),
        replace,
      )
      plan = windowed.plan
      for (const [i, t] of targets.entries()) targets[i] = { ...t, expr: windowed.replace(t.expr) }
      keys = keys.map((key) => ({ ...key, expr: windowed.replace(key.expr) }))
      distinctOn = distinctOn.map(windowed.replace)
    }
    return this.#deliver(plan, query, targets, keys, distinctOn, rowids)
  }

  /** Select list, DISTINCT, ORDER BY, locks and LIMIT over a level's finished rows. */
  #deliver(
    input: LogicalPlan,
    query: SelectQuery,
    targets: readonly { column: OutputColumn; expr: Expr }[],
    keys: readonly SortKey[],
    distinctOn: readonly Expr[],
    rowids: ReadonlyMap<object, RowAddress>,
  ): LogicalPlan {
    const columns: ComputedColumn[] = targets.map((t) => ({ id: t.column.id, expr: t.expr }))
    const names = targets.map((t) => t.column.name)
    const visible = targets.length
    /** The column that holds an expression, added as a hidden one when no target does. */
    const holding = (expr: Expr): Expr => {
      let i = columns.findIndex((c) => sameExpr(c.expr, expr))
      if (i < 0) {
        i = columns.push({ id: this.context.freshColumn(), expr }) - 1
        names.push('?column?')
      }
      const { id } = columns[i] as ComputedColumn
      return { kind: 'column', id, name: names[i] as string, type: expr.type, typmod: expr.typmod }
    }
    const sortKeys = keys.map((key) => ({ ...key, expr: holding(key.expr) }))
    const uniqueKeys = distinctOn.map(holding)
    for (const { rowid, tableoid } of rowids.values()) {
      columns.push({ id: rowid, expr: rowidColumn(this.context, rowid) })
      names.push('ctid')
      if (tableoid === null) continue
      columns.push({ id: tableoid, expr: tableoidColumn(this.context, tableoid) })
      names.push('tableoid')
    }
    let plan: LogicalPlan
    if (query.distinct === 'all') {
      const inner = columns.map(({ expr }) => ({ id: this.context.freshColumn(), expr }))
      const all = this.project(input, inner, names)
      plan = this.#distinct(
        all,
        all.outputs.map((c, i) => ({ ...c, id: (columns[i] as ComputedColumn).id })),
      )
    } else if (distinctOn.length > 0) plan = this.#distinctOn(input, columns, names, sortKeys, uniqueKeys)
    else plan = this.project(input, columns, names)
    const outputs = plan.outputs.slice(0, visible)
    if (distinctOn.length === 0 && sortKeys.length > 0)
      plan = { kind: 'sort', input: plan, keys: sortKeys, outputs: plan.outputs }
    if (query.locks.length > 0) {
      const locks = query.locks.flatMap((lock) =>
        lock.items.map((item) => ({ lock, item, ...(rowids.get(item) as RowAddress) })),
      )
      plan = { kind: 'lock-rows', input: plan, locks, outputs: plan.outputs }
    }
    if (query.limit !== null || query.offset !== null) {
      plan = this.#limit(plan, query, query.withTies ? sortKeys : null)
    }
    return plan.outputs.length === visible ? plan : narrow(plan, outputs)
  }

  #distinctOn(
    input: LogicalPlan,
    columns: readonly ComputedColumn[],
    names: readonly string[],
    sortKeys: readonly SortKey[],
    uniqueKeys: readonly Expr[],
  ): LogicalPlan {
    const late = sortKeys.length === 0 ? null : setsAfterUnique(input, columns, sortKeys, uniqueKeys)
    const computed =
      late === null
        ? this.project(input, columns, names)
        : this.project(
            input,
            late.before,
            late.before.map(() => '?column?'),
          )
    const { outputs } = computed
    const missing = uniqueKeys.filter((e) => !sortKeys.some((k) => sameExpr(k.expr, e)))
    const keys = [...missing.map((expr) => ({ expr, descending: false, nullsFirst: false })), ...sortKeys]
    const sorted: LogicalPlan = { kind: 'sort', input: computed, keys, outputs }
    const unique: LogicalPlan = { kind: 'unique', input: sorted, keys: uniqueKeys, outputs }
    return late === null ? unique : this.project(unique, late.after, names)
  }

  /** Computes columns over an input, with subqueries applied below and set-returning calls expanded. */
  project(input: LogicalPlan, columns: readonly ComputedColumn[], names: readonly string[]): LogicalPlan {
    const { plan, exprs } = this.applySubqueries(
      input,
      columns.map((c) => c.expr),
    )
    const computed = columns.map((c, i) => ({ id: c.id, expr: exprs[i] as Expr }))
    const outputs = computed.map((c, i) => ({ id: c.id, name: names[i] as string, type: c.expr.type }))
    if (!computed.some((c) => containsSet(c.expr))) return { kind: 'project', input: plan, columns: computed, outputs }
    return projectSet(this.context, plan, computed, outputs)
  }

  filter(input: LogicalPlan, condition: Expr): LogicalPlan {
    let plan = input
    const rest: Expr[] = []
    for (const conjunct of conjuncts(condition)) {
      const { plan: applied, exprs } = this.applySubqueries(plan, [conjunct])
      plan = applied
      rest.push(exprs[0] as Expr)
    }
    for (const expr of rest) plan = { kind: 'filter', input: plan, condition: expr, outputs: plan.outputs }
    return plan.outputs.length === input.outputs.length ? plan : narrow(plan, input.outputs)
  }

  /** Puts an `apply` below for every subquery in the expressions and answers them over its columns. */
  readonly applySubqueries: SubqueryBuilder['applySubqueries'] = (input, exprs) => {
    let plan = input
    const pulled = new Map<Expr, Expr>()
    const pull = (expr: Expr): Expr => {
      if (expr.kind !== 'subquery') return mapChildren(expr, pull)
      // One that stands in several places runs once.
      const known = pulled.get(expr)
      if (known !== undefined) return known
      const test = expr.test === null ? null : pull(expr.test)
      const subplan = this.query(expr.query)
      const column: PlanColumn = { id: this.context.freshColumn(), name: 'subquery', type: expr.type }
      const value = expr.form === 'scalar' || expr.form === 'array' ? (subplan.outputs[0] as PlanColumn).id : null
      plan = {
        kind: 'apply',
        input: plan,
        subplan,
        form: expr.form,
        column,
        value,
        test,
        outputs: [...plan.outputs, column],
      }
      const answer: Expr = { kind: 'column', id: column.id, name: column.name, type: expr.type, typmod: expr.typmod }
      pulled.set(expr, answer)
      return answer
    }
    const replaced = exprs.map(pull)
    return { plan, exprs: replaced }
  }

  from(items: readonly FromItem[], rowids: ReadonlyMap<object, RowAddress>): LogicalPlan {
    let plan: LogicalPlan | null = null
    for (const item of items) {
      const next = this.fromItem(item, rowids)
      plan = plan === null ? next : crossJoin(plan, next, isLateral(item))
    }
    return plan ?? RESULT
  }

  /** Only the rows that policies show; conditions of the statement look at no others. */
  secured(input: LogicalPlan, conditions: readonly Expr[]): LogicalPlan {
    if (conditions.length === 0) return input
    const filter = conditions.reduce((plan, condition) => this.filter(plan, condition), input)
    return barrier(filter)
  }

  fromItem(item: FromItem, rowids: ReadonlyMap<object, RowAddress>): LogicalPlan {
    switch (item.kind) {
      case 'table':
        return this.secured(scanOf(item, rowids.get(item) ?? null, this.context), item.security ?? [])
      case 'subquery': {
        const plan = this.query(item.query)
        const renamed = renameOutputs(plan, item.columns.map(planColumn))
        return item.view !== undefined && isSecurityBarrier(item.view) ? barrier(renamed) : renamed
      }
      case 'cte':
        return {
          kind: 'cte-scan',
          cte: item.cte,
          positions: item.columns.map((_, i) => i),
          working: item.recursiveReference,
          outputs: item.columns.map(planColumn),
        }
      case 'function':
        return this.#function(item)
      case 'join': {
        const left = this.fromItem(item.left, rowids)
        const right = this.fromItem(item.right, rowids)
        return this.#join(item, left, right)
      }
    }
  }

  joined(type: 'left' | 'inner', left: LogicalPlan, right: LogicalPlan, condition: Expr): LogicalPlan {
    const outputs = [...left.outputs, ...right.outputs]
    if (type === 'left' && containsSubquery(condition)) {
      const matching = this.filter(right, condition)
      return { kind: 'join', type, left, right: matching, condition: null, lateral: true, nullAware: false, outputs }
    }
    if (containsSubquery(condition)) return this.filter(crossJoin(left, right, false), condition)
    return { kind: 'join', type, left, right, condition, lateral: false, nullAware: false, outputs }
  }

  #function(item: FromItem & { kind: 'function' }): LogicalPlan {
    const args = item.calls.flatMap((call) => call.args)
    const outputs = item.columns.map(planColumn)
    if (!args.some(containsSubquery)) return { kind: 'function', item, outputs }
    // Subqueries in the arguments are computed first; the function is lateral to them.
    const { plan, exprs } = this.applySubqueries(RESULT, args)
    let next = 0
    const calls = item.calls.map((call) => ({ ...call, args: call.args.map(() => exprs[next++] as Expr) }))
    const scan: LogicalPlan = { kind: 'function', item: { ...item, calls }, outputs }
    return narrow(crossJoin(plan, scan, true), outputs)
  }

  #join(item: FromItem & { kind: 'join' }, left: LogicalPlan, right: LogicalPlan): LogicalPlan {
    const lateral = isLateral(item.right)
    let plan: LogicalPlan
    const { condition } = item
    if (condition !== null && containsSubquery(condition))
      plan = this.#joinWithSubquery(item, condition, left, right, lateral)
    else {
      const outputs = [...left.outputs, ...right.outputs]
      plan = { kind: 'join', type: item.type, left, right, condition, lateral, nullAware: false, outputs }
    }
    if (item.merged.length === 0) return plan
    const columns = [
      ...plan.outputs.map((c) => ({ id: c.id, expr: refer(c) })),
      ...item.merged.map((m) => ({ id: m.column.id, expr: m.expr })),
    ]
    const outputs = [...plan.outputs, ...item.merged.map((m) => planColumn(m.column))]
    return { kind: 'project', input: plan, columns, outputs }
  }

  /** ON with a subquery: inner joins filter above; outer joins run the right side per left row with the condition inside. */
  #joinWithSubquery(
    item: FromItem & { kind: 'join' },
    condition: Expr,
    left: LogicalPlan,
    right: LogicalPlan,
    lateral: boolean,
  ): LogicalPlan {
    if (item.type === 'inner') return this.filter(crossJoin(left, right, lateral), condition)
    const [outer, inner] = item.type === 'right' ? [right, left] : [left, right]
    const matching = this.filter(inner, condition)
    const outputs = [...outer.outputs, ...inner.outputs]
    return {
      kind: 'join',
      type: 'left',
      left: outer,
      right: matching,
      condition: null,
      lateral: true,
      nullAware: false,
      outputs,
    }
  }
}
