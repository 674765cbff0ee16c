/**
 * TABLESAMPLE: rows are in a sample, or are not, by a hash of their address and a seed; with SYSTEM all rows of a block
 * together.
 */
import { sampleArgumentNull, sampleSeedNull, sampleShareOutOfRange } from '../errors/raise/sampling.ts'
import { hashBytes } from '../functions/hash.ts'
import { hashValue, PLAIN_HASHER } from '../functions/type-hashes.ts'
import type { SeqScan } from '../plan/physical.ts'
import type { BatchSource } from '../storage/table/table-scan.ts'
import { float8Type } from '../types/floats.ts'
import type { Batch } from '../vector/batch.ts'
import type { AnyVector } from '../vector/vector.ts'
import { Wait } from '../vector/wait.ts'
import { evaluateScalar } from './expression/compile.ts'
import type { Compilation } from './expression/evaluator.ts'

/** Consecutive addresses that are a block: about what a page of PostgreSQL holds. */
const BLOCK_ROWS = 100
const HASHES = 2 ** 32

/** Whether a row is in the sample. Evaluated when a scan begins. Throws 2202H, 2202G. */
const membership = (sample: NonNullable<SeqScan['sample']>, scope: Compilation): ((rowid: number) => boolean) => {
  const percent = evaluateScalar(sample.percent, scope) as number | null
  if (percent === null) throw sampleArgumentNull()
  if (!(percent >= 0 && percent <= 100)) throw sampleShareOutOfRange()
  const given = sample.repeatable === null ? undefined : (evaluateScalar(sample.repeatable, scope) as number | null)
  if (given === null) throw sampleSeedNull()
  const seed =
    given === undefined ? Math.floor(Math.random() * HASHES) : Number(hashValue(float8Type, given, PLAIN_HASHER))
  const limit = Math.round((HASHES * percent) / 100)
  const key = new Uint32Array(sample.method === 'system' ? 2 : 3)
  const bytes = new Uint8Array(key.buffer)
  key[key.length - 1] = seed
  return (rowid) => {
    key[0] = Math.floor(rowid / BLOCK_ROWS)
    if (key.length === 3) key[1] = rowid % BLOCK_ROWS
    return hashBytes(bytes) >>> 0 < limit
  }
}

/** The rows of a scan that are in the sample; its last column is that of their addresses. */
export class SampledScan implements BatchSource {
  readonly #source: BatchSource
  readonly #isIn: (rowid: number) => boolean

  constructor(source: BatchSource, sample: NonNullable<SeqScan['sample']>, scope: Compilation) {
    this.#source = source
    this.#isIn = membership(sample, scope)
  }

  next(): Batch | null | Wait {
    for (;;) {
      const batch = this.#source.next()
      if (batch === null || batch instanceof Wait) return batch
      const rowids = batch.columns.at(-1) as AnyVector
      const kept: number[] = []
      for (let k = 0; k < batch.count; k++) {
        const position = batch.position(k)
        if (this.#isIn(rowids.get(position) as number)) kept.push(position)
      }
      if (kept.length > 0) return batch.select(Int32Array.from(kept))
    }
  }
}
