/** Files outside of the data directory that must be on stable storage, and the directories for them. */
import { mkdir, open, readdir, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { directoryNotEmpty, writeFailed } from '../../errors/raise/storage.ts'

/** Makes a directory that must be empty or not there yet. Throws 58P02, 53100, 58030, 25006. */
export const makeEmptyDirectory = async (directory: string): Promise<void> => {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    if ((await readdir(directory)).length === 0) return
  } catch (error) {
    throw writeFailed(directory, error)
  }
  throw directoryNotEmpty(directory)
}

/** A file under a temporary name until all of it is written. */
export const writeDurably = async (path: string, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> => {
  try {
    const file = await open(`${path}.tmp`, 'wx', 0o600)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(`${path}.tmp`, path)
    await syncDirectory(dirname(path))
  } catch (error) {
    throw writeFailed(path, error)
  }
}

export const syncDirectory = async (path: string): Promise<void> => {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
