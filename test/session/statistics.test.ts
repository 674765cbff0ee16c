/**
 * What statistics views count, and what VACUUM takes and does. Changes, index scans and messages are those of PostgreSQL
 * 15 for the same statements.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FaultyDisk } from '../storage/support/faulty-disk.ts'
import { openEngineOver, SqlSession } from '../storage/support/sql.ts'
import { startServer } from './server.ts'

const TABLE = `SELECT seq_scan, seq_tup_read, idx_scan, idx_tup_fetch, n_tup_ins, n_tup_upd, n_tup_del, n_tup_hot_upd,
  n_live_tup, n_mod_since_analyze, vacuum_count, analyze_count FROM pg_stat_user_tables WHERE relname = 't'`

const WORK = [
  'CREATE TABLE t (id int PRIMARY KEY, n int, k int)',
  'CREATE INDEX t_n ON t (n)',
  'INSERT INTO t SELECT g, g, g FROM generate_series(1, 1000) g',
  'ANALYZE t',
  'SET enable_bitmapscan = off',
  'SELECT * FROM t WHERE id = 5',
  'SELECT count(*) FROM t',
  'UPDATE t SET k = 0 WHERE id = 7',
  'UPDATE t SET n = 0 WHERE id = 8',
  'DELETE FROM t WHERE id = 9',
  'BEGIN; INSERT INTO t VALUES (2000, 1, 1); ROLLBACK',
]

test('tables and indexes', async () => {
  const session = await SqlSession.open(await openEngineOver(new FaultyDisk()))
  for (const sql of WORK) await session.query(sql)
  expect(await session.query(TABLE)).toEqual([['1', '1000', '4', '4', '1001', '2', '1', '1', '999', '4', '0', '1']])
  await session.query('VACUUM t')
  const after = await session.query(TABLE)
  expect(after[0]?.slice(-2)).toEqual(['1', '1'])
  const indexes = `SELECT indexrelname, idx_scan, idx_tup_read, idx_tup_fetch FROM pg_stat_user_indexes
    WHERE relname = 't' ORDER BY 1`
  expect(await session.query(indexes)).toEqual([
    ['t_n', '0', '0', '0'],
    ['t_pkey', '4', '4', '4'],
  ])
  const classes = "SELECT relname, reltuples, relpages > 0 FROM pg_class WHERE relname IN ('t', 't_pkey') ORDER BY 1"
  expect(await session.query(classes)).toEqual([
    ['t', '999', 't'],
    ['t_pkey', '999', 't'],
  ])
  await session.query('TRUNCATE t')
  expect((await session.query(TABLE))[0]?.slice(4, 8)).toEqual(['1001', '2', '1', '1'])
})

test('databases', async () => {
  const server = await startServer()
  const [a, b] = [await server.connect(), await server.connect()]
  const counts = 'SELECT xact_commit, xact_rollback, deadlocks FROM pg_stat_database WHERE datname = current_database()'
  await a.query('CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2)')
  const before = (await a.query(counts)).rows[0]
  await a.query('BEGIN; UPDATE t SET id = id WHERE id = 1')
  await b.query('BEGIN; UPDATE t SET id = id WHERE id = 2')
  const waiting = a.query('UPDATE t SET id = id WHERE id = 2')
  await expect(b.query('UPDATE t SET id = id WHERE id = 1')).rejects.toThrow('deadlock detected')
  await b.query('ROLLBACK')
  await waiting
  await a.query('COMMIT')
  const after = (await a.query(counts)).rows[0]
  const difference = (name: string): number => Number(after[name]) - Number(before[name])
  // Of the commits one is the first count's own.
  expect(['xact_commit', 'xact_rollback', 'deadlocks'].map(difference)).toEqual([2, 1, 1])
  await server.close()
})

test('VACUUM gives old versions and disk space back, DROP the files', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tesseradb-vacuum-'))
  const server = await startServer(directory)
  const client = await server.connect()
  const first = async (sql: string): Promise<Record<string, unknown>> => (await client.query(sql)).rows[0]
  await client.query('CREATE TABLE t (id int PRIMARY KEY, filler text)')
  await client.query('INSERT INTO t SELECT g, md5(g::text) FROM generate_series(1, 40000) g')
  await client.query('VACUUM t')
  const storage = "SELECT * FROM tesseradb_stat_storage WHERE relname = 't'"
  /** Bytes of all segment files, once those that are not needed are gone. */
  const size = async (): Promise<number> => {
    await new Promise((resolve) => setTimeout(resolve, 50))
    const files = join(directory, 'base', 'segments')
    return readdirSync(files).reduce((sum, name) => sum + statSync(join(files, name)).size, 0)
  }
  const full = await first(storage)
  expect(full).toMatchObject({ overlay_rows: '0', old_versions: '0', indexes: '1' })
  expect(Number(full['segments'])).toBeGreaterThan(0)
  expect(Number(full['merges'])).toBeGreaterThan(0)
  expect(full['last_merge']).toBeInstanceOf(Date)
  const before = await size()
  await client.query('DELETE FROM t WHERE id % 20 > 0')
  await client.query('VACUUM (FULL, ANALYZE) t')
  expect(await size()).toBeLessThan(before / 4)
  expect(Number((await first(storage))['segment_bytes'])).toBeLessThan(Number(full['segment_bytes']) / 3)
  expect(await first('SELECT count(*)::int AS n, min(id), max(id) FROM t')).toEqual({ n: 2000, min: 20, max: 40000 })
  await client.query('DROP TABLE t')
  expect(await size()).toBe(0)
  await server.close()
  rmSync(directory, { recursive: true })
})

const REFUSED: readonly (readonly [sql: string, message: string])[] = [
  ['VACUUM (bogus) t', 'unrecognized VACUUM option "bogus"'],
  ['ANALYZE (freeze) t', 'unrecognized ANALYZE option "freeze"'],
  ['VACUUM (FULL, PARALLEL 2) t', 'VACUUM FULL cannot be performed in parallel'],
  ['VACUUM (PARALLEL -1) t', 'parallel workers for vacuum must be between 0 and 1024'],
  ['VACUUM (PARALLEL) t', 'parallel option requires a value between 0 and 1024'],
  ['VACUUM (FULL, DISABLE_PAGE_SKIPPING) t', 'VACUUM option DISABLE_PAGE_SKIPPING cannot be used with FULL'],
  ['VACUUM (FULL, PROCESS_TOAST off) t', 'PROCESS_TOAST required with VACUUM FULL'],
  ['VACUUM t (id)', 'ANALYZE option must be specified when a column list is provided'],
  ['VACUUM (ANALYZE off) t (id)', 'ANALYZE option must be specified when a column list is provided'],
  ['VACUUM ANALYZE t (zz)', 'column "zz" of relation "t" does not exist'],
  ['ANALYZE t (id, id)', 'column "id" of relation "t" appears more than once'],
  ['VACUUM (INDEX_CLEANUP bogus) t', 'index_cleanup requires a Boolean value'],
  ['VACUUM (FULL 7) t', 'full requires a Boolean value'],
  ['VACUUM nothing', 'relation "nothing" does not exist'],
]

test('options of VACUUM and ANALYZE', async () => {
  const server = await startServer()
  const client = await server.connect()
  const notices: string[] = []
  client.on('notice', ({ severity, message }) => notices.push(`${severity} ${message}`))
  await client.query('CREATE TABLE t (id int); CREATE VIEW v AS SELECT 1')
  for (const [sql, message] of REFUSED) await expect(client.query(sql), sql).rejects.toThrow(message)
  await client.query(
    'VACUUM (INDEX_CLEANUP auto, TRUNCATE off, PROCESS_TOAST off, PARALLEL 2, SKIP_LOCKED, FREEZE 1) t',
  )
  await client.query('VACUUM FULL t')
  await client.query('VACUUM pg_class')
  expect(notices).toEqual([])
  await client.query('VACUUM v')
  await client.query('ANALYZE v')
  await client.query('VACUUM (VERBOSE, ANALYZE) t')
  const other = await server.connect()
  await other.query('BEGIN; LOCK TABLE t')
  await client.query('VACUUM (SKIP_LOCKED) t')
  await client.query('ANALYZE (SKIP_LOCKED) t')
  expect(notices).toEqual([
    'WARNING skipping "v" --- cannot vacuum non-tables or special system tables',
    'WARNING skipping "v" --- cannot analyze non-tables or special system tables',
    'INFO vacuuming "postgres.public.t"',
    expect.stringMatching(/^INFO finished vacuuming "postgres.public.t": /),
    'INFO analyzing "public.t"',
    'WARNING skipping vacuum of "t" --- lock not available',
    'WARNING skipping analyze of "t" --- lock not available',
  ])
  await server.close()
})
