/** Memory: what is counted, what is given back, and who waits for it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { MemoryWatch } from '../../src/storage/memory-watch.ts'
import { CachedPage, PageCache } from '../../src/storage/segments/page-cache.ts'
import { OverlayMemory } from '../../src/storage/table/overlay-memory.ts'
import type { TableStore } from '../../src/storage/table/table-store.ts'
import { openParts } from '../../src/storage/storage.ts'
import { TransactionManager } from '../../src/txn/transaction-manager.ts'
import {
  committedRows,
  createTable,
  type Database,
  indexOn,
  inTransaction,
  newDisk,
  openVolatile,
  randomFrom,
} from './support/fixture.ts'

const openWith = async (memoryBudget: number): Promise<Database> => {
  const storage = await openParts({ ...newDisk(), memoryBudget }, 'test')
  return { storage, manager: new TransactionManager(storage) }
}

/** What all versions in the overlay take, and how many there are behind the newest of their rows. */
const count = (store: TableStore): { readonly bytes: number; readonly old: number } => {
  let bytes = 0
  let old = 0
  for (const slot of store.slots) {
    for (let offset = 0; offset < (slot?.length ?? 0); offset++) {
      for (let version = slot?.head(offset) ?? null; version !== null; version = version.older) {
        bytes += version.bytes
        if (version.older !== null) old++
      }
    }
  }
  return { bytes, old }
}

test('the overlay is counted exactly through changes, rollbacks, merges and old snapshots', async () => {
  const random = randomFrom(7)
  const database = await openVolatile()
  const table = await createTable(database)
  indexOn(table, [0])
  const rowids: number[] = []
  for (let round = 0; round < 60; round++) {
    const reader = database.manager.begin({ isolation: 'repeatable read' })
    reader.snapshot()
    const writer = database.manager.begin()
    const added: number[] = []
    for (let i = 0; i < 40; i++) {
      const rowid = rowids[random(rowids.length + 1)]
      if (rowid === undefined) added.push(table.insert(writer, [i, 'x'.repeat(random(50))]))
      else if (table.newest(rowid)?.values) {
        if (random(4) === 0) table.remove(writer, rowid)
        else table.update(writer, rowid, [i, 'y'.repeat(random(50))])
      }
    }
    if (random(4) === 0) writer.rollback()
    else {
      await writer.commit()
      rowids.push(...added)
    }
    if (random(3) === 0) await database.storage.mergeAll()
    expect(table.overlayBytes).toBe(count(table).bytes)
    expect(database.storage.overlay.bytes).toBe(table.overlayBytes)
    if (random(2) === 0) reader.rollback()
  }
})

test('beyond its limit the overlay is merged away; nothing is lost', async () => {
  const database = await openWith(1024 * 1024)
  const { overlay } = database.storage
  const table = await createTable(database)
  const write = (from: number): Promise<void> =>
    inTransaction(database, (t) => {
      for (let i = from; i < from + 500; i++) table.insert(t, [i, `row ${i}`])
    })
  for (let i = 0; i < 20_000; i += 500) {
    await write(i)
    expect(overlay.bytes).toBeLessThan(2 * overlay.limit)
  }
  while (overlay.bytes > overlay.limit) await sleep(5)
  const rows = await committedRows(database, table)
  expect(rows.length).toBe(20_000)
  expect(rows[12_345]).toEqual([12_345, 'row 12345'])
})

test('what a snapshot keeps from being merged holds no writer back', async () => {
  const database = await openWith(64 * 1024)
  const table = await createTable(database)
  await inTransaction(database, (t) => void table.insert(t, [-1, 'first']))
  const reader = database.manager.begin({ isolation: 'repeatable read' })
  reader.snapshot()
  for (let i = 0; i < 1000; i += 100) {
    await inTransaction(database, (t) => {
      for (let j = i; j < i + 100; j++) table.insert(t, [j, 'x'.repeat(100)])
    })
  }
  expect(database.storage.overlay.bytes).toBeGreaterThan(2 * database.storage.overlay.limit)
  reader.rollback()
})

test('writers wait from a quarter beyond the limit on, until merging is below it or can do no more', async () => {
  const overlay = new OverlayMemory(1000)
  overlay.add(1300)
  expect(overlay.held()).toBeNull()
  overlay.relieving()
  const first = overlay.held()
  let isOver = false
  void first?.then(() => {
    isOver = true
  })
  overlay.add(-40)
  await Promise.resolve()
  expect(isOver).toBe(false)
  overlay.add(-20)
  await first
  expect(overlay.held()).toBeNull()
  overlay.add(500)
  const second = overlay.held()
  overlay.paused()
  await second
})

test('old versions that nobody changes again go soon after the last snapshot that needs them', async () => {
  const database = await openVolatile()
  const table = await createTable(database)
  await inTransaction(database, (t) => {
    for (let i = 0; i < 100; i++) table.insert(t, [i, 'first'])
  })
  const reader = database.manager.begin({ isolation: 'repeatable read' })
  const snapshot = reader.snapshot()
  for (let round = 0; round < 3; round++) {
    await inTransaction(database, (t) => {
      for (let i = 0; i < 100; i++) table.update(t, i, [i, `round ${round}`])
    })
  }
  while (table.recentOldVersions.size > 0) await sleep(10)
  // One version each for the reader; what lay between is gone.
  expect(count(table).old).toBe(100)
  expect(table.fetch(50, snapshot)).toEqual([50, 'first'])
  reader.rollback()
  while (table.neededOldVersions.size > 0) await sleep(10)
  expect(count(table).old).toBe(0)
  expect(table.overlayBytes).toBe(count(table).bytes)
  expect(table.newest(50)?.values).toEqual([50, 'round 2'])
})

test('pages make room for what others hold, those that are dear to read again last', () => {
  let reserved = 0
  const cache = new PageCache(1000, () => reserved)
  const gone: string[] = []
  const page = (name: string, weight: number): CachedPage<string> =>
    new CachedPage(name, 200, () => void gone.push(name), weight)
  cache.add(page('part', 4))
  for (const name of ['a', 'b', 'c', 'd']) cache.add(page(name, 1))
  expect(cache.hasRoom(1)).toBe(false)
  reserved = 400
  cache.shrink()
  expect(gone).toEqual(['a', 'b'])
  reserved = 2000
  cache.shrink()
  // A quarter of the budget is always for pages.
  expect(gone).toEqual(['a', 'b', 'c', 'd'])
  expect(cache.bytes).toBe(200)
})

test('a process that is too large: garbage is collected, pages make room, and come back', () => {
  const budget = 100e6
  let resident = 900e6
  const patience: boolean[] = []
  let collections = 0
  let shrunk = 0
  const memory = {
    resident: () => resident,
    setPatience: (isPatient: boolean) => void patience.push(isPatient),
    collect: () => {
      collections++
      resident -= 50e6
    },
  }
  const watch = new MemoryWatch(budget, () => void shrunk++)
  for (let now = 0; now < 4000; now += 200) watch.look(memory, now)
  expect(collections).toBe(11)
  expect(shrunk).toBe(20)
  expect(watch.excess).toBe(budget)
  resident = 200e6
  for (let now = 4000; now < 12_000; now += 200) watch.look(memory, now)
  expect(watch.excess).toBe(0)
  expect(collections).toBe(11)
  expect(patience).toEqual([false])
  for (resident of [45e6, 35e6, 45e6, 55e6]) watch.look(memory, 12_000)
  expect(patience).toEqual([false, true, false])
})
