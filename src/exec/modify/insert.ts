/** INSERT, with ON CONFLICT. */
import type { PolicyMoment } from '../../analyze/query.ts'
import { ancestorsOf, toParent } from '../../catalog/inheritance.ts'
import type { Column, RelationObject } from '../../catalog/objects.ts'
import { conflictAffectsRowTwice, conflictUpdateLeavesPartition } from '../../errors/raise/execution.ts'
import type { Insert, PhysicalPlan } from '../../plan/physical.ts'
import { padRow } from '../../storage/table/column.ts'
import type { BulkWriter } from '../../storage/table/bulk-writer.ts'
import type { Datum } from '../../types/sql-type.ts'
import { Batch } from '../../vector/batch.ts'
import { Wait } from '../../vector/wait.ts'
import { ROW_LOCK } from '../../txn/lock-modes.ts'
import { descriptorsOf } from '../../catalog/columns.ts'
import type { ExecutionContext } from '../context.ts'
import { ONE_ROW } from '../expression/compile.ts'
import type { Evaluator } from '../expression/evaluator.ts'
import { interpret } from '../expression/interpret.ts'
import { drain, type Operator } from '../operator.ts'
import { bulkOptions } from './bulk-options.ts'
import { changedSince, lockRow } from './lock-row.ts'
import { Modification } from './modification.ts'
import { PartitionRouter } from './partition-router.ts'
import { undescribed, CheckOptions, RowPlan } from './row-plan.ts'
import { RowWriter, type UniqueConflict } from './row-writer.ts'
import type { RowEvents } from './row-events.ts'

/** With more rows than this an INSERT is a bulk load. */
const FEW_ROWS = 1000

interface ColumnValue {
  readonly column: Column
  readonly value: Evaluator
}

/** A table that rows go to: the target, or a partition of it. */
interface InsertedTable {
  readonly writer: RowWriter
  /** As `columnMap` has it. */
  readonly map: readonly number[] | null
  bulk: BulkWriter | null
}

/** A row on its way into a table, in that table's form. */
interface NewRow {
  readonly table: InsertedTable
  readonly row: Datum[]
}

export class InsertOperator extends Modification {
  readonly #plan: Insert
  readonly #source: Operator | null
  readonly #target: InsertedTable | null
  readonly #router: PartitionRouter | null
  readonly #partitions = new Map<number, InsertedTable>()
  readonly #defaults: readonly ColumnValue[]
  readonly #update: RowPlan | null
  readonly #checkOptions: CheckOptions
  readonly #policies: Readonly<Record<'insert' | 'conflict' | 'update', CheckOptions>>
  #isBulk = false

  constructor(
    plan: Insert,
    source: Operator | null,
    context: ExecutionContext,
    events: RowEvents,
    build: (plan: PhysicalPlan) => Operator,
  ) {
    super(plan.outputs, context, source)
    this.#plan = plan
    this.#source = source
    const { query } = plan
    const { relation } = query.table
    const isRouted = relation.kind === 'p'
    this.#router = isRouted ? new PartitionRouter(context, relation, events) : null
    const writer = isRouted ? null : new RowWriter(query.table, query.generated, query.checks, context, events)
    this.#target = writer === null ? null : { writer, map: null, bulk: null }
    const scope = { context, layout: new Map<number, number>() }
    this.#defaults = query.defaults.map(({ column, expr }) => ({ column, value: interpret(expr, scope) }))
    this.#update = plan.conflict === null ? null : new RowPlan(build(plan.conflict), context)
    const checks = (on: PolicyMoment | null) => new CheckOptions(query.table, plan.checkOptions, on, build, context)
    this.#checkOptions = checks(null)
    this.#policies = { insert: checks('insert'), conflict: checks('conflict'), update: checks('update') }
  }

  protected override modify(): Promise<void> | null {
    this.#endBulk()
    if (this.#source === null) return this.#insertNow(this.#row(ONE_ROW, 0))
    let inserting: Promise<void> | null
    try {
      inserting = drain(this.#source, (batch) => this.#insertBatch(batch, 0))
    } catch (error) {
      inserting = Promise.reject(error)
    }
    return inserting === null && !this.#isBulk ? null : this.#finish(inserting)
  }

  async #finish(inserting: Promise<void> | null): Promise<void> {
    try {
      await inserting
    } finally {
      // A row before one that failed may have a key that is taken: then that is the statement's error.
      for (const { bulk } of this.#tables()) await bulk?.finish()
    }
  }

  #tables(): Iterable<InsertedTable> {
    return this.#target === null ? this.#partitions.values() : [this.#target]
  }

  /** Inserts a batch's rows from the k-th live one on. */
  #insertBatch(batch: Batch, from: number): Promise<void> | null {
    if (this.affected + batch.count > FEW_ROWS) this.#isBulk = true
    for (let k = from; k < batch.count; k++) {
      const held = this.#insertNow(this.#row(batch, batch.position(k)))
      if (held !== null) return held.then(() => this.#insertBatch(batch, k + 1) ?? undefined)
    }
    for (const { bulk } of this.#tables()) {
      const pressure = bulk?.pressure()?.promise
      if (pressure !== undefined) return pressure
    }
    return null
  }

  override close(): void {
    super.close()
    this.#endBulk()
  }

  #endBulk(): void {
    this.#isBulk = false
    for (const table of this.#tables()) table.bulk = null
    this.#partitions.clear()
  }

  #bulkFor(table: InsertedTable): BulkWriter | null {
    if (!this.#isBulk) return null
    const { context } = this
    // ON CONFLICT must know of each row at once whether its key is taken.
    const options = this.#plan.query.onConflict === null ? bulkOptions(table.writer, context) : null
    table.bulk ??= context.storage.bulkWriter(context.transaction, table.writer.store, options)
    return table.bulk
  }

  #row(batch: Batch, position: number): Datum[] {
    const { columns, table } = this.#plan.query
    const row = new Array<Datum>(table.relation.columns.length).fill(null)
    for (let i = 0; i < columns.length; i++) {
      row[(columns[i] as Column).attnum - 1] = batch.columns[i]?.get(position)
    }
    for (const { column, value } of this.#defaults) row[column.attnum - 1] = value(ONE_ROW, 0)
    return row
  }

  /** Stores the row at once where nothing stands in the way; otherwise a promise. */
  #insertNow(whole: Datum[]): Promise<void> | null {
    if (this.#target !== null) return this.#insertInto({ table: this.#target, row: whole })
    const { writer, row, map, locking } = (this.#router as PartitionRouter).route(whole)
    let table = this.#partitions.get(writer.relation.oid)
    if (table === undefined) {
      table = { writer, map, bulk: null }
      this.#partitions.set(writer.relation.oid, table)
    }
    const inserted = { table, row }
    return locking === null
      ? this.#insertInto(inserted)
      : locking.promise.then(() => this.#insertInto(inserted) ?? undefined)
  }

  #insertInto(inserted: NewRow): Promise<void> | null {
    const { table, row } = inserted
    if (this.#policies.insert.isEmpty) return this.#insertAllowed(inserted)
    table.writer.compute(row)
    const held = this.#policies.insert.check(toParent(table.map, row, null), -1, undescribed)
    return held === null ? this.#insertAllowed(inserted) : held.then(() => this.#insertAllowed(inserted) ?? undefined)
  }

  #insertAllowed(inserted: NewRow): Promise<void> | null {
    const { table, row } = inserted
    table.writer.complete(row)
    const bulk = this.#bulkFor(table)
    const conflict = bulk === null || bulk.unchecked ? table.writer.obstacle(row) : null
    return conflict === null ? this.#store(inserted) : this.#resolve(inserted, conflict)
  }

  /** A promise where a check option awaits something. */
  #store({ table, row }: NewRow): Promise<void> | null {
    const { writer, bulk } = table
    const rowid = bulk === null ? writer.store.insert(this.context.transaction, row) : bulk.append(row)
    writer.inserted(rowid, row)
    this.affected++
    return this.#delivered(table, row, rowid)
  }

  #delivered({ writer, map }: InsertedTable, row: readonly Datum[], rowid: number): Promise<void> | null {
    const whole = toParent(map, row, null)
    this.deliver(this.#plan.query.table, whole, { rowid, relation: writer.relation.oid }, null)
    return this.#checkOptions.check(whole, rowid, () => writer.describeRow(row))
  }

  /** Whether ON CONFLICT is about an index; of a partition, about the one that it is part of. */
  #isArbiter(index: RelationObject): boolean {
    const { onConflict } = this.#plan.query
    if (onConflict === null) return false
    if (onConflict.arbiters.length === 0 || onConflict.arbiters.includes(index.oid)) return true
    return ancestorsOf(this.context.catalog, index).some(({ oid }) => onConflict.arbiters.includes(oid))
  }

  async #resolve(inserted: NewRow, first: UniqueConflict | Wait): Promise<void> {
    const { onConflict } = this.#plan.query
    const { table, row } = inserted
    let conflict: UniqueConflict | Wait | null = first
    for (;;) {
      if (conflict instanceof Wait) await conflict.promise
      else if (conflict !== null) {
        if (!this.#isArbiter(conflict.unique.relation)) {
          // The statement's own keys come first, wherever another one stands.
          const arbiter = table.writer.conflictAmong(row, (index) => this.#isArbiter(index))
          if (arbiter === null) throw table.writer.violation(conflict)
          conflict = arbiter
          continue
        }
        if (onConflict?.action === 'update') {
          if (await this.#updateExisting(inserted, conflict.rowid)) return
        } else {
          const wait = this.#keepConflict(table, conflict)
          if (wait === null) return
          await wait.promise
        }
      } else {
        await this.#store(inserted)
        return
      }
      conflict = table.writer.obstacle(row)
    }
  }

  /**
   * DO NOTHING has read that the key is there: at SERIALIZABLE it must remain. Throws 40001 at REPEATABLE READ when the
   * snapshot does not see the row.
   */
  #keepConflict({ writer }: InsertedTable, { unique, key, rowid }: UniqueConflict): Wait | null {
    const { transaction } = this.context
    const newest = writer.store.newest(rowid)
    if (newest !== null) changedSince(this.context, newest)
    if (transaction.isolation !== 'serializable') return null
    return transaction.lockRange(unique.relation.oid, unique.index.interval({ lower: key, upper: key }), 'share')
  }

  /** DO UPDATE on the row in the way; false when it has gone meanwhile and the insert must be tried again. */
  async #updateExisting({ table, row }: NewRow, rowid: number): Promise<boolean> {
    const { context } = this
    const { writer, map } = table
    const { store, relation } = writer
    await lockRow(context, relation, rowid, ROW_LOCK.forNoKeyUpdate)
    const newest = store.newest(rowid)
    if (newest === null || newest.values === null) return false
    if (newest.writer === context.transaction.state && newest.command === context.transaction.command) {
      throw conflictAffectsRowTwice()
    }
    changedSince(context, newest)
    const old = padRow(newest.values, descriptorsOf(relation))
    const { query } = this.#plan
    const update = this.#update as RowPlan
    update.bind(query.table.columns, toParent(map, old, null), rowid, relation.oid)
    update.bind(query.onConflict?.excluded ?? [], toParent(map, row, null), -1, relation.oid)
    const values = (await update.run()) ?? []
    if (values.at(-1) !== true) return true
    await this.#policies.conflict.check(toParent(map, old, null), rowid, undescribed)
    const changed = [...old]
    for (const [i, { column }] of (query.onConflict?.assignments ?? []).entries()) {
      const attnum = map === null ? column.attnum : (map[column.attnum - 1] as number)
      changed[attnum - 1] = values[i] as Datum
    }
    writer.compute(changed)
    await this.#policies.update.check(toParent(map, changed, null), rowid, undescribed)
    if (!writer.accepts(changed)) throw conflictUpdateLeavesPartition()
    writer.verify(changed)
    for (;;) {
      const conflict = writer.obstacle(changed, rowid, old)
      if (conflict === null) break
      if (!(conflict instanceof Wait)) throw writer.violation(conflict)
      await conflict.promise
    }
    store.update(context.transaction, rowid, changed)
    writer.updated(rowid, old, changed)
    this.affected++
    await this.#delivered(table, changed, rowid)
    return true
  }
}
