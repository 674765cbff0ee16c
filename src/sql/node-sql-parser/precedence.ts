/**
 * Operands and operators in the order of the text, grouped by PostgreSQL's precedence. The groups that node-sql-parser
 * makes are not looked at: it groups `a OR b AND c` from the left.
 */
import type { Node } from '../ast.ts'
import type { Cursor } from './cursor.ts'

/** Levels of PostgreSQL's grammar, loosest first. */
export const LEVEL = {
  or: 1,
  and: 2,
  not: 3,
  is: 4,
  comparison: 5,
  match: 6,
  operator: 9,
  additive: 10,
  multiplicative: 11,
  power: 12,
  collate: 14,
  sign: 15,
  cast: 18,
} as const

/** Levels at which operators cannot follow each other. */
const NON_ASSOCIATIVE: ReadonlySet<number> = new Set([LEVEL.comparison, LEVEL.match])

export type Item =
  | { readonly kind: 'operand'; readonly node: Node }
  | { readonly kind: 'prefix'; readonly level: number; readonly build: (operand: Node) => Node }
  | { readonly kind: 'infix'; readonly level: number; readonly build: (left: Node, right: Node) => Node }
  | { readonly kind: 'postfix'; readonly level: number; readonly build: (operand: Node) => Node }

/** The expression that the items are. Throws 0A000 for a sequence that is none. */
export const grouped = (items: readonly Item[], cursor: Cursor): Node => {
  let at = 0
  const read = (least: number): Node => {
    const first = items[at++]
    let left: Node
    if (first?.kind === 'operand') left = first.node
    else if (first?.kind === 'prefix') left = first.build(read(first.level + 1))
    else throw cursor.refusal('this expression')
    /** The level of an operator that ends with an operand, and so cannot be followed by one of its own level. */
    let closed = 0
    for (let next = items[at]; next !== undefined; next = items[at]) {
      if (next.kind !== 'infix' && next.kind !== 'postfix') throw cursor.refusal('this expression')
      if (next.level < least) break
      if (next.level === closed) throw cursor.refusal('this expression')
      at++
      if (next.kind === 'postfix') {
        left = next.build(left)
        closed = 0
      } else {
        left = next.build(left, read(next.level + 1))
        closed = NON_ASSOCIATIVE.has(next.level) ? next.level : 0
      }
    }
    return left
  }
  const node = read(0)
  if (at !== items.length) throw cursor.refusal('this expression')
  return node
}
