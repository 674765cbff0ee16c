/**
 * An ordered set of (key, rowid) entries in memory. Leaves are doubly linked arrays; a node that runs empty is taken
 * out, others are never joined. Entries compare by key, then by rowid.
 */
const NODE_SIZE = 128

interface Leaf<K> {
  readonly leaf: true
  keys: K[]
  rowids: number[]
  previous: Leaf<K> | null
  next: Leaf<K> | null
}

interface Inner<K> {
  readonly leaf: false
  children: Node<K>[]
  /** keys[i], rowids[i]: no entry of children[i + 1] is below it, every entry of children[i] is. */
  keys: K[]
  rowids: number[]
}

type Node<K> = Leaf<K> | Inner<K>

/** Whether an entry lies before the place sought; must hold for a prefix of the entries only. */
export type Before<K> = (key: K, rowid: number) => boolean

export class BTree<K> {
  readonly #compare: (a: K, b: K) => number
  #root: Node<K>
  #size = 0
  #depth = 1
  /** Counts changes, so that cursors know when to look for their place again. */
  changes = 0

  constructor(compare: (a: K, b: K) => number) {
    this.#compare = compare
    this.#root = newLeaf([], [])
  }

  get size(): number {
    return this.#size
  }

  /** Levels, leaves included. */
  get depth(): number {
    return this.#depth
  }

  /** Adds an entry; false when it is there already. */
  add(key: K, rowid: number): boolean {
    const result = this.#add(this.#root, key, rowid)
    if (result === false) return false
    this.#size++
    this.changes++
    if (result !== true) {
      this.#root = { leaf: false, children: [this.#root, result.node], keys: [result.key], rowids: [result.rowid] }
      this.#depth++
    }
    return true
  }

  /** Removes an entry; false when it is not there. */
  remove(key: K, rowid: number): boolean {
    if (!this.#remove(this.#root, key, rowid)) return false
    this.#size--
    this.changes++
    while (!this.#root.leaf && this.#root.children.length === 1) {
      this.#root = this.#root.children[0] as Node<K>
      this.#depth--
    }
    return true
  }

  /** A cursor before the first entry for which `before` is false. */
  seek(before: Before<K>): BTreeCursor<K> {
    return new BTreeCursor(this, before)
  }

  /** Leaf and index of the first entry for which `before` is false; the index may be one past the leaf's end. */
  locate(before: Before<K>): { leaf: Leaf<K>; index: number } {
    let node = this.#root
    while (!node.leaf) node = node.children[lowerBound(node, before)] as Node<K>
    return { leaf: node, index: lowerBound(node, before) }
  }

  /** Replaces the content by entries that are in order already. */
  load(keys: readonly K[], rowids: readonly number[]): void {
    const leaves: Leaf<K>[] = []
    for (let from = 0; from < keys.length; from += NODE_SIZE) {
      const leaf = newLeaf(keys.slice(from, from + NODE_SIZE), rowids.slice(from, from + NODE_SIZE))
      const previous = leaves[leaves.length - 1]
      if (previous !== undefined) {
        leaf.previous = previous
        previous.next = leaf
      }
      leaves.push(leaf)
    }
    let level: { node: Node<K>; key: K; rowid: number }[] = leaves.map((node) => firstOf(node))
    this.#depth = 1
    while (level.length > 1) {
      const parents: typeof level = []
      for (let from = 0; from < level.length; from += NODE_SIZE) {
        const group = level.slice(from, from + NODE_SIZE)
        const rest = group.slice(1)
        const node: Inner<K> = {
          leaf: false,
          children: group.map((entry) => entry.node),
          keys: rest.map((entry) => entry.key),
          rowids: rest.map((entry) => entry.rowid),
        }
        parents.push({ node, key: (group[0] as (typeof level)[0]).key, rowid: (group[0] as (typeof level)[0]).rowid })
      }
      level = parents
      this.#depth++
    }
    this.#root = level[0]?.node ?? newLeaf([], [])
    this.#size = keys.length
    this.changes++
  }

  /** Order of two entries: negative, 0, positive. */
  order(key: K, rowid: number, otherKey: K, otherRowid: number): number {
    return this.#compare(key, otherKey) || rowid - otherRowid
  }

  #add(node: Node<K>, key: K, rowid: number): boolean | { node: Node<K>; key: K; rowid: number } {
    const at = this.#position(node, key, rowid)
    if (!node.leaf) {
      const result = this.#add(node.children[at] as Node<K>, key, rowid)
      if (typeof result === 'boolean') return result
      node.children.splice(at + 1, 0, result.node)
      node.keys.splice(at, 0, result.key)
      node.rowids.splice(at, 0, result.rowid)
      return node.children.length <= NODE_SIZE ? true : splitInner(node)
    }
    const last = node.keys.length
    if (at < last && this.order(key, rowid, node.keys[at] as K, node.rowids[at] as number) === 0) return false
    if (at === last) {
      node.keys.push(key)
      node.rowids.push(rowid)
    } else {
      node.keys.splice(at, 0, key)
      node.rowids.splice(at, 0, rowid)
    }
    if (node.keys.length <= NODE_SIZE) return true
    // Ascending inserts leave full leaves behind them.
    return splitLeaf(node, at === last && node.next === null ? last : (node.keys.length / 2) | 0)
  }

  /** For a leaf: index of the first entry not below (key, rowid). For an inner node: the child to descend to. */
  #position(node: Node<K>, key: K, rowid: number): number {
    let low = 0
    let high = node.keys.length
    const limit = node.leaf ? 0 : 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.order(node.keys[middle] as K, node.rowids[middle] as number, key, rowid) < limit) low = middle + 1
      else high = middle
    }
    return low
  }

  #remove(node: Node<K>, key: K, rowid: number): boolean {
    const at = this.#position(node, key, rowid)
    if (node.leaf) {
      if (at >= node.keys.length || this.order(key, rowid, node.keys[at] as K, node.rowids[at] as number) !== 0) {
        return false
      }
      node.keys.splice(at, 1)
      node.rowids.splice(at, 1)
      return true
    }
    const child = node.children[at] as Node<K>
    if (!this.#remove(child, key, rowid)) return false
    if (child.leaf ? child.keys.length > 0 : child.children.length > 0) return true
    if (child.leaf) {
      if (child.previous !== null) child.previous.next = child.next
      if (child.next !== null) child.next.previous = child.previous
    }
    node.children.splice(at, 1)
    node.keys.splice(Math.max(at - 1, 0), 1)
    node.rowids.splice(Math.max(at - 1, 0), 1)
    return true
  }
}

/** Walks entries in one direction; changes of the tree between two steps are allowed. */
export class BTreeCursor<K> {
  readonly #tree: BTree<K>
  readonly #before: Before<K>
  #leaf: Leaf<K>
  /** Index in the leaf of the entry after the cursor's place. */
  #index: number
  #changes: number
  #started = false
  #key: K | undefined = undefined
  #rowid = -1

  constructor(tree: BTree<K>, before: Before<K>) {
    this.#tree = tree
    this.#before = before
    const place = tree.locate(before)
    this.#leaf = place.leaf
    this.#index = place.index
    this.#changes = tree.changes
  }

  /** Key and rowid of the entry that the last step passed. */
  get key(): K {
    return this.#key as K
  }
  get rowid(): number {
    return this.#rowid
  }

  /** Steps over the next entry; false at the end. */
  next(): boolean {
    if (this.#changes !== this.#tree.changes) this.#relocate(1)
    while (this.#index >= this.#leaf.keys.length) {
      if (this.#leaf.next === null) return false
      this.#leaf = this.#leaf.next
      this.#index = 0
    }
    return this.#take(this.#index++)
  }

  /** Steps back over the previous entry; false at the start. */
  previous(): boolean {
    if (this.#changes !== this.#tree.changes) this.#relocate(0)
    while (this.#index === 0) {
      if (this.#leaf.previous === null) return false
      this.#leaf = this.#leaf.previous
      this.#index = this.#leaf.keys.length
    }
    return this.#take(--this.#index)
  }

  #take(index: number): true {
    this.#key = this.#leaf.keys[index] as K
    this.#rowid = this.#leaf.rowids[index] as number
    this.#started = true
    return true
  }

  /** Finds the place again: after the last entry when `limit` is 1, before it when 0. */
  #relocate(limit: number): void {
    const tree = this.#tree
    const place = tree.locate(
      this.#started ? (key, rowid) => tree.order(key, rowid, this.#key as K, this.#rowid) < limit : this.#before,
    )
    this.#leaf = place.leaf
    this.#index = place.index
    this.#changes = tree.changes
  }
}

const newLeaf = <K>(keys: K[], rowids: number[]): Leaf<K> => ({ leaf: true, keys, rowids, previous: null, next: null })

/** First position whose key is not before the place sought; for an inner node that is the child that holds it. */
const lowerBound = <K>(node: Node<K>, before: Before<K>): number => {
  let low = 0
  let high = node.keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (before(node.keys[middle] as K, node.rowids[middle] as number)) low = middle + 1
    else high = middle
  }
  return low
}

const splitLeaf = <K>(node: Leaf<K>, at: number): { node: Leaf<K>; key: K; rowid: number } => {
  const right = newLeaf(node.keys.splice(at), node.rowids.splice(at))
  right.previous = node
  right.next = node.next
  if (node.next !== null) node.next.previous = right
  node.next = right
  return firstOf(right)
}

const splitInner = <K>(node: Inner<K>): { node: Inner<K>; key: K; rowid: number } => {
  const at = node.children.length >> 1
  const right: Inner<K> = {
    leaf: false,
    children: node.children.splice(at),
    keys: node.keys.splice(at),
    rowids: node.rowids.splice(at),
  }
  return { node: right, key: node.keys.pop() as K, rowid: node.rowids.pop() as number }
}

const firstOf = <K>(leaf: Leaf<K>): { node: Leaf<K>; key: K; rowid: number } => ({
  node: leaf,
  key: leaf.keys[0] as K,
  rowid: leaf.rowids[0] as number,
})
