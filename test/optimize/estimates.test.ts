import { describe, expect, test } from 'vitest'
import { columnStatistics } from '../../src/exec/analyze-table.ts'
import { typeByName } from '../../src/types/index.ts'
import type { Datum, SqlType } from '../../src/types/sql-type.ts'
import { PlanningWorld } from './support.ts'

const numbers = Array.from({ length: 1000 }, (_, k) => k + 1)

const COLUMNS: readonly [name: string, type: string, values: readonly Datum[]][] = [
  ['u', 'int4', numbers],
  ['g', 'int4', numbers.map((i) => i % 10)],
  ['s', 'int4', numbers.map((i) => (i <= 500 ? 1 : i <= 700 ? 2 : i))],
  ['n', 'int4', numbers.map((i) => (i % 4 === 0 ? null : i))],
  ['w', 'text', numbers.map((i) => 'x'.repeat((i % 5) + 1))],
]

const statistics = {
  rows: 1000,
  pages: 6,
  columns: COLUMNS.map(([, type, values], i) =>
    columnStatistics({ attnum: i + 1, type: typeByName(type) as SqlType }, values, 1000, 100),
  ),
}

const columns = COLUMNS.map(([name, type]) => `${name} ${type}`).join(', ')
const world = new PlanningWorld({
  st: { columns, rows: 1000, statistics },
  plain: { columns: 'id int4 not null, a int4', rows: 1000, indexes: ['primary id'] },
})

describe('rows by statistics, within one of what PostgreSQL expects', () => {
  test.each([
    ['g = 3', 100],
    ['u < 250', 249],
    ['s = 1', 500],
    ['s = 800', 1],
    ['n is null', 250],
    ['n is not null', 750],
    ["w like 'xx%'", 800],
    ['g in (1, 2)', 200],
    ["g = any('{1,2,3}')", 300],
    ['g = 1 or g = 2', 190],
    ['u between 100 and 200', 101],
    ['u > 990', 10],
    ['g <> 4', 900],
    ['not (g = 4)', 900],
    ['u > 100 and g = 1', 90],
    ['u = 5', 1],
    ['n < 500', 375],
    ["w = 'x'", 200],
    ['u < g', 333],
    ['u + 1 = 5', 5],
  ])('%s', (condition, rows) => {
    const estimated = world.plan(`select * from st where ${condition}`).estimate.rows
    expect(Math.abs(estimated - rows)).toBeLessThanOrEqual(1)
  })
})

describe('rows of joins and groups', () => {
  const rows = (sql: string): number => world.plan(sql).estimate.rows

  test('a join by a key has the rows of the other side', () => {
    expect(rows('select 1 from st join plain on st.u = plain.id')).toBe(1000)
  })

  test('a join over few values multiplies', () => {
    expect(rows('select 1 from st a join st b on a.g = b.g')).toBe(100_000)
  })

  test('groups are as many as values', () => {
    expect(rows('select g, count(*) from st group by g')).toBe(10)
    expect(rows('select distinct u from st')).toBe(1000)
    expect(rows('select count(*) from st')).toBe(1)
  })

  test('LIMIT', () => {
    expect(rows('select u from st limit 7')).toBe(7)
    expect(rows('select u from st offset 990')).toBe(10)
  })

  test('guesses of PostgreSQL without statistics', () => {
    expect(rows('select 1 from plain where a = 1')).toBe(5)
    expect(rows('select 1 from plain where a < 1')).toBe(333)
    expect(rows('select 1 from plain where a between 1 and 2')).toBe(5)
    expect(rows('select 1 from plain where id = $1')).toBe(1)
  })
})
