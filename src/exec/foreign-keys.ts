/**
 * Foreign keys: after a statement, every new reference must find its row, and every key that went away is dealt with
 * as its constraint says. Cascades are statements of their own kind here: they change rows and are looked at in turn.
 */
import { columnDefaultValue } from './modify/column-default.ts'
import type { ConstraintObject, ForeignKey, RelationObject } from '../catalog/objects.ts'
import { foreignKeyViolation, notNullViolation } from '../errors/raise/execution.ts'
import type { OrderedIndex } from '../storage/index/ordered-index.ts'
import { padRow } from '../storage/table/column.ts'
import type { TransactionState } from '../storage/transaction-state.ts'
import { ROW_LOCK } from '../txn/lock-modes.ts'
import type { Transaction } from '../txn/transaction.ts'
import type { Datum, SqlType } from '../types/sql-type.ts'
import { Wait } from '../vector/wait.ts'
import { descriptorsOf } from './columns.ts'
import type { ExecutionContext } from './context.ts'
import { changedSince, lockRow } from './modify/lock-row.ts'
import { RangeGuard } from './modify/range-guard.ts'
import type { InsertedRows, RowEvent, RowEvents } from './modify/row-events.ts'

type ForeignConstraint = ConstraintObject & { readonly foreign: ForeignKey }

const isForeign = (constraint: ConstraintObject): constraint is ForeignConstraint => constraint.foreign !== null

/** Whether changes of a table matter to any foreign key. */
export const isWatched = (context: Pick<ExecutionContext, 'catalog'>, relation: RelationObject): boolean =>
  context.catalog.constraintsOf(relation.oid).some(isForeign) || context.catalog.foreignKeysTo(relation.oid).length > 0

/** A check put off to the end of the transaction: of a changed row, or of rows that were inserted. */
export interface DeferredCheck {
  readonly constraint: ForeignConstraint
  readonly changed: RowEvent | InsertedRows
}

/** Keys known to be referenced that are remembered for one constraint. */
const KNOWN_KEYS = 200_000

export class ForeignKeyChecker {
  readonly #context: ExecutionContext
  /** Whether a constraint waits for COMMIT in this transaction (INITIALLY DEFERRED, SET CONSTRAINTS). */
  readonly #isDeferred: (constraint: ConstraintObject) => boolean
  readonly deferred: DeferredCheck[] = []
  /** References found good in this statement, by constraint: the key, or the text of several columns' values. */
  readonly #known = new Map<number, Set<Datum>>()
  readonly #guards = new Map<number, RangeGuard>()

  constructor(context: ExecutionContext, isDeferred: (constraint: ConstraintObject) => boolean) {
    this.#context = context
    this.#isDeferred = isDeferred
  }

  /** Works through the events, and through those that cascades add, until none is left. */
  async run(events: RowEvents): Promise<void> {
    for (const rows of events.inserted) {
      for (const constraint of this.#context.catalog.constraintsOf(rows.relation.oid)) {
        if (!isForeign(constraint)) continue
        if (this.#isDeferred(constraint)) this.deferred.push({ constraint, changed: rows })
        else await this.#checkInserted(constraint, rows)
      }
    }
    for (let i = 0; i < events.rows.length; i++) {
      const event = events.rows[i] as RowEvent
      if (event.new !== null) await this.#references(event)
      if (event.old !== null) await this.#referenced(event, events)
      if (i % 256 === 255) await this.#pause()
    }
  }

  async runDeferred(checks: readonly DeferredCheck[], events: RowEvents): Promise<void> {
    for (const { constraint, changed } of checks) {
      if (!('kind' in changed)) await this.#checkInserted(constraint, changed)
      else if (changed.relation.oid === constraint.table && changed.new !== null) {
        await this.#checkReference(constraint, changed.relation, changed.rowid)
      } else if (changed.old !== null) await this.#checkReferenced(constraint, changed, events)
    }
  }

  async #pause(): Promise<void> {
    const wait = this.#context.poll()
    if (wait !== null) await wait.promise
  }

  // ---- the referencing side

  async #references(event: RowEvent): Promise<void> {
    for (const constraint of this.#context.catalog.constraintsOf(event.relation.oid)) {
      if (!isForeign(constraint) || sameKey(event.old, event.new, constraint.columns, event.relation)) continue
      if (this.#isDeferred(constraint)) this.deferred.push({ constraint, changed: event })
      else await this.#checkReference(constraint, event.relation, event.rowid)
    }
  }

  async #checkInserted(constraint: ForeignConstraint, { relation, from, to }: InsertedRows): Promise<void> {
    for (let rowid = from; rowid < to; rowid++) {
      const held = this.#checkReference(constraint, relation, rowid)
      if (held !== null) await held
      if (rowid % 256 === 255) await this.#pause()
    }
  }

  /** Looks at a row as it is by now; a promise only when its key is not known to be there. */
  #checkReference(constraint: ForeignConstraint, relation: RelationObject, rowid: number): Promise<void> | null {
    const places = constraint.columns.map((attnum) => attnum - 1)
    const present = this.#context.storage.store(relation.storageId).newest(rowid, places)
    if (present === null || present.values === null) return null
    const row = padRow(present.values, descriptorsOf(relation))
    const key = valuesAt(row, constraint.columns)
    const nulls = key.filter((v) => v === null).length
    if (nulls > 0 && !(constraint.foreign.matchFull && nulls < key.length)) return null
    if (nulls > 0) throw this.#mixedNulls(constraint, relation)
    let known = this.#known.get(constraint.oid)
    if (known === undefined || known.size > KNOWN_KEYS) {
      known = new Set()
      this.#known.set(constraint.oid, known)
    }
    const [only] = key
    const text = key.length === 1 && typeof only === 'number' ? only : keyText(key, constraint.columns, relation)
    if (known.has(text)) return null
    known.add(text)
    return this.#findReferenced(constraint, relation, key)
  }

  /** Locks the row that a key refers to; throws 23503 when there is none. */
  async #findReferenced(constraint: ForeignConstraint, relation: RelationObject, key: Datum[]): Promise<void> {
    const { catalog, transaction } = this.#context
    const parent = catalog.relation(constraint.foreign.table) as RelationObject
    const indexRelation = catalog.relation(constraint.foreign.index) as RelationObject
    const index = this.#context.indexes.of(indexRelation, parent, catalog)
    const ordered = (indexRelation.index?.keys ?? []).map((k) => key[constraint.foreign.columns.indexOf(k.attnum)])
    await this.#lockTable(parent, 'rowShare')
    for (;;) {
      const found = findReferenced(index, transaction, ordered)
      if (found instanceof Wait) {
        await found.promise
        continue
      }
      if (found === null) throw this.#missing(constraint, relation, parent, key)
      const locked = lockRow(this.#context, parent, found, ROW_LOCK.forKeyShare)
      if (locked === null) return
      // The row may be gone when the lock is there: look again.
      await locked
    }
  }

  // ---- the referenced side

  async #referenced(event: RowEvent, events: RowEvents): Promise<void> {
    for (const constraint of this.#context.catalog.foreignKeysTo(event.relation.oid)) {
      if (!isForeign(constraint)) continue
      if (sameKey(event.old, event.new, constraint.foreign.columns, event.relation)) continue
      const action = event.new === null ? constraint.foreign.onDelete : constraint.foreign.onUpdate
      if (action === 'no action' && this.#isDeferred(constraint)) this.deferred.push({ constraint, changed: event })
      else await this.#checkReferenced(constraint, event, events)
    }
  }

  async #checkReferenced(constraint: ForeignConstraint, event: RowEvent, events: RowEvents): Promise<void> {
    const { foreign } = constraint
    const key = valuesAt(event.old as readonly Datum[], foreign.columns)
    if (key.includes(null)) return
    const action = event.new === null ? foreign.onDelete : foreign.onUpdate
    if (action === 'no action' && (await this.#stillThere(constraint, key))) return
    const child = this.#context.catalog.relation(constraint.table) as RelationObject
    await this.#lockTable(child, action === 'no action' || action === 'restrict' ? 'rowShare' : 'rowExclusive')
    const rowids = await this.#childRows(constraint, child, key)
    if (rowids.length === 0) return
    if (action === 'no action' || action === 'restrict')
      throw this.#stillReferenced(constraint, event.relation, child, key)
    for (const rowid of rowids) await this.#cascade(constraint, event, child, rowid, action, events)
  }

  /** As the query of a check or a cascade would lock the table. */
  async #lockTable(relation: RelationObject, mode: 'rowShare' | 'rowExclusive'): Promise<void> {
    const locked = this.#context.transaction.lockTable(relation.oid, mode)
    if (locked instanceof Wait) await locked.promise
  }

  /** Another row may have taken the key over within the statement. */
  async #stillThere(constraint: ForeignConstraint, key: readonly Datum[]): Promise<boolean> {
    const { catalog, indexes, transaction } = this.#context
    const parent = catalog.relation(constraint.foreign.table) as RelationObject
    const indexRelation = catalog.relation(constraint.foreign.index) as RelationObject
    const ordered = (indexRelation.index?.keys ?? []).map((k) => key[constraint.foreign.columns.indexOf(k.attnum)])
    for (;;) {
      const found = indexes.of(indexRelation, parent, catalog).probeUnique(transaction, ordered)
      if (!(found instanceof Wait)) return found !== null
      await found.promise
    }
  }

  /**
   * Live rows of the referencing table with a key, through an index on it where there is one. Rows committed after the
   * transaction's snapshot count: they refer to the key too.
   */
  async #childRows(constraint: ForeignConstraint, child: RelationObject, key: readonly Datum[]): Promise<number[]> {
    const { catalog, indexes, storage, transaction } = this.#context
    const snapshot = transaction.freshSnapshot(transaction.command)
    const { columns } = constraint
    const usable = catalog.validIndexesOf(child.oid).find((relation) => {
      const leading = relation.index?.keys.slice(0, columns.length).map((k) => k.attnum) ?? []
      return relation.index?.predicate === null && columns.every((attnum) => leading.includes(attnum))
    })
    if (usable !== undefined) {
      const index = indexes.of(usable, child, catalog)
      for (let wait = index.prepare(); wait !== null; wait = index.prepare()) await wait.promise
      const ordered = (usable.index?.keys ?? []).slice(0, columns.length).map((k) => key[columns.indexOf(k.attnum)])
      return index.lookup(ordered, snapshot).map((hit) => hit.rowid)
    }
    const projection = columns.map((attnum) => attnum - 1)
    const scan = storage
      .store(child.storageId)
      .scan(snapshot, { columns: descriptorsOf(child), projection, withRowids: true })
    const types = columns.map((attnum) => (child.columns[attnum - 1] as RelationObject['columns'][number]).type)
    const rowids: number[] = []
    for (;;) {
      const batch = scan.next()
      if (batch === null) return rowids
      if (batch instanceof Wait) {
        await batch.promise
        continue
      }
      for (let k = 0; k < batch.count; k++) {
        const at = batch.position(k)
        if (types.every((type, i) => equal(type, batch.columns[i]?.get(at), key[i]))) {
          rowids.push(batch.columns[columns.length]?.get(at))
        }
      }
      const wait = this.#context.poll()
      if (wait !== null) await wait.promise
    }
  }

  async #cascade(
    constraint: ForeignConstraint,
    event: RowEvent,
    child: RelationObject,
    rowid: number,
    action: 'cascade' | 'set null' | 'set default',
    events: RowEvents,
  ): Promise<void> {
    const { transaction, storage } = this.#context
    const store = storage.store(child.storageId)
    const guard = this.#guard(child)
    for (let wait = guard.enterNewest(rowid); wait !== null; wait = guard.enterNewest(rowid)) await wait.promise
    const locked = lockRow(this.#context, child, rowid, ROW_LOCK.forUpdate)
    if (locked !== null) await locked
    const newest = store.newest(rowid)
    if (newest !== null) changedSince(this.#context, newest)
    if (newest === null || newest.values === null) return
    const old = padRow(newest.values, descriptorsOf(child))
    const enter = async (row: Datum[] | null): Promise<void> => {
      for (let wait = guard.enter(rowid, old, row); wait !== null; wait = guard.enter(rowid, old, row)) {
        await wait.promise
      }
    }
    if (action === 'cascade' && event.new === null) {
      await enter(null)
      store.remove(transaction, rowid)
      events.add({ kind: 'delete', relation: child, rowid, old, new: null })
      return
    }
    const row = [...old]
    const limited =
      event.new === null && constraint.foreign.deleteColumns.length > 0
        ? constraint.foreign.deleteColumns
        : constraint.columns
    for (const attnum of limited) {
      const column = child.columns[attnum - 1] as RelationObject['columns'][number]
      const referenced = constraint.foreign.columns[constraint.columns.indexOf(attnum)] as number
      row[attnum - 1] =
        action === 'cascade'
          ? (event.new as readonly Datum[])[referenced - 1]
          : action === 'set null'
            ? null
            : columnDefaultValue(this.#context, column)
      if (row[attnum - 1] === null && column.notNull) throw this.#nullCascade(child, column.name)
    }
    await enter(row)
    store.update(transaction, rowid, row)
    events.add({ kind: 'update', relation: child, rowid, old, new: row })
  }

  #guard(relation: RelationObject): RangeGuard {
    let guard = this.#guards.get(relation.oid)
    if (guard === undefined) this.#guards.set(relation.oid, (guard = new RangeGuard(this.#context, relation)))
    return guard
  }

  // ---- messages

  #names(relation: RelationObject, constraint: ConstraintObject) {
    const schema = this.#context.catalog.schema(relation.schema)?.name ?? ''
    return { schema, table: relation.name, constraint: constraint.name }
  }

  #describe(relation: RelationObject, columns: readonly number[], key: readonly Datum[]): string {
    const { format } = this.#context.eval
    const names = columns.map((attnum) => relation.columns[attnum - 1]?.name)
    const values = columns.map((attnum, i) => relation.columns[attnum - 1]?.type.format(key[i], format))
    return `(${names.join(', ')})=(${values.join(', ')})`
  }

  #missing(constraint: ForeignConstraint, child: RelationObject, parent: RelationObject, key: readonly Datum[]) {
    return foreignKeyViolation(
      `insert or update on table "${child.name}" violates foreign key constraint "${constraint.name}"`,
      {
        ...this.#names(child, constraint),
        detail: `Key ${this.#describe(child, constraint.columns, key)} is not present in table "${parent.name}".`,
      },
    )
  }

  #mixedNulls(constraint: ForeignConstraint, child: RelationObject) {
    return foreignKeyViolation(
      `insert or update on table "${child.name}" violates foreign key constraint "${constraint.name}"`,
      { ...this.#names(child, constraint), detail: 'MATCH FULL does not allow mixing of null and nonnull key values.' },
    )
  }

  #stillReferenced(
    constraint: ForeignConstraint,
    parent: RelationObject,
    child: RelationObject,
    key: readonly Datum[],
  ) {
    return foreignKeyViolation(
      `update or delete on table "${parent.name}" violates foreign key constraint "${constraint.name}" on table "${child.name}"`,
      {
        ...this.#names(child, constraint),
        detail: `Key ${this.#describe(parent, constraint.foreign.columns, key)} is still referenced from table "${child.name}".`,
      },
    )
  }

  #nullCascade(child: RelationObject, column: string) {
    return notNullViolation(column, child.name, {
      schema: this.#context.catalog.schema(child.schema)?.name ?? '',
      table: child.name,
      column,
    })
  }
}

/**
 * The row with a key, null when there is none. Unlike a unique index's probe it does not wait for a change that leaves
 * the key alone: only a row that comes or goes with another transaction is awaited.
 */
const findReferenced = (index: OrderedIndex, transaction: Transaction, key: readonly Datum[]): number | Wait | null => {
  const unready = index.prepare()
  if (unready !== null) return unready
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

const valuesAt = (row: readonly Datum[], attnums: readonly number[]): Datum[] =>
  attnums.map((attnum) => row[attnum - 1] ?? null)

const equal = (type: SqlType, a: Datum, b: Datum): boolean =>
  a !== null && b !== null && (type.compare === null ? a === b : type.compare(a, b) === 0)

const typeAt = (relation: RelationObject, attnum: number): SqlType =>
  (relation.columns[attnum - 1] as RelationObject['columns'][number]).type

/** Whether an update left the key alone. */
const sameKey = (
  old: readonly Datum[] | null,
  row: readonly Datum[] | null,
  attnums: readonly number[],
  relation: RelationObject,
): boolean =>
  old !== null &&
  row !== null &&
  attnums.every((attnum) => {
    const [a, b] = [old[attnum - 1] ?? null, row[attnum - 1] ?? null]
    return a === b || equal(typeAt(relation, attnum), a, b)
  })

const keyText = (key: readonly Datum[], attnums: readonly number[], relation: RelationObject): string =>
  key.map((value, i) => String(typeAt(relation, attnums[i] as number).hashKey?.(value))).join('\u0000')
