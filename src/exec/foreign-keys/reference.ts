/**
 * The referencing side of one foreign key within one statement: the row that a key refers to is found, and kept from
 * going away until the transaction ends.
 */
import { ancestorsOf, columnMap } from '../../catalog/inheritance.ts'
import type { Column, ForeignKey, RelationObject } from '../../catalog/objects.ts'
import { scannedTables } from '../../catalog/partitions.ts'
import { concurrentUpdate } from '../../errors/raise/transactions.ts'
import type { OrderedIndex } from '../../storage/index/ordered-index.ts'
import { Snapshot, type TransactionState } from '../../storage/transaction-state.ts'
import { ROW_LOCK } from '../../txn/lock-modes.ts'
import type { Transaction } from '../../txn/transaction.ts'
import type { Datum } from '../../types/sql-type.ts'
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext } from '../context.ts'
import { lockRow } from '../modify/lock-row.ts'
import { columnsAt, type ForeignConstraint } from './constraint.ts'
import { type Conversion, toReferenced } from './key-conversion.ts'
import { keyMissing, mixedNulls, referenceQuery, within } from './messages.ts'

/** Where keys are looked up: the referenced table's index, or that of one of its partitions. */
interface ReferencedPart {
  readonly relation: RelationObject
  readonly index: OrderedIndex
  /** By column of the index's key: which column of the foreign key it is. */
  readonly places: readonly number[]
}

export class Reference {
  readonly constraint: ForeignConstraint
  readonly parent: RelationObject
  /** One, unless the referenced table is partitioned. */
  readonly parts: readonly ReferencedPart[]
  /** By column of the foreign key: what its values become to be looked up, null: nothing else. */
  readonly conversions: readonly (Conversion | null)[]
  readonly #context: ExecutionContext
  readonly #child: RelationObject
  /** What referenced rows are seen by; null: as they are now, after waiting for whoever is changing them. */
  readonly #snapshot: Snapshot | null
  readonly #locks: boolean
  #tableLocked = false

  /**
   * `snapshot`: the rows seen by it are looked at, and none is locked, since a table lock keeps them. Without it, rows
   * are locked. REPEATABLE READ sees by its own snapshot in any case.
   */
  constructor(context: ExecutionContext, constraint: ForeignConstraint, snapshot: Snapshot | null = null) {
    const { catalog, transaction } = context
    this.#context = context
    this.constraint = constraint
    this.#child = catalog.relation(constraint.table) as RelationObject
    this.parent = catalog.relation(constraint.foreign.table) as RelationObject
    this.parts = partsOf(context, constraint.foreign, this.parent)
    const referenced = columnsAt(this.parent, constraint.foreign.columns)
    const referencing = columnsAt(this.#child, constraint.columns)
    this.conversions = referencing.map((column, i) => toReferenced(context, column, referenced[i] as Column))
    this.#snapshot = snapshot ?? (transaction.keepsSnapshot ? withCascades(transaction) : null)
    this.#locks = snapshot === null
  }

  /** Whether a key refers to a row; one with a NULL does not. Throws 23503 where MATCH FULL does not allow it. */
  refers(key: readonly Datum[]): boolean {
    let nulls = 0
    for (const value of key) if (value === null) nulls++
    if (nulls > 0 && nulls < key.length && this.constraint.foreign.matchFull) {
      throw mixedNulls(this.#context, this.constraint, this.#child)
    }
    return nulls === 0
  }

  /** Null when the index can be read and the table may be; a promise after which to ask again. */
  prepare(): Promise<void> | null {
    if (this.#locks && !this.#tableLocked) {
      this.#tableLocked = true
      const locked = this.#context.transaction.lockTable(this.parent.oid, 'rowShare')
      if (locked instanceof Wait) return locked.promise
    }
    for (const { index } of this.parts) {
      const wait = index.prepare()
      if (wait !== null) return wait.promise
    }
    return null
  }

  /**
   * Finds and locks the row that a key without NULLs refers to; a promise only while something is awaited. Throws 23503
   * when there is none, 40001 when it is no longer as a REPEATABLE READ transaction sees it.
   */
  require(key: readonly Datum[]): Promise<void> | null {
    const unready = this.prepare()
    if (unready !== null) return this.#again(unready, key)
    for (const part of this.parts) {
      const indexKey = this.#indexKey(part, key)
      const found = this.#find(part, indexKey)
      if (found instanceof Wait) return this.#again(found.promise, key)
      if (found !== null) return this.#keep(part, found, key, indexKey)
    }
    throw keyMissing(this.#context, this.constraint, this.#child, this.parent, key)
  }

  /** Locks the row that was found. */
  #keep(part: ReferencedPart, rowid: number, key: readonly Datum[], indexKey: readonly Datum[]): Promise<void> | null {
    if (!this.#locks) return null
    const locked = lockRow(this.#context, part.relation, rowid, ROW_LOCK.forKeyShare)
    // The row may be gone when the lock is there.
    if (locked !== null) return this.#again(locked, key)
    if (this.#snapshot !== null && this.#hasChanged(part, this.#snapshot, rowid, indexKey)) {
      throw within(concurrentUpdate(), this.#query())
    }
    return null
  }

  async #again(wait: Promise<void>, key: readonly Datum[]): Promise<void> {
    try {
      await wait
    } catch (error) {
      throw within(error, this.#query())
    }
    this.#context.resumed()
    const held = this.require(key)
    if (held !== null) await held
  }

  #query(): string {
    return referenceQuery(this.#context, this.constraint, this.#child, this.parent)
  }

  #indexKey({ places }: ReferencedPart, key: readonly Datum[]): Datum[] {
    return places.map((place) => {
      const convert = this.conversions[place]
      return convert === null || convert === undefined ? key[place] : convert(key[place])
    })
  }

  #find({ index }: ReferencedPart, indexKey: readonly Datum[]): number | Wait | null {
    if (indexKey.includes(null)) return null
    if (this.#snapshot === null) return findNow(index, this.#context.transaction, indexKey)
    return index.lookup(indexKey, this.#snapshot, index.definition.reads)[0]?.rowid ?? null
  }

  /** Whether the key of a row that the snapshot sees was changed, or the row deleted, by what the snapshot does not see. */
  #hasChanged({ index }: ReferencedPart, snapshot: Snapshot, rowid: number, indexKey: readonly Datum[]): boolean {
    const { state } = this.#context.transaction
    let changed = false
    index.store.someVersion(rowid, index.definition.reads, (values, writer) => {
      if (writer === state || snapshot.includes(writer)) return true
      changed = values === null || !index.hasKey(values, indexKey)
      return changed
    })
    return changed
  }

  /**
   * As `require` for an entry of the index with the key: true when its row is settled, as wanted, and locked. What is
   * out of the ordinary gets false, and is for `require`.
   */
  accept({ index, relation }: ReferencedPart, indexKey: readonly Datum[], rowid: number): boolean {
    const { transaction } = this.#context
    if (indexKey.includes(null)) return false
    const newest = index.store.newest(rowid, index.definition.reads)
    if (newest === null || newest.values === null) return false
    const { writer } = newest
    if (writer !== transaction.state && writer.commitSequence > (this.#snapshot?.sequence ?? Number.MAX_VALUE))
      return false
    if (!index.hasKey(newest.values, indexKey)) return false
    if (!this.#locks) return true
    transaction.assignXid()
    const tag = { kind: 'row', relation: relation.oid, rowid } as const
    return transaction.lock(tag, ROW_LOCK.forKeyShare, { noWait: true }) === null
  }
}

/** The indexes that keep a referenced key unique: of each partition where the table has any. */
export const partsOf = (
  { catalog, indexes }: ExecutionContext,
  foreign: ForeignKey,
  parent: RelationObject,
): ReferencedPart[] => {
  const above = catalog.relation(foreign.index) as RelationObject
  if (parent.kind !== 'p') return [partOf(above, parent, (attnum) => attnum)]
  return scannedTables(catalog, parent).flatMap((relation) => {
    const own = catalog
      .indexesOf(relation.oid)
      .find((index) => ancestorsOf(catalog, index).some(({ oid }) => oid === above.oid))
    const map = columnMap(parent, relation)
    return own === undefined
      ? []
      : [partOf(own, relation, (attnum) => (map === null ? attnum : map.indexOf(attnum) + 1))]
  })

  function partOf(index: RelationObject, relation: RelationObject, original: (attnum: number) => number) {
    const places = (index.index?.keys ?? []).map(({ attnum }) => foreign.columns.indexOf(original(attnum)))
    return { relation, index: indexes.of(index, relation, catalog), places }
  }
}

/** The transaction's snapshot, with what the checks themselves have changed. */
const withCascades = (transaction: Transaction): Snapshot =>
  new Snapshot(transaction.snapshot().sequence, transaction.state, transaction.command + 1)

/**
 * The row with a key, null when there is none. Unlike a unique index's probe it does not wait for a change that leaves
 * the key alone: only a row that comes or goes with another transaction is awaited.
 */
const findNow = (index: OrderedIndex, transaction: Transaction, key: readonly Datum[]): number | Wait | null => {
  const candidates = index.candidates({ lower: key, upper: key })
  while (candidates.next()) {
    /** Whether the row has the key as it is, and as it was before a change in progress by another. */
    let present: boolean | null = null
    let settled = false
    let pending: TransactionState | null = null
    index.store.someVersion(candidates.rowid, index.definition.reads, (values, writer) => {
      settled = values !== null && index.hasKey(values, key)
      present ??= settled
      const inProgress = writer !== transaction.state && writer.commitSequence === Number.POSITIVE_INFINITY
      if (inProgress) {
        pending ??= writer
        settled = false
      }
      return !inProgress
    })
    if (pending !== null && present !== settled) return transaction.waitFor(pending)
    if (settled) return candidates.rowid
  }
  return null
}
