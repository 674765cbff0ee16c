/**
 * UPDATE and DELETE. Each affected row is locked first; at READ COMMITTED a row that changed while the lock was
 * awaited is looked at again by a newer snapshot: the whole source is run once more for that row alone.
 */
import { toParent } from '../../catalog/inheritance.ts'
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
import { PartitionRouter, type RoutedRow } from './partition-router.ts'
import type { RowEvents } from './row-events.ts'
import { RangeGuard } from './range-guard.ts'
import { type RecheckSource, RowRecheck } from './row-recheck.ts'
import { CheckOptions } from './row-plan.ts'
import { RowWriter } from './row-writer.ts'
import { type TargetTable, TargetTables, writerFor } from './target-tables.ts'

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

abstract class RowModification<T extends TargetTable> extends Modification {
  protected readonly plan: Update | Delete
  protected readonly layout: ReadonlyMap<number, number>
  readonly #source: Operator
  readonly #again: RowRecheck
  readonly #rowidColumn: number
  /** Where the table's oid is that a row is of; null: there is only one. */
  readonly #tableoidColumn: number | null
  readonly #tables: TargetTables<T>

  constructor(plan: Update | Delete, source: Operator, context: ExecutionContext, again: RecheckSource) {
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
    if (rowid === null) return null
    const entering = table.guard.enterNewest(rowid)
    if (entering !== null) return entering.promise.then(() => this.#modifyNow(table, source) ?? undefined)
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
    const newest = this.context.storage.store(relation.storageId).newest(rowid)
    if (newest === null) return null
    if (newest.writer === transaction.state && newest.command >= this.context.snapshot.command) {
      // This command changed the row already: a join found it twice.
      return null
    }
    if (changedSince(this.context, newest)) {
      return newest.values === null ? null : this.#recheck(table, rowid)
    }
    if (newest.values === null) return null
    return this.apply(table, rowid, padRow(newest.values, descriptorsOf(relation)), source)
  }

  /** Runs the source again for this row as it is now; the row is left alone when it no longer qualifies. */
  async #recheck(table: T, rowid: number): Promise<void> {
    const { relation } = table
    const operator = this.#again.open(this.context, { relation: relation.oid, rowid })
    let found: SourceRow | null = null
    try {
      await drain(operator, (batch) => {
        found ??= { batch, position: batch.position(0) }
      })
    } finally {
      operator.close()
    }
    if (found === null) return
    const newest = this.context.storage.store(relation.storageId).newest(rowid)
    if (newest === null || newest.values === null) return
    const held = this.apply(table, rowid, padRow(newest.values, descriptorsOf(relation)), found)
    if (held !== null) await held
  }
}

/** Where an assigned value goes: a place in the table's rows, from a column of the source. */
interface AssignedPlace {
  readonly place: number
  readonly column: number
}

interface UpdatedTable extends TargetTable {
  readonly writer: RowWriter
  readonly values: readonly AssignedPlace[]
  /** Those of them that are part of keys which others may refer to. */
  readonly keys: readonly AssignedPlace[]
  /** Whether such a key has a generated column, whose value is not known before the row is. */
  readonly computesKey: boolean
}

export class UpdateOperator extends RowModification<UpdatedTable> {
  readonly #update: Update
  readonly #events: RowEvents
  readonly #checkOptions: CheckOptions
  readonly #router: PartitionRouter

  constructor(
    plan: Update,
    source: Operator,
    context: ExecutionContext,
    events: RowEvents,
    again: RecheckSource,
    build: (plan: PhysicalPlan) => Operator,
  ) {
    super(plan, source, context, again)
    this.#update = plan
    this.#events = events
    this.#checkOptions = new CheckOptions(plan.query.table, plan.checkOptions, build, context)
    this.#router = new PartitionRouter(context, plan.query.table.relation, events)
  }

  protected override table(relation: RelationObject, map: readonly number[] | null): UpdatedTable {
    const { context } = this
    const { query, values: assigned } = this.#update
    const isRoot = relation === query.table.relation
    const writer = isRoot
      ? new RowWriter(query.table, query.generated, query.checks, context, this.#events)
      : writerFor(context, relation, this.#events, query.table.relation)
    const values = query.assignments.map(({ column: { attnum } }, i) => ({
      place: (map === null ? attnum : (map[attnum - 1] as number)) - 1,
      column: this.layout.get(assigned[i] as number) as number,
    }))
    const referable = referableColumns(context, relation)
    return {
      relation,
      map,
      guard: new RangeGuard(context, relation),
      writer,
      values,
      keys: values.filter(({ place }) => referable.includes(place + 1)),
      computesKey: referable.some((attnum) => columnAt(relation, attnum).generated),
    }
  }

  /** A change of a key keeps foreign keys away; one that leaves the keys alone does not. */
  protected override lockMode(table: UpdatedTable, rowid: number, { batch, position }: SourceRow): LockMode {
    const { relation, keys, writer } = table
    if (table.computesKey) return ROW_LOCK.forUpdate
    if (keys.length === 0) return ROW_LOCK.forNoKeyUpdate
    const old = writer.store.newest(rowid)?.values ?? null
    if (old === null) return ROW_LOCK.forUpdate
    const changed = keys.some(({ place, column }) => {
      const after = batch.columns[column]?.get(position) ?? null
      return !isSameValue(columnAt(relation, place + 1).type, old[place] ?? null, after)
    })
    return changed ? ROW_LOCK.forUpdate : ROW_LOCK.forNoKeyUpdate
  }

  protected override apply(table: UpdatedTable, rowid: number, old: Datum[], source: SourceRow): Promise<void> | null {
    const row = [...old]
    for (const { place, column } of table.values) row[place] = source.batch.columns[column]?.get(source.position)
    table.writer.compute(row)
    if (!this.#router.keeps(table.relation, row)) return this.#move(table, rowid, old, row, source)
    table.writer.verify(row)
    // The row may have changed since its lock was chosen: what it needs now is asked for once more.
    const locked =
      table.keys.length === 0 ? null : lockRow(this.context, table.relation, rowid, this.lockMode(table, rowid, source))
    if (locked !== null) return locked.then(() => this.#store(table, rowid, old, row, source) ?? undefined)
    return this.#store(table, rowid, old, row, source)
  }

  #store(table: UpdatedTable, rowid: number, old: Datum[], row: Datum[], source: SourceRow): Promise<void> | null {
    const { writer, map } = table
    const conflict = writer.obstacle(row, rowid, old)
    if (conflict instanceof Wait) {
      return conflict.promise.then(() => this.#store(table, rowid, old, row, source) ?? undefined)
    }
    if (conflict !== null) throw writer.violation(conflict)
    writer.store.update(this.context.transaction, rowid, row)
    writer.updated(rowid, old, row)
    this.affected++
    return this.#delivered(writer, toParent(map, row, null), rowid, row, source)
  }

  /** A row that its partition no longer takes goes to the one that does. */
  #move(table: UpdatedTable, rowid: number, old: Datum[], row: Datum[], source: SourceRow): Promise<void> | null {
    const { writer, map } = table
    const moved = this.#router.target(toParent(map, row, null), () => writer.partitionViolation(row))
    if (moved.locking !== null) {
      return moved.locking.promise.then(() => this.#move(table, rowid, old, row, source) ?? undefined)
    }
    const entering = table.guard.enter(rowid, old, null)
    if (entering !== null) {
      return entering.promise.then(() => this.#move(table, rowid, old, row, source) ?? undefined)
    }
    moved.writer.complete(moved.row)
    writer.store.remove(this.context.transaction, rowid)
    const { relation } = this.plan.query.table
    const before = toParent(map, old, null)
    this.#events.add({ kind: 'update', relation, rowid: -1, old: before, new: toParent(map, row, null) })
    return this.#insertMoved(moved, toParent(map, row, null), source)
  }

  #insertMoved(moved: RoutedRow, whole: readonly Datum[], source: SourceRow): Promise<void> | null {
    const { writer, row } = moved
    const conflict = writer.obstacle(row)
    if (conflict instanceof Wait) {
      return conflict.promise.then(() => this.#insertMoved(moved, whole, source) ?? undefined)
    }
    if (conflict !== null) throw writer.violation(conflict)
    const rowid = writer.store.insert(this.context.transaction, row)
    writer.inserted(rowid, row)
    this.affected++
    return this.#delivered(writer, whole, rowid, row, source)
  }

  #delivered(
    writer: RowWriter,
    whole: readonly Datum[],
    rowid: number,
    row: readonly Datum[],
    source: SourceRow,
  ): Promise<void> | null {
    const { table } = this.plan.query
    this.deliver(table, whole, { rowid, relation: writer.relation.oid }, { ...source, layout: this.layout })
    return this.#checkOptions.check(whole, rowid, () => writer.describeRow(row))
  }
}

export class DeleteOperator extends RowModification<TargetTable> {
  readonly #events: RowEvents

  constructor(plan: Delete, source: Operator, context: ExecutionContext, events: RowEvents, again: RecheckSource) {
    super(plan, source, context, again)
    this.#events = events
  }

  protected override table(relation: RelationObject, map: readonly number[] | null): TargetTable {
    return { relation, map, guard: new RangeGuard(this.context, relation) }
  }

  protected override lockMode(): LockMode {
    return ROW_LOCK.forUpdate
  }

  protected override apply(table: TargetTable, rowid: number, old: Datum[], source: SourceRow): Promise<void> | null {
    const { relation } = table
    const entering = table.guard.enter(rowid, old, null)
    if (entering !== null) return entering.promise.then(() => this.apply(table, rowid, old, source) ?? undefined)
    const { storage, transaction } = this.context
    storage.store(relation.storageId).remove(transaction, rowid)
    this.#events.add({ kind: 'delete', relation, rowid, old, new: null })
    this.affected++
    const place = { rowid, relation: relation.oid }
    this.deliver(this.plan.query.table, toParent(table.map, old, null), place, { ...source, layout: this.layout })
    return null
  }
}
