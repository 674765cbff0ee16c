/** A reader of LevelDB's variable-length integers and texts. */
export class VarintReader {
  readonly #bytes: Buffer
  at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.at >= this.#bytes.length
  }

  /** Throws RangeError beyond the end. */
  int(): number {
    let value = 0
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.#bytes.readUInt8(this.at++)
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
  }

  /** A text that its length stands before. */
  bytes(): Buffer {
    const length = this.int()
    return this.skip(length)
  }

  skip(length: number): Buffer {
    const from = this.at
    this.at += length
    if (this.at > this.#bytes.length) throw new RangeError('a text ends too late')
    return this.#bytes.subarray(from, this.at)
  }
}
