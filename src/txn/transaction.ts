/**
 * A transaction: its snapshots, its change log, its locks. Storage sees it as a `Writer`. Nothing uncommitted is ever
 * written to disk: commit gathers what the log names into one batch, and publishing is one assignment afterwards.
 */

import { noActiveTransaction, readOnlyTransaction } from '../errors/raise/transactions.ts'
import { type KeyValueStore, WriteBatch } from '../storage/kv/key-value-store.ts'
import { textKey } from '../storage/kv/keys.ts'
import { pause } from '../storage/pace.ts'
import type { StoredLock } from '../storage/prepared-record.ts'
import {
  type ChangeTarget,
  type LiveSnapshots,
  Snapshot,
  TransactionState,
  type Writer,
} from '../storage/transaction-state.ts'
import type { Wait } from '../vector/wait.ts'
import type { LockMark, LockOwner } from './lock.ts'
import type { AcquireOptions } from './lock-manager.ts'
import { type LockMode, ROW_LOCK, TABLE_LOCK } from './lock-modes.ts'
import type { LockRange, LockTag } from './lock-tag.ts'
import { preparedProcess } from './prepared-transactions.ts'
import type { TransactionManager } from './transaction-manager.ts'

export type IsolationLevel = 'read committed' | 'repeatable read' | 'serializable'

export interface TransactionOptions {
  readonly isolation?: IsolationLevel
  readonly readOnly?: boolean
  /** The session's process id, for locks; transactions of the server itself have none. */
  readonly processId?: number
  /** lock_timeout in milliseconds as it is now, 0 for none; for every wait that has none of its own. */
  readonly lockTimeout?: () => number
}

/** Where a savepoint lies in the transaction's lists. */
export interface Savepoint {
  readonly changes: number
  readonly commitActions: number
  readonly locks: LockMark
}

/** An undo action in the change log. */
class UndoAction implements ChangeTarget {
  readonly #undo: () => void
  constructor(undo: () => void) {
    this.#undo = undo
  }
  undo(): void {
    this.#undo()
  }
  redo(): void {}
}

/** Changes turned into writes between two pauses. */
const REDO_SLICE = 1000

export class Transaction implements Writer {
  readonly state = new TransactionState()
  readonly owner: LockOwner
  readonly #manager: TransactionManager
  #isolation: IsolationLevel = 'read committed'
  readOnly: boolean
  readonly #lockTimeout: () => number
  command = 0
  status: 'active' | 'committing' | 'prepared' | 'committed' | 'aborted' = 'active'
  #snapshot: Snapshot | null = null
  /** Snapshots that outlive their statement (cursors), with the number of holders. */
  #retained: Snapshot[] = []
  /** Snapshots of parts of the statement in progress; one for each sequence. */
  #fresh: Snapshot[] = []
  /** Change log: where, and the rowid there. */
  readonly #targets: ChangeTarget[] = []
  readonly #rowids: number[] = []
  /** For the commit batch, by key; null: there are none. */
  #records: Map<string, Uint8Array | null> | null = null
  readonly #commitActions: (() => void)[] = []
  readonly #endActions: ((committed: boolean) => void)[] = []
  #mustSync = false
  /** Whether something else than rows is to be undone. */
  #hasUndoActions = false

  constructor(manager: TransactionManager, owner: LockOwner, options: TransactionOptions) {
    this.#manager = manager
    this.owner = owner
    this.isolation = options.isolation ?? 'read committed'
    this.readOnly = options.readOnly ?? false
    this.#lockTimeout = options.lockTimeout ?? (() => 0)
  }

  get isolation(): IsolationLevel {
    return this.#isolation
  }

  set isolation(level: IsolationLevel) {
    this.#isolation = level
    this.owner.mayFollow = level === 'read committed'
  }

  get follows(): number {
    return this.owner.follows
  }

  /** Transaction id, 0 while it has written nothing. */
  get xid(): number {
    return this.state.xid
  }

  /** Gives the transaction an id if it has none. */
  assignXid(): number {
    if (this.state.xid === 0) this.#manager.assignXid(this)
    return this.state.xid
  }

  get lockTimeout(): number {
    return this.#lockTimeout()
  }

  // ---- snapshots

  /** Whether one snapshot serves the whole transaction; otherwise each statement has its own. */
  get keepsSnapshot(): boolean {
    return this.isolation === 'repeatable read'
  }

  /** Later statements see what was written so far. */
  advanceCommand(): void {
    this.command++
  }

  /**
   * The snapshot for a statement: the transaction's own at REPEATABLE READ, a fresh one otherwise (SERIALIZABLE reads
   * what is committed now, and locks it). Sees own writes of earlier commands.
   */
  snapshot(): Snapshot {
    const known = this.#snapshot
    if (known === null || !this.keepsSnapshot) {
      this.#snapshot = this.#snapshotNow(this.command)
    } else if (known.command !== this.command) {
      this.#snapshot = new Snapshot(known.sequence, this.state, this.command, known.queued)
    }
    return this.#snapshot as Snapshot
  }

  /** A snapshot of now for a part of a statement that locks what it reads. */
  freshSnapshot(command: number): Snapshot {
    const snapshot = this.#snapshotNow(command)
    const last = this.#fresh.at(-1)
    if (last?.sequence !== snapshot.sequence || last.queued !== snapshot.queued) this.#fresh.push(snapshot)
    return snapshot
  }

  #snapshotNow(command: number): Snapshot {
    const { follows } = this.owner
    return new Snapshot(this.#manager.sequence, this.state, command, this.#isFollowing ? follows : 0)
  }

  /** Whether it has seen changes that are not durable yet. */
  get #isFollowing(): boolean {
    return this.#manager.isPending(this.owner.follows)
  }

  /** The statement is over: its snapshot no longer keeps old versions alive, unless it is the transaction's. */
  endStatement(): void {
    // Cursors may still be reading by theirs.
    if (this.#fresh.length > 0 && this.#retained.length === 0) this.#fresh = []
    if (!this.keepsSnapshot) this.#snapshot = null
  }

  /** Reads by a snapshot that another transaction has exported, from the first statement on. */
  importSnapshot({ sequence, queued }: Snapshot): void {
    this.owner.follows = Math.max(this.owner.follows, queued)
    this.#snapshot = new Snapshot(sequence, this.state, this.command, queued)
  }

  /** Keeps what a snapshot sees alive until the answered function is called (cursors, portals). */
  retain(snapshot: Snapshot): () => void {
    this.#retained.push(snapshot)
    return () => {
      const at = this.#retained.indexOf(snapshot)
      if (at >= 0) this.#retained.splice(at, 1)
    }
  }

  /** Whether this transaction may read at a sequence s with from <= s < to. */
  readsWithin(from: number, to: number): boolean {
    // What a snapshot sees of the queue gets its sequence later.
    const isWithin = ({ sequence, queued }: Snapshot): boolean => sequence < to && (sequence >= from || queued > 0)
    if (this.#snapshot !== null && isWithin(this.#snapshot)) return true
    if (this.#retained.length === 0 && this.#fresh.length === 0) return false
    return this.#retained.some(isWithin) || this.#fresh.some(isWithin)
  }

  /** The oldest commit sequence that this transaction may read at; Infinity when it holds no snapshot. */
  get oldestSequence(): number {
    let oldest = this.#snapshot?.sequence ?? Number.POSITIVE_INFINITY
    for (const snapshot of this.#retained) oldest = Math.min(oldest, snapshot.sequence)
    for (const snapshot of this.#fresh) oldest = Math.min(oldest, snapshot.sequence)
    return oldest
  }

  // ---- Writer

  beginWrite(): void {
    if (this.status !== 'active') throw noActiveTransaction()
    if (this.state.xid === 0) this.#manager.assignXid(this)
  }

  logChange(target: ChangeTarget, rowid: number): void {
    this.#targets.push(target)
    this.#rowids.push(rowid)
  }

  pushUndo(undo: () => void): void {
    this.#hasUndoActions = true
    this.logChange(new UndoAction(undo), 0)
  }

  onCommit(action: () => void): void {
    this.#commitActions.push(action)
  }

  /** Runs when the transaction has ended, either way; savepoints don't touch it. */
  onEnd(action: (committed: boolean) => void): void {
    this.#endActions.push(action)
  }

  putRecord(key: string, value: Uint8Array | null): void {
    this.beginWrite()
    this.#records ??= new Map()
    const records = this.#records
    const had = records.has(key)
    const before = records.get(key) ?? null
    records.set(key, value)
    this.pushUndo(() => {
      if (had) records.set(key, before)
      else records.delete(key)
    })
  }

  /** A catalog record for the commit batch, read back by `Storage.readMeta`; null deletes. */
  putMeta(name: string, value: Uint8Array | null): void {
    this.putRecord(`m${name}`, value)
  }

  get #recordCount(): number {
    return this.#records?.size ?? 0
  }

  requireSync(): void {
    this.#mustSync = true
  }

  /** Until the other has ended or was rolled back to a savepoint: what was in the way is to be looked at again. */
  waitFor(other: TransactionState): Wait {
    return this.#manager.waitFor(this, other)
  }

  get snapshots(): LiveSnapshots {
    return this.#manager
  }

  // ---- locks

  /** See `LockManager.acquire`. */
  lock(tag: LockTag, mode: LockMode, options?: AcquireOptions): null | Wait | 'unavailable' {
    return this.#manager.locks.acquire(this.owner, tag, mode, { timeoutMs: this.lockTimeout, ...options })
  }

  lockTable(relation: number, mode: keyof typeof TABLE_LOCK, options?: AcquireOptions): null | Wait | 'unavailable' {
    return this.lock({ kind: 'relation', relation }, TABLE_LOCK[mode], options)
  }

  lockRow(
    relation: number,
    rowid: number,
    mode: keyof typeof ROW_LOCK,
    options?: AcquireOptions,
  ): null | Wait | 'unavailable' {
    return this.lock({ kind: 'row', relation, rowid }, ROW_LOCK[mode], options)
  }

  /** SERIALIZABLE: keeps others from changing a range of an index's keys. */
  lockRange(index: number, range: LockRange, mode: 'share' | 'shareRowExclusive'): null | Wait {
    return this.#manager.locks.acquireRange(this.owner, index, TABLE_LOCK[mode], range, this.lockTimeout)
  }

  /** Whether key ranges, of one index or at all, are locked: only then need writers look at `enterRange`. */
  hasRanges(index?: number): boolean {
    return this.#manager.locks.hasRanges(index)
  }

  /** See `LockManager.enterRange`. */
  enterRange(index: number, key: LockRange): null | Wait {
    return this.#manager.locks.enterRange(this.owner, index, key, this.lockTimeout)
  }

  /** Whether another transaction may have uncommitted changes in a table. */
  hasOtherWriters(relation: number): boolean {
    return this.#manager.locks.isWritten(this.owner, relation)
  }

  // ---- savepoints

  /** Marks a place to roll back to. Releasing one needs nothing: its holder forgets it. */
  savepoint(): Savepoint {
    return {
      changes: this.#targets.length,
      commitActions: this.#commitActions.length,
      locks: this.owner.mark(),
    }
  }

  /**
   * Undoes everything since the savepoint, which remains, and gives up the locks taken since; at SERIALIZABLE they are
   * kept, for what was read since is known to the client.
   */
  rollbackTo(savepoint: Savepoint): void {
    this.#undo(savepoint)
    this.#manager.rolledBack(this, this.isolation === 'serializable' ? null : savepoint.locks)
  }

  #undo(savepoint: Pick<Savepoint, 'changes' | 'commitActions'>): void {
    for (let i = this.#targets.length - 1; i >= savepoint.changes; i--) {
      ;(this.#targets[i] as ChangeTarget).undo(this.#rowids[i] as number)
    }
    this.#targets.length = savepoint.changes
    this.#rowids.length = savepoint.changes
    this.#commitActions.length = savepoint.commitActions
  }

  // ---- ending

  /**
   * Commits. Null: done at once (nothing to make durable). A promise resolves when the commit is durable and visible;
   * when it rejects, the transaction was rolled back. `synchronous: false` doesn't wait for the disk.
   */
  commit(options: { readonly synchronous?: boolean } = {}): Promise<void> | null {
    if (this.status !== 'active') throw noActiveTransaction()
    const log = this.#manager.log
    // What it has seen must not be lost once its own end is known.
    const mustSync = this.#mustSync || this.#isFollowing
    if (log === null || (this.#targets.length === 0 && this.#recordCount === 0 && !mustSync)) {
      this.#publish()
      return null
    }
    this.status = 'committing'
    return this.#commitDurably(log, mustSync, (options.synchronous ?? true) || this.#isFollowing)
  }

  async #commitDurably(log: KeyValueStore, mustSync: boolean, synchronous: boolean): Promise<void> {
    let place = 0
    this.#manager.commitBegins()
    try {
      const batch = new WriteBatch()
      if (this.#targets.length > REDO_SLICE) await this.#redo(batch)
      else {
        this.#redoSlice(batch, 0)
        this.#redoRecords(batch)
      }
      if (batch.length > 0 || mustSync) {
        const written = log.write(batch, synchronous)
        if (synchronous) {
          if (this.#mayBeFollowed) place = this.#manager.queue(this)
          await written
          this.#manager.written(place)
        } else written.catch(() => {})
      }
    } catch (error) {
      if (place > 0) this.#abandon()
      else this.#abort()
      throw error
    } finally {
      this.#manager.commitEnds()
    }
    this.#publish()
    // Its locks are gone: nobody waits for the one who waits here.
    const held = this.#targets.length === 0 ? null : this.#manager.heldBack()
    if (held !== null) await held
  }

  /** Whether rows are all that it has changed: of the rest others learn when it is durable. */
  get #mayBeFollowed(): boolean {
    return !this.#hasUndoActions && this.#commitActions.length === 0 && this.#recordCount === 0
  }

  /** Adds the writes that repeat the transaction's changes. */
  async #redo(batch: WriteBatch): Promise<void> {
    for (let i = 0; i < this.#targets.length; i += REDO_SLICE) {
      if (i > 0) await pause()
      this.#redoSlice(batch, i)
    }
    this.#redoRecords(batch)
  }

  #redoSlice(batch: WriteBatch, from: number): void {
    const to = Math.min(from + REDO_SLICE, this.#targets.length)
    for (let i = from; i < to; i++) (this.#targets[i] as ChangeTarget).redo(this.#rowids[i] as number, batch)
  }

  #redoRecords(batch: WriteBatch): void {
    for (const [key, value] of this.#records ?? []) {
      if (value === null) batch.delete(textKey(key))
      else batch.put(textKey(key), value)
    }
  }

  /**
   * PREPARE TRANSACTION: resolves when what `record` makes of the writes and locks is durable; the transaction belongs to
   * no session then. When it rejects, the transaction was rolled back.
   */
  prepare(record: (writes: WriteBatch, locks: readonly StoredLock[]) => WriteBatch): Promise<void> {
    this.beginWrite()
    this.status = 'committing'
    return this.#prepareDurably(record)
  }

  async #prepareDurably(record: (writes: WriteBatch, locks: readonly StoredLock[]) => WriteBatch): Promise<void> {
    const { log } = this.#manager
    this.#manager.commitBegins()
    try {
      if (log !== null) {
        const writes = new WriteBatch()
        await this.#redo(writes)
        await log.write(record(writes, this.#manager.locks.stored(this.owner)), true)
      }
    } catch (error) {
      this.#abort()
      throw error
    } finally {
      this.#manager.commitEnds()
    }
    this.detach()
  }

  /** The transaction is prepared: it reads no more, and only `finish` ends it. */
  detach(): void {
    this.status = 'prepared'
    this.owner.processId = preparedProcess(this.state.xid)
    this.#releaseSnapshots()
  }

  /** Ends a prepared transaction, once that is durable. */
  finish(committed: boolean): void {
    if (committed) this.#publish()
    else this.#abort()
  }

  #publish(): void {
    if (this.state.xid !== 0) this.state.commitSequence = this.#manager.nextSequence()
    this.status = 'committed'
    try {
      for (const action of this.#commitActions) action()
    } finally {
      this.#end(true)
    }
  }

  /** Undoes everything and releases all locks. Does nothing when the transaction has ended already. */
  rollback(): void {
    if (this.status === 'active') this.#abort()
  }

  #abort(): void {
    this.status = 'aborted'
    this.#undo({ changes: 0, commitActions: 0 })
    this.#end(false)
  }

  /**
   * The log failed when others may have changed its rows after it: nobody sees its versions and nothing can be written
   * any more, so they stay until the next start, when the log tells what became of the transaction.
   */
  #abandon(): void {
    this.status = 'aborted'
    this.#end(false)
  }

  #releaseSnapshots(): void {
    this.#snapshot = null
    this.#retained = []
    this.#fresh = []
  }

  #end(committed: boolean): void {
    this.#releaseSnapshots()
    this.#manager.ended(this)
    for (const action of this.#endActions) action(committed)
  }

  /** Throws 25006 when the transaction is read-only; `command` is the statement's name. */
  checkWritable(command: string): void {
    if (this.readOnly) throw readOnlyTransaction(command)
  }
}
