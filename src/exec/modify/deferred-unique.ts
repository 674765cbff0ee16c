/**
 * Deferrable unique and exclusion constraints: at the end of the statement or transaction no key may have two live
 * rows.
 */
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext } from '../context.ts'
import type { UniqueEvent } from './row-events.ts'
import { probeKey } from './row-writer.ts'

/** Throws 23505 or 23P01 for the first key that another live row holds too. */
export const checkDeferredUniques = async (
  context: ExecutionContext,
  events: readonly UniqueEvent[],
): Promise<void> => {
  for (const { writer, unique, rowid, key } of events) {
    const newest = writer.store.newest(rowid)
    if (key === null || newest === null || newest.values === null) continue
    const present = unique.index.keyOf(newest.values)
    if (present === null || unique.index.compareKeys(present, key) !== 0) continue
    for (;;) {
      const found = probeKey(context, unique, key, rowid)
      if (found === null) break
      if (!(found instanceof Wait)) throw writer.violation({ unique, key, rowid: found.conflict, other: found.key })
      await found.promise
    }
  }
}
