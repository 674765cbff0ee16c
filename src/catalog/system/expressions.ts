/** Expressions of the catalog as values of pg_node_tree: their parse trees as JSON, which pg_get_expr reads again. */
import type { ParseTree } from '../objects.ts'

export const storedExpression = (tree: ParseTree): string => JSON.stringify(tree)

/** A list, as pg_index.indexprs holds the expressions of an index. */
export const storedExpressions = (trees: readonly ParseTree[]): string => JSON.stringify(trees)

/** The parse trees in a pg_node_tree; none when the text is not of this server's making. */
export const readExpressions = (text: string): readonly ParseTree[] => {
  try {
    const parsed: unknown = JSON.parse(text)
    return Array.isArray(parsed) ? (parsed as ParseTree[]) : [parsed as ParseTree]
  } catch {
    return []
  }
}
