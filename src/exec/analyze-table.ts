/** ANALYZE's computation: a random sample of a table's rows, and of each column what planning asks for. */
import type { Column, RelationObject } from '../catalog/objects.ts'
import type { ColumnStatistics, TableStatistics } from '../catalog/statistics/model.ts'
import type { Storage } from '../storage/storage.ts'
import type { ColumnDescriptor } from '../storage/table/column.ts'
import type { TableStore } from '../storage/table/table-store.ts'
import type { Snapshot } from '../storage/transaction-state.ts'
import type { Datum, SqlType } from '../types/sql-type.ts'
import type { Batch } from '../vector/batch.ts'
import { descriptorsOf } from '../catalog/columns.ts'
import { batchesOf } from '../storage/table/batches.ts'

/** Rows sampled per unit of the statistics target, as PostgreSQL has it. */
const ROWS_PER_TARGET = 300
const PAGE_BYTES = 8192
const ROW_OVERHEAD = 24
/** Text values longer than this are counted but not kept. */
const WIDEST_KEPT = 1024

export interface AnalyzeOptions {
  /** default_statistics_target: buckets of histograms, most common values kept. */
  readonly target: number
  readonly snapshot: Snapshot
  /** Lets others run; awaited between batches. */
  readonly pause: () => Promise<void> | null
  /** Between 0 and 1; for tests to make samples repeatable. */
  readonly random?: () => number
  /** Attribute numbers to analyse; all when absent. */
  readonly attnums?: readonly number[]
}

/**
 * Answers a table's statistics. Rows are chosen first and then read a column at a time, so that no more is in memory than
 * one column's share of the sample.
 */
export const analyzeTable = async (
  storage: Storage,
  relation: RelationObject,
  options: AnalyzeOptions,
): Promise<TableStatistics> => {
  const { target, attnums, random = Math.random } = options
  const read = { store: storage.store(relation.storageId), columns: descriptorsOf(relation), options }
  const { chosen, rows } = await chooseRows(read, ROWS_PER_TARGET * target, random)
  const analysed: ColumnStatistics[] = []
  for (const column of relation.columns) {
    if (column.dropped || (attnums !== undefined && !attnums.includes(column.attnum))) continue
    const sample: Datum[] = []
    await readRows(read, [column.attnum - 1], (batch, first) => {
      const end = first + batch.count
      for (let row = chosen[sample.length]; row !== undefined && row < end; row = chosen[sample.length]) {
        sample.push(batch.columns[0]?.get(batch.position(row - first)))
      }
      return sample.length < chosen.length
    })
    analysed.push(columnStatistics(column, sample, rows, target))
  }
  const width = analysed.reduce((sum, column) => sum + column.averageWidth, ROW_OVERHEAD)
  return { table: relation.oid, rows, pages: Math.ceil((rows * width) / PAGE_BYTES), columns: analysed }
}

/** What is read of a table. */
interface TableReading {
  readonly store: TableStore
  readonly columns: readonly ColumnDescriptor[]
  readonly options: AnalyzeOptions
}

/** Hands on batches with the number of their first row, until `take` wants no more. */
const readRows = async (
  { store, columns, options: { snapshot, pause } }: TableReading,
  projection: readonly number[],
  take: (batch: Batch, first: number) => boolean,
): Promise<void> => {
  const scan = store.scan(snapshot, { columns, projection })
  let first = 0
  for await (const batch of batchesOf(scan)) {
    if (!take(batch, first)) return
    first += batch.count
    const waiting = pause()
    if (waiting !== null) await waiting
  }
}

/** A uniform sample of a table's rows (Vitter's algorithm R): their numbers, ascending, and how many rows there are. */
const chooseRows = async (read: TableReading, limit: number, random: () => number) => {
  const chosen: number[] = []
  let rows = 0
  await readRows(read, [], (batch) => {
    for (const end = rows + batch.count; rows < end; rows++) {
      const place = rows < limit ? rows : Math.floor(random() * (rows + 1))
      if (place < limit) chosen[place] = rows
    }
    return true
  })
  return { chosen: chosen.sort((a, b) => a - b), rows }
}

/** `sample`: values in storage order; `rows`: how many the table has. */
export const columnStatistics = (
  column: Pick<Column, 'attnum' | 'type'>,
  sample: readonly Datum[],
  rows: number,
  target: number,
): ColumnStatistics => {
  const { type, attnum } = column
  const present = sample.filter((value) => value !== null)
  const nullFraction = sample.length === 0 ? 0 : 1 - present.length / sample.length
  const base = { attnum, type: type.oid, nullFraction, averageWidth: averageWidth(present, type) }
  const { compare, hashKey } = type
  if (compare === null || hashKey === null || present.length === 0) {
    return { ...base, distinct: 0, commonValues: [], commonFrequencies: [], histogram: [], correlation: null }
  }
  const places = present.map((value, place) => ({ value, place })).sort((a, b) => compare(a.value, b.value))
  const runs = runsOf(
    places.map((p) => p.value),
    compare,
  )
  const distinct = distinctEstimate(runs, present.length, sample.length, rows)
  const common = commonValues(runs, present.length, target, distinct)
  const kept = new Set(common)
  const total = sample.length
  const rest = runs.filter((run) => !kept.has(run))
  return {
    ...base,
    distinct: distinct > rows * 0.1 && rows > 0 ? -Math.min(1, distinct / rows) : distinct,
    commonValues: common.map((run) => run.value),
    commonFrequencies: common.map((run) => run.count / total),
    histogram: histogramOf(rest, target),
    correlation: correlationOf(places.map((p) => p.place)),
  }
}

interface Run {
  readonly value: Datum
  count: number
}

const runsOf = (sorted: readonly Datum[], compare: (a: Datum, b: Datum) => number): Run[] => {
  const runs: Run[] = []
  for (const value of sorted) {
    const last = runs.at(-1)
    if (last !== undefined && compare(last.value, value) === 0) last.count++
    else runs.push({ value, count: 1 })
  }
  return runs
}

/** Haas and Stokes' Duj1: n·d / (n - f1 + f1·n/N), of the rows that are not NULL. */
const distinctEstimate = (runs: readonly Run[], present: number, sampled: number, rows: number): number => {
  const once = runs.filter((run) => run.count === 1).length
  const all = (rows * present) / Math.max(1, sampled)
  if (once === 0 || present >= all) return runs.length
  if (once === runs.length) return all
  const estimate = (present * runs.length) / (present - once + (once * present) / all)
  return Math.round(Math.min(Math.max(estimate, runs.length), all))
}

/** Values that are clearly more frequent than the average; all of them when there are few. */
const commonValues = (runs: readonly Run[], present: number, target: number, distinct: number): Run[] => {
  const repeated = runs.filter((run) => run.count > 1 && keepable(run.value)).sort((a, b) => b.count - a.count)
  if (runs.length <= target && repeated.length === runs.length) return repeated
  const average = present / Math.max(1, distinct)
  return repeated.slice(0, target).filter((run) => run.count > average * 1.25)
}

const keepable = (value: Datum): boolean => typeof value !== 'string' || value.length <= WIDEST_KEPT

/** Bounds of buckets with equally many rows. */
const histogramOf = (runs: readonly Run[], target: number): Datum[] => {
  const usable = runs.filter((run) => keepable(run.value))
  if (usable.length < 2) return []
  const total = usable.reduce((sum, run) => sum + run.count, 0)
  const buckets = Math.min(target, usable.length - 1)
  const bounds: Datum[] = []
  let reached = 0
  let run = 0
  for (let i = 0; i <= buckets; i++) {
    const wanted = Math.floor((i * (total - 1)) / buckets)
    while (run < usable.length - 1 && reached + (usable[run] as Run).count <= wanted) {
      reached += (usable[run] as Run).count
      run++
    }
    bounds.push((usable[run] as Run).value)
  }
  return bounds
}

/** Pearson's correlation of rank by value with rank by place. */
const correlationOf = (places: readonly number[]): number => {
  const n = places.length
  if (n < 2) return 1
  let sum = 0
  for (let i = 0; i < n; i++) sum += i * (places[i] as number)
  const mean = (n - 1) / 2
  const variance = (n * n - 1) / 12
  return (sum / n - mean * mean) / variance
}

const averageWidth = (values: readonly Datum[], type: SqlType): number => {
  if (type.length > 0) return type.length
  if (values.length === 0) return 0
  const sum = values.reduce((total: number, value: Datum) => total + widthOf(value), 0)
  return Math.max(1, Math.round(sum / values.length))
}

/** Bytes of a value of varying length, near enough. */
const widthOf = (value: Datum): number => {
  if (typeof value === 'string') return value.length + 1
  if (value instanceof Uint8Array) return value.length + 4
  return 8
}
