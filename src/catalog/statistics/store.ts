/** The statistics of one database's tables, by table oid; replaced as ANALYZE finds new ones. */
import type { TableStatistics } from './model.ts'

export class StatisticsStore {
  readonly #tables = new Map<number, TableStatistics>()
  /** What a start has found stored, until somebody asks for it. */
  readonly #stored = new Map<number, () => TableStatistics>()
  /** Grows with every change, so that kept plans can tell that better ones may exist. */
  version = 0

  readonly get = (table: number): TableStatistics | null => {
    this.#read(table)
    return this.#tables.get(table) ?? null
  }

  /** Statistics that `read` decodes once they are needed. */
  restore(table: number, read: () => TableStatistics): void {
    this.#stored.set(table, read)
    this.version++
  }

  #read(table: number): void {
    const read = this.#stored.get(table)
    if (read === undefined) return
    this.#stored.delete(table)
    this.#tables.set(table, read())
  }

  set(statistics: TableStatistics): void {
    this.#stored.delete(statistics.table)
    this.#tables.set(statistics.table, statistics)
    this.version++
  }

  /** The table is gone, or its statistics are no longer true. */
  delete(table: number): void {
    const isStored = this.#stored.delete(table)
    if (this.#tables.delete(table) || isStored) this.version++
  }

  all(): Iterable<TableStatistics> {
    for (const table of Array.from(this.#stored.keys())) this.#read(table)
    return this.#tables.values()
  }
}
