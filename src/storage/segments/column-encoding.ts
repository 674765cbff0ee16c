/**
 * How columns lie in segment files: for each encoding the Arrow type it has for other tools, how a vector becomes Arrow
 * buffers and how the buffers become the vector again. Columns that have no faithful Arrow type are `datums`: binary
 * values in the row codec's form.
 */
import type * as Arrow from 'apache-arrow'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import {
  type AnyVector,
  BoolVector,
  ConstantVector,
  DatumVector,
  DecimalVector,
  DictionaryVector,
  Float64Vector,
  Int32Vector,
} from '../../vector/vector.ts'
import { decodeRow, encodeRow } from '../row-codec.ts'
import type { ColumnDescriptor } from '../table/column.ts'
import { arrow } from './arrow.ts'
import { joinText, splitText } from './text-buffers.ts'
import { mayHaveNulls, Utf8Vector } from './utf8-vector.ts'
import { fromBitmap, readInt64, toBitmap, writeInt64 } from './words.ts'

/** Arrow's buffers of one column, by role; all that a column needs to be read. */
export interface ColumnBuffers {
  readonly validity?: Uint8Array
  readonly offsets?: Uint8Array
  readonly values?: Uint8Array
  readonly dictionaryOffsets?: Uint8Array
  readonly dictionaryValues?: Uint8Array
}

interface DecodeContext {
  readonly length: number
  readonly nulls: Uint8Array | null
  readonly column: ColumnDescriptor
  /** Scale of a decimal. */
  readonly scale: number
}

export interface ColumnEncoding {
  /** Whether the encoding holds this vector of this type without loss. */
  fits(vector: AnyVector, type: SqlType): boolean
  encode(vector: AnyVector, column: ColumnDescriptor): Arrow.Data
  decode(buffers: ColumnBuffers, context: DecodeContext): AnyVector
}

/** Microseconds and days from 1970 to 2000. */
const EPOCH_MICROS = 946_684_800_000_000
const EPOCH_DAYS = 10957
const SAFE = Number.MAX_SAFE_INTEGER

const int32s = (bytes: Uint8Array): Int32Array => new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
const float64s = (bytes: Uint8Array): Float64Array =>
  new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8)
const bytesOf = (buffers: ColumnBuffers, role: keyof ColumnBuffers): Uint8Array => buffers[role] ?? new Uint8Array(0)

/** Validity in Arrow's form for a vector. */
const validity = (vector: AnyVector): { nullCount: number; nullBitmap: Uint8Array | null; length: number } => {
  if (!mayHaveNulls(vector)) return { nullCount: 0, nullBitmap: null, length: vector.length }
  const nulls = new Uint8Array(vector.length)
  let nullCount = 0
  for (let i = 0; i < nulls.length; i++) {
    if (!vector.isNull(i)) continue
    nulls[i] = 1
    nullCount++
  }
  return { nullCount, nullBitmap: nullCount === 0 ? null : toBitmap(nulls, true), length: vector.length }
}

/** Whether every value that is not null is an integer within ±(2^53 - margin). */
const integersWithin = (vector: AnyVector, margin: number): boolean => {
  if (vector.kind !== 'float64') return false
  for (const value of vector.values) if (!(Math.abs(value) <= SAFE - margin) || !Number.isInteger(value)) return false
  return true
}

/** Whether every number lies within ±limit, exclusive. Loops in this file are plain because callbacks cost several times as much. */
const isWithin = (values: Int32Array | Float64Array, limit: number): boolean => {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    if (value >= limit || value <= -limit) return false
  }
  return true
}

const shiftedDays = (days: Int32Array, by: number): Int32Array => {
  const shifted = new Int32Array(days.length)
  for (let i = 0; i < days.length; i++) shifted[i] = (days[i] as number) + by
  return shifted
}

const shifted = (values: Float64Array, by: number): Float64Array => values.map((value) => value + by)

/** Decimals whose integers have so many bits, with the digits and the scale that Arrow allows them. */
const decimal = (bits: 32 | 64 | 128): ColumnEncoding => {
  const digits = { 32: 9, 64: 18, 128: 38 }[bits]
  const words = (bits / 32) as 1 | 2 | 4
  return {
    fits: (vector) =>
      vector.kind === 'decimal' && vector.scale <= digits && (bits > 32 || isWithin(vector.values, 10 ** digits)),
    encode: (vector) => {
      const { values, scale } = vector as DecimalVector
      const integers = words === 1 ? new Int32Array(values) : writeInt64(values, words)
      const data = new Uint32Array(integers.buffer)
      return arrow.makeData({ type: new arrow.Decimal(scale, digits, bits), ...validity(vector), data })
    },
    decode: (buffers, { length, nulls, scale }) => {
      const integers = int32s(bytesOf(buffers, 'values'))
      const values = words === 1 ? new Float64Array(integers.subarray(0, length)) : readInt64(integers, words, length)
      return new DecimalVector(values, scale, nulls)
    },
  }
}

/** Dictionaries by the width of their codes. */
const dictionary = (
  index: Arrow.Uint8 | Arrow.Uint16 | Arrow.Int32,
  codeArray: Uint8ArrayConstructor | Uint16ArrayConstructor | Int32ArrayConstructor,
): ColumnEncoding => {
  const width = codeArray.BYTES_PER_ELEMENT
  return {
    fits: (vector) => vector.kind === 'dictionary' && (width === 4 || vector.dictionary.length <= 256 ** width),
    encode: (vector) => {
      const { codes, dictionary } = vector as DictionaryVector
      const nulls = validity(vector)
      const { offsets, values } = joinText(dictionary)
      const type = new arrow.Utf8()
      const length = dictionary.length
      const text = arrow.makeData({ type, length, nullCount: 0, valueOffsets: offsets, data: values })
      return arrow.makeData({
        type: new arrow.Dictionary(type, index, null, false),
        ...nulls,
        data: new codeArray(nulls.nullCount === 0 ? codes : codes.map((code) => Math.max(code, 0))),
        dictionary: new arrow.Vector([text]),
      })
    },
    decode: (buffers, { length, nulls }) => {
      const { buffer, byteOffset } = bytesOf(buffers, 'values')
      const codes = new Int32Array(new codeArray(buffer as ArrayBuffer, byteOffset, length))
      if (nulls !== null) for (let i = 0; i < codes.length; i++) if (nulls[i] === 1) codes[i] = -1
      const padded = int32s(bytesOf(buffers, 'dictionaryOffsets'))
      // Arrow fills up with a zero.
      const isPadded = padded.length > 1 && (padded.at(-1) as number) < (padded.at(-2) as number)
      const offsets = isPadded ? padded.subarray(0, -1) : padded
      return new DictionaryVector(codes, splitText(offsets, bytesOf(buffers, 'dictionaryValues'), null))
    },
  }
}

/** Encodings by the name that manifests keep, in order of preference. */
export const ENCODINGS: Readonly<Record<string, ColumnEncoding>> = {
  null: {
    fits: (vector) => {
      if (!mayHaveNulls(vector)) return vector.length === 0
      for (let i = 0; i < vector.length; i++) if (!vector.isNull(i)) return false
      return true
    },
    encode: (vector) => arrow.makeData({ type: new arrow.Null(), length: vector.length }),
    decode: (_buffers, { length }) => new ConstantVector(null, length),
  },
  bool: {
    fits: (vector) => vector.kind === 'bool',
    encode: (vector) =>
      arrow.makeData({
        type: new arrow.Bool(),
        ...validity(vector),
        data: toBitmap((vector as BoolVector).values, false),
      }),
    decode: (buffers, { length, nulls }) =>
      new BoolVector(fromBitmap(bytesOf(buffers, 'values'), length, false), nulls),
  },
  date: {
    fits: (vector, type) => type.name === 'date' && vector.kind === 'int32' && isWithin(vector.values, 2 ** 30),
    encode: (vector) => {
      const data = shiftedDays((vector as Int32Vector).values, EPOCH_DAYS)
      return arrow.makeData({ type: new arrow.DateDay(), ...validity(vector), data })
    },
    decode: (buffers, { length, nulls }) =>
      new Int32Vector(shiftedDays(int32s(bytesOf(buffers, 'values')).subarray(0, length), -EPOCH_DAYS), nulls),
  },
  int32: {
    fits: (vector) => vector.kind === 'int32',
    encode: (vector) =>
      arrow.makeData({ type: new arrow.Int32(), ...validity(vector), data: (vector as Int32Vector).values }),
    decode: (buffers, { length, nulls }) =>
      new Int32Vector(int32s(bytesOf(buffers, 'values')).subarray(0, length), nulls),
  },
  timestamp: {
    fits: (vector, type) =>
      (type.name === 'timestamp' || type.name === 'timestamptz') && integersWithin(vector, EPOCH_MICROS),
    encode: (vector, { type }) =>
      arrow.makeData({
        type: new arrow.TimestampMicrosecond(type.name === 'timestamptz' ? 'UTC' : null),
        ...validity(vector),
        data: writeInt64(shifted((vector as Float64Vector).values, EPOCH_MICROS), 2) as unknown as BigInt64Array,
      }),
    decode: (buffers, { length, nulls }) =>
      new Float64Vector(shifted(readInt64(int32s(bytesOf(buffers, 'values')), 2, length), -EPOCH_MICROS), nulls),
  },
  int64: {
    fits: (vector, type) => type.physical === 'int64' && integersWithin(vector, 0),
    encode: (vector) =>
      arrow.makeData({
        type: new arrow.Int64(),
        ...validity(vector),
        data: writeInt64((vector as Float64Vector).values, 2),
      }),
    decode: (buffers, { length, nulls }) =>
      new Float64Vector(readInt64(int32s(bytesOf(buffers, 'values')), 2, length), nulls),
  },
  float64: {
    fits: (vector) => vector.kind === 'float64',
    encode: (vector) =>
      arrow.makeData({ type: new arrow.Float64(), ...validity(vector), data: (vector as Float64Vector).values }),
    decode: (buffers, { nulls }) => new Float64Vector(float64s(bytesOf(buffers, 'values')), nulls),
  },
  decimal32: decimal(32),
  decimal64: decimal(64),
  decimal: decimal(128),
  dictionary8: dictionary(new arrow.Uint8(), Uint8Array),
  dictionary16: dictionary(new arrow.Uint16(), Uint16Array),
  dictionary: dictionary(new arrow.Int32(), Int32Array),
  text: {
    fits: (vector, type) => type.physical === 'text' && vector.kind === 'datums',
    encode: (vector) => {
      const { offsets, values } =
        vector instanceof Utf8Vector
          ? { offsets: vector.offsets, values: vector.bytes }
          : joinText((vector as DatumVector).values)
      return arrow.makeData({ type: new arrow.Utf8(), ...validity(vector), valueOffsets: offsets, data: values })
    },
    decode: (buffers, { length, nulls }) => {
      const { buffer, byteOffset, byteLength } = bytesOf(buffers, 'values')
      const offsets = int32s(bytesOf(buffers, 'offsets')).subarray(0, length + 1)
      return new Utf8Vector(offsets, Buffer.from(buffer, byteOffset, byteLength), nulls)
    },
  },
  datums: {
    fits: () => true,
    encode: (vector, column) => {
      const chunks: Uint8Array[] = []
      const offsets = new Int32Array(vector.length + 1)
      for (let i = 0; i < vector.length; i++) {
        const value = vector.get(i)
        const bytes = value === null ? new Uint8Array(0) : encodeRow([value], [column])
        chunks.push(bytes)
        offsets[i + 1] = (offsets[i] as number) + bytes.length
      }
      const data = Buffer.concat(chunks)
      return arrow.makeData({ type: new arrow.Binary(), ...validity(vector), valueOffsets: offsets, data })
    },
    decode: (buffers, { length, nulls, column }) => {
      const offsets = int32s(bytesOf(buffers, 'offsets'))
      const bytes = bytesOf(buffers, 'values')
      const values: Datum[] = []
      for (let i = 0; i < length; i++) {
        const cell = bytes.subarray(offsets[i], offsets[i + 1])
        values.push(nulls?.[i] === 1 ? null : (decodeRow(cell, [column]) as Datum[])[0])
      }
      return new DatumVector(values)
    },
  },
}

/** Name of the first encoding that holds a column. */
export const encodingFor = (vector: AnyVector, type: SqlType): string =>
  Object.entries(ENCODINGS).find(([, encoding]) => encoding.fits(vector, type))?.[0] as string
