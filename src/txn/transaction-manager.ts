/** Begins transactions, numbers them and their commits, and knows the oldest snapshot in use. */
import { writesStopped } from '../errors/raise/storage.ts'
import type { KeyValueStore } from '../storage/kv/key-value-store.ts'
import type { PreparedDescription } from '../storage/prepared-record.ts'
import type { Storage } from '../storage/storage.ts'
import type { LiveSnapshots, TransactionState } from '../storage/transaction-state.ts'
import { Wait } from '../vector/wait.ts'
import { ExportedSnapshots } from './exported-snapshots.ts'
import type { LockMark } from './lock.ts'
import { LockManager } from './lock-manager.ts'
import { TABLE_LOCK } from './lock-modes.ts'
import { PreparedTransactions } from './prepared-transactions.ts'
import { Outcomes } from './outcomes.ts'
import { Transaction, type TransactionOptions } from './transaction.ts'

export class TransactionManager implements LiveSnapshots {
  readonly locks = new LockManager()
  readonly snapshots = new ExportedSnapshots()
  /** Where commits are made durable; null when the storage is volatile. */
  readonly log: KeyValueStore | null
  readonly #storage: Storage
  readonly prepared: PreparedTransactions
  readonly outcomes: Outcomes
  readonly #live = new Set<Transaction>()
  /** Transactions with an id that are in progress. */
  readonly #writing = new Map<number, Transaction>()
  /** Commits that wait for the disk, and who waits for none to do so. */
  #committing = 0
  #quiet: (() => void)[] = []
  #sequence = 1
  /** Commits that others may follow, numbered in the order in which the log gets them; and the last one that is durable. */
  #queued = 0
  #written = 0
  /** Ids of the server's own transactions in the lock manager: below zero, no session has them. */
  #internalId = -1

  constructor(storage: Storage) {
    this.#storage = storage
    this.log = storage.log
    this.prepared = new PreparedTransactions(storage)
    this.outcomes = new Outcomes(this.#writing, storage)
    storage.snapshots = this
  }

  begin(options: TransactionOptions = {}): Transaction {
    const owner = this.locks.owner(options.processId ?? this.#internalId--)
    const transaction = new Transaction(this, owner, options)
    this.#live.add(transaction)
    return transaction
  }

  /** Recovery: a transaction that was prepared, with its locks; its changes are to be restored next. */
  restore({ xid, locks }: PreparedDescription): Transaction {
    const transaction = this.begin()
    transaction.state.xid = xid
    transaction.owner.xid = xid
    this.#writing.set(xid, transaction)
    this.locks.restore(transaction.owner, locks)
    return transaction
  }

  /** Sequence of the newest commit: what a snapshot taken now sees. */
  get sequence(): number {
    return this.#sequence
  }

  /** For a commit about to be published. */
  nextSequence(): number {
    return ++this.#sequence
  }

  /** A commit is in the log's queue: others may follow it. Answers its place. */
  queue({ owner, state }: Transaction): number {
    const place = ++this.#queued
    state.queued = place
    this.locks.yield(owner, place)
    return place
  }

  /** The commit at a place in the queue is durable, and so are all before it. */
  written(place: number): void {
    this.#written = Math.max(this.#written, place)
  }

  /** Whether a commit that was followed is still on its way to the disk. */
  isPending(place: number): boolean {
    return place > this.#written
  }

  /** The next transaction id to be given out. */
  get nextXid(): number {
    return this.#storage.nextXid
  }

  /** Ids of transactions in progress, ascending. */
  inProgress(): number[] {
    return [...this.#writing.keys()].sort((a, b) => a - b)
  }

  /** Throws 25006 once the log has failed. */
  assignXid(transaction: Transaction): void {
    const failure = this.log?.failure
    if (failure) throw writesStopped(failure.message)
    this.outcomes.start()
    transaction.state.xid = this.#storage.allocateXid()
    transaction.owner.xid = transaction.state.xid
    this.#writing.set(transaction.state.xid, transaction)
  }

  /** The oldest commit sequence that some live snapshot reads at. */
  horizon(): number {
    let oldest = this.#sequence
    for (const transaction of this.#live) oldest = Math.min(oldest, transaction.oldestSequence)
    return oldest
  }

  /** LiveSnapshots: whether one reads at a sequence s with from <= s < to. */
  readsWithin(from: number, to: number): boolean {
    for (const transaction of this.#live) if (transaction.readsWithin(from, to)) return true
    return false
  }

  waitFor(waiter: Transaction, other: TransactionState): Wait {
    const holder = this.#writing.get(other.xid)
    if (holder === undefined) return new Wait(Promise.resolve())
    return this.locks.waitForTransaction(waiter.owner, holder.owner, other.xid, waiter.lockTimeout)
  }

  /** A promise for a writer to wait for when there are more row versions in memory than merging keeps up with, else null. */
  heldBack(): Promise<void> | null {
    return this.#storage.overlay.held()
  }

  commitBegins(): void {
    this.#committing++
  }

  commitEnds(): void {
    if (--this.#committing > 0) return
    const waiting = this.#quiet
    this.#quiet = []
    for (const resolve of waiting) resolve()
  }

  /** Resolves when no commit is running. */
  async quiesce(): Promise<void> {
    while (this.#committing > 0) await new Promise<void>((resolve) => this.#quiet.push(resolve))
  }

  /** A part of a transaction is undone: its locks since a mark are given up (null: none), waiters look again. */
  rolledBack({ owner, state }: Transaction, since: LockMark | null): void {
    if (since !== null) this.locks.releaseSince(owner, since)
    if (state.xid !== 0) this.locks.release(owner, { kind: 'transaction', xid: state.xid }, TABLE_LOCK.exclusive)
  }

  ended(transaction: Transaction): void {
    this.#live.delete(transaction)
    if (transaction.state.xid !== 0) {
      this.#writing.delete(transaction.state.xid)
      if (transaction.status === 'aborted') this.outcomes.aborted(transaction.state.xid)
    }
    this.locks.releaseAll(transaction.owner)
  }
}
