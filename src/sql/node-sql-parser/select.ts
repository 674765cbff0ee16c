/** SELECT, WITH, and set operations, which the tree has as a chain: INTERSECT binds tighter, all others from the left. */
import type { Node, SelectStmt, WithClause } from '../ast.ts'
import { isAbsent, isAst, list, nameIn, only, type Ast } from './ast.ts'
import { columnReference } from './expressions.ts'
import { fromClause } from './from.ts'
import { windowDefinition } from './functions.ts'
import { sortBy } from './sort-by.ts'
import { separated, stringNode, type Translation } from './translation.ts'

const SET_OPERATIONS = {
  union: ['SETOP_UNION', 'union'],
  'union all': ['SETOP_UNION', 'union all'],
  'union distinct': ['SETOP_UNION', 'union distinct'],
  intersect: ['SETOP_INTERSECT', 'intersect'],
  except: ['SETOP_EXCEPT', 'except'],
} as const

interface Arm {
  readonly ast: Ast
  /** Which operation joins it with the arm before. */
  readonly operation: keyof typeof SET_OPERATIONS | null
}

/** What follows the last arm and belongs to the whole. */
type Tail = Pick<SelectStmt, 'sortClause' | 'limitCount' | 'limitOffset' | 'limitOption'>

export const query = (ast: unknown, translation: Translation): SelectStmt => {
  const arms = armsOf(ast, translation)
  const [first] = arms
  if (first === undefined) throw translation.cursor.refusal('this query')
  const withClause = isAbsent(first.ast['with']) ? null : withQueries(first.ast['with'], translation)
  const whole = arms.length === 1 ? lone({ ...first.ast, with: null }, translation) : combined(arms, translation)
  if (withClause === null) return whole
  if (whole.withClause !== undefined) throw translation.cursor.refusal('this query')
  return { ...whole, withClause }
}

const armsOf = (ast: unknown, { cursor }: Translation): Arm[] => {
  const arms: Arm[] = []
  let operation: Arm['operation'] = null
  for (let next = ast; !isAbsent(next); ) {
    if (!isAst(next) || next['type'] !== 'select') throw cursor.refusal('this query')
    const { _next: following, set_op: joining, ...arm } = next
    arms.push({ ast: arm, operation })
    if (isAbsent(following)) break
    if (typeof joining !== 'string' || !Object.hasOwn(SET_OPERATIONS, joining)) throw cursor.refusal('this query')
    operation = joining as keyof typeof SET_OPERATIONS
    next = following
  }
  return arms
}

const lone = (ast: Ast, translation: Translation): SelectStmt => {
  const { body, tail } = select(ast, translation)
  return { ...body, ...tail }
}

const combined = (arms: readonly Arm[], translation: Translation): SelectStmt => {
  const { cursor } = translation
  /** Arms of the loose operations, each a run of INTERSECTs, and the operation before it: none before the first. */
  const runs: { query: SelectStmt; readonly operation: keyof typeof SET_OPERATIONS }[] = []
  let last: Tail = { limitOption: 'LIMIT_OPTION_DEFAULT' }
  for (const [i, { ast, operation }] of arms.entries()) {
    if (operation !== null) cursor.words(SET_OPERATIONS[operation][1])
    const isLast = i === arms.length - 1
    const { body, tail, enclosed } = select(i === 0 ? { ...ast, with: null } : ast, translation)
    // Only the last arm may have ORDER BY and LIMIT without parentheses, and they are those of the whole.
    const isOwn = enclosed || Object.keys(tail).length === 1
    if (!isOwn && !isLast) throw cursor.refusal('this query')
    const arm = isOwn ? { ...body, ...tail } : { ...body, limitOption: 'LIMIT_OPTION_DEFAULT' as const }
    if (!isOwn) last = tail
    const run = runs.at(-1)
    if (operation === 'intersect' && run !== undefined) run.query = setOperation('intersect', run.query, arm)
    else runs.push({ query: arm, operation: operation ?? 'union' })
  }
  const queries = runs.map(({ query }) => query)
  return { ...queries.reduce((left, right, i) => setOperation(runs[i]?.operation ?? 'union', left, right)), ...last }
}

const setOperation = (operation: keyof typeof SET_OPERATIONS, larg: SelectStmt, rarg: SelectStmt): SelectStmt => ({
  limitOption: 'LIMIT_OPTION_DEFAULT',
  op: SET_OPERATIONS[operation][0],
  ...(operation === 'union all' ? { all: true } : {}),
  larg,
  rarg,
})

const withQueries = (ast: unknown, translation: Translation): WithClause => {
  const { cursor } = translation
  const location = cursor.words('with')
  const entries = list(ast, cursor)
  const recursive = entries.some((entry) => isAst(entry) && entry['recursive'] === true)
  if (recursive) cursor.words('recursive')
  const ctes = separated(entries, cursor, (entry) => {
    const { name, stmt, columns } = only(entry, ['name', 'stmt', 'columns', 'recursive'], cursor)
    const at = cursor.location
    const ctename = cursor.name(nameIn(name, cursor))
    const named = isAbsent(columns) ? {} : { aliascolnames: columnNames(columns, translation) }
    cursor.words('as')
    const inner =
      isAst(stmt) && isAst(stmt['ast'])
        ? only(stmt, ['tableList', 'columnList', 'ast', 'parentheses'], cursor)['ast']
        : stmt
    const ctequery: Node = { SelectStmt: cursor.parenthesised(() => translation.query(inner)) }
    return {
      CommonTableExpr: { ctename, ...named, ctematerialized: 'CTEMaterializeDefault', ctequery, location: at },
    } satisfies Node
  })
  return { ctes, ...(recursive ? { recursive } : {}), location }
}

/** `(a, b)`. */
export const columnNames = (ast: unknown, { cursor }: Translation): Node[] => {
  cursor.symbol('(')
  const names = separated(list(ast, cursor), cursor, (column) => {
    if (!isAst(column) || column['type'] !== 'column_ref') return stringNode(cursor.name(nameIn(column, cursor)))
    const { column: name } = only(column, ['type', 'column'], cursor)
    return stringNode(cursor.name(nameIn(name, cursor)))
  })
  cursor.symbol(')')
  return names
}

const KEYS = `with type distinct columns into from where groupby having orderby limit _limit window
  parentheses_symbol parentheses`.split(/\s+/)

/** One SELECT; `enclosed`: in parentheses of its own. */
const select = (
  ast: Ast,
  translation: Translation,
): { readonly body: SelectStmt; readonly tail: Tail; readonly enclosed: boolean } => {
  const { cursor } = translation
  if (ast['parentheses_symbol'] === true || ast['parentheses'] === true || cursor.seesSymbol('(')) {
    const { parentheses_symbol: _, parentheses: __, ...inner } = ast
    const whole = cursor.parenthesised(() => query(inner, translation))
    const { sortClause, limitCount, limitOffset, limitOption, ...body } = whole
    const tail = {
      ...(sortClause === undefined ? {} : { sortClause }),
      ...(limitCount === undefined ? {} : { limitCount }),
      ...(limitOffset === undefined ? {} : { limitOffset }),
      ...(limitOption === undefined ? {} : { limitOption }),
    }
    return { body, tail, enclosed: true }
  }
  only(ast, KEYS, cursor)
  if (!isAbsent(ast['with'])) {
    const whole = query(ast, translation)
    return { body: whole, tail: {}, enclosed: true }
  }
  cursor.words('select')
  const distinct = distinctClause(ast['distinct'], translation)
  only(ast['into'] ?? {}, ['position'], cursor)
  const body: SelectStmt = {
    ...(distinct === null ? {} : { distinctClause: distinct }),
    targetList: targets(ast['columns'], translation),
    op: 'SETOP_NONE',
  }
  if (!isAbsent(ast['from'])) {
    cursor.words('from')
    body.fromClause = fromClause(ast['from'], translation)
  }
  if (!isAbsent(ast['where'])) {
    cursor.words('where')
    body.whereClause = translation.expression(ast['where'])
  }
  if (!isAbsent(ast['groupby'])) body.groupClause = groupBy(ast['groupby'], translation)
  if (!isAbsent(ast['having'])) {
    cursor.words('having')
    body.havingClause = translation.expression(ast['having'])
  }
  if (!isAbsent(ast['window'])) body.windowClause = windows(ast['window'], translation)
  const sorted = isAbsent(ast['orderby']) ? {} : { sortClause: sortBy(ast['orderby'], translation) }
  const limited = limits(ast['limit'], ast['_limit'], translation)
  return { body, tail: { ...sorted, ...limited }, enclosed: false }
}

/** Null: no DISTINCT. DISTINCT alone is a list with an empty item. */
const distinctClause = (ast: unknown, translation: Translation): Node[] | null => {
  const { cursor } = translation
  if (isAbsent(ast)) return null
  const { type, columns } = only(ast, ['type', 'columns'], cursor)
  if (isAbsent(type)) return null
  if (type === 'DISTINCT') {
    cursor.words('distinct')
    return [{} as Node]
  }
  if (type !== 'DISTINCT ON') throw cursor.refusal('this query')
  cursor.words('distinct on')
  cursor.symbol('(')
  const items = separated(list(columns, cursor), cursor, (item) =>
    translation.expression(only(item, ['type', 'expr'], cursor)['expr']),
  )
  cursor.symbol(')')
  return items
}

/** The select list, and what RETURNING lists. */
export const targets = (ast: unknown, translation: Translation): Node[] => {
  const { cursor } = translation
  return separated(list(ast, cursor), cursor, (item) => {
    const { expr, as } = only(item, ['type', 'expr', 'as'], cursor)
    const { location } = cursor
    const isStar = isAst(expr) && expr['type'] === 'column_ref' && expr['column'] === '*'
    const val = isStar ? columnReference(expr, translation) : translation.expression(expr)
    if (isAbsent(as)) return { ResTarget: { val, location } }
    if (isStar) throw cursor.refusal('this label')
    const name = cursor.optional('as') ? cursor.name(as, 'label') : cursor.name(as, 'bare label')
    return { ResTarget: { name, val, location } }
  })
}

const groupBy = (ast: unknown, translation: Translation): Node[] => {
  const { cursor } = translation
  const { columns } = only(ast, ['columns', 'modifiers'], cursor)
  const { modifiers } = ast as Ast
  if (!isAbsent(modifiers) && list(modifiers, cursor).some((modifier) => !isAbsent(modifier))) {
    throw cursor.refusal('this grouping')
  }
  cursor.words('group by')
  // ROLLUP and CUBE are words of the grammar here, and `()` is no expression.
  if (cursor.seesWords('rollup') || cursor.seesWords('cube') || cursor.seesWords('grouping')) {
    throw cursor.refusal('this grouping')
  }
  return separated(list(columns, cursor), cursor, (item) => {
    if (cursor.seesWords('rollup') || cursor.seesWords('cube')) throw cursor.refusal('this grouping')
    return translation.expression(item)
  })
}

const windows = (ast: unknown, translation: Translation): Node[] => {
  const { cursor } = translation
  const { expr } = only(ast, ['keyword', 'type', 'expr'], cursor)
  cursor.words('window')
  return separated(list(expr, cursor), cursor, (item) => {
    const { name, as_window_specification: specification } = only(item, ['name', 'as_window_specification'], cursor)
    const window = cursor.name(name)
    cursor.words('as')
    return { WindowDef: { name: window, ...windowDefinition(specification, translation) } }
  })
}

/** LIMIT and OFFSET; the tree has the one that comes first in `limit`. */
const limits = (first: unknown, second: unknown, translation: Translation): Tail => {
  let tail: Tail = { limitOption: 'LIMIT_OPTION_DEFAULT' }
  for (const ast of [first, second]) if (!isAbsent(ast)) tail = { ...tail, ...limit(ast, translation) }
  return tail
}

const limit = (ast: unknown, translation: Translation): Tail => {
  const { cursor } = translation
  const { seperator, value } = only(ast, ['seperator', 'value'], cursor)
  const values = list(value, cursor)
  const hasOffset = seperator === 'offset'
  if (values.length === 0) return {}
  if (values.length > 2 || (seperator !== '' && !hasOffset)) throw cursor.refusal('this limit')
  const [count, offset] = hasOffset && values.length === 1 ? [null, values[0]] : [values[0], values[1]]
  const tail: Tail = {}
  if (!isAbsent(count)) {
    cursor.words('limit')
    if (isAst(count) && count['type'] === 'origin') throw cursor.refusal('this limit')
    tail.limitCount = translation.expression(count)
    tail.limitOption = 'LIMIT_OPTION_COUNT'
  }
  if (!isAbsent(offset)) {
    cursor.words('offset')
    tail.limitOffset = translation.expression(offset)
  }
  return tail
}
