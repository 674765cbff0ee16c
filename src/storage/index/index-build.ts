/**
 * Building an index from its table: runs of what lies in segments, and the overlay's entries in the tree. Every version
 * that some snapshot may see gets an entry.
 */
import type { Datum } from '../../types/sql-type.ts'
import { pause } from '../pace.ts'
import { SEGMENT_ROWS, type Segment, segmentRow } from '../segments/segment.ts'
import { BLOCK_ROWS, type SegmentSlot } from '../table/segment-slot.ts'
import { isCommitted, type RowVersion } from '../table/row-version.ts'
import type { TableStore } from '../table/table-store.ts'
import type { BTree } from './btree.ts'
import type { IndexRun, ResidentRun } from './index-run.ts'
import type { OrderedIndex } from './ordered-index.ts'
import { EntrySorter, mergeRuns } from './run-builder.ts'

/** Entries that are sorted in memory before a run is written. */
const SORT_ENTRIES = 1_048_576

/** Runs of the rows of all base segments, written but named by no record yet. */
export const buildRuns = async (index: OrderedIndex): Promise<IndexRun[]> => {
  const { store } = index
  const { files } = store.environment
  const sorter = new EntrySorter(index.order)
  const runs: IndexRun[] = []
  const flush = async (): Promise<void> => {
    const sorted = sorter.take()
    if (sorted.length > 0)
      runs.push(...(await files.createRuns(store, index.definition, mergeRuns(index.order, sorted))))
  }
  try {
    for (let slotIndex = 0; slotIndex < store.slots.length; slotIndex++) {
      for (let from = 0; from < SEGMENT_ROWS; from += BLOCK_ROWS) {
        const slot = store.slots[slotIndex]
        if (slot === undefined || from >= slot.baseLength) break
        addBase(index, sorter, slot, slotIndex * SEGMENT_ROWS, from)
        await pause()
      }
      if (sorter.entries >= SORT_ENTRIES) await flush()
    }
    await flush()
  } catch (error) {
    for (const run of runs) files.discardRun(run)
    throw error
  }
  return runs
}

const addBase = (
  index: OrderedIndex,
  sorter: EntrySorter,
  slot: SegmentSlot,
  firstRowid: number,
  from: number,
): void => {
  const base = slot.base as Segment
  const { reads } = index.definition
  const to = Math.min(from + BLOCK_ROWS, slot.baseLength)
  for (let offset = from; offset < to; offset++) {
    if (!slot.baseHas(offset)) continue
    const key = keyOf(index, segmentRow(base, offset, reads), isHidden(slot.head(offset)))
    if (key !== null) sorter.add(key, firstRowid + offset)
  }
}

/** Key of a row. A row that only old snapshots see does no harm when its key cannot be computed: it is left out. */
const keyOf = (index: OrderedIndex, row: Datum[], isOld: boolean): Datum[] | null => {
  try {
    return index.keyOf(row)
  } catch (error) {
    if (isOld) return null
    throw error
  }
}

/** Whether a version in a chain is committed: everything behind it is old. */
const isHidden = (head: RowVersion | null): boolean => {
  for (let version = head; version !== null; version = version.older) if (isCommitted(version)) return true
  return false
}

/**
 * Fills `tree` with the overlay's entries, giving way to others between blocks. Entries that writers add to the tree
 * meanwhile are kept.
 */
export const buildTree = async (store: TableStore, index: OrderedIndex, tree: BTree<Datum>): Promise<void> => {
  const sorter = new EntrySorter(index.order)
  const runs: ResidentRun[] = []
  for (let slotIndex = 0; slotIndex < store.slots.length; slotIndex++) {
    for (let from = 0; from < SEGMENT_ROWS; from += BLOCK_ROWS) {
      const slot = store.slots[slotIndex]
      if (slot === undefined || from >= slot.length) break
      if (from + BLOCK_ROWS <= slot.baseLength && slot.overrides[from / BLOCK_ROWS] === undefined) continue
      addOverlay(index, sorter, slot, slotIndex * SEGMENT_ROWS, from)
      await pause()
    }
  }
  runs.push(...sorter.take())
  if (runs.length === 0) return
  const keys: Datum[] = []
  const rowids: number[] = []
  for await (const part of mergeRuns(index.order, runs)) {
    for (let i = 0; i < part.rowids.length; i++) {
      keys.push(index.treeKey(part.keys.map((column) => column.get(i))))
      rowids.push(part.rowids[i] as number)
    }
  }
  const added: { key: Datum; rowid: number }[] = []
  for (const cursor = tree.seek(() => false); cursor.next(); ) added.push({ key: cursor.key, rowid: cursor.rowid })
  tree.load(keys, rowids)
  for (const { key, rowid } of added) tree.add(key, rowid)
}

const addOverlay = (
  index: OrderedIndex,
  sorter: EntrySorter,
  slot: SegmentSlot,
  firstRowid: number,
  from: number,
): void => {
  const to = Math.min(from + BLOCK_ROWS, slot.length)
  for (let offset = from; offset < to; offset++) {
    let isOld = false
    for (let version = slot.head(offset); version !== null; version = version.older) {
      const key = version.values === null ? null : keyOf(index, version.values, isOld)
      if (key !== null) sorter.add(key, firstRowid + offset)
      isOld ||= isCommitted(version)
    }
  }
}
