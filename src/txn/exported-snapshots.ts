/** Snapshots that transactions have exported: others may read by them as long as the exporter lives. */
import { invalidSnapshotIdentifier } from '../errors/raise/transactions.ts'
import type { Snapshot } from '../storage/transaction-state.ts'
import type { Transaction } from './transaction.ts'

interface ExportedSnapshot {
  readonly transaction: Transaction
  readonly snapshot: Snapshot
  readonly database: number
}

const hex = (n: number): string => n.toString(16).toUpperCase().padStart(8, '0')

export class ExportedSnapshots {
  readonly #exported = new Map<string, ExportedSnapshot>()
  #count = 0

  /** Exports the snapshot that the transaction reads by now; answers its identifier. */
  export(transaction: Transaction, database: number): string {
    const id = `${hex(transaction.owner.processId)}-${hex(++this.#count)}-1`
    const snapshot = transaction.snapshot()
    transaction.retain(snapshot)
    this.#exported.set(id, { transaction, snapshot, database })
    transaction.onEnd(() => this.#exported.delete(id))
    return id
  }

  /** Throws 22023 when there is no such snapshot. */
  get(id: string): ExportedSnapshot {
    const exported = this.#exported.get(id)
    if (exported === undefined) throw invalidSnapshotIdentifier(id)
    return exported
  }
}
