/**
 * Computes what is known before the statement runs: immutable calls of constants, AND/OR/NOT with known parts, strict
 * calls of NULL; moves NOT inward and common conditions out of ORs. So later rules see `column op constant`.
 *
 * Not when computing fails: the expression stays, and fails (or not) when it is evaluated. Not stable or volatile
 * functions: plans are kept and used again.
 */
import type { AndOrExpr, CallExpr, Expr } from '../../analyze/expression.ts'
import { conjuncts, constant, mapChildren, sameExpr } from '../../analyze/nodes.ts'
import { functionByOid, operatorByOid, operatorsByName } from '../../functions/index.ts'
import type { OperatorRecord } from '../../functions/records.ts'
import { rewriteBottomUp } from '../../plan/logical.ts'
import { SqlArray } from '../../types/array.ts'
import { OID } from '../../types/oids.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { OptimizerContext } from '../facts.ts'
import { mapExpressions } from '../plans.ts'
import type { Rule } from '../rule.ts'

export const foldConstants: Rule = {
  name: 'fold-constants',
  apply: (plan, context) => rewriteBottomUp(plan, (node) => mapExpressions(node, (expr) => fold(expr, context))),
}

/** The expression with everything computed that is known. */
export const fold = (expr: Expr, context: OptimizerContext): Expr => {
  if (expr.kind === 'const' || expr.kind === 'column' || expr.kind === 'param') return expr
  const folded = mapChildren(expr, (child) => fold(child, context))
  switch (folded.kind) {
    case 'call':
      return foldCall(folded, context)
    case 'and':
    case 'or':
      return foldAndOr(folded, context)
    case 'not':
      return negate(folded.arg, context) ?? folded
    case 'relabel':
      return folded.arg.kind === 'const' ? constant(folded.arg.value, folded.type, folded.typmod) : folded
    case 'typmod': {
      const { arg, type, typmod, explicit } = folded
      if (arg.kind !== 'const') return folded
      if (arg.value === null) return constant(null, type, typmod)
      return computed(folded, () => type.applyTypmod(arg.value, typmod, explicit))
    }
    case 'is-null': {
      const { arg } = folded
      if (arg.kind !== 'const' || arg.type.category === 'P' || arg.type.kind === 'c') return folded
      return constant((arg.value === null) !== folded.negated, folded.type)
    }
    case 'bool-test': {
      if (folded.arg.kind !== 'const') return folded
      const wanted = folded.test === 'unknown' ? null : folded.test === 'true'
      return constant((folded.arg.value === wanted) !== folded.negated, folded.type)
    }
    case 'coalesce': {
      const present = folded.args.filter((arg) => arg.kind !== 'const' || arg.value !== null)
      // Nothing comes after a constant.
      const last = present.findIndex((arg) => arg.kind === 'const')
      const args = last < 0 ? present : present.slice(0, last + 1)
      const [first] = args
      if (first === undefined) return constant(null, folded.type)
      return first.kind === 'const' || args.length === 1 ? first : { ...folded, args }
    }
    case 'case':
      return foldCase(folded)
    case 'array-comparison': {
      // The elements of a known array are a list, which selectivity and index look-ups understand.
      const { array } = folded
      const element = array?.type.element ?? null
      if (array?.kind !== 'const' || element === null || !(array.value instanceof SqlArray)) return folded
      return { ...folded, array: null, list: array.value.elements.map((value: Datum) => constant(value, element)) }
    }
    default:
      return folded
  }
}

const computed = (expr: Expr, compute: () => Datum): Expr => {
  try {
    return constant(compute(), expr.type, expr.typmod)
  } catch {
    return expr
  }
}

const foldCall = (expr: CallExpr, context: OptimizerContext): Expr => {
  const { function: fn, args } = expr
  if (fn.strict && args.some((arg) => arg.kind === 'const' && arg.value === null) && fn.volatility !== 'volatile') {
    return constant(null, expr.type)
  }
  const compute = constantCall(expr)
  if (compute !== null) return computed(expr, compute)
  return sameTypeComparison(expr, context) ?? expr
}

/** What computes a call whose value is known before the statement runs; null when it is not. */
export const constantCall = ({ function: fn, args, variadic }: CallExpr): (() => Datum) | null => {
  const { evaluate } = fn
  if (fn.volatility !== 'immutable' || evaluate === undefined || fn.blocking === true || variadic === true) return null
  const values: Datum[] = []
  for (const arg of args) {
    if (arg.kind !== 'const') return null
    values.push(arg.value)
  }
  return () => evaluate(...values)
}

const MICROS_PER_DAY = 86_400_000_000

/**
 * `date op timestamp '… 00:00'` says the same as `date op date`, which indexes and zone maps understand: what date
 * arithmetic with intervals leaves behind.
 */
const sameTypeComparison = (expr: CallExpr, context: OptimizerContext): Expr | null => {
  const [left, right] = expr.args
  if (expr.operator?.strategy === undefined || left?.type.oid !== OID.date || right?.type.oid !== OID.timestamp)
    return null
  if (right.kind !== 'const' || typeof right.value !== 'number' || right.value % MICROS_PER_DAY !== 0) return null
  const operator = operatorsByName(expr.operator.name).find((o) => o.left === OID.date && o.right === OID.date)
  const fn = operator === undefined ? undefined : functionByOid(operator.function)
  if (operator === undefined || fn?.kind !== 'scalar') return null
  const day = constant(right.value / MICROS_PER_DAY, context.typeOf(OID.date))
  return { ...expr, operator, function: fn, args: [left, day] }
}

/** Flattens, drops neutral parts, decides by absorbing ones, and takes common conjuncts out of an OR. */
const foldAndOr = (expr: AndOrExpr, context: OptimizerContext): Expr => {
  const absorbing = expr.kind === 'or'
  const args: Expr[] = []
  for (const arg of expr.args.flatMap((a) => (a.kind === expr.kind ? a.args : [a]))) {
    if (arg.kind === 'const' && arg.value === absorbing) return constant(absorbing, expr.type)
    if (arg.kind === 'const' && arg.value === !absorbing) continue
    args.push(arg)
  }
  const [first] = args
  if (first === undefined) return constant(!absorbing, expr.type)
  if (args.length === 1) return first
  return expr.kind === 'or' ? withoutCommon(args, expr, context) : { ...expr, args }
}

/** `(a AND b) OR (a AND c)` is `a AND (b OR c)`. */
const withoutCommon = (args: readonly Expr[], expr: AndOrExpr, context: OptimizerContext): Expr => {
  const arms = args.map(conjuncts)
  const [first, ...others] = arms as [readonly Expr[], ...(readonly Expr[])[]]
  const common = first.filter((part) => others.every((arm) => arm.some((other) => sameExpr(part, other))))
  if (common.length === 0) return { ...expr, args }
  const rests = arms.map((arm) => arm.filter((part) => !common.some((c) => sameExpr(c, part))))
  // An arm that is just the common part makes the OR of the rests true.
  if (rests.some((rest) => rest.length === 0)) return conjunctionOf(common, expr)
  const rest = foldAndOr({ ...expr, args: rests.map((r) => conjunctionOf(r, expr)) }, context)
  return conjunctionOf([...common, rest], expr)
}

const conjunctionOf = (parts: readonly Expr[], like: AndOrExpr): Expr =>
  parts.length === 1 ? (parts[0] as Expr) : { ...like, kind: 'and', args: parts }

/** NOT of an expression without the NOT, null when there is no such form. */
const negate = (arg: Expr, context: OptimizerContext): Expr | null => {
  switch (arg.kind) {
    case 'const':
      return constant(arg.value === null ? null : !arg.value, arg.type)
    case 'not':
      return arg.arg
    case 'is-null':
      return arg.arg.type.category === 'P' || arg.arg.type.kind === 'c' ? null : { ...arg, negated: !arg.negated }
    case 'bool-test':
    case 'distinct':
      return { ...arg, negated: !arg.negated }
    case 'and':
    case 'or': {
      const args = arg.args.map((a): Expr => negate(a, context) ?? { kind: 'not', arg: a, type: a.type, typmod: -1 })
      return foldAndOr({ ...arg, kind: arg.kind === 'and' ? 'or' : 'and', args }, context)
    }
    case 'call':
      return negatedCall(arg)
    default:
      return null
  }
}

const negatedCall = (expr: CallExpr): Expr | null => {
  const operator = negatorOf(expr.operator)
  const fn = operator === null ? undefined : functionByOid(operator.function)
  return operator === null || fn?.kind !== 'scalar' ? null : { ...expr, operator, function: fn }
}

const negatorOf = (operator: OperatorRecord | null): OperatorRecord | null =>
  operator === null || operator.negator === 0 ? null : (operatorByOid(operator.negator) ?? null)

const foldCase = (expr: Expr & { kind: 'case' }): Expr => {
  const whens: (typeof expr.whens)[number][] = []
  for (const arm of expr.whens) {
    if (arm.when.kind === 'const') {
      if (arm.when.value !== true) continue
      return whens.length === 0 ? arm.then : { ...expr, whens, otherwise: arm.then }
    }
    whens.push(arm)
  }
  return whens.length === 0 ? expr.otherwise : { ...expr, whens }
}
