import { expect, test } from 'vitest'
import { columnStatistics } from '../../src/exec/analyze-table.ts'
import { typeByName } from '../../src/types/index.ts'
import type { Datum, SqlType } from '../../src/types/sql-type.ts'

/** 1 … 1000: what generate_series gave PostgreSQL, whose pg_stats the expectations are. */
const numbers = Array.from({ length: 1000 }, (_, k) => k + 1)

const analysed = (name: string, values: readonly Datum[], target = 100) =>
  columnStatistics({ attnum: 1, type: typeByName(name) as SqlType }, values, 1000, target)

test('a unique column in storage order', () => {
  const statistics = analysed('int4', numbers, 10)
  expect(statistics).toMatchObject({ nullFraction: 0, averageWidth: 4, distinct: -1, commonValues: [] })
  expect(statistics.histogram).toEqual([1, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000])
  expect(statistics.correlation).toBeCloseTo(1)
})

test('a column of few values has them all in the list', () => {
  const statistics = analysed(
    'int4',
    numbers.map((i) => i % 10),
  )
  expect(statistics.distinct).toBe(10)
  expect(statistics.commonValues).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(statistics.commonFrequencies).toEqual(new Array(10).fill(0.1))
  expect(statistics.histogram).toEqual([])
  expect(statistics.correlation).toBeCloseTo(0.1044901)
})

test('frequent values apart, a histogram of the others', () => {
  const statistics = analysed(
    'int4',
    numbers.map((i) => (i <= 500 ? 1 : i <= 700 ? 2 : i)),
    20,
  )
  expect(statistics.distinct).toBeCloseTo(-0.302)
  expect(statistics.commonValues).toEqual([1, 2])
  expect(statistics.commonFrequencies).toEqual([0.5, 0.2])
  expect(statistics.histogram.slice(0, 4)).toEqual([701, 715, 730, 745])
  expect(statistics.histogram).toHaveLength(21)
})

test('NULLs', () => {
  const statistics = analysed(
    'int4',
    numbers.map((i) => (i % 4 === 0 ? null : i)),
  )
  expect(statistics).toMatchObject({ nullFraction: 0.25, distinct: -0.75 })
  expect(analysed('int4', [null, null])).toMatchObject({ nullFraction: 1, distinct: 0, correlation: null })
})

test('widths of texts', () => {
  const statistics = analysed(
    'text',
    numbers.map((i) => 'x'.repeat((i % 5) + 1)),
  )
  expect(statistics).toMatchObject({ averageWidth: 4, distinct: 5 })
  expect(statistics.commonValues).toEqual(['x', 'xx', 'xxx', 'xxxx', 'xxxxx'])
})

test('values of a type without an order', () => {
  expect(analysed('json', ['{}', '[]', null])).toMatchObject({ commonValues: [], histogram: [], correlation: null })
})
