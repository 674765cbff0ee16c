/**
 * The transaction of a session: implicit around single statements, explicit between BEGIN and COMMIT, failed until
 * ROLLBACK after an error. Savepoints cover data, settings and deferred checks alike.
 */
import { CatalogTransaction, type CatalogStore } from '../catalog/catalog.ts'
import type { ConstraintObject } from '../catalog/objects.ts'
import type { SessionSettings } from '../config/session-settings.ts'
import { undefinedSavepoint } from '../errors/raise/session.ts'
import type { Savepoint, Transaction } from '../txn/transaction.ts'
import type { TransactionManager } from '../txn/transaction-manager.ts'
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

export class TransactionBlock {
  readonly #manager: TransactionManager
  readonly #catalogs: CatalogStore
  readonly #database: number
  readonly #settings: SessionSettings
  readonly #processId: number
  state: BlockState = 'idle'
  #transaction: Transaction | null = null
  #catalog: CatalogTransaction | null = null
  #savepoints: NamedSavepoint[] = []
  #checks: TransactionChecks = new TransactionChecks()
  /** A query ran: isolation can no longer be chosen. */
  queried = false

  constructor(
    manager: TransactionManager,
    catalogs: CatalogStore,
    database: number,
    settings: SessionSettings,
    processId: number,
  ) {
    this.#manager = manager
    this.#catalogs = catalogs
    this.#database = database
    this.#settings = settings
    this.#processId = processId
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

  get checks(): TransactionChecks {
    return this.#checks
  }

  begin(state: 'implicit' | 'block'): void {
    const isolation = this.#settings.text('default_transaction_isolation') as keyof typeof ISOLATION
    this.#transaction = this.#manager.begin({
      isolation: ISOLATION[isolation],
      readOnly: this.#settings.bool('default_transaction_read_only'),
      processId: this.#processId,
      lockTimeout: () => this.#settings.int('lock_timeout'),
    })
    this.#checks = new TransactionChecks()
    this.#savepoints = []
    this.queried = false
    this.#settings.pushLevel()
    this.state = state
  }

  /** BEGIN inside an implicit transaction makes a block of it. */
  promote(): void {
    if (this.#transaction === null) this.begin('block')
    this.state = 'block'
  }

  setModes(modes: { isolation?: string; readOnly?: boolean }): void {
    const transaction = this.transaction
    if (modes.isolation !== undefined) {
      transaction.isolation = ISOLATION[modes.isolation as keyof typeof ISOLATION]
    }
    if (modes.readOnly !== undefined) transaction.readOnly = modes.readOnly
  }

  /** Commits; answers false when the block had failed and was rolled back instead. */
  async commit(runDeferred: (checks: TransactionChecks) => Promise<void>): Promise<boolean> {
    const transaction = this.#transaction
    if (this.state === 'failed' || transaction === null) {
      this.rollback()
      return false
    }
    try {
      if (!this.#checks.empty) await runDeferred(this.#checks)
      const synchronous = this.#settings.text('synchronous_commit') !== 'off'
      const done = transaction.commit({ synchronous })
      if (done !== null) await done
    } catch (error) {
      this.rollback()
      throw error
    }
    this.#end(() => this.#settings.commitLevel())
    return true
  }

  rollback(): void {
    this.#transaction?.rollback()
    this.#end(() => this.#settings.rollbackLevel())
  }

  #end(settle: () => void): void {
    while (this.#settings.depth > 1) this.#settings.commitLevel()
    if (this.#settings.depth > 0) settle()
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
  readonly #modes = new Map<number, boolean>()
  #all: boolean | null = null

  get empty(): boolean {
    return this.foreignKeys.length === 0 && this.uniques.length === 0
  }

  isDeferred(constraint: ConstraintObject): boolean {
    if (!constraint.deferrable) return false
    return this.#modes.get(constraint.oid) ?? this.#all ?? constraint.initiallyDeferred
  }

  /** SET CONSTRAINTS; null oids: ALL. */
  setMode(oids: readonly number[] | null, deferred: boolean): void {
    if (oids === null) {
      this.#all = deferred
      this.#modes.clear()
    } else for (const oid of oids) this.#modes.set(oid, deferred)
  }
}
