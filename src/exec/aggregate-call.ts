/** One aggregate call over groups: its arguments, FILTER, DISTINCT and ORDER BY around the function's own state. */
import type { AggregateExpr, Expr, SortKey } from '../analyze/expression.ts'
import type { Accumulator, AggregateFunction, CallTypes, GroupedAggregation } from '../functions/records.ts'
import type { Datum, SqlType } from '../types/sql-type.ts'
import type { Batch } from '../vector/batch.ts'
import type { AnyVector } from '../vector/vector.ts'
import type { ExecutionContext } from './context.ts'
import { compileCondition, compileExpression, type CompiledExpression, type Selector } from './expression/compile.ts'
import { hashKeyOf, KeyTable } from './hash/key-table.ts'
import { PairTable } from './hash/pair-table.ts'
import { interpret, type Compilation, type Evaluator } from './expression/interpret.ts'

export const callTypes = (
  args: readonly { type: SqlType }[],
  result: SqlType,
  context: ExecutionContext,
): CallTypes => ({
  args: args.map((arg) => arg.type),
  result,
  typeOf: (oid) => context.catalog.typeOf(oid),
})

/** DISTINCT of one argument, over values whose sum does not depend on their order (as that of floats does). */
const isUnordered = ({ orderBy, args }: AggregateExpr): boolean =>
  orderBy.length === 0 && args.length === 1 && args[0]?.type.physical !== 'float64' && args[0]?.type.hashKey !== null

export class AggregateCall {
  readonly #args: readonly CompiledExpression[]
  readonly #filter: Selector | null
  readonly #state: GroupedAggregation

  constructor(call: AggregateExpr, scope: Compilation) {
    this.#args = call.args.map((arg) => compileExpression(arg, scope, { transient: true }))
    this.#filter = call.filter === null ? null : compileCondition(call.filter, scope)
    const types = callTypes(call.args, call.type, scope.context)
    const fn = call.function
    const plain = !call.distinct && call.orderBy.length === 0
    if (plain && fn.grouped !== undefined) this.#state = fn.grouped(types)
    else if (plain) this.#state = new RowwiseAggregation(fn, types, scope.context)
    else if (isUnordered(call) && fn.grouped !== undefined) {
      this.#state = new DistinctAggregation(call.args[0] as Expr, fn.grouped(types))
    } else this.#state = new SortedAggregation(call, types, scope)
  }

  add(batch: Batch, groups: Int32Array): void {
    const rows = this.#filter === null ? batch : this.#filter(batch)
    if (rows === null) return
    const args = this.#args.map((arg) => arg.vector(rows))
    this.#state.update(rows, rows === batch ? groups : groupsWithin(batch, rows, groups), args, null)
  }

  finish(group: number): Datum {
    return this.#state.finish(group)
  }
}

/** Groups of the rows that a condition left: a part of the batch's rows in the same order. */
const groupsWithin = (batch: Batch, rows: Batch, groups: Int32Array): Int32Array => {
  const out = new Int32Array(rows.count)
  let kept = 0
  for (let k = 0; k < groups.length && kept < out.length; k++) {
    if (batch.position(k) === rows.position(kept)) out[kept++] = groups[k] as number
  }
  return out
}

/** DISTINCT where the order of values does not matter: only the first row of each value and group is passed on. */
class DistinctAggregation implements GroupedAggregation {
  readonly #values: KeyTable
  readonly #pairs = new PairTable()
  readonly #inner: GroupedAggregation

  constructor(arg: Expr, inner: GroupedAggregation) {
    this.#values = new KeyTable([hashKeyOf(arg)], true)
    this.#inner = inner
  }

  update(batch: Batch, groups: Int32Array, args: readonly AnyVector[]): void {
    const pairs = this.#values.add(batch, args)
    let seen = this.#pairs.count
    this.#pairs.add(pairs, groups)
    const added = this.#pairs.count - seen
    if (added === 0) return
    const positions = new Int32Array(added)
    const groupsAdded = new Int32Array(added)
    let found = 0
    for (let k = 0; found < added; k++) {
      // New pairs are numbered in the order of their first rows.
      if (pairs[k] !== seen) continue
      seen++
      positions[found] = batch.position(k)
      groupsAdded[found++] = groups[k] as number
    }
    this.#inner.update(batch.select(positions), groupsAdded, args, null)
  }

  finish(group: number): Datum {
    return this.#inner.finish(group)
  }
}

/** Any aggregate, a row at a time. */
class RowwiseAggregation implements GroupedAggregation {
  readonly #fn: AggregateFunction
  readonly #types: CallTypes
  readonly #context: ExecutionContext
  readonly #accumulators: Accumulator[] = []

  constructor(fn: AggregateFunction, types: CallTypes, context: ExecutionContext) {
    this.#fn = fn
    this.#types = types
    this.#context = context
  }

  update(batch: Batch, groups: Int32Array, args: readonly AnyVector[], mask: Uint8Array | null): void {
    for (let k = 0; k < groups.length; k++) {
      if (mask !== null && mask[k] === 0) continue
      const position = batch.position(k)
      const values = args.map((arg) => arg.get(position))
      if (this.#fn.skipNulls && values.includes(null)) continue
      this.#of(groups[k] as number).add(this.#context.eval, ...values)
    }
  }

  #of(group: number): Accumulator {
    this.#accumulators[group] ??= this.#fn.create(this.#types)
    return this.#accumulators[group]
  }

  finish(group: number): Datum {
    return this.#of(group).result(this.#context.eval)
  }
}

interface CollectedRow {
  readonly args: Datum[]
  readonly keys: Datum[]
}

/** DISTINCT and ORDER BY: rows are kept per group, ordered and made unique before they are aggregated. */
class SortedAggregation implements GroupedAggregation {
  readonly #call: AggregateExpr
  readonly #types: CallTypes
  readonly #context: ExecutionContext
  readonly #keys: readonly Evaluator[]
  readonly #groups: CollectedRow[][] = []

  constructor(call: AggregateExpr, types: CallTypes, scope: Compilation) {
    this.#call = call
    this.#types = types
    this.#context = scope.context
    this.#keys = call.orderBy.map((key) => interpret(key.expr, scope))
  }

  update(batch: Batch, groups: Int32Array, args: readonly AnyVector[], mask: Uint8Array | null): void {
    for (let k = 0; k < groups.length; k++) {
      if (mask !== null && mask[k] === 0) continue
      const position = batch.position(k)
      const group = groups[k] as number
      this.#groups[group] ??= []
      this.#groups[group].push({
        args: args.map((arg) => arg.get(position)),
        keys: this.#keys.map((key) => key(batch, position)),
      })
    }
  }

  finish(group: number): Datum {
    const { function: fn, distinct, orderBy } = this.#call
    let rows = this.#groups[group] ?? []
    if (fn.skipNulls) rows = rows.filter((row) => !row.args.includes(null))
    if (orderBy.length > 0) rows.sort(rowComparator(orderBy))
    if (distinct) rows = this.#unique(rows)
    const accumulator = fn.create(this.#types)
    for (const row of rows) accumulator.add(this.#context.eval, ...row.args)
    return accumulator.result(this.#context.eval)
  }

  /** The first of each set of equal arguments; without ORDER BY in the arguments' order, as PostgreSQL's sort leaves them. */
  #unique(rows: CollectedRow[]): CollectedRow[] {
    const { args, orderBy } = this.#call
    const seen = new Set<string>()
    const unique = rows.filter((row) => {
      const key = row.args
        .map((value, i) => (value === null ? 'n' : `v${String(args[i]?.type.hashKey?.(value))}`))
        .join('\u0000')
      if (seen.has(key)) return false
      seen.add(key)
      return true
    })
    if (orderBy.length > 0) return unique
    const keys = args.map((expr): SortKey => ({ expr, descending: false, nullsFirst: false }))
    const compare = rowComparator(keys)
    return unique.sort((a, b) => compare({ args: a.args, keys: a.args }, { args: b.args, keys: b.args }))
  }
}

const rowComparator = (keys: readonly SortKey[]) => {
  return (a: CollectedRow, b: CollectedRow): number => {
    for (const [i, key] of keys.entries()) {
      const x = a.keys[i]
      const y = b.keys[i]
      if (x === null || y === null) {
        if (x === y) continue
        return (x === null) === key.nullsFirst ? -1 : 1
      }
      const order = key.expr.type.compare?.(x, y) ?? 0
      if (order !== 0) return key.descending ? -order : order
    }
    return 0
  }
}
