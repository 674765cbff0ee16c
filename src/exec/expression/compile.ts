/** Expressions as operators use them: a value at a position, a vector over a batch, a selection by a condition. */
import type { Expr } from '../../analyze/expression.ts'
import type { PlanColumn } from '../../plan/physical.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import { Batch } from '../../vector/batch.ts'
import { ConstantVector, vectorOf, type AnyVector } from '../../vector/vector.ts'
import { interpret, type Compilation, type Evaluator, type Layout } from './interpret.ts'

export interface CompiledExpression {
  readonly type: SqlType
  /** The value at a physical position. */
  readonly value: Evaluator
  /** Values at the live positions of a batch; anything elsewhere. */
  vector(batch: Batch): AnyVector
}

export const layoutOf = (columns: readonly PlanColumn[]): Layout => new Map(columns.map((column, i) => [column.id, i]))

export const compileExpression = (expr: Expr, scope: Compilation): CompiledExpression => {
  const value = interpret(expr, scope)
  const { type } = expr
  if (expr.kind === 'column') {
    const index = scope.layout.get(expr.id)
    if (index !== undefined) return { type, value, vector: (batch) => batch.columns[index] as AnyVector }
  }
  if (expr.kind === 'const') return { type, value, vector: (batch) => new ConstantVector(expr.value, batch.length) }
  return {
    type,
    value,
    vector: (batch) => {
      const values = new Array<Datum>(batch.length).fill(null)
      const { selection } = batch
      if (selection === null) for (let i = 0; i < batch.length; i++) values[i] = value(batch, i)
      else for (const i of selection) values[i] = value(batch, i)
      return vectorOf(type, values)
    },
  }
}

/** Keeps the live rows for which a condition is true. */
export type Selector = (batch: Batch) => Batch | null

export const compileCondition = (condition: Expr, scope: Compilation): Selector => {
  const test = interpret(condition, scope)
  return (batch) => {
    const count = batch.count
    const selected = new Int32Array(count)
    let kept = 0
    for (let k = 0; k < count; k++) {
      const position = batch.position(k)
      if (test(batch, position) === true) selected[kept++] = position
    }
    if (kept === 0) return null
    return kept === count ? batch : batch.select(selected.subarray(0, kept))
  }
}

/** A batch without columns and with one row: where expressions free of columns are evaluated. */
export const ONE_ROW = new Batch([], 1)

/** The value of an expression that mentions no input column (bounds, LIMIT, VALUES items). */
export const evaluateScalar = (expr: Expr, scope: Compilation): Datum => interpret(expr, scope)(ONE_ROW, 0)
