/** FROM: tables, subqueries, functions, and joins, which the tree has as a list. */
import type { Alias, JoinExpr, JoinType, Node, RangeVar } from '../ast.ts'
import { type Ast, isAbsent, isAst, list, nameIn, only, textOf } from './ast.ts'
import { isSubquery, subselect } from './subqueries.ts'
import { separated, stringNode, type Translation } from './translation.ts'
import { valuesQuery } from './values.ts'

export const fromClause = (ast: unknown, translation: Translation): Node[] => {
  const items: Node[] = []
  for (const item of list(ast, translation.cursor)) {
    const before = items.at(-1)
    if (isAst(item) && !isAbsent(item['join'])) {
      if (before === undefined) throw translation.cursor.refusal('this join')
      items[items.length - 1] = joined(before, item, translation)
    } else {
      if (before !== undefined) translation.cursor.symbol(',')
      items.push(fromItem(item, translation))
    }
  }
  return items
}

const JOINS: Readonly<Record<string, JoinType>> = {
  'CROSS JOIN': 'JOIN_INNER',
  'INNER JOIN': 'JOIN_INNER',
  'LEFT JOIN': 'JOIN_LEFT',
  'RIGHT JOIN': 'JOIN_RIGHT',
  'FULL JOIN': 'JOIN_FULL',
}

const joined = (larg: Node, ast: Ast, translation: Translation): Node => {
  const { cursor } = translation
  const { join, on, using, ...right } = ast
  const jointype = typeof join === 'string' && Object.hasOwn(JOINS, join) ? JOINS[join] : undefined
  if (jointype === undefined) throw cursor.refusal('this join')
  // The parser takes CROSS and NATURAL for aliases of the table before; the text knows better.
  const isNatural = cursor.optional('natural')
  const isCross = !isNatural && cursor.optional('cross')
  if (isCross ? jointype !== 'JOIN_INNER' : join === 'CROSS JOIN') throw cursor.refusal('this join')
  if (!isCross) side(jointype, translation)
  cursor.words('join')
  const rarg = fromItem(right, translation)
  const plain: JoinExpr = { jointype, ...(isNatural ? { isNatural } : {}), larg, rarg }
  if (isCross || isNatural) {
    if (!isAbsent(on) || !isAbsent(using)) throw cursor.refusal('this join')
    return { JoinExpr: plain }
  }
  if (!isAbsent(using)) {
    cursor.words('using')
    cursor.symbol('(')
    const columns = separated(list(using, cursor), cursor, (name) => stringNode(cursor.name(nameIn(name, cursor))))
    cursor.symbol(')')
    return { JoinExpr: { ...plain, usingClause: columns } }
  }
  cursor.words('on')
  return { JoinExpr: { ...plain, quals: translation.expression(on) } }
}

/** The words before JOIN. */
const side = (type: JoinType, { cursor }: Translation): void => {
  if (type === 'JOIN_INNER') cursor.optional('inner')
  else {
    cursor.words(type === 'JOIN_LEFT' ? 'left' : type === 'JOIN_RIGHT' ? 'right' : 'full')
    cursor.optional('outer')
  }
}

const fromItem = (ast: unknown, translation: Translation): Node => {
  const { cursor } = translation
  if (!isAst(ast)) throw cursor.refusal('this table')
  if (!isAbsent(ast['table'])) return { RangeVar: table(ast, translation) }
  const { prefix, type, expr, as } = only(ast, ['prefix', 'type', 'expr', 'as'], cursor)
  if (!isAst(expr)) throw cursor.refusal('this table')
  if (!isAbsent(prefix) && textOf(prefix).toUpperCase() !== 'LATERAL') throw cursor.refusal('this table')
  const lateral = isAbsent(prefix) ? {} : { lateral: true }
  if (!isAbsent(prefix)) cursor.words('lateral')
  if (isSubquery(expr) && isAbsent(type)) {
    const subquery = subselect(expr, translation)
    return { RangeSubselect: { ...lateral, subquery, ...aliased(as, translation) } }
  }
  if (expr['type'] === 'tables' && isAbsent(prefix)) {
    const { expr: inner } = only(expr, ['type', 'expr', 'parentheses'], cursor)
    const [only_, second] = cursor.parenthesised(() => fromClause(inner, translation))
    if (only_ === undefined || second !== undefined || !('JoinExpr' in only_)) throw cursor.refusal('this join')
    return { JoinExpr: { ...only_.JoinExpr, ...aliased(as, translation) } }
  }
  if (expr['type'] === 'values' && isAbsent(type)) {
    const { parentheses: _, ...rows } = expr
    const subquery: Node = { SelectStmt: cursor.parenthesised(() => valuesQuery(rows, translation)) }
    return { RangeSubselect: { ...lateral, subquery, ...aliased(as, translation) } }
  }
  if (expr['type'] === 'function' && type === 'expr') {
    const call = translation.expression(expr)
    // Other than a plain call, the grammar asks for more.
    if (!('FuncCall' in call)) throw cursor.refusal('this function')
    return {
      RangeFunction: { ...lateral, functions: [{ List: { items: [call, {} as Node] } }], ...aliased(as, translation) },
    }
  }
  throw cursor.refusal('this table')
}

/** A table's name with its alias. */
export const table = (ast: unknown, translation: Translation): RangeVar => {
  const { cursor } = translation
  const { db, table: name, as } = only(ast, ['db', 'table', 'as', 'addition'], cursor)
  const { location } = cursor
  const schema = isAbsent(db) ? {} : { schemaname: cursor.name(db) }
  if (!isAbsent(db)) cursor.symbol('.')
  const relname = cursor.name(name, isAbsent(db) ? 'column' : 'label')
  return { ...schema, relname, inh: true, relpersistence: 'p', ...aliased(as, translation), location }
}

/** Words that the parser takes for an alias, and which begin a join. */
const JOIN_WORDS: ReadonlySet<unknown> = new Set(['CROSS', 'NATURAL'])

/** The alias of a FROM item, which the tree has as text, names of columns included. */
const aliased = (as: unknown, { cursor }: Translation): { alias?: Alias } => {
  if (isAbsent(as)) return {}
  if (typeof as !== 'string') throw cursor.refusal('this alias')
  if (JOIN_WORDS.has(as.toUpperCase()) && (cursor.seesWords('cross') || cursor.seesWords('natural'))) return {}
  cursor.optional('as')
  const open = as.indexOf('(')
  if (open < 0) return { alias: { aliasname: cursor.name(as) } }
  const alias = cursor.name(as.slice(0, open).trim())
  const columns = as.slice(open + 1, as.lastIndexOf(')')).split(',')
  cursor.symbol('(')
  const colnames = separated(columns, cursor, (name) => stringNode(cursor.name(name.trim())))
  cursor.symbol(')')
  return { alias: { aliasname: alias, colnames } }
}
