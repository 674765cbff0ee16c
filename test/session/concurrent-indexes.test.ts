/** Indexes made, built anew and dropped while others write and load: nothing is missing in them, also after a restart. */
import { expect, test } from 'vitest'
import type { TesseraEngine } from '../../src/session/engine.ts'
import { FaultyDisk } from '../storage/support/faulty-disk.ts'
import { openEngineOver, SqlSession } from '../storage/support/sql.ts'

const LOADED = 9_000

/** Inserts, updates and deletes rows of its own until it is told to stop. */
const write = async (engine: TesseraEngine, writer: number, isOver: () => boolean): Promise<void> => {
  const session = await SqlSession.open(engine)
  for (let n = 0; !isOver(); n++) {
    const id = writer * 1_000_000 + n
    await session.query(`BEGIN; INSERT INTO t VALUES (${id}, ${n}, 'w'); INSERT INTO t VALUES (-${id}, ${n}, 'w')`)
    await session.query(`UPDATE t SET n = n + 1 WHERE id = ${id - 1}; DELETE FROM t WHERE id = ${id - 5}`)
    await session.query(n % 7 === 0 ? 'ROLLBACK' : 'COMMIT')
  }
}

/** Loads segments, some of which are taken back. */
const load = async (engine: TesseraEngine, isOver: () => boolean): Promise<void> => {
  const session = await SqlSession.open(engine)
  for (let n = 0; !isOver() && n < 4; n++) {
    const first = 50_000_000 + n * LOADED
    const rows = Array.from({ length: LOADED }, (_, i) => `${first + i}\t${i}\tl\n`).join('')
    await session.query('BEGIN')
    await session.query('COPY t FROM STDIN', [rows])
    await session.query(n % 3 === 1 ? 'ROLLBACK' : 'COMMIT')
  }
}

test('indexes are complete, whatever was written while they were made', async () => {
  const disk = new FaultyDisk()
  const engine = await openEngineOver(disk)
  const session = await SqlSession.open(engine)
  await session.query('CREATE TABLE t (id int PRIMARY KEY, n int, t text)')
  await session.query("INSERT INTO t SELECT g, g, 'b' FROM generate_series(1, 12000) g")
  let isOver = false
  const others = [write(engine, 1, () => isOver), write(engine, 2, () => isOver), load(engine, () => isOver)]
  const indexer = async (): Promise<void> => {
    for (let round = 0; round < 2; round++) {
      await session.query(`CREATE INDEX CONCURRENTLY made_${round} ON t (n, t)`)
      await session.query(`CREATE UNIQUE INDEX CONCURRENTLY own_${round} ON t (id) WHERE t = 'w'`)
      await session.query(`REINDEX TABLE CONCURRENTLY t`)
      await session.query('VACUUM t')
      if (round > 0) await session.query(`DROP INDEX CONCURRENTLY made_${round - 1}`)
    }
  }
  await indexer().finally(() => {
    isOver = true
  })
  await Promise.all(others)
  const expectComplete = async (on: SqlSession): Promise<void> => {
    const states = await on.query(
      "SELECT relname, indisvalid FROM pg_index, pg_class c WHERE c.oid = indexrelid AND relname ~ '_\\d$' ORDER BY 1",
    )
    expect(states).toEqual(['made_1', 'own_0', 'own_1'].map((name) => [name, 't']))
    expect(await on.query('SELECT * FROM tesseradb_check()')).toEqual([])
  }
  await expectComplete(session)
  const left = await disk.afterwards('everything')
  const again = await openEngineOver(left)
  await expectComplete(await SqlSession.open(again))
  await again.shutdown('fast')
  await expectComplete(await SqlSession.open(await openEngineOver(await left.afterwards('everything'))))
}, 60_000)

test('what a crash leaves of an index is not valid, and REINDEX makes it so', async () => {
  const disk = new FaultyDisk()
  const engine = await openEngineOver(disk)
  const [session, writer] = [await SqlSession.open(engine), await SqlSession.open(engine)]
  await session.query('CREATE TABLE t (id int, n int); INSERT INTO t SELECT g, g FROM generate_series(1, 9000) g')
  await writer.query('BEGIN; INSERT INTO t VALUES (0, 0)')
  const making = session.query('CREATE UNIQUE INDEX CONCURRENTLY t_id ON t (id)')
  making.catch(() => {})
  const state =
    'SELECT indisvalid, indisready FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE relname = $$t_id$$'
  while ((await writer.query(state)).length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  const again = await openEngineOver(await disk.afterwards('everything'))
  const later = await SqlSession.open(again)
  expect(await later.query(state)).toEqual([['f', 'f']])
  await later.query('INSERT INTO t VALUES (1, 2)')
  await expect(later.query('REINDEX INDEX t_id')).rejects.toThrow('could not create unique index "t_id"')
  await later.query('DELETE FROM t WHERE n = 2 AND id = 1')
  await later.query('REINDEX INDEX CONCURRENTLY t_id')
  expect(await later.query(state)).toEqual([['t', 't']])
  await expect(later.query('INSERT INTO t VALUES (1, 2)')).rejects.toThrow('duplicate key')
  expect(await later.query('SELECT * FROM tesseradb_check()')).toEqual([])
})
