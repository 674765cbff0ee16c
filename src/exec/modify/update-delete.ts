/**
 * UPDATE and DELETE. Each affected row is locked first; at READ COMMITTED a row that changed while the lock was
 * awaited is looked at again by a newer snapshot: the whole source is run once more for that row alone.
 */
import type { RelationObject } from '../../catalog/objects.ts'
import type { Delete, PhysicalPlan, Update } from '../../plan/physical.ts'
import { padRow } from '../../storage/table/column.ts'
import { ROW_LOCK, type LockMode } from '../../txn/lock-modes.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { Batch } from '../../vector/batch.ts'
import { Wait } from '../../vector/wait.ts'
import { descriptorsOf } from '../columns.ts'
import type { ExecutionContext } from '../context.ts'
import { layoutOf } from '../expression/compile.ts'
import { drain, type Operator } from '../operator.ts'
import { columnAt, isSameValue, referableColumns } from '../foreign-keys/constraint.ts'
import { changedSince, lockRow } from './lock-row.ts'
import { Modification } from './modification.ts'
import type { RowEvents } from './row-events.ts'
import { RangeGuard } from './range-guard.ts'
import { type RecheckSource, RowRecheck } from './row-recheck.ts'
import { CheckOptions } from './row-plan.ts'
import { RowWriter } from './row-writer.ts'

/** A source row: where the affected row and the assigned values are. */
interface SourceRow {
  readonly batch: Batch
  readonly position: number
}

/** The next row to be changed. */
interface Place {
  batch: number
  row: number
}

abstract class RowModification extends Modification {
  protected readonly plan: Update | Delete
  protected readonly relation: RelationObject
  protected readonly layout: ReadonlyMap<number, number>
  readonly #source: Operator
  protected readonly guard: RangeGuard
  readonly #again: RowRecheck
  readonly #rowidColumn: number

  constructor(plan: Update | Delete, source: Operator, context: ExecutionContext, again: RecheckSource) {
    super(plan.outputs, context, source)
    this.plan = plan
    this.#source = source
    this.#again = new RowRecheck(again)
    this.relation = plan.query.table.relation
    this.guard = new RangeGuard(context, this.relation)
    this.layout = layoutOf(plan.source.outputs)
    this.#rowidColumn = this.layout.get(plan.rowid) as number
  }

  /** The lock that the change of a row needs, as far as that can be told before the row is locked. */
  protected abstract lockMode(rowid: number, source: SourceRow): LockMode
  /** Changes one locked row, or answers a promise when that must wait. */
  protected abstract apply(rowid: number, old: Datum[], source: SourceRow): Promise<void> | null

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
        const held = this.#modifyNow({ batch, position: batch.position(k) })
        const paused = k % 128 === 127 ? (this.context.poll()?.promise ?? null) : null
        if (held !== null && paused !== null) return held.then(() => paused)
        if (held !== null || paused !== null) return held ?? paused
      }
    }
    return null
  }

  #modifyNow(source: SourceRow): Promise<void> | null {
    const rowid = source.batch.columns[this.#rowidColumn]?.get(source.position) as number | null
    if (rowid === null) return null
    const entering = this.guard.enterNewest(rowid)
    if (entering !== null) return entering.promise.then(() => this.#modifyNow(source) ?? undefined)
    const locked = lockRow(this.context, this.relation, rowid, this.lockMode(rowid, source))
    if (locked !== null) return this.#afterLock(locked, rowid, source)
    return this.#locked(rowid, source)
  }

  async #afterLock(locked: Promise<void>, rowid: number, source: SourceRow): Promise<void> {
    await locked
    this.context.resumed()
    const held = this.#locked(rowid, source)
    if (held !== null) await held
  }

  #locked(rowid: number, source: SourceRow): Promise<void> | null {
    const { transaction } = this.context
    const newest = this.context.storage.store(this.relation.storageId).newest(rowid)
    if (newest === null) return null
    if (newest.writer === transaction.state && newest.command >= this.context.snapshot.command) {
      // This command changed the row already: a join found it twice.
      return null
    }
    if (changedSince(this.context, newest)) {
      return newest.values === null ? null : this.#recheck(rowid)
    }
    if (newest.values === null) return null
    return this.apply(rowid, padRow(newest.values, descriptorsOf(this.relation)), source)
  }

  /** Runs the source again for this row as it is now; the row is left alone when it no longer qualifies. */
  async #recheck(rowid: number): Promise<void> {
    const operator = this.#again.open(this.context, rowid)
    let found: SourceRow | null = null
    try {
      await drain(operator, (batch) => {
        found ??= { batch, position: batch.position(0) }
      })
    } finally {
      operator.close()
    }
    if (found === null) return
    const newest = this.context.storage.store(this.relation.storageId).newest(rowid)
    if (newest === null || newest.values === null) return
    const held = this.apply(rowid, padRow(newest.values, descriptorsOf(this.relation)), found)
    if (held !== null) await held
  }
}

export class UpdateOperator extends RowModification {
  readonly #writer: RowWriter
  readonly #values: readonly { readonly place: number; readonly column: number }[]
  /** Those of them that are part of keys which others may refer to. */
  readonly #keys: readonly { readonly place: number; readonly column: number }[]
  /** Whether such a key has a generated column, whose value is not known before the row is. */
  readonly #computesKey: boolean
  readonly #checkOptions: CheckOptions

  constructor(
    plan: Update,
    source: Operator,
    context: ExecutionContext,
    events: RowEvents,
    again: RecheckSource,
    build: (plan: PhysicalPlan) => Operator,
  ) {
    super(plan, source, context, again)
    const { query } = plan
    this.#writer = new RowWriter(query.table, query.generated, query.checks, context, events)
    this.#values = query.assignments.map(({ column }, i) => ({
      place: column.attnum - 1,
      column: this.layout.get(plan.values[i] as number) as number,
    }))
    const keys = referableColumns(context, this.relation)
    this.#keys = this.#values.filter(({ place }) => keys.includes(place + 1))
    this.#checkOptions = new CheckOptions(query.table, plan.checkOptions, build, context)
    this.#computesKey = keys.some((attnum) => columnAt(this.relation, attnum).generated)
  }

  /** A change of a key keeps foreign keys away; one that leaves the keys alone does not. */
  protected override lockMode(rowid: number, { batch, position }: SourceRow): LockMode {
    if (this.#computesKey) return ROW_LOCK.forUpdate
    if (this.#keys.length === 0) return ROW_LOCK.forNoKeyUpdate
    const old = this.#writer.store.newest(rowid)?.values ?? null
    if (old === null) return ROW_LOCK.forUpdate
    const changed = this.#keys.some(({ place, column }) => {
      const after = batch.columns[column]?.get(position) ?? null
      return !isSameValue(columnAt(this.relation, place + 1).type, old[place] ?? null, after)
    })
    return changed ? ROW_LOCK.forUpdate : ROW_LOCK.forNoKeyUpdate
  }

  protected override apply(rowid: number, old: Datum[], source: SourceRow): Promise<void> | null {
    const row = [...old]
    for (const { place, column } of this.#values) row[place] = source.batch.columns[column]?.get(source.position)
    this.#writer.complete(row)
    // The row may have changed since its lock was chosen: what it needs now is asked for once more.
    const locked =
      this.#keys.length === 0 ? null : lockRow(this.context, this.relation, rowid, this.lockMode(rowid, source))
    if (locked !== null) return locked.then(() => this.#store(rowid, old, row, source) ?? undefined)
    return this.#store(rowid, old, row, source)
  }

  #store(rowid: number, old: Datum[], row: Datum[], source: SourceRow): Promise<void> | null {
    const conflict = this.#writer.obstacle(row, rowid, old)
    if (conflict instanceof Wait) return conflict.promise.then(() => this.#store(rowid, old, row, source) ?? undefined)
    if (conflict !== null) throw this.#writer.violation(conflict)
    this.#writer.store.update(this.context.transaction, rowid, row)
    this.#writer.updated(rowid, old, row)
    this.affected++
    this.deliver(this.plan.query.table, row, rowid, { ...source, layout: this.layout })
    return this.#checkOptions.check(row, rowid, () => this.#writer.describeRow(row))
  }
}

export class DeleteOperator extends RowModification {
  readonly #events: RowEvents

  constructor(plan: Delete, source: Operator, context: ExecutionContext, events: RowEvents, again: RecheckSource) {
    super(plan, source, context, again)
    this.#events = events
  }

  protected override lockMode(): LockMode {
    return ROW_LOCK.forUpdate
  }

  protected override apply(rowid: number, old: Datum[], source: SourceRow): Promise<void> | null {
    const entering = this.guard.enter(rowid, old, null)
    if (entering !== null) return entering.promise.then(() => this.apply(rowid, old, source) ?? undefined)
    const { storage, transaction } = this.context
    storage.store(this.relation.storageId).remove(transaction, rowid)
    this.#events.add({ kind: 'delete', relation: this.relation, rowid, old, new: null })
    this.affected++
    this.deliver(this.plan.query.table, old, rowid, { ...source, layout: this.layout })
    return null
  }
}
