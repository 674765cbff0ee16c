/** Versions of one row, newest first, and which of them a snapshot sees. */
import type { SqlError } from '../../errors/sql-error.ts'
import type { Datum } from '../../types/sql-type.ts'
import { ANCIENT, type Snapshot, type TransactionState, type Writer } from '../transaction-state.ts'
import { rowBytes } from './row-size.ts'

/** Where a version's values come from when they are first needed. */
export interface RowSource {
  /** Throws when they cannot be read, also each time after. */
  read(): Datum[] | null
}

export class RowVersion {
  #values: Datum[] | null
  /** Set until the values are first needed. */
  #source: RowSource | null = null
  readonly writer: TransactionState
  readonly command: number
  /** The version that this one hides; null: the segment's cell, if there is one. */
  older: RowVersion | null
  /** Set once the version is in its transaction's commit batch. */
  logged = false
  /** What the values count for in the overlay's memory; stays what it was when they were counted. */
  #valueBytes: number

  constructor(values: Datum[] | null, writer: TransactionState, command: number, older: RowVersion | null) {
    this.#values = values
    this.writer = writer
    this.command = command
    this.older = older
    this.#valueBytes = rowBytes(values)
  }

  /** A version that everybody sees, with values that are not read yet and will take `bytes` in memory. */
  static unread(source: RowSource, bytes: number): RowVersion {
    const version = new RowVersion(null, ANCIENT, 0, null)
    version.#source = source
    version.#valueBytes = bytes
    return version
  }

  /** Null: this version deletes the row. */
  get values(): Datum[] | null {
    if (this.#source !== null) {
      this.#values = this.#source.read()
      this.#source = null
    }
    return this.#values
  }

  /** Memory that the version takes, in bytes: an estimate. */
  get bytes(): number {
    return VERSION_BYTES + this.#valueBytes
  }
}

/** The version's object, its place in the overlay, its array. */
const VERSION_BYTES = 112

/** A version whose values cannot be read: whoever needs them gets the error. */
export const damagedVersion = (error: SqlError): RowVersion => {
  const read = (): never => {
    throw error
  }
  return RowVersion.unread({ read }, 0)
}

export const isCommitted = ({ writer }: RowVersion): boolean => writer.commitSequence !== Number.POSITIVE_INFINITY

/** Whether a version is committed, its reader's own, or of a transaction that the reader follows. */
export const isSettledFor = ({ state, follows }: Pick<Writer, 'state' | 'follows'>, version: RowVersion): boolean =>
  isCommitted(version) || version.writer === state || version.writer.queued <= follows

/** The newest version in a chain that a snapshot sees, null when it sees none. */
export const visibleVersion = (head: RowVersion | null, snapshot: Snapshot): RowVersion | null => {
  let version = head
  while (version !== null && !snapshot.sees(version.writer, version.command)) version = version.older
  return version
}

/** How far into a chain a writer looks for versions to cut; merges look at all of it. */
export const PRUNE_REACH = 8

/** The newest version that every snapshot from `horizon` on sees: what it hides is dead. */
export const settledVersion = (
  head: RowVersion | null,
  horizon: number,
  reach: number = Number.POSITIVE_INFINITY,
): RowVersion | null => {
  let version = head
  for (let i = 0; version !== null && version.writer.commitSequence > horizon; i++) {
    if (i === reach) return null
    version = version.older
  }
  return version
}
