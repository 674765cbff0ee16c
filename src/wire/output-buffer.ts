/** One growing buffer that messages to the client are written into, many per write to the socket. */

const INITIAL_SIZE = 16 * 1024
/** What is at most this long is copied out, so that the buffer can be used again at once. */
const COPY_LIMIT = 4 * 1024

export class OutputBuffer {
  /** Written up to `length`; replaced when it grows, so do not keep it. */
  bytes: Buffer = Buffer.allocUnsafeSlow(INITIAL_SIZE)
  length = 0

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    const needed = this.length + count
    if (needed <= this.bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, needed))
    this.bytes.copy(grown, 0, 0, this.length)
    this.bytes = grown
  }

  /** Starts a message; answers the place to give to `end`. */
  begin(type: number): number {
    this.reserve(5)
    const start = this.length
    this.bytes[start] = type
    this.length = start + 5
    return start
  }

  /** Completes the message that `begin` started: fills its length in. */
  end(start: number): void {
    this.bytes.writeInt32BE(this.length - start - 1, start + 1)
  }

  int8(value: number): void {
    this.reserve(1)
    this.bytes[this.length++] = value
  }

  int16(value: number): void {
    this.reserve(2)
    this.length = this.bytes.writeInt16BE(value, this.length)
  }

  int32(value: number): void {
    this.reserve(4)
    this.length = this.bytes.writeInt32BE(value | 0, this.length)
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  /** Text and a zero byte. */
  cstring(text: string): void {
    this.reserve(text.length * 3 + 1)
    this.length += this.bytes.write(text, this.length, 'utf8')
    this.bytes[this.length++] = 0
  }

  /** A DataRow value: its length in bytes, then the text. */
  text(text: string): void {
    const length = text.length
    this.reserve(4 + length * 3)
    const bytes = this.bytes
    const start = this.length + 4
    let at = start
    if (length <= 32) {
      for (let i = 0; i < length; i++) {
        const code = text.charCodeAt(i)
        if (code > 127) {
          at = start + bytes.write(text, start, 'utf8')
          break
        }
        bytes[at++] = code
      }
    } else {
      at = start + bytes.write(text, start, 'utf8')
    }
    bytes.writeInt32BE(at - start, start - 4)
    this.length = at
  }

  /** A DataRow value: its length, then the bytes. */
  value(bytes: Uint8Array): void {
    this.int32(bytes.length)
    this.raw(bytes)
  }

  /** Hands out what was written and starts anew. */
  take(): Buffer {
    const written = this.bytes.subarray(0, this.length)
    this.length = 0
    if (written.length <= COPY_LIMIT) return Buffer.from(written)
    this.bytes = Buffer.allocUnsafeSlow(INITIAL_SIZE)
    return written
  }
}
