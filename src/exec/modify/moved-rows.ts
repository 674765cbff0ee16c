/**
 * Rows that an update has put into another partition. Where they were they look deleted, but who waited for them must not
 * take them for gone: the row lives on where the statement does not look.
 */
import { concurrentMove } from '../../errors/raise/transactions.ts'
import type { NewestVersion, TableStore } from '../../storage/table/table-store.ts'
import type { TransactionState } from '../../storage/transaction-state.ts'

/** By who moved them: storages, and rowids there. Kept as long as versions name the transaction. */
const moved = new WeakMap<TransactionState, Map<number, Set<number>>>()

/** The transaction removes the row from this storage to store it in another. */
export const noteMoved = (state: TransactionState, { storageId }: TableStore, rowid: number): void => {
  let storages = moved.get(state)
  if (storages === undefined) moved.set(state, (storages = new Map()))
  const rowids = storages.get(storageId)
  if (rowids === undefined) storages.set(storageId, new Set([rowid]))
  else rowids.add(rowid)
}

/** Whether a row that is gone lives on in another partition. */
export const wasMoved = ({ writer, values }: NewestVersion, { storageId }: TableStore, rowid: number): boolean =>
  values === null && moved.get(writer)?.get(storageId)?.has(rowid) === true

/** Throws 40001 when the row that is gone was moved by another transaction. */
export const refuseMoved = (newest: NewestVersion, store: TableStore, rowid: number): void => {
  if (wasMoved(newest, store, rowid)) throw concurrentMove()
}
