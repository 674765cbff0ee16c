/** Versions of one row, newest first, and which of them a snapshot sees. */
import type { SqlError } from '../../errors/sql-error.ts'
import type { Datum } from '../../types/sql-type.ts'
import { ANCIENT, type Snapshot, type TransactionState } from '../transaction-state.ts'

export class RowVersion {
  /** Null: this version deletes the row. */
  readonly values: Datum[] | null
  readonly writer: TransactionState
  readonly command: number
  /** The version that this one hides; null: the segment's cell, if there is one. */
  older: RowVersion | null
  /** Set once the version is in its transaction's commit batch. */
  logged = false

  constructor(values: Datum[] | null, writer: TransactionState, command: number, older: RowVersion | null) {
    this.values = values
    this.writer = writer
    this.command = command
    this.older = older
  }
}

/** A version whose values cannot be read: whoever needs them gets the error. */
export const damagedVersion = (error: SqlError): RowVersion =>
  Object.defineProperty(new RowVersion(null, ANCIENT, 0, null), 'values', {
    get: () => {
      throw error
    },
  })

export const isCommitted = ({ writer }: RowVersion): boolean => writer.commitSequence !== Number.POSITIVE_INFINITY

/** The newest version in a chain that a snapshot sees, null when it sees none. */
export const visibleVersion = (head: RowVersion | null, snapshot: Snapshot): RowVersion | null => {
  let version = head
  while (version !== null && !snapshot.sees(version.writer, version.command)) version = version.older
  return version
}

/** Memory that a version takes, in bytes: an estimate. */
export const versionBytes = (version: RowVersion): number => VERSION_BYTES + rowBytes(version.values)

/** The version's object, its place in the overlay, its array. */
const VERSION_BYTES = 112

const rowBytes = (values: readonly Datum[] | null): number => {
  if (values === null) return 0
  let bytes = 8 * values.length
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (typeof value === 'string') bytes += 16 + value.length
    else if (typeof value === 'number') bytes += Number.isInteger(value) && Math.abs(value) < 2 ** 30 ? 0 : 12
    else if (value instanceof Uint8Array) bytes += 96 + value.length
    else if (value !== null && typeof value !== 'boolean') bytes += 56
  }
  return bytes
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
