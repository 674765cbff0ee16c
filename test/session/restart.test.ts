/** What a start does with what an earlier run left. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { FaultyDisk } from '../storage/support/faulty-disk.ts'
import { openEngineOver, SqlSession } from '../storage/support/sql.ts'

test('rows that wait for a merge have their index entries after it, however long the start takes', async () => {
  const disk = new FaultyDisk()
  const session = await SqlSession.open(await openEngineOver(disk))
  await session.query('CREATE TABLE t (i int PRIMARY KEY)')
  // The first rows stay in the overlay, the others are a segment behind them.
  await session.query('COPY t FROM STDIN', [Array.from({ length: 8_700 }, (_, i) => `${i}\n`).join('')])
  const left = await disk.afterwards('everything')
  const { segments } = left
  const slow = {
    put: segments.put,
    read: segments.read,
    delete: segments.delete,
    close: segments.close,
    list: async () => {
      await sleep(200)
      return segments.list()
    },
  }
  const engine = await openEngineOver({ log: left.log, segments: slow })
  const again = await SqlSession.open(engine)
  const isMerged = (): boolean => [...engine.parts.storage.stores].some((store) => store.segmentCount === 2)
  while (!isMerged()) await sleep(20)
  expect(await again.query('SELECT * FROM tesseradb_check()')).toEqual([])
  expect(await again.query('SELECT i FROM t WHERE i = 17')).toEqual([['17']])
})
