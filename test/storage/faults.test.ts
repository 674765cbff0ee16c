/** Every write fails once, or is lost with all after it: no committed transaction is lost, none comes back in part. */
import { describe, expect, test } from 'vitest'
import { writeFailed } from '../../src/errors/raise/storage.ts'
import type { SegmentStore } from '../../src/storage/segments/segment-store.ts'
import type { Datum } from '../../src/types/sql-type.ts'
import {
  committedRows,
  createTable,
  FaultyStore,
  failure,
  inTransaction,
  newDisk,
  openDisk,
} from './support/fixture.ts'

const STEPS = 12

/** Transfers between two rows, an insert each time, merges in between; answers the states acknowledged. */
const workload = async (disk: Parameters<typeof openDisk>[0]) => {
  const states: Datum[][][] = []
  const database = await openDisk(disk)
  const table = await createTable(database)
  const [a, b] = (await inTransaction(database, (t) => [table.insert(t, [1, '0']), table.insert(t, [2, '0'])])) as [
    number,
    number,
  ]
  states.push(await committedRows(database, table))
  for (let step = 1; step <= STEPS; step++) {
    await inTransaction(database, (t) => {
      table.update(t, a, [1, `${step}`])
      table.update(t, b, [2, `${-step}`])
      table.insert(t, [step + 2, 'log'])
    })
    states.push(await committedRows(database, table))
    if (step % 5 === 0) await database.storage.mergeAll()
  }
  return states
}

const totalWrites = async (): Promise<number> => {
  const disk = newDisk()
  const counting = new FaultyStore(disk.log, Number.POSITIVE_INFINITY, 'drop')
  await workload({ ...disk, log: counting })
  return counting.writes
}

/** A disk that keeps nothing from the k-th write on, as if the power had gone. */
const crashingDisk = ({ log, segments }: ReturnType<typeof newDisk>, k: number) => {
  const faulty = new FaultyStore(log, k, 'drop')
  const isOff = (): boolean => faulty.writes >= k
  const frozen: SegmentStore = {
    put: async (name, bytes) => (isOff() ? undefined : segments.put(name, bytes)),
    read: (name, offset, length) => segments.read(name, offset, length),
    delete: async (name) => (isOff() ? undefined : segments.delete(name)),
    list: () => segments.list(),
    close: () => segments.close(),
  }
  return { log: faulty, segments: frozen }
}

describe('a crash at every write', async () => {
  const states = await workload(newDisk())
  for (let k = 3; k <= (await totalWrites()); k++) {
    test(`from write ${k} on everything is lost`, async () => {
      const disk = newDisk()
      await workload(crashingDisk(disk, k))
      const reopened = await openDisk(disk, 1)
      const rows = await committedRows(reopened, reopened.storage.store(1))
      expect([[], ...states]).toContainEqual(rows)
    })
  }
})

describe('an error at every write', async () => {
  const error = writeFailed('log', new Error('ENOSPC: no space left on device'))
  for (let k = 5; k <= (await totalWrites()); k++) {
    test(`write ${k} fails`, async () => {
      const disk = newDisk()
      const acknowledged: Datum[][][] = [[]]
      const run = async (): Promise<void> => {
        const database = await openDisk({ ...disk, log: new FaultyStore(disk.log, k, error) })
        const table = await createTable(database)
        const [a] = await inTransaction(database, (t) => [table.insert(t, [1, '0'])])
        for (let step = 1; step <= STEPS; step++) {
          acknowledged.push(await committedRows(database, table))
          const t = database.manager.begin()
          table.update(t, a as number, [1, `${step}`])
          table.insert(t, [step + 2, 'log'])
          try {
            await t.commit()
          } catch (cause) {
            expect(t.status).toBe('aborted')
            expect(await committedRows(database, table)).toEqual(acknowledged.at(-1))
            throw cause
          }
          if (step % 5 === 0) await database.storage.mergeAll()
        }
      }
      expect(await failure(run())).toMatch(/^(53100 could not write to file "log": No space left on device|no error)$/)
      const reopened = await openDisk(disk, 1)
      const rows = await committedRows(reopened, reopened.storage.store(1))
      expect(rows.length).toBeGreaterThanOrEqual((acknowledged.at(-1) as Datum[][]).length)
    })
  }
})

test('a segment file that cannot be written changes nothing', async () => {
  const disk = newDisk()
  const database = await openDisk(disk)
  const table = await createTable(database)
  await inTransaction(database, (t) => table.insert(t, [1, 'x']))
  disk.segments.put = async () => {
    throw writeFailed('segments/1', new Error('ENOSPC'))
  }
  expect(await failure(database.storage.mergeAll())).toMatch(/^53100/)
  const t = database.manager.begin()
  const bulk = database.storage.bulkWriter(t, table)
  for (let i = 0; i < 9000; i++) bulk.append([i, 'y'])
  expect(await failure(bulk.finish())).toMatch(/^53100/)
  t.rollback()
  expect(await committedRows(database, table)).toEqual([[1, 'x']])
})
