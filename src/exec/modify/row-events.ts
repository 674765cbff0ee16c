/** What a statement (or a transaction, for deferred constraints) changed, for the checks that come afterwards. */
import type { RelationObject } from '../../catalog/objects.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { RowWriter, UniqueIndex } from './row-writer.ts'

export interface RowEvent {
  readonly kind: 'insert' | 'update' | 'delete'
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
  readonly rows: RowEvent[] = []
  readonly uniques: UniqueEvent[] = []
  readonly #watched: (relation: RelationObject) => boolean
  #last: RelationObject | null = null
  #lastWatched = false

  constructor(watched: (relation: RelationObject) => boolean) {
    this.#watched = watched
  }

  add(event: RowEvent): void {
    if (event.relation !== this.#last) {
      this.#last = event.relation
      this.#lastWatched = this.#watched(event.relation)
    }
    if (this.#lastWatched) this.rows.push(event)
  }

  addUnique(event: UniqueEvent): void {
    if (event.key !== null) this.uniques.push(event)
  }
}
