/** The TPC-H generator keeps the rules of the specification; the report computes what it says. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { formatTable, geometricMean, median } from '../../bench/report.ts'
import { TABLES, tableRows } from '../../bench/tpch/generate.ts'
import { QUERY_NUMBERS } from '../../bench/tpch/run.ts'

const SCALE = 0.01
const rowsOf = (table: (typeof TABLES)[number]) => [...tableRows(table, SCALE)]

test('tables have the sizes of the scale, and the same rows each time', () => {
  const counts = Object.fromEntries(TABLES.map((table) => [table, rowsOf(table).length]))
  expect(counts).toMatchObject({
    region: 5,
    nation: 25,
    supplier: 100,
    part: 2000,
    partsupp: 8000,
    customer: 1500,
    orders: 15000,
  })
  // 1 to 7 line items an order.
  expect(Math.abs((counts.lineitem ?? 0) / 15000 - 4)).toBeLessThan(0.1)
  expect(rowsOf('supplier')).toEqual(rowsOf('supplier'))
})

test('every part has four suppliers, and line items refer to them', () => {
  const pairs = new Set(rowsOf('partsupp').map(([part, supplier]) => `${part} ${supplier}`))
  expect(pairs.size).toBe(8000)
  for (const [, part, supplier] of rowsOf('lineitem')) expect(pairs.has(`${part} ${supplier}`)).toBe(true)
})

test('order keys are sparse, and every third customer orders nothing', () => {
  const orders = rowsOf('orders')
  expect(new Set(orders.map(([key]) => key)).size).toBe(orders.length)
  expect(orders.every(([key, customer]) => Number(key) % 32 < 8 && Number(customer) % 3 !== 0)).toBe(true)
})

test('an order agrees with its line items', () => {
  const lines = Map.groupBy(rowsOf('lineitem'), ([key]) => key)
  for (const [key, , status, total, date] of rowsOf('orders').slice(0, 500)) {
    const own = lines.get(key as number) ?? []
    const states = new Set(own.map((line) => line[9]))
    expect(status).toBe(states.size === 2 ? 'P' : [...states][0])
    const sum = own.reduce((sofar, line) => sofar + Number(line[5]) * (1 + Number(line[7])) * (1 - Number(line[6])), 0)
    expect(Number(total)).toBeCloseTo(sum, 0)
    expect(own.every((line) => String(line[10]) > String(date) && String(line[12]) > String(line[10]))).toBe(true)
  }
})

test('there are 22 queries', () => {
  expect(QUERY_NUMBERS.length).toBe(22)
  for (const number of QUERY_NUMBERS) {
    const text = readFileSync(join(import.meta.dirname, `../../bench/tpch/queries/q${number}.sql`), 'utf8')
    expect(text).toMatch(/^-- .*\n(?:SELECT|WITH)/)
  }
})

test('medians, means and tables', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5])
  expect(geometricMean([1, 100])).toBeCloseTo(10)
  expect(
    formatTable([
      ['query', 'ms'],
      ['q1', '12.5'],
    ]),
  ).toBe('query    ms\nq1     12.5')
})
