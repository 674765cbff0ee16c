/** What a sort with a limit may leave out at once: rows whose first key is beyond that of the last row kept so far. */
import type { SortKey } from '../analyze/expression.ts'
import type { Batch } from '../vector/batch.ts'
import { compileExpression, type CompiledExpression } from './expression/compile.ts'
import type { Compilation } from './expression/evaluator.ts'
import { numberRanks } from './row-order.ts'

export class TopBound {
  readonly #key: SortKey
  readonly #value: CompiledExpression
  /** Kind and scale of the vector that `#rank` is of; ranks of others are not comparable with it. */
  #form: string | null = null
  #rank = 0

  constructor(key: SortKey, scope: Compilation) {
    this.#key = key
    this.#value = compileExpression(key.expr, scope, { transient: true })
  }

  #ranks(batch: Batch): { readonly form: string; readonly ranks: Float64Array } | null {
    const vector = this.#value.vector(batch)
    const ranks = numberRanks(vector, this.#key)
    return ranks === null ? null : { form: `${vector.kind}/${'scale' in vector ? vector.scale : ''}`, ranks }
  }

  /** Notes the last of the rows that are kept, when there are as many as are wanted. */
  set(kept: Batch): void {
    const found = this.#ranks(kept)
    this.#form = found?.form ?? null
    if (found !== null) this.#rank = found.ranks[kept.position(kept.count - 1)] as number
  }

  /** The live rows that may still be among the first; null when none may. */
  within(batch: Batch): Batch | null {
    if (this.#form === null) return batch
    const found = this.#ranks(batch)
    if (found === null || found.form !== this.#form) return batch
    const { ranks } = found
    const out = new Int32Array(batch.count)
    let count = 0
    for (let k = 0; k < out.length; k++) {
      const position = batch.position(k)
      out[count] = position
      if ((ranks[position] as number) <= this.#rank) count++
    }
    if (count === 0) return null
    return count === out.length ? batch : batch.select(out.subarray(0, count))
  }
}
