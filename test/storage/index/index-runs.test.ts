/** Runs of index entries: what merges, loads and builds leave in them, across restarts, against a model. */
import { describe, expect, test } from 'vitest'
import { EntryOrder } from '../../../src/storage/index/entry-order.ts'
import { FileRun, type IndexRun } from '../../../src/storage/index/index-run.ts'
import type { KeyRange, OrderedIndex } from '../../../src/storage/index/ordered-index.ts'
import { EntrySorter, mergeRuns } from '../../../src/storage/index/run-builder.ts'
import { arrange } from '../../../src/storage/index/run-levels.ts'
import type { TableStore } from '../../../src/storage/table/table-store.ts'
import { int4Type } from '../../../src/types/integers.ts'
import { Numeric } from '../../../src/types/numeric/numeric.ts'
import { numericType } from '../../../src/types/numeric/numeric-type.ts'
import type { Datum } from '../../../src/types/sql-type.ts'
import { textType } from '../../../src/types/strings.ts'
import {
  columnsOf,
  createTable,
  type Database,
  failure,
  indexOn,
  inTransaction,
  newDisk,
  openDisk,
  randomFrom,
} from '../support/fixture.ts'

/** Keys and rowids of a walk over a range. */
const walk = (index: OrderedIndex, range: KeyRange = {}): [Datum[], number][] => {
  const found: [Datum[], number][] = []
  for (const candidates = index.candidates(range); candidates.next(); )
    found.push([[...candidates.key], candidates.rowid])
  return found
}

/** Rowids that a new transaction finds through the index, in index order. */
const visible = ({ manager }: Database, index: OrderedIndex, range: KeyRange = {}): number[] => {
  const transaction = manager.begin()
  const snapshot = transaction.snapshot()
  const rowids = walk(index, range).flatMap(([key, rowid]) =>
    index.visible(key, rowid, snapshot, null) === null ? [] : [rowid],
  )
  transaction.rollback()
  return rowids
}

const load = async (database: Database, table: TableStore, rows: readonly Datum[][]): Promise<void> => {
  await inTransaction(database, async (t) => {
    const bulk = database.storage.bulkWriter(t, table)
    for (const row of rows) {
      bulk.append([...row])
      await bulk.pressure()?.promise
    }
    await bulk.finish()
  })
}

const sorted = (rows: readonly Datum[]): Datum[] => rows.toSorted((a, b) => a - b)

describe('sorting and merging', () => {
  const parts = [
    { type: int4Type, descending: false, nullsFirst: false },
    { type: textType, descending: true, nullsFirst: true },
  ]
  const order = new EntryOrder(parts)

  test('entries in any order come out sorted, each once', async () => {
    const random = randomFrom(7)
    const sorter = new EntrySorter(order)
    const entries: [Datum[], number][] = []
    for (let i = 0; i < 30_000; i++) {
      const key = [random(10) === 0 ? null : random(500), random(20) === 0 ? null : `t${random(30)}`]
      const rowid = random(20_000)
      entries.push([key, rowid])
      sorter.add(key, rowid)
    }
    const found: [Datum[], number][] = []
    for await (const part of mergeRuns(order, sorter.take())) {
      for (let i = 0; i < part.rowids.length; i++)
        found.push([part.keys.map((k) => k.get(i)), part.rowids[i] as number])
    }
    const compare = (a: [Datum[], number], b: [Datum[], number]): number => order.compareKeys(a[0], b[0]) || a[1] - b[1]
    const expected = entries.toSorted(compare).filter((entry, i, all) => {
      const before = all[i - 1]
      return before === undefined || compare(before, entry) !== 0
    })
    expect(found).toEqual(expected)
  })

  test('runs that do not overlap are one level', async () => {
    const runOf = async (from: number, to: number): Promise<IndexRun> => {
      const sorter = new EntrySorter(order)
      for (let i = from; i < to; i++) sorter.add([i, 'x'], i)
      return sorter.take()[0] as IndexRun
    }
    const runs = await Promise.all([runOf(500, 900), runOf(0, 400), runOf(450, 480), runOf(300, 600), runOf(900, 901)])
    const levels = arrange(order, runs)
    expect(levels.map((level) => level.map((run) => run.first.key[0]))).toEqual([[0, 450, 500, 900], [300]])
  })
})

describe('restarts', () => {
  test('merged rows are found through runs alone; nothing is built again', async () => {
    const disk = newDisk()
    const database = await openDisk(disk)
    const table = await createTable(database)
    const index = indexOn(table, [0])
    await inTransaction(database, (t) => {
      for (let i = 0; i < 5000; i++) table.insert(t, [(i * 7919) % 5000, `r${i}`])
    })
    await database.storage.mergeAll()
    expect([index.tree.size, index.runEntries]).toEqual([0, 5000])
    await inTransaction(database, (t) => table.insert(t, [6000, 'later']))

    const again = await openDisk(disk, 1)
    const reads: string[] = []
    const { read } = disk.segments
    disk.segments.read = function (name, offset, length) {
      reads.push(name)
      return read.call(this, name, offset, length)
    }
    const reopened = indexOn(again.storage.store(1), [0])
    await reopened.prepare()?.promise
    expect(reads).toEqual([])
    expect([reopened.tree.size, reopened.runEntries]).toEqual([1, 5000])
    expect(visible(again, reopened, { lower: [4998] }).length).toBe(3)
    expect(walk(reopened).map(([key]) => key[0])).toEqual([...Array.from({ length: 5000 }, (_, i) => i), 6000])
  })

  test('a load names its runs with its commit; a rollback leaves no file', async () => {
    const disk = newDisk()
    const database = await openDisk(disk)
    const table = await createTable(database)
    const index = indexOn(table, [1, 0])
    const rows = Array.from({ length: 150_000 }, (_, i) => [i, `k${(i * 31) % 1000}`])
    await load(database, table, rows)
    expect(index.runs.every((run) => run instanceof FileRun)).toBe(true)
    expect(index.runEntries).toBe(150_000 - 8192)
    const files = disk.segments.files.size
    const undone = database.manager.begin()
    const bulk = database.storage.bulkWriter(undone, table)
    for (let i = 0; i < 80_000; i++) bulk.append([i, 'undone'])
    await bulk.finish()
    undone.rollback()
    await Promise.resolve()
    expect(disk.segments.files.size).toBe(files)
    expect(visible(database, index, { lower: ['undone'], upper: ['undone'] })).toEqual([])

    const again = await openDisk(disk, 1)
    const reopened = indexOn(again.storage.store(1), [1, 0])
    await reopened.prepare()?.promise
    expect(visible(again, reopened, { lower: ['k5'], upper: ['k5'] }).length).toBe(150)
    expect(visible(again, reopened).length).toBe(150_000)
  })

  test('an index that was not open during a merge is built anew', async () => {
    const disk = newDisk()
    const database = await openDisk(disk)
    const table = await createTable(database)
    indexOn(table, [0])
    await inTransaction(database, (t) => {
      for (let i = 0; i < 100; i++) table.insert(t, [i, 'x'])
    })
    await database.storage.mergeAll()
    const second = await openDisk(disk, 1)
    await second.storage.removeUnusedIndexes()
    await inTransaction(second, (t) => second.storage.store(1).insert(t, [100, 'y']))
    await second.storage.mergeAll()
    const third = await openDisk(disk, 1)
    const index = indexOn(third.storage.store(1), [0])
    await index.prepare()?.promise
    expect(visible(third, index).length).toBe(101)
    // What was built is durable.
    const fourth = await openDisk(disk, 1)
    expect(indexOn(fourth.storage.store(1), [0]).runEntries).toBe(101)
  })

  test('a damaged run is reported by its file name', async () => {
    const disk = newDisk()
    const database = await openDisk(disk)
    const table = await createTable(database)
    indexOn(table, [0])
    await inTransaction(database, (t) => {
      for (let i = 0; i < 100; i++) table.insert(t, [i, 'x'])
    })
    await database.storage.mergeAll()
    const file = [...disk.segments.files.keys()].find((name) => name.endsWith('.run')) as string
    const bytes = disk.segments.files.get(file) as Uint8Array
    bytes[3] = (bytes[3] as number) ^ 1
    const again = await openDisk(disk, 1)
    const index = indexOn(again.storage.store(1), [0])
    await index.prepare()?.promise
    expect(await failure(() => walk(index))).toBe(`XX002 invalid data in index file "${file}"`)
    // REINDEX that fails to commit changes nothing; one that commits puts new runs in the place of the old.
    const undone = again.manager.begin()
    await index.rebuild(undone)
    undone.rollback()
    expect(await failure(() => walk(index))).toBe(`XX002 invalid data in index file "${file}"`)
    await inTransaction(again, (t) => index.rebuild(t))
    expect(walk(index).length).toBe(100)
    const third = await openDisk(disk, 1)
    expect(walk(indexOn(third.storage.store(1), [0])).length).toBe(100)
  })
})

test('random changes, merges, compactions and restarts agree with the table', async () => {
  const random = randomFrom(42)
  const disk = newDisk()
  const columns = columnsOf(int4Type, textType, numericType)
  let database = await openDisk(disk, 0, columns)
  let table = await createTable(database, 1, columns)
  const open = (): OrderedIndex[] => [
    indexOn(table, [0], { id: 1 }),
    indexOn(table, [1, 2], { id: 2 }),
    indexOn(table, [2], { id: 3, key: (row) => (row[0] % 3 === 0 ? [row[2]] : null), reads: [0, 2] }),
  ]
  let indexes = open()
  const rows = new Map<number, Datum[]>()
  const newRow = (): Datum[] => [
    random(300),
    random(9) === 0 ? null : `name ${random(50)}`,
    random(7) === 0 ? null : Numeric.fromScaled(random(1000), 2),
  ]
  const check = async (): Promise<void> => {
    for (const [i, index] of indexes.entries()) {
      for (let wait = index.prepare(); wait !== null; wait = index.prepare()) await wait.promise
      const expected =
        i === 2 ? [...rows].filter(([, row]) => row[0] % 3 === 0).map(([rowid]) => rowid) : [...rows.keys()]
      const found = visible(database, index)
      expect(sorted(found)).toEqual(sorted(expected))
      const keys = walk(index).map(([key, rowid]) => ({ key, rowid }))
      for (let k = 1; k < keys.length; k++) {
        const [a, b] = [keys[k - 1] as (typeof keys)[0], keys[k] as (typeof keys)[0]]
        expect(index.compareKeys(a.key, b.key) || a.rowid - b.rowid).toBeLessThan(0)
      }
      expect(walk(index, { reverse: true })).toEqual(walk(index).toReversed())
    }
  }
  for (let round = 0; round < 40; round++) {
    const commits = random(4) > 0
    const before = new Map(rows)
    const transaction = database.manager.begin()
    for (let n = random(300); n > 0; n--) {
      const rowids = [...rows.keys()]
      const rowid = rowids[random(Math.max(rowids.length, 1))]
      const action = random(3)
      if (action === 0 || rowid === undefined) {
        const row = newRow()
        rows.set(table.insert(transaction, row), row)
      } else if (action === 1) {
        const row = random(2) === 0 ? newRow() : [rows.get(rowid)?.[0], `name ${random(50)}`, rows.get(rowid)?.[2]]
        table.update(transaction, rowid, row)
        rows.set(rowid, row)
      } else {
        table.remove(transaction, rowid)
        rows.delete(rowid)
      }
      transaction.advanceCommand()
    }
    if (commits) await transaction.commit()
    else {
      transaction.rollback()
      rows.clear()
      for (const [rowid, row] of before) rows.set(rowid, row)
    }
    if (random(3) === 0) await database.storage.mergeAll()
    if (random(6) === 0) {
      await database.storage.mergeAll(table)
      database = await openDisk(disk, 1, columns)
      table = database.storage.store(1)
      indexes = open()
    }
    await check()
  }
  const named = new Set<string>()
  for await (const chunk of disk.log.range(Buffer.from('i'), Buffer.from('j'))) {
    for (const [key] of chunk) {
      const file = Buffer.from(key).toString().split('/')[2]
      if (file !== undefined) named.add(file)
    }
  }
  const files = [...disk.segments.files.keys()].filter((name) => name.endsWith('.run'))
  expect(sorted(files)).toEqual(sorted([...named]))
})
