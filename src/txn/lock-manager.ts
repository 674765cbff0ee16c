/**
 * The lock manager: who holds what, who waits for whom. Requests queue in arrival order behind conflicting requests; a
 * holder that asks for more does not queue behind others, nor does who asks for a row that its holders would share. When
 * a wait starts the waits-for graph is searched: a cycle ends by letting somebody pass who only stands behind others, or
 * else its youngest owner is told 40P01.
 */
import { deadlockDetected, lockTimeout } from '../errors/raise/transactions.ts'
import type { SqlError } from '../errors/sql-error.ts'
import type { StoredLock } from '../storage/prepared-record.ts'
import { Wait } from '../vector/wait.ts'
import { blockersOf, type CycleStep, findCycle } from './deadlock.ts'
import { CompactRowLocks } from './compact-row-locks.ts'
import { conflicts, dropCovered, type Grant, grant, type Lock, type LockMark, LockOwner, type Request } from './lock.ts'
import { type LockMode, lockModeName, modesIn, TABLE_LOCK } from './lock-modes.ts'
import { LockTable } from './lock-table.ts'
import { describeTag, type LockRange, type LockTag } from './lock-tag.ts'
import { type HeldLock, locksOf, storedLocks } from './stored-locks.ts'

/** Locks cleared away at once when their owner ends. */
const RELEASE_SLICE = 20_000

/** Locks that an owner has as objects before its row locks are kept as bits. */
const COMPACT_ABOVE = 1000

/** Key intervals that an owner may hold of one index before it locks the whole index. */
const RANGES_PER_OWNER = 64

export interface AcquireOptions {
  /** Answer 'unavailable' instead of waiting (NOWAIT, SKIP LOCKED, pg_try_advisory_lock). */
  readonly noWait?: boolean
  /** lock_timeout in milliseconds, 0 for none. */
  readonly timeoutMs?: number
  /** Part of the tag that is locked. */
  readonly range?: LockRange
  /** Wait until the lock could be had, but don't take it. */
  readonly transient?: boolean
}

/** Who holds or awaits a lock. */
export interface LockInfo {
  readonly tag: LockTag
  readonly processId: number
  readonly mode: string
  readonly granted: boolean
  /** When the wait began (Date.now), null when granted. */
  readonly waitStart: number | null
  /** Of a wait: the transaction that holds the lock, where it has an id, and how many wait before. */
  readonly holder: number
  readonly place: number
}

/** What a process waits for. */
export interface WaitInfo {
  readonly tag: LockTag
  /** Whether the wait is for a transaction's end rather than behind others that wait. */
  readonly first: boolean
}

export class LockManager {
  readonly #locks = new LockTable()
  readonly #compact = new CompactRowLocks<LockOwner>()
  /** What each waiting process waits for: one thing at a time. */
  readonly #waiting = new Map<number, Request>()
  #nextOwner = 1
  /** Told which process a deadlock was broken at. */
  onDeadlock: ((processId: number) => void) | null = null

  owner(processId: number): LockOwner {
    return new LockOwner(processId, this.#nextOwner++)
  }

  /**
   * Takes a lock until the owner's `releaseAll`. Null: granted. A Wait resolves when the lock was granted and rejects
   * with 40P01 (deadlock), 55P03 (timeout) or whatever `cancelWait` passes.
   */
  acquire(owner: LockOwner, tag: LockTag, mode: LockMode, options: AcquireOptions = {}): null | Wait | 'unavailable' {
    if (tag.kind === 'row' && this.#acquireCompactly(owner, tag, mode)) return null
    const lock = this.#locks.find(tag)
    const range = options.range ?? null
    if (
      !lock.isBlocked(owner, mode, range) &&
      (lock.queue.length === 0 || tag.kind === 'row' || lock.holds(owner) || !this.#queued(lock, owner, mode, range))
    ) {
      if (options.transient === true) this.#locks.dropIfUnused(lock)
      else {
        if (lock.grants.length > 0) lock.follow(owner, mode)
        grant(lock, owner, mode, range)
      }
      return null
    }
    if (options.noWait === true) {
      this.#locks.dropIfUnused(lock)
      return 'unavailable'
    }
    return this.#wait(owner, lock, mode, range, options)
  }

  /**
   * Row locks of an owner that has very many are kept in a few bits, where nobody else has to do with the row. Locks
   * that others hold so become ordinary ones first.
   */
  #acquireCompactly(owner: LockOwner, tag: LockTag & { kind: 'row' }, mode: LockMode): boolean {
    const { relation, rowid } = tag
    const isNew = this.#locks.lookup(tag) === undefined
    const held = this.#compact.has(relation) ? this.#compact.take(relation, rowid) : []
    if (isNew && owner.held.length >= COMPACT_ABOVE && held.every((holder) => holder.owner === owner)) {
      for (const { modes } of held) for (const own of modes) this.#compact.add(owner, relation, rowid, own)
      this.#compact.add(owner, relation, rowid, mode)
      return true
    }
    for (const { owner: holder, modes } of held) {
      for (const own of modes) grant(this.#locks.find(tag), holder, own, null, holder.unpacked)
    }
    return false
  }

  /** Whether an earlier request of another process conflicts with this one. */
  #queued(lock: Lock, owner: LockOwner, mode: LockMode, range: LockRange | null): boolean {
    return lock.queue.some((request) =>
      conflicts({ owner: request.owner, modes: request.mode, range: request.range }, owner, mode, range),
    )
  }

  #wait(owner: LockOwner, lock: Lock, mode: LockMode, range: LockRange | null, options: AcquireOptions): Wait {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timeout = options.timeoutMs ?? 0
    const timer = timeout > 0 ? setTimeout(() => this.cancelWait(owner.processId, lockTimeout()), timeout) : null
    const request: Request = {
      owner,
      lock,
      mode,
      range,
      transient: options.transient === true,
      startedAt: Date.now(),
      settle: (error) => {
        if (timer !== null) clearTimeout(timer)
        this.#waiting.delete(owner.processId)
        if (error === null) resolve()
        else reject(error)
      },
    }
    this.#waiting.set(owner.processId, request)
    // A holder that wants more goes before those that hold nothing.
    if (lock.holds(owner)) {
      const at = lock.queue.findIndex((other) => !lock.holds(other.owner))
      lock.queue.splice(at < 0 ? lock.queue.length : at, 0, request)
    } else lock.queue.push(request)
    // A wait that fails before anybody listens must not end the process.
    promise.catch(() => {})
    this.#breakDeadlocks(request)
    return new Wait(promise)
  }

  #breakDeadlocks(request: Request): void {
    for (;;) {
      if (this.#waiting.get(request.owner.processId) !== request) return
      const cycle = findCycle(request, this.#waiting)
      if (cycle === null) return
      if (cycle.toReversed().some((step) => this.#letPass(step, request))) continue
      const victim = cycle.reduce((a, b) => (b.request.owner.order > a.request.owner.order ? b : a)).request
      const detail = cycle
        .map(
          (step) =>
            `Process ${step.request.owner.processId} waits for ${describeWait(step)}; blocked by process ${step.blockedBy.processId}.`,
        )
        .join('\n')
      this.onDeadlock?.(victim.owner.processId)
      this.cancelWait(victim.owner.processId, deadlockDetected(detail))
    }
  }

  /**
   * Lets a request that only stands behind another one pass it, where that leads to no other cycle; false when it does, or
   * when the request waits for a holder.
   */
  #letPass({ request, blockedBy }: CycleStep, start: Request): boolean {
    const { lock, owner, mode, range } = request
    const { queue } = lock
    if (lock.blockers(owner, mode, range).includes(blockedBy)) return false
    const before = queue.slice()
    const ahead = queue.findIndex((other) => other.owner === blockedBy)
    queue.splice(queue.indexOf(request), 1)
    queue.splice(ahead, 0, request)
    const stuck = [start, ...before].some((other) => findCycle(other, this.#waiting) !== null)
    if (stuck) queue.splice(0, queue.length, ...before)
    else this.#grantWaiters(lock)
    return !stuck
  }

  /**
   * Waits until the transaction that `holder` stands for has ended. The lock that a transaction has on itself comes
   * into being when somebody first waits for it.
   */
  waitForTransaction(owner: LockOwner, holder: LockOwner, xid: number, timeoutMs = 0): Wait {
    const tag: LockTag = { kind: 'transaction', xid }
    grant(this.#locks.find(tag), holder, TABLE_LOCK.exclusive, null)
    return this.acquire(owner, tag, TABLE_LOCK.share, { transient: true, timeoutMs }) as Wait
  }

  /** Owners of other processes that hold something in the way of a mode. */
  holders(owner: LockOwner, tag: LockTag, mode: LockMode): LockOwner[] {
    return this.#locks.lookup(tag)?.blockers(owner, mode, null) ?? []
  }

  /** As `waitForTransaction`, for an owner that may have no id; others may go on taking what it holds. */
  waitForOwner(owner: LockOwner, holder: LockOwner, timeoutMs = 0): Wait {
    const tag: LockTag = { kind: 'virtual', processId: holder.processId, order: holder.order }
    grant(this.#locks.find(tag), holder, TABLE_LOCK.exclusive, null)
    return this.acquire(owner, tag, TABLE_LOCK.share, { transient: true, timeoutMs }) as Wait
  }

  /** Ends a process's wait, if it waits, with an error. */
  cancelWait(processId: number, error: SqlError): void {
    const request = this.#waiting.get(processId)
    if (request === undefined) return
    const { lock } = request
    lock.queue.splice(lock.queue.indexOf(request), 1)
    request.settle(error)
    this.#grantWaiters(lock)
    this.#locks.dropIfUnused(lock)
  }

  /** What an owner holds, for the record of a prepared transaction. */
  stored(owner: LockOwner): StoredLock[] {
    const rows = Array.from(this.#compact.rowsOf(owner), ({ relation, rowid, modes }): HeldLock => {
      return { tag: { kind: 'row', relation, rowid }, modes }
    })
    return storedLocks(owner, rows)
  }

  /** Recovery: gives an owner locks of a record; nobody waits for any yet. */
  restore(owner: LockOwner, stored: readonly StoredLock[]): void {
    for (const { tag, mode } of locksOf(stored)) {
      if (tag.kind === 'row' && this.#acquireCompactly(owner, tag, mode)) continue
      grant(this.#locks.find(tag), owner, mode, null)
    }
  }

  /** The owner's commit is in the log's queue: who may follow it need not wait for the disk. */
  yield(owner: LockOwner, place: number): void {
    if (owner.held.length > RELEASE_SLICE) return
    owner.place = place
    for (const lock of owner.held) if (lock.queue.length > 0 && lock.tag.kind === 'row') this.#grantWaiters(lock)
  }

  /** Gives up everything that an owner holds, for good. */
  releaseAll(owner: LockOwner): void {
    const held = owner.unpacked.length === 0 ? owner.held : [...owner.unpacked, ...owner.held]
    owner.held = []
    owner.unpacked = []
    owner.ended = true
    this.#compact.release(owner)
    if (held.length > RELEASE_SLICE) {
      for (const lock of held) if (lock.queue.length > 0) this.#releaseGrants(lock, owner)
    }
    this.#release(owner, held, 0)
  }

  /**
   * Gives up the locks, and the modes of older locks, that an owner got since a mark. ACCESS SHARE on tables remains:
   * cursors may be reading them.
   */
  releaseSince(owner: LockOwner, { held, upgrades }: LockMark): void {
    const since = owner.held.splice(held)
    const reading = (lock: Lock): boolean =>
      lock.tag.kind === 'relation' &&
      lock.grants.some((g) => g.owner === owner && (g.modes & TABLE_LOCK.accessShare) !== 0)
    for (const { lock, grant: upgraded, before } of (owner.upgrades ?? []).splice(upgrades).reverse()) {
      const kept = lock.tag.kind === 'relation' ? upgraded.modes & TABLE_LOCK.accessShare : 0
      upgraded.modes = before | kept
      if (lock.queue.length > 0) this.#grantWaiters(lock)
    }
    owner.held.push(...since.filter(reading))
    for (const lock of since) {
      if (reading(lock)) {
        for (const g of lock.grants) if (g.owner === owner) g.modes = TABLE_LOCK.accessShare
        if (lock.queue.length > 0) this.#grantWaiters(lock)
      } else this.#releaseGrants(lock, owner)
    }
  }

  /** Clears grants away, from the `from`-th lock on, in slices. */
  #release(owner: LockOwner, held: readonly Lock[], from: number): void {
    const to = Math.min(from + RELEASE_SLICE, held.length)
    for (let i = from; i < to; i++) this.#releaseGrants(held[i] as Lock, owner)
    if (to < held.length) setImmediate(() => this.#release(owner, held, to))
  }

  // ---- key ranges

  /** Whether key ranges of an index are locked at all. */
  hasRanges(index?: number): boolean {
    return this.#locks.hasRanges(index)
  }

  /**
   * Locks a range of an index's keys until the end, as `acquire` does. What the owner holds already is not taken again,
   * and too many intervals become the whole index.
   */
  acquireRange(owner: LockOwner, index: number, mode: LockMode, range: LockRange, timeoutMs: number): null | Wait {
    const tag: LockTag = { kind: 'range', object: index }
    // Who may write what it has read may also just read it.
    const enough = mode | TABLE_LOCK.shareRowExclusive
    const own =
      this.#locks
        .lookup({ kind: 'range', object: index })
        ?.grants.filter((g) => g.owner === owner && (g.modes & enough) !== 0) ?? []
    if (own.some((g) => g.range === null || g.range.covers(range))) return null
    if (own.length < RANGES_PER_OWNER) return this.acquire(owner, tag, mode, { range, timeoutMs }) as null | Wait
    const whole = this.acquire(owner, tag, mode, { timeoutMs })
    if (whole === null) dropCovered(this.#locks.find(tag), owner)
    return whole as null | Wait
  }

  /**
   * For a writer that is about to change a key: null when no other owner has locked a range with it. The change itself,
   * made at once, keeps readers away from then on. Otherwise a Wait for the key, which is then locked to the end.
   */
  enterRange(owner: LockOwner, index: number, key: LockRange, timeoutMs: number): null | Wait {
    const lock = this.#locks.lookup({ kind: 'range', object: index })
    const mode = TABLE_LOCK.rowExclusive
    if (lock === undefined) return null
    const behind = !lock.holds(owner) && this.#queued(lock, owner, mode, key)
    if (!behind && !lock.isBlocked(owner, mode, key)) return null
    return this.#wait(owner, lock, mode, key, { timeoutMs })
  }

  /** Whether others hold locks of a table with which they may have changed its rows. */
  isWritten(owner: LockOwner, relation: number): boolean {
    return this.#locks.lookup({ kind: 'relation', relation })?.isBlocked(owner, TABLE_LOCK.share, null) ?? false
  }

  /** Gives up one mode of a lock; false when the owner does not hold it. */
  release(owner: LockOwner, tag: LockTag, mode: LockMode): boolean {
    const lock = this.#locks.find(tag)
    const found = lock.grants.find((g) => g.owner === owner && (g.modes & mode) !== 0)
    if (found === undefined) {
      this.#locks.dropIfUnused(lock)
      return false
    }
    found.modes &= ~mode
    if (found.modes === 0) lock.grants.splice(lock.grants.indexOf(found), 1)
    if (!lock.holds(owner)) owner.held.splice(owner.held.indexOf(lock), 1)
    this.#grantWaiters(lock)
    this.#locks.dropIfUnused(lock)
    return true
  }

  /** Bits of the modes that an owner holds. */
  heldModes(owner: LockOwner, tag: LockTag): number {
    const lock = this.#locks.lookup(tag)
    let modes = 0
    for (const g of lock?.grants ?? []) if (g.owner === owner) modes |= g.modes
    return modes
  }

  /** Process ids that hold or queue for what the process waits for, in its way (pg_blocking_pids). */
  blockingProcesses(processId: number): number[] {
    const request = this.#waiting.get(processId)
    if (request === undefined) return []
    // For a row one stands in line; who is next in it waits for the holders.
    const next = request.lock.queue[0] as Request
    if (request.lock.tag.kind === 'row' && next !== request) return [next.owner.processId]
    return [...new Set(blockersOf(request).map((owner) => owner.processId))]
  }

  /** What the process waits for, null when it does not wait. */
  waitOf(processId: number): WaitInfo | null {
    const request = this.#waiting.get(processId)
    return request === undefined ? null : { tag: request.lock.tag, first: request.lock.queue[0] === request }
  }

  /** Everything held and waited for; of rows, where there may be very many, only the waits. */
  list(): LockInfo[] {
    const infos: LockInfo[] = []
    for (const { tag, grants, queue } of this.#locks.all()) {
      for (const { owner, modes } of tag.kind === 'row' ? [] : grants) {
        if (owner.ended) continue
        for (const mode of modesIn(modes)) {
          const { processId } = owner
          infos.push({ tag, processId, mode: lockModeName(mode), granted: true, waitStart: null, holder: 0, place: 0 })
        }
      }
      const holder = grants.find(({ owner }) => owner.xid !== 0)?.owner.xid ?? 0
      for (const [place, { owner, mode, startedAt }] of queue.entries()) {
        const { processId } = owner
        infos.push({ tag, processId, mode: lockModeName(mode), granted: false, waitStart: startedAt, holder, place })
      }
    }
    return infos
  }

  #releaseGrants(lock: Lock, owner: LockOwner): void {
    const { grants } = lock
    for (let i = grants.length - 1; i >= 0; i--) if ((grants[i] as Grant).owner === owner) grants.splice(i, 1)
    if (lock.queue.length > 0) this.#grantWaiters(lock)
    this.#locks.dropIfUnused(lock)
  }

  /** Grants what can be granted, in arrival order. */
  #grantWaiters(lock: Lock): void {
    const passed: Request[] = []
    for (const request of lock.queue.slice()) {
      const { owner, mode, range } = request
      const behind = passed.some((other) =>
        conflicts({ owner: other.owner, modes: other.mode, range: other.range }, owner, mode, range),
      )
      if (lock.isBlocked(owner, mode, range) || (behind && !lock.holds(owner))) {
        passed.push(request)
        continue
      }
      lock.queue.splice(lock.queue.indexOf(request), 1)
      if (!request.transient) {
        lock.follow(owner, mode)
        grant(lock, owner, mode, range)
      }
      request.settle(null)
    }
  }
}

/** PostgreSQL waits for a row by waiting for the transaction that locked it. */
const describeWait = ({ request: { lock, mode }, blockedBy }: CycleStep): string =>
  lock.tag.kind === 'row' && blockedBy.xid !== 0 && lock.holds(blockedBy)
    ? `ShareLock on transaction ${blockedBy.xid}`
    : `${lockModeName(mode)} on ${describeTag(lock.tag)}`
