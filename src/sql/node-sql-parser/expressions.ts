/**
 * Expressions: operators are laid out flat, in the order of the text, and grouped anew; everything else is an operand.
 * Parentheses are where both the tree and the text have them; the text alone may have them around one operand.
 */
import type { Node } from '../ast.ts'
import { type Ast, isAbsent, isAst, list, nameIn, only, textOf } from './ast.ts'
import { functionCall } from './functions.ts'
import { booleanConstant, nullConstant, numberNode, stringConstant } from './literals.ts'
import * as operators from './operators.ts'
import { grouped, LEVEL, type Item } from './precedence.ts'
import { exists, isSubquery, subselect } from './subqueries.ts'
import { separated, stringNode, type Translation } from './translation.ts'
import { typeName } from './types.ts'

export const expression = (ast: unknown, translation: Translation): Node => {
  const items: Item[] = []
  layOut(ast, items, translation)
  return grouped(items, translation.cursor)
}

/** What brings its own parentheses. */
const isEnclosed = (ast: Ast): boolean => isSubquery(ast) || ast['type'] === 'expr_list'

/** Adds the operators and operands of a tree. */
const layOut = (ast: unknown, items: Item[], translation: Translation): void => {
  const { cursor } = translation
  if (!isAst(ast)) throw cursor.refusal('this expression')
  if (ast['parentheses'] === true && !isEnclosed(ast)) {
    const { parentheses: _, ...inner } = ast
    items.push(operators.operand(cursor.parenthesised(() => expression(inner, translation))))
    return
  }
  switch (ast['type']) {
    case 'binary_expr':
      return layOutBinary(ast, items, translation)
    case 'unary_expr':
      return layOutUnary(ast, items, translation)
    case 'cast':
      if (ast['symbol'] === '::') return layOutCast(ast, items, translation)
      break
    case 'number':
      // A sign right before a number is in its value.
      if (cursor.seesSymbol('-') || cursor.seesSymbol('+')) {
        const sign = cursor.seesSymbol('-') ? '-' : '+'
        items.push(operators.prefix(sign, cursor.symbol(sign)))
        const value = Number(ast['value'])
        return layOut({ ...ast, value: sign === '-' ? -value : value }, items, translation)
      }
      break
    case 'function':
      if (isNot(ast)) {
        items.push(operators.not(cursor.words('not')))
        const [arg, second] = list(only(ast['args'], ['type', 'value'], cursor)['value'], cursor)
        if (second !== undefined) throw cursor.refusal('this expression')
        cursor.symbol('(')
        items.push(operators.operand(expression(arg, translation)))
        cursor.symbol(')')
        return
      }
      break
    case 'column_ref':
      if (!isAbsent(ast['collate'])) return layOutCollation(ast, items, translation)
      break
  }
  const isLoose = cursor.seesSymbol('(') && !isEnclosed(ast)
  const read = () => operandNode(ast, translation)
  items.push(operators.operand(isLoose ? cursor.parenthesised(read) : read()))
}

/** `NOT (…)`, which is a function in the tree. */
const isNot = ({ name, args }: Ast): boolean => {
  if (!isAst(name) || !isAst(args) || !isAbsent(name['schema']) || !Array.isArray(name['name'])) return false
  const [only] = name['name']
  return isAst(only) && only['type'] === 'default' && /^not$/i.test(textOf(only['value']))
}

const layOutBinary = (ast: Ast, items: Item[], translation: Translation): void => {
  const { cursor } = translation
  const { operator, left, right } = only(ast, ['type', 'operator', 'left', 'right'], cursor)
  if (typeof operator !== 'string') throw cursor.refusal('this operator')
  layOut(left, items, translation)
  const isNegated = operator.startsWith('NOT ') || operator === 'IS NOT'
  const location = cursor.location
  switch (operator) {
    case 'AND':
    case 'OR':
      items.push(operators.connective(`${operator}_EXPR`, cursor.words(operator.toLowerCase())))
      return layOut(right, items, translation)
    case 'BETWEEN':
    case 'NOT BETWEEN': {
      cursor.words(operator.toLowerCase())
      const [low, high, more] = list(only(right, ['type', 'value'], cursor)['value'], cursor)
      if (more !== undefined) throw cursor.refusal('this expression')
      const bound = lowerBound(low, translation)
      cursor.words('and')
      items.push(operators.between(bound, isNegated, location))
      return layOut(high, items, translation)
    }
    case 'IN':
    case 'NOT IN':
      cursor.words(operator.toLowerCase())
      items.push(membership(right, isNegated, location, translation))
      return
    case 'IS':
    case 'IS NOT':
      cursor.words(operator.toLowerCase())
      items.push(operators.test(testedFor(right, translation), isNegated, location))
      return
    case 'LIKE':
    case 'NOT LIKE':
    case 'ILIKE':
    case 'NOT ILIKE':
    case 'SIMILAR TO':
    case 'NOT SIMILAR TO': {
      cursor.words(operator.toLowerCase())
      const name = operator.replace('NOT ', '') as operators.PatternOperator
      if (!isAst(right) || isAbsent(right['escape'])) {
        items.push(operators.pattern(name, null, isNegated, location))
        return layOut(right, items, translation)
      }
      const { escape, ...text } = right
      const read = operandNode(text, translation)
      cursor.words('escape')
      const mark = operandNode(only(escape, ['type', 'value'], cursor)['value'], translation)
      items.push(operators.pattern(name, mark, isNegated, location), operators.operand(read))
      return
    }
  }
  cursor.symbol(operator)
  const quantifier = quantifierOf(right)
  if (quantifier === null) {
    items.push(operators.infix(operator, location))
    layOut(right, items, translation)
  } else items.push(quantified(operator, quantifier, right as Ast, location, translation))
}

/** What may stand between BETWEEN and AND: nothing looser than operators. */
const lowerBound = (ast: unknown, translation: Translation): Node => {
  const items: Item[] = []
  layOut(ast, items, translation)
  if (items.some((item) => item.kind !== 'operand' && item.level < LEVEL.operator)) {
    throw translation.cursor.refusal('this bound')
  }
  return grouped(items, translation.cursor)
}

const membership = (ast: unknown, isNegated: boolean, location: number, translation: Translation): Item => {
  const { cursor } = translation
  const values = list(only(ast, ['type', 'value'], cursor)['value'], cursor)
  const [first] = values
  if (isAst(first) && isSubquery(first) && values.length === 1 && first['parentheses'] !== true) {
    const link = operators.sublink(null, 'ANY', subselect(first, translation), location)
    if (!isNegated || link.kind !== 'postfix') return link
    return { ...link, build: (operand: Node) => operators.negation(link.build(operand), location) }
  }
  cursor.symbol('(')
  const items = separated(values, cursor, translation.expression)
  cursor.symbol(')')
  return operators.inList(items, isNegated, location)
}

const testedFor = (ast: unknown, { cursor }: Translation): 'NULL' | 'TRUE' | 'FALSE' => {
  const { type, value } = only(ast, ['type', 'value'], cursor)
  const what = type === 'null' ? 'NULL' : type === 'bool' ? (value === true ? 'TRUE' : 'FALSE') : null
  if (what === null) throw cursor.refusal('this test')
  cursor.words(what.toLowerCase())
  return what
}

/** `ANY (…)`, `ALL (…)`: functions in the tree. */
const quantifierOf = (ast: unknown): 'ANY' | 'ALL' | null => {
  if (!isAst(ast) || ast['type'] !== 'function' || !isAst(ast['name']) || !Array.isArray(ast['name']['name']))
    return null
  const [name] = ast['name']['name']
  const word = isAst(name) && name['type'] === 'default' ? textOf(name['value']).toUpperCase() : ''
  return word === 'ANY' || word === 'SOME' ? 'ANY' : word === 'ALL' ? 'ALL' : null
}

const quantified = (
  operator: string,
  kind: 'ANY' | 'ALL',
  ast: Ast,
  location: number,
  translation: Translation,
): Item => {
  const { cursor } = translation
  const { args } = only(ast, ['type', 'name', 'args'], cursor)
  const [arg, second] = list(only(args, ['type', 'value'], cursor)['value'], cursor)
  if (second !== undefined || !isAst(arg)) throw cursor.refusal('this expression')
  // SOME is another word for ANY.
  if (kind !== 'ANY' || !cursor.optional('some')) cursor.words(kind.toLowerCase())
  if (isSubquery(arg)) return operators.sublink(operator, kind, subselect(arg, translation), location)
  cursor.symbol('(')
  const array = translation.expression(arg)
  cursor.symbol(')')
  return operators.quantified(operator, kind, array, location)
}

const layOutUnary = (ast: Ast, items: Item[], translation: Translation): void => {
  const { cursor } = translation
  const { operator, expr } = only(ast, ['type', 'operator', 'expr'], cursor)
  switch (operator) {
    case 'NOT':
      items.push(operators.not(cursor.words('not')))
      return layOut(expr, items, translation)
    case 'NOT EXISTS':
      items.push(operators.not(cursor.words('not')))
      items.push(operators.operand(exists(expr, translation)))
      return
    case '+':
    case '-':
      items.push(operators.prefix(operator, cursor.symbol(operator)))
      return layOut(expr, items, translation)
    default:
      throw cursor.refusal('this operator')
  }
}

const layOutCast = (ast: Ast, items: Item[], translation: Translation): void => {
  const { cursor } = translation
  const { expr, target } = only(ast, ['type', 'keyword', 'symbol', 'expr', 'target'], cursor)
  layOut(expr, items, translation)
  for (const type of list(target, cursor)) {
    const location = cursor.symbol('::')
    const name = typeName(type, cursor)
    items.push({
      kind: 'postfix',
      level: LEVEL.cast,
      build: (arg) => ({ TypeCast: { arg, typeName: name, location } }),
    })
  }
}

const layOutCollation = (ast: Ast, items: Item[], translation: Translation): void => {
  const { cursor } = translation
  const { collate, ...column } = ast
  items.push(operators.operand(operandNode(column, translation)))
  const { collate: named } = only(collate, ['type', 'keyword', 'collate'], cursor)
  const { name } = only(named, ['name'], cursor)
  const location = cursor.words('collate')
  const collname = [stringNode(cursor.name(nameIn(name, cursor)))]
  items.push({
    kind: 'postfix',
    level: LEVEL.collate,
    build: (arg) => ({ CollateClause: { arg, collname, location } }),
  })
}

const operandNode = (ast: unknown, translation: Translation): Node => {
  const { cursor } = translation
  if (!isAst(ast)) throw cursor.refusal('this expression')
  const { location } = cursor
  if (isSubquery(ast)) {
    return { SubLink: { subLinkType: 'EXPR_SUBLINK', subselect: subselect(ast, translation), location } }
  }
  switch (ast['type']) {
    case 'number':
    case 'bigint':
      return numberNode(only(ast, ['type', 'value'], cursor)['value'], cursor)
    case 'single_quote_string':
      return stringConstant(only(ast, ['type', 'value'], cursor)['value'], cursor)
    case 'bool':
      return booleanConstant(only(ast, ['type', 'value'], cursor)['value'], cursor)
    case 'null':
      only(ast, ['type', 'value'], cursor)
      return nullConstant(cursor)
    case 'column_ref':
      return columnReference(ast, translation)
    case 'var': {
      const { prefix, members, name } = only(ast, ['type', 'name', 'members', 'prefix', 'suffix'], cursor)
      const number = cursor.parameter()
      if (prefix !== '$' || list(members, cursor).length > 0 || Number(name) !== number) {
        throw cursor.refusal('this parameter')
      }
      return { ParamRef: { number, location } }
    }
    case 'expr_list': {
      const args = list(only(ast, ['type', 'value', 'parentheses'], cursor)['value'], cursor)
      if (args.length < 2) throw cursor.refusal('this row')
      cursor.symbol('(')
      const items = separated(args, cursor, translation.expression)
      cursor.symbol(')')
      return { RowExpr: { args: items, row_format: 'COERCE_IMPLICIT_CAST', location } }
    }
    case 'case':
      return caseExpression(ast, translation)
    case 'array': {
      const { expr_list: items } = only(ast, ['type', 'keyword', 'brackets', 'expr_list'], cursor)
      const values = list(only(items, ['type', 'value'], cursor)['value'], cursor)
      cursor.words('array')
      cursor.symbol('[')
      const elements = separated(values, cursor, translation.expression)
      cursor.symbol(']')
      return { A_ArrayExpr: { elements, location } }
    }
    case 'cast': {
      const { expr, target } = only(ast, ['type', 'keyword', 'symbol', 'expr', 'target'], cursor)
      const [type, second] = list(target, cursor)
      if (second !== undefined) throw cursor.refusal('this cast')
      cursor.words('cast')
      cursor.symbol('(')
      const arg = translation.expression(expr)
      cursor.words('as')
      const cast: Node = { TypeCast: { arg, typeName: typeName(type, cursor), location } }
      cursor.symbol(')')
      return cast
    }
    case 'function':
    case 'aggr_func':
    case 'window_func':
      return functionCall(ast, translation)
    default:
      throw cursor.refusal('this expression')
  }
}

/** `a`, `t.a`, `s.t.a`, and the same with `*`. */
export const columnReference = (ast: Ast, { cursor }: Translation): Node => {
  const { schema, table, column } = only(ast, ['type', 'schema', 'table', 'column'], cursor)
  const { location } = cursor
  const fields: Node[] = []
  for (const qualifier of [schema, table]) {
    if (isAbsent(qualifier)) continue
    fields.push(stringNode(cursor.name(nameIn(qualifier, cursor))))
    cursor.symbol('.')
  }
  const isStar = column === '*' && cursor.optionalSymbol('*')
  if (isStar) fields.push({ A_Star: {} })
  else {
    const name = nameIn(column, cursor)
    // Behind a dot every word is a name.
    fields.push(stringNode(cursor.name(name, fields.length === 0 ? 'column' : 'label')))
  }
  return { ColumnRef: { fields, location } }
}

const caseExpression = (ast: Ast, translation: Translation): Node => {
  const { cursor } = translation
  const { expr, args } = only(ast, ['type', 'expr', 'args'], cursor)
  const location = cursor.words('case')
  const arg = isAbsent(expr) ? {} : { arg: translation.expression(expr) }
  const whens: Node[] = []
  let otherwise: Node | null = null
  for (const arm of list(args, cursor)) {
    const { type, cond, result } = only(arm, ['type', 'cond', 'result'], cursor)
    if (otherwise !== null) throw cursor.refusal('this case')
    if (type === 'else') {
      cursor.words('else')
      otherwise = translation.expression(result)
      continue
    }
    const at = cursor.words('when')
    const condition = translation.expression(cond)
    cursor.words('then')
    whens.push({ CaseWhen: { expr: condition, result: translation.expression(result), location: at } })
  }
  cursor.words('end')
  return {
    CaseExpr: { ...arg, args: whens, ...(otherwise === null ? {} : { defresult: otherwise }), location },
  }
}
