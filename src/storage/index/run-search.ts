/** Many keys looked up in the runs of an index at once: keys in index order let every level be walked forwards. */
import type { EntryOrder, RunPart } from './entry-order.ts'
import { type Level, LevelCursor } from './run-levels.ts'

/** The runs of an index. */
export interface RunSources {
  readonly order: EntryOrder
  readonly levels: readonly Level[]
}

/**
 * Hands the entries that have one of the keys to `accept` until it answers true for a key, whose place in `found` then
 * becomes 1. `sorted` are positions in `keys` (whose rowids don't matter), in index order. Entries in the tree are not
 * looked at: a key that is not found may be there.
 */
export const searchRuns = (
  { order, levels }: RunSources,
  keys: RunPart,
  sorted: Uint32Array,
  found: Uint8Array,
  accept: (position: number, rowid: number) => boolean,
): void => {
  for (const level of levels) {
    const cursor = new LevelCursor(order, level, { key: [], rowid: Number.NEGATIVE_INFINITY }, undefined)
    for (const position of sorted) {
      if (found[position] === 1) continue
      for (let rowid = cursor.match(keys, position); rowid >= 0; rowid = cursor.match(keys, position)) {
        if (!accept(position, rowid)) continue
        found[position] = 1
        break
      }
    }
  }
}
