/**
 * What a storage reads when it is opened: which tables there are, their segments' manifests, their overlay rows. There
 * is nothing to undo, because nothing uncommitted was ever written.
 */
import { dataCorrupted, incompatibleFormat } from '../errors/raise/storage.ts'
import type { SqlError } from '../errors/sql-error.ts'
import { type Damage, damageOf, intact, WRONG_CHECKSUM } from './damage.ts'
import { decodeRunManifest, type RunManifest } from './index/index-run.ts'
import { type KeyValue, type KeyValueStore, WriteBatch } from './kv/key-value-store.ts'
import {
  FORMAT_KEY,
  parseIdKey,
  parseIndexKey,
  parseSegmentKey,
  prefixRange,
  rowidOf,
  rowRange,
  storageOfRow,
  textKey,
  XID_KEY,
} from './kv/keys.ts'
import { storedRowBytes } from './row-codec.ts'
import { DamagedSegment } from './segments/damaged-segment.ts'
import { decodeManifest } from './segments/segment-file.ts'
import type { SegmentFiles } from './segments/segment-files.ts'
import { damagedVersion, RowVersion } from './table/row-version.ts'
import { StoredRow, StoredRows } from './table/stored-rows.ts'
import type { TableStore } from './table/table-store.ts'

/** Version of everything on disk; raised when older servers could not read what this one writes. */
const FORMAT_VERSION = 3
/** The oldest version of which everything on disk is still read. */
const OLDEST_VERSION = 2

const readText = async (log: KeyValueStore, key: string, what: string): Promise<string | null> => {
  for await (const chunk of log.range(textKey(key), textKey(`${key}\0`))) {
    for (const [, value] of chunk) {
      if (value === null) throw dataCorrupted(what, WRONG_CHECKSUM)
      return Buffer.from(value).toString('utf8')
    }
  }
  return null
}

/**
 * Checks the format version and writes this server's. Throws 55000 when the storage's is newer, or too old to be read.
 */
export const checkFormat = async (log: KeyValueStore, directory: string): Promise<void> => {
  const found = await readText(log, FORMAT_KEY, `the format version of "${directory}"`)
  const version = Number(found ?? FORMAT_VERSION)
  if (!(version >= OLDEST_VERSION && version <= FORMAT_VERSION)) {
    throw incompatibleFormat(directory, version, FORMAT_VERSION)
  }
  if (Number(found) === FORMAT_VERSION) return
  const batch = new WriteBatch()
  batch.put(textKey(FORMAT_KEY), textKey(String(FORMAT_VERSION)))
  await log.write(batch, true)
}

/** The first transaction id that no earlier run can have used, or null in a new storage. */
export const recoverXid = async (log: KeyValueStore): Promise<number | null> => {
  const limit = await readText(log, XID_KEY, 'the transaction counter')
  return limit === null ? null : Number(limit)
}

/** Ids of the tables' storages that committed transactions created. */
export const recoverStoreIds = async (log: KeyValueStore): Promise<Set<number>> => {
  const ids = new Set<number>()
  for await (const chunk of log.range(...prefixRange('t'))) for (const [key] of chunk) ids.add(parseIdKey(key))
  return ids
}

/** What `recoverTables` met. */
interface RecoveredTables {
  /** Names of the files in use. */
  readonly files: Set<string>
  /** Storages that have records but no store: dropped just before the server stopped. */
  readonly orphans: Set<number>
}

/** Told of a record that cannot be read; answers the error for those who need it. */
type Report = (record: string, storageId: number, cause: unknown) => SqlError

/** Reads manifests and rows into empty stores. `reportDamage` may be called later too, when a row is first looked at. */
export const recoverTables = async (
  log: KeyValueStore,
  stores: ReadonlyMap<number, TableStore>,
  files: SegmentFiles,
  reportDamage: (damage: Damage) => void,
): Promise<RecoveredTables> => {
  const named = new Set<string>()
  const orphans = new Set<number>()
  const report: Report = (record, storageId, cause) => {
    const damage = damageOf(record, 'table storage', storageId, cause)
    reportDamage(damage)
    return damage.error
  }
  for await (const chunk of log.range(...prefixRange('s'))) {
    for (const [key, value] of chunk) {
      const { storageId, slot } = parseSegmentKey(key)
      const store = stores.get(storageId)
      if (store === undefined) {
        orphans.add(storageId)
        continue
      }
      try {
        const manifest = decodeManifest(intact(value), `segment ${slot} of table storage ${storageId}`)
        named.add(manifest.file)
        store.restoreSegment(slot, files.open(manifest, store.columns))
      } catch (error) {
        store.restoreSegment(slot, new DamagedSegment(report(`manifest of segment ${slot}`, storageId, error)))
      }
    }
  }
  await recoverIndexes(log, stores, named, orphans, report)
  for await (const chunk of log.range(...rowRange(null))) recoverRows(chunk, stores, orphans, report)
  for (const store of stores.values()) store.resume()
  return { files: named, orphans }
}

/** Verifies rows, which come in the order of their tables, and keeps their bytes for whoever looks at them first. */
const recoverRows = (
  chunk: readonly KeyValue[],
  stores: ReadonlyMap<number, TableStore>,
  orphans: Set<number>,
  report: Report,
): void => {
  // One array for all, because each of those that were read is an object outside the heap.
  const bytes = Buffer.allocUnsafeSlow(chunk.reduce((sum, [, value]) => sum + (value?.length ?? 0), 0))
  let end = 0
  let current: { readonly store: TableStore; readonly rows: StoredRows } | null = null
  for (const [key, value] of chunk) {
    const storageId = storageOfRow(key)
    if (current?.store.storageId !== storageId) {
      const store = stores.get(storageId)
      if (store === undefined) {
        orphans.add(storageId)
        continue
      }
      const damage = (rowid: number, cause: unknown): SqlError => report(`row ${rowid}`, storageId, cause)
      current = { store, rows: new StoredRows(bytes, store.columns, damage) }
    }
    const { store, rows } = current
    const rowid = rowidOf(key)
    try {
      const content = intact(value)
      if (content.length === 0) store.restoreRow(rowid, null)
      else {
        const from = end
        bytes.set(content, from)
        end += content.length
        const size = storedRowBytes(bytes, from, end)
        store.restoreRow(rowid, RowVersion.unread(new StoredRow(rows, rowid, from, end), size))
      }
    } catch (error) {
      store.restoreRow(rowid, damagedVersion(report(`row ${rowid}`, storageId, error)), true)
    }
  }
}

/** Reads which indexes are complete, and their runs. */
const recoverIndexes = async (
  log: KeyValueStore,
  stores: ReadonlyMap<number, TableStore>,
  named: Set<string>,
  orphans: Set<number>,
  report: Report,
): Promise<void> => {
  // An index's own record comes before those of its runs.
  for await (const chunk of log.range(...prefixRange('i'))) {
    for (const [key, value] of chunk) {
      const { storageId, index, file } = parseIndexKey(key)
      const store = stores.get(storageId)
      if (store === undefined) {
        orphans.add(storageId)
        continue
      }
      if (file === null) store.recoveredIndexes.set(index, [])
      else {
        named.add(file)
        const runs: RunManifest[] | undefined = store.recoveredIndexes.get(index)
        try {
          runs?.push(decodeRunManifest(intact(value), `a run of index ${index} of table storage ${storageId}`))
        } catch (error) {
          // Without all of its runs the index is built from the table.
          store.recoveredIndexes.delete(index)
          report(`run "${file}" of index ${index}`, storageId, error)
        }
      }
    }
  }
}
