/**
 * Frames the client's byte stream: start-up packets (length only) and messages (type and length). Bytes are never
 * moved once they arrived, so bodies may be kept by whoever reads them.
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
  #to = 0

  /** Bytes that arrived and were not read yet. */
  get pending(): number {
    return this.#to - this.#from
  }

  /** Adds a chunk as it came from the socket; the reader owns it from now on. */
  push(chunk: Buffer): void {
    const pending = this.pending
    if (pending === 0) {
      this.#buffer = chunk
      this.#from = 0
      this.#to = chunk.length
      return
    }
    if (this.#to + chunk.length > this.#buffer.length) {
      // Twice what is needed: a long message that comes in many chunks is copied a few times only.
      const grown = Buffer.allocUnsafeSlow((pending + chunk.length) * 2)
      this.#buffer.copy(grown, 0, this.#from, this.#to)
      this.#buffer = grown
      this.#from = 0
      this.#to = pending
    }
    chunk.copy(this.#buffer, this.#to)
    this.#to += chunk.length
  }

  /** The next start-up packet's content, or null while it is incomplete. */
  nextStartup(): Buffer | null {
    if (this.pending < 4) return null
    const length = this.#buffer.readInt32BE(this.#from)
    if (length < 8 || length > MAX_STARTUP_LENGTH) throw invalidStartupPacketLength()
    if (this.pending < length) return null
    return this.#take(4, length)
  }

  /** The next message, or null while it is incomplete. Throws 08P01 (FATAL) on an impossible length. */
  next(): Message | null {
    if (this.pending < 5) return null
    const type = this.#buffer[this.#from] as number
    const length = this.#buffer.readInt32BE(this.#from + 1)
    if (length < 4 || length > (LARGE_TYPES.has(type) ? MAX_LENGTH : MAX_SMALL_LENGTH)) throw invalidMessageLength()
    if (this.pending < length + 1) return null
    return { type, body: this.#take(5, length + 1) }
  }

  #take(headerLength: number, length: number): Buffer {
    const body = this.#buffer.subarray(this.#from + headerLength, this.#from + length)
    this.#from += length
    return body
  }
}
