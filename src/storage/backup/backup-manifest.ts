/**
 * The last file of a backup: which files belong to it, with their sizes and checksums. A directory without it is no
 * backup, however much is in it.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { backupFailed, dataCorrupted } from '../../errors/raise/storage.ts'
import { writeDurably } from '../durable-files.ts'

const MANIFEST_NAME = 'backup.json'

/** Version of the manifest's form. */
const MANIFEST_VERSION = 1

export interface BackupFile {
  /** Relative to the backup, with `/`. */
  readonly path: string
  readonly bytes: number
  /** CRC-32 of the content. */
  readonly checksum: number
}

export interface BackupManifest {
  readonly version: number
  /** When the backup was complete, in ISO form. */
  readonly completed: string
  readonly files: readonly BackupFile[]
}

/** Two lines: the manifest as JSON, and the CRC-32 of that line. */
export const writeManifest = (directory: string, files: readonly BackupFile[]): Promise<void> => {
  const manifest: BackupManifest = { version: MANIFEST_VERSION, completed: new Date().toISOString(), files }
  const text = JSON.stringify(manifest)
  return writeDurably(join(directory, MANIFEST_NAME), Buffer.from(`${text}\n${crc32(text)}\n`))
}

/** Throws 55000 where there is no complete backup, XX001 when its manifest is damaged. */
export const readManifest = async (directory: string): Promise<BackupManifest> => {
  let content: string
  try {
    content = await readFile(join(directory, MANIFEST_NAME), 'utf8')
  } catch (error) {
    const detail = (error as NodeJS.ErrnoException).code === 'ENOENT' ? `It has no ${MANIFEST_NAME}.` : String(error)
    throw backupFailed(`"${directory}" is not a complete backup`, detail)
  }
  const [text = '', checksum = ''] = content.split('\n')
  if (String(crc32(text)) !== checksum)
    throw dataCorrupted(`"${join(directory, MANIFEST_NAME)}"`, 'Its checksum does not match.')
  const manifest = JSON.parse(text) as BackupManifest
  if (manifest.version !== MANIFEST_VERSION) {
    throw backupFailed(`"${directory}" was written by another version`, `Its version is ${manifest.version}.`)
  }
  return manifest
}
