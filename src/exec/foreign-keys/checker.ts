/**
 * Foreign keys: after a statement, every new reference must find its row, and every key that went away is dealt with
 * as its constraint says. Cascades are statements of their own kind: they change rows, which are looked at in turn.
 */
import { columnMap, toParent } from '../../catalog/inheritance.ts'
import type { ConstraintObject, RelationObject } from '../../catalog/objects.ts'
import { padRow } from '../../storage/table/column.ts'
import { rowsToBatch } from '../../storage/table/table-scan.ts'
import type { Datum } from '../../types/sql-type.ts'
import { BATCH_SIZE, type Batch } from '../../vector/batch.ts'
import { descriptorsOf } from '../../catalog/columns.ts'
import type { ExecutionContext } from '../context.ts'
import type { InsertedRows, RowEvent, RowEvents } from '../modify/row-events.ts'
import { type ForeignConstraint, foreignKeysTo, isForeign, isIdenticalKey, isSameKey, valuesAt } from './constraint.ts'
import { ManyReferences } from './many-references.ts'
import { Reference } from './reference.ts'
import { ReferencedKey } from './referenced-key.ts'
import { batchesOf } from '../../storage/table/batches.ts'

/** A check put off to the end of the transaction: of a changed row, or of rows that were inserted. */
export interface DeferredCheck {
  readonly constraint: ForeignConstraint
  readonly side: 'referencing' | 'referenced'
  readonly changed: RowEvent | InsertedRows
}

/** Rows whose references are looked up together rather than one by one. */
const MANY_ROWS = 64

export class ForeignKeyChecker {
  readonly #context: ExecutionContext
  /** Whether a constraint waits for COMMIT in this transaction (INITIALLY DEFERRED, SET CONSTRAINTS). */
  readonly #isDeferred: (constraint: ConstraintObject) => boolean
  readonly deferred: DeferredCheck[] = []
  readonly #references = new Map<number, Reference>()
  readonly #referencedKeys = new Map<number, ReferencedKey>()

  constructor(context: ExecutionContext, isDeferred: (constraint: ConstraintObject) => boolean) {
    this.#context = context
    this.#isDeferred = isDeferred
  }

  /** Works through the events, and through those that cascades add, until none is left. */
  async run(events: RowEvents): Promise<void> {
    for (const rows of events.inserted) {
      const now = this.#immediate(rows.relation, rows)
      if (now.length > 0) await this.#checkInserted(now, rows)
    }
    for (let i = 0; i < events.rows.length; ) {
      const many = this.#updatesOf(events.rows, i)
      if (many.length >= MANY_ROWS) await this.#checkUpdated(many)
      else for (const event of many) await this.#checkEvent(event, events)
      i += many.length
      const wait = this.#context.poll()
      if (wait !== null) await wait.promise
    }
  }

  async runDeferred(checks: readonly DeferredCheck[], events: RowEvents): Promise<void> {
    for (let i = 0; i < checks.length; ) {
      const { constraint, side, changed } = checks[i++] as DeferredCheck
      // It may have been dropped since.
      if (this.#context.catalog.constraint(constraint.oid) === null) continue
      if (side === 'referenced') await this.#referencedKey(constraint, events).leave(changed as RowEvent)
      else if ('kind' in changed) await this.#checkReference(constraint, changed.relation, changed.rowid)
      else {
        // The constraints of a table are checked together.
        const constraints = [constraint]
        while (checks[i]?.changed === changed) constraints.push((checks[i++] as DeferredCheck).constraint)
        await this.#checkInserted(constraints, changed)
      }
      const wait = this.#context.poll()
      if (wait !== null) await wait.promise
    }
  }

  // ---- the referencing side

  /** Foreign keys of a table that are checked now; the others are put off. */
  #immediate(relation: RelationObject, changed: RowEvent | InsertedRows): ForeignConstraint[] {
    const now: ForeignConstraint[] = []
    for (const constraint of this.#context.catalog.constraintsOf(relation.oid)) {
      if (!isForeign(constraint) || ('kind' in changed && !isMoved(constraint, changed))) continue
      if (this.#isDeferred(constraint)) this.deferred.push({ constraint, side: 'referencing', changed })
      else now.push(constraint)
    }
    return now
  }

  #reference(constraint: ForeignConstraint): Reference {
    let reference = this.#references.get(constraint.oid)
    if (reference === undefined) {
      reference = new Reference(this.#context, constraint)
      this.#references.set(constraint.oid, reference)
    }
    return reference
  }

  /** Looks at a row as it is by now; a promise only while something is awaited. */
  #checkReference(constraint: ForeignConstraint, relation: RelationObject, rowid: number): Promise<void> | null {
    const places = constraint.columns.map((attnum) => attnum - 1)
    const present = this.#context.storage.store(relation.storageId).newest(rowid, places)
    if (present === null || present.values === null) return null
    const key = valuesAt(padRow(present.values, descriptorsOf(relation)), constraint.columns)
    const reference = this.#reference(constraint)
    return reference.refers(key) ? reference.require(key) : null
  }

  async #checkInserted(constraints: readonly ForeignConstraint[], rows: InsertedRows): Promise<void> {
    const { relation, from, to } = rows
    if (to - from >= MANY_ROWS) return this.#checkMany(constraints, rows)
    for (let rowid = from; rowid < to; rowid++) {
      for (const constraint of constraints) {
        const held = this.#checkReference(constraint, relation, rowid)
        if (held !== null) await held
      }
    }
    const wait = this.#context.poll()
    if (wait !== null) await wait.promise
  }

  async #checkMany(constraints: readonly ForeignConstraint[], { relation, from, to }: InsertedRows): Promise<void> {
    const { storage, transaction } = this.#context
    const references = constraints.map((constraint) => this.#reference(constraint))
    const many = new ManyReferences(this.#context, relation, references)
    const columns = descriptorsOf(relation)
    const options = { columns, projection: many.projection, withRowids: true, from, to }
    const scan = storage.store(relation.storageId).scan(transaction.freshSnapshot(transaction.command + 1), options)
    for await (const batch of batchesOf(scan)) {
      await many.add(rowsWithin(batch, from, to))
    }
    await many.finish()
  }

  /** Updates from a place on that mean nothing but new references of one table. */
  #updatesOf(events: readonly RowEvent[], from: number): readonly RowEvent[] {
    const { kind, relation } = events[from] as RowEvent
    let to = from + 1
    if (kind === 'update' && relation.kind !== 'p' && foreignKeysTo(this.#context.catalog, relation).length === 0) {
      const end = Math.min(events.length, from + BATCH_SIZE)
      while (to < end && events[to]?.kind === 'update' && events[to]?.relation === relation) to++
    }
    return events.slice(from, to)
  }

  async #checkUpdated(events: readonly RowEvent[]): Promise<void> {
    const { relation } = events[0] as RowEvent
    const moved = new Map<ForeignConstraint, number[]>()
    const rows: Datum[][] = []
    const store = this.#context.storage.store(relation.storageId)
    for (const event of events) {
      const constraints = this.#immediate(relation, event)
      const values = constraints.length === 0 ? null : (store.newest(event.rowid)?.values ?? null)
      if (values === null) continue
      for (const constraint of constraints) {
        const positions = moved.get(constraint)
        if (positions === undefined) moved.set(constraint, [rows.length])
        else positions.push(rows.length)
      }
      rows.push(values)
    }
    if (rows.length === 0) return
    const constraints = this.#context.catalog.constraintsOf(relation.oid).filter((c) => isForeign(c) && moved.has(c))
    const references = constraints.map((constraint) => this.#reference(constraint as ForeignConstraint))
    const many = new ManyReferences(this.#context, relation, references)
    const batch = rowsToBatch(rows, { columns: descriptorsOf(relation), projection: many.projection }, null)
    await many.add(batch, ({ constraint }) => batch.select(Int32Array.from(moved.get(constraint) ?? [])))
    await many.finish()
  }

  async #checkEvent(event: RowEvent, events: RowEvents): Promise<void> {
    if (event.old !== null) await this.#referenced(event, events)
    // A row that moved to another partition was inserted there.
    if (event.new === null || event.relation.kind === 'p') return
    for (const constraint of this.#immediate(event.relation, event)) {
      const held = this.#checkReference(constraint, event.relation, event.rowid)
      if (held !== null) await held
    }
  }

  // ---- the referenced side

  async #referenced(event: RowEvent, events: RowEvents): Promise<void> {
    const { catalog } = this.#context
    for (const constraint of foreignKeysTo(catalog, event.relation)) {
      if (!isForeign(constraint)) continue
      const { columns, onDelete, onUpdate } = constraint.foreign
      const changed = inTable(event, catalog.relation(constraint.foreign.table) ?? event.relation)
      const { relation, old, new: row } = changed
      if (old !== null && row !== null && isIdenticalKey(this.#context, relation, columns, old, row)) continue
      const action = row === null ? onDelete : onUpdate
      if (action === 'no action' && this.#isDeferred(constraint)) {
        this.deferred.push({ constraint, side: 'referenced', changed })
      } else await this.#referencedKey(constraint, events).leave(changed)
    }
  }

  #referencedKey(constraint: ForeignConstraint, events: RowEvents): ReferencedKey {
    let key = this.#referencedKeys.get(constraint.oid)
    if (key === undefined) {
      key = new ReferencedKey(this.#context, constraint, events)
      this.#referencedKeys.set(constraint.oid, key)
    }
    return key
  }
}

/** The change of a partition's row as one of the table that it is part of. */
const inTable = (event: RowEvent, table: RelationObject): RowEvent => {
  const map = columnMap(table, event.relation)
  if (map === null) return event
  const whole = (row: readonly Datum[] | null) => (row === null ? null : toParent(map, row, null))
  return { ...event, relation: table, old: whole(event.old), new: whole(event.new) }
}

/** Whether an update gave a row another key to refer to. */
const isMoved = (constraint: ForeignConstraint, { relation, old, new: row }: RowEvent): boolean =>
  row !== null && (old === null || !isSameKey(relation, constraint.columns, old, row))

/** The live rows of a batch with rowids from <= rowid < to, its last column. */
const rowsWithin = (batch: Batch, from: number, to: number): Batch => {
  const rowids = batch.columns.at(-1)
  if (rowids?.kind !== 'float64' || batch.count === 0) return batch
  const { values } = rowids
  const isWithin = (position: number): boolean => {
    const rowid = values[position] as number
    return rowid >= from && rowid < to
  }
  if (isWithin(batch.position(0)) && isWithin(batch.position(batch.count - 1))) return batch
  const positions = batch.selection ?? Int32Array.from({ length: batch.length }, (_, i) => i)
  return batch.select(positions.filter(isWithin))
}
