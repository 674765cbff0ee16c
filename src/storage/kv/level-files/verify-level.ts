/**
 * Verifies the files that LevelDB is about to open. LevelDB itself checks little: a flipped bit in a key may make a
 * record disappear, and damage in the middle of a log is passed over in silence.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dataCorrupted } from '../../../errors/raise/storage.ts'
import { pause } from '../../pace.ts'
import { readLog } from './log-file.ts'
import { tableDamage } from './table-file.ts'
import { VarintReader } from './varint.ts'

/** Fields of a version edit in LevelDB's manifest. */
const EDIT = {
  comparator: 1,
  logNumber: 2,
  nextFile: 3,
  lastSequence: 4,
  compactPointer: 5,
  deletedFile: 6,
  newFile: 7,
  previousLog: 9,
} as const

/** Milliseconds that are spent at a stretch. */
const SLICE = 8

/** Throws XX001, naming the file, when one that is in use is not as it was written. Does nothing in a new directory. */
export const verifyLevelFiles = async (directory: string): Promise<void> => {
  const names = await readdir(directory).catch((): string[] => [])
  if (!names.includes('CURRENT')) return
  const manifestName = (await readFile(join(directory, 'CURRENT'), 'utf8')).trim()
  // What is wrong with CURRENT itself LevelDB says.
  if (!names.includes(manifestName)) return
  const edits = await intactLog(directory, manifestName)
  const { tables, firstLog } = liveFiles(directory, manifestName, edits)
  for (const name of names) {
    const [, number, kind] = /^(\d+)\.(log|ldb|sst)$/.exec(name) ?? []
    if (kind === 'log' && Number(number) >= firstLog) await intactLog(directory, name)
    else if (kind !== undefined && tables.has(Number(number))) await intactTable(directory, name)
  }
}

/** Null where there is no such file any more: another server has the directory open, as LevelDB will say. */
const readIfThere = async (path: string): Promise<Buffer | null> => {
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw dataCorrupted(`"${path}"`, (error as Error).message)
  }
}

/** The records of a log, in parts. */
const intactLog = async (directory: string, name: string): Promise<(readonly Buffer[])[]> => {
  const path = join(directory, name)
  const { records, damagedAt } = readLog((await readIfThere(path)) ?? Buffer.alloc(0))
  if (damagedAt !== null) throw dataCorrupted(`"${path}"`, `It is damaged at byte ${damagedAt}.`)
  return records
}

const intactTable = async (directory: string, name: string): Promise<void> => {
  const path = join(directory, name)
  const file = await readIfThere(path)
  if (file === null) return
  const checking = tableDamage(file)
  for (let sliceEnd = performance.now() + SLICE; ; ) {
    const step = checking.next()
    if (step.done === true) {
      if (step.value !== null) throw dataCorrupted(`"${path}"`, step.value)
      return
    }
    if (performance.now() < sliceEnd) continue
    await pause()
    sliceEnd = performance.now() + SLICE
  }
}

/** The tables in use, and the first log whose content is in none of them. */
const liveFiles = (directory: string, name: string, edits: readonly (readonly Buffer[])[]) => {
  const tables = new Set<number>()
  let firstLog = 0
  try {
    for (const edit of edits) {
      const reader = new VarintReader(Buffer.concat(edit))
      while (!reader.isAtEnd) {
        switch (reader.int()) {
          case EDIT.comparator:
            reader.bytes()
            break
          case EDIT.logNumber:
            firstLog = reader.int()
            break
          case EDIT.nextFile:
          case EDIT.lastSequence:
          case EDIT.previousLog:
            reader.int()
            break
          case EDIT.compactPointer:
            reader.int()
            reader.bytes()
            break
          case EDIT.deletedFile:
            reader.int()
            tables.delete(reader.int())
            break
          case EDIT.newFile:
            reader.int()
            tables.add(reader.int())
            reader.int()
            reader.bytes()
            reader.bytes()
            break
          default:
            throw new Error('It has a field of an unknown kind.')
        }
      }
    }
  } catch (error) {
    throw dataCorrupted(`"${join(directory, name)}"`, (error as Error).message)
  }
  return { tables, firstLog }
}
