/**
 * A disk in memory whose k-th operation fails, or at which the power goes. What is left after that is what a real disk
 * may leave: batches since the last synced one are lost from some point on, a file whose `put` had not ended is absent
 * or cut short, a file removed lately may be there again.
 */
import { setImmediate as pause } from 'node:timers/promises'
import { writesStopped } from '../../../src/errors/raise/storage.ts'
import type { SqlError } from '../../../src/errors/sql-error.ts'
import { type KeyValueStore, WriteBatch } from '../../../src/storage/kv/key-value-store.ts'
import { MemoryStore } from '../../../src/storage/kv/memory-store.ts'
import { MemorySegmentStore, type SegmentStore } from '../../../src/storage/segments/segment-store.ts'

export type Operation = 'write' | 'clear' | 'put' | 'delete'

/** At operation number `at` (from 1): the power goes, or the operation fails with the error. */
export interface Fault {
  readonly at: number
  readonly error: SqlError | 'power'
}

/** What of the uncertain survives. */
export type Survival = 'nothing' | 'some' | 'everything'

const NEVER = new Promise<never>(() => {})

export class FaultyDisk {
  readonly log: KeyValueStore
  readonly segments: SegmentStore
  /** Operations so far. */
  readonly operations: Operation[] = []
  /** Resolves when the power goes. */
  readonly powerLoss: Promise<void>
  readonly #fault: Fault | null
  #lose: () => void = () => {}
  #isOff = false
  /** What the running server sees. */
  readonly #live: MemoryStore
  readonly #files: MemorySegmentStore
  /** What is on stable storage for certain, and the batches after it. */
  readonly #durable: MemoryStore
  #unsynced: WriteBatch[] = []
  /** Batches that remove what nothing refers to any more. */
  readonly #cleared = new WeakSet<WriteBatch>()
  /** A file being written when the fault came. */
  #torn: { readonly name: string; readonly bytes: Uint8Array } | null = null
  /** Files removed since the directory was last synced. */
  readonly #removed = new Map<string, Uint8Array>()
  /** Why the log takes no more writes. */
  failure: SqlError | null = null

  constructor(fault: Fault | null = null, durable = new MemoryStore(), files = new MemorySegmentStore()) {
    this.#fault = fault
    this.#durable = durable
    this.#live = durable.copy()
    this.#files = files
    const { promise, resolve } = Promise.withResolvers<void>()
    this.powerLoss = promise
    this.#lose = resolve
    this.log = this.#logPart()
    this.segments = this.#filesPart()
  }

  /** Counts an operation; answers the error that it fails with, and `power` when nothing happens any more. */
  #operation(kind: Operation): SqlError | 'power' | null {
    if (this.#isOff) return 'power'
    this.operations.push(kind)
    if (this.operations.length !== this.#fault?.at) return null
    if (this.#fault.error === 'power') {
      this.#isOff = true
      this.#lose()
    }
    return this.#fault.error
  }

  #logPart(): KeyValueStore {
    const disk = this
    return {
      get failure() {
        return disk.failure
      },
      onFailure: null,
      stop: (error) => this.#stop(error),
      write: (batch, sync) => this.#write('write', batch, sync),
      // What `clear` removed need not be on stable storage for that.
      settle: () =>
        this.failure !== null || this.#unsynced.some((batch) => !this.#cleared.has(batch))
          ? this.#write('write', new WriteBatch(), true)
          : Promise.resolve(),
      range: (from, to) => this.#live.range(from, to),
      clear: async (from, to) => {
        // LevelDB removes keys a thousand at a time.
        const keys: Uint8Array[] = []
        for await (const chunk of this.#live.range(from, to)) for (const [key] of chunk) keys.push(key)
        for (let i = 0; i < keys.length; i += 1000) {
          const batch = new WriteBatch()
          for (const key of keys.slice(i, i + 1000)) batch.delete(key)
          this.#cleared.add(batch)
          await this.#write('clear', batch, false)
        }
      },
      close: async () => {},
    }
  }

  #stop(error: SqlError): void {
    if (this.failure !== null) return
    this.failure = error
    this.log.onFailure?.(error)
  }

  async #write(kind: Operation, batch: WriteBatch, sync: boolean): Promise<void> {
    if (this.failure !== null) throw writesStopped(this.failure.message)
    const fault = this.#operation(kind)
    if (!this.#isOff || fault === 'power') this.#unsynced.push(batch)
    if (fault === 'power') return NEVER
    if (fault !== null) {
      this.#stop(fault)
      throw fault
    }
    await this.#live.write(batch, sync)
    if (!sync) return
    await pause()
    if (this.#isOff) return NEVER
    // Nothing is left to do when a later batch was synced before.
    const until = this.#unsynced.indexOf(batch)
    for (const settled of this.#unsynced.splice(0, until + 1)) await this.#durable.write(settled, true)
  }

  #filesPart(): SegmentStore {
    return {
      put: async (name, bytes) => {
        const fault = this.#operation('put')
        if (fault !== null) {
          this.#torn ??= { name, bytes }
          if (fault === 'power') return NEVER
          throw fault
        }
        await pause()
        if (this.#isOff) {
          this.#torn ??= { name, bytes }
          return NEVER
        }
        await this.#files.put(name, bytes)
        this.#removed.clear()
      },
      read: (name, offset, length) => this.#files.read(name, offset, length),
      close: () => this.#files.close(),
      delete: async (name) => {
        const fault = this.#operation('delete')
        if (fault === 'power') return NEVER
        if (fault !== null) throw fault
        const bytes = this.#files.files.get(name)
        if (bytes !== undefined) this.#removed.set(name, bytes)
        await this.#files.delete(name)
      },
      list: () => this.#files.list(),
    }
  }

  /** What a server that starts afterwards finds. */
  async afterwards(survival: Survival): Promise<FaultyDisk> {
    this.#isOff = true
    const share = survival === 'nothing' ? 0 : survival === 'some' ? 0.5 : 1
    const log = this.#durable.copy()
    for (const batch of this.#unsynced.slice(0, Math.ceil(this.#unsynced.length * share))) await log.write(batch, true)
    const files = new MemorySegmentStore()
    for (const [name, bytes] of this.#files.files) files.files.set(name, bytes)
    if (share > 0) for (const [name, bytes] of this.#removed) files.files.set(name, bytes)
    if (this.#torn !== null && share > 0) {
      files.files.set(this.#torn.name, this.#torn.bytes.slice(0, Math.floor(this.#torn.bytes.length * share * 0.9)))
    }
    return new FaultyDisk(null, log, files)
  }
}
