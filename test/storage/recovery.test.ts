/** What a storage finds when it is opened again. */
import { expect, test } from 'vitest'
import { openParts } from '../../src/storage/storage.ts'
import { int4Type } from '../../src/types/integers.ts'
import {
  COLUMNS,
  columnsOf,
  committedRows,
  createTable,
  indexOn,
  inTransaction,
  newDisk,
  openDisk,
} from './support/fixture.ts'

test('committed rows, changes and deletions come back; others don’t', async () => {
  const disk = newDisk()
  const first = await openDisk(disk)
  const table = await createTable(first)
  const ids = await inTransaction(first, (t) => [1, 2, 3].map((i) => table.insert(t, [i, `row ${i}`])))
  await inTransaction(first, (t) => {
    table.update(t, ids[0] as number, [1, 'changed'])
    table.remove(t, ids[1] as number)
    const savepoint = t.savepoint()
    table.insert(t, [4, 'undone'])
    t.rollbackTo(savepoint)
  })
  table.insert(first.manager.begin(), [5, 'never committed'])
  const second = await openDisk(disk, 1)
  const reopened = second.storage.store(1)
  expect(await committedRows(second, reopened)).toEqual([
    [1, 'changed'],
    [3, 'row 3'],
  ])
  expect(reopened.rowCount).toBe(2)
  await inTransaction(second, (t) => reopened.insert(t, [6, 'after']))
  expect((await committedRows(await openDisk(disk, 1), (await openDisk(disk, 1)).storage.store(1))).length).toBe(3)
})

test('merged segments and the overlay over them', async () => {
  const disk = newDisk()
  const first = await openDisk(disk)
  const table = await createTable(first)
  const ids = await inTransaction(first, (t) =>
    Array.from({ length: 5000 }, (_, i) => table.insert(t, [i, `row ${i}`])),
  )
  expect(await first.storage.mergeAll()).toBe(1)
  expect(await first.storage.mergeAll()).toBe(0)
  await inTransaction(first, (t) => {
    table.update(t, ids[10] as number, [10, 'ten'])
    table.remove(t, ids[11] as number)
    table.insert(t, [5000, 'new'])
  })
  const expected = await committedRows(first, table)
  const second = await openDisk(disk, 1)
  const reopened = second.storage.store(1)
  expect(await committedRows(second, reopened)).toEqual(expected)
  expect(reopened.rowCount).toBe(5000)
  await second.storage.mergeAll()
  const third = await openDisk(disk, 1)
  expect(await committedRows(third, third.storage.store(1))).toEqual(expected)
  expect(disk.segments.files.size).toBe(1)
})

test('bulk loads: committed, rolled back, undone with a savepoint', async () => {
  const disk = newDisk()
  const database = await openDisk(disk)
  const table = await createTable(database)
  const load = async (t: Parameters<typeof table.insert>[0], from: number): Promise<void> => {
    const bulk = database.storage.bulkWriter(t, table)
    for (let i = from; i < from + 80_000; i++) {
      bulk.append([i, i % 2 === 0 ? null : 'odd'])
      if (i % 10_000 === 0) await bulk.pressure()?.promise
    }
    await bulk.finish()
  }
  await inTransaction(database, (t) => load(t, 0))
  expect(table.segmentCount).toBe(2)
  const undone = database.manager.begin()
  await load(undone, 100_000)
  expect((await committedRows(database, table)).length).toBe(80_000)
  undone.rollback()
  await inTransaction(database, async (t) => {
    const savepoint = t.savepoint()
    await load(t, 200_000)
    t.rollbackTo(savepoint)
    table.insert(t, [300_000, 'last'])
  })
  expect(table.rowCount).toBe(80_001)
  expect(disk.segments.files.size).toBe(2)
  const again = await openDisk(disk, 1)
  const rows = await committedRows(again, again.storage.store(1))
  expect(rows.length).toBe(80_001)
  expect([rows[79_999], rows[80_000]]).toEqual([
    [79_999, 'odd'],
    [300_000, 'last'],
  ])
  const index = indexOn(again.storage.store(1), [0])
  await index.prepare()?.promise
  const walk = index.candidates({})
  let entries = 0
  while (walk.next()) entries++
  expect(entries).toBe(80_001)
})

test('inserts fill the room that a committed bulk load left', async () => {
  const database = await openDisk(newDisk())
  const table = await createTable(database)
  await inTransaction(database, async (t) => {
    const bulk = database.storage.bulkWriter(t, table)
    for (let i = 0; i < 9000; i++) bulk.append([i, 'bulk'])
    await bulk.finish()
  })
  await inTransaction(database, (t) => {
    for (let i = 9000; i < 80_000; i++) table.insert(t, [i, 'single'])
  })
  expect(table.slots.length).toBe(2)
  await database.storage.mergeAll()
  const rows = await committedRows(database, table)
  expect(rows.length).toBe(80_000)
  expect(rows.every(([id], i) => id === i)).toBe(true)
})

test('tables dropped or never committed leave nothing; unknown files and storages are removed', async () => {
  const disk = newDisk()
  const first = await openDisk(disk)
  const dropped = await createTable(first, 1)
  await createTable(first, 2)
  await inTransaction(first, (t) => dropped.insert(t, [1, 'x']))
  await first.storage.mergeAll()
  const undone = first.manager.begin()
  first.storage.createStore(undone, 3, COLUMNS)
  undone.rollback()
  await inTransaction(first, (t) => first.storage.dropStore(t, 1))
  expect(() => first.storage.store(1)).toThrow()
  await first.storage.close()
  expect(disk.segments.files.size).toBe(0)
  disk.segments.files.set('stray.arrow', new Uint8Array(3))
  const second = await openDisk(disk, 0)
  expect(disk.segments.files.size).toBe(0)
  expect([...second.storage.stores]).toEqual([])
})

test('rows that a drop left behind when the server stopped are removed', async () => {
  const disk = newDisk()
  const first = await openDisk(disk)
  const table = await createTable(first)
  await inTransaction(first, (t) => table.insert(t, [1, 'x']))
  const clear = disk.log.clear.bind(disk.log)
  disk.log.clear = async () => {}
  await inTransaction(first, (t) => first.storage.dropStore(t, 1))
  disk.log.clear = clear
  await openDisk(disk)
  const messages: string[] = []
  const storage = await openParts({ ...disk, logger: (message) => messages.push(message) }, 'test')
  await storage.loadStores([])
  expect(messages).toEqual([])
})

test('added columns have their missing value in rows stored before', async () => {
  const disk = newDisk()
  const first = await openDisk(disk)
  const table = await createTable(first)
  await inTransaction(first, (t) => table.insert(t, [1, 'old']))
  const wide = [...COLUMNS, { type: int4Type, missing: 42, dropped: false }]
  await inTransaction(first, (t) => {
    table.setColumns(t, wide)
    table.insert(t, [2, 'new', 7])
  })
  const expected = [
    [1, 'old', 42],
    [2, 'new', 7],
  ]
  expect(await committedRows(first, table, wide)).toEqual(expected)
  const second = await openDisk(disk, 1, wide)
  expect(await committedRows(second, second.storage.store(1), wide)).toEqual(expected)
  await second.storage.mergeAll()
  expect(await committedRows(second, second.storage.store(1), wide)).toEqual(expected)
  expect(await committedRows(second, second.storage.store(1))).toEqual([
    [1, 'old'],
    [2, 'new'],
  ])
})

test('catalog records come back in order, as last committed', async () => {
  const disk = newDisk()
  const first = await openDisk(disk)
  await inTransaction(first, (t) => {
    t.putMeta('class/2', Buffer.from('two'))
    t.putMeta('class/1', Buffer.from('one'))
    t.putMeta('other', Buffer.from('x'))
    const savepoint = t.savepoint()
    t.putMeta('class/1', Buffer.from('undone'))
    t.putMeta('class/3', Buffer.from('undone'))
    t.rollbackTo(savepoint)
  })
  await inTransaction(first, (t) => t.putMeta('other', null))
  const second = await openDisk(disk)
  const read = async (prefix: string) =>
    (await second.storage.readMeta(prefix)).map(([k, v]) => [k, Buffer.from(v ?? '').toString()])
  expect(await read('class/')).toEqual([
    ['class/1', 'one'],
    ['class/2', 'two'],
  ])
  expect(await read('other')).toEqual([])
})

test('transaction ids are not given twice', async () => {
  const disk = newDisk()
  const first = await openDisk(disk)
  const used = [0, 1, 2].map(() => first.manager.begin().assignXid())
  const second = await openDisk(disk)
  expect(second.manager.begin().assignXid()).toBeGreaterThan(Math.max(...used))
})

test('temporary tables write nothing', async () => {
  const disk = newDisk()
  const database = await openDisk(disk)
  await inTransaction(database, (t) => {
    const table = database.storage.createStore(t, 1, columnsOf(int4Type), { logged: false })
    for (let i = 0; i < 10; i++) table.insert(t, [i])
  })
  await database.storage.mergeAll()
  expect(disk.segments.files.size).toBe(0)
  expect([...(await openDisk(disk)).storage.stores]).toEqual([])
})
