/**
 * One temporary file: blocks of bytes are appended and read back by their address. Writing goes on in the background;
 * whoever writes asks `held` and waits when too much is under way. Each block's checksum stays in memory.
 */
import { crc32 } from 'node:zlib'
import { dataCorrupted, writeFailed } from '../../errors/raise/storage.ts'
import { Wait } from '../../vector/wait.ts'
import type { TemporaryHandle } from './temporary-disk.ts'

/** Bytes gathered before they are written. */
const CHUNK = 256 * 1024
/** Bytes on their way to the disk beyond which writers wait. */
const MAX_PENDING = 4 * CHUNK

export interface BlockAddress {
  readonly offset: number
  readonly length: number
  readonly checksum: number
}

interface Account {
  /** The file grows by so many bytes; throws when the session may not have them. */
  grow(bytes: number): void
  closed(size: number): void
}

export class SpillFile {
  readonly #handle: TemporaryHandle
  readonly #path: string
  readonly #account: Account
  /** Blocks not yet handed to the system, and where the first of them belongs. */
  #queue: Uint8Array[] = []
  #queued = 0
  #queueAt = 0
  /** The write under way; never rejects. */
  #writing: Promise<void> | null = null
  #inFlight = 0
  #reads = 0
  #failure: unknown = null
  #closed = false
  #released = false
  /** Bytes appended. */
  size = 0

  constructor(handle: TemporaryHandle, path: string, account: Account) {
    this.#handle = handle
    this.#path = path
    this.#account = account
  }

  append(block: Uint8Array): BlockAddress {
    this.#check()
    const address = { offset: this.size, length: block.length, checksum: crc32(block) }
    this.size += block.length
    this.#account.grow(block.length)
    this.#queue.push(block)
    this.#queued += block.length
    if (this.#queued >= CHUNK) this.#write()
    return address
  }

  /** A Wait while more is under way than memory should hold. Throws when writing failed. */
  held(): Wait | null {
    this.#check()
    return this.#queued + this.#inFlight > MAX_PENDING && this.#writing !== null ? new Wait(this.#writing) : null
  }

  /** Waits until everything appended is in the file. */
  flushed(): Wait | null {
    this.#check()
    this.#write()
    return this.#writing === null ? null : new Wait(this.#writing)
  }

  /** The bytes of a block of a file that is flushed. */
  readNow(address: BlockAddress): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(address.length)
    return this.#checked(bytes, this.#handle.readNow(bytes, address.offset), address)
  }

  #checked(bytes: Uint8Array<ArrayBuffer>, count: number, { length, checksum }: BlockAddress): typeof bytes {
    const file = `temporary file "${this.#path}"`
    if (count !== length) throw dataCorrupted(file, `Read ${count} of ${length} bytes.`)
    if (crc32(bytes) !== checksum) throw dataCorrupted(file, 'Its checksum is wrong.')
    return bytes
  }

  /** The bytes of a block. Rejects when they are not what was written. */
  async read(address: BlockAddress): Promise<Uint8Array<ArrayBuffer>> {
    const { offset, length } = address
    this.#reads++
    try {
      while (offset + length > this.#queueAt - this.#inFlight) {
        this.#check()
        this.#write()
        await this.#writing
      }
      this.#check()
      const bytes = new Uint8Array(length)
      return this.#checked(bytes, await this.#handle.read(bytes, offset), address)
    } finally {
      this.#reads--
      this.#release()
    }
  }

  #check(): void {
    if (this.#failure !== null) throw writeFailed(this.#path, this.#failure)
  }

  #write(): void {
    if (this.#writing !== null || this.#queue.length === 0) return
    const chunks = this.#queue
    const at = this.#queueAt
    this.#queue = []
    this.#queueAt += this.#queued
    this.#inFlight = this.#queued
    this.#queued = 0
    this.#writing = this.#handle
      .write(chunks, at)
      .catch((error: unknown) => {
        this.#failure = error
      })
      .finally(() => {
        this.#writing = null
        this.#inFlight = 0
        if (this.#closed) this.#release()
        else if (this.#queued >= CHUNK && this.#failure === null) this.#write()
      })
  }

  /** The file goes as soon as nothing uses it. Safe to call twice. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#queue = []
    this.#account.closed(this.size)
    this.#release()
  }

  #release(): void {
    if (!this.#closed || this.#released || this.#writing !== null || this.#reads > 0) return
    this.#released = true
    this.#handle.close()
  }
}
