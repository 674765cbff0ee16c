/** Expressions as operators use them: a value at a position, a vector over a batch, a selection by a condition. */
import type { Expr } from '../../analyze/expression.ts'
import { conjuncts } from '../../analyze/nodes.ts'
import type { PlanColumn } from '../../plan/physical.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import type { Batch } from '../../vector/batch.ts'
import { ConstantVector, vectorOf, type AnyVector } from '../../vector/vector.ts'
import type { Compilation, Evaluator, Layout } from './evaluator.ts'
import { interpret, ONE_ROW } from './interpret.ts'
import { selectorOf, vectorize, type Selector, type VectorEvaluator } from './vectorize.ts'

export { ONE_ROW } from './interpret.ts'
export type { Selector } from './vectorize.ts'

export interface CompiledExpression {
  readonly type: SqlType
  /** The value at a physical position. */
  readonly value: Evaluator
  /** Values at the live positions of a batch; anything elsewhere. */
  vector(batch: Batch): AnyVector
}

export const layoutOf = (columns: readonly PlanColumn[]): Layout => new Map(columns.map((column, i) => [column.id, i]))

/** With fewer live rows than this a batch is interpreted. */
const VECTOR_ROWS = 64

/** With `transient` a vector is good until the next one is asked for: for consumers that keep none. */
export const compileExpression = (
  expr: Expr,
  scope: Compilation,
  { transient = false }: { readonly transient?: boolean } = {},
): CompiledExpression => {
  const value = interpret(expr, scope)
  const { type } = expr
  if (expr.kind === 'column') {
    const index = scope.layout.get(expr.id)
    if (index !== undefined) return { type, value, vector: (batch) => batch.columns[index] as AnyVector }
  }
  if (expr.kind === 'const') return { type, value, vector: (batch) => new ConstantVector(expr.value, batch.length) }
  let vectorized: VectorEvaluator | null = null
  return {
    type,
    value,
    vector: (batch) => {
      if (batch.count >= VECTOR_ROWS) {
        vectorized ??= vectorize(expr, scope, transient)
        return vectorized(batch)
      }
      if (batch.length === 1) return new ConstantVector(value(batch, 0), 1)
      const values = new Array<Datum>(batch.length).fill(null)
      for (let k = 0; k < batch.count; k++) values[batch.position(k)] = value(batch, batch.position(k))
      return vectorOf(type, values)
    },
  }
}

/** Keeps the live rows for which a condition is true: null when there is none. */
export const compileCondition = (condition: Expr, scope: Compilation): Selector => {
  // What follows a condition that is not true is not looked at, be it false or NULL.
  const tests = conjuncts(condition).map((part) => interpret(part, scope))
  let vectorized: Selector | null = null
  return (batch) => {
    const count = batch.count
    if (count >= VECTOR_ROWS) {
      vectorized ??= selectorOf(condition, scope)
      return vectorized(batch)
    }
    const selected = new Int32Array(count)
    let kept = 0
    for (let k = 0; k < count; k++) {
      const position = batch.position(k)
      if (tests.every((test) => test(batch, position) === true)) selected[kept++] = position
    }
    if (kept === 0) return null
    return kept === count ? batch : batch.select(selected.subarray(0, kept))
  }
}

/** The value of an expression that mentions no input column (bounds, LIMIT, VALUES items). */
export const evaluateScalar = (expr: Expr, scope: Compilation): Datum => interpret(expr, scope)(ONE_ROW, 0)
