/** Where an expression begins in the text, as error positions point at it. */
import { bodyOf, tagOf, type Node } from '../sql/ast.ts'

/** Byte offset of the leftmost token of the node, undefined when unknown. */
export const locationOf = (node: Node | undefined): number | undefined => {
  if (node === undefined) return undefined
  const tag = tagOf(node)
  const own = (bodyOf(node, tag) as { location?: number }).location
  const location = own === undefined || own < 0 ? undefined : own
  switch (tag) {
    case 'A_Expr':
      return leftmost(location, locationOf(bodyOf(node, 'A_Expr')?.lexpr))
    case 'TypeCast':
      return leftmost(location, locationOf(bodyOf(node, 'TypeCast')?.arg))
    case 'BoolExpr':
      return leftmost(location, locationOf(bodyOf(node, 'BoolExpr')?.args?.[0]))
    case 'NullTest':
      return leftmost(location, locationOf(bodyOf(node, 'NullTest')?.arg))
    case 'BooleanTest':
      return leftmost(location, locationOf(bodyOf(node, 'BooleanTest')?.arg))
    case 'CollateClause':
      return leftmost(location, locationOf(bodyOf(node, 'CollateClause')?.arg))
    case 'A_Indirection':
      return locationOf(bodyOf(node, 'A_Indirection')?.arg)
    case 'SubLink':
      return leftmost(location, locationOf(bodyOf(node, 'SubLink')?.testexpr))
    case 'ResTarget':
      return locationOf(bodyOf(node, 'ResTarget')?.val) ?? location
    default:
      return location
  }
}

const leftmost = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.min(a, b)
