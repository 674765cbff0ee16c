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
