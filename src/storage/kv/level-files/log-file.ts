/**
 * LevelDB's logs and manifests: blocks of 32 KiB with records of checksum, length, kind and content. A crash leaves an
 * end that is cut short; anything unreadable before a readable record is damage, which LevelDB itself passes over.
 */
import { maskedCrc } from './crc32c.ts'

const BLOCK = 32768
const HEADER = 7
const [FULL, FIRST, LAST] = [1, 2, 4]

/** What a log holds: its records in the parts they were written in, and where the first damage is that something readable follows. */
export interface LogContent {
  readonly records: (readonly Buffer[])[]
  readonly damagedAt: number | null
}

export const readLog = (file: Buffer): LogContent => {
  const records: Buffer[][] = []
  let parts: Buffer[] = []
  let suspect: number | null = null
  for (let block = 0; block < file.length; block += BLOCK) {
    const end = Math.min(block + BLOCK, file.length)
    let at = block
    while (at + HEADER <= end) {
      const length = file.readUInt16LE(at + 4)
      const kind = file.readUInt8(at + 6)
      const next = at + HEADER + length
      const isEmpty = kind === 0 && length === 0 && file.readUInt32LE(at) === 0
      if (isEmpty) break
      if (next > end || kind > LAST || file.readUInt32LE(at) !== maskedCrc(file, at + 6, next)) {
        // Lengths cannot be trusted any more: the next block begins anew.
        suspect ??= at
        break
      }
      if (suspect !== null) return { records, damagedAt: suspect }
      if (kind === FULL || kind === FIRST) parts = []
      parts.push(file.subarray(at + HEADER, next))
      if (kind === FULL || kind === LAST) records.push(parts)
      at = next
    }
  }
  return { records, damagedAt: null }
}
