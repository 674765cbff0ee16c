/** INSERT, with ON CONFLICT. */
import type { Column } from '../../catalog/objects.ts'
import { conflictAffectsRowTwice } from '../../errors/raise/execution.ts'
import type { Insert, PhysicalPlan } from '../../plan/physical.ts'
import { padRow } from '../../storage/table/column.ts'
import type { BulkWriter } from '../../storage/table/bulk-writer.ts'
import type { Datum } from '../../types/sql-type.ts'
import { Batch } from '../../vector/batch.ts'
import { Wait } from '../../vector/wait.ts'
import { ROW_LOCK } from '../../txn/lock-modes.ts'
import { descriptorsOf } from '../columns.ts'
import type { ExecutionContext } from '../context.ts'
import { ONE_ROW } from '../expression/compile.ts'
import { interpret, type Evaluator } from '../expression/interpret.ts'
import { drain, type Operator } from '../operator.ts'
import { bulkOptions } from './bulk-options.ts'
import { changedSince, lockRow } from './lock-row.ts'
import { Modification } from './modification.ts'
import { CheckOptions, RowPlan } from './row-plan.ts'
import { RowWriter, type UniqueConflict } from './row-writer.ts'
import type { RowEvents } from './row-events.ts'

/** With more rows than this an INSERT is a bulk load. */
const FEW_ROWS = 1000

interface ColumnValue {
  readonly column: Column
  readonly value: Evaluator
}

export class InsertOperator extends Modification {
  readonly #plan: Insert
  readonly #source: Operator | null
  readonly #writer: RowWriter
  readonly #defaults: readonly ColumnValue[]
  readonly #update: RowPlan | null
  readonly #checkOptions: CheckOptions
  #bulk: BulkWriter | null = null

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
    this.#writer = new RowWriter(query.table, query.generated, query.checks, context, events)
    const scope = { context, layout: new Map<number, number>() }
    this.#defaults = query.defaults.map(({ column, expr }) => ({ column, value: interpret(expr, scope) }))
    this.#update = plan.conflict === null ? null : new RowPlan(build(plan.conflict), context)
    this.#checkOptions = new CheckOptions(query.table, plan.checkOptions, build, context)
  }

  protected override modify(): Promise<void> | null {
    this.#bulk = null
    if (this.#source === null) return this.#insertNow(this.#row(ONE_ROW, 0))
    let inserting: Promise<void> | null
    try {
      inserting = drain(this.#source, (batch) => this.#insertBatch(batch, 0))
    } catch (error) {
      inserting = Promise.reject(error)
    }
    return inserting === null && this.#bulk === null ? null : this.#finish(inserting)
  }

  async #finish(inserting: Promise<void> | null): Promise<void> {
    try {
      await inserting
    } finally {
      // A row before one that failed may have a key that is taken: then that is the statement's error.
      await this.#bulk?.finish()
    }
  }

  /** Inserts a batch's rows from the k-th live one on. */
  #insertBatch(batch: Batch, from: number): Promise<void> | null {
    if (this.#bulk === null && this.affected + batch.count > FEW_ROWS) this.#beginBulk()
    for (let k = from; k < batch.count; k++) {
      const held = this.#insertNow(this.#row(batch, batch.position(k)))
      if (held !== null) return held.then(() => this.#insertBatch(batch, k + 1) ?? undefined)
    }
    return this.#bulk?.pressure()?.promise ?? null
  }

  override close(): void {
    super.close()
    this.#bulk = null
  }

  #beginBulk(): void {
    const { context } = this
    // ON CONFLICT must know of each row at once whether its key is taken.
    const options = this.#plan.query.onConflict === null ? bulkOptions(this.#writer, context) : null
    this.#bulk = context.storage.bulkWriter(context.transaction, this.#writer.store, options)
  }

  #row(batch: Batch, position: number): Datum[] {
    const row = this.#writer.blank()
    const { columns } = this.#plan.query
    for (let i = 0; i < columns.length; i++) {
      row[(columns[i] as Column).attnum - 1] = batch.columns[i]?.get(position)
    }
    for (const { column, value } of this.#defaults) row[column.attnum - 1] = value(ONE_ROW, 0)
    return row
  }

  /** Stores the row at once where nothing stands in the way; otherwise a promise. */
  #insertNow(row: Datum[]): Promise<void> | null {
    this.#writer.complete(row)
    const conflict = this.#bulk === null || this.#bulk.unchecked ? this.#writer.obstacle(row) : null
    return conflict === null ? this.#store(row) : this.#resolve(row, conflict)
  }

  /** A promise where a check option awaits something. */
  #store(row: Datum[]): Promise<void> | null {
    const { transaction } = this.context
    const rowid = this.#bulk === null ? this.#writer.store.insert(transaction, row) : this.#bulk.append(row)
    this.#writer.inserted(rowid, row)
    this.affected++
    this.deliver(this.#plan.query.table, row, rowid, null)
    return this.#checkOptions.check(row, rowid, () => this.#writer.describeRow(row))
  }

  async #resolve(row: Datum[], first: UniqueConflict | Wait): Promise<void> {
    const { onConflict } = this.#plan.query
    let conflict: UniqueConflict | Wait | null = first
    for (;;) {
      if (conflict instanceof Wait) await conflict.promise
      else if (conflict !== null) {
        const arbitrated =
          onConflict !== null &&
          (onConflict.arbiters.length === 0 || onConflict.arbiters.includes(conflict.unique.relation.oid))
        if (!arbitrated) throw this.#writer.violation(conflict)
        if (onConflict.action === 'update') {
          if (await this.#updateExisting(row, conflict.rowid)) return
        } else {
          const wait = this.#keepConflict(conflict)
          if (wait === null) return
          await wait.promise
        }
      } else {
        await this.#store(row)
        return
      }
      conflict = this.#writer.obstacle(row)
    }
  }

  /**
   * DO NOTHING has read that the key is there: at SERIALIZABLE it must remain. Throws 40001 at REPEATABLE READ when the
   * snapshot does not see the row.
   */
  #keepConflict({ unique, key, rowid }: UniqueConflict): Wait | null {
    const { transaction } = this.context
    const newest = this.#writer.store.newest(rowid)
    if (newest !== null) changedSince(this.context, newest)
    if (transaction.isolation !== 'serializable') return null
    return transaction.lockRange(unique.relation.oid, unique.index.interval({ lower: key, upper: key }), 'share')
  }

  /** DO UPDATE on the row in the way; false when it has gone meanwhile and the insert must be tried again. */
  async #updateExisting(row: Datum[], rowid: number): Promise<boolean> {
    const { context } = this
    const { store, relation } = this.#writer
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
    update.bind(query.table.columns, old, rowid, relation.oid)
    update.bind(query.onConflict?.excluded ?? [], row, -1, relation.oid)
    const values = (await update.run()) ?? []
    if (values.at(-1) !== true) return true
    const changed = [...old]
    for (const [i, { column }] of (query.onConflict?.assignments ?? []).entries()) {
      changed[column.attnum - 1] = values[i] as Datum
    }
    this.#writer.complete(changed)
    for (;;) {
      const conflict = this.#writer.obstacle(changed, rowid, old)
      if (conflict === null) break
      if (!(conflict instanceof Wait)) throw this.#writer.violation(conflict)
      await conflict.promise
    }
    store.update(context.transaction, rowid, changed)
    this.#writer.updated(rowid, old, changed)
    this.affected++
    this.deliver(query.table, changed, rowid, null)
    await this.#checkOptions.check(changed, rowid, () => this.#writer.describeRow(changed))
    return true
  }
}
