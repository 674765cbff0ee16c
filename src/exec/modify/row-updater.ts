/** Stores changed rows of a target and new ones: in the table they are in, or in the partition that takes them. */
import { CheckOptions, undescribed } from './row-plan.ts'
import type { Assignment, CheckExpr, TableItem } from '../../analyze/query.ts'
import { toParent } from '../../catalog/inheritance.ts'
import type { RelationObject } from '../../catalog/objects.ts'
import { ROW_LOCK, type LockMode } from '../../txn/lock-modes.ts'
import type { Datum } from '../../types/sql-type.ts'
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext } from '../context.ts'
import { columnAt, isSameValue, referableColumns } from '../foreign-keys/constraint.ts'
import { lockRow } from './lock-row.ts'
import { PartitionRouter } from './partition-router.ts'
import { RangeGuard } from './range-guard.ts'
import { noteMoved } from './moved-rows.ts'
import type { RowEvents } from './row-events.ts'
import { RowWriter } from './row-writer.ts'
import { type TargetTable, writerFor } from './target-tables.ts'

/** Of one of the target's tables. */
export interface UpdatedTable extends TargetTable {
  readonly writer: RowWriter
  /** Attribute numbers of keys that others may refer to. */
  readonly referable: readonly number[]
  /** Whether such a key has a generated column, whose value is not known before the row is. */
  readonly computesKey: boolean
}

/** A row that was stored: `whole` in the form of the target, `row` in that of its own table. */
export interface StoredRow {
  readonly writer: RowWriter
  readonly rowid: number
  readonly whole: readonly Datum[]
  readonly row: readonly Datum[]
}

interface UpdateTarget {
  readonly table: TableItem
  readonly generated: readonly Assignment[]
  readonly checks: readonly CheckExpr[]
}

/** What policies ask of new rows, and of rows as they become. */
export interface RowPolicies {
  readonly insert: CheckOptions
  readonly update: CheckOptions
}

type Stored = (stored: StoredRow) => Promise<void> | null

export class RowUpdater {
  readonly #target: UpdateTarget
  readonly #context: ExecutionContext
  readonly #events: RowEvents
  readonly #router: PartitionRouter
  readonly #policies: RowPolicies
  readonly #stored: Stored
  #writer: RowWriter | null = null

  /** `stored` is told of every row; a promise holds the statement back. */
  constructor(
    target: UpdateTarget,
    context: ExecutionContext,
    events: RowEvents,
    policies: RowPolicies,
    stored: Stored,
  ) {
    this.#target = target
    this.#context = context
    this.#events = events
    this.#router = new PartitionRouter(context, target.table.relation, events)
    this.#policies = policies
    this.#stored = stored
  }

  /** The target's own writer. */
  #own(): RowWriter {
    const { table, generated, checks } = this.#target
    this.#writer ??= new RowWriter(table, generated, checks, this.#context, this.#events)
    return this.#writer
  }

  table(relation: RelationObject, map: readonly number[] | null): UpdatedTable {
    const root = this.#target.table.relation
    const writer = relation === root ? this.#own() : writerFor(this.#context, relation, this.#events, root)
    const referable = referableColumns(this.#context, relation)
    const guard = new RangeGuard(this.#context, relation)
    const computesKey = referable.some((attnum) => columnAt(relation, attnum).generated)
    return { relation, map, guard, writer, referable, computesKey }
  }

  /** A change of a key keeps foreign keys away; one that leaves the keys alone does not. Places are those of the table. */
  lockMode(
    { relation, writer, computesKey }: UpdatedTable,
    rowid: number,
    keys: readonly number[],
    valueAt: (place: number) => Datum,
  ): LockMode {
    if (computesKey) return ROW_LOCK.forUpdate
    if (keys.length === 0) return ROW_LOCK.forNoKeyUpdate
    const old = writer.store.newest(rowid)?.values ?? null
    if (old === null) return ROW_LOCK.forUpdate
    const changed = keys.some(
      (place) => !isSameValue(columnAt(relation, place + 1).type, old[place] ?? null, valueAt(place)),
    )
    return changed ? ROW_LOCK.forUpdate : ROW_LOCK.forNoKeyUpdate
  }

  /** Stores what a locked row becomes; `mode`: the lock that this needs, if the row is not known to have it. */
  update(table: UpdatedTable, rowid: number, old: Datum[], row: Datum[], mode: LockMode | null): Promise<void> | null {
    table.writer.compute(row)
    if (this.#policies.update.isEmpty) return this.#updateAllowed(table, rowid, old, row, mode)
    const held = this.#policies.update.check(toParent(table.map, row, null), rowid, undescribed)
    return held === null
      ? this.#updateAllowed(table, rowid, old, row, mode)
      : held.then(() => this.#updateAllowed(table, rowid, old, row, mode) ?? undefined)
  }

  #updateAllowed(
    table: UpdatedTable,
    rowid: number,
    old: Datum[],
    row: Datum[],
    mode: LockMode | null,
  ): Promise<void> | null {
    if (!this.#router.keeps(table.relation, row)) return this.#move(table, rowid, old, row)
    table.writer.verify(row)
    const locked = mode === null ? null : lockRow(this.#context, table.relation, rowid, mode)
    if (locked !== null) return locked.then(() => this.#replace(table, rowid, old, row) ?? undefined)
    return this.#replace(table, rowid, old, row)
  }

  #replace(table: UpdatedTable, rowid: number, old: Datum[], row: Datum[]): Promise<void> | null {
    const { writer, map } = table
    const conflict = writer.obstacle(row, rowid, old)
    if (conflict instanceof Wait) {
      return conflict.promise.then(() => this.#replace(table, rowid, old, row) ?? undefined)
    }
    if (conflict !== null) throw writer.violation(conflict)
    writer.store.update(this.#context.transaction, rowid, row)
    writer.updated(rowid, old, row)
    return this.#stored({ writer, rowid, row, whole: toParent(map, row, null) })
  }

  /** A row that its partition no longer takes goes to the one that does. */
  #move(table: UpdatedTable, rowid: number, old: Datum[], row: Datum[]): Promise<void> | null {
    const { writer, map, guard } = table
    const whole = toParent(map, row, null)
    const moved = this.#router.target(whole, () => writer.partitionViolation(row))
    const wait = moved.locking ?? guard.enter(rowid, old, null)
    if (wait !== null) return wait.promise.then(() => this.#move(table, rowid, old, row) ?? undefined)
    moved.writer.complete(moved.row)
    writer.store.remove(this.#context.transaction, rowid)
    noteMoved(this.#context.transaction.state, writer.store, rowid)
    const { relation } = this.#target.table
    this.#events.add({ kind: 'update', relation, rowid: -1, old: toParent(map, old, null), new: whole })
    return this.#insertInto(moved.writer, moved.row, whole)
  }

  /** Stores a new row, given in the target's form. */
  insert(whole: Datum[]): Promise<void> | null {
    if (this.#policies.insert.isEmpty) return this.#insertAllowed(whole)
    const held = this.#policies.insert.check(whole, -1, undescribed)
    return held === null ? this.#insertAllowed(whole) : held.then(() => this.#insertAllowed(whole) ?? undefined)
  }

  #insertAllowed(whole: Datum[]): Promise<void> | null {
    if (this.#target.table.relation.kind !== 'p') {
      this.#own().complete(whole)
      return this.#insertInto(this.#own(), whole, whole)
    }
    const { writer, row, locking } = this.#router.route(whole)
    if (locking !== null) return locking.promise.then(() => this.#insertAllowed(whole) ?? undefined)
    writer.complete(row)
    return this.#insertInto(writer, row, whole)
  }

  #insertInto(writer: RowWriter, row: Datum[], whole: readonly Datum[]): Promise<void> | null {
    const conflict = writer.obstacle(row)
    if (conflict instanceof Wait) {
      return conflict.promise.then(() => this.#insertInto(writer, row, whole) ?? undefined)
    }
    if (conflict !== null) throw writer.violation(conflict)
    const rowid = writer.store.insert(this.#context.transaction, row)
    writer.inserted(rowid, row)
    return this.#stored({ writer, rowid, row, whole })
  }
}
