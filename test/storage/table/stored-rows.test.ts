/** Rows that a start found: decoded when somebody looks at them, once, and counted from the beginning. */
import { probeUnique } from '../../../src/storage/index/conflicts.ts'
import { expect, test } from 'vitest'
import { rowKey } from '../../../src/storage/kv/keys.ts'
import { WriteBatch } from '../../../src/storage/kv/key-value-store.ts'
import type { TableStore } from '../../../src/storage/table/table-store.ts'
import { textType } from '../../../src/types/strings.ts'
import {
  committedRows,
  createTable,
  type Database,
  type Disk,
  failure,
  indexOn,
  inTransaction,
  newDisk,
  openDisk,
} from '../support/fixture.ts'

/** A disk with rows [1, 'row 1'] … in the overlay. */
const diskWith = async (count: number): Promise<ReturnType<typeof newDisk>> => {
  const disk = newDisk()
  const database = await openDisk(disk)
  const table = await createTable(database)
  await inTransaction(database, (t) => {
    for (let i = 1; i <= count; i++) table.insert(t, [i, `row ${i}`])
  })
  return disk
}

/** Opens a disk, counting how often a text is decoded. */
const openCounting = async (disk: Disk) => {
  const decoded: string[] = []
  const receive = (bytes: Uint8Array): string => {
    decoded.push(Buffer.from(bytes).toString())
    return 'decoded'
  }
  const columns = [
    { type: { ...textType, receive }, missing: null, dropped: false },
    { type: textType, missing: null, dropped: false },
  ]
  const database = await openDisk(disk, 1, columns)
  return { database, table: database.storage.store(1), decoded }
}

/** Writes a row whose first value is in its type's own form. */
const writeTyped = async (disk: ReturnType<typeof newDisk>, rowid: number, content: string): Promise<void> => {
  const batch = new WriteBatch()
  // Two values: one with the tag of its type's form, and a text.
  batch.put(rowKey(1, rowid), Buffer.from([2, 9, content.length, ...Buffer.from(content), 5, 1, 0x61]))
  await disk.log.write(batch, true)
}

const versionsOf = (table: TableStore) => table.slots.flatMap((slot) => (slot === undefined ? [] : slot.fresh))

test('a row is decoded when it is looked at, and only once', async () => {
  const disk = await diskWith(3)
  for (let rowid = 0; rowid < 3; rowid++) await writeTyped(disk, rowid, `value ${rowid}`)
  const { database, table, decoded } = await openCounting(disk)
  expect(table.rowCount).toBe(3)
  expect(decoded).toEqual([])
  const snapshot = database.manager.begin().snapshot()
  expect(table.fetch(1, snapshot)).toEqual(['decoded', 'a'])
  expect(table.fetch(1, snapshot)).toEqual(['decoded', 'a'])
  expect(decoded).toEqual(['value 1'])
  expect((await committedRows(database, table)).length).toBe(3)
  expect(decoded.length).toBe(3)
})

test('what rows take in memory is counted before and does not change after they were decoded', async () => {
  const disk = await diskWith(200)
  const database = await openDisk(disk, 1)
  const table = database.storage.store(1)
  const counted = table.overlayBytes
  expect(counted).toBe(versionsOf(table).reduce((sum, version) => sum + (version?.bytes ?? 0), 0))
  expect(database.storage.overlay.bytes).toBe(counted)
  await committedRows(database, table)
  expect(table.overlayBytes).toBe(counted)
  await inTransaction(database, (t) => {
    for (let rowid = 0; rowid < 200; rowid += 2) table.update(t, rowid, [rowid, 'changed'])
    for (let rowid = 1; rowid < 200; rowid += 2) table.remove(t, rowid)
  })
  await database.storage.mergeAll()
  expect(table.overlayBytes).toBe(0)
  expect(database.storage.overlay.bytes).toBe(0)
})

test('indexes, unique checks, updates and merges see rows that nobody has looked at', async () => {
  const disk = await diskWith(100)
  const reopen = async (): Promise<{ database: Database; table: TableStore }> => {
    const database = await openDisk(disk, 1)
    return { database, table: database.storage.store(1) }
  }
  const first = await reopen()
  const index = indexOn(first.table, [0])
  await index.prepare()?.promise
  const writer = first.database.manager.begin()
  expect(probeUnique(index, writer, [7], -1, true)).toMatchObject({ conflict: 6 })
  expect(probeUnique(index, writer, [101], -1, true)).toBe(null)
  writer.rollback()

  const second = await reopen()
  await inTransaction(second.database, (t) => second.table.update(t, 6, [7, 'changed']))
  expect((await committedRows(second.database, second.table))[6]).toEqual([7, 'changed'])

  const third = await reopen()
  expect(await third.database.storage.mergeAll()).toBe(1)
  const fourth = await reopen()
  expect(fourth.table.overlayRows).toBe(0)
  expect(await committedRows(fourth.database, fourth.table)).toEqual(
    Array.from({ length: 100 }, (_, i) => [i + 1, i === 6 ? 'changed' : `row ${i + 1}`]),
  )
})

test('a row that cannot be decoded is reported once, when it is looked at, and each time is an error', async () => {
  const disk = await diskWith(3)
  await writeTyped(disk, 1, 'fails')
  const receive = (): never => {
    throw new Error('It makes no sense.')
  }
  const columns = [
    { type: { ...textType, receive }, missing: null, dropped: false },
    { type: textType, missing: null, dropped: false },
  ]
  const { storage, manager } = await openDisk(disk, 1, columns)
  const table = storage.store(1)
  expect(storage.damages).toEqual([])
  const snapshot = manager.begin().snapshot()
  const message = 'XX001 could not read row 1 of table storage 1'
  expect(await failure(() => table.fetch(1, snapshot))).toBe(message)
  expect(await failure(() => table.fetch(1, snapshot))).toBe(message)
  expect(storage.damages.map(({ record }) => record)).toEqual(['row 1'])
  expect(table.fetch(0, snapshot)).toEqual([1, 'row 1'])
})
