/** LevelDB's tables: blocks with checksums, found through an index block at the end. */
import { maskedCrc } from './crc32c.ts'
import { unsnappy } from './snappy.ts'
import { VarintReader } from './varint.ts'

const FOOTER = 48
const MAGIC = Buffer.from('57fb808b247547db', 'hex')
/** Kind of compression and checksum, after each block. */
const TRAILER = 5
const SNAPPY = 1

interface Handle {
  readonly offset: number
  readonly size: number
}

/** Where the first damaged block is and what is wrong, null when every block is as it was written. */
export function* tableDamage(file: Buffer): Generator<undefined, string | null> {
  if (file.length < FOOTER || !file.subarray(-MAGIC.length).equals(MAGIC)) return 'It has no proper end.'
  try {
    const footer = new VarintReader(file.subarray(-FOOTER))
    handle(footer)
    const index = handle(footer)
    if (!isIntact(file, index)) return `The index block at byte ${index.offset} is damaged.`
    for (const block of blocks(file, index)) {
      if (!isIntact(file, block)) return `The block at byte ${block.offset} is damaged.`
      yield
    }
    return null
  } catch (error) {
    return `Its index cannot be read: ${(error as Error).message}`
  }
}

const handle = (reader: VarintReader): Handle => ({ offset: reader.int(), size: reader.int() })

const isIntact = (file: Buffer, { offset, size }: Handle): boolean => {
  const end = offset + size
  return end + TRAILER <= file.length && file.readUInt32LE(end + 1) === maskedCrc(file, offset, end + 1)
}

/** The blocks that an index block names: entries of shared and own key bytes and a value, then restart points. */
function* blocks(file: Buffer, { offset, size }: Handle): Generator<Handle> {
  const stored = file.subarray(offset, offset + size)
  const content = file[offset + size] === SNAPPY ? unsnappy(stored) : stored
  const restarts = content.readUInt32LE(content.length - 4)
  const reader = new VarintReader(content.subarray(0, content.length - 4 * (restarts + 1)))
  while (!reader.isAtEnd) {
    reader.int()
    const own = reader.int()
    const length = reader.int()
    reader.skip(own)
    yield handle(new VarintReader(reader.skip(length)))
  }
}
