/** Arrow's integers wider than a double and its bitmaps, without a BigInt on the way. Little-endian, as Arrow files are. */
const TWO_32 = 2 ** 32

/**
 * Safe integers as two's complement of `words` 32-bit words each (2: int64, 4: decimal128).
 */
export const writeInt64 = (values: Float64Array, words: 2 | 4): BigInt64Array => {
  const out = new Int32Array(values.length * words)
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    const high = Math.floor(value / TWO_32)
    const at = i * words
    out[at] = (value - high * TWO_32) | 0
    out[at + 1] = high
    if (words === 4 && value < 0) {
      out[at + 2] = -1
      out[at + 3] = -1
    }
  }
  return new BigInt64Array(out.buffer)
}

/** What `writeInt64` wrote; `source` is read with a step of `words`. */
export const readInt64 = (source: Int32Array, words: 2 | 4, length: number): Float64Array => {
  const out = new Float64Array(length)
  for (let i = 0; i < length; i++) {
    const at = i * words
    out[i] = (source[at + 1] as number) * TWO_32 + ((source[at] as number) >>> 0)
  }
  return out
}

/** Bytes of 0 and 1 as bits, lowest first; `invert` turns null flags into validity. */
export const toBitmap = (flags: Uint8Array, invert: boolean): Uint8Array => {
  const bits = new Uint8Array(Math.ceil(flags.length / 64) * 8)
  for (let i = 0; i < flags.length; i++) {
    if ((flags[i] === 1) !== invert) bits[i >> 3] = (bits[i >> 3] as number) | (1 << (i & 7))
  }
  return bits
}

export const fromBitmap = (bits: Uint8Array, length: number, invert: boolean): Uint8Array => {
  const flags = new Uint8Array(length)
  for (let i = 0; i < length; i++) {
    const set = ((bits[i >> 3] as number) >> (i & 7)) & 1
    flags[i] = invert ? 1 - set : set
  }
  return flags
}
