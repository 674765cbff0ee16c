/** Whether what a storage has on disk can still be read: segment files by their checksums, records one by one. */
import { SqlError } from '../errors/sql-error.ts'
import { SQL_STATE } from '../errors/sql-state.ts'
import { type Damage, damageOf, intact } from './damage.ts'
import { FileRun } from './index/index-run.ts'
import type { OrderedIndex } from './index/ordered-index.ts'
import { parseIdKey, parseRowKey, parseSegmentKey, prefixRange, rowRange } from './kv/keys.ts'
import type { KeyValue, KeyValueStore } from './kv/key-value-store.ts'
import { decodePrepared } from './prepared-record.ts'
import { filesOf } from './restore-prepared.ts'
import { decodeRow } from './row-codec.ts'
import { decodeManifest, FileSegment } from './segments/segment-file.ts'
import type { Storage } from './storage.ts'
import type { TableStore } from './table/table-store.ts'

/** Lets others run; awaited between small steps. */
export type Rest = () => Promise<void> | null

/** A file of a table that cannot be read. */
export interface DamagedFile {
  readonly file: string
  readonly error: SqlError
}

/** Reads every column of a table's segments. */
export async function* damagedSegments(store: TableStore, rest: Rest): AsyncGenerator<DamagedFile> {
  for (let i = 0; i < store.slots.length; i++) {
    const base = store.slots[i]?.base
    if (!(base instanceof FileSegment)) continue
    try {
      for (const _ of base.verify()) await rest()
    } catch (error) {
      if (!isCorruption(error)) throw error
      // A merge may have put another segment in its place meanwhile.
      if (store.slots[i]?.base === base && !store.dropped) yield { file: base.manifest.file, error }
    }
  }
}

/** Reads the files of an index's entries. */
export async function* damagedRuns(index: OrderedIndex, rest: Rest): AsyncGenerator<DamagedFile> {
  for (const run of index.runs) {
    if (!(run instanceof FileRun)) continue
    try {
      for (const _ of run.verify()) await rest()
    } catch (error) {
      if (!isCorruption(error)) throw error
      // Runs are merged into others meanwhile.
      if (index.runs.includes(run) && !index.disposed) yield { file: run.manifest.file, error }
    }
  }
}

/** Whether an error says that stored data is damaged. */
export const isCorruption = (error: unknown): error is SqlError =>
  error instanceof SqlError && (error.code === SQL_STATE.data_corrupted || error.code === SQL_STATE.index_corrupted)

/** What is wrong with a record, if anything. */
type RecordCheck = (storage: Storage, key: Uint8Array, value: Uint8Array | null) => Damage | null

const checkRow: RecordCheck = (storage, key, value) => {
  const { storageId, rowid } = parseRowKey(key)
  const store = storage.findStore(storageId)
  // Records of a table that is being dropped.
  if (store === null) return null
  return failing(`row ${rowid}`, 'table storage', storageId, () => decodeRow(intact(value), store.columns))
}

const checkManifest: RecordCheck = (_storage, key, value) => {
  const { storageId, slot } = parseSegmentKey(key)
  return failing(`manifest of segment ${slot}`, 'table storage', storageId, () => decodeManifest(intact(value), ''))
}

const checkSequence: RecordCheck = (_storage, key, value) =>
  failing('the state', 'sequence', parseIdKey(key), () => decodeRow(intact(value), []))

const checkPrepared: RecordCheck = (_storage, key, value) =>
  failing(`prepared transaction ${parseIdKey(key)}`, '', 0, () => filesOf(decodePrepared(intact(value))))

const failing = (record: string, owner: string, storageId: number, read: () => unknown): Damage | null => {
  try {
    read()
    return null
  } catch (error) {
    return damageOf(record, owner, storageId, error)
  }
}

const RECORDS: readonly (readonly [range: readonly [Uint8Array, Uint8Array], check: RecordCheck])[] = [
  [prefixRange('s'), checkManifest],
  [rowRange(null), checkRow],
  [prefixRange('q'), checkSequence],
  [prefixRange('p'), checkPrepared],
]

/** Reads every record again; answers those that cannot be understood. Throws XX001 when LevelDB itself is damaged. */
export async function* damagedRecords(storage: Storage, rest: Rest): AsyncGenerator<Damage> {
  if (storage.log === null) return
  for (const [range, check] of RECORDS) {
    for await (const [key, value] of entries(storage.log, range, rest)) {
      const damage = check(storage, key, value)
      if (damage !== null) yield damage
    }
  }
}

async function* entries(
  log: KeyValueStore,
  [from, to]: readonly [Uint8Array, Uint8Array],
  rest: Rest,
): AsyncGenerator<KeyValue> {
  for await (const chunk of log.range(from, to)) {
    for (const [i, entry] of chunk.entries()) {
      if (i % 64 === 63) await rest()
      yield entry
    }
  }
}
