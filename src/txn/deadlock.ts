/** The waits-for graph: whom a request waits for, and whether that leads back to it. */
import type { LockOwner, Request } from './lock.ts'
import { conflictsOf } from './lock-modes.ts'

/** Owners in a request's way: holders of conflicting grants, and conflicting requests before it in the queue. */
export const blockersOf = (request: Request): LockOwner[] => {
  const { lock, owner, mode, range } = request
  const blockers = lock.blockers(owner, mode, range)
  if (lock.holds(owner)) return blockers
  for (const other of lock.queue) {
    if (other === request) break
    const overlap = range === null || other.range === null || other.range.overlaps(range)
    if (other.owner.processId !== owner.processId && overlap && (other.mode & conflictsOf(mode)) !== 0) {
      blockers.push(other.owner)
    }
  }
  return blockers
}

/** One step of a cycle: a request and the owner that it waits for. */
export interface CycleStep {
  readonly request: Request
  readonly blockedBy: LockOwner
}

/**
 * A cycle of waits that contains `start`, beginning with it, or null. `waiting` is what each process waits for.
 */
export const findCycle = (start: Request, waiting: ReadonlyMap<number, Request>): CycleStep[] | null => {
  const { processId } = start.owner
  // Whoever waits for this lock waits in the end for those that hold it: when none of them waits there is no cycle.
  if (start.lock.grants.every(({ owner: o }) => o.processId !== processId && !waiting.has(o.processId))) return null
  const visited = new Set<Request>()
  const search = (request: Request, path: CycleStep[]): CycleStep[] | null => {
    visited.add(request)
    for (const blockedBy of blockersOf(request)) {
      const steps = [...path, { request, blockedBy }]
      if (blockedBy.processId === processId) return steps
      const next = waiting.get(blockedBy.processId)
      if (next === undefined || visited.has(next)) continue
      const cycle = search(next, steps)
      if (cycle !== null) return cycle
    }
    return null
  }
  return search(start, [])
}
