/** What the optimizer may know of stored tables: row counts, zone maps taken together, what ANALYZE stored. */
import type { TableStatistics } from '../catalog/statistics/model.ts'
import type { ColumnSummary, TableFacts } from '../optimize/facts.ts'
import type { ZoneMap } from '../storage/segments/segment.ts'
import type { Storage } from '../storage/storage.ts'
import type { TableStore } from '../storage/table/table-store.ts'
import type { Datum, SqlType } from '../types/sql-type.ts'

/** `statistics` answers what ANALYZE stored for a table's oid, null when nothing is. */
export const tableFacts = (
  storage: Storage,
  statistics: (table: number) => TableStatistics | null = () => null,
): TableFacts => ({
  rowCount: (storageId) => storage.findStore(storageId)?.rowCount ?? 1,
  statistics,
  summary: (storageId, attnum) => {
    const store = storage.findStore(storageId)
    return store === null ? null : summaryOf(store, attnum)
  },
})

interface Summaries {
  readonly segments: number
  readonly byColumn: Map<number, ColumnSummary | null>
}

const summaries = new WeakMap<TableStore, Summaries>()

/** Kept until the number of segments changes: merges that rewrite a segment change little that planning notices. */
const summaryOf = (store: TableStore, attnum: number): ColumnSummary | null => {
  const segments = store.segmentCount
  if (segments === 0) return null
  let known = summaries.get(store)
  if (known === undefined || known.segments !== segments) {
    known = { segments, byColumn: new Map() }
    summaries.set(store, known)
  }
  let summary = known.byColumn.get(attnum)
  if (summary === undefined) {
    summary = summarised(store, attnum)
    known.byColumn.set(attnum, summary)
  }
  return summary
}

const summarised = (store: TableStore, attnum: number): ColumnSummary | null => {
  const type = store.columns[attnum - 1]?.type
  const zones = store.zones(attnum - 1).filter((zone) => zone !== null)
  const covered = store.slots.reduce((rows, slot) => rows + (slot?.base?.liveRows ?? 0), 0)
  // Where most rows are in the overlay, the segments say little of the table.
  if (type === undefined || zones.length === 0 || covered * 2 < store.rowCount) return null
  const nulls = zones.reduce((sum, zone) => sum + zone.nulls, 0)
  return {
    ...bounds(zones, type),
    nullFraction: Math.min(1, nulls / Math.max(1, covered)),
    distinct: Math.max(1, Math.round(distinctOf(zones, type, covered))),
  }
}

const bounds = (zones: readonly ZoneMap[], type: SqlType): { min: Datum; max: Datum } => {
  const { compare } = type
  let min: Datum = null
  let max: Datum = null
  for (const zone of compare === null ? [] : zones) {
    if (zone.min !== null && (min === null || (compare?.(zone.min, min) ?? 0) < 0)) min = zone.min
    if (zone.max !== null && (max === null || (compare?.(zone.max, max) ?? 0) > 0)) max = zone.max
  }
  return { min, max }
}

/**
 * Distinct values of all segments from those of each: segments whose ranges lie apart hold different values; where
 * ranges overlap, values repeat unless nearly all of a segment's are different.
 */
const distinctOf = (zones: readonly ZoneMap[], type: SqlType, rows: number): number => {
  const most = Math.max(...zones.map((zone) => zone.distinct))
  const sum = zones.reduce((total, zone) => total + zone.distinct, 0)
  const { compare } = type
  if (compare === null || zones.length === 1) return most
  const sorted = zones.filter((zone) => zone.min !== null).sort((a, b) => compare(a.min, b.min))
  let apart = 0
  for (let i = 1; i < sorted.length; i++) {
    if (compare((sorted[i - 1] as ZoneMap).max, (sorted[i] as ZoneMap).min) <= 0) apart++
  }
  const isSorted = sorted.length > 1 && apart >= (sorted.length - 1) * 0.9
  const isDense = sum > rows * 0.9
  if (isSorted || isDense) return withinRange(sum, sorted, type)
  // Drawn at random from V values, a segment of n rows shows d of them: solve d = V (1 - e^(-n/V)).
  const perSegment = rows / zones.length
  return withinRange(drawnFrom(most, perSegment), sorted, type)
}

const drawnFrom = (distinct: number, rows: number): number => {
  if (distinct < rows * 0.2) return distinct
  let low = distinct
  let high = distinct * 1000
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2
    if (middle * (1 - Math.exp(-rows / middle)) < distinct) low = middle
    else high = middle
  }
  return low
}

/** Integers and dates have no more values than their range is wide. */
const withinRange = (distinct: number, zones: readonly ZoneMap[], type: SqlType): number => {
  if (type.physical !== 'int32') return distinct
  const low = Math.min(...zones.map((zone) => zone.min as number))
  const high = Math.max(...zones.map((zone) => zone.max as number))
  return Number.isFinite(high - low) ? Math.min(distinct, high - low + 1) : distinct
}
