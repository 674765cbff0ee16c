/** PostgreSQL parse trees as libpg-query answers them: every node is an object with one key, its tag. */
import type { Node } from '@pgsql/types'

export type * from '@pgsql/types'

type UnionToIntersection<U> = (U extends unknown ? (u: U) => void : never) extends (i: infer I) => void ? I : never

/** Node bodies by tag: `NodeBodies['ColumnRef']`. */
export type NodeBodies = UnionToIntersection<Node>
export type NodeTag = keyof NodeBodies

export const tagOf = (node: Node): NodeTag => {
  for (const tag in node) return tag as NodeTag
  throw new Error('parse tree node without a tag')
}

/** The body of a node whose tag is known. */
export const bodyOf = <T extends NodeTag>(node: Node, tag: T): NodeBodies[T] | undefined =>
  (node as unknown as Partial<NodeBodies>)[tag]

/** Texts of a list of String nodes (qualified names, operator names). */
export const namesOf = (nodes: readonly Node[] | undefined): string[] =>
  (nodes ?? []).map((node) => bodyOf(node, 'String')?.sval ?? '')

/** Items of a List node, or of a plain array of nodes. */
export const listItems = (node: Node | undefined): readonly Node[] => {
  if (node === undefined) return []
  return bodyOf(node, 'List')?.items ?? []
}
