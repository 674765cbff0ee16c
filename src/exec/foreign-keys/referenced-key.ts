/**
 * The referenced side of one foreign key within one statement: what becomes of referencing rows when a key goes away.
 * CASCADE, SET NULL and SET DEFAULT change rows as statements of their own would, with all constraints of the table.
 */
import { probeUnique } from '../../storage/index/conflicts.ts'
import { columnMap, toParent } from '../../catalog/inheritance.ts'
import type { Column, ReferentialAction, RelationObject } from '../../catalog/objects.ts'
import { padRow } from '../../storage/table/column.ts'
import { type LockMode, ROW_LOCK } from '../../txn/lock-modes.ts'
import type { Datum } from '../../types/sql-type.ts'
import { Wait } from '../../vector/wait.ts'
import { descriptorsOf } from '../../catalog/columns.ts'
import type { ExecutionContext } from '../context.ts'
import { columnDefaultValue } from '../modify/column-default.ts'
import { noteMoved } from '../modify/moved-rows.ts'
import { PartitionRouter } from '../modify/partition-router.ts'
import { changedSince, lockRow } from '../modify/lock-row.ts'
import { RangeGuard } from '../modify/range-guard.ts'
import type { RowEvent, RowEvents } from '../modify/row-events.ts'
import type { RowWriter } from '../modify/row-writer.ts'
import { writerFor } from '../modify/target-tables.ts'
import { columnAt, columnsAt, type ForeignConstraint, valuesAt } from './constraint.ts'
import { type Conversion, toReferencing } from './key-conversion.ts'
import { cascadeStatement, keyReferenced, wholeTable, within } from './messages.ts'
import { partsOf } from './reference.ts'
import { ReferencingRows } from './referencing-rows.ts'

type ChangingAction = 'cascade' | 'set null' | 'set default'

/** What a change of a key means for a referencing row. */
interface Cascade {
  readonly action: ChangingAction
  readonly key: readonly Datum[]
  /** The referenced row as it has become, null when it is deleted. */
  readonly row: readonly Datum[] | null
  /** Columns that get other values; none: the row is deleted. */
  readonly columns: readonly number[]
}

export class ReferencedKey {
  readonly #context: ExecutionContext
  readonly #constraint: ForeignConstraint
  readonly #parent: RelationObject
  readonly #rows: ReferencingRows
  readonly #events: RowEvents
  readonly #guard: RangeGuard
  #writer: RowWriter | null = null
  #router: PartitionRouter | null = null
  #conversions: readonly (Conversion | null)[] | null = null

  /** `events` are told of the rows that are changed here. */
  constructor(context: ExecutionContext, constraint: ForeignConstraint, events: RowEvents) {
    this.#context = context
    this.#constraint = constraint
    this.#parent = context.catalog.relation(constraint.foreign.table) as RelationObject
    this.#rows = new ReferencingRows(context, constraint)
    this.#guard = new RangeGuard(context, this.#rows.child)
    this.#events = events
  }

  /** Deals with the key that a row had before it was updated or deleted. Throws 23503 when it must stay. */
  async leave(event: RowEvent): Promise<void> {
    const { foreign } = this.#constraint
    const key = valuesAt(event.old as readonly Datum[], foreign.columns)
    if (key.includes(null)) return
    const action = event.new === null ? foreign.onDelete : foreign.onUpdate
    if (action === 'no action' || action === 'restrict') return this.#refuse(action, key)
    await this.#lockTable('rowExclusive')
    const rowids = await this.#rows.find(key)
    const cascade: Cascade = { action, key, row: event.new, columns: this.#columns(action, event.new === null) }
    try {
      for (const rowid of rowids) await this.#cascade(rowid, cascade)
    } catch (error) {
      const kind = cascade.columns.length === 0 ? 'delete' : action
      const changed = { kind, columns: cascade.columns } as const
      throw within(error, cascadeStatement(this.#context, this.#constraint, this.#rows.child, this.#parent, changed))
    }
    // Rows whose default is the very key were not changed by it.
    if (action === 'set default') await this.#refuse('no action', key)
  }

  async #refuse(action: 'no action' | 'restrict', key: readonly Datum[]): Promise<void> {
    if (action === 'no action' && (await this.#isStillThere(key))) return
    await this.#lockTable('rowShare')
    const [first] = await this.#rows.find(key)
    if (first !== undefined) throw keyReferenced(this.#context, this.#constraint, this.#parent, this.#rows.child, key)
  }

  /** As the query of a check or a cascade would lock the table. */
  async #lockTable(mode: 'rowShare' | 'rowExclusive'): Promise<void> {
    const locked = this.#context.transaction.lockTable(this.#rows.child.oid, mode)
    if (locked instanceof Wait) await locked.promise
  }

  /** Another row may have taken the key over. */
  async #isStillThere(key: readonly Datum[]): Promise<boolean> {
    const { transaction } = this.#context
    for (const { index, places } of partsOf(this.#context, this.#constraint.foreign, this.#parent)) {
      const ordered = places.map((place) => key[place])
      let found = probeUnique(index, transaction, ordered)
      while (found instanceof Wait) {
        await found.promise
        found = probeUnique(index, transaction, ordered)
      }
      if (found !== null) return true
    }
    return false
  }

  #columns(action: ReferentialAction, deleted: boolean): readonly number[] {
    const { columns, foreign } = this.#constraint
    if (!deleted) return columns
    if (action === 'cascade') return []
    return foreign.deleteColumns.length > 0 ? foreign.deleteColumns : columns
  }

  async #cascade(rowid: number, cascade: Cascade): Promise<void> {
    const { transaction, storage } = this.#context
    const { child } = this.#rows
    const store = storage.store(child.storageId)
    for (let wait = this.#guard.enterNewest(rowid); wait !== null; wait = this.#guard.enterNewest(rowid)) {
      await wait.promise
    }
    const locked = lockRow(this.#context, child, rowid, this.#lockMode(cascade.columns))
    if (locked !== null) await locked
    const newest = store.newest(rowid)
    if (newest !== null) changedSince(this.#context, newest)
    if (newest === null || newest.values === null) return
    const old = padRow(newest.values, descriptorsOf(child))
    // It may have changed while its lock was awaited.
    if (!this.#rows.refers(old, cascade.key)) return
    if (cascade.columns.length > 0) return this.#update(rowid, old, cascade)
    for (let wait = this.#guard.enter(rowid, old, null); wait !== null; wait = this.#guard.enter(rowid, old, null)) {
      await wait.promise
    }
    store.remove(transaction, rowid)
    this.#events.add({ kind: 'delete', relation: child, rowid, old, new: null })
  }

  async #update(rowid: number, old: Datum[], cascade: Cascade): Promise<void> {
    const writer = this.#updater()
    const row = this.#changed(old, cascade)
    writer.compute(row)
    if (!this.#routed().keeps(this.#rows.child, row)) return this.#move(rowid, old, row)
    writer.verify(row)
    for (let found = writer.obstacle(row, rowid, old); found !== null; found = writer.obstacle(row, rowid, old)) {
      if (!(found instanceof Wait)) throw writer.violation(found)
      await found.promise
    }
    writer.store.update(this.#context.transaction, rowid, row)
    writer.updated(rowid, old, row)
  }

  /** A row that its partition no longer takes goes to another one of the table that the foreign key is of. */
  async #move(rowid: number, old: Datum[], row: Datum[]): Promise<void> {
    const { child } = this.#rows
    const root = wholeTable(this.#context, this.#constraint) ?? child
    const writer = this.#updater()
    const map = columnMap(root, child)
    const whole = toParent(map, row, null)
    const target = () => this.#routed().target(whole, () => writer.partitionViolation(row))
    for (let { locking } = target(); locking !== null; { locking } = target()) await locking.promise
    for (let wait = this.#guard.enter(rowid, old, null); wait !== null; wait = this.#guard.enter(rowid, old, null)) {
      await wait.promise
    }
    const moved = target()
    moved.writer.complete(moved.row)
    const { transaction } = this.#context
    writer.store.remove(transaction, rowid)
    noteMoved(transaction.state, writer.store, rowid)
    this.#events.add({ kind: 'update', relation: root, rowid: -1, old: toParent(map, old, null), new: whole })
    for (let found = moved.writer.obstacle(moved.row); found !== null; found = moved.writer.obstacle(moved.row)) {
      if (!(found instanceof Wait)) throw moved.writer.violation(found)
      await found.promise
    }
    moved.writer.inserted(moved.writer.store.insert(transaction, moved.row), moved.row)
  }

  #routed(): PartitionRouter {
    const root = wholeTable(this.#context, this.#constraint) ?? this.#rows.child
    this.#router ??= new PartitionRouter(this.#context, root, this.#events)
    return this.#router
  }

  /** A row with its new values. */
  #changed(old: readonly Datum[], { action, columns, row: referenced }: Cascade): Datum[] {
    const row = [...old]
    for (const attnum of columns) {
      const place = this.#constraint.columns.indexOf(attnum)
      if (action === 'cascade') row[attnum - 1] = this.#handedOn(referenced as readonly Datum[], place)
      else if (action === 'set null') row[attnum - 1] = null
      else row[attnum - 1] = columnDefaultValue(this.#context, this.#defaulted(columnAt(this.#rows.child, attnum)))
    }
    return row
  }

  /** The column whose default counts: that of the table that the foreign key was made for, not that of a partition. */
  #defaulted(column: Column): Column {
    const root = wholeTable(this.#context, this.#constraint)
    return root?.columns.find((c) => c.name === column.name && !c.dropped) ?? column
  }

  /** The value of a column of the key as the referencing column takes it. */
  #handedOn(referenced: readonly Datum[], place: number): Datum {
    const { columns, foreign } = this.#constraint
    const from = columnsAt(this.#parent, foreign.columns)
    const to = columnsAt(this.#rows.child, columns)
    this.#conversions ??= from.map((column, i) => toReferencing(this.#context, column, to[i] as Column))
    const value = referenced[(foreign.columns[place] as number) - 1] ?? null
    const convert = this.#conversions[place] ?? null
    return value === null || convert === null ? value : convert(value)
  }

  /** As strong as an update of these columns, or a deletion, needs. */
  #lockMode(columns: readonly number[]): LockMode {
    if (columns.length === 0) return ROW_LOCK.forUpdate
    const keys = this.#updater()
      .uniques.flatMap(({ relation }) => relation.index ?? [])
      .filter(({ predicate, unique }) => unique && predicate === null)
      .flatMap((index) => index.keys)
    const isKey = ({ attnum }: (typeof keys)[number]): boolean =>
      columns.includes(attnum) || this.#rows.child.columns[attnum - 1]?.generated === true
    return keys.some(isKey) ? ROW_LOCK.forUpdate : ROW_LOCK.forNoKeyUpdate
  }

  #updater(): RowWriter {
    this.#writer ??= writerFor(this.#context, this.#rows.child, this.#events)
    return this.#writer
  }
}
