/** What UPDATE, DELETE and MERGE share: rows of the source lead to rows of the target, which are locked and changed. */
import type { RelationObject } from '../../catalog/objects.ts'
import type { Delete, Merge, Update } from '../../plan/physical.ts'
import { padRow } from '../../storage/table/column.ts'
import type { LockMode } from '../../txn/lock-modes.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { Batch } from '../../vector/batch.ts'
import { descriptorsOf } from '../../catalog/columns.ts'
import type { ExecutionContext } from '../context.ts'
import { layoutOf } from '../expression/compile.ts'
import { drain, type Operator } from '../operator.ts'
import { concurrentDelete, concurrentUpdate } from '../../errors/raise/transactions.ts'
import { changedSince, lockRow } from './lock-row.ts'
import { refuseMoved, wasMoved } from './moved-rows.ts'
import { Modification } from './modification.ts'
import { type RecheckSource, RowRecheck } from './row-recheck.ts'
import { type TargetTable, TargetTables } from './target-tables.ts'

/** A source row: where the affected row and the assigned values are. */
export interface SourceRow {
  readonly batch: Batch
  readonly position: number
}

/** The next row to be changed. */
interface Place {
  batch: number
  row: number
}

/** Changes rows of a target one by one: each is locked first, and looked at again where it has changed meanwhile. */
export abstract class RowModification<T extends TargetTable> extends Modification {
  protected readonly plan: Update | Delete | Merge
  protected readonly layout: ReadonlyMap<number, number>
  readonly #source: Operator
  readonly #again: RowRecheck
  readonly #rowidColumn: number
  /** Where the table's oid is that a row is of; null: there is only one. */
  readonly #tableoidColumn: number | null
  readonly #tables: TargetTables<T>

  constructor(plan: Update | Delete | Merge, source: Operator, context: ExecutionContext, again: RecheckSource) {
    super(plan.outputs, context, source)
    this.plan = plan
    this.#source = source
    this.#again = new RowRecheck(again)
    this.layout = layoutOf(plan.source.outputs)
    this.#rowidColumn = this.layout.get(plan.rowid) as number
    this.#tableoidColumn = plan.tableoid === null ? null : (this.layout.get(plan.tableoid) as number)
    this.#tables = new TargetTables(plan.query.table.relation, (relation, map) => this.table(relation, map))
  }

  /** What changing rows of one of the tables takes. */
  protected abstract table(relation: RelationObject, map: readonly number[] | null): T
  /** The lock that the change of a row needs, as far as that can be told before the row is locked. */
  protected abstract lockMode(table: T, rowid: number, source: SourceRow): LockMode
  /** Changes one locked row, or answers a promise when that must wait. */
  protected abstract apply(table: T, rowid: number, old: Datum[], source: SourceRow): Promise<void> | null

  /** A source row without a row of the target. */
  protected unmatched(_source: SourceRow): Promise<void> | null {
    return null
  }

  /** Whether anything is to be done to the row as the snapshot sees it: only then is it locked. Null: there is. */
  protected considers(_source: SourceRow): Promise<boolean> | null {
    return null
  }

  /** A row that this command has changed already: a join found it twice. */
  protected changedTwice(): void {}

  protected override modify(): Promise<void> | null {
    // The source is read to its end before any row changes: an index scan must not meet rows that this statement moves.
    const batches: Batch[] = []
    const reading = drain(this.#source, (batch) => {
      batches.push(batch)
    })
    return reading === null ? this.#modifyAll(batches) : reading.then(() => this.#modifyAll(batches) ?? undefined)
  }

  #modifyAll(batches: readonly Batch[]): Promise<void> | null {
    const place = { batch: 0, row: 0 }
    const held = this.#modifyFrom(batches, place)
    return held === null ? null : this.#modifyRest(batches, place, held)
  }

  async #modifyRest(batches: readonly Batch[], place: Place, first: Promise<void>): Promise<void> {
    for (let held: Promise<void> | null = first; held !== null; held = this.#modifyFrom(batches, place)) await held
  }

  /** Changes rows to the end (null) or until something must be awaited before the next one; `place` moves on. */
  #modifyFrom(batches: readonly Batch[], place: Place): Promise<void> | null {
    for (; place.batch < batches.length; place.batch++, place.row = 0) {
      const batch = batches[place.batch] as Batch
      while (place.row < batch.count) {
        const k = place.row++
        const position = batch.position(k)
        const held = this.#modifyNow(this.#tableAt(batch, position), { batch, position })
        const paused = k % 128 === 127 ? (this.context.poll()?.promise ?? null) : null
        if (held !== null && paused !== null) return held.then(() => paused)
        if (held !== null || paused !== null) return held ?? paused
      }
    }
    return null
  }

  #tableAt(batch: Batch, position: number): T {
    const { relation } = this.plan.query.table
    if (this.#tableoidColumn === null) return this.#tables.of(relation.oid, this.context)
    // A row that an outer join made up is of no table.
    return this.#tables.of(batch.columns[this.#tableoidColumn]?.get(position) ?? relation.oid, this.context)
  }

  #modifyNow(table: T, source: SourceRow): Promise<void> | null {
    const rowid = source.batch.columns[this.#rowidColumn]?.get(source.position) as number | null
    if (rowid === null) return this.unmatched(source)
    const considered = this.considers(source)
    return considered === null
      ? this.#lock(table, rowid, source)
      : considered.then((is) => (is ? (this.#lock(table, rowid, source) ?? undefined) : undefined))
  }

  #lock(table: T, rowid: number, source: SourceRow): Promise<void> | null {
    const entering = table.guard.enterNewest(rowid)
    if (entering !== null) return entering.promise.then(() => this.#lock(table, rowid, source) ?? undefined)
    const locked = lockRow(this.context, table.relation, rowid, this.lockMode(table, rowid, source))
    if (locked !== null) return this.#afterLock(locked, table, rowid, source)
    return this.#locked(table, rowid, source)
  }

  async #afterLock(locked: Promise<void>, table: T, rowid: number, source: SourceRow): Promise<void> {
    await locked
    this.context.resumed()
    const held = this.#locked(table, rowid, source)
    if (held !== null) await held
  }

  #locked(table: T, rowid: number, source: SourceRow): Promise<void> | null {
    const { transaction } = this.context
    const { relation } = table
    const store = this.context.storage.store(relation.storageId)
    const newest = store.newest(rowid)
    if (newest === null) return null
    if (newest.writer === transaction.state && newest.command >= this.context.snapshot.command) {
      this.changedTwice()
      return null
    }
    const gone = wasMoved(newest, store, rowid) ? concurrentUpdate : concurrentDelete
    if (changedSince(this.context, newest, gone)) {
      if (newest.values !== null) return this.#recheck(table, rowid, source)
      refuseMoved(newest, store, rowid)
      return this.unmatched(source)
    }
    if (newest.values === null) return null
    return this.apply(table, rowid, padRow(newest.values, descriptorsOf(relation)), source)
  }

  /** The row among those that a recheck delivers: others may come from an outer join. */
  #foundAgain(batch: Batch): SourceRow | null {
    for (let k = 0; k < batch.count; k++) {
      const position = batch.position(k)
      if (batch.columns[this.#rowidColumn]?.get(position) !== null) return { batch, position }
    }
    return null
  }

  /** Runs the source again for this row as it is now; the row is left alone when it no longer qualifies. */
  async #recheck(table: T, rowid: number, source: SourceRow): Promise<void> {
    const { relation } = table
    const operator = this.#again.open(this.context, { relation: relation.oid, rowid })
    let found: SourceRow | null = null
    try {
      await drain(operator, (batch) => {
        found ??= this.#foundAgain(batch)
      })
    } finally {
      operator.close()
    }
    if (found === null) {
      const held = this.unmatched(source)
      if (held !== null) await held
      return
    }
    const newest = this.context.storage.store(relation.storageId).newest(rowid)
    if (newest === null || newest.values === null) return
    const held = this.apply(table, rowid, padRow(newest.values, descriptorsOf(relation)), found)
    if (held !== null) await held
  }
}
