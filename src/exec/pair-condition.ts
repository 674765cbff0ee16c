/** A condition over pairs of rows of two batches, tested many pairs at a time. */
import type { Expr } from '../analyze/expression.ts'
import { mentionedColumns } from '../analyze/walk.ts'
import type { PlanColumn } from '../plan/physical.ts'
import { Batch } from '../vector/batch.ts'
import { gather } from '../vector/gather.ts'
import { ConstantVector, type AnyVector } from '../vector/vector.ts'
import type { ExecutionContext } from './context.ts'
import { compileCondition, layoutOf, type Selector } from './expression/compile.ts'

const UNUSED = new ConstantVector(null, 0)

export class PairCondition {
  readonly #select: Selector
  /** Whether the condition mentions the column, for the left side's columns and then the right's. */
  readonly #used: readonly boolean[]

  constructor(condition: Expr, left: readonly PlanColumn[], right: readonly PlanColumn[], context: ExecutionContext) {
    const columns = [...left, ...right]
    const mentioned = mentionedColumns(condition)
    this.#used = columns.map((column) => mentioned.has(column.id))
    this.#select = compileCondition(condition, { context, layout: layoutOf(columns) })
  }

  /**
   * Which of the pairs (leftRows[i], rightRows[i]), i < count, satisfy the condition: their indices in order.
   * The rows are physical positions.
   */
  test(left: Batch, leftRows: Int32Array, right: Batch, rightRows: Int32Array, count: number): Int32Array {
    if (count === 0) return new Int32Array(0)
    const columns = [
      ...left.columns.map((column, i): AnyVector => (this.#used[i] ? gather(column, leftRows, count) : UNUSED)),
      ...right.columns.map(
        (column, i): AnyVector => (this.#used[left.columns.length + i] ? gather(column, rightRows, count) : UNUSED),
      ),
    ]
    const passed = this.#select(new Batch(columns, count))
    if (passed === null) return new Int32Array(0)
    return passed.selection ?? firstIndices(count)
  }
}

let indices = new Int32Array(0)

/** 0 … count - 1; the array is shared, so it is only read. */
const firstIndices = (count: number): Int32Array => {
  if (indices.length < count) {
    indices = new Int32Array(count)
    for (let i = 0; i < count; i++) indices[i] = i
  }
  return indices.subarray(0, count)
}
