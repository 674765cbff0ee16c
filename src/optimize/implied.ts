/** Conditions that follow from others: constants spread over equal columns; each side's part of an OR over both. */
import type { ColumnId, Expr } from '../analyze/expression.ts'
import { conjuncts, sameExpr } from '../analyze/nodes.ts'
import { OID } from '../types/oids.ts'
import { mentionsAny } from './expressions.ts'
import type { OptimizerContext } from './facts.ts'

/** `column = column` of one type, by that type's own equality: from here other conditions carry over. */
export const columnEquality = (expr: Expr): readonly [Expr & { kind: 'column' }, Expr & { kind: 'column' }] | null => {
  if (expr.kind !== 'call' || expr.operator?.strategy !== 3 || expr.operator.left !== expr.operator.right) return null
  const [a, b] = expr.args
  return a?.kind === 'column' && b?.kind === 'column' && a.type.oid === b.type.oid && a.id !== b.id ? [a, b] : null
}

/** New conditions on one side that hold wherever all the given ones do. */
export const impliedConditions = (
  conditions: readonly Expr[],
  left: ReadonlySet<ColumnId>,
  right: ReadonlySet<ColumnId>,
  context: OptimizerContext,
): Expr[] => {
  if (conditions.length === 0) return []
  const implied = [...spread(conditions), ...conditions.flatMap((c) => sideParts(c, left, right, context))]
  return implied.filter((c, i) => {
    const known = (other: Expr): boolean => sameExpr(c, other)
    return !conditions.some(known) && !implied.slice(0, i).some(known)
  })
}

/** `a = b AND a op constant` gives `b op constant`. */
const spread = (conditions: readonly Expr[]): Expr[] => {
  const equal = conditions.map(columnEquality).filter((pair) => pair !== null)
  if (equal.length === 0) return []
  const result: Expr[] = []
  for (const condition of conditions) {
    const compared = comparedColumn(condition)
    if (compared === null) continue
    const reached = new Set([compared.id])
    for (let grown = true; grown; ) {
      grown = false
      for (const [a, b] of equal) {
        if (reached.has(a.id) === reached.has(b.id)) continue
        const other = reached.has(a.id) ? b : a
        reached.add(other.id)
        grown = true
        if (other.type.oid === compared.type.oid) result.push(withColumn(condition, compared.id, other))
      }
    }
  }
  return result
}

/** The column of `column op constant` (comparisons, and IN over constants). */
const comparedColumn = (expr: Expr): (Expr & { kind: 'column' }) | null => {
  const isFixed = (e: Expr | undefined): boolean => e?.kind === 'const' || e?.kind === 'param'
  if (expr.kind === 'call' && expr.operator?.strategy !== undefined && expr.args.length === 2) {
    const [a, b] = expr.args
    if (expr.operator.left !== expr.operator.right) return null
    if (a?.kind === 'column' && isFixed(b)) return a
    if (b?.kind === 'column' && isFixed(a)) return b
  }
  if (expr.kind === 'array-comparison' && expr.quantifier === 'any' && expr.operator.strategy === 3) {
    if (expr.left.kind === 'column' && expr.list?.every((item) => item.kind === 'const') === true) return expr.left
  }
  return null
}

const withColumn = (expr: Expr, id: ColumnId, column: Expr): Expr => {
  if (expr.kind === 'call')
    return { ...expr, args: expr.args.map((a) => (a.kind === 'column' && a.id === id ? column : a)) }
  return expr.kind === 'array-comparison' ? { ...expr, left: column } : expr
}

/** `(l1 AND r1) OR (l2 AND r2)` gives `l1 OR l2` to the left and `r1 OR r2` to the right. */
const sideParts = (
  condition: Expr,
  left: ReadonlySet<ColumnId>,
  right: ReadonlySet<ColumnId>,
  context: OptimizerContext,
): Expr[] => {
  if (condition.kind !== 'or' || !mentionsAny(condition, left) || !mentionsAny(condition, right)) return []
  const bool = context.typeOf(OID.bool)
  const partOf = (own: ReadonlySet<ColumnId>, other: ReadonlySet<ColumnId>): Expr[] => {
    const arms: Expr[] = []
    for (const arm of condition.args) {
      const parts = conjuncts(arm).filter((c) => mentionsAny(c, own) && !mentionsAny(c, other))
      const [first] = parts
      if (first === undefined) return []
      arms.push(parts.length === 1 ? first : { kind: 'and', args: parts, type: bool, typmod: -1 })
    }
    return [{ kind: 'or', args: arms, type: bool, typmod: -1 }]
  }
  return [...partOf(left, right), ...partOf(right, left)]
}
