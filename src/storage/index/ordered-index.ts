/**
 * An ordered index over a table: entries (key, rowid) in index order. Entries are hints: an update leaves the old entry
 * until no snapshot can need it, so a reader checks that the row it sees still has the entry's key. The tree is built
 * on first use by sorting the table; until then writers need not keep it.
 */
import type { Datum } from '../../types/sql-type.ts'
import { Wait } from '../../vector/wait.ts'
import { type ColumnDescriptor, padRow } from '../table/column.ts'
import type { TableStore } from '../table/table-store.ts'
import type { Snapshot, TransactionState, Writer } from '../transaction-state.ts'
import { BTree, type BTreeCursor } from './btree.ts'
import { buildTree } from './index-build.ts'
import { KeyInterval } from './key-interval.ts'
import { type KeyPart, keyComparator, partComparator } from './key-order.ts'

export interface IndexDefinition {
  readonly parts: readonly KeyPart[]
  /** Column list that `key` expects rows to be as wide as. */
  readonly columns: readonly ColumnDescriptor[]
  /** Columns that `key` reads: base rows are handed to it with only these. Null: all. */
  readonly reads: readonly number[] | null
  /** Key of a row; null when the row is not in the index (partial index). Must not keep or change the row. */
  key(row: Datum[]): Datum[] | null
}

/** Bounds in index order (for a descending column the lower bound is the greater value), each a prefix of the key. */
export interface KeyRange {
  readonly lower?: readonly Datum[] | undefined
  readonly lowerInclusive?: boolean
  readonly upper?: readonly Datum[] | undefined
  readonly upperInclusive?: boolean
  readonly reverse?: boolean
}

/** A visible row found through the index. */
export interface IndexHit {
  readonly rowid: number
  /** As `TableStore.fetch` answers it. */
  readonly row: Datum[]
}

/** Answer of `probeUnique`. */
export interface Conflict {
  readonly conflict: number
}

export class OrderedIndex {
  readonly store: TableStore
  readonly definition: IndexDefinition
  /** Compares keys on their common prefix, in index order. */
  readonly compareKeys: (a: readonly Datum[], b: readonly Datum[]) => number
  /** Single-column keys are kept as bare datums. */
  readonly #single: boolean
  readonly #tree: BTree<Datum>
  #state: 'unbuilt' | 'building' | 'built' = 'unbuilt'
  #building: Promise<void> | null = null

  constructor(store: TableStore, definition: IndexDefinition) {
    this.store = store
    this.definition = definition
    this.compareKeys = keyComparator(definition.parts)
    this.#single = definition.parts.length === 1
    this.#tree = new BTree(
      this.#single
        ? partComparator(definition.parts[0] as KeyPart)
        : (this.compareKeys as (a: Datum, b: Datum) => number),
    )
    if (store.endRowid === 0) this.#state = 'built'
  }

  /** Entries, dead ones included; an estimate (the table's rows) while unbuilt. */
  get entryCount(): number {
    return this.#state === 'built' ? this.#tree.size : this.store.rowCount
  }

  /** Levels of the tree. */
  get depth(): number {
    return this.#tree.depth
  }

  /** Null when the index can be read at once, else a Wait after which to ask again. */
  prepare(): null | Wait {
    if (this.#state === 'built') return null
    this.#building ??= this.#build()
    return new Wait(this.#building)
  }

  async #build(): Promise<void> {
    this.#state = 'building'
    try {
      await buildTree(this.store, this, this.#tree)
      this.#state = 'built'
    } catch (error) {
      this.#state = 'unbuilt'
      throw error
    } finally {
      this.#building = null
    }
  }

  // ---- maintenance by the table store

  /** Key of a stored row, null when the row is not indexed. */
  keyOf(row: Datum[]): Datum[] | null {
    return this.definition.key(padRow(row, this.definition.columns))
  }

  /** The form in which the tree keeps a key. */
  treeKey(key: Datum[]): Datum {
    return this.#single ? key[0] : key
  }

  /** Whether a stored row has this key. */
  hasKey(row: Datum[], key: readonly Datum[] | null): boolean {
    const own = this.keyOf(row)
    return own === null || key === null ? own === key : this.compareKeys(own, key) === 0
  }

  /** Adds an entry; null: the row is not indexed. */
  add(key: Datum[] | null, rowid: number): void {
    if (key !== null && this.#state !== 'unbuilt') this.#tree.add(this.treeKey(key), rowid)
  }

  remove(key: Datum[] | null, rowid: number): void {
    if (key !== null && this.#state !== 'unbuilt') this.#tree.remove(this.treeKey(key), rowid)
  }

  // ---- reading; `prepare` must have answered null

  /** Visible rows whose key begins with `key`, in index order. */
  lookup(key: readonly Datum[], snapshot: Snapshot, needed: readonly number[] | null = null): IndexHit[] {
    const hits: IndexHit[] = []
    const candidates = this.candidates({ lower: key, upper: key })
    while (candidates.next()) {
      const row = this.visible(candidates.key, candidates.rowid, snapshot, needed)
      if (row !== null) hits.push({ rowid: candidates.rowid, row })
    }
    return hits
  }

  /** The row of an entry when the snapshot sees it with the entry's key, else null. */
  visible(key: Datum[], rowid: number, snapshot: Snapshot, needed: readonly number[] | null): Datum[] | null {
    const row = this.store.fetch(rowid, snapshot, needed)
    return row !== null && this.hasKey(row, key) ? row : null
  }

  /** A range, or the place of one key (`lower` and `upper` the same), for a `range` lock on this index. */
  interval(range: KeyRange): KeyInterval {
    return new KeyInterval(range, this.compareKeys)
  }

  /** Entries in a range, in index order or its reverse; the tree may change between two steps. */
  candidates(range: KeyRange): IndexCandidates {
    return new IndexCandidates(this, this.#tree, this.#single, range)
  }

  /**
   * Whether a row with this key may be added: null when no live row has it, `{conflict: rowid}` when one has, or a
   * Wait while that hangs on another transaction's end (ask again afterwards). `ignoreRowid` is the row being
   * updated. Keys with a NULL never conflict unless `nullsDistinct` is false.
   */
  probeUnique(writer: Writer, key: readonly Datum[], ignoreRowid = -1, nullsDistinct = true): null | Conflict | Wait {
    if (nullsDistinct && key.includes(null)) return null
    const wait = this.prepare()
    if (wait !== null) return wait
    const candidates = this.candidates({ lower: key, upper: key })
    while (candidates.next()) {
      if (candidates.rowid === ignoreRowid) continue
      const verdict = this.#conflict(writer, key, candidates.rowid)
      if (verdict !== null) return verdict
    }
    return null
  }

  /** Looks at a row's versions from the newest to the first committed or own one. */
  #conflict(writer: Writer, key: readonly Datum[], rowid: number): null | Conflict | Wait {
    let verdict: null | Conflict | Wait = null
    let pending: TransactionState | null = null
    this.store.someVersion(rowid, this.definition.reads, (values, creator) => {
      const inProgress = creator !== writer.state && creator.commitSequence === Number.POSITIVE_INFINITY
      if (inProgress) pending ??= creator
      const equal = values !== null && this.hasKey(values, key)
      if (equal) verdict = pending === null ? { conflict: rowid } : writer.waitFor(pending)
      return equal || !inProgress
    })
    return verdict
  }
}

/** A walk over the entries of a range. */
export class IndexCandidates {
  readonly #index: OrderedIndex
  readonly #cursor: BTreeCursor<Datum>
  readonly #single: boolean
  readonly #reverse: boolean
  readonly #limit: readonly Datum[] | undefined
  readonly #limitInclusive: boolean
  #key: Datum[] = []

  constructor(index: OrderedIndex, tree: BTree<Datum>, single: boolean, range: KeyRange) {
    const { lower, lowerInclusive = true, upper, upperInclusive = true, reverse = false } = range
    this.#index = index
    this.#single = single
    this.#reverse = reverse
    this.#limit = reverse ? lower : upper
    this.#limitInclusive = reverse ? lowerInclusive : upperInclusive
    const start = reverse ? upper : lower
    // Entries equal to the bound lie before the start when going up past an exclusive bound or down from an inclusive one.
    const passEqual = reverse ? upperInclusive : !lowerInclusive
    this.#cursor = tree.seek((key) => {
      if (start === undefined) return reverse
      const order = index.compareKeys(single ? [key] : key, start)
      return order < 0 || (order === 0 && passEqual)
    })
  }

  /** Steps to the next entry in the range; false at its end. */
  next(): boolean {
    if (!(this.#reverse ? this.#cursor.previous() : this.#cursor.next())) return false
    this.#key = this.#single ? [this.#cursor.key] : this.#cursor.key
    if (this.#limit === undefined) return true
    const order = this.#index.compareKeys(this.#key, this.#limit)
    return order === 0 ? this.#limitInclusive : this.#reverse ? order > 0 : order < 0
  }

  /** Key of the entry; never modify it. */
  get key(): Datum[] {
    return this.#key
  }

  get rowid(): number {
    return this.#cursor.rowid
  }
}
