/** Dense numbers for the distinct keys of one or more columns: group numbers, and keys of hash joins. */
import type { Expr } from '../../analyze/expression.ts'
import type { Batch } from '../../vector/batch.ts'
import type { AnyVector } from '../../vector/vector.ts'
import { ColumnCodes, type HashKey } from './column-codes.ts'
import { PairTable } from './pair-table.ts'

export const hashKeyOf = (expr: Expr): HashKey => {
  const { hashKey } = expr.type
  if (hashKey === null) throw new Error(`type ${expr.type.name} has no equality`)
  return hashKey
}

export class KeyTable {
  readonly #columns: readonly ColumnCodes[]
  /** Numbers of pairs: of the key so far with the code of the next column. */
  readonly #pairs: readonly PairTable[]
  #scratch = new Int32Array(0)

  /** With `nullsEqual` NULLs are values like others; without, a key with a NULL has no number (-1). */
  constructor(hashKeys: readonly HashKey[], nullsEqual: boolean) {
    this.#columns = hashKeys.map((hashKey) => new ColumnCodes(hashKey, nullsEqual))
    this.#pairs = hashKeys.slice(1).map(() => new PairTable())
  }

  /** Number of distinct keys. */
  get count(): number {
    const last = this.#pairs[this.#pairs.length - 1]
    return last === undefined ? (this.#columns[0]?.count ?? 0) : last.count
  }

  /** Numbers of the live rows' keys; new keys get the next numbers in row order. */
  add(batch: Batch, vectors: readonly AnyVector[]): Int32Array {
    const out = new Int32Array(batch.count)
    this.#columns[0]?.add(batch, vectors[0] as AnyVector, out)
    for (const [i, pairs] of this.#pairs.entries()) {
      const codes = this.#codes(batch.count)
      this.#columns[i + 1]?.add(batch, vectors[i + 1] as AnyVector, codes)
      pairs.add(out, codes)
    }
    return out
  }

  /** Numbers of the live rows' keys, -1 where there is no such key. */
  find(batch: Batch, vectors: readonly AnyVector[], hashKeys: readonly HashKey[]): Int32Array {
    const out = new Int32Array(batch.count)
    this.#columns[0]?.find(batch, vectors[0] as AnyVector, out, hashKeys[0] as HashKey)
    for (const [i, pairs] of this.#pairs.entries()) {
      const codes = this.#codes(batch.count)
      this.#columns[i + 1]?.find(batch, vectors[i + 1] as AnyVector, codes, hashKeys[i + 1] as HashKey)
      pairs.find(out, codes)
    }
    return out
  }

  #codes(count: number): Int32Array {
    if (this.#scratch.length < count) this.#scratch = new Int32Array(count)
    return this.#scratch
  }
}
