/** Splitting rows by the hash of their keys, in another way at each level of splitting. */
import { Batch } from '../../vector/batch.ts'
import { mixBits } from '../hash/row-hash.ts'

export const PARTITIONS = 32

/** The partition of a hash at a level. */
export const partitionOf = (hash: number, level: number): number =>
  mixBits(hash + Math.imul(level + 1, 0x9e3779b1)) & (PARTITIONS - 1)

/** Calls `take` with the live rows of each partition that has any; rows whose entry is negative are left out. */
export const splitRows = (
  batch: Batch,
  partitions: Int32Array,
  take: (partition: number, rows: Batch) => void,
): void => {
  const ends = new Int32Array(PARTITIONS + 1)
  for (const partition of partitions) if (partition >= 0) ends[partition + 1] = (ends[partition + 1] as number) + 1
  for (let p = 0; p < PARTITIONS; p++) ends[p + 1] = (ends[p + 1] as number) + (ends[p] as number)
  const starts = ends.slice()
  const positions = new Int32Array(ends[PARTITIONS] as number)
  for (let k = 0; k < partitions.length; k++) {
    const partition = partitions[k] as number
    if (partition < 0) continue
    const at = starts[partition] as number
    positions[at] = batch.position(k)
    starts[partition] = at + 1
  }
  for (let p = 0; p < PARTITIONS; p++) {
    const [from, to] = [ends[p] as number, ends[p + 1] as number]
    if (to > from) take(p, new Batch(batch.columns, batch.length, positions.subarray(from, to)))
  }
}

/** The live rows whose entry is negative; null when there is none. */
export const remainingRows = (batch: Batch, partitions: Int32Array): Batch | null => {
  const positions = new Int32Array(partitions.length)
  let count = 0
  for (let k = 0; k < partitions.length; k++) {
    if ((partitions[k] as number) < 0) positions[count++] = batch.position(k)
  }
  if (count === 0) return null
  return count === batch.count ? batch : batch.select(positions.subarray(0, count))
}
