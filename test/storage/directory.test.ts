/** Storages in directories: LevelDB, files, locks, versions, crashes of a whole process. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WriteBatch } from '../../src/storage/kv/key-value-store.ts'
import { LevelStore } from '../../src/storage/kv/level-store.ts'
import { openStorage } from '../../src/storage/storage.ts'
import { TransactionManager } from '../../src/txn/transaction-manager.ts'
import { COLUMNS, committedRows, createTable, type Database, failure, inTransaction } from './support/fixture.ts'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tesseradb-storage-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const open = async (tables = 0, logger: (message: string) => void = () => {}): Promise<Database> => {
  const storage = await openStorage({ directory, logger })
  await storage.loadStores(Array.from({ length: tables }, (_, i) => ({ storageId: i + 1, columns: COLUMNS })))
  return { storage, manager: new TransactionManager(storage) }
}

test('rows, segments and records come back', async () => {
  const first = await open()
  const table = await createTable(first)
  await inTransaction(first, async (t) => {
    t.putMeta('class/1', Buffer.from('t'))
    const bulk = first.storage.bulkWriter(t, table)
    for (let i = 0; i < 20_000; i++) bulk.append([i, `row ${i % 10}`])
    await bulk.finish()
  })
  await first.storage.close()
  const second = await open(1)
  expect((await committedRows(second, second.storage.store(1))).length).toBe(20_000)
  expect((await second.storage.readMeta('class/')).length).toBe(1)
  await second.storage.close()
})

test('a second server on the directory is refused', async () => {
  const first = await open()
  expect(await failure(open())).toBe(`F0001 lock file "${directory}/records/LOCK" already exists`)
  await first.storage.close()
  await (await open()).storage.close()
})

const writeVersion = async (version: string): Promise<void> => {
  const store = await LevelStore.open(join(directory, 'records'))
  const batch = new WriteBatch()
  batch.put(Buffer.from('f'), Buffer.from(version))
  await store.write(batch, true)
  await store.close()
}

test.each(['1000', '1', 'x'])('files of version %s are refused', async (version) => {
  await (await open()).storage.close()
  await writeVersion(version)
  expect(await failure(open())).toBe('55000 database files are incompatible with server')
})

test('files of the version before are opened, and are of this version from then on', async () => {
  await (await open()).storage.close()
  await writeVersion('2')
  await (await open()).storage.close()
  const store = await LevelStore.open(join(directory, 'records'))
  const found: string[] = []
  for await (const chunk of store.range(Buffer.from('f'), Buffer.from('g'))) {
    for (const [, value] of chunk) found.push(Buffer.from(value ?? []).toString())
  }
  await store.close()
  expect(found).toEqual(['3'])
})

test('a damaged directory is refused with its name', async () => {
  const database = await open()
  await createTable(database)
  await database.storage.close()
  writeFileSync(join(directory, 'records', 'CURRENT'), 'rubbish')
  expect(await failure(open())).toContain(join(directory, 'records'))
})

test('damaged records are reported', async () => {
  const first = await open()
  const table = await createTable(first)
  await inTransaction(first, (t) => {
    for (let i = 0; i < 2000; i++) table.insert(t, [i, `row ${i}`])
  })
  await first.storage.close()
  // LevelDB sorts its log into a table when it is opened.
  await (await open(1)).storage.close()
  const records = join(directory, 'records')
  for (const name of readdirSync(records).filter((file) => file.endsWith('.ldb'))) {
    const bytes = readFileSync(join(records, name))
    for (let i = 100; i < 200; i++) bytes[i] = (bytes[i] as number) ^ 0x55
    writeFileSync(join(records, name), bytes)
  }
  expect(await failure(open(1))).toMatch(/^XX001 could not read ".*\/records\/\d+\.ldb"$/)
})

test('a damaged segment is reported by its file; other columns and rows stay readable', async () => {
  const first = await open()
  const table = await createTable(first)
  await inTransaction(first, (t) => {
    for (let i = 0; i < 100; i++) table.insert(t, [i, `${i}`])
  })
  await first.storage.mergeAll()
  await inTransaction(first, (t) => table.insert(t, [100, 'overlay']))
  await first.storage.close()
  const [file] = readdirSync(join(directory, 'segments')) as [string]
  const path = join(directory, 'segments', file)
  truncateSync(path, Math.floor(readFileSync(path).length / 3))
  const second = await open(1)
  expect(await failure(committedRows(second, second.storage.store(1)))).toBe(
    `XX001 invalid data in segment file "${path}"`,
  )
  const snapshot = second.manager.begin().snapshot()
  expect(second.storage.store(1).fetch(100, snapshot)).toEqual([100, 'overlay'])
  await second.storage.close()
})

test('commits that wait share a write', async () => {
  const database = await open()
  const table = await createTable(database)
  const commits = Array.from({ length: 200 }, (_, i) => inTransaction(database, (t) => table.insert(t, [i, 'x'])))
  await Promise.all(commits)
  await Promise.all([1, 2].map((i) => inTransaction(database, (t) => table.update(t, i, [i, 'y']))))
  await database.storage.close()
  const second = await open(1)
  const rows = await committedRows(second, second.storage.store(1))
  expect([rows.length, rows[1], rows[2], rows[3]]).toEqual([200, [1, 'y'], [2, 'y'], [3, 'x']])
  await second.storage.close()
})

test('commits that don’t wait for the disk are visible at once and come back after a close', async () => {
  const database = await open()
  const table = await createTable(database)
  const t = database.manager.begin()
  table.insert(t, [1, 'x'])
  await t.commit({ synchronous: false })
  expect(await committedRows(database, table)).toEqual([[1, 'x']])
  await database.storage.close()
  const second = await open(1)
  expect(await committedRows(second, second.storage.store(1))).toEqual([[1, 'x']])
  await second.storage.close()
})

test('a process killed in the middle of commits loses nothing that it acknowledged', async () => {
  for (const killAfter of [1, 150, 400]) {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'support', 'crash-child.ts'), directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let acknowledged = 0
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged = Number(line)
      if (acknowledged >= killAfter) break
    }
    child.kill('SIGKILL')
    await once(child, 'exit')
    const database = await open(1)
    const rows = new Map((await committedRows(database, database.storage.store(1))).map(([id, text]) => [id, text]))
    const total = Number(rows.get(0))
    expect(total).toBeGreaterThanOrEqual(acknowledged)
    // Each commit n set row 0 to n, inserted row n, and deleted row n - 10.
    expect([...rows.keys()].sort((a, b) => a - b)).toEqual([
      0,
      ...Array.from({ length: Math.min(total, 10) }, (_, i) => Math.max(total - 9, 1) + i),
    ])
    await database.storage.close()
    rmSync(directory, { recursive: true, force: true })
  }
})
