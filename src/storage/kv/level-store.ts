/**
 * The key-value contract on LevelDB. Group commit: batches that arrive while one is being written share the next write,
 * and so the next fsync. Every write is synced, also where nobody waits for it: LevelDB does not sync a log that it
 * leaves for a new one, so an unsynced batch could be lost where a later, synced one is not.
 */
import { ClassicLevel } from 'classic-level'
import { dataCorrupted, lockFileExists, writeFailed, writesStopped } from '../../errors/raise/storage.ts'
import type { SqlError } from '../../errors/sql-error.ts'
import { pause } from '../pace.ts'
import { type KeyValue, type KeyValueStore, WriteBatch } from './key-value-store.ts'
import { verifyLevelFiles } from './level-files/verify-level.ts'
import { sealed, unsealed } from './record-seal.ts'

interface Waiting {
  readonly batch: WriteBatch
  resolve(): void
  reject(error: unknown): void
}

/** Writes handed to LevelDB between two pauses, and entries read at once, with the bytes that these may have. */
const SLICE = 4000
const SLICE_BYTES = 1024 * 1024
/** Writes after which a group is closed. */
const GROUP_WRITES = 50_000

/** A key that is never there: its removal is a write that changes nothing. */
const SYNC_KEY = Buffer.from('y')

export class LevelStore implements KeyValueStore {
  readonly #db: ClassicLevel<Buffer, Buffer>
  #waiting: Waiting[] = []
  #flushing: Promise<void> | null = null
  failure: SqlError | null = null
  onFailure: ((error: SqlError) => void) | null = null

  private constructor(db: ClassicLevel<Buffer, Buffer>) {
    this.#db = db
  }

  /** Opens or creates. Throws F0001 when another server has it open, XX001 when it is damaged. */
  static async open(directory: string): Promise<LevelStore> {
    const { opened } = await LevelStore.begin(directory)
    return opened
  }

  /** The same, but when this resolves LevelDB only has begun, in a thread of its own. Throws XX001. */
  static async begin(directory: string): Promise<{ readonly opened: Promise<LevelStore> }> {
    await verifyLevelFiles(directory)
    const db = new ClassicLevel<Buffer, Buffer>(directory, {
      keyEncoding: 'buffer',
      valueEncoding: 'buffer',
      writeBufferSize: 16 * 1024 * 1024,
    })
    const open = async (): Promise<LevelStore> => {
      try {
        await db.open()
      } catch (error) {
        throw openError(directory, error)
      }
      return new LevelStore(db)
    }
    return { opened: open() }
  }

  write(batch: WriteBatch, _sync = true): Promise<void> {
    if (this.failure !== null) return Promise.reject(writesStopped(this.failure.message))
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#waiting.push({ batch, resolve, reject })
    this.#flushing ??= this.#flush()
    return promise
  }

  settle(): Promise<void> {
    const isSettled = this.#waiting.length === 0 && this.#flushing === null && this.failure === null
    return isSettled ? Promise.resolve() : this.write(new WriteBatch())
  }

  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Commits that this turn of the event loop still brings join: a sync costs as much as many of them.
      await pause()
      const group = this.#takeGroup()
      if (this.failure !== null) {
        this.#fail(this.failure, group)
        break
      }
      try {
        await this.#writeGroup(group)
      } catch (error) {
        this.#fail(writeFailed(this.#db.location, error), group)
        break
      }
      for (const { resolve } of group) resolve()
    }
    this.#flushing = null
  }

  #takeGroup(): Waiting[] {
    let writes = 0
    let count = 0
    while (count < this.#waiting.length && writes < GROUP_WRITES)
      writes += (this.#waiting[count++] as Waiting).batch.length
    return this.#waiting.splice(0, count)
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    const chained = this.#db.batch()
    let writes = 0
    for (const { batch } of group) {
      for (let i = 0; i < batch.length; i++) {
        const value = batch.values[i] as Uint8Array | null
        const key = batch.keys[i] as Buffer
        if (value === null) chained.del(key)
        else chained.put(key, sealed(key, value))
        if (++writes % SLICE === 0) await pause()
      }
    }
    // LevelDB does nothing for a batch without writes, also when something else is to be synced by it.
    if (writes === 0) chained.del(SYNC_KEY)
    await chained.write({ sync: true })
  }

  stop(error: SqlError): void {
    if (this.failure !== null) return
    this.failure = error
    this.onFailure?.(error)
  }

  #fail(error: SqlError, group: readonly Waiting[]): void {
    this.stop(error)
    for (const { reject } of group) reject(error)
    for (const { reject } of this.#waiting) reject(writesStopped(error.message))
    this.#waiting = []
  }

  async *range(from: Uint8Array, to: Uint8Array): AsyncIterable<readonly KeyValue[]> {
    // By default LevelDB hands out 16 kB at once.
    const bounds = { gte: from as Buffer, lt: to as Buffer, highWaterMarkBytes: SLICE_BYTES }
    const iterator = this.#db.iterator(bounds)
    try {
      let reading = iterator.nextv(SLICE)
      for (;;) {
        const entries = (await reading) as [key: Uint8Array, value: Uint8Array | null][]
        if (entries.length === 0) return
        // The next entries are read while these are used. Who stops early does not hear what became of them.
        reading = iterator.nextv(SLICE)
        reading.catch(() => {})
        for (const entry of entries) entry[1] = unsealed(entry[0], entry[1] as Buffer)
        yield entries
      }
    } catch (error) {
      throw dataCorrupted(`"${this.#db.location}"`, (error as Error).message)
    } finally {
      await iterator.close()
    }
  }

  async clear(from: Uint8Array, to: Uint8Array): Promise<void> {
    if (this.failure !== null) throw writesStopped(this.failure.message)
    await this.#db.clear({ gte: from as Buffer, lt: to as Buffer })
  }

  async close(): Promise<void> {
    await this.#flushing
    await this.#db.close()
  }
}

const openError = (directory: string, error: unknown): SqlError => {
  const { cause } = error as Error
  const code = (cause as { code?: string } | undefined)?.code
  if (code === 'LEVEL_LOCKED') return lockFileExists(directory)
  const message = cause instanceof Error ? cause.message : (error as Error).message
  return code === 'LEVEL_CORRUPTION' ? dataCorrupted(`"${directory}"`, message) : writeFailed(directory, error)
}
