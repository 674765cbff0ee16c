/** Selections by booleans and by other selections. */
import type { Batch } from '../../vector/batch.ts'
import type { AnyVector } from '../../vector/vector.ts'

/** The live rows at which a boolean vector is true; the batch itself when all are, null when none is. */
export const selectTrue = (batch: Batch, vector: AnyVector): Batch | null => {
  if (vector.kind === 'constant') return vector.value === true ? batch : null
  const { count, selection } = batch
  const out = new Int32Array(count)
  let kept = 0
  for (let k = 0; k < count; k++) {
    const p = selection === null ? k : (selection[k] as number)
    if (vector.get(p) === true) out[kept++] = p
  }
  if (kept === 0) return null
  return kept === count ? batch : batch.select(out.subarray(0, kept))
}

/** The live rows whose mark is `wanted`; marks stand by physical position. */
export const selectMarked = (batch: Batch, marks: Uint8Array, wanted: 0 | 1): Batch | null => {
  const { count, selection } = batch
  const out = new Int32Array(count)
  let kept = 0
  for (let k = 0; k < count; k++) {
    const p = selection === null ? k : (selection[k] as number)
    out[kept] = p
    if (marks[p] === wanted) kept++
  }
  if (kept === 0) return null
  return kept === count ? batch : batch.select(out.subarray(0, kept))
}

/** Marks the live rows of a batch. */
export const mark = (batch: Batch, marks: Uint8Array): void => {
  for (let k = 0; k < batch.count; k++) marks[batch.position(k)] = 1
}
