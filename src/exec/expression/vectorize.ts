/**
 * Expressions a vector at a time: each node becomes a function of a batch, and conditions become successive selections.
 * Only live rows are ever evaluated, so errors appear as they do a row at a time. Nodes without a vector form of their
 * own are interpreted for each row.
 */
import type { ArrayComparisonExpr, CallExpr, CaseExpr, Expr } from '../../analyze/expression.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import type { Batch } from '../../vector/batch.ts'
import { BoolVector, Int32Vector, vectorOf, type AnyVector } from '../../vector/vector.ts'
import { vectorFunction, type VectorFunction } from './apply.ts'
import type { Compilation } from './evaluator.ts'
import { constantSet, interpret, invoke, ONE_ROW } from './interpret.ts'
import { constantOver } from './kernel.ts'
import { mark, selectMarked, selectTrue } from './selection.ts'
import { relabelling } from '../../types/relabel.ts'

/** Values at the live positions of a batch; anything elsewhere. */
export type VectorEvaluator = (batch: Batch) => AnyVector

/** Keeps the live rows for which a condition is true: null when there is none. */
export type Selector = (batch: Batch) => Batch | null

/** With `transient` the evaluator's vectors are good until it is called again. */
export const vectorize = (expr: Expr, scope: Compilation, transient: boolean): VectorEvaluator => {
  switch (expr.kind) {
    case 'const':
      return (batch) => constantOver(batch, expr.value)
    case 'param': {
      const value = interpret(expr, scope)
      return (batch) => constantOver(batch, value(ONE_ROW, 0))
    }
    case 'column': {
      const index = scope.layout.get(expr.id)
      if (index !== undefined) return (batch) => batch.columns[index] as AnyVector
      const value = interpret(expr, scope)
      return (batch) => constantOver(batch, value(ONE_ROW, 0))
    }
    case 'relabel':
      if (relabelling(expr.arg.type, expr.type) !== null) return rowwise(expr, scope)
      return vectorize(expr.arg, scope, transient)
    case 'call': {
      const called = call(expr, scope, transient)
      return called === null ? rowwise(expr, scope) : (batch) => called.fn.vector(batch, called.args(batch))
    }
    case 'array-comparison': {
      const member = membership(expr, scope, transient)
      return member === null ? rowwise(expr, scope) : (batch) => member.fn.vector(batch, member.args(batch))
    }
    case 'not': {
      const arg = vectorize(expr.arg, scope, true)
      const value = interpret(expr, scope)
      return (batch) => {
        const vector = arg(batch)
        if (vector.kind !== 'bool') return fromRows(expr.type, batch, (p) => value(batch, p))
        return new BoolVector(
          vector.values.map((v) => 1 - v),
          vector.nulls,
        )
      }
    }
    case 'case':
      return caseOf(expr, scope, transient)
    default:
      return rowwise(expr, scope)
  }
}

/** Each live row by the interpreter. */
const rowwise = (expr: Expr, scope: Compilation): VectorEvaluator => {
  const value = interpret(expr, scope)
  return (batch) => fromRows(expr.type, batch, (position) => value(batch, position))
}

const fromRows = (type: SqlType, batch: Batch, value: (position: number) => Datum): AnyVector => {
  const values = new Array<Datum>(batch.length).fill(null)
  const { count, selection } = batch
  for (let k = 0; k < count; k++) {
    const p = selection === null ? k : (selection[k] as number)
    values[p] = value(p)
  }
  return vectorOf(type, values)
}

interface Called {
  readonly fn: VectorFunction
  readonly args: (batch: Batch) => readonly AnyVector[]
}

/** A call in vector form; null when it must be made anew for each row. */
const call = (expr: CallExpr, scope: Compilation, transient: boolean): Called | null => {
  const { function: fn } = expr
  if (!fn.strict || fn.volatility === 'volatile' || fn.blocking === true || expr.args.length === 0) return null
  if (expr.variadic === true) return null
  const args = expr.args.map((arg) => vectorize(arg, scope, true))
  const types = expr.args.map((arg) => arg.type)
  return {
    fn: vectorFunction(fn, invoke(fn, types, expr.type, scope.context), expr.type, transient),
    args: (batch) => args.map((arg) => arg(batch)),
  }
}

/** IN and NOT IN over constants. */
const membership = (expr: ArrayComparisonExpr, scope: Compilation, transient: boolean): Called | null => {
  const constants = constantSet(expr)
  if (constants === null) return null
  const { keys, hasNull, hashKey } = constants
  const any = expr.quantifier === 'any'
  const otherwise = hasNull ? null : !any
  const left = vectorize(expr.left, scope, true)
  return {
    fn: vectorFunction({ oid: 0 }, (value) => (keys.has(hashKey(value)) ? any : otherwise), expr.type, transient),
    args: (batch) => [left(batch)],
  }
}

const caseOf = (expr: CaseExpr, scope: Compilation, transient: boolean): VectorEvaluator => {
  const whens = expr.whens.map(
    ({ when, then }) => [selectorOf(when, scope), vectorize(then, scope, transient)] as const,
  )
  const otherwise = vectorize(expr.otherwise, scope, transient)
  return (batch) => {
    const pieces: { readonly rows: Batch; readonly vector: AnyVector }[] = []
    let rest: Batch | null = batch
    for (const [when, then] of whens) {
      if (rest === null) break
      const rows = when(rest)
      if (rows === null) continue
      pieces.push({ rows, vector: then(rows) })
      rest = without(rest, rows)
    }
    if (rest !== null) pieces.push({ rows: rest, vector: otherwise(rest) })
    return merge(expr.type, batch, pieces)
  }
}

const without = (batch: Batch, taken: Batch): Batch | null => {
  if (taken.count === batch.count) return null
  const marks = new Uint8Array(batch.length)
  mark(taken, marks)
  return selectMarked(batch, marks, 0)
}

/** One vector of what the pieces hold at their own rows. */
const merge = (
  type: SqlType,
  batch: Batch,
  pieces: readonly { readonly rows: Batch; readonly vector: AnyVector }[],
): AnyVector => {
  const [first] = pieces
  if (pieces.length === 1 && first !== undefined) return first.vector
  const plain = ({ vector }: { vector: AnyVector }): boolean =>
    vector.kind === 'constant' ? vector.value !== null : vector.kind === 'int32' && vector.nulls === null
  if (type.physical === 'int32' && pieces.every(plain)) {
    const out = new Int32Array(batch.length)
    for (const { rows, vector } of pieces) {
      for (let k = 0; k < rows.count; k++) out[rows.position(k)] = vector.get(rows.position(k))
    }
    return new Int32Vector(out, null)
  }
  const values = new Array<Datum>(batch.length).fill(null)
  for (const { rows, vector } of pieces) {
    for (let k = 0; k < rows.count; k++) values[rows.position(k)] = vector.get(rows.position(k))
  }
  return vectorOf(type, values)
}

export const selectorOf = (condition: Expr, scope: Compilation): Selector => {
  switch (condition.kind) {
    case 'and': {
      const parts = condition.args.map((arg) => selectorOf(arg, scope))
      return (batch) => {
        let rest: Batch | null = batch
        for (const part of parts) {
          rest = part(rest)
          if (rest === null) return null
        }
        return rest
      }
    }
    case 'or': {
      const parts = condition.args.map((arg) => selectorOf(arg, scope))
      return (batch) => {
        const marks = new Uint8Array(batch.length)
        let rest: Batch | null = batch
        for (const part of parts) {
          if (rest === null) break
          const rows: Batch | null = part(rest)
          if (rows === null) continue
          mark(rows, marks)
          rest = without(rest, rows)
        }
        return selectMarked(batch, marks, 1)
      }
    }
    case 'call': {
      const called = call(condition, scope, true)
      if (called !== null) return (batch) => called.fn.select(batch, called.args(batch))
      break
    }
    case 'array-comparison': {
      const member = membership(condition, scope, true)
      if (member !== null) return (batch) => member.fn.select(batch, member.args(batch))
      break
    }
    case 'is-null': {
      if (condition.arg.type.relation !== 0 || condition.arg.type.kind === 'p') break
      const arg = vectorize(condition.arg, scope, true)
      const { negated } = condition
      return (batch) => {
        const vector = arg(batch)
        const marks = new Uint8Array(batch.length)
        for (let k = 0; k < batch.count; k++) {
          const p = batch.position(k)
          if (vector.isNull(p) !== negated) marks[p] = 1
        }
        return selectMarked(batch, marks, 1)
      }
    }
  }
  const vector = vectorize(condition, scope, true)
  return (batch) => selectTrue(batch, vector(batch))
}
