/** Rows of the statistics views that take more than the catalog and the storage: databases, and what ANALYZE found. */
import type { RelationObject } from '../catalog/objects.ts'
import type { Datum } from '../types/sql-type.ts'
import type { SessionCore } from './core.ts'

type Row = Readonly<Record<string, Datum>>

/** One row for each database, by `datid`. */
export const databaseRows = (core: SessionCore): Row[] => {
  const { catalogs, storage } = core.parts
  return Array.from(catalogs.databases, (oid) => {
    const { sessions, counters } = core.engine.database(oid)
    const tables = [...catalogs.snapshot(oid).all('relation')].flatMap((relation) => storedIn(storage, relation))
    const sum = (of: (table: (typeof tables)[number]) => number): number => tables.reduce((n, t) => n + of(t), 0)
    return {
      datid: oid,
      numbackends: sessions,
      xact_commit: counters.commits,
      xact_rollback: counters.rollbacks,
      deadlocks: counters.deadlocks,
      sessions: counters.sessions,
      temp_files: counters.temporaryFiles,
      temp_bytes: counters.temporaryBytes,
      tup_returned: sum((t) => t.counters.sequentialRows + t.indexes.reduce((n, { counters: c }) => n + c.read, 0)),
      tup_fetched: sum((t) => t.indexes.reduce((n, { counters: c }) => n + c.fetched, 0)),
      tup_inserted: sum((t) => t.counters.inserted),
      tup_updated: sum((t) => t.counters.updated),
      tup_deleted: sum((t) => t.counters.deleted),
    }
  })
}

const storedIn = (storage: SessionCore['parts']['storage'], { storageId }: RelationObject) => {
  const store = storageId === 0 ? null : storage.findStore(storageId)
  return store === null ? [] : [store]
}

/** What ANALYZE found of each table: its oid, rows and pages. */
export const analyzedRows = (core: SessionCore): Row[] =>
  Array.from(core.database.statistics.all(), ({ table, rows, pages }) => ({ table, rows, pages }))
