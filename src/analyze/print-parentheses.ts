/** Where the pretty form of an expression needs parentheses round an operand. */
import type { Expr } from './expression.ts'

/** Forms that hold together by themselves: names, literals, calls, brackets, CASE … END. */
const CLOSED = new Set<Expr['kind']>([
  'const',
  'param',
  'column',
  'element-value',
  'case',
  'coalesce',
  'greatest',
  'least',
  'nullif',
  'array',
  'subscript',
  'row',
  'aggregate',
  'window',
  'set-call',
  'grouping',
])

/** Forms whose arguments stand between commas or brackets. */
const ENCLOSING = new Set<Expr['kind']>([
  'coalesce',
  'greatest',
  'least',
  'nullif',
  'array',
  'subscript',
  'row',
  'aggregate',
  'window',
  'set-call',
  'grouping',
  'case',
])

const LOW = new Set(['+', '-'])
const HIGH = new Set(['*', '/', '%'])

const isOperator = (expr: Expr): expr is Expr & { kind: 'call' } => expr.kind === 'call' && expr.operator !== null

const encloses = (parent: Expr): boolean =>
  ENCLOSING.has(parent.kind) ||
  (parent.kind === 'call' && parent.operator === null && !parent.cast && parent.syntax === undefined)

const isBool = (expr: Expr): boolean => expr.kind === 'and' || expr.kind === 'or' || expr.kind === 'not'

/** Arithmetic of higher rank below lower, or of the same rank on the left. */
const bindsTighter = (expr: Expr & { kind: 'call' }, parent: Expr & { kind: 'call' }): boolean => {
  const [inner, outer] = [expr.operator?.name ?? '', parent.operator?.name ?? '']
  if (expr.args.length !== 2 || parent.args.length !== 2) return false
  if (!(LOW.has(inner) || HIGH.has(inner)) || !(LOW.has(outer) || HIGH.has(outer))) return false
  if (HIGH.has(inner) && LOW.has(outer)) return true
  if (LOW.has(inner) && HIGH.has(outer)) return false
  return parent.args[0] === expr
}

/** Whether `expr` may stand bare as an operand of `parent`. */
export const isSimple = (expr: Expr, parent: Expr): boolean => {
  if (CLOSED.has(expr.kind)) return true
  if (expr.kind === 'call' && expr.operator === null && !expr.cast) return true
  switch (expr.kind) {
    case 'field':
      return parent.kind !== 'field' && isSimple(expr.arg, expr)
    case 'relabel':
    case 'coerce-io':
    case 'coerce-domain':
    case 'array-coerce':
    case 'typmod':
      return isSimple(expr.arg, expr)
    case 'and':
    case 'not':
      return parent.kind === 'and' || parent.kind === 'or' || encloses(parent)
    case 'or':
      return parent.kind === 'or' || encloses(parent)
    case 'call':
      // A cast by a function counts as a call.
      if (expr.cast) return true
      return (isOperator(parent) && bindsTighter(expr, parent)) || isBool(parent) || encloses(parent)
    case 'subquery':
    case 'is-null':
    case 'bool-test':
    case 'distinct':
      return isBool(parent) || encloses(parent)
    default:
      return false
  }
}
