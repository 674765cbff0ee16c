/** Operator expressions: arithmetic and comparison, IN, BETWEEN, LIKE, IS DISTINCT FROM, row comparison, op ANY/ALL. */
import {
  datatypeMismatch,
  featureNotSupported,
  syntaxErrorAt,
  undefinedOperator,
  wrongObjectType,
  type Location,
} from '../errors/raise/analysis.ts'
import type { OperatorRecord, ScalarFunction } from '../functions/records.ts'
import { listItems, namesOf, tagOf, type A_Expr, type Node } from '../sql/ast.ts'
import { baseTypeOf } from '../types/domain-type.ts'
import { formatType } from '../types/index.ts'
import { operatorByOid } from '../functions/index.ts'
import { OID } from '../types/oids.ts'
import type { SqlType } from '../types/sql-type.ts'
import { coerce, commonTypeOrNull, settleUnknown, tryCoerce } from './coerce.ts'
import type { AnalysisContext } from './context.ts'
import type { Expr } from './expression.ts'
import { locationOf } from './location.ts'
import { conjunction } from './nodes.ts'
import { resolveOperator } from './overload.ts'
import { arrayOf, isPolymorphic, resolvePolymorphic } from './polymorphic.ts'
import type { Scope } from './scope.ts'

export const analyzeOperatorExpression = (context: AnalysisContext, scope: Scope, node: A_Expr): Expr => {
  const symbol = namesOf(node.name).at(-1) ?? ''
  const { location } = node
  const left = (): Expr => context.expr(scope, node.lexpr as Node)
  const right = (): Expr => context.expr(scope, node.rexpr as Node)
  switch (node.kind) {
    case 'AEXPR_OP':
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
    case 'AEXPR_SIMILAR':
      if (node.lexpr === undefined) return prefixOperator(context, symbol, right(), location)
      return compare(context, symbol, written(node.lexpr, left()), written(node.rexpr, right()), location)
    case 'AEXPR_DISTINCT':
    case 'AEXPR_NOT_DISTINCT':
      return distinct(
        context,
        written(node.lexpr, left()),
        written(node.rexpr, right()),
        node.kind === 'AEXPR_NOT_DISTINCT',
        location,
      )
    case 'AEXPR_NULLIF':
      return nullIf(context, left(), right(), location)
    case 'AEXPR_IN':
      return inList(context, scope, node, symbol)
    case 'AEXPR_OP_ANY':
    case 'AEXPR_OP_ALL':
      return arrayComparison(context, symbol, left(), right(), node.kind === 'AEXPR_OP_ANY' ? 'any' : 'all', location)
    case 'AEXPR_BETWEEN':
    case 'AEXPR_NOT_BETWEEN':
    case 'AEXPR_BETWEEN_SYM':
    case 'AEXPR_NOT_BETWEEN_SYM':
      return between(context, scope, node)
    default:
      throw featureNotSupported(`operator expression of kind ${node.kind} is not supported`, location)
  }
}

interface ResolvedOperator {
  readonly operator: OperatorRecord
  readonly function: ScalarFunction
  readonly left: Expr
  readonly right: Expr
  readonly type: SqlType
}

/** Chooses the operator and brings both operands to its types. */
const resolveOperands = (
  context: AnalysisContext,
  symbol: string,
  left: Expr,
  right: Expr,
  location: Location,
): ResolvedOperator => {
  const { operator, function: fn } = resolveOperator(context, symbol, left.type, right.type, location)
  const { args, result } = resolvePolymorphic(
    context.catalog,
    [operator.left, operator.right],
    [left.type, right.type],
    operator.result,
    (types) => commonTypeOrNull(context, types),
    location,
  )
  return {
    operator,
    function: fn,
    left: coerce(context, left, args[0] as SqlType, -1, 'implicit', location),
    right: coerce(context, right, args[1] as SqlType, -1, 'implicit', location),
    type: result,
  }
}

/** An operand, and its fields where it was written as a row. */
interface Operand {
  readonly expr: Expr
  readonly fields: readonly Expr[] | null
}

const written = (node: Node | undefined, expr: Expr): Operand => ({
  expr,
  fields: node !== undefined && tagOf(node) === 'RowExpr' && expr.kind === 'row' ? expr.fields : null,
})

/** A comparison of operands; of two that were written as rows field by field. */
const compare = (context: AnalysisContext, symbol: string, left: Operand, right: Operand, location: Location): Expr =>
  left.fields !== null && right.fields !== null
    ? compareRows(context, symbol, left.fields, right.fields, location)
    : operatorOn(context, symbol, left.expr, right.expr, location)

/** `left symbol right`, for written operators and for those that other constructs imply. */
export const operatorOn = (
  context: AnalysisContext,
  symbol: string,
  left: Expr,
  right: Expr,
  location: Location,
): Expr => {
  const resolved = resolveOperands(context, symbol, left, right, location)
  return {
    kind: 'call',
    function: resolved.function,
    args: [resolved.left, resolved.right],
    operator: resolved.operator,
    cast: false,
    type: resolved.type,
    typmod: -1,
  }
}

const prefixOperator = (context: AnalysisContext, symbol: string, arg: Expr, location: Location): Expr => {
  const { operator, function: fn } = resolveOperator(context, symbol, null, arg.type, location)
  const operand = coerce(context, arg, context.typeOf(operator.right), -1, 'implicit', location)
  return {
    kind: 'call',
    function: fn,
    args: [operand],
    operator,
    cast: false,
    type: context.typeOf(operator.result),
    typmod: -1,
  }
}

const ROW_STRATEGIES: Readonly<Record<string, 1 | 2 | 4 | 5>> = { '<': 1, '<=': 2, '>=': 4, '>': 5 }

/** Row-wise comparison (manual, 9.24.5): = and <> by fields, the others by the first pair that differs. */
/** Whether the comparison is by an equality, or its negation, that an order of its type goes with. */
const isSortedEquality = (test: Expr): boolean => {
  if (test.kind !== 'call' || test.operator === null) return false
  const equality = test.operator.name === '=' ? test.operator : operatorByOid(test.operator.negator)
  return equality?.merges === true
}

const noRowComparison = (symbol: string, location: Location) =>
  featureNotSupported(`could not determine interpretation of row comparison operator ${symbol}`, location, {
    hint: 'Row comparison operators must be associated with btree operator families.',
  })

export const compareRows = (
  context: AnalysisContext,
  symbol: string,
  left: readonly Expr[],
  right: readonly Expr[],
  location: Location,
): Expr => {
  if (left.length !== right.length) throw syntaxErrorAt('unequal number of entries in row expressions', location)
  if (left.length === 0) throw featureNotSupported('cannot compare rows of zero length', location)
  const { bool } = context
  const tests = left.map((l, i) => operatorOn(context, symbol, l, right[i] as Expr, location))
  const other = tests.find((test) => test.type.oid !== bool.oid)
  if (other !== undefined) {
    const problem = `row comparison operator must yield type boolean, not type ${formatType(other.type, -1)}`
    throw datatypeMismatch(problem, location)
  }
  if (symbol === '=' || symbol === '<>') {
    if (left.length > 1 && !tests.every(isSortedEquality)) throw noRowComparison(symbol, location)
    if (symbol === '=') return conjunction(tests, bool) as Expr
    return tests.length === 1 ? (tests[0] as Expr) : { kind: 'or', args: tests, type: bool, typmod: -1 }
  }
  const strategy = ROW_STRATEGIES[symbol]
  if (strategy === undefined) throw noRowComparison(symbol, location)
  if (left.length === 1) return tests[0] as Expr
  const pairs = left.map((l, i) => {
    const r = right[i] as Expr
    const test = tests[i] as Expr
    if (test.kind !== 'call' || test.operator?.strategy === undefined) throw noRowComparison(symbol, location)
    // Both sides of a field comparison must be of one type, so that its order decides.
    const type = commonTypeOrNull(context, [l.type, r.type]) ?? context.typeOf(OID.text)
    return [
      coerce(context, l, type, -1, 'implicit', location),
      coerce(context, r, type, -1, 'implicit', location),
    ] as const
  })
  return {
    kind: 'row-compare',
    left: pairs.map(([l]) => l),
    right: pairs.map(([, r]) => r),
    strategy,
    type: bool,
    typmod: -1,
  }
}

const distinct = (
  context: AnalysisContext,
  left: Operand,
  right: Operand,
  negated: boolean,
  location: Location,
): Expr => {
  if (left.fields !== null && right.fields !== null) {
    const others = right.fields
    if (left.fields.length !== others.length) {
      throw syntaxErrorAt('unequal number of entries in row expressions', location)
    }
    const operand = (expr: Expr): Operand => ({ expr, fields: null })
    const fields = left.fields.map((l, i) =>
      distinct(context, operand(l), operand(others[i] as Expr), negated, location),
    )
    return { kind: negated ? 'and' : 'or', args: fields, type: context.bool, typmod: -1 }
  }
  const { operator, function: fn, left: l, right: r } = resolveOperands(context, '=', left.expr, right.expr, location)
  return { kind: 'distinct', left: l, right: r, operator, function: fn, negated, type: context.bool, typmod: -1 }
}

const nullIf = (context: AnalysisContext, left: Expr, right: Expr, location: Location): Expr => {
  const resolved = resolveOperands(context, '=', left, right, location)
  const { operator, function: fn } = resolved
  return {
    kind: 'nullif',
    left: resolved.left,
    right: resolved.right,
    operator,
    function: fn,
    // Any row is compared as a record; what comes out is still the row that went in.
    type: left.type.kind === 'c' ? left.type : resolved.left.type,
    typmod: resolved.left.type.oid === left.type.oid ? left.typmod : -1,
  }
}

/**
 * `x IN (a, b, …)` is `= ANY`, `NOT IN` is `<> ALL`, over the items that mention no column of this level, if these are
 * several and share a type with x; all others are compared one by one, and joined by OR or AND.
 */
const inList = (context: AnalysisContext, scope: Scope, node: A_Expr, symbol: string): Expr => {
  const leftOperand = written(node.lexpr, context.expr(scope, node.lexpr as Node))
  const left = leftOperand.expr
  const operands = listItems(node.rexpr).map((item) => written(item, context.expr(scope, item)))
  const { location } = node
  const negated = symbol === '<>'
  const isRowwise = leftOperand.fields !== null || operands.some((operand) => operand.fields !== null)
  const listed = isRowwise ? [] : operands.filter((operand) => !scope.ownsColumnOf(operand.expr))
  const common =
    listed.length < 2 ? null : commonTypeOrNull(context, [left.type, ...listed.map((operand) => operand.expr.type)])
  const tests: Expr[] = []
  if (common !== null) {
    const typed = listed.map((operand) => {
      const item = listItems(node.rexpr)[operands.indexOf(operand)]
      return coerce(context, operand.expr, common, -1, 'implicit', locationOf(item))
    })
    const resolved = resolveOperands(context, symbol, left, typed[0] as Expr, location)
    tests.push({
      kind: 'array-comparison',
      left: resolved.left,
      operator: resolved.operator,
      function: resolved.function,
      quantifier: negated ? 'all' : 'any',
      list: typed.map((item) => coerce(context, item, resolved.right.type, -1, 'implicit', location)),
      array: null,
      type: context.bool,
      typmod: -1,
    })
  }
  const single = common === null ? operands : operands.filter((operand) => !listed.includes(operand))
  tests.push(...single.map((item) => compare(context, symbol, leftOperand, item, location)))
  if (tests.length === 1) return tests[0] as Expr
  return { kind: negated ? 'and' : 'or', args: tests, type: context.bool, typmod: -1 }
}

const arrayComparison = (
  context: AnalysisContext,
  symbol: string,
  left: Expr,
  right: Expr,
  quantifier: 'any' | 'all',
  location: Location,
): Expr => {
  // An untyped operand gets its type from the operator that the elements choose.
  const scalar = right.type.element === null ? settleUnknown(context, left) : left
  // An untyped array has elements of the type that the operator takes for an untyped operand.
  const elementOf = (): SqlType => {
    const { operator } = resolveOperator(context, symbol, scalar.type, right.type, location)
    return isPolymorphic(operator.right) ? scalar.type : context.typeOf(operator.right)
  }
  const array =
    right.type.oid === OID.unknown
      ? coerce(context, right, arrayOf(context.catalog, elementOf(), location), -1, 'implicit', location)
      : right
  const { element } = baseTypeOf(array.type)
  if (element === null || baseTypeOf(array.type).length !== -1) {
    throw wrongArray(location)
  }
  const { operator, function: fn } = resolveOperator(context, symbol, scalar.type, element, location)
  if (operator.result !== OID.bool)
    throw wrongObjectType('op ANY/ALL (array) requires operator to yield boolean', location)
  const { args } = resolvePolymorphic(
    context.catalog,
    [operator.left, operator.right],
    [scalar.type, element],
    operator.result,
    (types) => types[0] as SqlType,
    location,
  )
  const elementType = args[1] as SqlType
  const fitted = tryCoerce(context, array, arrayOf(context.catalog, elementType, location), -1, 'implicit', location)
  if (fitted === null)
    throw undefinedOperator(`${formatType(left.type, -1)} ${symbol} ${formatType(element, -1)}`, location)
  return {
    kind: 'array-comparison',
    left: coerce(context, scalar, args[0] as SqlType, -1, 'implicit', location),
    operator,
    function: fn,
    quantifier,
    list: null,
    array: fitted,
    type: context.bool,
    typmod: -1,
  }
}

const wrongArray = (location: Location) => wrongObjectType('op ANY/ALL (array) requires array on right side', location)

const between = (context: AnalysisContext, scope: Scope, node: A_Expr): Expr => {
  const value = written(node.lexpr, context.expr(scope, node.lexpr as Node))
  const bounds = listItems(node.rexpr)
  const operands: (Operand | undefined)[] = []
  // The second bound is looked at when the value has been compared with the first.
  const operand = (index: 0 | 1): Operand => {
    const bound = bounds[index] as Node
    const known = operands[index] ?? written(bound, context.expr(scope, bound))
    operands[index] = known
    return known
  }
  const { location } = node
  const { bool } = context
  const test = (kind: 'and' | 'or', symbols: readonly [string, string], first: 0 | 1): Expr => ({
    kind,
    args: symbols.map((symbol, i) =>
      compare(context, symbol, value, operand(i === 0 ? first : first === 0 ? 1 : 0), location),
    ),
    type: bool,
    typmod: -1,
  })
  const within = (first: 0 | 1): Expr => test('and', ['>=', '<='], first)
  const outside = (first: 0 | 1): Expr => test('or', ['<', '>'], first)
  switch (node.kind) {
    case 'AEXPR_NOT_BETWEEN':
      return outside(0)
    case 'AEXPR_BETWEEN_SYM':
      return { kind: 'or', args: [within(0), within(1)], type: bool, typmod: -1 }
    case 'AEXPR_NOT_BETWEEN_SYM':
      return { kind: 'and', args: [outside(0), outside(1)], type: bool, typmod: -1 }
    default:
      return within(0)
  }
}
