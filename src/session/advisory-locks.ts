/**
 * Advisory locks of a session. Those of a transaction belong to its lock owner and go with it; those of the session
 * have an owner of their own and are counted: as often as one was taken it must be given back.
 */
import { SQL_STATE } from '../errors/sql-state.ts'
import type { Notice } from '../errors/sql-error.ts'
import type { AdvisoryKey, AdvisoryLocks } from '../functions/context.ts'
import type { LockOwner } from '../txn/lock.ts'
import type { LockManager } from '../txn/lock-manager.ts'
import { lockModeName, TABLE_LOCK } from '../txn/lock-modes.ts'
import type { LockTag } from '../txn/lock-tag.ts'
import type { Transaction } from '../txn/transaction.ts'
import { Wait } from '../vector/wait.ts'

/** What advisory locks need of their session. */
export interface AdvisoryHost {
  readonly locks: LockManager
  readonly processId: number
  readonly database: number
  transaction(): Transaction
  notice(notice: Notice): void
}

type AdvisoryTag = LockTag & { kind: 'advisory' }

interface Held {
  readonly tag: AdvisoryTag
  readonly mode: typeof TABLE_LOCK.share | typeof TABLE_LOCK.exclusive
  count: number
}

const modeOf = ({ shared }: AdvisoryKey): Held['mode'] => (shared ? TABLE_LOCK.share : TABLE_LOCK.exclusive)

export class SessionAdvisoryLocks implements AdvisoryLocks {
  readonly #host: AdvisoryHost
  readonly #held = new Map<string, Held>()
  #owner: LockOwner | null = null

  constructor(host: AdvisoryHost) {
    this.#host = host
  }

  #tag({ key, space }: AdvisoryKey): AdvisoryTag {
    return { kind: 'advisory', database: this.#host.database, key, space }
  }

  lock(key: AdvisoryKey, scope: 'session' | 'transaction'): Promise<void> | null {
    const locked = this.#acquire(key, scope, false)
    if (!(locked instanceof Wait)) return null
    return scope === 'transaction' ? locked.promise : locked.promise.then(() => this.#count(key))
  }

  tryLock(key: AdvisoryKey, scope: 'session' | 'transaction'): boolean {
    return this.#acquire(key, scope, true) === null
  }

  #acquire(key: AdvisoryKey, scope: 'session' | 'transaction', noWait: boolean): Wait | null | 'unavailable' {
    const { locks, processId } = this.#host
    const transaction = this.#host.transaction()
    if (scope === 'transaction') return transaction.lock(this.#tag(key), modeOf(key), { noWait })
    this.#owner ??= locks.owner(processId)
    const { lockTimeout: timeoutMs } = transaction
    const locked = locks.acquire(this.#owner, this.#tag(key), modeOf(key), { noWait, timeoutMs })
    if (locked === null) this.#count(key)
    return locked
  }

  #count(key: AdvisoryKey): void {
    const name = nameOf(key)
    const held = this.#held.get(name)
    if (held === undefined) this.#held.set(name, { tag: this.#tag(key), mode: modeOf(key), count: 1 })
    else held.count++
  }

  unlock(key: AdvisoryKey): boolean {
    const name = nameOf(key)
    const held = this.#held.get(name)
    if (held === undefined) {
      const mode = lockModeName(modeOf(key))
      this.#host.notice({
        severity: 'WARNING',
        code: SQL_STATE.warning,
        message: `you don't own a lock of type ${mode}`,
      })
      return false
    }
    if (--held.count === 0) {
      this.#held.delete(name)
      this.#host.locks.release(this.#owner as LockOwner, held.tag, held.mode)
    }
    return true
  }

  /** Whether the session itself holds a lock. */
  holds({ key, space }: AdvisoryTag): boolean {
    return [true, false].some((shared) => this.#held.has(nameOf({ key, space, shared })))
  }

  unlockAll(): void {
    for (const { tag, mode } of this.#held.values()) {
      this.#host.locks.release(this.#owner as LockOwner, tag, mode)
    }
    this.#held.clear()
  }
}

const nameOf = ({ key, space, shared }: AdvisoryKey): string => `${space}:${key}:${shared}`
