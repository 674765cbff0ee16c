/** Snappy's decompression, for the index blocks of LevelDB's tables. */
import { VarintReader } from './varint.ts'

/** Throws RangeError where the bytes are no Snappy block. */
export const unsnappy = (bytes: Buffer): Buffer => {
  const reader = new VarintReader(bytes)
  const out = Buffer.alloc(reader.int())
  let end = 0
  const little = (count: number): number => reader.skip(count).readUIntLE(0, count)
  while (!reader.isAtEnd) {
    const tag = little(1)
    const kind = tag & 3
    if (kind === 0) {
      const short = tag >>> 2
      const literal = reader.skip((short < 60 ? short : little(short - 59)) + 1)
      end += literal.copy(out, end)
      continue
    }
    const length = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1
    const distance = kind === 1 ? ((tag >>> 5) << 8) + little(1) : little(kind === 2 ? 2 : 4)
    if (distance === 0 || distance > end || end + length > out.length) throw new RangeError('a copy lies outside')
    // What is copied may overlap what it makes.
    for (let i = 0; i < length; i++, end++) out[end] = out[end - distance] as number
  }
  return out
}
