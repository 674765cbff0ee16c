/** The tree of a text search query. */

export interface WordNode {
  readonly kind: 'word'
  readonly word: string
  /** Bit n is set when weight n (0 for D to 3 for A) is asked for; 0: any. */
  readonly weights: number
  readonly prefix: boolean
}

export interface NotNode {
  readonly kind: 'not'
  readonly operand: QueryNode
}

export type BinaryNode =
  | { readonly kind: 'and' | 'or'; readonly left: QueryNode; readonly right: QueryNode }
  | {
      readonly kind: 'phrase'
      readonly left: QueryNode
      readonly right: QueryNode
      /** How many places the right side is behind the left. */
      readonly distance: number
    }

export type QueryNode = WordNode | NotNode | BinaryNode

export class TsQuery {
  /** Null when the query has no words. */
  readonly root: QueryNode | null

  constructor(root: QueryNode | null) {
    this.root = root
  }

  static readonly empty = new TsQuery(null)
}

/** The words of a tree, from left to right. */
export const wordsOf = (node: QueryNode | null): WordNode[] => {
  if (node === null) return []
  if (node.kind === 'word') return [node]
  return node.kind === 'not' ? wordsOf(node.operand) : [...wordsOf(node.left), ...wordsOf(node.right)]
}
