/** Transactions that go on from a commit which is still on its way to the disk. */
import { expect, test } from 'vitest'
import { writeFailed } from '../../src/errors/raise/storage.ts'
import type { SqlError } from '../../src/errors/sql-error.ts'
import type { KeyValueStore, WriteBatch } from '../../src/storage/kv/key-value-store.ts'
import { Snapshot } from '../../src/storage/transaction-state.ts'
import type { IsolationLevel, Transaction } from '../../src/txn/transaction.ts'
import { ROW_LOCK } from '../../src/txn/lock-modes.ts'
import { Wait } from '../../src/vector/wait.ts'
import { committedRows, createTable, failure, FaultyStore, newDisk, openDisk } from '../storage/support/fixture.ts'

/** A log that answers when the test lets it. */
class SlowStore extends FaultyStore {
  readonly #answers: ((error: SqlError | null) => void)[] = []
  isSlow = false

  constructor(under: KeyValueStore) {
    super(under, Number.POSITIVE_INFINITY, 'drop')
  }
  override async write(batch: WriteBatch, sync: boolean): Promise<void> {
    const written = super.write(batch, sync)
    if (this.isSlow) {
      await new Promise<void>((resolve, reject) => {
        this.#answers.push((error) => (error === null ? resolve() : reject(error)))
      })
    }
    await written
  }
  /** Lets the next commit in the queue be durable, or fails all of them. */
  answer(error: SqlError | null = null): void {
    if (error !== null) this.stop(error)
    for (const answer of this.#answers.splice(0, error === null ? 1 : this.#answers.length)) answer(error)
  }
}

const TABLE = 7

const setUp = async () => {
  const disk = newDisk()
  const log = new SlowStore(disk.log)
  const database = await openDisk({ ...disk, log })
  const table = await createTable(database)
  const loader = database.manager.begin()
  const rowid = table.insert(loader, [1, 'before'])
  await loader.commit()
  log.isSlow = true
  const { manager } = database

  /** Locks the row; 'waits' when that takes more than a turn. */
  const lock = async (t: Transaction, mode: keyof typeof ROW_LOCK = 'forNoKeyUpdate'): Promise<'locked' | 'waits'> => {
    t.assignXid()
    const locked = t.lockRow(TABLE, rowid, mode)
    if (!(locked instanceof Wait)) return 'locked'
    return Promise.race([
      locked.promise.then(() => 'locked' as const),
      new Promise<'waits'>((resolve) => setImmediate(() => resolve('waits'))),
    ])
  }
  /** A transaction that has changed the row, and its commit's end. */
  const change = async (value: string) => {
    const t = manager.begin()
    expect(await lock(t)).toBe('locked')
    table.update(t, rowid, [1, value])
    return { t, done: t.commit() as Promise<void> }
  }
  const read = (t: Transaction): unknown => table.fetch(rowid, t.snapshot())?.[1]
  const settled = async (done: Promise<unknown>): Promise<boolean> => {
    let isSettled = false
    void done.finally(() => (isSettled = true)).catch(() => {})
    await new Promise((resolve) => setImmediate(resolve))
    return isSettled
  }
  return { database, manager, log, table, rowid, lock, change, read, settled }
}

test('who waits for a row goes on when the commit is queued, and sees all of it from then on', async () => {
  const { manager, table, rowid, log, lock, read, settled } = await setUp()
  const first = manager.begin()
  await lock(first)
  table.update(first, rowid, [1, 'first'])
  const other = table.insert(first, [2, 'of the first'])
  const second = manager.begin()
  const waiting = lock(second)
  expect(await waiting).toBe('waits')
  const done = first.commit() as Promise<void>
  expect(await lock(second)).toBe('locked')
  expect(read(second)).toBe('first')
  expect(table.fetch(other, second.snapshot())).toEqual([2, 'of the first'])
  // Nobody else sees what is not durable.
  expect(read(manager.begin())).toBe('before')
  expect(await settled(done)).toBe(false)
  log.answer()
  expect(await settled(done)).toBe(true)
  expect(read(manager.begin())).toBe('first')
})

test('a commit that only read what is not durable waits for it', async () => {
  const { manager, log, change, lock, settled } = await setUp()
  await change('first')
  const reader = manager.begin()
  expect(await lock(reader, 'forShare')).toBe('locked')
  const done = reader.commit() as Promise<void>
  log.answer()
  expect(await settled(done)).toBe(false)
  log.answer()
  expect(await settled(done)).toBe(true)
})

test('commits without waiting for the disk wait for those that they follow', async () => {
  const { manager, table, rowid, log, change, lock, settled } = await setUp()
  await change('first')
  const second = manager.begin()
  await lock(second)
  table.update(second, rowid, [1, 'second'])
  const done = second.commit({ synchronous: false }) as Promise<void>
  expect(await settled(done)).toBe(false)
  log.answer()
  log.answer()
  expect(await settled(done)).toBe(true)
})

test('chains of followers become visible one after another', async () => {
  const { manager, log, change, read } = await setUp()
  const commits = [await change('first'), await change('second'), await change('third')]
  const seen: unknown[] = [read(manager.begin())]
  for (const { done } of commits) {
    log.answer()
    await done
    seen.push(read(manager.begin()))
  }
  expect(seen).toEqual(['before', 'first', 'second', 'third'])
})

test.each<IsolationLevel>(['repeatable read', 'serializable'])(
  '%s waits until the commit is durable',
  async (level) => {
    const { manager, log, change, lock } = await setUp()
    const { done } = await change('first')
    const t = manager.begin({ isolation: level })
    t.snapshot()
    expect(await lock(t)).toBe('waits')
    log.answer()
    await done
    expect(await lock(t)).toBe('locked')
  },
)

test('a key that must stay, and a transaction that has changed more than rows, are not passed', async () => {
  const { manager, table, rowid, log, lock } = await setUp()
  const sharing = manager.begin()
  await lock(sharing, 'forKeyShare')
  table.insert(sharing, [2, 'refers to the row'])
  void sharing.commit()
  const deleting = manager.begin()
  expect(await lock(deleting, 'forUpdate')).toBe('waits')
  log.answer()
  expect(await lock(deleting, 'forUpdate')).toBe('locked')
  deleting.rollback()
  const defining = manager.begin()
  await lock(defining)
  table.update(defining, rowid, [1, 'with a definition'])
  defining.putMeta('a definition', new Uint8Array([1]))
  void defining.commit()
  expect(await lock(manager.begin())).toBe('waits')
})

test('when the log fails, neither the commit nor its followers are seen', async () => {
  const { database, manager, table, rowid, log, change, lock, read } = await setUp()
  const first = await change('first')
  const second = await change('second')
  const third = manager.begin()
  await lock(third)
  table.update(third, rowid, [1, 'third'])
  log.answer(writeFailed('log', new Error('no space')))
  expect(await failure(first.done)).toMatch('58030')
  expect(await failure(second.done)).toMatch('58030')
  third.rollback()
  expect(await committedRows(database, table)).toEqual([[1, 'before']])
  expect(read(manager.begin())).toBe('before')
  expect(table.fetch(rowid, new Snapshot(Number.MAX_SAFE_INTEGER, null, 0))).toEqual([1, 'before'])
})
