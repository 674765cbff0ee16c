/**
 * UPDATE and DELETE. Each affected row is locked first; at READ COMMITTED a row that changed while the lock was
 * awaited is looked at again by a newer snapshot: the whole source is run once more for that row alone.
 */
import type { PolicyMoment } from '../../analyze/query.ts'
import { toParent } from '../../catalog/inheritance.ts'
import type { RelationObject } from '../../catalog/objects.ts'
import type { Delete, PhysicalPlan, Update } from '../../plan/physical.ts'
import { ROW_LOCK, type LockMode } from '../../txn/lock-modes.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { ExecutionContext } from '../context.ts'
import type { Operator } from '../operator.ts'
import { RangeGuard } from './range-guard.ts'
import type { RowEvents } from './row-events.ts'
import { RowModification, type SourceRow } from './row-modification.ts'
import { CheckOptions } from './row-plan.ts'
import type { RecheckSource } from './row-recheck.ts'
import { RowUpdater, type StoredRow, type UpdatedTable } from './row-updater.ts'
import type { TargetTable } from './target-tables.ts'

interface AssignedTable extends UpdatedTable {
  /** Columns of the source with the assigned values, by places in the table's rows. */
  readonly values: ReadonlyMap<number, number>
  /** The places among them that are part of keys which others may refer to. */
  readonly keys: readonly number[]
}

export class UpdateOperator extends RowModification<AssignedTable> {
  readonly #update: Update
  readonly #updater: RowUpdater
  readonly #checkOptions: CheckOptions
  #source: SourceRow | null = null

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
    const checks = (on: PolicyMoment | null) =>
      new CheckOptions(plan.query.table, plan.checkOptions, on, build, context)
    const policies = { insert: checks('insert'), update: checks('update') }
    this.#updater = new RowUpdater(plan.query, context, events, policies, (stored) => this.#deliver(stored))
    this.#checkOptions = checks(null)
  }

  protected override table(relation: RelationObject, map: readonly number[] | null): AssignedTable {
    const { query, values: assigned } = this.#update
    const table = this.#updater.table(relation, map)
    const values = new Map(
      query.assignments.map(({ column: { attnum } }, i) => [
        (map === null ? attnum : (map[attnum - 1] as number)) - 1,
        this.layout.get(assigned[i] as number) as number,
      ]),
    )
    return { ...table, values, keys: [...values.keys()].filter((place) => table.referable.includes(place + 1)) }
  }

  protected override lockMode(table: AssignedTable, rowid: number, { batch, position }: SourceRow): LockMode {
    return this.#updater.lockMode(
      table,
      rowid,
      table.keys,
      (place) => batch.columns[table.values.get(place) as number]?.get(position) ?? null,
    )
  }

  protected override apply(table: AssignedTable, rowid: number, old: Datum[], source: SourceRow): Promise<void> | null {
    const row = [...old]
    for (const [place, column] of table.values) row[place] = source.batch.columns[column]?.get(source.position)
    this.#source = source
    // The row may have changed since its lock was chosen: what it needs now is asked for once more.
    const mode = table.keys.length === 0 ? null : this.lockMode(table, rowid, source)
    return this.#updater.update(table, rowid, old, row, mode)
  }

  #deliver({ writer, rowid, whole, row }: StoredRow): Promise<void> | null {
    this.affected++
    const source = this.#source === null ? null : { ...this.#source, layout: this.layout }
    this.deliver(this.plan.query.table, whole, { rowid, relation: writer.relation.oid }, source)
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
