/** Row locks as statements take them. */
import type { RelationObject } from '../../catalog/objects.ts'
import { concurrentDelete, concurrentUpdate } from '../../errors/raise/transactions.ts'
import type { NewestVersion } from '../../storage/table/table-store.ts'
import type { LockMode } from '../../txn/lock-modes.ts'
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext } from '../context.ts'

/** Locks a row until the transaction ends; answers a promise only when it must wait. */
export const lockRow = (
  context: ExecutionContext,
  relation: RelationObject,
  rowid: number,
  mode: LockMode,
): Promise<void> | null => {
  const tag = { kind: 'row', relation: relation.oid, rowid } as const
  // Who waits for the row waits for this transaction by its id.
  context.transaction.assignXid()
  const locked = context.transaction.lock(tag, mode)
  return locked instanceof Wait ? locked.promise : null
}

/**
 * Whether a locked row was changed by another transaction after the statement's snapshot. Throws 40001 at REPEATABLE
 * READ, of a deleted row with `gone`; at SERIALIZABLE the row was locked before it was read.
 */
export const changedSince = (context: ExecutionContext, newest: NewestVersion, gone = concurrentDelete): boolean => {
  const { transaction, snapshot } = context
  if (newest.writer === transaction.state || snapshot.includes(newest.writer)) return false
  if (transaction.isolation === 'serializable') return false
  if (transaction.isolation === 'read committed') return true
  throw newest.values === null ? gone() : concurrentUpdate()
}
