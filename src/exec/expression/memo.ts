/** A function of one varying argument, evaluated once per distinct value of columns that have few. */
import type { Datum, SqlType } from '../../types/sql-type.ts'
import type { Batch } from '../../vector/batch.ts'
import {
  BoolVector,
  DatumVector,
  DictionaryVector,
  vectorOf,
  type AnyVector,
  type Int32Vector,
} from '../../vector/vector.ts'

type Unary = (value: Datum) => Datum

/** Distinct integers that are remembered. */
const MAX_INTEGERS = 16_384

/** Not evaluated yet, in tables of codes; -1 stands for NULL. */
const UNKNOWN = -2

export class FunctionMemo {
  readonly #type: SqlType
  #evaluate: Unary = () => null
  #constants: readonly Datum[] = []
  #dictionary: readonly Datum[] | null = null
  /** By code of `#dictionary`: the code of the result in `#results`. For booleans: 0 or 1. */
  #codes = new Int32Array(0)
  #results: Datum[] = []
  #resultCodes = new Map<unknown, number>()
  #integers = new Map<number, Datum>()

  constructor(type: SqlType) {
    this.#type = type
  }

  /** Says what is evaluated: the function with the values of its other arguments. */
  bind(constants: readonly Datum[], evaluate: Unary): void {
    if (constants.length !== this.#constants.length || constants.some((value, i) => value !== this.#constants[i])) {
      this.#dictionary = null
      this.#integers.clear()
    }
    this.#constants = constants
    this.#evaluate = evaluate
  }

  #adopt(dictionary: readonly Datum[]): void {
    this.#dictionary = dictionary
    this.#codes = new Int32Array(dictionary.length).fill(UNKNOWN)
    this.#results = []
    this.#resultCodes = new Map()
  }

  /** Code of the result for a code of the argument's dictionary. */
  #code(code: number): number {
    if (code >= this.#codes.length) {
      // Dictionaries of results grow while they are in use.
      const grown = new Int32Array(Math.max(code + 1, this.#codes.length * 2)).fill(UNKNOWN)
      grown.set(this.#codes)
      this.#codes = grown
    }
    const known = this.#codes[code] as number
    if (known !== UNKNOWN) return known
    const value = this.#evaluate((this.#dictionary as readonly Datum[])[code])
    let result = -1
    if (value !== null) {
      if (typeof value === 'boolean') result = value ? 1 : 0
      else {
        // Strings are their own keys; every other value gets an entry of its own.
        result = (typeof value === 'string' ? this.#resultCodes.get(value) : undefined) ?? this.#results.length
        if (result === this.#results.length) {
          this.#results.push(value)
          if (typeof value === 'string') this.#resultCodes.set(value, result)
        }
      }
    }
    this.#codes[code] = result
    return result
  }

  overDictionary(vector: DictionaryVector, batch: Batch): AnyVector {
    if (this.#dictionary !== vector.dictionary) this.#adopt(vector.dictionary)
    const { codes } = vector
    const { count, selection, length } = batch
    const out = new Int32Array(length)
    let hasNull = false
    for (let k = 0; k < count; k++) {
      const p = selection === null ? k : (selection[k] as number)
      const code = codes[p] as number
      const known = code < 0 ? -1 : (this.#codes[code] ?? UNKNOWN)
      const result = known === UNKNOWN ? this.#code(code) : known
      if (result < 0) hasNull = true
      out[p] = result
    }
    if (this.#type.physical === 'bool') return toBooleans(out, hasNull)
    if (this.#type.physical === 'text') return new DictionaryVector(out, this.#results)
    const results = this.#results
    const values = new Array<Datum>(length).fill(null)
    for (let k = 0; k < count; k++) {
      const p = selection === null ? k : (selection[k] as number)
      const code = out[p] as number
      if (code >= 0) values[p] = results[code]
    }
    return vectorOf(this.#type, values)
  }

  /** The live rows for which a boolean function of a dictionary column is true. */
  select(vector: DictionaryVector, batch: Batch): Batch | null {
    if (this.#dictionary !== vector.dictionary) this.#adopt(vector.dictionary)
    const { codes } = vector
    const { count, selection } = batch
    const out = new Int32Array(count)
    let kept = 0
    for (let k = 0; k < count; k++) {
      const p = selection === null ? k : (selection[k] as number)
      const code = codes[p] as number
      if (code < 0) continue
      const known = this.#codes[code] ?? UNKNOWN
      out[kept] = p
      if ((known === UNKNOWN ? this.#code(code) : known) === 1) kept++
    }
    if (kept === 0) return null
    return kept === count ? batch : batch.select(out.subarray(0, kept))
  }

  overIntegers(vector: Int32Vector, batch: Batch): AnyVector {
    const { values, nulls } = vector
    const { count, selection } = batch
    const out = new Array<Datum>(batch.length).fill(null)
    if (this.#integers.size > MAX_INTEGERS) this.#integers.clear()
    for (let k = 0; k < count; k++) {
      const p = selection === null ? k : (selection[k] as number)
      if (nulls !== null && nulls[p] === 1) continue
      const value = values[p] as number
      let result = this.#integers.get(value)
      if (result === undefined) {
        result = this.#evaluate(value)
        this.#integers.set(value, result)
      }
      out[p] = result
    }
    return this.#type.physical === 'text' ? new DatumVector(out) : vectorOf(this.#type, out)
  }
}

const toBooleans = (codes: Int32Array, hasNull: boolean): BoolVector => {
  const values = new Uint8Array(codes.length)
  const nulls = hasNull ? new Uint8Array(codes.length) : null
  for (let p = 0; p < codes.length; p++) {
    const code = codes[p] as number
    if (code === 1) values[p] = 1
    else if (code < 0 && nulls !== null) nulls[p] = 1
  }
  return new BoolVector(values, nulls)
}
