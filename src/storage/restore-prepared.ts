/**
 * What a start does with prepared transactions: their row versions, segments, index entries and sequences come back as
 * those of a transaction in progress. Tables that they created must have their stores by then; indexes are opened
 * between the two steps.
 */
import { damageOf, intact } from './damage.ts'
import { decodeRunManifest, type RunManifest } from './index/index-run.ts'
import type { KeyValueStore } from './kv/key-value-store.ts'
import { parseIdKey, parseIndexKey, parseRowKey, parseSegmentKey, prefixRange } from './kv/keys.ts'
import { decodePrepared, type PreparedRecord } from './prepared-record.ts'
import { decodeRow } from './row-codec.ts'
import { decodeManifest } from './segments/segment-file.ts'
import type { Storage } from './storage.ts'
import type { Writer } from './transaction-state.ts'

/** Reads the records of all prepared transactions; `damaged` is told of those that cannot be read. */
export const readPrepared = async (
  log: KeyValueStore,
  damaged: (xid: number, cause: unknown) => void,
): Promise<PreparedRecord[]> => {
  const records: PreparedRecord[] = []
  for await (const chunk of log.range(...prefixRange('p'))) {
    for (const [key, value] of chunk) {
      try {
        records.push(decodePrepared(intact(value)))
      } catch (error) {
        damaged(parseIdKey(key), error)
      }
    }
  }
  return records
}

/** The damage of a prepared transaction's record. */
export const preparedDamage = (xid: number, cause: unknown) => damageOf(`prepared transaction ${xid}`, '', 0, cause)

/** Letter that a key begins with. */
const kindOf = (key: Uint8Array): string => String.fromCharCode(key[0] as number)

/** The files that a prepared transaction's commit will name, with their sizes. */
export const filesOf = ({ writes }: PreparedRecord): { readonly file: string; readonly bytes: number }[] =>
  writes.keys.flatMap((key, i): readonly { readonly file: string; readonly bytes: number }[] => {
    const value = writes.values[i] as Uint8Array | null
    if (value === null) return []
    if (kindOf(key) === 's') return [decodeManifest(value, 'a segment')]
    return kindOf(key) === 'i' && parseIndexKey(key).file !== null ? [decodeRunManifest(value, 'a run')] : []
  })

type Restore = (storage: Storage, writer: Writer, key: Uint8Array, value: Uint8Array | null) => void

const restoreSegment: Restore = (storage, writer, key, value) => {
  const { storageId, slot } = parseSegmentKey(key)
  const store = storage.findStore(storageId)
  if (store === null || value === null) return
  const manifest = decodeManifest(value, `segment ${slot} of table storage ${storageId}`)
  store.restoreLoad(writer, slot, storage.files.open(manifest, store.columns))
}

/** An index that the transaction filled is complete with the runs that are to be added. */
const restoreMark: Restore = (storage, _writer, key, value) => {
  const { storageId, index, file } = parseIndexKey(key)
  const recovered = storage.findStore(storageId)?.recoveredIndexes
  if (file === null && value !== null && recovered?.has(index) === false) recovered.set(index, [])
}

const restoreRow: Restore = (storage, writer, key, value) => {
  const { storageId, rowid } = parseRowKey(key)
  const store = storage.findStore(storageId)
  if (store !== null && value !== null) store.restoreChange(writer, rowid, decodeRow(value, store.columns))
}

const restoreSequence: Restore = ({ sequences }, writer, key, value) =>
  sequences.restore(writer, parseIdKey(key), value)

/** In this order: segments lie under rows. */
const STEPS: readonly (readonly [kind: string, restore: Restore])[] = [
  ['s', restoreSegment],
  ['i', restoreMark],
  ['r', restoreRow],
  ['q', restoreSequence],
]

/** First step: everything but the entries of indexes. */
export const restoreWrites = (storage: Storage, writer: Writer, { writes }: PreparedRecord): void => {
  for (const [kind, restore] of STEPS) {
    writes.keys.forEach((key, i) => {
      if (kindOf(key) === kind) restore(storage, writer, key, writes.values[i] as Uint8Array | null)
    })
  }
}

/** Second step: index entries that were loaded, or with which an index is to be rebuilt. */
export const restoreEntries = (storage: Storage, writer: Writer, { writes }: PreparedRecord): void => {
  const written = new Map<string, { key: Uint8Array; runs: RunManifest[]; replaced: Set<string> }>()
  writes.keys.forEach((key, i) => {
    if (kindOf(key) !== 'i') return
    const { storageId, index, file } = parseIndexKey(key)
    if (file === null) return
    const name = `${storageId}/${index}`
    const of = written.get(name) ?? { key, runs: [], replaced: new Set() }
    written.set(name, of)
    const value = writes.values[i] as Uint8Array | null
    if (value === null) of.replaced.add(file)
    else of.runs.push(decodeRunManifest(value, `a run of index ${index} of table storage ${storageId}`))
  })
  for (const { key, runs, replaced } of written.values()) {
    const { storageId, index: id } = parseIndexKey(key)
    const store = storage.findStore(storageId)
    const index = store?.indexes.find(({ definition }) => definition.id === id)
    if (index === undefined) continue
    const opened = runs.map((manifest) => storage.files.openRun(manifest, index.definition.parts))
    index.restoreRuns(writer, opened, replaced)
  }
}
