/**
 * Reads through an index at SERIALIZABLE: the key range is locked to the end of the transaction, changes in it that are
 * in progress are awaited, and then it is read as it is now. Nobody can change it afterwards, so whatever is read at
 * whatever moment of the transaction holds at its end.
 */
import { IndexScan } from '../storage/index/index-scan.ts'
import type { KeyRange, OrderedIndex } from '../storage/index/ordered-index.ts'
import type { BatchSource, ScanOptions } from '../storage/table/table-scan.ts'
import type { TransactionState } from '../storage/transaction-state.ts'
import type { Batch } from '../vector/batch.ts'
import { Wait } from '../vector/wait.ts'
import type { ExecutionContext } from './context.ts'

/** Entries looked at in one go, without the lock, for changes in progress. */
const LOOK_AHEAD = 2048

/** Transactions that are awaited before the range is locked against newcomers. */
const PATIENCE = 4

export interface LockedRange {
  readonly relation: number
  readonly index: number
  readonly ordered: OrderedIndex
  readonly range: KeyRange
  /** `shareRowExclusive` where the rows are read in order to be changed. */
  readonly mode: 'share' | 'shareRowExclusive'
}

/**
 * Waits for changes in progress and locks. A writer that holds one key of the range often wants another: it is let
 * finish before the range is locked, unless there is no end to writers. Ask `enter` until it answers null.
 */
export class RangeLock {
  readonly #context: ExecutionContext
  readonly #target: LockedRange
  #locked = false
  #awaited = 0
  /** A row whose writer is awaited. */
  #pending: number | null = null
  /** The walk over the locked range. */
  #walk: ReturnType<OrderedIndex['candidates']> | null = null

  constructor(context: ExecutionContext, target: LockedRange) {
    this.#context = context
    this.#target = target
  }

  enter(): Wait | null {
    const { ordered, range } = this.#target
    const unready = ordered.prepare()
    if (unready !== null) return unready
    if (this.#locked) return this.#awaitWriters()
    if (!this.#context.transaction.hasOtherWriters(this.#target.relation)) return this.#lock(false)
    if (this.#awaited >= PATIENCE) return this.#lock(true)
    const candidates = ordered.candidates({ ...range, reverse: false })
    for (let i = 0; candidates.next(); i++) {
      if (i === LOOK_AHEAD) return this.#lock(true)
      const writer = this.#writerOf(candidates.rowid)
      if (writer === null) continue
      this.#awaited++
      return this.#context.transaction.waitFor(writer)
    }
    return this.#lock(false)
  }

  /** Takes the lock; a Wait means that others were before, so everything is looked at again. */
  #lock(withWriters: boolean): Wait | null {
    const { transaction } = this.#context
    const { index, ordered, range, mode } = this.#target
    const wait = transaction.lockRange(index, ordered.interval(range), mode)
    if (wait !== null) return wait
    this.#locked = withWriters
    return withWriters ? this.#awaitWriters() : null
  }

  #awaitWriters(): Wait | null {
    const { ordered, range } = this.#target
    this.#walk ??= ordered.candidates({ ...range, reverse: false })
    for (let i = 1; this.#pending !== null || this.#walk.next(); i++) {
      const rowid: number = this.#pending ?? this.#walk.rowid
      const writer = this.#writerOf(rowid)
      this.#pending = writer === null ? null : rowid
      if (writer !== null) return this.#context.transaction.waitFor(writer)
      const turn = i % LOOK_AHEAD === 0 ? this.#context.poll() : null
      if (turn !== null) return turn
    }
    return null
  }

  /** The other transaction that has an uncommitted change of a row. */
  #writerOf(rowid: number): TransactionState | null {
    let writer: TransactionState | null = null
    this.#target.ordered.store.someVersion(rowid, [], (_values, creator) => {
      writer = creator
      return true
    })
    const newest = writer as TransactionState | null
    const inProgress = newest !== null && newest.commitSequence === Number.POSITIVE_INFINITY
    return inProgress && newest !== this.#context.transaction.state ? newest : null
  }
}

/** An index scan behind a range lock. */
export class LockedIndexScan implements BatchSource {
  readonly #context: ExecutionContext
  readonly #target: LockedRange
  readonly #options: ScanOptions
  readonly #lock: RangeLock
  #scan: IndexScan | null = null

  constructor(context: ExecutionContext, target: LockedRange, options: ScanOptions) {
    this.#context = context
    this.#target = target
    this.#options = options
    this.#lock = new RangeLock(context, target)
  }

  next(): Batch | null | Wait {
    if (this.#scan === null) {
      const wait = this.#lock.enter()
      if (wait !== null) return wait
      const { transaction, snapshot } = this.#context
      const present = transaction.freshSnapshot(snapshot.command)
      this.#scan = new IndexScan(this.#target.ordered, this.#target.range, present, this.#options)
    }
    return this.#scan.next()
  }
}
