/** CRC-32C (Castagnoli), as LevelDB's files have it. */

const POLYNOMIAL = 0x82f63b78

/** Eight tables: one look-up per byte of eight at a time. */
const TABLES = Array.from({ length: 8 }, () => new Int32Array(256))
for (let byte = 0; byte < 256; byte++) {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
  ;(TABLES[0] as Int32Array)[byte] = crc
}
for (let table = 1; table < 8; table++) {
  for (let byte = 0; byte < 256; byte++) {
    const before = TABLES[table - 1]?.[byte] as number
    ;(TABLES[table] as Int32Array)[byte] = (before >>> 8) ^ (TABLES[0]?.[before & 0xff] as number)
  }
}
const [T0, T1, T2, T3, T4, T5, T6, T7] = TABLES as unknown as readonly [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
]

/** CRC of bytes[from, to). */
const crc32c = (bytes: Buffer, from: number, to: number): number => {
  let crc = -1
  let at = from
  for (; at + 8 <= to; at += 8) {
    const low = bytes.readInt32LE(at) ^ crc
    const high = bytes.readInt32LE(at + 4)
    crc =
      (T7[low & 0xff] as number) ^
      (T6[(low >>> 8) & 0xff] as number) ^
      (T5[(low >>> 16) & 0xff] as number) ^
      (T4[low >>> 24] as number) ^
      (T3[high & 0xff] as number) ^
      (T2[(high >>> 8) & 0xff] as number) ^
      (T1[(high >>> 16) & 0xff] as number) ^
      (T0[high >>> 24] as number)
  }
  for (; at < to; at++) crc = (crc >>> 8) ^ (T0[(crc ^ (bytes[at] as number)) & 0xff] as number)
  return ~crc >>> 0
}

/** The checksum as LevelDB stores it: rotated and moved, so that a checksum of checksums is none. */
export const maskedCrc = (bytes: Buffer, from: number, to: number): number => {
  const crc = crc32c(bytes, from, to)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}
