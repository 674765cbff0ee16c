/** Deferrable unique constraints: at the end of the statement or transaction no key may have two live rows. */
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext } from '../context.ts'
import type { UniqueEvent } from './row-events.ts'

/** Throws 23505 for the first key that another live row holds too. */
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
      const found = unique.index.probeUnique(context.transaction, key, rowid, unique.nullsDistinct)
      if (found === null) break
      if (!(found instanceof Wait)) throw writer.violation({ unique, key, rowid: found.conflict })
      await found.promise
    }
  }
}
