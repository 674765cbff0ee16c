/** One growing column: typed while its inputs are, an array of datums from the first input that is not. */
import type { Datum, SqlType } from '../types/sql-type.ts'
import { averageBytes } from './size.ts'
import {
  BoolVector,
  DatumVector,
  DecimalVector,
  DictionaryVector,
  Float64Vector,
  Int32Vector,
  vectorOf,
  type AnyVector,
  type Nulls,
} from './vector.ts'

type Typed = Int32Array | Float64Array | Uint8Array
type Form = 'int32' | 'float64' | 'bool' | 'decimal' | 'dictionary'

const ARRAYS = {
  int32: Int32Array,
  float64: Float64Array,
  bool: Uint8Array,
  decimal: Float64Array,
  dictionary: Int32Array,
}
const FIRST_CAPACITY = 256

export class ColumnCollector {
  readonly #type: SqlType
  #form: Form | 'datums' | null = null
  #values: Typed = new Int32Array(0)
  #nulls: Uint8Array | null = null
  #scale = 0
  #dictionary: readonly Datum[] = []
  #datums: Datum[] = []
  /** Estimated bytes of the datums. */
  #datumBytes = 0
  #count = 0

  constructor(type: SqlType) {
    this.#type = type
  }

  /** Bytes that the column takes, as an estimate. */
  get bytes(): number {
    return this.#values.byteLength + (this.#nulls?.byteLength ?? 0) + this.#datumBytes
  }

  add(vector: AnyVector, selection: Int32Array | null, count: number): void {
    if (this.#form === null) this.#adopt(vector)
    if (this.#form !== vector.kind || !this.#sameShape(vector)) {
      if (this.#form !== 'datums') this.#toDatums()
      this.#addDatums(vector, selection, count)
      return
    }
    switch (vector.kind) {
      case 'int32':
      case 'float64':
      case 'bool':
      case 'decimal':
        this.#addTyped(vector.values, vector.nulls, selection, count)
        break
      case 'dictionary':
        this.#addTyped(vector.codes, null, selection, count)
        break
      default:
        this.#addDatums(vector, selection, count)
    }
  }

  #adopt(vector: AnyVector): void {
    this.#form = vector.kind === 'constant' ? 'datums' : vector.kind
    if (vector.kind === 'decimal') this.#scale = vector.scale
    if (vector.kind === 'dictionary') this.#dictionary = vector.dictionary
  }

  #sameShape(vector: AnyVector): boolean {
    if (vector.kind === 'decimal') return vector.scale === this.#scale
    if (vector.kind === 'dictionary') return vector.dictionary === this.#dictionary
    return true
  }

  #reserve(count: number): void {
    const needed = this.#count + count
    if (needed <= this.#values.length) return
    const capacity = Math.max(needed, this.#values.length * 2, FIRST_CAPACITY)
    const values = new ARRAYS[this.#form as Form](capacity)
    values.set(this.#values.subarray(0, this.#count))
    this.#values = values
    if (this.#nulls !== null) {
      const nulls = new Uint8Array(capacity)
      nulls.set(this.#nulls.subarray(0, this.#count))
      this.#nulls = nulls
    }
  }

  #addTyped(values: Typed, nulls: Nulls, selection: Int32Array | null, count: number): void {
    this.#reserve(count)
    const out = this.#values
    const start = this.#count
    if (selection === null) out.set(values.subarray(0, count), start)
    else for (let k = 0; k < count; k++) out[start + k] = values[selection[k] as number] as number
    if (nulls !== null) {
      this.#nulls ??= new Uint8Array(out.length)
      for (let k = 0; k < count; k++) {
        this.#nulls[start + k] = nulls[selection === null ? k : (selection[k] as number)] as number
      }
    }
    this.#count += count
  }

  #addDatums(vector: AnyVector, selection: Int32Array | null, count: number): void {
    const start = this.#datums.length
    for (let k = 0; k < count; k++) this.#datums.push(vector.get(selection === null ? k : (selection[k] as number)))
    this.#count += count
    this.#datumBytes += count * averageBytes(count, (k) => this.#datums[start + k])
  }

  #toDatums(): void {
    const typed = this.#typed()
    this.#datums = Array.from({ length: this.#count }, (_, i) => typed.get(i))
    this.#datumBytes = this.#count * averageBytes(this.#count, (k) => this.#datums[k])
    this.#form = 'datums'
    this.#values = new Int32Array(0)
    this.#nulls = null
  }

  #typed(): AnyVector {
    const nulls = this.#nulls === null ? null : this.#nulls.subarray(0, this.#count)
    const values = this.#values.subarray(0, this.#count)
    switch (this.#form as Form) {
      case 'int32':
        return new Int32Vector(values as Int32Array, nulls)
      case 'float64':
        return new Float64Vector(values as Float64Array, nulls)
      case 'bool':
        return new BoolVector(values as Uint8Array, nulls)
      case 'decimal':
        return new DecimalVector(values as Float64Array, this.#scale, nulls)
      case 'dictionary':
        return new DictionaryVector(values as Int32Array, this.#dictionary)
    }
  }

  finish(): AnyVector {
    if (this.#form === null) return new DatumVector([])
    return this.#form === 'datums' ? vectorOf(this.#type, this.#datums) : this.#typed()
  }
}
