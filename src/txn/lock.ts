/** Lockable things: who holds them, who waits for them, and what is in whose way. */
import type { SqlError } from '../errors/sql-error.ts'
import { conflictsOf, type LockMode, ROW_LOCK } from './lock-modes.ts'
import type { LockRange, LockTag } from './lock-tag.ts'

/** Who may hold locks: a transaction, or a session for session-level advisory locks. */
export class LockOwner {
  /** Sessions by process id; locks of one process never conflict with each other. Changes when a transaction is prepared. */
  processId: number
  /** Age: the greater, the younger. */
  readonly order: number
  /** Locks held, in the order of their first grant. */
  held: Lock[] = []
  /** Row locks that were a few bits each until somebody else asked for them: held to the end. */
  unpacked: Lock[] = []
  /** Modes added to locks held before: what a savepoint's rollback takes away again. Null: there is no savepoint. */
  upgrades: Upgrade[] | null = null
  /** Id of the transaction, 0 while it has none. */
  xid = 0
  /**
   * Once its transaction's commit is in the log's queue: the place there; 0 before. From then on owners that may follow
   * pass its locks of rows that it has changed: their own commits come later in the queue, so they are lost with it if they
   * are lost at all (early lock release; Johnson et al., Aether, VLDB 2010).
   */
  place = 0
  /** Whether it may follow: what its transaction has read before does not forbid it to see newer commits. */
  mayFollow = false
  /** The last place that it has followed, 0: none. */
  follows = 0
  /** Everything is given up; grants that are still to be cleared away are in nobody's way. */
  ended = false

  constructor(processId: number, order: number) {
    this.processId = processId
    this.order = order
  }

  /** What is held now, to go back to by `LockManager.releaseSince`. */
  mark(): LockMark {
    this.upgrades ??= []
    return { held: this.held.length, upgrades: this.upgrades.length }
  }
}

export interface Grant {
  readonly owner: LockOwner
  /** Bits of the modes held. */
  modes: number
  readonly range: LockRange | null
}

/** A grant that got more modes, and those it had before. */
interface Upgrade {
  readonly lock: Lock
  readonly grant: Grant
  readonly before: number
}

/** What an owner held at some moment. */
export interface LockMark {
  readonly held: number
  readonly upgrades: number
}

export interface Request {
  readonly owner: LockOwner
  readonly lock: Lock
  readonly mode: LockMode
  readonly range: LockRange | null
  /** Wait for the lock to be free of conflicts, but don't take it. */
  readonly transient: boolean
  readonly startedAt: number
  settle(error: SqlError | null): void
}

/** One lockable thing that somebody holds or waits for. */
export class Lock {
  readonly tag: LockTag
  readonly grants: Grant[] = []
  readonly queue: Request[] = []

  constructor(tag: LockTag) {
    this.tag = tag
  }

  /** Grants of other processes that conflict with a request. */
  blockers(owner: LockOwner, mode: LockMode, range: LockRange | null): LockOwner[] {
    return this.grants.filter((grant) => conflicts(grant, owner, mode, range)).map((grant) => grant.owner)
  }

  isBlocked(owner: LockOwner, mode: LockMode, range: LockRange | null): boolean {
    for (const grant of this.grants) if (conflicts(grant, owner, mode, range)) return true
    return false
  }

  /** The owner gets the lock: it follows those that let it pass. */
  follow(owner: LockOwner, mode: LockMode): void {
    for (const { owner: other, modes } of this.grants) {
      if (other.place > owner.follows && (modes & conflictsOf(mode)) !== 0) owner.follows = other.place
    }
  }

  holds(owner: LockOwner): boolean {
    for (const grant of this.grants) if (grant.owner === owner) return true
    return false
  }
}

/** Row locks that a transaction yields when its commit is queued, and those for which others pass them. */
const YIELDED = ROW_LOCK.forNoKeyUpdate | ROW_LOCK.forUpdate
const FOLLOWING = YIELDED | ROW_LOCK.forShare

/** Whether a grant, or a request seen as one, is in the way of an owner's request. */
export const conflicts = (grant: Grant, owner: LockOwner, mode: LockMode, range: LockRange | null): boolean =>
  (grant.modes & conflictsOf(mode)) !== 0 &&
  grant.owner.processId !== owner.processId &&
  !grant.owner.ended &&
  !(grant.owner.place > 0 && owner.mayFollow && (grant.modes & ~YIELDED) === 0 && (mode & FOLLOWING) !== 0) &&
  (range === null || grant.range === null || grant.range.overlaps(range))

/** Removes an owner's partial ranges whose modes its grant of the whole index includes. */
export const dropCovered = ({ grants }: Lock, owner: LockOwner): void => {
  const whole = grants.find((g) => g.owner === owner && g.range === null)
  if (whole === undefined) return
  for (let i = grants.length - 1; i >= 0; i--) {
    const g = grants[i] as Grant
    if (g.owner === owner && g.range !== null && (g.modes & ~whole.modes) === 0) grants.splice(i, 1)
  }
}

/** Adds a mode to what an owner holds of a lock; a lock that is new to it goes to one of its lists. */
export const grant = (
  lock: Lock,
  owner: LockOwner,
  mode: LockMode,
  range: LockRange | null,
  list: Lock[] = owner.held,
): void => {
  let held = false
  for (const g of lock.grants) {
    if (g.owner !== owner) continue
    held = true
    if (g.range === range) {
      if ((g.modes & mode) === 0 && list === owner.held) owner.upgrades?.push({ lock, grant: g, before: g.modes })
      g.modes |= mode
      return
    }
  }
  lock.grants.push({ owner, modes: mode, range })
  if (!held) list.push(lock)
}
