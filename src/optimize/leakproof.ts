/** Whether a condition may look at rows that policies or a view may yet hold back. */
import type { Expr } from '../analyze/expression.ts'
import { children } from '../analyze/nodes.ts'
import { isLeakproofFunction } from '../functions/leakproof.ts'
import { columnsOf } from './expressions.ts'

/** Kinds of expressions that only combine what others answer. */
const SILENT: ReadonlySet<Expr['kind']> = new Set([
  'const',
  'param',
  'column',
  'relabel',
  'and',
  'or',
  'not',
  'is-null',
  'bool-test',
  'case',
  'coalesce',
  'array',
])

/** No part of it that is computed from columns could tell of them by an error or a message. */
export const isLeakproof = (expr: Expr): boolean => {
  if (columnsOf(expr).size === 0) return true
  const isSilent =
    SILENT.has(expr.kind) ||
    ('function' in expr &&
      expr.kind !== 'set-call' &&
      (expr.function.leakproof === true || isLeakproofFunction(expr.function.oid)))
  return isSilent && children(expr).every(isLeakproof)
}
