/** INSERT, UPDATE, DELETE, and transactions. */
import type { Node, RangeVar, SelectStmt, TransactionStmtKind } from '../ast.ts'
import { type Ast, isAbsent, isAst, list, nameIn, only, textOf } from './ast.ts'
import { fromClause, table } from './from.ts'
import { targets } from './select.ts'
import { separated, type Translation } from './translation.ts'
import { valueOrDefault, valuesQuery } from './values.ts'

/** The one table that a statement changes. */
const target = (ast: unknown, translation: Translation): RangeVar => {
  const [first, second] = list(ast, translation.cursor)
  if (second !== undefined) throw translation.cursor.refusal('this statement')
  return table(first, translation)
}

const returning = (ast: unknown, translation: Translation): { returningClause?: { exprs: Node[] } } => {
  const { cursor } = translation
  if (isAbsent(ast)) return {}
  const { columns } = only(ast, ['type', 'columns'], cursor)
  cursor.words('returning')
  return { returningClause: { exprs: targets(columns, translation) } }
}

export const insert = (ast: Ast, translation: Translation): Node => {
  const { cursor } = translation
  only(ast, ['type', 'table', 'columns', 'values', 'prefix', 'returning'], cursor)
  if (!isAbsent(ast['prefix']) && ast['prefix'] !== 'into') throw cursor.refusal('this statement')
  cursor.words('insert into')
  const relation = target(ast['table'], translation)
  const cols = isAbsent(ast['columns']) ? {} : { cols: columns(ast['columns'], translation) }
  const selectStmt: Node = { SelectStmt: source(ast['values'], translation) }
  return {
    InsertStmt: {
      relation,
      ...cols,
      selectStmt,
      ...returning(ast['returning'], translation),
      override: 'OVERRIDING_NOT_SET',
    },
  }
}

const columns = (ast: unknown, { cursor }: Translation): Node[] => {
  cursor.symbol('(')
  const names = separated(list(ast, cursor), cursor, (column): Node => {
    const { location } = cursor
    return { ResTarget: { name: cursor.name(nameIn(column, cursor)), location } }
  })
  cursor.symbol(')')
  return names
}

const source = (ast: unknown, translation: Translation): SelectStmt =>
  isAst(ast) && ast['type'] === 'values' ? valuesQuery(ast, translation) : translation.query(ast)

export const update = (ast: Ast, translation: Translation): Node => {
  const { cursor } = translation
  only(ast, ['type', 'table', 'set', 'from', 'where', 'returning'], cursor)
  cursor.words('update')
  const relation = target(ast['table'], translation)
  cursor.words('set')
  const targetList = separated(list(ast['set'], cursor), cursor, (item): Node => {
    const { column, value } = only(item, ['type', 'column', 'value'], cursor)
    const { location } = cursor
    const name = cursor.name(nameIn(column, cursor))
    cursor.symbol('=')
    return { ResTarget: { name, val: valueOrDefault(value, translation), location } }
  })
  let from = {}
  if (!isAbsent(ast['from'])) {
    cursor.words('from')
    from = { fromClause: fromClause(ast['from'], translation) }
  }
  return {
    UpdateStmt: {
      relation,
      targetList,
      ...from,
      ...where(ast, translation),
      ...returning(ast['returning'], translation),
    },
  }
}

const where = (ast: Ast, { cursor, expression }: Translation): { whereClause?: Node } => {
  if (isAbsent(ast['where'])) return {}
  cursor.words('where')
  return { whereClause: expression(ast['where']) }
}

export const deletion = (ast: Ast, translation: Translation): Node => {
  const { cursor } = translation
  // `table` repeats what is in `from`.
  only(ast, ['type', 'table', 'from', 'where', 'returning'], cursor)
  cursor.words('delete from')
  const relation = target(ast['from'], translation)
  return { DeleteStmt: { relation, ...where(ast, translation), ...returning(ast['returning'], translation) } }
}

const TRANSACTIONS: Readonly<Record<string, TransactionStmtKind>> = {
  begin: 'TRANS_STMT_BEGIN',
  start: 'TRANS_STMT_START',
  commit: 'TRANS_STMT_COMMIT',
  rollback: 'TRANS_STMT_ROLLBACK',
}

export const transaction = (ast: Ast, { cursor }: Translation): Node => {
  const { expr } = only(ast, ['type', 'expr'], cursor)
  const { action, keyword } = only(expr, ['type', 'action', 'keyword'], cursor)
  const word = textOf(only(action, ['type', 'value'], cursor)['value']).toLowerCase()
  const kind = Object.hasOwn(TRANSACTIONS, word) ? TRANSACTIONS[word] : undefined
  if (kind === undefined) throw cursor.refusal('this statement')
  cursor.words(word)
  if (!isAbsent(keyword)) cursor.words(textOf(keyword).toLowerCase())
  return { TransactionStmt: { kind, location: -1 } }
}
