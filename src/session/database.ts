/** One database of the server: its catalog and its indexes. Sessions belong to one. */
import type { CatalogStore } from '../catalog/catalog.ts'
import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import type { IndexRegistry } from '../exec/index-registry.ts'

export class Database {
  readonly oid: number
  readonly indexes: IndexRegistry
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
