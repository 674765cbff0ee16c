/**
 * Folding a slot's overlay into a new segment of the same rowids: every version that all live snapshots see goes in,
 * what it hides is forgotten, newer versions stay in the overlay. Rowids don't move, so indexes only lose dead entries.
 */
import { Numeric } from '../../types/numeric/numeric.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { AnyVector } from '../../vector/vector.ts'
import type { IndexRun } from '../index/index-run.ts'
import type { OrderedIndex } from '../index/ordered-index.ts'
import { EntrySorter, mergeRuns } from '../index/run-builder.ts'
import { type KeyValueStore, WriteBatch } from '../kv/key-value-store.ts'
import { rowKey, segmentKey, textKey } from '../kv/keys.ts'
import { pause } from '../pace.ts'
import { ColumnBuilder } from '../segments/column-builder.ts'
import { SEGMENT_ROWS, type Segment, segmentRow } from '../segments/segment.ts'
import { encodeManifest, FileSegment } from '../segments/segment-file.ts'
import type { SegmentFiles } from '../segments/segment-files.ts'
import type { ColumnDescriptor } from '../table/column.ts'
import type { OverlayMemory } from '../table/overlay-memory.ts'
import { type RowVersion, settledVersion } from '../table/row-version.ts'
import { BLOCK_ROWS, SegmentSlot } from '../table/segment-slot.ts'
import type { TableStore } from '../table/table-store.ts'
import { ANCIENT, type LiveSnapshots } from '../transaction-state.ts'

export interface MergeContext {
  readonly log: KeyValueStore | null
  readonly files: SegmentFiles
  readonly snapshots: LiveSnapshots
  readonly overlay: OverlayMemory
}

/** Index entries and the like are looked at this many rows at a time. */
const SLICE = 2000

/**
 * Merges one slot; false when fewer than `minimum` rows could be folded. Nothing changes when writing fails (the error
 * is thrown).
 */
export const mergeSlot = async (
  context: MergeContext,
  store: TableStore,
  slotIndex: number,
  minimum: number,
): Promise<boolean> => {
  const slot = store.slots[slotIndex]
  const horizon = context.snapshots.horizon()
  if (slot === undefined || slot.creator.commitSequence > horizon) return false
  if (slot.plannedTo >= horizon && slot.foldable < Math.max(minimum, 1)) return false
  const plan = planMerge(slot, horizon, minimum)
  if (plan === null) return false
  const { base } = slot
  const columns = store.settledColumns
  const vectors: AnyVector[] = []
  for (const [i, column] of columns.entries()) vectors.push(await foldColumn(base, plan, column, i))
  const segment =
    plan.liveRows === 0
      ? null
      : await context.files.create(store, slotIndex, vectors, plan.absent, plan.length, columns, true)
  let entries: IndexEntries[] = []
  const discard = (): false => {
    context.files.discard(segment)
    for (const { runs } of entries) for (const run of runs) context.files.discardRun(run)
    return false
  }
  try {
    entries = await foldEntries(store, slotIndex, base, plan)
    const keys = await rowKeys(store, slotIndex, plan)
    if (store.dropped || (segment === null && !isSpent(slot, plan))) return discard()
    if (context.log !== null && store.logged) {
      await context.log.write(mergeBatch(store, slotIndex, slot, { plan, segment, keys, entries }), true)
      if (store.dropped) return discard()
    }
  } catch (error) {
    discard()
    throw error
  }
  for (const { index, runs } of entries) {
    if (index.disposed) for (const run of runs) context.files.discardRun(run)
    else {
      index.attachRuns(runs)
      index.nameRuns(runs)
    }
  }
  const dead = install(store, slotIndex, slot, plan, segment)
  for (const { index, runs } of entries) await index.settleRuns(runs)
  await forgetDead(store, slotIndex, base, dead)
  context.files.discard(base)
  return true
}

/** What goes into the new segment. */
interface MergePlan {
  /** By offset: the version to fold; undefined: what the base has. */
  readonly folded: readonly (RowVersion | undefined)[]
  /** Offsets of these versions, ascending: there are few of them in many a slot. */
  readonly offsets: Int32Array
  readonly length: number
  readonly absent: Uint8Array | null
  readonly liveRows: number
}

const planMerge = (slot: SegmentSlot, horizon: number, minimum: number): MergePlan | null => {
  // Dense from the start: arrays with holes are slow.
  const folded = Array.from<RowVersion | undefined>({ length: slot.length })
  const changed: number[] = []
  let length = slot.baseLength
  const consider = (offset: number, head: RowVersion | null): void => {
    const version = settledVersion(head, horizon)
    if (version === null) return
    folded[offset] = version
    changed.push(offset)
    length = Math.max(length, offset + 1)
  }
  for (const map of slot.overrides) for (const [offset, head] of map ?? []) consider(offset, head)
  for (let i = 0; i < slot.fresh.length; i++) consider(slot.baseLength + i, slot.fresh[i] ?? null)
  // Whatever is committed from now on lies beyond the horizon.
  slot.plannedTo = horizon
  slot.foldable = changed.length
  if (changed.length < Math.max(minimum, 1)) return null
  const absent = new Uint8Array(length)
  let liveRows = length
  for (let offset = 0; offset < length; offset++) {
    const version = folded[offset]
    if (version === undefined ? slot.baseHas(offset) : version.values !== null) continue
    absent[offset] = 1
    liveRows--
  }
  const offsets = Int32Array.from(changed).sort()
  return { folded, offsets, length, absent: liveRows === length ? null : absent, liveRows }
}

/** Whether the slot holds nothing but what the plan folds, and takes no more inserts: it can go altogether. */
const isSpent = (slot: SegmentSlot, plan: MergePlan): boolean => {
  if (!slot.full) return false
  for (let offset = 0; offset < slot.length; offset++)
    if (slot.head(offset) !== (plan.folded[offset] ?? null)) return false
  return true
}

const foldColumn = async (
  base: Segment | null,
  plan: MergePlan,
  column: ColumnDescriptor,
  index: number,
): Promise<AnyVector> => {
  const stored = base !== null && index < base.columnCount ? base.column(index) : null
  const isKept = stored !== null && stored.length === plan.length && !column.dropped && !freesSpace(base, plan)
  if (isKept && isUnchanged(stored, plan, index)) return stored
  const builder = new ColumnBuilder(column.type, plan.length)
  for (let offset = 0; offset < plan.length; offset++) {
    if (offset % (4 * BLOCK_ROWS) === 0) await pause()
    const version = plan.folded[offset]
    if (column.dropped || plan.absent?.[offset] === 1) builder.setNull(offset)
    else if (version === undefined && stored !== null) builder.copy(offset, stored, offset)
    else {
      const row = version?.values ?? []
      builder.set(offset, index < row.length ? row[index] : column.missing)
    }
  }
  return builder.finish(plan.length)
}

/** Whether so many rows are gone that it is worth writing a column again without what it has of them. */
const freesSpace = (base: Segment | null, plan: MergePlan): boolean =>
  base !== null && plan.liveRows < base.liveRows && plan.liveRows * 4 < plan.length * 3

/** Whether the rows that are folded have the values that the base has in a column. */
const isUnchanged = (stored: AnyVector, plan: MergePlan, index: number): boolean =>
  plan.offsets.every((offset) => {
    const { values } = plan.folded[offset] as RowVersion
    return values === null || (index < values.length && isSame(stored.get(offset), values[index]))
  })

const isSame = (a: Datum, b: Datum): boolean =>
  a === b || (a instanceof Numeric && b instanceof Numeric && a.scale === b.scale && a.coefficient === b.coefficient)

/** Runs with the entries of folded rows, of one index. */
interface IndexEntries {
  readonly index: OrderedIndex
  readonly runs: readonly IndexRun[]
}

/** Writes the entries of folded rows into runs, but for rows whose key the old base has: it is in a run already. */
const foldEntries = async (
  store: TableStore,
  slotIndex: number,
  base: Segment | null,
  plan: MergePlan,
): Promise<IndexEntries[]> => {
  const { files } = store.environment
  const all: IndexEntries[] = []
  try {
    for (const index of Array.from(store.indexes)) {
      const sorter = new EntrySorter(index.order)
      for (const [i, offset] of plan.offsets.entries()) {
        if (i % SLICE === SLICE - 1) await pause()
        const { values } = plan.folded[offset] as RowVersion
        const key = values === null ? null : index.keyOf(values)
        if (key === null) continue
        const hasBase = base !== null && offset < base.length && base.absent()?.[offset] !== 1
        if (hasBase && index.hasKey(segmentRow(base, offset, index.definition.reads), key)) continue
        sorter.add(key, slotIndex * SEGMENT_ROWS + offset)
      }
      const sorted = sorter.take()
      const runs =
        sorted.length === 0 ? [] : await files.createRuns(store, index.definition, mergeRuns(index.order, sorted))
      all.push({ index, runs })
    }
  } catch (error) {
    for (const { runs } of all) for (const run of runs) files.discardRun(run)
    throw error
  }
  return all
}

/** The keys of rows that are folded, in the order of the plan's offsets. */
const rowKeys = async (store: TableStore, slotIndex: number, plan: MergePlan): Promise<Uint8Array[]> => {
  const keys: Uint8Array[] = []
  if (!store.logged) return keys
  for (const [i, offset] of plan.offsets.entries()) {
    keys.push(rowKey(store.storageId, slotIndex * SEGMENT_ROWS + offset))
    if (i % SLICE === SLICE - 1) await pause()
  }
  return keys
}

/** What a merge made, before it is made durable. */
interface MergeOutcome {
  readonly plan: MergePlan
  readonly segment: Segment | null
  /** By offset: keys of the rows folded. */
  readonly keys: readonly Uint8Array[]
  readonly entries: readonly IndexEntries[]
}

/**
 * One batch names the new segment and the runs of its rows' entries, and removes the keys of folded rows. A row with any newer version keeps its key: that
 * version's commit may be in the queue already, and a key left behind says what the segment says. Must be written
 * before anything else runs.
 */
const mergeBatch = (
  store: TableStore,
  slotIndex: number,
  slot: SegmentSlot,
  { plan, segment, keys, entries }: MergeOutcome,
): WriteBatch => {
  const batch = new WriteBatch()
  for (const { index, runs } of entries) if (!index.disposed) index.recordRuns(runs, batch)
  const key = textKey(segmentKey(store.storageId, slotIndex))
  if (segment instanceof FileSegment) batch.put(key, encodeManifest(segment.manifest))
  else batch.delete(key)
  keys.forEach((rowKeyBytes, i) => {
    const offset = plan.offsets[i] as number
    if (slot.head(offset) === plan.folded[offset]) batch.delete(rowKeyBytes)
  })
  return batch
}

/** What a fold hid: the content of a version, or that of the old base (null). */
interface DeadRow {
  readonly offset: number
  readonly values: Datum[] | null
}

/** Puts the new base in place; answers what index entries may be dead of. */
const install = (
  store: TableStore,
  slotIndex: number,
  slot: SegmentSlot,
  plan: MergePlan,
  segment: Segment | null,
): DeadRow[] => {
  const { base, overrides, fresh, baseLength } = slot
  const indexed = store.indexes.length > 0
  const dead: DeadRow[] = []
  slot.setBase(segment, ANCIENT)
  slot.overrides = []
  slot.overrideCount = 0
  slot.fresh = fresh.slice(Math.max(slot.baseLength - baseLength, 0))
  let freed = 0
  const keep = (offset: number, head: RowVersion | null): void => {
    const version = plan.folded[offset]
    for (let gone = version ?? null; gone !== null; gone = gone.older) freed += gone.bytes
    if (indexed && version !== undefined) {
      for (let old = version.older; old !== null; old = old.older)
        if (old.values !== null) dead.push({ offset, values: old.values })
      if (base !== null && offset < baseLength && base.absent()?.[offset] !== 1) dead.push({ offset, values: null })
    }
    const rest = withoutFolded(head, version)
    if (offset < slot.baseLength || offset - slot.baseLength < slot.fresh.length) slot.setHead(offset, rest)
  }
  for (const map of overrides) for (const [offset, head] of map ?? []) keep(offset, head)
  for (let i = 0; i < fresh.length; i++) keep(baseLength + i, fresh[i] ?? null)
  if (segment === null) store.slots[slotIndex] = undefined
  store.countOverlay(-freed)
  return dead
}

/** A chain without a folded version and what is under it. */
const withoutFolded = (head: RowVersion | null, folded: RowVersion | undefined): RowVersion | null => {
  if (head === null || head === folded) return null
  for (let version: RowVersion = head; version.older !== null; version = version.older) {
    if (version.older !== folded) continue
    version.older = null
    break
  }
  return head
}

const forgetDead = async (
  store: TableStore,
  slotIndex: number,
  oldBase: Segment | null,
  dead: readonly DeadRow[],
): Promise<void> => {
  for (const [i, { offset, values }] of dead.entries()) {
    const gone = values ?? segmentRow(oldBase as Segment, offset, store.indexedColumns)
    store.forgetKeys(slotIndex * SEGMENT_ROWS + offset, gone)
    if (i % SLICE === SLICE - 1) await pause()
  }
}
