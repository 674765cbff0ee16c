/**
 * One rowid range of a table: an immutable base segment (or none) and the overlay over it. Versions of positions that
 * the base covers are in maps, one per block of 4,096; positions beyond it, where fresh inserts go, are a dense array.
 */
import type { Datum } from '../../types/sql-type.ts'
import { BATCH_SIZE } from '../../vector/batch.ts'
import { SEGMENT_ROWS, type Segment, segmentRow } from '../segments/segment.ts'
import { ANCIENT, type Snapshot, type TransactionState } from '../transaction-state.ts'
import { type RowVersion, visibleVersion } from './row-version.ts'

/** Positions of one block: what a scan hands out at once. */
export const BLOCK_ROWS = BATCH_SIZE

export class SegmentSlot {
  /** Replaced by merges, never changed. */
  base: Segment | null = null
  /** Positions that the base covers. */
  baseLength = 0
  /** Who wrote the base, and in which command; merges write what everybody sees. */
  creator: TransactionState = ANCIENT
  creatorCommand = 0
  /** Overlay under `baseLength`: per block, versions by offset. */
  overrides: (Map<number, RowVersion> | undefined)[] = []
  /** Overlay from `baseLength` on: fresh[i] is the chain of offset baseLength + i. */
  fresh: (RowVersion | null)[] = []
  /** Number of entries in `overrides`. */
  overrideCount = 0
  /** Horizon at which a merge was planned last, and the rows that it could have folded: no more before it moves on. */
  plannedTo = -1
  foldable = 0

  /** Offsets in use: 0 … length-1. */
  get length(): number {
    return this.baseLength + this.fresh.length
  }

  get full(): boolean {
    return this.length >= SEGMENT_ROWS
  }

  /** Newest version in the overlay, null when there is none (the base cell counts then). */
  head(offset: number): RowVersion | null {
    if (offset >= this.baseLength) return this.fresh[offset - this.baseLength] ?? null
    return this.overrides[blockOf(offset)]?.get(offset) ?? null
  }

  /** Replaces the chain of a row; null removes it from the overlay. */
  setHead(offset: number, version: RowVersion | null): void {
    if (offset >= this.baseLength) {
      this.fresh[offset - this.baseLength] = version
      return
    }
    const block = blockOf(offset)
    let map = this.overrides[block]
    if (version === null) {
      if (map?.delete(offset) === true) this.overrideCount--
      if (map?.size === 0) this.overrides[block] = undefined
      return
    }
    if (map === undefined) {
      map = new Map()
      this.overrides[block] = map
    }
    const { size } = map
    map.set(offset, version)
    this.overrideCount += map.size - size
  }

  /** Installs a base over the whole slot; the overlay is kept by the caller. */
  setBase(base: Segment | null, creator: TransactionState = ANCIENT, command = 0): void {
    this.base = base
    this.baseLength = base?.length ?? 0
    this.creator = creator
    this.creatorCommand = command
  }

  /** Whether a snapshot sees the base's rows. */
  seesBase(snapshot: Snapshot): boolean {
    return this.creator === ANCIENT || snapshot.sees(this.creator, this.creatorCommand)
  }

  /** Whether the base holds a row at an offset. */
  baseHas(offset: number): boolean {
    if (this.base === null || offset >= this.baseLength) return false
    const absent = this.base.absent()
    return absent === null || absent[offset] === 0
  }

  /** The visible row as stored, or null. Base rows carry only `needed` columns when given. */
  read(offset: number, snapshot: Snapshot, needed: readonly number[] | null): Datum[] | null {
    const head = this.head(offset)
    if (head !== null) {
      const version = visibleVersion(head, snapshot)
      if (version !== null) return version.values
    }
    return this.baseHas(offset) && this.seesBase(snapshot) ? segmentRow(this.base as Segment, offset, needed) : null
  }
}

const blockOf = (offset: number): number => (offset / BLOCK_ROWS) | 0
