/** Building an index from its table: every version that some snapshot may see gets an entry. */
import type { Datum } from '../../types/sql-type.ts'
import { pause } from '../pace.ts'
import { SEGMENT_ROWS, segmentRow } from '../segments/segment.ts'
import { BLOCK_ROWS, type SegmentSlot } from '../table/segment-slot.ts'
import type { TableStore } from '../table/table-store.ts'
import type { BTree } from './btree.ts'
import type { OrderedIndex } from './ordered-index.ts'

/** Sorted entries, as parallel arrays. */
interface Run {
  readonly keys: Datum[]
  readonly rowids: number[]
}

/**
 * Fills `tree` with the table's entries, giving way to others between blocks. Entries that writers add to the tree
 * meanwhile are kept.
 */
export const buildTree = async (store: TableStore, index: OrderedIndex, tree: BTree<Datum>): Promise<void> => {
  let runs: Run[] = []
  for (let slotIndex = 0; slotIndex < store.slots.length; slotIndex++) {
    for (let from = 0; from < SEGMENT_ROWS; from += BLOCK_ROWS) {
      const slot = store.slots[slotIndex]
      if (slot === undefined || from >= slot.length) break
      const run = blockRun(index, tree, slot, slotIndex * SEGMENT_ROWS, from)
      if (run.keys.length > 0) runs.push(run)
      await pause()
    }
  }
  while (runs.length > 1) {
    const merged: Run[] = []
    for (let i = 0; i < runs.length; i += 2) {
      const [left, right] = [runs[i] as Run, runs[i + 1]]
      merged.push(right === undefined ? left : await mergeRuns(tree, left, right))
    }
    runs = merged
  }
  const run = runs[0]
  if (run === undefined) return
  const added: Run = { keys: [], rowids: [] }
  for (const cursor = tree.seek(() => false); cursor.next(); ) push(added, cursor.key, cursor.rowid)
  const { keys, rowids } = added.keys.length === 0 ? run : mergeNow(tree, run, added)
  tree.load(keys, rowids)
}

const push = (run: Run, key: Datum, rowid: number): void => {
  run.keys.push(key)
  run.rowids.push(rowid)
}

/** Entries of one block of rowids, sorted, each once. */
const blockRun = (
  index: OrderedIndex,
  tree: BTree<Datum>,
  slot: SegmentSlot,
  firstRowid: number,
  from: number,
): Run => {
  const entries: { key: Datum; rowid: number }[] = []
  const add = (row: Datum[], rowid: number): void => {
    const key = index.keyOf(row)
    if (key !== null) entries.push({ key: index.treeKey(key), rowid })
  }
  const { reads } = index.definition
  const to = Math.min(from + BLOCK_ROWS, slot.length)
  for (let offset = from; offset < to; offset++) {
    const rowid = firstRowid + offset
    for (let version = slot.head(offset); version !== null; version = version.older) {
      if (version.values !== null) add(version.values, rowid)
    }
    if (slot.base !== null && slot.baseHas(offset)) add(segmentRow(slot.base, offset, reads), rowid)
  }
  const order = (a: (typeof entries)[0], b: (typeof entries)[0]): number => tree.order(a.key, a.rowid, b.key, b.rowid)
  if (entries.some((entry, i) => i > 0 && order(entries[i - 1] as typeof entry, entry) >= 0)) entries.sort(order)
  const run: Run = { keys: [], rowids: [] }
  entries.forEach((entry, i) => {
    if (i === 0 || order(entries[i - 1] as typeof entry, entry) !== 0) push(run, entry.key, entry.rowid)
  })
  return run
}

/** Merges two runs in slices; a run that lies behind the other is appended to it. */
const mergeRuns = async (tree: BTree<Datum>, left: Run, right: Run): Promise<Run> => {
  const last = left.keys.length - 1
  if (tree.order(left.keys[last], left.rowids[last] as number, right.keys[0], right.rowids[0] as number) < 0) {
    for (let i = 0; i < right.keys.length; i++) push(left, right.keys[i], right.rowids[i] as number)
    return left
  }
  const merge = merging(tree, left, right)
  while (merge.step()) await pause()
  return merge.run
}

const mergeNow = (tree: BTree<Datum>, left: Run, right: Run): Run => {
  const merge = merging(tree, left, right)
  while (merge.step());
  return merge.run
}

/** A merge that is carried on by `step`, some thousand entries at a time; equal entries come out once. */
const merging = (tree: BTree<Datum>, left: Run, right: Run): { run: Run; step(): boolean } => {
  const run: Run = { keys: [], rowids: [] }
  let i = 0
  let j = 0
  const step = (): boolean => {
    for (let n = 0; n < 2 * BLOCK_ROWS; n++) {
      if (i === left.keys.length && j === right.keys.length) return false
      const order =
        i === left.keys.length
          ? 1
          : j === right.keys.length
            ? -1
            : tree.order(left.keys[i], left.rowids[i] as number, right.keys[j], right.rowids[j] as number)
      if (order <= 0) push(run, left.keys[i], left.rowids[i] as number)
      else push(run, right.keys[j], right.rowids[j] as number)
      if (order <= 0) i++
      if (order >= 0) j++
    }
    return true
  }
  return { run, step }
}
