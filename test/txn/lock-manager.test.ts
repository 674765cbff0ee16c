/** Lock modes, queues, deadlocks. */
import { describe, expect, test } from 'vitest'
import { queryCanceled } from '../../src/errors/raise/execution.ts'
import { SqlError } from '../../src/errors/sql-error.ts'
import { KeyInterval } from '../../src/storage/index/key-interval.ts'
import { LockManager } from '../../src/txn/lock-manager.ts'
import { type LockMode, ROW_LOCK, TABLE_LOCK } from '../../src/txn/lock-modes.ts'
import type { LockTag } from '../../src/txn/lock-tag.ts'
import { Wait } from '../../src/vector/wait.ts'
import { failure } from '../storage/support/fixture.ts'

const table = (relation: number): LockTag => ({ kind: 'relation', relation })
const row = { kind: 'row', relation: 7, rowid: 42 } as const

const compare = (a: readonly number[], b: readonly number[]): number => (a[0] as number) - (b[0] as number)

const interval = (from: number, to: number): KeyInterval =>
  new KeyInterval({ lower: [from], upper: [to], upperInclusive: false }, compare)

/** PostgreSQL's manual, table 13.2: X where the mode of the row and that of the column conflict. */
const TABLE_CONFLICTS = [
  '.......X', // ACCESS SHARE
  '......XX', // ROW SHARE
  '....XXXX', // ROW EXCLUSIVE
  '...XXXXX', // SHARE UPDATE EXCLUSIVE
  '..XX.XXX', // SHARE
  '..XXXXXX', // SHARE ROW EXCLUSIVE
  '.XXXXXXX', // EXCLUSIVE
  'XXXXXXXX', // ACCESS EXCLUSIVE
]
/** Table 13.3. */
const ROW_CONFLICTS = ['...X', '..XX', '.XXX', 'XXXX']

const matrix = (tag: LockTag, modes: readonly LockMode[]): string[] =>
  modes.map((held) =>
    modes
      .map((wanted) => {
        const locks = new LockManager()
        locks.acquire(locks.owner(1), tag, held)
        return locks.acquire(locks.owner(2), tag, wanted, { noWait: true }) === null ? '.' : 'X'
      })
      .join(''),
  )

/** Whether a wait has been granted, after everything that is due has happened. */
const settled = async (wait: Wait): Promise<boolean> => {
  let done = false
  wait.promise.then(
    () => {
      done = true
    },
    () => {},
  )
  await new Promise((resolve) => setImmediate(resolve))
  return done
}

const wait = (answer: null | Wait | 'unavailable'): Wait => {
  expect(answer).toBeInstanceOf(Wait)
  return answer as Wait
}

describe('modes', () => {
  test('table modes conflict as PostgreSQL’s do', () => {
    expect(matrix(table(1), Object.values(TABLE_LOCK))).toEqual(TABLE_CONFLICTS)
  })
  test('row modes conflict as PostgreSQL’s do', () => {
    expect(matrix(row, Object.values(ROW_LOCK))).toEqual(ROW_CONFLICTS)
  })
})

describe('queues', () => {
  test('requests are served in arrival order', async () => {
    const locks = new LockManager()
    const [a, b, c] = [locks.owner(1), locks.owner(2), locks.owner(3)]
    expect(locks.acquire(a, table(1), TABLE_LOCK.share)).toBe(null)
    const writer = wait(locks.acquire(b, table(1), TABLE_LOCK.accessExclusive))
    const reader = wait(locks.acquire(c, table(1), TABLE_LOCK.accessShare))
    expect(locks.blockingProcesses(3)).toEqual([2])
    locks.releaseAll(a)
    expect(await settled(writer)).toBe(true)
    expect(await settled(reader)).toBe(false)
    locks.releaseAll(b)
    expect(await settled(reader)).toBe(true)
  })

  test('a holder that asks for more does not queue behind others', async () => {
    const locks = new LockManager()
    const [a, b, c] = [locks.owner(1), locks.owner(2), locks.owner(3)]
    locks.acquire(a, table(1), TABLE_LOCK.accessShare)
    locks.acquire(c, table(1), TABLE_LOCK.accessShare)
    const waiting = wait(locks.acquire(b, table(1), TABLE_LOCK.accessExclusive))
    expect(locks.acquire(a, table(1), TABLE_LOCK.rowExclusive)).toBe(null)
    const upgrade = wait(locks.acquire(a, table(1), TABLE_LOCK.accessExclusive))
    locks.releaseAll(c)
    expect(await settled(upgrade)).toBe(true)
    expect(await settled(waiting)).toBe(false)
    locks.releaseAll(a)
    expect(await settled(waiting)).toBe(true)
    locks.releaseAll(b)
    expect(locks.list()).toEqual([])
  })

  test('locks of one process do not conflict', () => {
    const locks = new LockManager()
    expect(locks.acquire(locks.owner(1), table(1), TABLE_LOCK.accessExclusive)).toBe(null)
    expect(locks.acquire(locks.owner(1), table(1), TABLE_LOCK.accessExclusive)).toBe(null)
  })

  test('a wait that is given up lets those behind it pass', async () => {
    const locks = new LockManager()
    const [a, b, c] = [locks.owner(1), locks.owner(2), locks.owner(3)]
    locks.acquire(a, table(1), TABLE_LOCK.accessShare)
    const writer = wait(locks.acquire(b, table(1), TABLE_LOCK.accessExclusive))
    const reader = wait(locks.acquire(c, table(1), TABLE_LOCK.accessShare))
    locks.cancelWait(2, queryCanceled('user request'))
    expect(await failure(writer.promise)).toBe('57014 canceling statement due to user request')
    expect(await settled(reader)).toBe(true)
  })

  test('lock_timeout ends a wait', async () => {
    const locks = new LockManager()
    locks.acquire(locks.owner(1), row, ROW_LOCK.forUpdate)
    const answer = wait(locks.acquire(locks.owner(2), row, ROW_LOCK.forUpdate, { timeoutMs: 1 }))
    expect(await failure(answer.promise)).toBe('55P03 canceling statement due to lock timeout')
  })

  test('waiting for a transaction takes nothing', async () => {
    const locks = new LockManager()
    const [holder, a, b] = [locks.owner(1), locks.owner(2), locks.owner(3)]
    const first = locks.waitForTransaction(a, holder, 100)
    const second = locks.waitForTransaction(b, holder, 100)
    expect(locks.list().filter(({ granted }) => granted)).toMatchObject([
      { tag: { kind: 'transaction', xid: 100 }, processId: 1, mode: 'ExclusiveLock', granted: true, waitStart: null },
    ])
    locks.releaseAll(holder)
    expect([await settled(first), await settled(second)]).toEqual([true, true])
    expect(locks.list()).toEqual([])
  })

  test('ranges conflict where they overlap', () => {
    const locks = new LockManager()
    const tag: LockTag = { kind: 'range', object: 1 }
    const take = (owner: number, mode: LockMode, from: number, to: number) =>
      locks.acquire(locks.owner(owner), tag, mode, { range: interval(from, to), noWait: true })
    expect(take(1, TABLE_LOCK.share, 10, 20)).toBe(null)
    expect(take(2, TABLE_LOCK.exclusive, 20, 21)).toBe(null)
    expect(take(2, TABLE_LOCK.exclusive, 19, 30)).toBe('unavailable')
    expect(take(1, TABLE_LOCK.exclusive, 15, 16)).toBe(null)
  })

  test('a reader’s ranges: covered ones are not taken again, many become the whole index', async () => {
    const locks = new LockManager()
    const [reader, writer, other] = [locks.owner(1), locks.owner(2), locks.owner(3)]
    const share = TABLE_LOCK.share
    const held = (): number => locks.list().filter(({ processId }) => processId === 1).length
    expect(locks.hasRanges()).toBe(false)
    expect(locks.enterRange(writer, 1, interval(5, 6), 0)).toBe(null)
    expect(locks.acquireRange(reader, 1, share, interval(0, 9), 0)).toBe(null)
    expect(locks.acquireRange(reader, 1, share, interval(3, 4), 0)).toBe(null)
    expect([held(), locks.hasRanges(1), locks.hasRanges(2)]).toEqual([1, true, false])
    expect(locks.enterRange(writer, 1, interval(10, 11), 0)).toBe(null)
    for (let i = 1; i < 64; i++) locks.acquireRange(reader, 1, share, interval(i * 100, i * 100 + 1), 0)
    expect(held()).toBe(64)
    expect(locks.acquireRange(reader, 1, share, interval(9000, 9001), 0)).toBe(null)
    expect(held()).toBe(1)
    const entering = wait(locks.enterRange(writer, 1, interval(5050, 5051), 0))
    const second = wait(locks.acquireRange(other, 1, share, interval(5000, 6000), 0))
    locks.releaseAll(reader)
    // Who waited to write holds the key from then on; a reader that came later waits for it.
    expect([await settled(entering), await settled(second)]).toEqual([true, false])
    locks.releaseAll(writer)
    expect(await settled(second)).toBe(true)
    locks.releaseAll(other)
    expect(locks.hasRanges()).toBe(false)
  })

  test('tens of thousands of locks are free at once, for waiters and for those who don’t wait', async () => {
    const locks = new LockManager()
    const [a, b] = [locks.owner(1), locks.owner(2)]
    const last: LockTag = { ...row, rowid: 49_999 }
    for (let rowid = 0; rowid < 50_000; rowid++) locks.acquire(a, { ...row, rowid }, ROW_LOCK.forUpdate)
    const waiting = wait(locks.acquire(b, last, ROW_LOCK.forUpdate))
    locks.releaseAll(a)
    await waiting.promise
    expect(locks.acquire(b, { ...row, rowid: 40_000 }, ROW_LOCK.forUpdate, { noWait: true })).toBe(null)
    expect([39_999, 40_000, 49_999].map((rowid) => locks.heldModes(b, { ...row, rowid }))).toEqual([
      0,
      ROW_LOCK.forUpdate,
      ROW_LOCK.forUpdate,
    ])
    for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve))
    locks.releaseAll(b)
    expect(locks.list()).toEqual([])
  })

  test('one mode can be given up before the end', async () => {
    const locks = new LockManager()
    const [a, b] = [locks.owner(1), locks.owner(2)]
    const key: LockTag = { kind: 'advisory', database: 1, key: 5n, space: 1 }
    locks.acquire(a, key, TABLE_LOCK.exclusive)
    const waiting = wait(locks.acquire(b, key, TABLE_LOCK.exclusive))
    expect(locks.release(a, key, TABLE_LOCK.share)).toBe(false)
    expect(locks.release(a, key, TABLE_LOCK.exclusive)).toBe(true)
    expect(await settled(waiting)).toBe(true)
    expect(locks.heldModes(b, key)).toBe(TABLE_LOCK.exclusive)
  })
})

describe('deadlocks', () => {
  test('the youngest of a cycle goes', async () => {
    const locks = new LockManager()
    const [a, b, c] = [locks.owner(11), locks.owner(12), locks.owner(13)]
    const owners = [a, b, c]
    owners.forEach((owner, i) => void locks.acquire(owner, table(i), TABLE_LOCK.exclusive))
    const waitB = wait(locks.acquire(b, table(2), TABLE_LOCK.exclusive))
    const waitC = wait(locks.acquire(c, table(0), TABLE_LOCK.exclusive))
    const waitA = wait(locks.acquire(a, table(1), TABLE_LOCK.exclusive))
    const error = await waitC.promise.catch((e: SqlError) => e)
    expect(error).toBeInstanceOf(SqlError)
    expect((error as SqlError).code).toBe('40P01')
    expect((error as SqlError).fields.detail).toBe(
      [
        'Process 11 waits for ExclusiveLock on relation 1; blocked by process 12.',
        'Process 12 waits for ExclusiveLock on relation 2; blocked by process 13.',
        'Process 13 waits for ExclusiveLock on relation 0; blocked by process 11.',
      ].join('\n'),
    )
    locks.releaseAll(c)
    expect(await settled(waitB)).toBe(true)
    locks.releaseAll(b)
    expect(await settled(waitA)).toBe(true)
  })

  test('rows are told as PostgreSQL does', async () => {
    const locks = new LockManager()
    const [a, b] = [locks.owner(1), locks.owner(2)]
    a.xid = 7649
    b.xid = 7650
    const other: LockTag = { ...row, rowid: 43 }
    locks.acquire(a, row, ROW_LOCK.forNoKeyUpdate)
    locks.acquire(b, other, ROW_LOCK.forNoKeyUpdate)
    wait(locks.acquire(a, other, ROW_LOCK.forNoKeyUpdate))
    const error = await wait(locks.acquire(b, row, ROW_LOCK.forNoKeyUpdate)).promise.catch((e: SqlError) => e)
    expect((error as SqlError).fields).toEqual({
      detail:
        'Process 2 waits for ShareLock on transaction 7649; blocked by process 1.\n' +
        'Process 1 waits for ShareLock on transaction 7650; blocked by process 2.',
      hint: 'See server log for query details.',
    })
  })

  test('two holders that both want more', async () => {
    const locks = new LockManager()
    const [a, b] = [locks.owner(1), locks.owner(2)]
    locks.acquire(a, row, ROW_LOCK.forShare)
    locks.acquire(b, row, ROW_LOCK.forShare)
    const waitA = wait(locks.acquire(a, row, ROW_LOCK.forUpdate))
    const waitB = wait(locks.acquire(b, row, ROW_LOCK.forUpdate))
    expect(await failure(waitB.promise)).toBe('40P01 deadlock detected')
    expect(await settled(waitA)).toBe(false)
    locks.releaseAll(b)
    expect(await settled(waitA)).toBe(true)
  })

  test('through a queue: who only stands behind others may pass them', async () => {
    const locks = new LockManager()
    const [a, b, c] = [locks.owner(1), locks.owner(2), locks.owner(3)]
    locks.acquire(a, table(1), TABLE_LOCK.accessShare)
    locks.acquire(c, table(2), TABLE_LOCK.exclusive)
    const waitB = wait(locks.acquire(b, table(1), TABLE_LOCK.accessExclusive))
    const waitC = wait(locks.acquire(c, table(1), TABLE_LOCK.accessShare))
    const waitA = wait(locks.acquire(a, table(2), TABLE_LOCK.exclusive))
    expect(await settled(waitC)).toBe(true)
    expect(await settled(waitA)).toBe(false)
    locks.releaseAll(c)
    expect(await settled(waitA)).toBe(true)
    locks.releaseAll(a)
    expect(await settled(waitB)).toBe(true)
  })

  test('modes that a savepoint added are given up with it, what was held before stays', async () => {
    const locks = new LockManager()
    const [a, b] = [locks.owner(1), locks.owner(2)]
    const tag = { kind: 'row', relation: 1, rowid: 1 } as const
    locks.acquire(a, tag, ROW_LOCK.forKeyShare)
    const mark = a.mark()
    locks.acquire(a, tag, ROW_LOCK.forUpdate)
    const waitB = wait(locks.acquire(b, tag, ROW_LOCK.forNoKeyUpdate))
    expect(await settled(waitB)).toBe(false)
    locks.releaseSince(a, mark)
    expect(await settled(waitB)).toBe(true)
    expect(locks.acquire(b, tag, ROW_LOCK.forUpdate, { noWait: true })).toBe('unavailable')
  })

  test('who asks for a row that its holders would share does not wait behind others', async () => {
    const locks = new LockManager()
    const [a, b, c] = [locks.owner(1), locks.owner(2), locks.owner(3)]
    const tag = { kind: 'row', relation: 1, rowid: 1 } as const
    locks.acquire(a, tag, ROW_LOCK.forShare)
    const waitB = wait(locks.acquire(b, tag, ROW_LOCK.forUpdate))
    expect(locks.acquire(c, tag, ROW_LOCK.forShare)).toBe(null)
    locks.releaseAll(a)
    expect(await settled(waitB)).toBe(false)
    locks.releaseAll(c)
    expect(await settled(waitB)).toBe(true)
  })
})

describe('very many row locks', () => {
  const row = (rowid: number) => ({ kind: 'row', relation: 7, rowid }) as const

  test('conflict, queue and go as others do', async () => {
    const locks = new LockManager()
    const [many, other] = [locks.owner(1), locks.owner(2)]
    for (let rowid = 0; rowid < 5000; rowid++)
      expect(locks.acquire(many, row(rowid), ROW_LOCK.forNoKeyUpdate)).toBe(null)
    expect(many.held.length).toBeLessThan(2000)
    expect(locks.acquire(other, row(4999), ROW_LOCK.forKeyShare)).toBe(null)
    expect(locks.acquire(other, row(4998), ROW_LOCK.forShare, { noWait: true })).toBe('unavailable')
    expect(locks.acquire(other, row(70_000), ROW_LOCK.forUpdate)).toBe(null)
    // A stronger mode of an own row waits for the one that holds it beside.
    const stronger = locks.acquire(many, row(4999), ROW_LOCK.forUpdate) as Wait
    expect(stronger).toBeInstanceOf(Wait)
    locks.releaseAll(other)
    await stronger.promise
    const third = locks.owner(3)
    const waiting = locks.acquire(third, row(3000), ROW_LOCK.forUpdate) as Wait
    expect(locks.blockingProcesses(3)).toEqual([1])
    locks.releaseAll(many)
    await waiting.promise
    expect(locks.acquire(third, row(4000), ROW_LOCK.forUpdate)).toBe(null)
  })

  test('deadlocks through them are found', async () => {
    const locks = new LockManager()
    const [many, other] = [locks.owner(1), locks.owner(2)]
    for (let rowid = 0; rowid < 3000; rowid++) locks.acquire(many, row(rowid), ROW_LOCK.forUpdate)
    locks.acquire(other, row(9000), ROW_LOCK.forUpdate)
    const first = locks.acquire(other, row(2500), ROW_LOCK.forUpdate) as Wait
    const second = locks.acquire(many, row(9000), ROW_LOCK.forUpdate) as Wait
    await expect(first.promise).rejects.toMatchObject({ code: '40P01' })
    locks.releaseAll(other)
    await second.promise
  })
})
