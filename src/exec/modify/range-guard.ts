/** What a writer asks before it changes a row: whether a SERIALIZABLE reader has locked a key range that the row is in. */
import type { RelationObject } from '../../catalog/objects.ts'
import type { OrderedIndex } from '../../storage/index/ordered-index.ts'
import type { Datum } from '../../types/sql-type.ts'
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext } from '../context.ts'

export class RangeGuard {
  readonly #context: ExecutionContext
  readonly #relation: RelationObject
  #indexes: readonly { readonly oid: number; readonly index: OrderedIndex }[] | null = null

  constructor(context: ExecutionContext, relation: RelationObject) {
    this.#context = context
    this.#relation = relation
  }

  /**
   * Null when the row may be changed at once; a Wait after which to ask again. `old` is the row as it is, null for a
   * new one; `row` what it becomes, null for a deletion.
   */
  enter(rowid: number, old: Datum[] | null, row: Datum[] | null): Wait | null {
    const { transaction } = this.#context
    if (!transaction.hasRanges()) return null
    for (const { oid, index } of this.#all()) {
      if (!transaction.hasRanges(oid)) continue
      for (const key of this.#changedKeys(index, rowid, old, row)) {
        const wait = transaction.enterRange(oid, index.interval({ lower: key, upper: key }))
        if (wait !== null) return wait
      }
    }
    return null
  }

  /** As `enter` for a row that is about to be locked, so that no row lock is held while a range is awaited. */
  enterNewest(rowid: number): Wait | null {
    if (!this.#context.transaction.hasRanges()) return null
    const values = this.#context.storage.store(this.#relation.storageId).newest(rowid)?.values ?? null
    return values === null ? null : this.enter(rowid, values, null)
  }

  /** Keys that the change touches; a key that this transaction has changed before keeps readers away already. */
  #changedKeys(index: OrderedIndex, rowid: number, old: Datum[] | null, row: Datum[] | null): Datum[][] {
    const before = old === null ? null : index.keyOf(old)
    const after = row === null ? null : index.keyOf(row)
    const moved = after !== null && (before === null || index.compareKeys(before, after) !== 0)
    const own = before !== null && index.store.newest(rowid)?.writer === this.#context.transaction.state
    return [...(before === null || own ? [] : [before]), ...(moved ? [after] : [])]
  }

  #all() {
    const { catalog, indexes } = this.#context
    this.#indexes ??= catalog
      .indexesOf(this.#relation.oid)
      .filter(({ index }) => index?.ready !== false)
      .map((relation) => ({ oid: relation.oid, index: indexes.of(relation, this.#relation, catalog) }))
    return this.#indexes
  }
}
