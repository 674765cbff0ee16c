/** `expr = NULL` read as `expr IS NULL` (`transform_null_equals`). */
import { bodyOf, type Node } from './ast.ts'

interface Comparison {
  readonly kind?: string
  readonly name?: readonly { readonly String?: { readonly sval?: string } }[]
  readonly lexpr?: Node
  readonly rexpr?: Node
  readonly location?: number
}

const isNull = (node: Node | undefined): boolean => node !== undefined && bodyOf(node, 'A_Const')?.isnull === true

/** A tree with IS NULL in the place of each equality with NULL. */
export const withNullTests = <T>(tree: T): T => {
  if (Array.isArray(tree)) return tree.map(withNullTests) as T
  if (tree === null || typeof tree !== 'object') return tree
  const parts = Object.fromEntries(Object.entries(tree).map(([key, part]) => [key, withNullTests(part)]))
  const { kind, name, lexpr, rexpr, location } = (parts as { A_Expr?: Comparison }).A_Expr ?? {}
  if (kind !== 'AEXPR_OP' || name?.length !== 1 || name[0]?.String?.sval !== '=') return parts as T
  const arg = isNull(rexpr) ? lexpr : isNull(lexpr) ? rexpr : undefined
  return (arg === undefined ? parts : { NullTest: { arg, nulltesttype: 'IS_NULL', location } }) as T
}
