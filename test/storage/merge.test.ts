/** Merging under readers, against a model. */
import { expect, test, vi } from 'vitest'
import { SEGMENT_ROWS } from '../../src/storage/segments/segment.ts'
import type { Transaction } from '../../src/txn/transaction.ts'
import type { Datum } from '../../src/types/sql-type.ts'
import { Batch } from '../../src/vector/batch.ts'
import {
  COLUMNS,
  committedRows,
  createTable,
  indexOn,
  inTransaction,
  newDisk,
  openDisk,
  openVolatile,
  randomFrom,
  rowsOf,
} from './support/fixture.ts'

test('old snapshots see the same before and after a merge', async () => {
  const database = await openVolatile()
  const table = await createTable(database)
  const ids = await inTransaction(database, (t) => Array.from({ length: 100 }, (_, i) => table.insert(t, [i, 'first'])))
  const readers: { snapshot: ReturnType<ReturnType<typeof database.manager.begin>['snapshot']>; rows: Datum[][] }[] = []
  for (let round = 0; round < 5; round++) {
    const reader = database.manager.begin({ isolation: 'repeatable read' })
    const snapshot = reader.snapshot()
    readers.push({ snapshot, rows: await rowsOf(table, snapshot) })
    await inTransaction(database, (t) => {
      for (let i = round; i < 100; i += 3) {
        if (i % 7 === round) table.remove(t, ids[i] as number)
        else if (table.newest(ids[i] as number)?.values) table.update(t, ids[i] as number, [i, `round ${round}`])
      }
      table.insert(t, [1000 + round, 'new'])
    })
    await database.storage.mergeAll()
    for (const { snapshot: old, rows } of readers) expect(await rowsOf(table, old)).toEqual(rows)
  }
})

test('a scan goes on across a merge', async () => {
  const database = await openVolatile()
  const table = await createTable(database)
  await inTransaction(database, (t) => {
    for (let i = 0; i < 10_000; i++) table.insert(t, [i, 'x'])
  })
  const reader = database.manager.begin()
  const scan = table.scan(reader.snapshot(), { columns: COLUMNS, projection: [0] })
  const seen: number[] = []
  for (let batch = scan.next(); batch instanceof Batch; batch = scan.next()) {
    for (let k = 0; k < batch.count; k++) seen.push(batch.row(k)[0])
    await inTransaction(database, (t) => {
      for (let i = 0; i < 10_000; i += 500) table.update(t, i, [-i, 'y'])
    })
    await database.storage.mergeAll()
  }
  expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 10_000 }, (_, i) => i))
})

test('uncommitted changes survive a merge, and so do their undo and redo', async () => {
  for (const end of ['commit', 'rollback'] as const) {
    const disk = newDisk()
    const database = await openDisk(disk)
    const table = await createTable(database)
    const ids = await inTransaction(database, (t) => [1, 2, 3].map((i) => table.insert(t, [i, 'old'])))
    const open = database.manager.begin()
    table.update(open, ids[0] as number, [1, 'new'])
    table.remove(open, ids[1] as number)
    table.insert(open, [4, 'new'])
    await database.storage.mergeAll()
    await open[end]()
    const expected =
      end === 'commit'
        ? [
            [1, 'new'],
            [3, 'old'],
            [4, 'new'],
          ]
        : [
            [1, 'old'],
            [2, 'old'],
            [3, 'old'],
          ]
    expect(await committedRows(database, table)).toEqual(expected)
    const reopened = await openDisk(disk, 1)
    expect(await committedRows(reopened, reopened.storage.store(1))).toEqual(expected)
  }
})

test('random work with merges in between agrees with a model', async () => {
  const random = randomFrom(7)
  const disk = newDisk()
  const database = await openDisk(disk)
  const table = await createTable(database)
  const index = indexOn(table, [0])
  const model = new Map<number, Datum[]>()
  /** Their snapshots stay: merges must leave them what they see. */
  const readers: Transaction[] = []
  for (let round = 0; round < 60; round++) {
    const changed = new Map(model)
    const t = database.manager.begin()
    for (let n = random(30); n >= 0; n--) {
      const rowids = [...changed.keys()]
      const rowid = rowids[random(rowids.length)]
      const row = [random(50), `round ${round}`]
      const choice = random(4)
      if (rowid === undefined || choice < 2) changed.set(table.insert(t, row), row)
      else if (choice === 2) {
        table.update(t, rowid, row)
        changed.set(rowid, row)
      } else {
        table.remove(t, rowid)
        changed.delete(rowid)
      }
    }
    const merging = random(3) === 0 ? database.storage.mergeAll() : null
    if (random(4) === 0) t.rollback()
    else {
      await t.commit()
      model.clear()
      for (const [rowid, row] of changed) model.set(rowid, row)
    }
    await merging
    const order = (rows: Datum[][]): string[] => rows.map((row) => row.join()).sort()
    expect(order(await committedRows(database, table))).toEqual(order([...model.values()]))
    const key = random(50)
    const reader = database.manager.begin()
    readers.push(reader)
    const found = index.lookup([key], reader.snapshot()).map(({ row }) => row)
    expect(order(found)).toEqual(order([...model.values()].filter((row) => row[0] === key)))
  }
  const reopened = await openDisk(disk, 1)
  expect((await committedRows(reopened, reopened.storage.store(1))).length).toBe(model.size)
  for (const reader of readers) reader.rollback()
  await database.storage.mergeAll()
  expect(index.entryCount).toBe(model.size)
})

test('full slots are merged in the background, once their rows are committed', async () => {
  const database = await openVolatile()
  const table = await createTable(database)
  const t = database.manager.begin()
  for (let i = 0; i <= SEGMENT_ROWS; i++) table.insert(t, [i, 'x'])
  await new Promise((resolve) => setTimeout(resolve, 80))
  expect(table.segmentCount).toBe(0)
  void t.commit()
  await vi.waitFor(() => expect(table.segmentCount).toBe(1), { timeout: 5000 })
  await inTransaction(database, (u) => {
    for (let i = 0; i < 20_000; i++) table.update(u, i, [i, 'y'])
  })
  await vi.waitFor(() => expect(table.slots[0]?.overrideCount).toBe(0), { timeout: 5000 })
  expect(table.fetch(7, database.manager.begin().snapshot())).toEqual([7, 'y'])
})

test('a full segment of deleted rows goes altogether', async () => {
  const disk = newDisk()
  const database = await openDisk(disk)
  const table = await createTable(database)
  const fill = async (): Promise<number[]> =>
    inTransaction(database, (t) => Array.from({ length: SEGMENT_ROWS }, (_, i) => table.insert(t, [i, null])))
  const ids = await fill()
  await inTransaction(database, (t) => table.insert(t, [-1, 'stays']))
  await database.storage.mergeAll()
  expect(table.segmentCount).toBe(2)
  await inTransaction(database, (t) => {
    for (const rowid of ids) table.remove(t, rowid)
  })
  await database.storage.mergeAll()
  expect(table.segmentCount).toBe(1)
  expect(disk.segments.files.size).toBe(1)
  const reopened = await openDisk(disk, 1)
  expect(await committedRows(reopened, reopened.storage.store(1))).toEqual([[-1, 'stays']])
})
