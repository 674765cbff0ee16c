/** A scan for those who may wait: its batches one after another. */
import type { Batch } from '../../vector/batch.ts'
import { Wait } from '../../vector/wait.ts'
import type { BatchSource } from './table-scan.ts'

export async function* batchesOf(source: BatchSource): AsyncGenerator<Batch> {
  for (let batch = source.next(); batch !== null; batch = source.next()) {
    if (batch instanceof Wait) await batch.promise
    else yield batch
  }
}
