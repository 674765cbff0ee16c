/**
 * Rows as bytes: a count, then one tagged value each. Numbers, text, bytes, bigints and numerics have tags of their own;
 * other datums go through their type's binary form. A deleted row is no bytes at all.
 */
import { dataCorrupted } from '../errors/raise/storage.ts'
import { Numeric } from '../types/numeric/numeric.ts'
import type { Datum, FormatContext } from '../types/sql-type.ts'
import type { ColumnDescriptor } from './table/column.ts'
import { VALUE_BYTES } from './table/row-size.ts'

const TAG = {
  null: 0,
  false: 1,
  true: 2,
  integer: 3,
  float: 4,
  text: 5,
  bytes: 6,
  bigint: 7,
  numeric: 8,
  typed: 9,
} as const

/** Settings under which binary forms are written and read; no session's settings reach the disk. */
export const STORAGE_FORMAT: FormatContext = {
  dateStyle: 'ISO',
  dateOrder: 'YMD',
  intervalStyle: 'postgres',
  timeZone: 'UTC',
  extraFloatDigits: 3,
  byteaOutput: 'hex',
  transactionTimestamp: 0,
  names: {
    format: (_kind, oid) => String(oid),
    resolve: (_kind, name) => Number(name),
  },
}

const EMPTY = new Uint8Array(0)

/** Bytes being written; shared by all encodings, which don't overlap. */
let buffer = Buffer.allocUnsafe(4096)
let end = 0

const reserve = (bytes: number): void => {
  if (end + bytes <= buffer.length) return
  const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, end + bytes))
  buffer.copy(larger, 0, 0, end)
  buffer = larger
}

const writeVarint = (value: number): void => {
  let rest = value
  while (rest >= 0x80) {
    buffer[end++] = (rest % 0x80) | 0x80
    rest = Math.floor(rest / 0x80)
  }
  buffer[end++] = rest
}

const writeNumber = (value: number): void => {
  reserve(10)
  if (Number.isSafeInteger(value) && !Object.is(value, -0) && Math.abs(value) < 2 ** 52) {
    buffer[end++] = TAG.integer
    writeVarint(value < 0 ? -2 * value - 1 : 2 * value)
  } else {
    buffer[end++] = TAG.float
    end = buffer.writeDoubleLE(value, end)
  }
}

const writeText = (tag: number, text: string): void => {
  const length = Buffer.byteLength(text, 'utf8')
  reserve(length + 6)
  buffer[end++] = tag
  writeVarint(length)
  end += buffer.write(text, end, length, 'utf8')
}

const writeBytes = (tag: number, bytes: Uint8Array): void => {
  reserve(bytes.length + 6)
  buffer[end++] = tag
  writeVarint(bytes.length)
  buffer.set(bytes, end)
  end += bytes.length
}

const writeValue = (value: Datum, column: ColumnDescriptor | undefined): void => {
  reserve(1)
  if (value === null || value === undefined) buffer[end++] = TAG.null
  else if (typeof value === 'number') writeNumber(value)
  else if (typeof value === 'string') writeText(TAG.text, value)
  else if (typeof value === 'boolean') buffer[end++] = value ? TAG.true : TAG.false
  else if (typeof value === 'bigint') writeText(TAG.bigint, value.toString())
  else if (value instanceof Uint8Array) writeBytes(TAG.bytes, value)
  else if (value instanceof Numeric) {
    reserve(7)
    buffer[end++] = TAG.numeric
    writeVarint(value.scale)
    writeValue(value.coefficient, undefined)
  } else if (column === undefined) throw new Error('a row is wider than the column list of its table')
  else writeBytes(TAG.typed, column.type.send(value, STORAGE_FORMAT))
}

/** A stored row, or a deletion, as bytes. `columns` must cover the row. */
export const encodeRow = (row: readonly Datum[] | null, columns: readonly ColumnDescriptor[]): Uint8Array => {
  if (row === null) return EMPTY
  end = 0
  reserve(6)
  writeVarint(row.length)
  for (let i = 0; i < row.length; i++) writeValue(row[i], columns[i])
  return Buffer.from(buffer.subarray(0, end))
}

class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  byte(): number {
    if (this.#at >= this.#bytes.length) throw endsTooEarly()
    return this.#bytes[this.#at++] as number
  }

  varint(): number {
    let value = 0
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.byte()
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
  }

  take(length: number): Buffer {
    const from = this.#at
    this.#at += length
    if (this.#at > this.#bytes.length) throw endsTooEarly()
    return this.#bytes.subarray(from, this.#at)
  }

  value(column: ColumnDescriptor | undefined): Datum {
    const tag = this.byte()
    switch (tag) {
      case TAG.null:
        return null
      case TAG.false:
        return false
      case TAG.true:
        return true
      case TAG.integer: {
        const zigzag = this.varint()
        return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2
      }
      case TAG.float:
        return this.take(8).readDoubleLE()
      case TAG.text:
        return this.take(this.varint()).toString('utf8')
      case TAG.bytes:
        return new Uint8Array(this.take(this.varint()))
      case TAG.bigint:
        return BigInt(this.take(this.varint()).toString('latin1'))
      case TAG.numeric: {
        const scale = this.varint()
        return Numeric.of(this.value(undefined), scale)
      }
      case TAG.typed: {
        const bytes = this.take(this.varint())
        if (column === undefined || column.dropped) return null
        return column.type.receive(bytes, -1, STORAGE_FORMAT)
      }
      default:
        throw unknownTag(tag)
    }
  }
}

/** The row that `encodeRow` wrote, null for a deletion. Values of dropped columns may come back as null. */
export const decodeRow = (bytes: Uint8Array, columns: readonly ColumnDescriptor[]): Datum[] | null => {
  if (bytes.length === 0) return null
  const reader = new Reader(bytes)
  const row: Datum[] = []
  for (let i = 0, n = reader.varint(); i < n; i++) row.push(reader.value(columns[i]))
  return row
}

/**
 * About what the row that `encodeRow` wrote at bytes[from, to) will take in memory once it is decoded (see `rowBytes`).
 * Throws when these cannot be the bytes of a row. Makes no objects, for a start looks at every row.
 */
export const storedRowBytes = (bytes: Uint8Array, from: number, to: number): number => {
  let at = from
  const byte = (): number => {
    if (at >= to) throw endsTooEarly()
    return bytes[at++] as number
  }
  const varint = (): number => {
    let value = 0
    for (let factor = 1; ; factor *= 0x80) {
      const next = byte()
      value += (next & 0x7f) * factor
      if (next < 0x80) return value
    }
  }
  /** Passes over content, and answers its length. */
  const pass = (length: number): number => {
    at += length
    if (at > to) throw endsTooEarly()
    return length
  }
  let left = varint()
  let size = VALUE_BYTES.place * left
  for (; left > 0; left--) {
    const tag = byte()
    switch (tag) {
      case TAG.null:
      case TAG.false:
      case TAG.true:
        break
      case TAG.integer:
        if (varint() >= 2 ** 31) size += VALUE_BYTES.number
        break
      case TAG.float:
        pass(8)
        size += VALUE_BYTES.number
        break
      case TAG.text:
        size += VALUE_BYTES.text + pass(varint())
        break
      case TAG.bytes:
        size += VALUE_BYTES.bytes + pass(varint())
        break
      case TAG.numeric:
        varint()
        size += VALUE_BYTES.other
        // The digits are a value of their own.
        left++
        break
      case TAG.bigint:
      case TAG.typed:
        pass(varint())
        size += VALUE_BYTES.other
        break
      default:
        throw unknownTag(tag)
    }
  }
  return size
}

const endsTooEarly = () => dataCorrupted('a stored row', 'It ends too early.')
const unknownTag = (tag: number) => dataCorrupted('a stored row', `It has a value with the unknown tag ${tag}.`)
