/**
 * Computes what is known before the statement runs: immutable calls of constants, AND/OR/NOT with known parts, strict
 * calls of NULL; moves NOT inward and common conditions out of ORs. So later rules see `column op constant`.
 *
 * Not when computing fails: the expression stays, and fails (or not) when it is evaluated.
 */
import type {
  AndOrExpr,
  ArrayComparisonExpr,
  CallExpr,
  CaseExpr,
  CoalesceExpr,
  Expr,
} from '../../analyze/expression.ts'
import { conjuncts, constant, mapChildren, sameExpr } from '../../analyze/nodes.ts'
import { functionByOid, operatorByOid, operatorsByName } from '../../functions/index.ts'
import type { OperatorRecord } from '../../functions/records.ts'
import { rewriteBottomUp } from '../../plan/logical.ts'
import { SqlArray } from '../../types/array.ts'
import { OID } from '../../types/oids.ts'
import { relabelled } from '../../types/relabel.ts'
import type { Datum } from '../../types/sql-type.ts'
import { isComputable } from '../computable.ts'
import type { OptimizerContext } from '../facts.ts'
import { mapExpressions } from '../plans.ts'
import type { Rule } from '../rule.ts'

export const foldConstants: Rule = {
  name: 'fold-constants',
  apply: (plan, context) => rewriteBottomUp(plan, (node) => mapExpressions(node, (expr) => fold(expr, context))),
}

/** The expression with everything computed that is known. What a constant has decided against is not looked at. */
export const fold = (expr: Expr, context: OptimizerContext): Expr => {
  switch (expr.kind) {
    case 'const':
    case 'column':
    case 'param':
      return expr
    case 'and':
    case 'or':
      return foldAndOr(expr, context)
    case 'case':
      return foldCase(expr, context)
    case 'coalesce':
      return foldCoalesce(expr, context)
    default:
      return foldOver(
        mapChildren(expr, (child) => fold(child, context)),
        context,
      )
  }
}

/** An expression whose operands have been folded. */
const foldOver = (folded: Expr, context: OptimizerContext): Expr => {
  switch (folded.kind) {
    case 'call':
      return foldCall(folded, context)
    case 'not':
      return negate(folded.arg, context) ?? folded
    case 'relabel':
      if (folded.arg.kind !== 'const') return folded
      return constant(relabelled(folded.arg.value, folded.arg.type, folded.type), folded.type, folded.typmod)
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
    case 'array-comparison':
      return foldArrayComparison(folded, context)
    case 'nullif':
      // What cannot be equal is not compared.
      return folded.left.type.oid === folded.type.oid && [folded.left, folded.right].some(isNullConstant)
        ? folded.left
        : computed(folded, context)
    default:
      return computed(folded, context)
  }
}

/** The value in the place of an expression that has one; the expression, which will fail, when computing fails. */
const computed = (expr: Expr, context: OptimizerContext): Expr => {
  const { compute } = context
  if (compute === undefined || !isComputable(expr)) return expr
  try {
    return constant(compute(expr), expr.type, expr.typmod)
  } catch (error) {
    context.computationFailed?.(error)
    return expr
  }
}

const foldCall = (expr: CallExpr, context: OptimizerContext): Expr => {
  if (expr.function.strict && expr.type.oid !== OID.record && expr.args.some(isNullConstant)) {
    return constant(null, expr.type)
  }
  const folded = computed(expr, context)
  return folded === expr ? (sameTypeComparison(expr, context) ?? expr) : folded
}

const isNullConstant = (expr: Expr): boolean => expr.kind === 'const' && expr.value === null

const foldArrayComparison = (expr: ArrayComparisonExpr, context: OptimizerContext): Expr => {
  const folded = computed(expr, context)
  // The elements of a known array are a list, which selectivity and index look-ups understand.
  const { array, left } = expr
  const element = array?.type.element ?? null
  if (folded !== expr || array?.kind !== 'const' || element === null || !(array.value instanceof SqlArray))
    return folded
  if (isNullConstant(left) && expr.function.strict && array.value.elements.length > 0) return constant(null, expr.type)
  return { ...expr, array: null, list: array.value.elements.map((value: Datum) => constant(value, element)) }
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
  for (const arg of expr.args) {
    const folded = fold(arg, context)
    for (const part of folded.kind === expr.kind ? folded.args : [folded]) {
      if (part.kind === 'const' && part.value === absorbing) return constant(absorbing, expr.type)
      if (part.kind !== 'const' || part.value !== !absorbing) args.push(part)
    }
  }
  return connected(args, expr, context)
}

/** Folded parts, none of which decides, as one expression. */
const connected = (args: readonly Expr[], like: AndOrExpr, context: OptimizerContext): Expr => {
  const [first] = args
  if (first === undefined) return constant(like.kind === 'and', like.type)
  if (args.length === 1) return first
  return like.kind === 'or' ? withoutCommon(args, like, context) : { ...like, args }
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
  const rest = connected(
    rests.map((r) => conjunctionOf(r, expr)),
    expr,
    context,
  )
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

/** Arms whose condition is known are taken or left. */
const foldCase = (expr: CaseExpr, context: OptimizerContext): Expr => {
  const whens: CaseExpr['whens'][number][] = []
  let taken: Expr | null = null
  for (const arm of expr.whens) {
    const when = fold(arm.when, context)
    if (when.kind === 'const' && when.value !== true) continue
    const then = fold(arm.then, context)
    if (when.kind === 'const') {
      taken = then
      break
    }
    whens.push({ when, then })
  }
  const otherwise = taken ?? fold(expr.otherwise, context)
  return whens.length === 0 ? otherwise : { ...expr, whens, otherwise }
}

/** Nothing comes after a constant. */
const foldCoalesce = (expr: CoalesceExpr, context: OptimizerContext): Expr => {
  const args: Expr[] = []
  for (const arg of expr.args) {
    const folded = fold(arg, context)
    if (folded.kind === 'const' && folded.value === null) continue
    args.push(folded)
    if (folded.kind === 'const') break
  }
  const [first] = args
  if (first === undefined) return constant(null, expr.type)
  return args.length === 1 ? first : { ...expr, args }
}
