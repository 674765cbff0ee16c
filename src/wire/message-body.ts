/** Reads the fields of one message's body in order; never past its end. */
import { insufficientDataInMessage, invalidMessageFormat, invalidStringInMessage } from '../errors/raise/protocol.ts'
import { decodeUtf8 } from '../types/bytes.ts'

/** Bytes up to which a string is looked at one by one. */
const SHORT_STRING = 100

export class MessageBody {
  readonly #bytes: Buffer
  #at: number
  readonly #end: number

  /** The body lies in `bytes` from `from` to `end`: a message needs no view of its own. */
  constructor(bytes: Buffer, from: number, end: number) {
    this.#bytes = bytes
    this.#at = from
    this.#end = end
  }

  /** Bytes that were not read yet. */
  get length(): number {
    return this.#end - this.#at
  }

  #advance(count: number): number {
    const at = this.#at
    if (count < 0 || at + count > this.#end) throw insufficientDataInMessage()
    this.#at = at + count
    return at
  }

  int8(): number {
    return this.#bytes[this.#advance(1)] as number
  }

  int16(): number {
    return this.#bytes.readUInt16BE(this.#advance(2))
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#advance(4))
  }

  /** Type oids and the like. */
  uint32(): number {
    return this.#bytes.readUInt32BE(this.#advance(4))
  }

  /** A view on the message, not a copy. */
  bytes(length: number): Buffer {
    const at = this.#advance(length)
    return this.#bytes.subarray(at, at + length)
  }

  /** Copies what was not read yet to a place in other memory. */
  copyTo(target: Buffer, at: number): void {
    this.#bytes.copy(target, at, this.#at, this.#end)
  }

  /** The same in memory of its own. */
  copy(): MessageBody {
    const bytes = Buffer.from(this.#bytes.subarray(this.#at, this.#end))
    return new MessageBody(bytes, 0, bytes.length)
  }

  /** A string that ends with a zero byte. Throws 08P01 without one, 22021 when it is not UTF-8. */
  string(): string {
    const bytes = this.#bytes
    const from = this.#at
    // Names are short and ASCII as a rule.
    const limit = Math.min(this.#end, from + SHORT_STRING)
    let at = from
    while (at < limit && bytes[at] !== 0 && (bytes[at] as number) < 0x80) at++
    const isPlain = at < limit && bytes[at] === 0
    const end = isPlain ? at : bytes.indexOf(0, at)
    if (end === -1 || end >= this.#end) throw invalidStringInMessage()
    this.#at = end + 1
    if (end === from) return ''
    return isPlain ? bytes.toString('latin1', from, end) : decodeUtf8(bytes.subarray(from, end))
  }

  /** The message must be used up. Throws 08P01. */
  end(): void {
    if (this.#at !== this.#end) throw invalidMessageFormat()
  }
}
