/**
 * Checksums of records. LevelDB checks what it reads only when it happens to notice, so every value is kept with a
 * CRC-32 over its key and itself.
 */
import { crc32 } from 'node:zlib'

const SEAL_BYTES = 4

/** A value as it is kept. */
export const sealed = (key: Uint8Array, value: Uint8Array): Buffer => {
  const bytes = Buffer.allocUnsafe(value.length + SEAL_BYTES)
  bytes.writeUInt32LE(crc32(value, crc32(key)))
  bytes.set(value, SEAL_BYTES)
  return bytes
}

/** The value that was sealed, or null when these are not the bytes that were written under the key. */
export const unsealed = (key: Uint8Array, bytes: Buffer): Uint8Array | null => {
  if (bytes.length < SEAL_BYTES) return null
  const value = bytes.subarray(SEAL_BYTES)
  return crc32(value, crc32(key)) === bytes.readUInt32LE() ? value : null
}
