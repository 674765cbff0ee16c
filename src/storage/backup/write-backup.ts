/**
 * A backup of a running server: the records as of one moment (an iterator of the key-value store sees a snapshot), and
 * the files that they name, which are not removed while the backup runs. Nobody waits for it.
 */
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { backupFailed, dataCorrupted, writesStopped } from '../../errors/raise/storage.ts'
import { decodeRunManifest } from '../index/index-run.ts'
import { type KeyValueStore, WriteBatch } from '../kv/key-value-store.ts'
import { parseIndexKey } from '../kv/keys.ts'
import { LevelStore } from '../kv/level-store.ts'
import { pause } from '../pace.ts'
import { decodePrepared } from '../prepared-record.ts'
import { filesOf } from '../restore-prepared.ts'
import { decodeManifest } from '../segments/segment-file.ts'
import type { Storage } from '../storage.ts'
import { type BackupFile, writeManifest } from './backup-manifest.ts'
import { makeEmptyDirectory, syncDirectory, writeDurably } from '../durable-files.ts'

/** Bytes of a file that are copied at once. */
const CHUNK = 256 * 1024
/** Every key lies in this range. */
const ALL_KEYS = [Buffer.from([0]), Buffer.from([0xff])] as const
/** Files of LevelDB that are none of the data. */
const LEVEL_NOISE: ReadonlySet<string> = new Set(['LOCK', 'LOG', 'LOG.old'])

/** Where a data directory, and a backup, keep the storage. */
const BASE = 'base'

export interface BackupSummary {
  readonly files: number
  readonly bytes: number
}

/** Throws 55000 for a volatile storage, 58P02 when `target` is not empty, XX001 when something is damaged. */
export const writeBackup = async (storage: Storage, target: string): Promise<BackupSummary> => {
  const { log } = storage
  if (log === null) throw backupFailed('a server that keeps everything in memory cannot be backed up')
  if (log.failure !== null) throw writesStopped(log.failure.message)
  await makeEmptyDirectory(target)
  const records = join(target, BASE, 'records')
  const segments = join(target, BASE, 'segments')
  await mkdir(records, { recursive: true })
  await mkdir(segments)
  const release = await storage.holdFiles()
  try {
    const named = await copyRecords(log, records)
    const files: BackupFile[] = []
    for (const [name, bytes] of named) files.push(await copyFile(storage, name, bytes, segments))
    for (const name of await readdir(records)) {
      if (LEVEL_NOISE.has(name)) continue
      const content = await readFile(join(records, name))
      files.push({ path: `${BASE}/records/${name}`, bytes: content.length, checksum: crc32(content) })
    }
    for (const directory of [records, segments, join(target, BASE)]) await syncDirectory(directory)
    await writeManifest(target, files)
    return { files: files.length, bytes: files.reduce((sum, file) => sum + file.bytes, 0) }
  } finally {
    release()
  }
}

/** Copies every record; answers the files that they name, with their sizes. */
const copyRecords = async (log: KeyValueStore, directory: string): Promise<Map<string, number>> => {
  const named = new Map<string, number>()
  const copy = await LevelStore.open(directory)
  try {
    for await (const chunk of log.range(...ALL_KEYS)) {
      const batch = new WriteBatch()
      for (const [key, value] of chunk) {
        if (value === null) {
          throw dataCorrupted(`record "${Buffer.from(key).toString('latin1')}"`, 'Its checksum does not match.')
        }
        batch.put(key, value)
        for (const { file, bytes } of filesNamedBy(key, value)) named.set(file, bytes)
      }
      await copy.write(batch)
    }
  } finally {
    await copy.close()
  }
  return named
}

/** The files that a record names. */
const filesNamedBy = (key: Uint8Array, value: Uint8Array): { readonly file: string; readonly bytes: number }[] => {
  switch (String.fromCharCode(key[0] as number)) {
    case 's':
      return [decodeManifest(value, 'a segment')]
    case 'i':
      return parseIndexKey(key).file === null ? [] : [decodeRunManifest(value, 'a run')]
    case 'p':
      return filesOf(decodePrepared(value))
    default:
      return []
  }
}

const copyFile = async (storage: Storage, name: string, bytes: number, directory: string): Promise<BackupFile> => {
  let checksum = 0
  async function* content(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes; at += CHUNK) {
      const chunk = storage.files.read(name, at, Math.min(CHUNK, bytes - at))
      checksum = crc32(chunk, checksum)
      yield chunk
      await pause()
    }
  }
  await writeDurably(join(directory, name), content())
  return { path: `${BASE}/segments/${name}`, bytes, checksum }
}
