/**
 * Builds the columns of a segment value by value: packed in typed arrays (text: dictionary codes) for as long as the
 * values allow it, plain datums from the first value on that does not fit.
 */
import { Numeric } from '../types/numeric/numeric.ts'
import type { Datum, PhysicalKind, SqlType } from '../types/sql-type.ts'
import {
  type AnyVector,
  BoolVector,
  DatumVector,
  DecimalVector,
  DictionaryVector,
  Float64Vector,
  Int32Vector,
} from './vector.ts'

/** Values in typed arrays. */
interface Packed {
  /** Stores a datum that is not null; false when it does not fit. */
  set(position: number, value: Datum): boolean
  get(position: number): Datum
  finish(length: number, nulls: Uint8Array | null): AnyVector
}

/** Dictionaries grow no larger than this share of the rows, and not at all beyond the maximum. */
const DICTIONARY_SHARE = 4
const DICTIONARY_MAX = 16384
/** Before so many rows a dictionary may hold a different value for each. */
const DICTIONARY_TRIAL = 1024

const packedNumbers = (values: Int32Array | Float64Array): Packed => ({
  set(position, value) {
    if (typeof value !== 'number') return false
    values[position] = value
    return true
  },
  get: (position) => values[position],
  finish: (length, nulls) =>
    values instanceof Int32Array
      ? new Int32Vector(values.slice(0, length), nulls)
      : new Float64Vector(values.slice(0, length), nulls),
})

const packedBools = (capacity: number): Packed => {
  const values = new Uint8Array(capacity)
  return {
    set(position, value) {
      values[position] = value === true ? 1 : 0
      return true
    },
    get: (position) => values[position] === 1,
    finish: (length, nulls) => new BoolVector(values.slice(0, length), nulls),
  }
}

const packedDecimals = (capacity: number): Packed => {
  const values = new Float64Array(capacity)
  let scale = -1
  return {
    set(position, value: Numeric) {
      if (!value.isSafe || (scale !== -1 && value.scale !== scale)) return false
      scale = value.scale
      values[position] = value.scaledNumber
      return true
    },
    get: (position) => Numeric.fromScaled(values[position] as number, scale),
    finish: (length, nulls) => new DecimalVector(values.slice(0, length), Math.max(scale, 0), nulls),
  }
}

const packedText = (capacity: number): Packed => {
  const codes = new Int32Array(capacity)
  const byText = new Map<string, number>()
  const dictionary: string[] = []
  return {
    set(position, value: string) {
      let code = byText.get(value)
      if (code === undefined) {
        code = dictionary.length
        if (code >= DICTIONARY_MAX || (code >= DICTIONARY_TRIAL && code * DICTIONARY_SHARE > position)) return false
        byText.set(value, code)
        dictionary.push(value)
      }
      codes[position] = code
      return true
    },
    get: (position) => dictionary[codes[position] as number],
    finish(length, nulls) {
      const out = codes.slice(0, length)
      if (nulls !== null) for (let i = 0; i < length; i++) if (nulls[i] === 1) out[i] = -1
      return new DictionaryVector(out, dictionary)
    },
  }
}

const PACKED: Record<PhysicalKind, ((capacity: number) => Packed) | null> = {
  int32: (capacity) => packedNumbers(new Int32Array(capacity)),
  float64: (capacity) => packedNumbers(new Float64Array(capacity)),
  int64: (capacity) => packedNumbers(new Float64Array(capacity)),
  bool: packedBools,
  decimal: packedDecimals,
  text: packedText,
  any: null,
}

export class ColumnBuilder {
  #packed: Packed | null
  #datums: Datum[] = []
  #nulls: Uint8Array | null = null
  readonly #capacity: number
  #length = 0

  /** A column of at most `capacity` values. */
  constructor(type: SqlType, capacity: number) {
    this.#packed = PACKED[type.physical]?.(capacity) ?? null
    this.#capacity = capacity
  }

  push(value: Datum): void {
    const position = this.#length++
    if (this.#packed === null) {
      this.#datums.push(value)
    } else if (value === null) {
      this.#nulls ??= new Uint8Array(this.#capacity)
      this.#nulls[position] = 1
    } else if (!this.#packed.set(position, value)) {
      for (let i = 0; i < position; i++) this.#datums.push(this.get(i))
      this.#datums.push(value)
      this.#packed = null
    }
  }

  get(position: number): Datum {
    if (this.#packed === null) return this.#datums[position]
    return this.#nulls?.[position] === 1 ? null : this.#packed.get(position)
  }

  /** The column; the builder is of no use afterwards. */
  finish(): AnyVector {
    if (this.#packed === null) return new DatumVector(this.#datums)
    return this.#packed.finish(this.#length, this.#nulls?.slice(0, this.#length) ?? null)
  }
}
