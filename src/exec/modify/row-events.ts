/** What a statement (or a transaction, for deferred constraints) changed, for the checks that come afterwards. */
import type { RelationObject } from '../../catalog/objects.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { RowWriter, UniqueIndex } from './row-writer.ts'

/** Rows with consecutive rowids that a statement inserted. */
export interface InsertedRows {
  readonly relation: RelationObject
  readonly from: number
  /** The first rowid behind them. */
  to: number
}

/** An update or a deletion. */
export interface RowEvent {
  readonly kind: 'update' | 'delete'
  readonly relation: RelationObject
  readonly rowid: number
  readonly old: readonly Datum[] | null
  readonly new: readonly Datum[] | null
}

/** A row whose deferrable unique key must have no second holder in the end. */
export interface UniqueEvent {
  readonly writer: RowWriter
  readonly unique: UniqueIndex
  readonly rowid: number
  readonly key: Datum[] | null
}

/** Tables whose changes nobody checks are left out: `watched` says which are looked at. */
export class RowEvents {
  /** Inserted rows are looked up when they are checked: a statement may insert more of them than memory holds. */
  inserted: InsertedRows[] = []
  rows: RowEvent[] = []
  uniques: UniqueEvent[] = []
  readonly #watched: (relation: RelationObject) => boolean
  #last: RelationObject | null = null
  #lastWatched = false

  constructor(watched: (relation: RelationObject) => boolean) {
    this.#watched = watched
  }

  /** Begins anew, for another statement. */
  clear(): void {
    if (this.isEmpty) return
    this.inserted = []
    this.rows = []
    this.uniques = []
  }

  get isEmpty(): boolean {
    return this.rows.length === 0 && this.inserted.length === 0 && this.uniques.length === 0
  }

  #isWatched(relation: RelationObject): boolean {
    if (relation !== this.#last) {
      this.#last = relation
      this.#lastWatched = this.#watched(relation)
    }
    return this.#lastWatched
  }

  add(event: RowEvent): void {
    if (this.#isWatched(event.relation)) this.rows.push(event)
  }

  addInserted(relation: RelationObject, rowid: number, count = 1): void {
    if (!this.#isWatched(relation)) return
    const last = this.inserted.at(-1)
    if (last !== undefined && last.relation === relation && last.to === rowid) last.to += count
    else this.inserted.push({ relation, from: rowid, to: rowid + count })
  }

  addUnique(event: UniqueEvent): void {
    if (event.key !== null) this.uniques.push(event)
  }
}
