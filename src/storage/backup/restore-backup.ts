/** Making a data directory of a backup: everything is verified before anything is written. */
import { copyFile, mkdir, open, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { dataCorrupted, writeFailed } from '../../errors/raise/storage.ts'
import { type BackupManifest, readManifest } from './backup-manifest.ts'
import { makeEmptyDirectory, syncDirectory } from '../durable-files.ts'
import type { BackupSummary } from './write-backup.ts'

/** Throws 55000 when `source` is no complete backup, XX001 when a file is damaged, 58P02 when `target` is not empty. */
export const restoreBackup = async (source: string, target: string): Promise<BackupSummary> => {
  const manifest = await readManifest(source)
  await verifyFiles(source, manifest)
  await makeEmptyDirectory(target)
  const directories = new Set([target])
  for (const { path } of manifest.files) {
    const to = join(target, path)
    try {
      await mkdir(dirname(to), { recursive: true })
      await copyFile(join(source, path), to)
      const file = await open(to, 'r+')
      await file.sync().finally(() => file.close())
    } catch (error) {
      throw writeFailed(to, error)
    }
    for (let directory = dirname(to); directory !== target; directory = dirname(directory)) directories.add(directory)
  }
  for (const directory of directories) await syncDirectory(directory)
  return { files: manifest.files.length, bytes: manifest.files.reduce((sum, file) => sum + file.bytes, 0) }
}

const verifyFiles = async (source: string, { files }: BackupManifest): Promise<void> => {
  for (const { path, bytes, checksum } of files) {
    const name = join(source, path)
    let content: Uint8Array
    try {
      content = await readFile(name)
    } catch (error) {
      throw dataCorrupted(`"${name}"`, (error as Error).message)
    }
    if (content.length !== bytes)
      throw dataCorrupted(`"${name}"`, `It has ${content.length} bytes instead of ${bytes}.`)
    if (crc32(content) !== checksum) throw dataCorrupted(`"${name}"`, 'Its checksum does not match.')
  }
}
