/** What the parts of the translation need of each other. */
import type { Node, SelectStmt } from '../ast.ts'
import type { Cursor } from './cursor.ts'

export interface Translation {
  readonly cursor: Cursor
  expression(ast: unknown): Node
  /** A query without the parentheses around it. */
  query(ast: unknown): SelectStmt
}

export const stringNode = (sval: string): Node => ({ String: { sval } })

/** Translates items that commas keep apart. */
export const separated = <A, T>(items: readonly A[], cursor: Cursor, translate: (item: A) => T): T[] =>
  items.map((item, i) => {
    if (i > 0) cursor.symbol(',')
    return translate(item)
  })
