/** Reads the fields of one message's body in order; never past its end. */
import { insufficientDataInMessage, invalidMessageFormat, invalidStringInMessage } from '../errors/raise/protocol.ts'
import { decodeUtf8 } from '../types/bytes.ts'

/** Bytes up to which a string is looked at one by one. */
const SHORT_STRING = 100

export class MessageBody {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  #advance(count: number): number {
    const at = this.#at
    if (count < 0 || at + count > this.#bytes.length) throw insufficientDataInMessage()
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

  /** A string that ends with a zero byte. Throws 08P01 without one, 22021 when it is not UTF-8. */
  string(): string {
    const bytes = this.#bytes
    const from = this.#at
    // Names are short and ASCII as a rule.
    const limit = Math.min(bytes.length, from + SHORT_STRING)
    let at = from
    while (at < limit && bytes[at] !== 0 && (bytes[at] as number) < 0x80) at++
    const isPlain = at < limit && bytes[at] === 0
    const end = isPlain ? at : bytes.indexOf(0, at)
    if (end === -1) throw invalidStringInMessage()
    this.#at = end + 1
    if (end === from) return ''
    return isPlain ? bytes.toString('latin1', from, end) : decodeUtf8(bytes.subarray(from, end))
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  /** The message must be used up. Throws 08P01. */
  end(): void {
    if (!this.atEnd) throw invalidMessageFormat()
  }
}
