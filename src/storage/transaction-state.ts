/**
 * What storage knows of transactions: the fate of the one that wrote a row version, the snapshot a reader sees by, and
 * the interface through which a writing transaction learns of its changes. `txn` implements `Writer`.
 */
import type { Wait } from '../vector/wait.ts'
import type { WriteBatch } from './kv/key-value-store.ts'

/** The fate of one transaction, shared by every row version that it wrote: publishing them all is one assignment. */
export class TransactionState {
  /** Transaction id; 0 until the first write. */
  xid = 0
  /** Position in commit order; Infinity while in progress and after an abort (whose versions are gone by then). */
  commitSequence = Number.POSITIVE_INFINITY
  /** Place of its commit in the log's queue while others may already follow it (see `LockOwner.place`), else Infinity. */
  queued = Number.POSITIVE_INFINITY
}

/** The writer of everything that every snapshot sees. */
export const ANCIENT: TransactionState = new TransactionState()
ANCIENT.commitSequence = 0

/**
 * What a reader sees: commits up to `sequence`, and what its own transaction wrote in commands before `command`. Of a
 * transaction that follows commits on their way to the disk also these, up to the place `queued`; 0: there are none.
 */
export class Snapshot {
  readonly sequence: number
  readonly own: TransactionState | null
  readonly command: number
  readonly queued: number

  constructor(sequence: number, own: TransactionState | null, command: number, queued = 0) {
    this.sequence = sequence
    this.own = own
    this.command = command
    this.queued = queued
  }

  /** Whether another transaction's changes are seen. */
  includes(writer: TransactionState): boolean {
    return writer.commitSequence <= this.sequence || writer.queued <= this.queued
  }

  /** Whether a version written by `writer` in its command `command` is seen. */
  sees(writer: TransactionState, command: number): boolean {
    return this.includes(writer) || (writer === this.own && command < this.command)
  }
}

/** Where a change was made: undoes it on rollback, and says at commit what makes it durable. */
export interface ChangeTarget {
  undo(rowid: number): void
  /** Adds the writes that repeat the change after a crash. */
  redo(rowid: number, batch: WriteBatch): void
}

/** The snapshots in use, as far as they keep old versions alive. */
export interface LiveSnapshots {
  /** The oldest commit sequence that a live snapshot may be reading at: what newer versions at or before it hide is dead. */
  horizon(): number
  /** Whether a live snapshot reads at a sequence s with from <= s < to. */
  readsWithin(from: number, to: number): boolean
}

/** A transaction as storage sees it. */
export interface Writer {
  readonly state: TransactionState
  /** The last place in the log's queue whose changes count as committed for this transaction; 0: none. */
  readonly follows: number
  /** Command id stamped on new versions. */
  readonly command: number
  /** Assigns the transaction id. Throws 25006 when the transaction is read-only. */
  beginWrite(): void
  /** Notes a change: undone in reverse order on rollback, made durable by commit. */
  logChange(target: ChangeTarget, rowid: number): void
  /** Undo that is no row change; runs when the enclosing savepoint or the transaction rolls back. */
  pushUndo(undo: () => void): void
  /** Runs after the commit is durable and visible, unless rolled back before. */
  onCommit(action: () => void): void
  /** A record for the commit batch; null deletes. Undone with the enclosing savepoint. */
  putRecord(key: string, value: Uint8Array | null): void
  /** The commit waits for the disk even when it has nothing to write itself. */
  requireSync(): void
  /** Waits until another transaction has ended; a deadlock rejects with 40P01. */
  waitFor(other: TransactionState): Wait
  readonly snapshots: LiveSnapshots
}
