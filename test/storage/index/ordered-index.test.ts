/** Indexes over tables: ranges, order, uniqueness, versions. */
import { probeUnique } from '../../../src/storage/index/conflicts.ts'
import { describe, expect, test } from 'vitest'
import { IndexScan } from '../../../src/storage/index/index-scan.ts'
import type { KeyRange, OrderedIndex } from '../../../src/storage/index/ordered-index.ts'
import { int4Type } from '../../../src/types/integers.ts'
import type { Datum } from '../../../src/types/sql-type.ts'
import { textType } from '../../../src/types/strings.ts'
import { Wait } from '../../../src/vector/wait.ts'
import {
  COLUMNS,
  columnsOf,
  createTable,
  drain,
  failure,
  indexOn,
  inTransaction,
  openVolatile,
} from '../support/fixture.ts'

const setUp = async (rows: Datum[][] = [], columns = COLUMNS) => {
  const database = await openVolatile()
  const table = await createTable(database, 1, columns)
  const rowids = await inTransaction(database, (t) => rows.map((row) => table.insert(t, row)))
  return { ...database, database, table, rowids }
}

const scan = (index: OrderedIndex, range: KeyRange, snapshot = null as never): Promise<Datum[][]> =>
  drain(new IndexScan(index, range, snapshot, { columns: index.store.columns, projection: [0, 1] }))

describe('ranges', () => {
  const rows = [
    [3, 'c'],
    [1, 'a'],
    [2, 'b'],
    [null, 'n'],
    [2, 'B'],
  ]
  const ranges: [KeyRange, Datum[]][] = [
    [{}, ['a', 'b', 'B', 'c', 'n']],
    [{ reverse: true }, ['n', 'c', 'B', 'b', 'a']],
    [{ lower: [2] }, ['b', 'B', 'c', 'n']],
    [{ lower: [2], lowerInclusive: false }, ['c', 'n']],
    [{ lower: [2], upper: [null], upperInclusive: false }, ['b', 'B', 'c']],
    [{ upper: [2] }, ['a', 'b', 'B']],
    [{ upper: [2], upperInclusive: false, reverse: true }, ['a']],
    [{ lower: [2], upper: [2], reverse: true }, ['B', 'b']],
    [{ lower: [null], upper: [null] }, ['n']],
    [{ lower: [7], upper: [5] }, []],
  ]
  test.each(ranges)('%j', async (range, names) => {
    const { manager, table } = await setUp(rows)
    const found = await scan(indexOn(table, [0]), range, manager.begin().snapshot() as never)
    expect(found.map((row) => row[1])).toEqual(names)
  })

  test('prefixes of composite keys, descending parts, NULLs first', async () => {
    const { manager, table } = await setUp([
      [1, 'x'],
      [1, 'y'],
      [2, 'z'],
      [1, null],
    ])
    const index = indexOn(table, [0, 1], {
      parts: [
        { type: int4Type, descending: false, nullsFirst: false },
        { type: textType, descending: true, nullsFirst: true },
      ],
    })
    const snapshot = manager.begin().snapshot() as never
    expect(await scan(index, { lower: [1], upper: [1] }, snapshot)).toEqual([
      [1, null],
      [1, 'y'],
      [1, 'x'],
    ])
    expect(await scan(index, { lower: [1, 'y'], upper: [1] }, snapshot)).toEqual([
      [1, 'y'],
      [1, 'x'],
    ])
    expect(index.lookup([1, 'x'], snapshot).length).toBe(1)
  })

  test('a partial index over an expression', async () => {
    const { manager, table } = await setUp([
      [-5, 'a'],
      [7, 'b'],
      [-9, 'c'],
    ])
    const index = indexOn(table, [0], { key: (row) => (row[0] < 0 ? [-row[0]] : null) })
    expect(await scan(index, {}, manager.begin().snapshot() as never)).toEqual([
      [-5, 'a'],
      [-9, 'c'],
    ])
    expect(index.entryCount).toBe(2)
  })
})

describe('versions', () => {
  test('each snapshot finds rows by the keys that it sees', async () => {
    const { manager, table, rowids } = await setUp([
      [1, 'a'],
      [2, 'b'],
    ])
    const index = indexOn(table, [0])
    await index.prepare()?.promise
    const old = manager.begin({ isolation: 'repeatable read' })
    const before = old.snapshot()
    const t = manager.begin()
    table.update(t, rowids[0] as number, [9, 'a'])
    table.remove(t, rowids[1] as number)
    expect(index.lookup([9], t.snapshot())).toEqual([])
    void t.commit()
    const now = manager.begin().snapshot()
    expect([1, 2, 9].map((key) => index.lookup([key], before).length)).toEqual([1, 1, 0])
    expect([1, 2, 9].map((key) => index.lookup([key], now).length)).toEqual([0, 0, 1])
  })

  test('an update of other columns touches no index; a rollback leaves no entry', async () => {
    const { manager, table, rowids } = await setUp([[1, 'a']])
    const index = indexOn(table, [0])
    await index.prepare()?.promise
    const t = manager.begin()
    table.update(t, rowids[0] as number, [1, 'b'])
    expect(index.entryCount).toBe(1)
    table.update(t, rowids[0] as number, [2, 'b'])
    table.insert(t, [3, 'c'])
    expect(index.entryCount).toBe(3)
    t.rollback()
    expect(index.entryCount).toBe(1)
    expect(index.lookup([1], manager.begin().snapshot()).length).toBe(1)
  })

  test('merging drops entries that no snapshot can need', async () => {
    const { database, storage, table, rowids } = await setUp([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ])
    const index = indexOn(table, [0])
    await index.prepare()?.promise
    await storage.mergeAll()
    await inTransaction(database, (t) => {
      table.update(t, rowids[0] as number, [5, 'a'])
      table.remove(t, rowids[1] as number)
    })
    expect(index.entryCount).toBe(4)
    await storage.mergeAll()
    expect(index.entryCount).toBe(2)
    await inTransaction(database, (t) => table.update(t, rowids[0] as number, [1, 'back']))
    await storage.mergeAll()
    expect(index.lookup([1], database.manager.begin().snapshot())[0]?.row).toEqual([1, 'back'])
    expect(index.entryCount).toBe(2)
  })

  test('writes while the index is being built are not lost', async () => {
    const { database, manager, table, rowids } = await setUp(
      Array.from({ length: 20_000 }, (_, i) => [i % 977, `${i}`]),
    )
    const index = indexOn(table, [0])
    const building = index.prepare()
    expect(building).toBeInstanceOf(Wait)
    await inTransaction(database, (t) => {
      table.insert(t, [5000, 'new'])
      table.update(t, rowids[0] as number, [5001, 'moved'])
      table.update(t, rowids[19_999] as number, [5002, 'moved'])
    })
    await building?.promise
    const snapshot = manager.begin().snapshot()
    expect([5000, 5001, 5002].map((key) => index.lookup([key], snapshot).length)).toEqual([1, 1, 1])
    expect(index.lookup([0], snapshot).length).toBe(20)
    const all = await scan(index, {}, snapshot as never)
    expect(all.length).toBe(20_001)
    expect(all.every((row, i) => i === 0 || (all[i - 1] as Datum[])[0] <= row[0])).toBe(true)
  })

  test('rows stored before a column was added have its missing value as key', async () => {
    const { manager, table } = await setUp([[1, 'a']])
    const wide = [...COLUMNS, { type: int4Type, missing: 42, dropped: false }]
    const t = manager.begin()
    table.setColumns(t, wide)
    void t.commit()
    const index = indexOn(table, [2])
    await index.prepare()?.promise
    expect(index.lookup([42], manager.begin().snapshot()).length).toBe(1)
  })
})

describe('uniqueness', () => {
  test('free, taken, own row, deleted', async () => {
    const { manager, table, rowids } = await setUp([
      [1, 'a'],
      [null, 'n'],
    ])
    const index = indexOn(table, [0])
    await index.prepare()?.promise
    const t = manager.begin()
    const taken = { conflict: rowids[0] }
    expect(probeUnique(index, t, [2])).toBe(null)
    expect(probeUnique(index, t, [1])).toMatchObject(taken)
    expect(probeUnique(index, t, [1], rowids[0])).toBe(null)
    expect(probeUnique(index, t, [null])).toBe(null)
    expect(probeUnique(index, t, [null], -1, false)).toMatchObject({ conflict: rowids[1] })
    table.remove(t, rowids[0] as number)
    expect(probeUnique(index, t, [1])).toBe(null)
    const mine = table.insert(t, [1, 'again'])
    expect(probeUnique(index, t, [1])).toMatchObject({ conflict: mine })
  })

  test('an uncommitted row makes others wait: taken after its commit, free after its rollback', async () => {
    for (const end of ['commit', 'rollback'] as const) {
      const { manager, table } = await setUp()
      const index = indexOn(table, [0])
      const [a, b] = [manager.begin({ processId: 1 }), manager.begin({ processId: 2 })]
      const rowid = table.insert(a, [1, 'a'])
      b.beginWrite()
      const answer = probeUnique(index, b, [1])
      expect(answer).toBeInstanceOf(Wait)
      void a[end]()
      await (answer as Wait).promise
      const after = probeUnique(index, b, [1])
      if (end === 'commit') expect(after).toMatchObject({ conflict: rowid })
      else expect(after).toBe(null)
    }
  })

  test('a row that another transaction deletes or moves away', async () => {
    const { manager, table, rowids } = await setUp([
      [1, 'a'],
      [2, 'b'],
    ])
    const index = indexOn(table, [0])
    await index.prepare()?.promise
    const [a, b] = [manager.begin({ processId: 1 }), manager.begin({ processId: 2 })]
    table.remove(a, rowids[0] as number)
    table.update(a, rowids[1] as number, [20, 'b'])
    const waits = [1, 2, 20].map((key) => probeUnique(index, b, [key]))
    expect(waits.every((w) => w instanceof Wait)).toBe(true)
    void a.commit()
    expect([1, 2].map((key) => probeUnique(index, b, [key]))).toEqual([null, null])
    expect(probeUnique(index, b, [20])).toMatchObject({ conflict: rowids[1] })
  })

  test('two transactions that wait for each other’s keys deadlock', async () => {
    const { manager, table } = await setUp()
    const index = indexOn(table, [0])
    const [a, b] = [manager.begin({ processId: 1 }), manager.begin({ processId: 2 })]
    table.insert(a, [1, 'a'])
    table.insert(b, [2, 'b'])
    const waitA = probeUnique(index, a, [2]) as Wait
    const waitB = probeUnique(index, b, [1]) as Wait
    expect(await failure(waitB.promise)).toBe('40P01 deadlock detected')
    b.rollback()
    await waitA.promise
    expect(probeUnique(index, a, [2])).toBe(null)
  })

  test('rows of a bulk load count before their segment is complete', async () => {
    const { storage, manager, table } = await setUp([], columnsOf(int4Type, textType))
    const index = indexOn(table, [0])
    const t = manager.begin()
    const bulk = storage.bulkWriter(t, table)
    for (let i = 0; i < 10_000; i++) bulk.append([i, 'x'])
    expect(probeUnique(index, t, [9999])).toMatchObject({ conflict: expect.any(Number) })
    expect(probeUnique(index, manager.begin(), [9999])).toBeInstanceOf(Wait)
    t.rollback()
    expect(index.entryCount).toBe(0)
    expect(probeUnique(index, manager.begin(), [9999])).toBe(null)
  })
})

test('a key expression that fails changes nothing', async () => {
  const { manager, table, rowids } = await setUp([[1, 'a']])
  const broken = (row: Datum[]): Datum[] => {
    if (row[0] === 13) throw new Error('bad luck')
    return [row[0]]
  }
  const index = indexOn(table, [0])
  indexOn(table, [0], { key: broken })
  await index.prepare()?.promise
  const t = manager.begin()
  expect(() => table.insert(t, [13, 'x'])).toThrow('bad luck')
  expect(() => table.update(t, rowids[0] as number, [13, 'x'])).toThrow('bad luck')
  expect(index.entryCount).toBe(1)
  expect(table.endRowid).toBe(1)
  t.rollback()
  expect(index.lookup([1], manager.begin().snapshot()).length).toBe(1)
})
