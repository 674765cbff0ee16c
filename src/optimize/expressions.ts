/** Questions that rules ask of expressions. Plans hold no subquery expressions any more: children are the whole. */
import type { ColumnId, Expr } from '../analyze/expression.ts'
import { children, someNode } from '../analyze/nodes.ts'

/** Ids of the columns that an expression mentions. */
export const columnsOf = (expr: Expr, into: Set<ColumnId> = new Set()): Set<ColumnId> => {
  if (expr.kind === 'column') into.add(expr.id)
  else for (const child of children(expr)) columnsOf(child, into)
  return into
}

export const mentionsAny = (expr: Expr, ids: ReadonlySet<ColumnId>): boolean =>
  someNode(expr, (e) => e.kind === 'column' && ids.has(e.id))

/** May answer differently for the same arguments within a statement, or has effects: it must stay where it is written. */
export const isVolatile = (expr: Expr): boolean =>
  someNode(
    expr,
    (e) =>
      ((e.kind === 'call' || e.kind === 'set-call') && e.function.volatility === 'volatile') || e.kind === 'set-call',
  )

/** A plain column, or one under a change of type that keeps the datum and its order. */
export const bareColumn = (expr: Expr): (Expr & { kind: 'column' }) | null => {
  if (expr.kind === 'column') return expr
  return expr.kind === 'relabel' && expr.type.order === expr.arg.type.order ? bareColumn(expr.arg) : null
}

/** An equality that hashing can decide. */
export const isHashEquality = (expr: Expr): expr is Expr & { kind: 'call' } =>
  expr.kind === 'call' &&
  expr.operator !== null &&
  expr.operator.hashes &&
  expr.args.length === 2 &&
  expr.args.every((arg) => arg.type.hashKey !== null)

/** Whether the expression is NULL when all the given columns are. */
const isNullWith = (expr: Expr, ids: ReadonlySet<ColumnId>): boolean => {
  const all = (exprs: readonly Expr[]): boolean => exprs.every((e) => isNullWith(e, ids))
  switch (expr.kind) {
    case 'column':
      return ids.has(expr.id)
    case 'const':
      return expr.value === null
    case 'call':
      return expr.function.strict && expr.args.some((arg) => isNullWith(arg, ids))
    case 'relabel':
    case 'coerce-io':
    case 'typmod':
    case 'array-coerce':
    case 'not':
      return isNullWith(expr.arg, ids)
    case 'and':
    case 'or':
    case 'coalesce':
    case 'greatest':
    case 'least':
      return all(expr.args)
    case 'nullif':
      return isNullWith(expr.left, ids)
    case 'array-comparison':
      return (expr.list?.length ?? 0) > 0 && isNullWith(expr.left, ids)
    default:
      return false
  }
}

/** Whether the condition cannot be true when all the given columns are NULL. */
export const rejectsNulls = (expr: Expr, ids: ReadonlySet<ColumnId>): boolean => {
  switch (expr.kind) {
    case 'and':
      return expr.args.some((arg) => rejectsNulls(arg, ids))
    case 'or':
      return expr.args.every((arg) => rejectsNulls(arg, ids))
    case 'is-null':
      return expr.negated && expr.arg.type.category !== 'P' && isNullWith(expr.arg, ids)
    case 'bool-test':
      return !expr.negated && expr.test === 'true' && rejectsNulls(expr.arg, ids)
    case 'const':
      return expr.value !== true
    default:
      return isNullWith(expr, ids)
  }
}

export const isConstant = (expr: Expr, value: boolean | null): boolean => expr.kind === 'const' && expr.value === value
