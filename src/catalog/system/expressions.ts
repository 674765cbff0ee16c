/** Expressions of the catalog as values of pg_node_tree: their parse trees as JSON, which pg_get_expr reads again. */
import type { ParseTree } from '../objects.ts'

interface StoredExpression {
  readonly tree: ParseTree
  /** The column whose default or generation expression it is; 0: none. */
  readonly attnum: number
}

export const storedExpression = (tree: ParseTree, attnum = 0): string =>
  JSON.stringify({ tree, attnum } satisfies StoredExpression)

/** A list, as pg_index.indexprs holds the expressions of an index. */
export const storedExpressions = (trees: readonly ParseTree[]): string =>
  JSON.stringify(trees.map((tree): StoredExpression => ({ tree, attnum: 0 })))

/** The expressions in a pg_node_tree. Throws SyntaxError when the text is not of this server's making. */
export const readExpressions = (text: string): readonly StoredExpression[] =>
  [JSON.parse(text) as StoredExpression | StoredExpression[]].flat()

/** A partition's bound, which follows from the partition. */
export const storedBound = (partition: number): string => JSON.stringify({ partition })

/** The partition whose bound a pg_node_tree is; null: it is none. */
export const readStoredBound = (text: string): number | null =>
  (JSON.parse(text) as { partition?: number }).partition ?? null
