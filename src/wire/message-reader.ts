/**
 * Frames the client's byte stream: start-up packets (length only) and messages (type and length). Bytes are never
 * changed once they arrived, so bodies may be kept by whoever reads them.
 */
import { invalidMessageLength, invalidStartupPacketLength } from '../errors/raise/protocol.ts'

/** One message: its type byte and its body without the length. */
export interface Message {
  readonly type: number
  readonly body: Buffer
}

const MAX_STARTUP_LENGTH = 10_000
/** Longest message of any kind (1 GB - 1), as in PostgreSQL. */
const MAX_LENGTH = 0x3fffffff
/** Longest message of the kinds that carry no data. */
const MAX_SMALL_LENGTH = 10_000

/** Types whose messages may be large: Query, Parse, Bind, FunctionCall, CopyData, and password messages. */
const LARGE_TYPES: ReadonlySet<number> = new Set(Array.from('QPBFdp', (letter) => letter.charCodeAt(0)))

export class MessageReader {
  #buffer: Buffer = Buffer.alloc(0)
  #from = 0
  /** Chunks behind the buffer, and their bytes together. */
  #queue: Buffer[] = []
  #queued = 0

  /** Bytes that arrived and were not read yet. */
  get pending(): number {
    return this.#buffer.length - this.#from + this.#queued
  }

  /** Adds a chunk as it came from the socket; the reader owns it from now on. */
  push(chunk: Buffer): void {
    this.#queue.push(chunk)
    this.#queued += chunk.length
  }

  /** Has so many bytes in the buffer; false when they have not arrived. Only what lies across chunks is copied. */
  #has(bytes: number): boolean {
    const rest = this.#buffer.length - this.#from
    if (rest >= bytes) return true
    if (rest + this.#queued < bytes) return false
    const parts = rest === 0 ? [] : [this.#buffer.subarray(this.#from)]
    let missing = bytes - rest
    while (missing > 0) {
      const chunk = this.#queue.shift() as Buffer
      this.#queued -= chunk.length
      const taken = rest === 0 && parts.length === 0 ? chunk : chunk.subarray(0, missing)
      parts.push(taken)
      missing -= taken.length
      if (taken.length < chunk.length) {
        this.#queue.unshift(chunk.subarray(taken.length))
        this.#queued += chunk.length - taken.length
      }
    }
    this.#buffer = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)
    this.#from = 0
    return true
  }

  /** The next start-up packet's content, or null while it is incomplete. */
  nextStartup(): Buffer | null {
    if (!this.#has(4)) return null
    const length = this.#buffer.readInt32BE(this.#from)
    if (length < 8 || length > MAX_STARTUP_LENGTH) throw invalidStartupPacketLength()
    if (!this.#has(length)) return null
    return this.#take(4, length)
  }

  /** The next message, or null while it is incomplete. Throws 08P01 (FATAL) on an impossible length. */
  next(): Message | null {
    if (!this.#has(5)) return null
    const type = this.#buffer[this.#from] as number
    const length = this.#buffer.readInt32BE(this.#from + 1)
    if (length < 4 || length > (LARGE_TYPES.has(type) ? MAX_LENGTH : MAX_SMALL_LENGTH)) throw invalidMessageLength()
    if (!this.#has(length + 1)) return null
    return { type, body: this.#take(5, length + 1) }
  }

  #take(headerLength: number, length: number): Buffer {
    const body = this.#buffer.subarray(this.#from + headerLength, this.#from + length)
    this.#from += length
    return body
  }
}
