/** One database of the server: its catalog and its indexes. Sessions belong to one. */
import type { CatalogStore } from '../catalog/catalog.ts'
import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import { StatisticsStore } from '../catalog/statistics/store.ts'
import type { IndexRegistry } from '../exec/index-registry.ts'
import { DatabaseCounters } from './database-counters.ts'
import { Channels } from './notifications.ts'

/** Name of the record that holds a table's statistics. */
export const statisticsRecord = (database: number, table: number): string => `statistics/${database}/${table}`

export class Database {
  readonly oid: number
  readonly indexes: IndexRegistry
  /** What ANALYZE found. */
  readonly statistics = new StatisticsStore()
  readonly counters = new DatabaseCounters()
  readonly channels = new Channels()
  readonly #catalogs: CatalogStore
  /** Sessions connected. */
  sessions = 0

  constructor(oid: number, catalogs: CatalogStore, indexes: IndexRegistry) {
    this.oid = oid
    this.#catalogs = catalogs
    this.indexes = indexes
  }

  /** The committed catalog. */
  get catalog(): CatalogSnapshot {
    return this.#catalogs.snapshot(this.oid)
  }
}
