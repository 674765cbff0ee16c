/**
 * Dense codes for the distinct values of one key column, equal exactly where `SqlType.hashKey` is. Plain numbers and
 * decimals of one scale have a typed table; values of any other form go through their hash keys, as do all from the
 * moment that a column brings values of several forms.
 */
import { Numeric } from '../../types/numeric/numeric.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { Batch } from '../../vector/batch.ts'
import type { AnyVector, DictionaryVector, Nulls } from '../../vector/vector.ts'
import { NumberTable } from './number-table.ts'

export type Key = string | number | bigint | boolean
export type HashKey = (value: Datum) => Key

/** Scale that stands for plain numbers. */
const PLAIN = -1
/** Not looked up yet. */
const UNKNOWN = -2

/** Codes by dictionary code. */
class DictionaryMemo {
  readonly dictionary: readonly Datum[]
  codes: Int32Array

  constructor(dictionary: readonly Datum[]) {
    this.dictionary = dictionary
    this.codes = new Int32Array(dictionary.length).fill(UNKNOWN)
  }

  reserve(code: number): void {
    if (code < this.codes.length) return
    const grown = new Int32Array(Math.max(code + 1, this.codes.length * 2)).fill(UNKNOWN)
    grown.set(this.codes)
    this.codes = grown
  }
}

export class ColumnCodes {
  readonly #hashKey: HashKey
  /** What a NULL has: a code of its own among groups, -1 (no match) in joins. */
  readonly #nullsEqual: boolean
  #nullCode = -1
  /** Values of one form while `#scale` names it; null once hash keys are used. */
  #numbers: NumberTable | null = null
  #scale: number | null = null
  /** Code of a NumberTable entry among groups; the two differ once NULL has taken a code. In joins they are the same. */
  #numberCodes: number[] = []
  readonly #keys = new Map<Key, number>()
  #memo: DictionaryMemo | null = null
  #memoHasMisses = false
  #count = 0

  constructor(hashKey: HashKey, nullsEqual: boolean) {
    this.#hashKey = hashKey
    this.#nullsEqual = nullsEqual
  }

  /** Number of codes given. */
  get count(): number {
    return this.#count
  }

  /** Codes of the live rows, new ones for new values; -1 for NULL in joins. */
  add(batch: Batch, vector: AnyVector, out: Int32Array): void {
    this.#encode(batch, vector, out, this.#hashKey, true)
  }

  /** Codes of the live rows, -1 for values without one. `hashKey` is that of the vector's type. */
  find(batch: Batch, vector: AnyVector, out: Int32Array, hashKey: HashKey): void {
    this.#encode(batch, vector, out, hashKey, false)
  }

  #encode(batch: Batch, vector: AnyVector, out: Int32Array, hashKey: HashKey, adding: boolean): void {
    switch (vector.kind) {
      case 'int32':
      case 'float64':
      case 'decimal': {
        const scale = vector.kind === 'decimal' ? vector.scale : PLAIN
        if (this.#typed(scale, adding)) this.#numeric(batch, vector.values, vector.nulls, out, adding)
        else this.#datums(batch, vector, out, hashKey, adding)
        return
      }
      case 'dictionary':
        this.#general()
        this.#coded(batch, vector, out, hashKey, adding)
        return
      default:
        this.#general()
        this.#datums(batch, vector, out, hashKey, adding)
    }
  }

  /** Whether values of this form have the typed table. */
  #typed(scale: number, adding: boolean): boolean {
    if (this.#numbers !== null) {
      if (this.#scale === scale) return true
      this.#general()
      return false
    }
    if (!adding || this.#keys.size > 0 || this.#scale !== null) return false
    this.#numbers = new NumberTable()
    this.#scale = scale
    return true
  }

  /** Gives the typed table up for hash keys. */
  #general(): void {
    const numbers = this.#numbers
    if (numbers === null) return
    for (let i = 0; i < numbers.count; i++) {
      const value = numbers.key(i)
      const datum = this.#scale === PLAIN ? value : Numeric.fromScaled(value, this.#scale as number)
      this.#keys.set(this.#hashKey(datum), this.#nullsEqual ? (this.#numberCodes[i] as number) : i)
    }
    this.#numbers = null
    this.#numberCodes = []
  }

  #null(adding: boolean): number {
    if (this.#nullsEqual && adding && this.#nullCode < 0) this.#nullCode = this.#count++
    return this.#nullCode
  }

  #numeric(batch: Batch, values: Int32Array | Float64Array, nulls: Nulls, out: Int32Array, adding: boolean): void {
    const table = this.#numbers as NumberTable
    if (!this.#nullsEqual) {
      this.#joined(table, batch, values, nulls, out, adding)
      return
    }
    const codes = this.#numberCodes
    const { count, selection } = batch
    for (let k = 0; k < count; k++) {
      const p = selection === null ? k : (selection[k] as number)
      if (nulls !== null && nulls[p] === 1) {
        out[k] = this.#null(adding)
        continue
      }
      const value = values[p] as number
      const entry = adding ? table.add(value) : table.find(value)
      if (entry === codes.length) codes.push(this.#count++)
      out[k] = entry < 0 ? -1 : (codes[entry] as number)
    }
  }

  #joined(
    table: NumberTable,
    { count, selection }: Batch,
    values: Int32Array | Float64Array,
    nulls: Nulls,
    out: Int32Array,
    adding: boolean,
  ): void {
    for (let k = 0; k < count; k++) {
      const p = selection === null ? k : (selection[k] as number)
      if (nulls !== null && nulls[p] === 1) out[k] = -1
      else out[k] = adding ? table.add(values[p] as number) : table.find(values[p] as number)
    }
    this.#count = table.count
  }

  #coded(batch: Batch, vector: DictionaryVector, out: Int32Array, hashKey: HashKey, adding: boolean): void {
    // What is not there may come later: misses are remembered only while nothing is added.
    if (this.#memo === null || this.#memo.dictionary !== vector.dictionary || (adding && this.#memoHasMisses)) {
      this.#memo = new DictionaryMemo(vector.dictionary)
      this.#memoHasMisses = false
    }
    const memo = this.#memo
    const { count, selection } = batch
    let known = memo.codes
    const entries = vector.codes
    for (let k = 0; k < count; k++) {
      const p = selection === null ? k : (selection[k] as number)
      const entry = entries[p] as number
      if (entry < 0) {
        out[k] = this.#null(adding)
        continue
      }
      let code = known[entry] ?? UNKNOWN
      if (code === UNKNOWN) {
        memo.reserve(entry)
        code = this.#datum(hashKey(vector.dictionary[entry]), adding)
        memo.codes[entry] = code
        known = memo.codes
        if (code < 0) this.#memoHasMisses = true
      }
      out[k] = code
    }
  }

  #datums(batch: Batch, vector: AnyVector, out: Int32Array, hashKey: HashKey, adding: boolean): void {
    const { count, selection } = batch
    for (let k = 0; k < count; k++) {
      const value = vector.get(selection === null ? k : (selection[k] as number))
      out[k] = value === null ? this.#null(adding) : this.#datum(hashKey(value), adding)
    }
  }

  #datum(key: Key, adding: boolean): number {
    let code = this.#keys.get(key)
    if (code === undefined) {
      if (!adding) return -1
      code = this.#count++
      this.#keys.set(key, code)
    }
    return code
  }
}
