/** Subqueries in expressions. */
import type { Node } from '../ast.ts'
import { isAst, only, type Ast } from './ast.ts'
import type { Translation } from './translation.ts'

/** A subquery, which the tree has without a type. */
export const isSubquery = (ast: Ast): boolean => isAst(ast['ast'])

/** A query in its parentheses. */
export const subselect = (ast: unknown, translation: Translation): Node => {
  const { cursor } = translation
  const inner = only(ast, ['tableList', 'columnList', 'ast', 'parentheses'], cursor)['ast']
  return { SelectStmt: cursor.parenthesised(() => translation.query(inner)) }
}

export const exists = (ast: unknown, translation: Translation): Node => {
  const location = translation.cursor.words('exists')
  return { SubLink: { subLinkType: 'EXISTS_SUBLINK', subselect: subselect(ast, translation), location } }
}
