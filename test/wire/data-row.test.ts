/** DataRow bytes of every form of vector, as text and binary. */
import { describe, expect, test } from 'vitest'
import type { FieldDescription } from '../../src/session/contract.ts'
import { float8Type } from '../../src/types/floats.ts'
import { int4Type, int8Type } from '../../src/types/integers.ts'
import type { Datum, FormatContext, SqlType } from '../../src/types/sql-type.ts'
import { textType } from '../../src/types/strings.ts'
import { Batch } from '../../src/vector/batch.ts'
import {
  type AnyVector,
  ConstantVector,
  DatumVector,
  DictionaryVector,
  Float64Vector,
  Int32Vector,
} from '../../src/vector/vector.ts'
import { columnWriters, writeDataRows } from '../../src/wire/data-row.ts'
import { OutputBuffer } from '../../src/wire/output-buffer.ts'
import { type Received, values } from './client.ts'

const context = { extraFloatDigits: 1 } as FormatContext

const field = (type: SqlType): FieldDescription => ({ name: 'c', tableOid: 0, attnum: 0, type, typmod: -1 })

/** Rows of a batch of one column, read back. */
const rowsOf = (type: SqlType, column: AnyVector, format = 0, selection: Int32Array | null = null): Received[] => {
  const out = new OutputBuffer()
  const batch = new Batch([column], column.length, selection)
  const fields = [field(type)]
  writeDataRows(out, batch, 0, Number.POSITIVE_INFINITY, columnWriters(out, batch, fields, [format], context))
  const received: Received[] = []
  for (let at = 0; at < out.length; ) {
    const length = out.bytes.readInt32BE(at + 1)
    received.push({
      type: String.fromCharCode(out.bytes[at] as number),
      body: out.bytes.subarray(at + 5, at + 1 + length),
    })
    at += 1 + length
  }
  return received
}

const textOf = (type: SqlType, column: AnyVector, selection: Int32Array | null = null): Datum[] =>
  rowsOf(type, column, 0, selection).map((row) => values(row)[0])

describe('text', () => {
  test('integers without a call per value', () => {
    const numbers = [0, 7, -1, 10, -2147483648, 2147483647]
    expect(textOf(int4Type, new Int32Vector(Int32Array.from(numbers), null))).toEqual(numbers.map(String))
    const big = [0, -0, 9007199254740991, -9007199254740991, 1e15, 999999999999999]
    const expected = big.map((n) => String(n))
    expect(textOf(int8Type, new Float64Vector(Float64Array.from(big), null))).toEqual(expected)
    expect(textOf(int8Type, new DatumVector([9223372036854775807n, null]))).toEqual(['9223372036854775807', null])
  })

  test('NULLs, selections, constants', () => {
    const column = new Int32Vector(Int32Array.of(1, 2, 3), Uint8Array.of(0, 1, 0))
    expect(textOf(int4Type, column)).toEqual(['1', null, '3'])
    expect(textOf(int4Type, column, Int32Array.of(2, 0, 0))).toEqual(['3', '1', '1'])
    expect(textOf(textType, new ConstantVector('x', 2))).toEqual(['x', 'x'])
    expect(textOf(textType, new ConstantVector(null, 1))).toEqual([null])
  })

  test('text of every length and script', () => {
    const texts = ['', 'a', 'é', '€uro', '😀', 'x'.repeat(31), 'x'.repeat(1000), 'ü'.repeat(40), `${'a'.repeat(31)}é`]
    expect(textOf(textType, new DatumVector(texts))).toEqual(texts)
    expect(textOf(textType, new DictionaryVector(Int32Array.of(1, -1, 0, 1), ['é', 'b']))).toEqual([
      'b',
      null,
      'é',
      'b',
    ])
  })

  test('floats go through their type', () => {
    expect(textOf(float8Type, new Float64Vector(Float64Array.of(0.1, 1e300, Number.NaN), null))).toEqual([
      '0.1',
      '1e+300',
      'NaN',
    ])
  })
})

test('binary', () => {
  const [row, none] = rowsOf(int4Type, new Int32Vector(Int32Array.of(258, 0), Uint8Array.of(0, 1)), 1)
  expect(row?.body).toEqual(Buffer.from([0, 1, 0, 0, 0, 4, 0, 0, 1, 2]))
  expect(none?.body).toEqual(Buffer.from([0, 1, 255, 255, 255, 255]))
  const [first] = rowsOf(textType, new DictionaryVector(Int32Array.of(0), ['é']), 1)
  expect(first?.body).toEqual(Buffer.from([0, 1, 0, 0, 0, 2, 0xc3, 0xa9]))
})

test('many rows go out in portions', () => {
  const out = new OutputBuffer()
  const batch = new Batch([new Int32Vector(new Int32Array(1000), null)], 1000)
  const writers = columnWriters(out, batch, [field(int4Type)], null, context)
  const next = writeDataRows(out, batch, 0, 100, writers)
  // 12 bytes a row: a header of 5, a count of 2, a length of 4, one digit.
  expect([next, out.length]).toEqual([9, 108])
  expect(out.take().length).toBe(108)
  expect(writeDataRows(out, batch, next, Number.POSITIVE_INFINITY, writers)).toBe(1000)
})

test('of a row that cannot be written nothing is', () => {
  const out = new OutputBuffer()
  const broken = {
    ...textType,
    format: (value: string) => {
      if (value === 'bad') throw new Error('no text form')
      return value
    },
  }
  const batch = new Batch([new DatumVector(['good', 'bad'])], 2)
  const writers = columnWriters(out, batch, [field(broken)], null, context)
  writeDataRows(out, batch, 0, 1, writers)
  const { length } = out
  expect(() => writeDataRows(out, batch, 1, Number.POSITIVE_INFINITY, writers)).toThrow('no text form')
  expect(out.length).toBe(length)
})
