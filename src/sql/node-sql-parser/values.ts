/** VALUES, as INSERT and FROM have it. */
import type { Node, SelectStmt } from '../ast.ts'
import { list, only } from './ast.ts'
import { separated, type Translation } from './translation.ts'

/** A value, or DEFAULT, which is a column in the tree. */
export const valueOrDefault = (ast: unknown, translation: Translation): Node => {
  const { cursor } = translation
  const { location } = cursor
  return cursor.optional('default') ? { SetToDefault: { location } } : translation.expression(ast)
}

export const valuesQuery = (ast: unknown, translation: Translation): SelectStmt => {
  const { cursor } = translation
  const { values } = only(ast, ['type', 'values'], cursor)
  cursor.words('values')
  const valuesLists = separated(list(values, cursor), cursor, (row): Node => {
    const { value } = only(row, ['type', 'value'], cursor)
    cursor.symbol('(')
    const items = separated(list(value, cursor), cursor, (item) => valueOrDefault(item, translation))
    cursor.symbol(')')
    return { List: { items } }
  })
  return { valuesLists, limitOption: 'LIMIT_OPTION_DEFAULT', op: 'SETOP_NONE' }
}
