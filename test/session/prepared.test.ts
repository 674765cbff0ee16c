/** Prepared transactions across restarts: what they hold, and what finishing them does. */
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { ServerSettings } from '../../src/config/server-settings.ts'
import { openEngine, type TesseraEngine } from '../../src/session/engine.ts'
import { FaultyDisk } from '../storage/support/faulty-disk.ts'
import { openEngineOver, SqlSession } from '../storage/support/sql.ts'

/** A server that can be stopped, or lose its power, and be started again. */
class Restarting {
  #disk = new FaultyDisk()
  #engine: TesseraEngine | null = null
  #session: SqlSession | null = null
  readonly messages: string[] = []

  async engine(): Promise<TesseraEngine> {
    this.#engine ??= await openEngineOver(this.#disk, (message) => this.messages.push(message))
    return this.#engine
  }

  async open(): Promise<SqlSession> {
    return SqlSession.open(await this.engine())
  }

  async query(sql: string, copy: readonly string[] = []): Promise<(string | null)[][]> {
    this.#session ??= await this.open()
    return this.#session.query(sql, copy)
  }

  /** Goes on with what would be left if the power went now, or after a shutdown. */
  async restart(how: 'crash' | 'shutdown'): Promise<void> {
    if (how === 'shutdown') await this.#engine?.shutdown('fast')
    this.#disk = await this.#disk.afterwards('everything')
    this.#engine = null
    this.#session = null
  }

  async files(): Promise<string[]> {
    await new Promise((resolve) => setTimeout(resolve, 20))
    return this.#disk.segments.list()
  }

  async findings(): Promise<unknown[]> {
    return this.query('SELECT * FROM tesseradb_check()')
  }
}

const rows = (count: number, from = 0): string =>
  Array.from({ length: count }, (_, i) => `${from + i}\t${(from + i) * 2}\n`).join('')

describe.each(['crash', 'shutdown'] as const)('after a %s', (how) => {
  describe.each(['COMMIT', 'ROLLBACK'] as const)('%s PREPARED', (outcome) => {
    const isCommit = outcome === 'COMMIT'

    test('changed rows', async () => {
      const server = new Restarting()
      await server.query('CREATE TABLE t (id int PRIMARY KEY, n int)')
      await server.query('INSERT INTO t SELECT g, g FROM generate_series(1, 5) g')
      await server.query(
        'BEGIN; UPDATE t SET n = 0 WHERE id = 1; DELETE FROM t WHERE id = 2; INSERT INTO t VALUES (9, 9)',
      )
      await server.query("INSERT INTO t VALUES (10, 10); DELETE FROM t WHERE id = 10; PREPARE TRANSACTION 'x'")
      await server.query('INSERT INTO t VALUES (7, 7)')
      const before = [
        ['1', '1'],
        ['2', '2'],
        ['3', '3'],
        ['4', '4'],
        ['5', '5'],
        ['7', '7'],
      ]
      const after = [
        ['1', '0'],
        ['3', '3'],
        ['4', '4'],
        ['5', '5'],
        ['7', '7'],
        ['9', '9'],
      ]
      await server.restart(how)
      expect(await server.query('SELECT * FROM t ORDER BY id')).toEqual(before)
      expect(await server.query('SELECT gid, owner, database FROM pg_prepared_xacts')).toEqual([
        ['x', 'postgres', 'postgres'],
      ])
      await expect(server.query("SET lock_timeout = '20ms'; UPDATE t SET n = 5 WHERE id = 1")).rejects.toThrow(
        'timeout',
      )
      await expect(server.query("SET lock_timeout = '20ms'; INSERT INTO t VALUES (9, 1)")).rejects.toThrow('timeout')
      await expect(server.query('BEGIN; LOCK TABLE t IN SHARE MODE NOWAIT')).rejects.toThrow('lock')
      await server.query('ROLLBACK')
      await server.query('INSERT INTO t VALUES (8, 8); DELETE FROM t WHERE id = 8')
      // A second start, and merges, change nothing.
      await server.query('VACUUM')
      await server.restart(how)
      expect(await server.query('SELECT * FROM t ORDER BY id')).toEqual(before)
      await server.query(`${outcome} PREPARED 'x'`)
      expect(await server.query('SELECT * FROM t ORDER BY id')).toEqual(isCommit ? after : before)
      expect(await server.query('SELECT n FROM t WHERE id = 9')).toEqual(isCommit ? [['9']] : [])
      await server.query('UPDATE t SET n = n WHERE id = 1')
      expect(await server.findings()).toEqual([])
      await server.restart(how)
      expect(await server.query('SELECT * FROM t ORDER BY id')).toEqual(isCommit ? after : before)
      expect(await server.query('SELECT * FROM pg_prepared_xacts')).toEqual([])
      expect(await server.findings()).toEqual([])
    })

    test('sequences', async () => {
      const server = new Restarting()
      const next = async (name: string): Promise<number> =>
        Number((await server.query(`SELECT nextval('${name}')`))[0]?.[0])
      await server.query('CREATE SEQUENCE used; CREATE SEQUENCE changed; CREATE SEQUENCE dropped')
      for (let i = 1; i <= 40; i++) expect(await next('changed')).toBe(i)
      expect(await next('dropped')).toBe(1)
      await server.query("BEGIN; SELECT nextval('used') FROM generate_series(1, 35)")
      await server.query('ALTER SEQUENCE changed RESTART WITH 1000; DROP SEQUENCE dropped; CREATE SEQUENCE made')
      await server.query("SELECT nextval('changed'), nextval('made')")
      await server.query("PREPARE TRANSACTION 'x'")
      await server.restart(how)
      const used = await next('used')
      expect(used).toBeGreaterThan(35)
      const [[last]] = (await server.query('SELECT last_value FROM changed')) as [[string]]
      expect(Number(last)).toBeGreaterThanOrEqual(40)
      expect(Number(last)).toBeLessThan(1000)
      for (const name of ['changed', 'dropped']) {
        const waiting = server.query(`SET lock_timeout = '20ms'; SELECT nextval('${name}')`)
        await expect(waiting).rejects.toThrow('timeout')
        // A sequence that is only known when the statement runs is as it was.
        const dynamic = `SELECT nextval(name::regclass) FROM (VALUES ('${name}')) v (name)`
        const value = Number((await server.query(dynamic))[0]?.[0])
        expect(value).toBeGreaterThan(name === 'changed' ? Number(last) : 1)
        expect(value).toBeLessThan(1000)
      }
      await server.restart(how)
      const [[later]] = (await server.query('SELECT last_value FROM changed')) as [[string]]
      expect(Number(later)).toBeGreaterThan(Number(last))
      await server.query(`${outcome} PREPARED 'x'`)
      let value = await next('changed')
      expect(value).toBeGreaterThan(isCommit ? 1000 : Number(later))
      if (!isCommit) expect(value).toBeLessThan(1000)
      if (isCommit) expect(await next('made')).toBeGreaterThan(1)
      else expect(await next('dropped')).toBeGreaterThan(2)
      await expect(next(isCommit ? 'dropped' : 'made')).rejects.toThrow('does not exist')
      for (let i = 0; i < 3; i++) {
        await server.restart(how)
        const following = await next('changed')
        expect(following).toBeGreaterThan(value)
        value = following
      }
      expect(await next('used')).toBeGreaterThan(used)
      expect(await server.findings()).toEqual([])
    })

    test('loaded segments', async () => {
      const server = new Restarting()
      await server.query('CREATE TABLE t (id int PRIMARY KEY, n int)')
      await server.query('COPY t FROM STDIN', [rows(12_000)])
      await server.query('VACUUM')
      const kept = await server.files()
      await server.query('BEGIN')
      await server.query('COPY t FROM STDIN', [rows(12_000, 20_000)])
      await server.query("UPDATE t SET n = -1 WHERE id IN (5, 31999); PREPARE TRANSACTION 'x'")
      await server.restart(how)
      const counted = 'SELECT count(*), sum(n) FROM t'
      const sum = (12_000 * 11_999) / 1
      expect(await server.query(counted)).toEqual([['12000', String(sum)]])
      expect(await server.query('SELECT n FROM t WHERE id = 31000')).toEqual([])
      await expect(server.query("SET lock_timeout = '20ms'; INSERT INTO t VALUES (31000, 1)")).rejects.toThrow(
        'timeout',
      )
      await server.query('INSERT INTO t VALUES (50000, 0)')
      await server.query('VACUUM')
      await server.restart(how)
      await server.query(`${outcome} PREPARED 'x'`)
      const all = sum + (12_000 * (40_000 + 63_998)) / 2 - 10 - 1 - 63_998 - 1
      expect(await server.query(counted)).toEqual([isCommit ? ['24001', String(all)] : ['12001', String(sum)]])
      expect(await server.query('SELECT n FROM t WHERE id = 31000')).toEqual(isCommit ? [['62000']] : [])
      expect(await server.findings()).toEqual([])
      await server.restart(how)
      expect(await server.query(counted)).toEqual([isCommit ? ['24001', String(all)] : ['12001', String(sum)]])
      expect(await server.query('SELECT n FROM t WHERE id = 31000')).toEqual(isCommit ? [['62000']] : [])
      expect(await server.findings()).toEqual([])
      if (!isCommit) expect((await server.files()).length).toBeLessThanOrEqual(kept.length + 2)
    })

    test('definitions', async () => {
      const server = new Restarting()
      await server.query('CREATE TABLE t (id int PRIMARY KEY, n int); CREATE TABLE gone (i int PRIMARY KEY)')
      await server.query('CREATE TABLE emptied (i int PRIMARY KEY); INSERT INTO emptied VALUES (1); CREATE SEQUENCE s')
      await server.query('INSERT INTO t VALUES (1, 1), (2, 2); INSERT INTO gone VALUES (1); CREATE INDEX old ON t (n)')
      await server.query('BEGIN')
      await server.query('CREATE TABLE made (i serial PRIMARY KEY, t text); INSERT INTO made (t) VALUES (1), (2)')
      await server.query("CREATE TYPE mood AS ENUM ('sad', 'glad'); ALTER TABLE made ADD COLUMN m mood DEFAULT 'glad'")
      await server.query('ALTER TABLE t ADD COLUMN more int DEFAULT 7; INSERT INTO t VALUES (3, 3, 3)')
      await server.query('CREATE INDEX new ON t (n, id); DROP INDEX old; DROP TABLE gone; DROP SEQUENCE s')
      await server.query('TRUNCATE emptied; INSERT INTO emptied VALUES (2); CREATE SCHEMA place; ANALYZE t')
      await server.query("CREATE VIEW v AS SELECT * FROM made; PREPARE TRANSACTION 'x'")
      await server.restart(how)
      await expect(server.query('SELECT * FROM made')).rejects.toThrow('relation "made" does not exist')
      await expect(server.query("SET lock_timeout = '20ms'; SELECT * FROM t")).rejects.toThrow('timeout')
      await server.query('CREATE TABLE between (i int PRIMARY KEY); INSERT INTO between VALUES (1)')
      await server.restart(how)
      await server.query(`${outcome} PREPARED 'x'`)
      const check = async (): Promise<void> => {
        expect(await server.query('SELECT * FROM between')).toEqual([['1']])
        if (isCommit) {
          expect(await server.query('SELECT * FROM v ORDER BY i')).toEqual([
            ['1', '1', 'glad'],
            ['2', '2', 'glad'],
          ])
          expect(await server.query('SELECT * FROM t ORDER BY id')).toEqual([
            ['1', '1', '7'],
            ['2', '2', '7'],
            ['3', '3', '3'],
          ])
          await expect(server.query('SELECT * FROM gone')).rejects.toThrow('does not exist')
          await expect(server.query("SELECT nextval('s')")).rejects.toThrow('does not exist')
          expect(await server.query('SELECT i FROM emptied WHERE i < 9')).toEqual([['2']])
          await expect(server.query("INSERT INTO made VALUES (2, 'x')")).rejects.toThrow('duplicate key')
        } else {
          await expect(server.query('SELECT * FROM made')).rejects.toThrow('does not exist')
          expect(await server.query('SELECT * FROM t ORDER BY id')).toEqual([
            ['1', '1'],
            ['2', '2'],
          ])
          expect(await server.query('SELECT * FROM gone')).toEqual([['1']])
          expect(await server.query('SELECT i FROM emptied WHERE i < 9')).toEqual([['1']])
          await expect(server.query('INSERT INTO emptied VALUES (1)')).rejects.toThrow('duplicate key')
        }
        const names = await server.query("SELECT relname FROM pg_class WHERE relname IN ('old', 'new') ")
        expect(names).toEqual([[isCommit ? 'new' : 'old']])
        expect(await server.findings()).toEqual([])
      }
      await check()
      if (isCommit) {
        expect(Number((await server.query('INSERT INTO made DEFAULT VALUES RETURNING i'))[0]?.[0])).toBeGreaterThan(2)
        await server.query('DELETE FROM made WHERE i > 2')
      }
      await server.restart(how)
      await check()
    })

    test('locks', async () => {
      const server = new Restarting()
      await server.query('CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 3000)')
      await server.query('BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT pg_advisory_xact_lock(77)')
      await server.query("SELECT * FROM t WHERE id BETWEEN 10 AND 20; PREPARE TRANSACTION 'ranges'")
      await server.query("BEGIN; SELECT * FROM t FOR SHARE; PREPARE TRANSACTION 'rows'")
      await server.restart(how)
      expect(await server.query('SELECT pg_try_advisory_lock(77)')).toEqual([['f']])
      expect(await server.query('SELECT id FROM t WHERE id > 2990 FOR UPDATE SKIP LOCKED')).toEqual([])
      expect(await server.query('SELECT count(*) FROM (SELECT * FROM t FOR SHARE SKIP LOCKED) s')).toEqual([['3000']])
      await expect(server.query("SET lock_timeout = '20ms'; INSERT INTO t VALUES (15)")).rejects.toThrow('timeout')
      await server.query(`${outcome} PREPARED 'ranges'; `)
      await server.query(`${outcome} PREPARED 'rows'`)
      expect(await server.query('SELECT pg_try_advisory_lock(77)')).toEqual([['t']])
      expect(await server.query('SELECT count(*) FROM (SELECT * FROM t FOR UPDATE SKIP LOCKED) s')).toEqual([['3000']])
    })
  })
})

describe('max_prepared_transactions', () => {
  const prepare = async (limit: string, gids: readonly string[]): Promise<SqlSession> => {
    const settings = new ServerSettings()
    settings.set('max_prepared_transactions', limit, 'command line')
    const engine = await openEngine({ dataDirectory: null, settings, logger: pino({ level: 'silent' }) })
    const session = await SqlSession.open(engine)
    for (const gid of gids) await session.query(`BEGIN; PREPARE TRANSACTION '${gid}'`)
    return session
  }

  test('none are allowed', async () => {
    await expect(prepare('0', ['a'])).rejects.toMatchObject({
      code: '55000',
      message: 'prepared transactions are disabled',
      fields: { hint: 'Set max_prepared_transactions to a nonzero value.' },
    })
  })

  test('so many and no more', async () => {
    await expect(prepare('2', ['a', 'b', 'c'])).rejects.toMatchObject({
      code: '53400',
      message: 'maximum number of prepared transactions reached',
      fields: { hint: 'Increase max_prepared_transactions (currently 2).' },
    })
    const session = await prepare('2', ['a', 'b'])
    await session.query("COMMIT PREPARED 'a'")
    await session.query("BEGIN; PREPARE TRANSACTION 'c'")
    expect(await session.query('SELECT gid FROM pg_prepared_xacts ORDER BY gid')).toEqual([['b'], ['c']])
  })
})

test('a database with prepared transactions is not dropped, and finishes its own only', async () => {
  const server = new Restarting()
  await server.query('CREATE DATABASE other')
  const there = await SqlSession.open(await server.engine(), 'other')
  await there.query("BEGIN; CREATE TABLE t (i int); PREPARE TRANSACTION 'x'")
  await there.session.close()
  await expect(server.query("COMMIT PREPARED 'x'")).rejects.toMatchObject({
    code: '0A000',
    message: 'prepared transaction belongs to another database',
    fields: { hint: 'Connect to the database where the transaction was prepared to finish it.' },
  })
  await expect(server.query('DROP DATABASE other')).rejects.toMatchObject({
    code: '55006',
    message: 'database "other" is being accessed by other users',
    fields: { detail: 'There is 1 prepared transaction using the database.' },
  })
  await server.restart('crash')
  const again = await SqlSession.open(await server.engine(), 'other')
  await again.query("COMMIT PREPARED 'x'")
  expect(await again.query('SELECT * FROM t')).toEqual([])
})
