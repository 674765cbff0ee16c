/** Where segment files are: put, read and delete of immutable named files. */
import { closeSync, openSync, readSync } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { segmentCorrupted, syncFailed, writeFailed, writesStopped } from '../../errors/raise/storage.ts'
import { SqlError } from '../../errors/sql-error.ts'
import { SQL_STATE } from '../../errors/sql-state.ts'
import type { KeyValueStore } from '../kv/key-value-store.ts'

export interface SegmentStore {
  /** Writes a file; when the promise resolves it is on stable storage under its name. Throws 53100, 58030, 25006. */
  put(name: string, bytes: Uint8Array): Promise<void>
  /** Some bytes of a file, in a buffer of their own. Throws XX001 when they cannot be read. */
  read(name: string, offset: number, length: number): Uint8Array
  /** Removes a file; nothing happens when there is none. */
  delete(name: string): Promise<void>
  list(): Promise<string[]>
  /** Lets go of what reading keeps open. */
  close(): void
}

/**
 * The files of a server: when it is not certain any more what is on stable storage, no write is acknowledged from then
 * on. A full disk is only the writer's misfortune.
 */
export const stoppingAtFailure = (files: SegmentStore, log: KeyValueStore): SegmentStore => ({
  put: async (name, bytes) => {
    if (log.failure !== null) throw writesStopped(log.failure.message)
    try {
      await files.put(name, bytes)
    } catch (error) {
      if (error instanceof SqlError && error.code === SQL_STATE.io_error) log.stop(error)
      throw error
    }
  },
  read: (name, offset, length) => files.read(name, offset, length),
  delete: (name) => files.delete(name),
  list: () => files.list(),
  close: () => files.close(),
})

/** Files that are kept open for reading. */
const OPEN_FILES = 256

/** Files in a directory. */
export class DirectorySegmentStore implements SegmentStore {
  readonly #directory: string
  /** Descriptors by name, the one used longest ago first. */
  readonly #open = new Map<string, number>()

  private constructor(directory: string) {
    this.#directory = directory
  }

  static async open(directory: string): Promise<DirectorySegmentStore> {
    await mkdir(directory, { recursive: true })
    return new DirectorySegmentStore(directory)
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const path = join(this.#directory, name)
    try {
      const file = await open(`${path}.tmp`, 'w')
      try {
        let written = 0
        while (written < bytes.length) written += (await file.write(bytes, written)).bytesWritten
        await file.sync().catch((error: unknown) => {
          throw syncFailed(path, error)
        })
      } finally {
        await file.close()
      }
      await rename(`${path}.tmp`, path)
      const directory = await open(this.#directory, 'r')
      try {
        await directory.sync()
      } catch (error) {
        throw syncFailed(this.#directory, error)
      } finally {
        await directory.close()
      }
    } catch (error) {
      await rm(`${path}.tmp`, { force: true }).catch(() => {})
      throw error instanceof SqlError ? error : writeFailed(path, error)
    }
  }

  read(name: string, offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    const file = this.#descriptor(name)
    let done = 0
    while (done < length) {
      const read = readSync(file, bytes, done, length - done, offset + done)
      if (read === 0) throw segmentCorrupted(join(this.#directory, name), `It ends before byte ${offset + length}.`)
      done += read
    }
    return bytes
  }

  #descriptor(name: string): number {
    let file = this.#open.get(name)
    if (file === undefined) {
      const path = join(this.#directory, name)
      try {
        file = openSync(path, 'r')
      } catch (error) {
        throw segmentCorrupted(path, `It cannot be opened: ${(error as Error).message}`)
      }
      const [oldest] = this.#open.keys()
      if (this.#open.size === OPEN_FILES && oldest !== undefined) this.#shut(oldest)
    } else this.#open.delete(name)
    this.#open.set(name, file)
    return file
  }

  #shut(name: string): void {
    const file = this.#open.get(name)
    if (file === undefined) return
    this.#open.delete(name)
    closeSync(file)
  }

  close(): void {
    for (const file of this.#open.values()) closeSync(file)
    this.#open.clear()
  }

  async delete(name: string): Promise<void> {
    this.#shut(name)
    await rm(join(this.#directory, name), { force: true })
  }

  async list(): Promise<string[]> {
    return readdir(this.#directory)
  }
}

/** Files in memory. */
export class MemorySegmentStore implements SegmentStore {
  readonly files = new Map<string, Uint8Array>()

  async put(name: string, bytes: Uint8Array): Promise<void> {
    this.files.set(name, new Uint8Array(bytes))
  }

  read(name: string, offset: number, length: number): Uint8Array {
    const file = this.files.get(name)
    if (file === undefined) throw segmentCorrupted(name, 'It does not exist.')
    if (file.length < offset + length) throw segmentCorrupted(name, `It ends before byte ${offset + length}.`)
    return file.slice(offset, offset + length)
  }

  async delete(name: string): Promise<void> {
    this.files.delete(name)
  }

  async list(): Promise<string[]> {
    return [...this.files.keys()]
  }

  close(): void {}
}
