/** What operators become in a parse tree. */
import { bodyOf, type A_Const, type A_Expr, type A_Expr_Kind, type Node } from '../ast.ts'
import { LEVEL, type Item } from './precedence.ts'
import { stringNode } from './translation.ts'

export const operand = (node: Node): Item => ({ kind: 'operand', node })

const operatorNode = (kind: A_Expr_Kind, name: string, parts: Partial<A_Expr>, location: number): Node => ({
  A_Expr: { kind, name: [stringNode(name)], ...parts, location },
})

/** The level of a written operator. */
const levelOf = (symbol: string): number => {
  switch (symbol) {
    case '<':
    case '>':
    case '=':
    case '<=':
    case '>=':
    case '<>':
    case '!=':
      return LEVEL.comparison
    case '+':
    case '-':
      return LEVEL.additive
    case '*':
    case '/':
    case '%':
      return LEVEL.multiplicative
    case '^':
      return LEVEL.power
    default:
      return LEVEL.operator
  }
}

/** `!=` is another spelling. */
const nameOf = (symbol: string): string => (symbol === '!=' ? '<>' : symbol)

export const infix = (symbol: string, location: number): Item => ({
  kind: 'infix',
  level: levelOf(symbol),
  build: (lexpr, rexpr) => operatorNode('AEXPR_OP', nameOf(symbol), { lexpr, rexpr }, location),
})

/** `operator ANY (array)`, `operator ALL (array)`. */
export const quantified = (symbol: string, kind: 'ANY' | 'ALL', rexpr: Node, location: number): Item => ({
  kind: 'postfix',
  level: levelOf(symbol),
  build: (lexpr) => operatorNode(`AEXPR_OP_${kind}`, nameOf(symbol), { lexpr, rexpr }, location),
})

/** `operator ANY (SELECT …)`, and IN, which names no operator. */
export const sublink = (symbol: string | null, kind: 'ANY' | 'ALL', subselect: Node, location: number): Item => ({
  kind: 'postfix',
  level: symbol === null ? LEVEL.match : levelOf(symbol),
  build: (testexpr) => ({
    SubLink: {
      subLinkType: `${kind}_SUBLINK`,
      testexpr,
      ...(symbol === null ? {} : { operName: [stringNode(nameOf(symbol))] }),
      subselect,
      location,
    },
  }),
})

/** AND and OR: those of one kind that follow each other on the left are one. */
export const connective = (boolop: 'AND_EXPR' | 'OR_EXPR', location: number): Item => ({
  kind: 'infix',
  level: boolop === 'AND_EXPR' ? LEVEL.and : LEVEL.or,
  build: (left, right) => {
    const same = bodyOf(left, 'BoolExpr')
    if (same?.boolop === boolop) return { BoolExpr: { ...same, args: [...(same.args ?? []), right] } }
    return { BoolExpr: { boolop, args: [left, right], location } }
  },
})

export const negation = (arg: Node, location: number): Node => ({
  BoolExpr: { boolop: 'NOT_EXPR', args: [arg], location },
})

export const not = (location: number): Item => ({
  kind: 'prefix',
  level: LEVEL.not,
  build: (arg) => negation(arg, location),
})

/** An operator before its operand. A minus before a number is part of it. */
export const prefix = (symbol: string, location: number): Item => ({
  kind: 'prefix',
  level: symbol === '+' || symbol === '-' ? LEVEL.sign : LEVEL.operator,
  build: (rexpr) => {
    const constant = symbol === '-' ? bodyOf(rexpr, 'A_Const') : undefined
    return negated(constant, location) ?? operatorNode('AEXPR_OP', symbol, { rexpr }, location)
  },
})

const negated = (constant: A_Const | undefined, location: number): Node | null => {
  if (constant?.ival !== undefined) {
    const value = constant.ival.ival ?? 0
    return { A_Const: { ival: value === 0 ? {} : { ival: -value }, location } }
  }
  const text = constant?.fval?.fval
  if (text === undefined) return null
  return { A_Const: { fval: { fval: text.startsWith('-') ? text.slice(1) : `-${text}` }, location } }
}

/** BETWEEN, whose lower bound stands between it and AND. */
export const between = (low: Node, isNegated: boolean, location: number): Item => {
  const name = isNegated ? 'NOT BETWEEN' : 'BETWEEN'
  const kind = isNegated ? 'AEXPR_NOT_BETWEEN' : 'AEXPR_BETWEEN'
  return {
    kind: 'infix',
    level: LEVEL.match,
    build: (lexpr, high) => operatorNode(kind, name, { lexpr, rexpr: { List: { items: [low, high] } } }, location),
  }
}

export const inList = (items: Node[], isNegated: boolean, location: number): Item => ({
  kind: 'postfix',
  level: LEVEL.match,
  build: (lexpr) => operatorNode('AEXPR_IN', isNegated ? '<>' : '=', { lexpr, rexpr: { List: { items } } }, location),
})

const PATTERNS = {
  LIKE: ['AEXPR_LIKE', '~~', 'like_escape'],
  ILIKE: ['AEXPR_ILIKE', '~~*', 'like_escape'],
  'SIMILAR TO': ['AEXPR_SIMILAR', '~', 'similar_to_escape'],
} as const

export type PatternOperator = keyof typeof PATTERNS

/** LIKE and its kin; `escape`: of the pattern on the right, null when none is given. */
export const pattern = (operator: PatternOperator, escape: Node | null, isNegated: boolean, location: number): Item => {
  const [kind, symbol, escaping] = PATTERNS[operator]
  return {
    kind: 'infix',
    level: LEVEL.match,
    build: (lexpr, right) => {
      const args = escape === null ? [right] : [right, escape]
      const funcname = [stringNode('pg_catalog'), stringNode(escaping)]
      const rexpr: Node =
        escape === null && operator !== 'SIMILAR TO'
          ? right
          : { FuncCall: { funcname, args, funcformat: 'COERCE_EXPLICIT_CALL', location } }
      return operatorNode(kind, isNegated ? `!${symbol}` : symbol, { lexpr, rexpr }, location)
    },
  }
}

/** IS NULL, IS TRUE and their kin. */
export const test = (what: 'NULL' | 'TRUE' | 'FALSE' | 'UNKNOWN', isNegated: boolean, location: number): Item => ({
  kind: 'postfix',
  level: LEVEL.is,
  build: (arg) =>
    what === 'NULL'
      ? { NullTest: { arg, nulltesttype: isNegated ? 'IS_NOT_NULL' : 'IS_NULL', location } }
      : { BooleanTest: { arg, booltesttype: isNegated ? `IS_NOT_${what}` : `IS_${what}`, location } },
})
