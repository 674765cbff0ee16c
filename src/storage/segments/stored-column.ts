/**
 * One column's buffers in a file and back: what segment files and index runs have in common. Who stores a column says
 * where its buffers lie and checks that they are what was written.
 */
import type * as arrow from 'apache-arrow'
import { segmentCorrupted } from '../../errors/raise/storage.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { AnyVector } from '../../vector/vector.ts'
import type { ColumnDescriptor } from '../table/column.ts'
import { type ColumnBuffers, ENCODINGS } from './column-encoding.ts'
import { Utf8Vector } from './utf8-vector.ts'
import { fromBitmap } from './words.ts'

/** Where a column's buffers lie and how they are encoded. */
export interface StoredColumn {
  readonly encoding: string
  readonly scale?: number
  /** Offset and length of each buffer, from where its owner counts. */
  readonly buffers: { readonly [role in keyof ColumnBuffers]?: readonly [offset: number, length: number] }
}

/** The buffers of an Arrow column by their roles; empty ones are left out. */
export const arrowBuffers = (data: arrow.Data): [role: keyof ColumnBuffers, buffer: ArrayBufferView][] => {
  const dictionary = data.dictionary?.data[0]
  const all: [keyof ColumnBuffers, ArrayBufferView | undefined][] = [
    ['validity', data.nullCount > 0 ? data.nullBitmap : undefined],
    ['offsets', data.valueOffsets],
    ['values', data.values],
    ['dictionaryOffsets', dictionary?.valueOffsets],
    ['dictionaryValues', dictionary?.values],
  ]
  return all.filter((entry): entry is [keyof ColumnBuffers, ArrayBufferView] => (entry[1]?.byteLength ?? 0) > 0)
}

/** The vector of a column of `length` values. Throws XX001, naming the file, when its encoding is not known. */
export const decodeColumn = (
  stored: StoredColumn,
  buffers: ColumnBuffers,
  length: number,
  column: ColumnDescriptor,
  file: string,
): AnyVector => {
  const encoding = ENCODINGS[stored.encoding]
  if (encoding === undefined) throw segmentCorrupted(file, `It has the unknown encoding "${stored.encoding}".`)
  const nulls = buffers.validity === undefined ? null : fromBitmap(buffers.validity, length, true)
  return encoding.decode(buffers, { length, nulls, column, scale: stored.scale ?? 0 })
}

/** Bytes that a value takes in memory by encoding, where that is not what it takes in the file. */
const DECODED_WIDTHS: Readonly<Record<string, number>> = {
  bool: 1,
  dictionary8: 4,
  dictionary16: 4,
  decimal32: 8,
  decimal: 8,
}

/** Memory that a column of `length` values will take when it is decoded, in bytes. */
export const expectedBytes = ({ encoding, buffers }: StoredColumn, length: number): number => {
  const stored = Object.values(buffers).reduce((sum, [, bytes]) => sum + bytes, 0)
  return Math.max(stored, (DECODED_WIDTHS[encoding] ?? 0) * length)
}

/** A string's object and its place in an array. */
const STRING_BYTES = 48

/** Memory that a decoded column takes in bytes; that of values which are not in typed arrays is estimated. */
export const decodedBytes = (vector: AnyVector, storedBytes: number): number => {
  switch (vector.kind) {
    case 'constant':
      return 0
    case 'dictionary':
      return vector.codes.byteLength + dictionaryBytes(vector.dictionary)
    case 'datums':
      return vector instanceof Utf8Vector
        ? vector.offsets.byteLength + vector.bytes.byteLength + (vector.nulls?.byteLength ?? 0)
        : 2 * storedBytes + STRING_BYTES * vector.length
    default:
      return vector.values.byteLength + (vector.nulls?.byteLength ?? 0)
  }
}

const dictionaryBytes = (dictionary: readonly Datum[]): number =>
  dictionary.reduce((sum: number, text) => sum + STRING_BYTES + (typeof text === 'string' ? text.length : 0), 0)
