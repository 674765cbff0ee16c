/**
 * The part of a start that needs no more than LevelDB. It verifies the files and sets LevelDB to work, which after a crash
 * takes as long as reading what had changed lately; meanwhile the rest of the server can be loaded.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFailed } from '../errors/raise/storage.ts'
import { LevelStore } from './kv/level-store.ts'

export interface OpeningRecords {
  readonly directory: string
  /** The uppermost directory that had to be made, if any. */
  readonly made: string | undefined
  /** Rejects with what `openStorage` throws. */
  readonly records: Promise<LevelStore>
}

/** Where a data directory has what a storage keeps. */
export const storageDirectory = (dataDirectory: string): string => join(dataDirectory, 'base')

/** Begins to open the records of a storage's directory, or to create them. Throws what `openStorage` throws. */
export const beginOpening = async (directory: string): Promise<OpeningRecords> => {
  let made: string | undefined
  try {
    made = await mkdir(directory, { recursive: true })
  } catch (error) {
    throw writeFailed(directory, error)
  }
  const { opened } = await LevelStore.begin(join(directory, 'records'))
  // Who waits for the records hears of it.
  opened.catch(() => {})
  return { directory, made, records: opened }
}
