/** Sequence values: order, limits, cycles, crashes. */
import { expect, test } from 'vitest'
import { failure, inTransaction, newDisk, openDisk, openVolatile } from './support/fixture.ts'

const OPTIONS = { start: 1, increment: 1, minimum: 1, maximum: 9223372036854775807n, cycle: false }

const setUp = async (options = OPTIONS, start = options.start) => {
  const database = await openVolatile()
  await inTransaction(database, (t) => database.storage.sequences.create(t, 1, start))
  const t = database.manager.begin()
  const { sequences } = database.storage
  return { database, sequences, t, next: () => sequences.nextval(t, 1, 's', options) }
}

test('values go up from the start and are not given back by a rollback', async () => {
  const { database, sequences, t, next } = await setUp()
  expect([next(), next()]).toEqual([1, 2])
  t.rollback()
  expect(sequences.nextval(database.manager.begin(), 1, 's', OPTIONS)).toBe(3)
})

test('limits and cycles', async () => {
  const down = { start: -1, increment: -2, minimum: -4, maximum: -1, cycle: false }
  const descending = await setUp(down as never)
  expect([descending.next(), descending.next()]).toEqual([-1, -3])
  expect(await failure(descending.next)).toBe('2200H nextval: reached minimum value of sequence "s" (-4)')
  const cycling = await setUp({ ...OPTIONS, start: 2, maximum: 3n, cycle: true })
  expect([cycling.next(), cycling.next(), cycling.next()]).toEqual([2, 3, 1])
  const large = await setUp({ ...OPTIONS, start: 9007199254740991 })
  expect([large.next(), large.next()]).toEqual([9007199254740991, 9007199254740992n])
  const last = await setUp({ ...OPTIONS, maximum: 5n }, 5)
  expect(last.next()).toBe(5)
  expect(await failure(last.next)).toBe('2200H nextval: reached maximum value of sequence "s" (5)')
})

test('setval is at once, restart belongs to the transaction', async () => {
  const { sequences, t, next } = await setUp()
  sequences.setval(t, 1, 10, true)
  expect(next()).toBe(11)
  sequences.setval(t, 1, 20, false)
  expect(next()).toBe(20)
  const savepoint = t.savepoint()
  sequences.restart(t, 1, 1)
  expect(next()).toBe(1)
  t.rollbackTo(savepoint)
  expect(next()).toBe(21)
  sequences.drop(t, 1)
  expect(() => sequences.state(1, t.state)).toThrow()
  expect(sequences.state(1, null).lastValue).toBe(21)
  t.rollback()
  expect(sequences.state(1, null).lastValue).toBe(21)
})

test('closing leaves no gap', async () => {
  const disk = newDisk()
  const first = await openDisk(disk)
  const xid = await inTransaction(first, (t) => {
    first.storage.sequences.create(t, 1, 1)
    first.storage.sequences.nextval(t, 1, 's', OPTIONS)
    return t.xid
  })
  await first.storage.close()
  const second = await openDisk(disk)
  const t = second.manager.begin()
  expect(second.storage.sequences.nextval(t, 1, 's', OPTIONS)).toBe(2)
  expect(t.xid).toBe(xid + 1)
})

test('no value comes twice after a crash, whenever it comes', async () => {
  const disk = newDisk()
  let database = await openDisk(disk)
  const given = new Set<unknown>()
  const take = async (n: number): Promise<void> =>
    inTransaction(database, (t) => {
      for (let i = 0; i < n; i++) {
        const value = database.storage.sequences.nextval(t, 1, 's', OPTIONS)
        expect(given.has(value)).toBe(false)
        given.add(value)
      }
    })
  await inTransaction(database, (t) => {
    database.storage.sequences.create(t, 1, 1)
    given.add(database.storage.sequences.nextval(t, 1, 's', OPTIONS))
  })
  for (const n of [1, 31, 32, 33, 100]) {
    database = await openDisk(disk)
    await take(n)
  }
  database = await openDisk(disk)
  database.storage.sequences.nextval(database.manager.begin(), 1, 's', OPTIONS)
  await inTransaction(database, (t) => database.storage.sequences.drop(t, 1))
  database = await openDisk(disk)
  expect(() => database.storage.sequences.state(1, null)).toThrow()
})

test('others take values of what is committed, and a rollback gives none of them out again', async () => {
  const { database, sequences, t, next } = await setUp()
  const other = database.manager.begin()
  const take = () => sequences.nextval(other, 1, 's', OPTIONS)
  expect(next()).toBe(1)
  sequences.restart(t, 1, 100)
  expect([next(), take(), next(), take()]).toEqual([100, 2, 101, 3])
  expect([sequences.state(1, other.state).lastValue, sequences.state(1, t.state).lastValue]).toEqual([3, 101])
  const savepoint = t.savepoint()
  sequences.drop(t, 1)
  expect(take()).toBe(4)
  t.rollbackTo(savepoint)
  expect([next(), take()]).toEqual([102, 5])
  t.rollback()
  expect(take()).toBe(6)
  const last = database.manager.begin()
  sequences.restart(last, 1, 100)
  expect(take()).toBe(7)
  await last.commit()
  expect(take()).toBe(100)
})

test('a restart that is not committed is nothing to a crash', async () => {
  const disk = newDisk()
  let database = await openDisk(disk)
  const next = (): Promise<unknown> => {
    const { storage } = database
    return inTransaction(database, (t) => storage.sequences.nextval(t, 1, 's', OPTIONS))
  }
  await inTransaction(database, (t) => database.storage.sequences.create(t, 1, 1000))
  expect(await next()).toBe(1000)
  const t = database.manager.begin()
  database.storage.sequences.restart(t, 1, 5)
  const savepoint = t.savepoint()
  database.storage.sequences.restart(t, 1, 7)
  database.storage.sequences.nextval(t, 1, 's', OPTIONS)
  t.rollbackTo(savepoint)
  database.storage.sequences.nextval(t, 1, 's', OPTIONS)
  expect(await next()).toBe(1001)
  database = await openDisk(disk)
  expect(await next()).toBeGreaterThan(1001)
  // Values of the old state are logged while the transaction that restarts it commits.
  const other = database.manager.begin()
  const last = database.manager.begin()
  database.storage.sequences.restart(last, 1, 5)
  const committed = last.commit()
  for (let i = 0; i < 40; i++) database.storage.sequences.nextval(other, 1, 's', OPTIONS)
  await committed
  await other.commit()
  database = await openDisk(disk)
  expect(await next()).toBe(5)
})
