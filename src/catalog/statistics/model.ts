/** What ANALYZE finds out about a table: the model of pg_statistic, independent of catalog versions. */
import type { Datum } from '../../types/sql-type.ts'

/** Statistics of one column. */
export interface ColumnStatistics {
  readonly attnum: number
  /** Type oid of the values below; statistics of a column whose type changed are not used. */
  readonly type: number
  /** Share of NULLs, 0 to 1. */
  readonly nullFraction: number
  /** Average width of values in bytes. */
  readonly averageWidth: number
  /** As pg_stats.n_distinct: a count, or negated share of the rows when it grows with the table; 0: unknown. */
  readonly distinct: number
  /** Most common values, the most frequent first, with their share of all rows. */
  readonly commonValues: readonly Datum[]
  readonly commonFrequencies: readonly number[]
  /** Bounds of buckets with equally many of the other values, ascending. */
  readonly histogram: readonly Datum[]
  /** Between storage order and value order, -1 to 1; null when the type has no order. */
  readonly correlation: number | null
}

/** Statistics of one table. */
export interface TableStatistics {
  readonly table: number
  /** Live rows when it was analysed (pg_class.reltuples). */
  readonly rows: number
  /** 8 kB pages that the rows would fill (pg_class.relpages). */
  readonly pages: number
  readonly columns: readonly ColumnStatistics[]
}
