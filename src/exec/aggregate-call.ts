/** One aggregate call over groups: its arguments, FILTER, DISTINCT and ORDER BY around the function's own state. */
import type { AggregateExpr, Expr } from '../analyze/expression.ts'
import type { Accumulator, AggregateFunction, CallTypes, GroupedAggregation } from '../functions/records.ts'
import type { Datum, SqlType } from '../types/sql-type.ts'
import type { Batch } from '../vector/batch.ts'
import { datumBytes } from '../vector/size.ts'
import type { AnyVector } from '../vector/vector.ts'
import type { Wait } from '../vector/wait.ts'
import type { ExecutionContext } from './context.ts'
import { compileCondition, compileExpression, type CompiledExpression, type Selector } from './expression/compile.ts'
import type { OperatorCompilation } from './expression/evaluator.ts'
import { DistinctAggregation } from './distinct-aggregation.ts'
import { SortedAggregation } from './sorted-aggregation.ts'

export const callTypes = (
  args: readonly { type: SqlType }[],
  result: SqlType,
  context: ExecutionContext,
  columns?: CallTypes['columns'],
): CallTypes => ({
  args: args.map((arg) => arg.type),
  result,
  ...(columns === undefined ? {} : { columns }),
  typeOf: (oid) => context.catalog.typeOf(oid),
})

/** DISTINCT of one argument, over values whose sum does not depend on their order (as that of floats does). */
const isUnordered = ({ orderBy, args }: AggregateExpr): boolean =>
  orderBy.length === 0 && args.length === 1 && args[0]?.type.physical !== 'float64' && args[0]?.type.hashKey !== null

/** Bytes of a group's state in typed arrays, and as an accumulator. */
const STATE_BYTES = 48
const ACCUMULATOR_BYTES = 128

/** Aggregation that keeps rows, and puts those on disk that memory has no room for. */
export interface RowKeeping extends GroupedAggregation {
  /** Waits while rows are written; called between updates. */
  held(): Wait | null
  /** Reads rows back, once all are there; null when every group's value is ready. */
  settle(): Wait | null
  close(): void
}

export class AggregateCall {
  readonly #args: readonly CompiledExpression[]
  readonly #filter: Selector | null
  readonly #state: GroupedAggregation
  readonly #keeping: RowKeeping | null
  /** Rows of which every one makes the state larger. */
  readonly #growing: RowwiseAggregation | null

  constructor(call: AggregateExpr, scope: OperatorCompilation) {
    this.#args = call.args.map((arg) => compileExpression(arg, scope, { transient: true }))
    this.#filter = call.filter === null ? null : compileCondition(call.filter, scope)
    const types = { ...callTypes(call.args, call.type, scope.context), order: call.orderBy }
    const fn = call.function
    const plain = !call.distinct && call.orderBy.length === 0
    if (plain) {
      this.#keeping = null
      this.#growing = fn.grouped === undefined ? new RowwiseAggregation(fn, types, scope.context) : null
      this.#state = this.#growing ?? (fn.grouped?.(types) as GroupedAggregation)
    } else {
      this.#growing = null
      this.#keeping =
        isUnordered(call) && fn.grouped !== undefined
          ? new DistinctAggregation(call.args[0] as Expr, fn.grouped(types), scope.context)
          : new SortedAggregation(call, types, scope)
      this.#state = this.#keeping
    }
  }

  /** Bytes that the states of so many groups take, without rows that go to disk when they take too much. */
  bytes(groups: number): number {
    return this.#growing === null ? groups * STATE_BYTES : groups * ACCUMULATOR_BYTES + this.#growing.collected
  }

  held(): Wait | null {
    return this.#keeping?.held() ?? null
  }

  settle(): Wait | null {
    return this.#keeping?.settle() ?? null
  }

  close(): void {
    this.#keeping?.close()
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

/** Any aggregate, a row at a time. */
class RowwiseAggregation implements GroupedAggregation {
  readonly #fn: AggregateFunction
  readonly #types: CallTypes
  readonly #context: ExecutionContext
  readonly #accumulators: Accumulator[] = []
  /** The function's value is made of all its arguments, so its state holds them. */
  readonly #collects: boolean
  /** Bytes of the arguments that states hold, as an estimate. */
  collected = 0

  constructor(fn: AggregateFunction, types: CallTypes, context: ExecutionContext) {
    this.#fn = fn
    this.#types = types
    this.#context = context
    this.#collects = types.result.physical === 'text' || types.result.physical === 'any'
  }

  update(batch: Batch, groups: Int32Array, args: readonly AnyVector[], mask: Uint8Array | null): void {
    for (let k = 0; k < groups.length; k++) {
      if (mask !== null && mask[k] === 0) continue
      const position = batch.position(k)
      const values = args.map((arg) => arg.get(position))
      if (this.#fn.skipNulls && values.includes(null)) continue
      if (this.#collects) for (const value of values) this.collected += datumBytes(value)
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
