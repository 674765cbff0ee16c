/** Rows survive the way to bytes and back, whatever their types. */
import { describe, expect, test } from 'vitest'
import { decodeRow, encodeRow, storedRowBytes } from '../../src/storage/row-codec.ts'
import { rowBytes } from '../../src/storage/table/row-size.ts'
import { typeByName } from '../../src/types/index.ts'
import { Numeric } from '../../src/types/numeric/numeric.ts'
import type { SqlType } from '../../src/types/sql-type.ts'
import { columnsOf, failure } from './support/fixture.ts'
import { SAMPLES } from './support/samples.ts'

const type = (name: string): SqlType => typeByName(name) as SqlType

describe('round trips', () => {
  test.each(SAMPLES)('%s', (name, values) => {
    const columns = columnsOf(...values.map(() => type(name)))
    expect(decodeRow(encodeRow(values, columns), columns)).toEqual(values)
  })

  test.each(SAMPLES)('%s takes as much memory as its bytes say', (_name, values) => {
    const row = encodeRow(values, columnsOf(...values.map(() => type(_name))))
    const bytes = Buffer.concat([Buffer.from([0xff]), row])
    const size = storedRowBytes(bytes, 1, bytes.length)
    // Digits of numerics are counted on top, and texts by their bytes.
    expect(size).toBeGreaterThanOrEqual(rowBytes(values))
    expect(size).toBeLessThanOrEqual(3 * rowBytes(values) + row.length)
  })

  test('numbers at their limits', () => {
    const row = [0, -0, 1, -1, 127, 128, -129, 2 ** 31, -(2 ** 31), 2 ** 52 - 1, 2 ** 52, -(2 ** 53) + 1, 1e300, 5e-324]
    const limits = [...row, Number.NaN, Number.POSITIVE_INFINITY, 2n ** 63n - 1n, -(2n ** 63n)]
    const back = decodeRow(encodeRow(limits, []), []) as unknown[]
    back.forEach((value, i) => expect(Object.is(value, limits[i])).toBe(true))
    const numerics = [Numeric.NaN, Numeric.NegativeInfinity, Numeric.of(10n ** 40n, 20), Numeric.of(-5, 3)]
    expect(decodeRow(encodeRow(numerics, []), [])).toEqual(numerics)
  })
})

test('a deletion is no bytes', () => {
  expect(encodeRow(null, []).length).toBe(0)
  expect(decodeRow(new Uint8Array(0), [])).toBe(null)
})

test('values of dropped columns come back as null', () => {
  const columns = columnsOf(type('interval'), type('int4'))
  const interval = SAMPLES.find(([name]) => name === 'interval')?.[1][0]
  const bytes = encodeRow([interval, 7], columns)
  expect(decodeRow(bytes, [{ ...columns[0], dropped: true } as never, columns[1] as never])).toEqual([null, 7])
})

test('every truncation is noticed', async () => {
  const columns = columnsOf(type('text'), type('int4'), type('numeric'))
  const bytes = encodeRow(['some text', 123456, Numeric.of(5, 2)], columns)
  for (let length = 1; length < bytes.length; length++) {
    expect(await failure(() => decodeRow(bytes.subarray(0, length), columns))).toMatch(/^XX001 could not read/)
    expect(await failure(() => storedRowBytes(bytes, 0, length))).toMatch(/^XX001 could not read/)
  }
})
