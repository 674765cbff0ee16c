/** One cell of a stored column, read without the rest of the column. */
import type { ColumnBuffers } from './column-encoding.ts'
import type { StoredColumn } from './stored-column.ts'

/** Bytes of a value by encoding, where all values take the same. */
const WIDTHS: Readonly<Record<string, number>> = {
  date: 4,
  int32: 4,
  timestamp: 8,
  int64: 8,
  float64: 8,
  decimal32: 4,
  decimal64: 8,
  decimal: 16,
}

/** Bytes of a dictionary's code by encoding. */
const CODE_WIDTHS: Readonly<Record<string, 1 | 2 | 4>> = { dictionary8: 1, dictionary16: 2, dictionary: 4 }

/** Reads bytes of one of a column's buffers. */
type ReadBuffer = (role: keyof ColumnBuffers, from: number, length: number) => Uint8Array

/** The buffers of a column of one value: that at a position of a stored column. */
export const cellBuffers = (stored: StoredColumn, position: number, read: ReadBuffer): ColumnBuffers => {
  const validity = stored.buffers.validity === undefined ? {} : { validity: bit(read, 'validity', position) }
  const width = WIDTHS[stored.encoding]
  if (width !== undefined) return { ...validity, values: read('values', position * width, width) }
  const codeWidth = CODE_WIDTHS[stored.encoding]
  if (codeWidth !== undefined) {
    const first = new Uint8Array(4)
    const code = Buffer.from(read('values', codeWidth * position, codeWidth)).readUIntLE(0, codeWidth)
    if (stored.buffers.dictionaryOffsets === undefined) return { ...validity, values: first }
    const { offsets, values } = piece(read, 'dictionaryOffsets', 'dictionaryValues', code)
    return { ...validity, values: first, dictionaryOffsets: offsets, dictionaryValues: values }
  }
  switch (stored.encoding) {
    case 'null':
      return {}
    case 'bool':
      return { ...validity, values: bit(read, 'values', position) }
    default:
      return { ...validity, ...piece(read, 'offsets', 'values', position) }
  }
}

const wordAt = (bytes: Uint8Array, word: number): number =>
  new Int32Array(bytes.buffer, bytes.byteOffset, word + 1)[word] as number

/** One bit of a bitmap as the first of a bitmap. */
const bit = (read: ReadBuffer, role: keyof ColumnBuffers, position: number): Uint8Array => {
  const byte = read(role, position >> 3, 1)[0] as number
  return Uint8Array.of((byte >> (position & 7)) & 1)
}

/** One of the values that lie end to end in a buffer, as the only one. */
const piece = (
  read: ReadBuffer,
  offsetsRole: keyof ColumnBuffers,
  valuesRole: keyof ColumnBuffers,
  position: number,
): { readonly offsets: Uint8Array; readonly values: Uint8Array } => {
  const place = read(offsetsRole, 4 * position, 8)
  const from = wordAt(place, 0)
  const length = wordAt(place, 1) - from
  const values = length === 0 ? new Uint8Array(0) : read(valuesRole, from, length)
  return { offsets: new Uint8Array(Int32Array.of(0, length).buffer), values }
}
