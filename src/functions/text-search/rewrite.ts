/** Queries from queries: the indexable part, substitution, containment. */
import { type QueryNode, TsQuery, wordsOf } from '../../types/text-search/query-node.ts'
import { compareNodes } from '../../types/text-search/tsquery.ts'

/** What of a query an index could be asked; null when that is everything. */
export const indexablePart = (node: QueryNode | null): QueryNode | null => {
  if (node === null || node.kind === 'not') return null
  if (node.kind === 'word') return node
  const left = indexablePart(node.left)
  const right = indexablePart(node.right)
  if (left === null || right === null) return node.kind === 'or' ? null : (left ?? right)
  return { ...node, left, right }
}

/** A tree whose chains of AND and of OR are one node with many children, in order. */
interface Tree {
  readonly node: QueryNode
  readonly children: readonly Tree[]
  /** Was put in, and is not looked at again. */
  readonly isNew?: boolean
}

/** Order of trees of any number of children. */
const compareTrees = (a: Tree, b: Tree): number => {
  if (a.node.kind === 'word' || b.node.kind === 'word' || a.node.kind !== b.node.kind) {
    return compareNodes(a.node, b.node)
  }
  if (a.children.length !== b.children.length) return b.children.length - a.children.length
  for (const [i, child] of a.children.entries()) {
    const order = compareTrees(child, b.children[i] as Tree)
    if (order !== 0) return order
  }
  return a.node.kind === 'phrase' && b.node.kind === 'phrase' ? b.node.distance - a.node.distance : 0
}

const isChain = ({ node }: Tree): boolean => node.kind === 'and' || node.kind === 'or'

const sorted = (tree: Tree): Tree =>
  isChain(tree) ? { ...tree, children: [...tree.children].sort(compareTrees) } : tree

/** The same with everything below it in order, too. */
const sortedThroughout = (tree: Tree): Tree => sorted({ ...tree, children: tree.children.map(sortedThroughout) })

const treeOf = (node: QueryNode): Tree => {
  if (node.kind === 'word') return { node, children: [] }
  if (node.kind === 'not') return { node, children: [treeOf(node.operand)] }
  const children = [treeOf(node.right), treeOf(node.left)]
  if (node.kind === 'phrase') return { node, children }
  return sorted({
    node,
    children: children.flatMap((child) => (child.node.kind === node.kind ? child.children : [child])),
  })
}

/** The tree as it is written. */
const plainTree = (node: QueryNode): Tree => {
  if (node.kind === 'word') return { node, children: [] }
  const children = node.kind === 'not' ? [node.operand] : [node.right, node.left]
  return { node, children: children.map(plainTree) }
}

const nodeOf = ({ node, children }: Tree): QueryNode => {
  if (node.kind === 'word') return node
  if (node.kind === 'not') return { kind: 'not', operand: nodeOf(children[0] as Tree) }
  const parts = children.map(nodeOf)
  while (parts.length > 2) {
    const [right, left] = parts as [QueryNode, QueryNode]
    parts[0] = { ...node, left, right }
    parts[1] = parts.pop() as QueryNode
  }
  const [right, left] = parts as [QueryNode, QueryNode]
  return { ...node, left, right }
}

/** A node with the target's children taken out of its own and the substitute put in; null when they are not all there. */
const replaceSubset = (tree: Tree, target: Tree, substitute: Tree | null): Tree | null => {
  const rest: Tree[] = []
  let matched = 0
  for (const child of tree.children) {
    const wanted = target.children[matched]
    if (wanted !== undefined && compareTrees(child, wanted) === 0) matched++
    else rest.push(child)
  }
  if (matched < target.children.length) return null
  return sortedThroughout({ ...tree, children: substitute === null ? rest : [...rest, substitute] })
}

/** Null: nothing is left. */
const substituted = (tree: Tree, target: Tree, substitute: Tree | null): Tree | null => {
  if (tree.isNew) return tree
  if (compareTrees(tree, target) === 0) return substitute
  const subset =
    isChain(tree) && tree.node.kind === target.node.kind && tree.children.length > target.children.length
      ? replaceSubset(tree, target, substitute)
      : null
  const { node, children } = subset ?? tree
  if (node.kind === 'word') return tree
  const left = children.flatMap((child) => substituted(child, target, substitute) ?? [])
  if (left.length === 0) return null
  if (left.length === 1 && node.kind !== 'not') return left[0] as Tree
  return { node, children: left }
}

/** ts_rewrite: every occurrence of a query in another one replaced. */
export const rewriteQuery = (query: TsQuery, target: TsQuery, substitute: TsQuery): TsQuery => {
  if (query.root === null || target.root === null) return query
  const replacement = substitute.root === null ? null : { ...plainTree(substitute.root), isNew: true }
  const tree = substituted(treeOf(query.root), treeOf(target.root), replacement)
  return tree === null ? TsQuery.empty : new TsQuery(nodeOf(tree))
}

/** Whether all words of one query are in another. */
export const containsWords = (query: TsQuery, part: TsQuery): boolean => {
  const words = new Set(wordsOf(query.root).map(({ word }) => word))
  return wordsOf(part.root).every(({ word }) => words.has(word))
}

/** The query with the operands of its chains in order. */
const inOrder = ({ root }: TsQuery): TsQuery => (root === null ? TsQuery.empty : new TsQuery(nodeOf(treeOf(root))))

/** The same for several pairs of target and substitute, one after another. */
export const rewriteQueryByRows = (
  query: TsQuery,
  rows: readonly (readonly [target: TsQuery | null, substitute: TsQuery | null])[],
): TsQuery => {
  let result = inOrder(query)
  for (const [target, substitute] of rows) {
    if (target !== null && substitute !== null) result = inOrder(rewriteQuery(result, target, substitute))
  }
  return result
}
