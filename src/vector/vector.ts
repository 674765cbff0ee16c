/**
 * Column vectors: one column of a batch. Each class is one physical form; kernels and generated code work on the
 * arrays inside, everything else calls `get`. Positions are physical: a batch's selection says which are live, and a
 * vector may hold anything at positions that are not.
 */
import type { Datum, SqlType } from '../types/sql-type.ts'
import { Numeric } from '../types/numeric/numeric.ts'

export interface Vector {
  readonly kind: 'int32' | 'float64' | 'bool' | 'decimal' | 'dictionary' | 'datums' | 'constant'
  /** The datum at a position, null for SQL NULL. */
  get(position: number): Datum
  isNull(position: number): boolean
  /** Number of physical positions. */
  readonly length: number
  /** Positions [from, to) without copying values. */
  slice(from: number, to: number): Vector
}

/** Bytes: 1 where NULL. Absent when no position is NULL. */
export type Nulls = Uint8Array | null

const sliceNulls = (nulls: Nulls, from: number, to: number): Nulls => (nulls === null ? null : nulls.subarray(from, to))

/** int2, int4, date. */
export class Int32Vector implements Vector {
  readonly kind = 'int32'
  readonly values: Int32Array
  readonly nulls: Nulls
  constructor(values: Int32Array, nulls: Nulls) {
    this.values = values
    this.nulls = nulls
  }
  get length(): number {
    return this.values.length
  }
  isNull(position: number): boolean {
    return this.nulls !== null && this.nulls[position] === 1
  }
  get(position: number): Datum {
    return this.isNull(position) ? null : this.values[position]
  }
  slice(from: number, to: number): Int32Vector {
    return new Int32Vector(this.values.subarray(from, to), sliceNulls(this.nulls, from, to))
  }
}

/** float4, float8, oid; int8, time, timestamp and timestamptz while every value is a safe integer (or ±Infinity). */
export class Float64Vector implements Vector {
  readonly kind = 'float64'
  readonly values: Float64Array
  readonly nulls: Nulls
  constructor(values: Float64Array, nulls: Nulls) {
    this.values = values
    this.nulls = nulls
  }
  get length(): number {
    return this.values.length
  }
  isNull(position: number): boolean {
    return this.nulls !== null && this.nulls[position] === 1
  }
  get(position: number): Datum {
    return this.isNull(position) ? null : this.values[position]
  }
  slice(from: number, to: number): Float64Vector {
    return new Float64Vector(this.values.subarray(from, to), sliceNulls(this.nulls, from, to))
  }
}

export class BoolVector implements Vector {
  readonly kind = 'bool'
  readonly values: Uint8Array
  readonly nulls: Nulls
  constructor(values: Uint8Array, nulls: Nulls) {
    this.values = values
    this.nulls = nulls
  }
  get length(): number {
    return this.values.length
  }
  isNull(position: number): boolean {
    return this.nulls !== null && this.nulls[position] === 1
  }
  get(position: number): Datum {
    return this.isNull(position) ? null : this.values[position] === 1
  }
  slice(from: number, to: number): BoolVector {
    return new BoolVector(this.values.subarray(from, to), sliceNulls(this.nulls, from, to))
  }
}

/** numeric whose values share one scale and are safe integers when scaled: 12.50 at scale 2 is 1250. */
export class DecimalVector implements Vector {
  readonly kind = 'decimal'
  readonly values: Float64Array
  readonly scale: number
  readonly nulls: Nulls
  constructor(values: Float64Array, scale: number, nulls: Nulls) {
    this.values = values
    this.scale = scale
    this.nulls = nulls
  }
  get length(): number {
    return this.values.length
  }
  isNull(position: number): boolean {
    return this.nulls !== null && this.nulls[position] === 1
  }
  get(position: number): Datum {
    return this.isNull(position) ? null : Numeric.fromScaled(this.values[position] as number, this.scale)
  }
  slice(from: number, to: number): DecimalVector {
    return new DecimalVector(this.values.subarray(from, to), this.scale, sliceNulls(this.nulls, from, to))
  }
}

/** Codes into a dictionary of distinct datums; code -1 is NULL. */
export class DictionaryVector implements Vector {
  readonly kind = 'dictionary'
  readonly codes: Int32Array
  readonly dictionary: readonly Datum[]
  constructor(codes: Int32Array, dictionary: readonly Datum[]) {
    this.codes = codes
    this.dictionary = dictionary
  }
  get length(): number {
    return this.codes.length
  }
  isNull(position: number): boolean {
    return this.codes[position] === -1
  }
  get(position: number): Datum {
    const code = this.codes[position] as number
    return code === -1 ? null : this.dictionary[code]
  }
  slice(from: number, to: number): DictionaryVector {
    return new DictionaryVector(this.codes.subarray(from, to), this.dictionary)
  }
}

/** Any datums, null in place. */
export class DatumVector implements Vector {
  readonly kind = 'datums'
  readonly values: Datum[]
  constructor(values: Datum[]) {
    this.values = values
  }
  get length(): number {
    return this.values.length
  }
  isNull(position: number): boolean {
    return this.values[position] === null
  }
  get(position: number): Datum {
    return this.values[position]
  }
  slice(from: number, to: number): DatumVector {
    return new DatumVector(this.values.slice(from, to))
  }
}

/** One datum at every position. */
export class ConstantVector implements Vector {
  readonly kind = 'constant'
  readonly value: Datum
  readonly length: number
  constructor(value: Datum, length: number) {
    this.value = value
    this.length = length
  }
  isNull(_position: number): boolean {
    return this.value === null
  }
  get(_position: number): Datum {
    return this.value
  }
  slice(from: number, to: number): ConstantVector {
    return new ConstantVector(this.value, to - from)
  }
}

/** Every concrete form, for code that switches on `kind`. */
export type AnyVector =
  | Int32Vector
  | Float64Vector
  | BoolVector
  | DecimalVector
  | DictionaryVector
  | DatumVector
  | ConstantVector

/** The densest vector for datums of a type: typed arrays where the values allow it, an array of datums otherwise. */
export const vectorOf = (type: SqlType, values: Datum[]): AnyVector => {
  switch (type.physical) {
    case 'int32':
      return int32Vector(values)
    case 'float64':
      return float64Vector(values)
    case 'bool':
      return boolVector(values)
    case 'int64':
      return values.every((v) => v === null || typeof v === 'number') ? float64Vector(values) : new DatumVector(values)
    case 'decimal':
      return decimalVector(values)
    default:
      return new DatumVector(values)
  }
}

const nullsOf = (values: readonly Datum[]): Nulls => {
  let nulls: Nulls = null
  for (let i = 0; i < values.length; i++) {
    if (values[i] === null) {
      nulls ??= new Uint8Array(values.length)
      nulls[i] = 1
    }
  }
  return nulls
}

const int32Vector = (values: readonly Datum[]): Int32Vector => {
  const out = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) out[i] = values[i] ?? 0
  return new Int32Vector(out, nullsOf(values))
}

const float64Vector = (values: readonly Datum[]): Float64Vector => {
  const out = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) out[i] = values[i] ?? 0
  return new Float64Vector(out, nullsOf(values))
}

const boolVector = (values: readonly Datum[]): BoolVector => {
  const out = new Uint8Array(values.length)
  for (let i = 0; i < values.length; i++) out[i] = values[i] === true ? 1 : 0
  return new BoolVector(out, nullsOf(values))
}

const decimalVector = (values: Datum[]): DecimalVector | DatumVector => {
  let scale = -1
  for (const value of values) {
    if (value === null) continue
    const numeric = value as Numeric
    if (!numeric.isSafe || (scale !== -1 && numeric.scale !== scale)) return new DatumVector(values)
    scale = numeric.scale
  }
  const out = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) out[i] = values[i] === null ? 0 : (values[i] as Numeric).scaledNumber
  return new DecimalVector(out, Math.max(scale, 0), nullsOf(values))
}
