/** Merging runs of an index into fewer, and writing them again without dead entries. */
import type { Datum } from '../../types/sql-type.ts'
import { keyAt, type RunPart } from '../index/entry-order.ts'
import type { IndexRun } from '../index/index-run.ts'
import type { OrderedIndex } from '../index/ordered-index.ts'
import { mergeRuns } from '../index/run-builder.ts'
import { compareFences, type Level } from '../index/run-levels.ts'
import { WriteBatch } from '../kv/key-value-store.ts'
import type { MergeContext } from './merge-slot.ts'

/** Merges an index's runs if that is worth its writing; false when there was nothing to do. Throws what writing throws. */
export const compactIndex = async (context: MergeContext, index: OrderedIndex, thorough: boolean): Promise<boolean> => {
  const due = index.compaction(thorough)
  if (due === null) return false
  const { store } = index
  const keep = due.dropDead ? isAlive(index) : null
  const old: IndexRun[] = []
  const made: IndexRun[] = []
  const discard = (runs: readonly IndexRun[]): void => {
    for (const run of runs) context.files.discardRun(run)
  }
  try {
    for (const group of overlapping(index, due.runs)) {
      // A run that overlaps no other stays as it is.
      if (group.length === 1 && keep === null) continue
      old.push(...group)
      made.push(...(await context.files.createRuns(store, index.definition, mergeRuns(index.order, group, keep))))
    }
  } catch (error) {
    discard(made)
    throw error
  }
  if (index.disposed || store.dropped) {
    discard(made)
    return false
  }
  const batch = new WriteBatch()
  index.removeRecords(old, batch)
  index.recordRuns(made, batch)
  if (due.dropDead) index.resetDead()
  // From here on readers use the new runs; should the records not be written, the store takes no more writes at all.
  index.replaceRuns(old, made)
  index.nameRuns(made)
  if (context.log !== null && store.logged) await context.log.write(batch, true)
  discard(old)
  return true
}

/** Whether some version of an entry's row still has its key. */
const isAlive = (index: OrderedIndex) => {
  const { store, definition } = index
  return (part: RunPart, position: number): boolean => {
    const key = keyAt(part, position)
    const isSame = (values: Datum[] | null): boolean => values !== null && index.hasKey(values, key)
    return store.someVersion(part.rowids[position] as number, definition.reads, isSame)
  }
}

/** Runs in groups that overlap one another. */
const overlapping = (index: OrderedIndex, runs: readonly IndexRun[]): Level[] => {
  const { order } = index
  const groups: IndexRun[][] = []
  let last: IndexRun | null = null
  for (const run of runs.toSorted((a, b) => compareFences(order, a.first, b.first))) {
    if (last !== null && compareFences(order, run.first, last.last) <= 0) groups.at(-1)?.push(run)
    else groups.push([run])
    if (last === null || compareFences(order, run.last, last.last) > 0) last = run
  }
  return groups
}
