/**
 * A walk over the entries of a key range: the tree of recent entries and every level of runs, merged. The index may
 * change between two steps: the walk then finds its place again.
 */
import type { Datum } from '../../types/sql-type.ts'
import { type BTree, BTreeCursor } from './btree.ts'
import type { EntryOrder, Place } from './entry-order.ts'
import type { KeyRange } from './ordered-index.ts'
import { type Level, LevelCursor } from './run-levels.ts'

/** What a walk reads. */
export interface EntrySources {
  readonly order: EntryOrder
  readonly tree: BTree<Datum>
  /** Single-column keys are bare datums in the tree. */
  readonly single: boolean
  readonly levels: readonly Level[]
  /** Changes whenever other runs are to be read. */
  readonly version: number
}

interface Source {
  next(): boolean
  previous(): boolean
  readonly key: Datum[]
  readonly rowid: number
}

class TreeCursor implements Source {
  readonly #cursor: BTreeCursor<Datum>
  readonly #single: boolean

  constructor({ order, tree, single }: EntrySources, place: Place) {
    this.#single = single
    const isBefore = single
      ? (value: Datum, rowid: number) => order.isValueBefore(value, rowid, place)
      : (key: Datum, rowid: number) => order.isBefore(key, rowid, place)
    this.#cursor = new BTreeCursor(tree, isBefore)
  }
  next(): boolean {
    return this.#cursor.next()
  }
  previous(): boolean {
    return this.#cursor.previous()
  }
  get key(): Datum[] {
    return this.#single ? [this.#cursor.key] : this.#cursor.key
  }
  get rowid(): number {
    return this.#cursor.rowid
  }
}

export class IndexCandidates {
  readonly #index: EntrySources
  readonly #reverse: boolean
  readonly #limit: readonly Datum[] | undefined
  readonly #limitInclusive: boolean
  /** Sources that stand on an entry that was not handed out yet. */
  #sources: Source[] = []
  #version: number
  #key: Datum[] = []
  #rowid = -1

  constructor(index: EntrySources, range: KeyRange) {
    const { lower, lowerInclusive = true, upper, upperInclusive = true, reverse = false } = range
    this.#index = index
    this.#reverse = reverse
    this.#limit = reverse ? lower : upper
    this.#limitInclusive = reverse ? lowerInclusive : upperInclusive
    this.#version = index.version
    const start = reverse ? upper : lower
    // Entries equal to the bound lie before the start when going up past an exclusive bound or down from an inclusive one.
    const passEqual = start === undefined ? reverse : reverse ? upperInclusive : !lowerInclusive
    this.#open({ key: start ?? [], rowid: passEqual ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY })
  }

  #open(place: Place): void {
    const { order, tree, levels } = this.#index
    this.#version = this.#index.version
    const sources: Source[] = []
    for (const level of levels) sources.push(new LevelCursor(order, level, place, this.#limit))
    if (tree.size > 0 || sources.length === 0) sources.push(new TreeCursor(this.#index, place))
    this.#sources = sources.filter((source) => this.#step(source))
  }

  #step(source: Source): boolean {
    return this.#reverse ? source.previous() : source.next()
  }

  /** Steps to the next entry in the range; false at its end. */
  next(): boolean {
    if (this.#version !== this.#index.version) {
      const rowid = this.#rowid
      this.#open({ key: this.#key, rowid: this.#reverse ? rowid : rowid + 1 })
    }
    const sources = this.#sources
    if (sources.length === 0) return false
    let best = 0
    for (let i = 1; i < sources.length; i++) if (this.#isAhead(i, best)) best = i
    const source = sources[best] as Source
    this.#key = source.key
    this.#rowid = source.rowid
    if (!this.#withinLimit()) {
      this.#sources = []
      return false
    }
    this.#advance(best)
    // The same entry in another place is handed out once.
    for (let i = this.#sources.length - 1; i >= 0; i--) {
      const other = this.#sources[i] as Source
      if (other.rowid === this.#rowid && this.#index.order.compareKeys(other.key, this.#key) === 0) this.#advance(i)
    }
    return true
  }

  #advance(i: number): void {
    if (!this.#step(this.#sources[i] as Source)) this.#sources.splice(i, 1)
  }

  #isAhead(i: number, j: number): boolean {
    const [a, b] = [this.#sources[i] as Source, this.#sources[j] as Source]
    const order = this.#index.order.compareKeys(a.key, b.key) || a.rowid - b.rowid
    return this.#reverse ? order > 0 : order < 0
  }

  #withinLimit(): boolean {
    if (this.#limit === undefined) return true
    const order = this.#index.order.compareKeys(this.#key, this.#limit)
    return order === 0 ? this.#limitInclusive : this.#reverse ? order > 0 : order < 0
  }

  /** Key of the entry; never modify it. */
  get key(): Datum[] {
    return this.#key
  }

  get rowid(): number {
    return this.#rowid
  }
}
