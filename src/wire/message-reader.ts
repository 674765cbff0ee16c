/**
 * Frames the client's byte stream: start-up packets (length only) and messages (type and length). What arrives is copied
 * into memory of the reader's own, so that whoever reads the socket may use one buffer for all it reads.
 */
import { invalidMessageLength, invalidStartupPacketLength } from '../errors/raise/protocol.ts'
import { MessageBody } from './message-body.ts'

/** One message: its type byte and its body without the length. */
export interface Message {
  readonly type: number
  readonly body: MessageBody
}

const MAX_STARTUP_LENGTH = 10_000
/** Longest message of any kind (1 GB - 1), as in PostgreSQL. */
const MAX_LENGTH = 0x3fffffff
/** Longest message of the kinds that carry no data. */
const MAX_SMALL_LENGTH = 10_000

/** Types whose messages may be large: Query, Parse, Bind, FunctionCall, CopyData, and password messages. */
const LARGE_TYPES: ReadonlySet<number> = new Set(Array.from('QPBFdp', (letter) => letter.charCodeAt(0)))

/** Bytes that the reader sets aside at least: many short messages, or a few that are longer. */
const MIN_CAPACITY = 8 * 1024

export class MessageReader {
  #buffer: Buffer = Buffer.alloc(0)
  /** What has arrived and was not read yet lies between these. */
  #from = 0
  #to = 0
  /** Bodies within the buffer may still be in use: its bytes must stay as they are. */
  #lent = false

  /** Bytes that arrived and were not read yet. */
  get pending(): number {
    return this.#to - this.#from
  }

  /** Adds bytes as they came from the socket; they are copied. */
  push(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length)
    this.#buffer.set(bytes, this.#to)
    this.#to += bytes.length
  }

  #makeRoom(count: number): void {
    if (this.#from === this.#to && !this.#lent) {
      this.#from = 0
      this.#to = 0
    }
    const { length } = this.#buffer
    if (this.#to + count <= length) return
    const needed = this.pending + count
    // Moving what is left to the front pays when that is little, or bytes would be moved again and again.
    if (this.#lent || 2 * needed > length) {
      const capacity = Math.max(MIN_CAPACITY, needed > length ? 2 * needed : length)
      const larger = Buffer.allocUnsafeSlow(capacity)
      this.#buffer.copy(larger, 0, this.#from, this.#to)
      this.#buffer = larger
      this.#lent = false
    } else this.#buffer.copyWithin(0, this.#from, this.#to)
    this.#to -= this.#from
    this.#from = 0
  }

  /** The next start-up packet's content, or null while it is incomplete. */
  nextStartup(): Buffer | null {
    if (this.pending < 4) return null
    const length = this.#buffer.readInt32BE(this.#from)
    if (length < 8 || length > MAX_STARTUP_LENGTH) throw invalidStartupPacketLength()
    if (this.pending < length) return null
    this.#lent = true
    const packet = this.#buffer.subarray(this.#from + 4, this.#from + length)
    this.#from += length
    return packet
  }

  /** The next message, or null while it is incomplete. Throws 08P01 (FATAL) on an impossible length. */
  next(): Message | null {
    const message = this.nextPassing()
    if (message !== null) this.#lent = true
    return message
  }

  /** As `next`, but the body may be overwritten by what arrives next. */
  nextPassing(): Message | null {
    if (this.pending < 5) return null
    const type = this.#buffer[this.#from] as number
    const length = this.#buffer.readInt32BE(this.#from + 1)
    if (length < 4 || length > (LARGE_TYPES.has(type) ? MAX_LENGTH : MAX_SMALL_LENGTH)) throw invalidMessageLength()
    if (this.pending < length + 1) return null
    const from = this.#from + 5
    this.#from += length + 1
    return { type, body: new MessageBody(this.#buffer, from, this.#from) }
  }
}
