/** SELECT … FOR UPDATE and its kin: rows are locked as they are delivered. */
import type { RelationObject } from '../../catalog/objects.ts'
import { concurrentUpdate, rowLockNotAvailable } from '../../errors/raise/transactions.ts'
import type { LockRows, PhysicalPlan } from '../../plan/physical.ts'
import { ROW_LOCK, type LockMode } from '../../txn/lock-modes.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { Batch } from '../../vector/batch.ts'
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext, PinnedRow } from '../context.ts'
import { layoutOf } from '../expression/compile.ts'
import { changedSince } from '../modify/lock-row.ts'
import { refuseMoved } from '../modify/moved-rows.ts'
import { isSameKey, referableColumns } from '../foreign-keys/constraint.ts'
import { drain, type Operator, type Pull } from '../operator.ts'
import { rowsBatch } from '../row-buffer.ts'

const MODES: Readonly<Record<LockRows['locks'][number]['lock']['strength'], LockMode>> = {
  'key share': ROW_LOCK.forKeyShare,
  share: ROW_LOCK.forShare,
  'no key update': ROW_LOCK.forNoKeyUpdate,
  update: ROW_LOCK.forUpdate,
}

export class LockRowsOperator implements Operator {
  readonly #plan: LockRows
  readonly #input: Operator
  readonly #context: ExecutionContext
  readonly #build: (plan: PhysicalPlan, context: ExecutionContext) => Operator
  readonly #columns: readonly number[]
  readonly #tableoids: readonly (number | null)[]
  #batch: Batch | null = null
  #at = 0
  #rows: Datum[][] = []
  /** A row under recheck after a lock wait: settled when its rows were found. */
  #rechecking: Promise<void> | null = null

  constructor(
    plan: LockRows,
    input: Operator,
    context: ExecutionContext,
    build: (plan: PhysicalPlan, context: ExecutionContext) => Operator,
  ) {
    this.#plan = plan
    this.#input = input
    this.#context = context
    this.#build = build
    const layout = layoutOf(plan.input.outputs)
    this.#columns = plan.locks.map((lock) => layout.get(lock.rowid) as number)
    this.#tableoids = plan.locks.map(({ tableoid }) => (tableoid === null ? null : (layout.get(tableoid) as number)))
  }

  open(): void {
    this.#batch = null
    this.#rows = []
    this.#input.open()
  }

  /** One result row at a time: what is above may want no more, and no more is to be locked then. */
  next(): Pull {
    for (;;) {
      if (this.#rechecking !== null) return new Wait(this.#rechecking)
      if (this.#rows.length > 0) {
        const rows = this.#rows
        this.#rows = []
        return rowsBatch(
          rows,
          this.#plan.outputs.map((column) => column.type),
        )
      }
      if (this.#batch === null || this.#at === this.#batch.count) {
        const batch = this.#input.next()
        if (batch === null || batch instanceof Wait) return batch
        this.#batch = batch
        this.#at = 0
      }
      const wait = this.#lock(this.#batch, this.#batch.position(this.#at))
      if (wait !== null) return wait
    }
  }

  /** Locks the rows behind one result row; a Wait means: pull again. */
  #lock(batch: Batch, position: number): Wait | null {
    let changed = false
    const pinned = new Map<number, PinnedRow>()
    for (const [i, { lock, item, rowid: id }] of this.#plan.locks.entries()) {
      const rowid = batch.columns[this.#columns[i] as number]?.get(position) as number | null
      if (rowid === null) continue
      const tableoid = this.#tableoids[i] ?? null
      const table = tableoid === null ? item.relation.oid : (batch.columns[tableoid]?.get(position) as number)
      const relation = this.#context.catalog.relation(table) ?? item.relation
      const tag = { kind: 'row', relation: relation.oid, rowid } as const
      const options = { noWait: lock.waitPolicy !== 'block' }
      this.#context.transaction.assignXid()
      const locked = this.#context.transaction.lock(tag, MODES[lock.strength], options)
      if (locked instanceof Wait) return locked
      if (locked === 'unavailable') {
        if (lock.waitPolicy === 'error') throw rowLockNotAvailable(relation.name)
        this.#at++
        return null
      }
      pinned.set(id, { relation: relation.oid, rowid })
      // A lock that lets others change the row has nothing to do with what they are about to make of it.
      const { transaction, storage } = this.#context
      const newest = storage.store(relation.storageId).newest(rowid, null, transaction)
      if (newest === null || newest.values === null) {
        // PostgreSQL has one message for rows that changed and rows that went.
        if (newest !== null && changedSince(this.#context, newest, concurrentUpdate)) {
          refuseMoved(newest, storage.store(relation.storageId), rowid)
        }
        this.#at++
        return null
      }
      if (lock.strength === 'key share' && this.#hasSameKeys(relation, rowid, newest.values)) continue
      changed ||= changedSince(this.#context, newest)
    }
    this.#at++
    if (!changed) {
      this.#rows.push(this.#plan.input.outputs.map((_, i) => batch.columns[i]?.get(position)))
      return null
    }
    this.#rechecking = this.#recheck(pinned).finally(() => {
      this.#rechecking = null
    })
    return new Wait(this.#rechecking)
  }

  /** Whether a row has the keys that the snapshot sees: FOR KEY SHARE does not mind any other change. */
  #hasSameKeys(relation: RelationObject, rowid: number, newest: readonly Datum[]): boolean {
    const { storage, snapshot } = this.#context
    const seen = storage.store(relation.storageId).fetch(rowid, snapshot)
    if (seen === null) return false
    return isSameKey(relation, referableColumns(this.#context, relation), seen, newest)
  }

  /** Looks at the changed rows again by a newer snapshot; keeps the result when they still qualify. */
  async #recheck(pinned: ReadonlyMap<number, PinnedRow>): Promise<void> {
    const context = this.#context.recheck(this.#context.transaction.snapshot(), pinned)
    const operator = this.#build(this.#plan.input, context)
    operator.open()
    try {
      await drain(operator, (batch) => {
        for (let k = 0; k < batch.count; k++) this.#rows.push(batch.row(k))
      })
    } finally {
      operator.close()
    }
  }

  close(): void {
    this.#batch = null
    this.#input.close()
  }
}
