/** Calls of functions, aggregates and window functions. */
import type { FuncCall, Node, WindowDef } from '../ast.ts'
import { type Ast, isAbsent, isAst, list, nameIn, only, textOf } from './ast.ts'
import { sortBy } from './sort-by.ts'
import { exists } from './subqueries.ts'
import { separated, stringNode, type Translation } from './translation.ts'

export const functionCall = (ast: Ast, translation: Translation): Node => {
  switch (ast['type']) {
    case 'aggr_func':
      return aggregate(ast, translation)
    case 'window_func':
      return windowFunction(ast, translation)
    default:
      return plainFunction(ast, translation)
  }
}

const call = (name: readonly string[], parts: Partial<FuncCall>, location: number): Node => ({
  FuncCall: { funcname: name.map(stringNode), ...parts, funcformat: 'COERCE_EXPLICIT_CALL', location },
})

const plainFunction = (ast: Ast, translation: Translation): Node => {
  const { cursor } = translation
  const { name, args, over } = only(ast, ['type', 'name', 'args', 'over'], cursor)
  const { schema, name: last } = only(name, ['schema', 'name'], cursor)
  const [written, second] = list(last, cursor)
  if (second !== undefined) throw cursor.refusal('this function')
  const values = isAbsent(args) ? null : list(only(args, ['type', 'value'], cursor)['value'], cursor)
  const own = isAbsent(schema) && isAst(written) && values !== null ? ownGrammar(written, values, translation) : null
  if (own !== null) {
    if (!isAbsent(over)) throw cursor.refusal('this function')
    return own
  }
  if (values === null) throw cursor.refusal('this function')
  const { location } = cursor
  const qualifier = isAbsent(schema) ? [] : [cursor.name(nameIn(schema, cursor))]
  if (qualifier.length > 0) cursor.symbol('.')
  const names = [...qualifier, cursor.name(nameIn(written, cursor), qualifier.length === 0 ? 'function' : 'label')]
  const items = argumentsOf(values, translation)
  const window = isAbsent(over) ? {} : { over: overClause(over, translation) }
  return call(names, { ...(items.length === 0 ? {} : { args: items }), ...window }, location)
}

const argumentsOf = (values: readonly unknown[], { cursor, expression }: Translation): Node[] => {
  cursor.symbol('(')
  const items = separated(values, cursor, expression)
  cursor.symbol(')')
  return items
}

/** What looks like a function and has a node of its own in the grammar. */
const ownGrammar = (name: Ast, values: readonly unknown[], translation: Translation): Node | null => {
  const { cursor } = translation
  if (name['type'] !== 'default') return null
  const word = textOf(name['value']).toLowerCase()
  const { location } = cursor
  switch (word) {
    case 'exists':
      if (values.length !== 1) throw cursor.refusal('this expression')
      return exists(values[0], translation)
    case 'coalesce':
      cursor.words(word)
      return { CoalesceExpr: { args: argumentsOf(values, translation), location } }
    case 'greatest':
    case 'least': {
      cursor.words(word)
      const op = word === 'greatest' ? 'IS_GREATEST' : 'IS_LEAST'
      return { MinMaxExpr: { op, args: argumentsOf(values, translation), location } }
    }
    case 'row':
      cursor.words(word)
      return { RowExpr: { args: argumentsOf(values, translation), row_format: 'COERCE_EXPLICIT_CALL', location } }
    case 'nullif': {
      cursor.words(word)
      const [lexpr, rexpr, more] = argumentsOf(values, translation)
      if (lexpr === undefined || rexpr === undefined || more !== undefined) throw cursor.refusal('this expression')
      return { A_Expr: { kind: 'AEXPR_NULLIF', name: [stringNode('=')], lexpr, rexpr, location } }
    }
    default:
      return null
  }
}

const aggregate = (ast: Ast, translation: Translation): Node => {
  const { cursor } = translation
  const { name, args, over } = only(ast, ['type', 'name', 'args', 'over'], cursor)
  const { expr, distinct, orderby } = only(args, ['expr', 'distinct', 'orderby'], cursor)
  const { location } = cursor
  const names = [cursor.name(name, 'function')]
  cursor.symbol('(')
  const parts: FuncCall = {}
  if (isAst(expr) && expr['type'] === 'star') {
    only(expr, ['type', 'value'], cursor)
    cursor.symbol('*')
    parts.agg_star = true
  } else {
    if (!isAbsent(distinct)) {
      cursor.words('distinct')
      parts.agg_distinct = true
    }
    parts.args = [translation.expression(expr)]
    if (!isAbsent(orderby)) parts.agg_order = sortBy(orderby, translation)
  }
  cursor.symbol(')')
  if (!isAbsent(over)) parts.over = overClause(over, translation)
  return call(names, parts, location)
}

const windowFunction = (ast: Ast, translation: Translation): Node => {
  const { cursor } = translation
  const { name, args, over } = only(ast, ['type', 'name', 'args', 'over'], cursor)
  const values = isAbsent(args) ? [] : list(only(args, ['type', 'value'], cursor)['value'], cursor)
  const { location } = cursor
  const names = [cursor.name(name, 'function')]
  const items = argumentsOf(values, translation)
  return call(names, { ...(items.length === 0 ? {} : { args: items }), over: overClause(over, translation) }, location)
}

/** RANGE UNBOUNDED PRECEDING, which nobody has written. */
const DEFAULT_FRAME = 1058

const overClause = (ast: unknown, translation: Translation): WindowDef => {
  const { cursor } = translation
  const { as_window_specification: specification } = only(ast, ['type', 'as_window_specification'], cursor)
  cursor.words('over')
  if (typeof specification !== 'string') return windowDefinition(specification, translation)
  const { location } = cursor
  return { name: cursor.name(specification), frameOptions: DEFAULT_FRAME, location }
}

/** A window in its parentheses. Frames are not read. */
export const windowDefinition = (ast: unknown, translation: Translation): WindowDef => {
  const { cursor } = translation
  const { window_specification: inner } = only(ast, ['window_specification', 'parentheses'], cursor)
  const { partitionby, orderby } = only(inner, ['partitionby', 'orderby'], cursor)
  const location = cursor.symbol('(')
  const window: WindowDef = {}
  if (!isAbsent(partitionby)) {
    cursor.words('partition by')
    window.partitionClause = separated(list(partitionby, cursor), cursor, (item) =>
      translation.expression(only(item, ['type', 'expr'], cursor)['expr']),
    )
  }
  if (!isAbsent(orderby)) window.orderClause = sortBy(orderby, translation)
  cursor.symbol(')')
  return { ...window, frameOptions: DEFAULT_FRAME, location }
}
