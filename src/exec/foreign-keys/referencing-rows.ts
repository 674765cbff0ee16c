/** The rows that refer to a key: the referenced side of one foreign key looks for them. */
import type { Column, RelationObject } from '../../catalog/objects.ts'
import type { Snapshot } from '../../storage/transaction-state.ts'
import type { Datum } from '../../types/sql-type.ts'
import { descriptorsOf } from '../../catalog/columns.ts'
import type { ExecutionContext } from '../context.ts'
import { columnsAt, type ForeignConstraint, isEqual } from './constraint.ts'
import { type Conversion, hasSameOrder, toReferenced } from './key-conversion.ts'
import { batchesOf } from '../../storage/table/batches.ts'

export class ReferencingRows {
  readonly child: RelationObject
  readonly #context: ExecutionContext
  readonly #constraint: ForeignConstraint
  readonly #referenced: readonly Column[]
  readonly #conversions: readonly (Conversion | null)[]
  /** An index of the table that begins with the key's columns. */
  readonly #index: RelationObject | null

  constructor(context: ExecutionContext, constraint: ForeignConstraint) {
    const { catalog } = context
    const { columns } = constraint
    this.#context = context
    this.#constraint = constraint
    this.child = catalog.relation(constraint.table) as RelationObject
    this.#referenced = columnsAt(
      catalog.relation(constraint.foreign.table) as RelationObject,
      constraint.foreign.columns,
    )
    const referencing = columnsAt(this.child, columns)
    this.#conversions = referencing.map((column, i) => toReferenced(context, column, this.#referenced[i] as Column))
    const isOrdered = referencing.every((column, i) => hasSameOrder(column, this.#referenced[i] as Column))
    const index = catalog.validIndexesOf(this.child.oid).find((relation) => {
      const leading = relation.index?.keys.slice(0, columns.length).map((k) => k.attnum) ?? []
      return relation.index?.predicate === null && columns.every((attnum) => leading.includes(attnum))
    })
    this.#index = isOrdered ? (index ?? null) : null
  }

  /** Whether a value of a column of the foreign key, by its place, refers to that of a key. */
  #matches(place: number, value: Datum, key: readonly Datum[]): boolean {
    if (value === null || value === undefined) return false
    const convert = this.#conversions[place]
    const { type } = this.#referenced[place] as Column
    return isEqual(type, convert === null || convert === undefined ? value : convert(value), key[place])
  }

  /** Whether a row refers to a key. */
  refers(row: readonly Datum[], key: readonly Datum[]): boolean {
    return this.#constraint.columns.every((attnum, i) => this.#matches(i, row[attnum - 1], key))
  }

  /**
   * Rows that refer to a key. What was committed after the transaction's snapshot counts, for it refers to the key too;
   * so does what the checks themselves have changed.
   */
  async find(key: readonly Datum[]): Promise<number[]> {
    const { catalog, indexes, transaction } = this.#context
    const snapshot = transaction.freshSnapshot(transaction.command + 1)
    if (this.#index === null) return this.#scan(key, snapshot)
    const { columns } = this.#constraint
    const index = indexes.of(this.#index, this.child, catalog)
    for (let wait = index.prepare(); wait !== null; wait = index.prepare()) await wait.promise
    const keys = (this.#index.index?.keys ?? []).slice(0, columns.length)
    const ordered = keys.map((k) => key[columns.indexOf(k.attnum)])
    return index.lookup(ordered, snapshot).map((hit) => hit.rowid)
  }

  async #scan(key: readonly Datum[], snapshot: Snapshot): Promise<number[]> {
    const { columns } = this.#constraint
    const scan = this.#context.storage.store(this.child.storageId).scan(snapshot, {
      columns: descriptorsOf(this.child),
      projection: columns.map((attnum) => attnum - 1),
      withRowids: true,
    })
    const rowids: number[] = []
    for await (const batch of batchesOf(scan)) {
      for (let k = 0; k < batch.count; k++) {
        const at = batch.position(k)
        if (columns.every((_, i) => this.#matches(i, batch.columns[i]?.get(at), key))) {
          rowids.push(batch.columns[columns.length]?.get(at))
        }
      }
      const wait = this.#context.poll()
      if (wait !== null) await wait.promise
    }
    return rowids
  }
}
