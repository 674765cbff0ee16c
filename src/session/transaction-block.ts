/**
 * The transaction of a session: implicit around single statements, explicit between BEGIN and COMMIT, failed until
 * ROLLBACK after an error. Savepoints cover data, settings and deferred checks alike.
 */
import { CatalogTransaction, type CatalogStore } from '../catalog/catalog.ts'
import type { ConstraintObject } from '../catalog/objects.ts'
import type { SessionSettings } from '../config/session-settings.ts'
import { mustPrecedeQueries, notInSubtransaction, undefinedSavepoint } from '../errors/raise/session.ts'
import { snapshotNotImportable } from '../errors/raise/transactions.ts'
import type { Savepoint, Transaction } from '../txn/transaction.ts'
import type { TransactionManager } from '../txn/transaction-manager.ts'
import type { DatabaseCounters } from './database-counters.ts'
import type { DeferredChecks } from './run-plan.ts'

export type BlockState = 'idle' | 'implicit' | 'block' | 'failed'

interface NamedSavepoint {
  readonly name: string
  readonly mark: Savepoint
  readonly foreignKeys: number
  readonly uniques: number
}

const ISOLATION = {
  'read uncommitted': 'read committed',
  'read committed': 'read committed',
  'repeatable read': 'repeatable read',
  serializable: 'serializable',
} as const

/** What BEGIN and SET TRANSACTION choose; undefined leaves it. */
export interface TransactionModes {
  readonly isolation?: string
  readonly readOnly?: boolean
  readonly deferrable?: boolean
}

export class TransactionBlock {
  readonly #manager: TransactionManager
  readonly #catalogs: CatalogStore
  readonly #database: number
  readonly #counters: DatabaseCounters
  readonly #settings: SessionSettings
  readonly #processId: number
  readonly #lockTimeout: () => number
  state: BlockState = 'idle'
  #transaction: Transaction | null = null
  #catalog: CatalogTransaction | null = null
  #savepoints: NamedSavepoint[] = []
  #checks: TransactionChecks = new TransactionChecks()
  /** A query ran: isolation can no longer be chosen. */
  queried = false
  /** The transaction has exported a snapshot. */
  exported = false
  /** Names of the cursors WITH HOLD that the transaction has declared; they go when it is rolled back. */
  readonly heldCursors = new Set<string>()
  /** What the session does at the end of every transaction that commits (ON COMMIT). */
  beforeCommit: (() => Promise<void>) | null = null
  /** Transactions begun in this session; the last one's number within it. */
  count = 0

  constructor(
    manager: TransactionManager,
    catalogs: CatalogStore,
    database: { readonly oid: number; readonly counters: DatabaseCounters },
    settings: SessionSettings,
    processId: number,
  ) {
    this.#manager = manager
    this.#catalogs = catalogs
    this.#database = database.oid
    this.#counters = database.counters
    this.#settings = settings
    this.#processId = processId
    this.#lockTimeout = () => settings.int('lock_timeout')
  }

  /** The transaction in progress, begun when there is none. */
  get transaction(): Transaction {
    if (this.#transaction === null) this.begin('implicit')
    return this.#transaction as Transaction
  }

  get current(): Transaction | null {
    return this.#transaction
  }

  get catalog(): CatalogTransaction {
    this.#catalog ??= new CatalogTransaction(this.#catalogs, this.#database, this.transaction)
    return this.#catalog
  }

  /** Whether one of the session's cursors was declared WITH HOLD by this transaction. */
  hasHeldCursor(cursors: ReadonlyMap<string, unknown>): boolean {
    return [...this.heldCursors].some((name) => cursors.has(name))
  }

  get checks(): TransactionChecks {
    return this.#checks
  }

  begin(state: 'implicit' | 'block'): void {
    const defaults = {
      isolation: this.#settings.text('default_transaction_isolation'),
      readOnly: this.#settings.bool('default_transaction_read_only'),
      deferrable: this.#settings.bool('default_transaction_deferrable'),
    }
    this.count++
    this.#transaction = this.#manager.begin({
      isolation: ISOLATION[defaults.isolation as keyof typeof ISOLATION],
      readOnly: defaults.readOnly,
      processId: this.#processId,
      lockTimeout: this.#lockTimeout,
    })
    this.#checks = new TransactionChecks()
    this.#savepoints = []
    this.queried = false
    this.exported = false
    this.heldCursors.clear()
    this.#settings.pushLevel()
    this.#showModes(defaults)
    this.state = state
  }

  /** The next transaction with the characteristics of the last (AND CHAIN). */
  chain(modes: TransactionModes): void {
    this.begin('block')
    this.setModes(modes)
  }

  get modes(): TransactionModes {
    return {
      isolation: this.#settings.text('transaction_isolation'),
      readOnly: this.transaction.readOnly,
      deferrable: this.#settings.bool('transaction_deferrable'),
    }
  }

  #showModes({ isolation, readOnly, deferrable }: TransactionModes): void {
    this.#show('transaction_isolation', isolation)
    this.#show('transaction_read_only', readOnly)
    this.#show('transaction_deferrable', deferrable)
  }

  #show(name: string, value: string | boolean | undefined): void {
    if (value === undefined || this.#settings.get(name) === value) return
    const text = typeof value === 'boolean' ? (value ? 'on' : 'off') : value
    this.#settings.set(name, text, { local: true, source: 'override' })
  }

  /** BEGIN inside an implicit transaction makes a block of it. */
  promote(): void {
    if (this.#transaction === null) this.begin('block')
    this.state = 'block'
  }

  /** BEGIN, SET TRANSACTION. Throws 25001 for what had to be chosen earlier. */
  setModes(modes: TransactionModes): void {
    const { transaction } = this
    const { isolation, readOnly, deferrable } = modes
    const nested = this.#savepoints.length > 0
    if (isolation !== undefined && isolation !== this.#settings.text('transaction_isolation')) {
      if (this.queried) throw mustPrecedeQueries('SET TRANSACTION ISOLATION LEVEL')
      if (nested) throw notInSubtransaction('SET TRANSACTION ISOLATION LEVEL must not be called in a subtransaction')
      transaction.isolation = ISOLATION[isolation as keyof typeof ISOLATION]
    }
    if (readOnly !== undefined) {
      if (!readOnly && transaction.readOnly) {
        if (nested) throw notInSubtransaction('cannot set transaction read-write mode inside a read-only transaction')
        if (this.queried) throw mustPrecedeQueries('transaction read-write mode')
      }
      transaction.readOnly = readOnly
    }
    if (deferrable !== undefined) {
      if (nested) throw notInSubtransaction('SET TRANSACTION [NOT] DEFERRABLE cannot be called within a subtransaction')
      if (this.queried) throw mustPrecedeQueries('SET TRANSACTION [NOT] DEFERRABLE')
    }
    this.#showModes(modes)
  }

  /** pg_export_snapshot. */
  exportSnapshot(): string {
    if (this.#savepoints.length > 0) throw notInSubtransaction('cannot export a snapshot from a subtransaction')
    this.exported = true
    return this.#manager.snapshots.export(this.transaction, this.#database)
  }

  /** SET TRANSACTION SNAPSHOT. */
  importSnapshot(id: string): void {
    const { transaction } = this
    if (this.queried || this.#savepoints.length > 0) throw mustPrecedeQueries('SET TRANSACTION SNAPSHOT')
    if (transaction.isolation === 'read committed') {
      throw snapshotNotImportable(
        'a snapshot-importing transaction must have isolation level SERIALIZABLE or REPEATABLE READ',
      )
    }
    const exported = this.#manager.snapshots.get(id)
    if (transaction.isolation === 'serializable') {
      throw snapshotNotImportable(
        exported.transaction.isolation === 'serializable'
          ? 'a serializable transaction reads what it locks and cannot import a snapshot'
          : 'a serializable transaction cannot import a snapshot from a non-serializable transaction',
      )
    }
    if (exported.database !== this.#database) {
      throw snapshotNotImportable('cannot import a snapshot from a different database')
    }
    transaction.importSnapshot(exported.snapshot)
  }

  /**
   * Commits; answers false when the block had failed and was rolled back instead. At once where there is nothing to
   * check and nothing to make durable.
   */
  commit(runDeferred: (checks: TransactionChecks) => Promise<void>): boolean | Promise<boolean> {
    const transaction = this.#transaction
    if (this.state === 'failed' || transaction === null) {
      this.rollback()
      return false
    }
    const { beforeCommit } = this
    if (!this.#checks.empty || beforeCommit !== null) {
      return this.#commitAfter(this.#finishing(runDeferred, beforeCommit), transaction)
    }
    const done = this.#commitNow(transaction)
    if (done !== null) return this.#whenCommitted(done)
    this.#endWell()
    return true
  }

  /** What a commit still does in the transaction: deferred checks, then the session's own part. */
  async #finishing(
    runDeferred: (checks: TransactionChecks) => Promise<void>,
    beforeCommit: (() => Promise<void>) | null,
  ): Promise<void> {
    if (!this.#checks.empty) await runDeferred(this.#checks)
    await beforeCommit?.()
  }

  #commitNow(transaction: Transaction): Promise<void> | null {
    try {
      return transaction.commit({ synchronous: this.#synchronous })
    } catch (error) {
      this.rollback()
      throw error
    }
  }

  #commitAfter(checking: Promise<void>, transaction: Transaction): Promise<boolean> {
    return this.#whenCommitted(checking.then(() => transaction.commit({ synchronous: this.#synchronous })))
  }

  /** Whether a commit waits for the disk. */
  get #synchronous(): boolean {
    return this.#settings.text('synchronous_commit') !== 'off'
  }

  async #whenCommitted(done: Promise<void | null>): Promise<boolean> {
    try {
      await done
    } catch (error) {
      this.rollback()
      throw error
    }
    this.#endWell()
    return true
  }

  /**
   * PREPARE TRANSACTION: `prepare` checks what is deferred and prepares the transaction, which this session then has no
   * more. Answers false when the block had failed and was rolled back instead.
   */
  async prepare(prepare: (checks: TransactionChecks) => Promise<void>): Promise<boolean> {
    if (this.state === 'failed' || this.#transaction === null) {
      this.rollback()
      return false
    }
    try {
      await prepare(this.#checks)
    } catch (error) {
      this.rollback()
      throw error
    }
    this.#endWell()
    return true
  }

  rollback(): void {
    if (this.#transaction !== null) this.#counters.ended(false)
    this.#transaction?.rollback()
    this.#end(false)
  }

  /** The transaction's work stays, and its cursors WITH HOLD. */
  #endWell(): void {
    this.#counters.ended(true)
    this.#end(true)
    this.heldCursors.clear()
  }

  #end(committed: boolean): void {
    while (this.#settings.depth > 1) this.#settings.commitLevel()
    if (this.#settings.depth > 0) {
      if (committed) this.#settings.commitLevel()
      else this.#settings.rollbackLevel()
    }
    this.#transaction = null
    this.#catalog = null
    this.#savepoints = []
    this.#checks = new TransactionChecks()
    this.state = 'idle'
  }

  /** A statement failed. */
  fail(): void {
    if (this.state === 'implicit') this.rollback()
    else if (this.state === 'block') {
      this.state = 'failed'
      // Without savepoints nothing can be kept: locks and changes go at once.
      const innermost = this.#savepoints.at(-1)
      if (innermost === undefined) this.#transaction?.rollback()
      else this.#transaction?.rollbackTo(innermost.mark)
    }
  }

  // ---- savepoints

  savepoint(name: string): void {
    const { foreignKeys, uniques } = this.#checks
    const mark = this.transaction.savepoint()
    this.#savepoints.push({ name, mark, foreignKeys: foreignKeys.length, uniques: uniques.length })
    this.#settings.pushLevel()
  }

  release(name: string): void {
    const at = this.#find(name)
    while (this.#savepoints.length > at) {
      this.#savepoints.pop()
      this.#settings.commitLevel()
    }
  }

  /** Undoes everything since the savepoint, which stays; a failed block lives on. */
  rollbackTo(name: string): void {
    const at = this.#find(name)
    const { mark, foreignKeys, uniques } = this.#savepoints[at] as NamedSavepoint
    this.transaction.rollbackTo(mark)
    this.#checks.foreignKeys.length = Math.min(this.#checks.foreignKeys.length, foreignKeys)
    this.#checks.uniques.length = Math.min(this.#checks.uniques.length, uniques)
    while (this.#savepoints.length > at + 1) {
      this.#savepoints.pop()
      this.#settings.rollbackLevel()
    }
    this.#settings.rollbackLevel()
    this.#settings.pushLevel()
    this.state = 'block'
  }

  #find(name: string): number {
    const at = this.#savepoints.findLastIndex((savepoint) => savepoint.name === name)
    if (at < 0) throw undefinedSavepoint(name)
    return at
  }
}

/** Checks put off to COMMIT, and which constraints are deferred in this transaction. */
export class TransactionChecks implements DeferredChecks {
  readonly foreignKeys: DeferredChecks['foreignKeys'] = []
  readonly uniques: DeferredChecks['uniques'] = []
  /** SET CONSTRAINTS: by oid, or for all. */
  #modes: Map<number, boolean> | null = null
  #all: boolean | null = null

  get empty(): boolean {
    return this.foreignKeys.length === 0 && this.uniques.length === 0
  }

  isDeferred(constraint: ConstraintObject): boolean {
    if (!constraint.deferrable) return false
    return this.#modes?.get(constraint.oid) ?? this.#all ?? constraint.initiallyDeferred
  }

  /** SET CONSTRAINTS; null oids: ALL. */
  setMode(oids: readonly number[] | null, deferred: boolean): void {
    if (oids === null) {
      this.#all = deferred
      this.#modes = null
    } else {
      this.#modes ??= new Map()
      for (const oid of oids) this.#modes.set(oid, deferred)
    }
  }
}
