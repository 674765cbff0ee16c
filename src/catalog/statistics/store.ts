/** The statistics of one database's tables, by table oid; replaced as ANALYZE finds new ones. */
import type { TableStatistics } from './model.ts'

export class StatisticsStore {
  readonly #tables = new Map<number, TableStatistics>()
  /** Grows with every change, so that kept plans can tell that better ones may exist. */
  version = 0

  readonly get = (table: number): TableStatistics | null => this.#tables.get(table) ?? null

  set(statistics: TableStatistics): void {
    this.#tables.set(statistics.table, statistics)
    this.version++
  }

  /** The table is gone, or its statistics are no longer true. */
  delete(table: number): void {
    if (this.#tables.delete(table)) this.version++
  }

  all(): Iterable<TableStatistics> {
    return this.#tables.values()
  }
}
