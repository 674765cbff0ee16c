/**
 * Two-phase commit: transactions that were prepared belong to no session any more, keep their locks, and survive
 * restarts by a record in the key-value store. Whoever finishes one has what the record says written, and the record
 * removed, in one batch.
 */
import {
  identifierInUse,
  identifierTooLong,
  preparedBusy,
  preparedByOther,
  preparedDisabled,
  preparedElsewhere,
  tooManyPrepared,
  undefinedPreparedTransaction,
} from '../errors/raise/two-phase.ts'
import { dataCorrupted } from '../errors/raise/storage.ts'
import { type KeyValueStore, WriteBatch } from '../storage/kv/key-value-store.ts'
import { parseIndexKey, preparedKey, textKey } from '../storage/kv/keys.ts'
import { decodePrepared, encodePrepared, type PreparedDescription } from '../storage/prepared-record.ts'
import type { Storage } from '../storage/storage.ts'
import type { Transaction } from './transaction.ts'

/** Bytes of the longest identifier. */
const LONGEST_IDENTIFIER = 199

/** Who prepares, or finishes. */
export interface Preparer {
  readonly role: number
  readonly database: number
}

export interface PreparedTransaction extends Omit<PreparedDescription, 'locks'> {
  readonly transaction: Transaction
}

/** Process ids that stand for prepared transactions in the lock manager; no session has them. */
const FIRST_PROCESS = -(2 ** 32)
export const preparedProcess = (xid: number): number => FIRST_PROCESS - xid
/** The prepared transaction that a process id stands for; null: a session, or the server itself. */
export const preparedXid = (processId: number): number | null =>
  processId < FIRST_PROCESS ? FIRST_PROCESS - processId : null

export class PreparedTransactions {
  readonly #storage: Storage
  readonly #known = new Map<string, PreparedTransaction>()
  /** Being prepared or finished now. */
  readonly #busy = new Set<string>()
  #preparing = 0

  constructor(storage: Storage) {
    this.#storage = storage
  }

  /** Prepared transactions, those of a database or all. */
  list(database?: number): PreparedTransaction[] {
    return [...this.#known.values()].filter((one) => database === undefined || one.database === database)
  }

  /**
   * PREPARE TRANSACTION; `limit`: max_prepared_transactions, `preparedAt` in microseconds since 2000-01-01. Throws 22023,
   * 55000, 42710, 53400; when it rejects the transaction is to be rolled back if it was not.
   */
  async prepare(
    transaction: Transaction,
    options: { gid: string; by: Preparer; preparedAt: number; limit: number },
  ): Promise<void> {
    const { gid, by, preparedAt, limit } = options
    if (Buffer.byteLength(gid) > LONGEST_IDENTIFIER) throw identifierTooLong(gid)
    if (limit === 0) throw preparedDisabled()
    if (this.#known.has(gid) || this.#busy.has(gid)) throw identifierInUse(gid)
    if (this.#known.size + this.#preparing >= limit) throw tooManyPrepared(limit)
    this.#preparing++
    this.#busy.add(gid)
    try {
      const xid = transaction.assignXid()
      const description = { xid, gid, owner: by.role, database: by.database, preparedAt }
      await transaction.prepare((writes, locks) => {
        const batch = new WriteBatch()
        // An index that exists and is complete is so whatever becomes of the transaction.
        writes.keys.forEach((key, i) => {
          if (isIndexMark(key)) batch.put(key, writes.values[i] as Uint8Array)
        })
        batch.put(textKey(preparedKey(xid)), encodePrepared({ ...description, locks, writes }))
        return batch
      })
      this.#known.set(gid, { ...description, transaction })
    } finally {
      this.#preparing--
      this.#busy.delete(gid)
    }
  }

  /** Recovery: a prepared transaction whose changes and locks are there again. */
  restored(description: PreparedDescription, transaction: Transaction): void {
    transaction.detach()
    this.#known.set(description.gid, { ...description, transaction })
  }

  /**
   * COMMIT PREPARED and ROLLBACK PREPARED: resolves when it is durable and visible. Throws 42704, 55000, 42501, 0A000;
   * after a failed write the transaction is still prepared, as far as anybody can tell.
   */
  async finish(gid: string, outcome: 'commit' | 'rollback', by: Preparer & { superuser: boolean }): Promise<void> {
    const prepared = this.#known.get(gid)
    if (this.#busy.has(gid)) throw preparedBusy(gid)
    if (prepared === undefined) throw undefinedPreparedTransaction(gid)
    if (prepared.owner !== by.role && !by.superuser) throw preparedByOther()
    if (prepared.database !== by.database) throw preparedElsewhere()
    const { log } = this.#storage
    this.#busy.add(gid)
    try {
      if (log !== null) {
        const batch = outcome === 'commit' ? await this.#writes(log, prepared.xid) : new WriteBatch()
        batch.delete(textKey(preparedKey(prepared.xid)))
        await log.write(batch, true)
      }
      this.#known.delete(gid)
    } finally {
      this.#busy.delete(gid)
    }
    prepared.transaction.finish(outcome === 'commit')
  }

  /** What committing has to write. */
  async #writes(log: KeyValueStore, xid: number): Promise<WriteBatch> {
    const key = textKey(preparedKey(xid))
    for await (const chunk of log.range(key, textKey(`${preparedKey(xid)}\0`))) {
      for (const [, value] of chunk) {
        if (value === null) break
        return decodePrepared(value).writes
      }
    }
    throw dataCorrupted(`prepared transaction ${xid}`, 'Its record cannot be read.')
  }
}

const isIndexMark = (key: Uint8Array): boolean =>
  String.fromCharCode(key[0] as number) === 'i' && parseIndexKey(key).file === null
