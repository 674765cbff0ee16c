/** Scans: base and overlay together, projections, rowids, ranges, zone maps. */
import { describe, expect, test } from 'vitest'
import type { ScanOptions } from '../../../src/storage/table/table-scan.ts'
import type { ZoneFilter } from '../../../src/storage/table/zone-filter.ts'
import { int4Type } from '../../../src/types/integers.ts'
import type { Datum } from '../../../src/types/sql-type.ts'
import { BATCH_SIZE, Batch } from '../../../src/vector/batch.ts'
import { COLUMNS, createTable, drain, inTransaction, openVolatile } from '../support/fixture.ts'

/** 10,000 rows in a segment, then some changed, deleted and added. */
const setUp = async () => {
  const database = await openVolatile()
  const table = await createTable(database)
  await inTransaction(database, (t) => {
    for (let i = 0; i < 10_000; i++) table.insert(t, [i, i % 2 === 0 ? 'even' : null])
  })
  await database.storage.mergeAll()
  const clean = database.manager.begin({ isolation: 'repeatable read' }).snapshot()
  await inTransaction(database, (t) => {
    table.update(t, 5, [-5, 'changed'])
    table.update(t, 5000, [-5000, 'changed'])
    table.remove(t, 6)
    table.insert(t, [20_000, 'fresh'])
  })
  const scan = (options: Partial<ScanOptions>, snapshot = database.manager.begin().snapshot()): Promise<Datum[][]> =>
    drain(table.scan(snapshot, { columns: COLUMNS, projection: [0], ...options }))
  return { database, table, clean, scan }
}

test('segments are handed out as they are, in batches of one block', async () => {
  const { table, clean } = await setUp()
  const scan = table.scan(clean, { columns: COLUMNS, projection: [1, 0], withRowids: true })
  const sizes: number[] = []
  for (let batch = scan.next(); batch instanceof Batch; batch = scan.next()) {
    sizes.push(batch.count)
    expect(batch.columns.map((c) => c.kind)).toEqual(['dictionary', 'int32', 'float64'])
    expect(batch.selection).toBe(null)
  }
  expect(sizes).toEqual([BATCH_SIZE, BATCH_SIZE, 10_000 - 2 * BATCH_SIZE])
})

test('changed rows are masked in the base and come from the overlay', async () => {
  const { scan } = await setUp()
  const rows = await scan({ projection: [0, 1], withRowids: true })
  expect(rows.length).toBe(10_000)
  const byRowid = new Map(rows.map(([id, text, rowid]) => [rowid, [id, text]]))
  expect([4, 5, 6, 7, 5000, 10_000].map((rowid) => byRowid.get(rowid))).toEqual([
    [4, 'even'],
    [-5, 'changed'],
    undefined,
    [7, null],
    [-5000, 'changed'],
    [20_000, 'fresh'],
  ])
})

test('a part of the rowids, in whole blocks', async () => {
  const { scan, clean } = await setUp()
  const ids = (await scan({ from: BATCH_SIZE + 5, to: 2 * BATCH_SIZE }, clean)).map(([id]) => id)
  expect([ids.length, ids[0], ids.at(-1)]).toEqual([BATCH_SIZE, BATCH_SIZE, 2 * BATCH_SIZE - 1])
})

test('columns that rows were stored without', async () => {
  const { scan } = await setUp()
  const columns = [...COLUMNS, { type: int4Type, missing: 7, dropped: false }]
  const rows = await scan({ columns, projection: [2] })
  expect(rows.every(([value]) => value === 7)).toBe(true)
  expect((await scan({ projection: [] })).length).toBe(10_000)
})

describe('zone maps', () => {
  const filters: [ZoneFilter['op'], number, boolean][] = [
    ['<', 0, false],
    ['<', 1, true],
    ['<=', 0, true],
    ['=', -1, false],
    ['=', 9999, true],
    ['=', 10_000, false],
    ['>=', 9999, true],
    ['>', 9999, false],
  ]
  test.each(filters)('%s %i: segment read is %s', async (op, value, isRead) => {
    const { scan } = await setUp()
    const rows = await scan({ zoneFilters: [{ column: 0, op, value }] })
    // The overlay has no zone maps: its rows come anyway.
    expect(rows.length).toBe(isRead ? 10_000 : 3)
  })

  test('what the planner reads of them', async () => {
    const { table } = await setUp()
    expect(table.zones(0)).toMatchObject([{ min: 0, max: 9999, nulls: 0 }])
    expect(table.zones(0)[0]?.distinct).toBeGreaterThan(8000)
    expect(table.zones(1)).toMatchObject([{ min: 'even', max: 'even', nulls: 5000, distinct: 1 }])
    expect(table.zones(2)).toEqual([null])
    expect([table.rowCount, table.segmentCount, table.endRowid]).toEqual([10_000, 1, 10_001])
  })
})

test('a row by its rowid', async () => {
  const { table, clean, database } = await setUp()
  const now = database.manager.begin().snapshot()
  expect([4, 5, 6, 10_000, 99_999_999].map((rowid) => table.fetch(rowid, now))).toEqual([
    [4, 'even'],
    [-5, 'changed'],
    null,
    [20_000, 'fresh'],
    null,
  ])
  expect([5, 6, 10_000].map((rowid) => table.fetch(rowid, clean))).toEqual([[5, null], [6, 'even'], null])
  expect(table.fetch(4, now, [1])?.[1]).toBe('even')
})
