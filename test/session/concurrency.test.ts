/** Many sessions at once: transfers keep their sum, readers see whole transactions, waits end in order. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client, DatabaseError } from 'pg'
import { startServer, type TestServer } from './server.ts'

describe('concurrent sessions', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(() => server.close())

  test('transfers conserve the sum and every reader sees it', async () => {
    const accounts = 20
    const setup = await server.connect()
    await setup.query('CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL CHECK (balance > -100000))')
    await setup.query(`INSERT INTO account SELECT g, 100 FROM generate_series(1, ${accounts}) g`)
    const unexpected: string[] = []
    let conflicts = 0
    const transfer = async (client: Client, from: number, to: number): Promise<void> => {
      try {
        await client.query('BEGIN')
        await client.query('UPDATE account SET balance = balance - 1 WHERE id = $1', [from])
        await client.query('UPDATE account SET balance = balance + 1 WHERE id = $1', [to])
        await client.query('COMMIT')
      } catch (error) {
        const { code, message } = error as DatabaseError
        if (code === '40P01') conflicts++
        else unexpected.push(`${code} ${message}`)
        await client.query('ROLLBACK')
      }
    }
    const writer = async (seed: number): Promise<void> => {
      const client = await server.connect()
      for (let i = 0; i < 40; i++)
        await transfer(client, 1 + ((seed * 7 + i * 3) % accounts), 1 + ((seed + i * 11) % accounts))
    }
    const reader = async (): Promise<void> => {
      const client = await server.connect()
      for (let i = 0; i < 30; i++) {
        const { rows } = await client.query('SELECT sum(balance)::int AS total, count(*)::int AS n FROM account')
        if (rows[0].total !== accounts * 100 || rows[0].n !== accounts) unexpected.push(JSON.stringify(rows[0]))
      }
    }
    await Promise.all([...Array.from({ length: 20 }, (_, i) => writer(i)), reader(), reader(), reader()])
    expect(unexpected).toEqual([])
    expect(conflicts).toBeLessThan(400)
    const { rows } = await setup.query('SELECT sum(balance)::int AS total FROM account')
    expect(rows[0].total).toBe(accounts * 100)
  }, 30_000)

  test('a writer that waited sees the row as it is now (READ COMMITTED)', async () => {
    const [a, b] = [await server.connect(), await server.connect()]
    await a.query('CREATE TABLE counter (id int PRIMARY KEY, n int); INSERT INTO counter VALUES (1, 0)')
    await a.query('BEGIN; UPDATE counter SET n = n + 1 WHERE id = 1')
    const waiting = b.query('UPDATE counter SET n = n + 10 WHERE id = 1 AND n < 5')
    await a.query('COMMIT')
    expect((await waiting).rowCount).toBe(1)
    expect((await a.query('SELECT n FROM counter')).rows).toEqual([{ n: 11 }])
  })

  test('a writer that waited fails at REPEATABLE READ', async () => {
    const [a, b] = [await server.connect(), await server.connect()]
    await a.query('CREATE TABLE once (id int PRIMARY KEY, n int); INSERT INTO once VALUES (1, 0)')
    await b.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM once')
    await a.query('UPDATE once SET n = 1')
    await expect(b.query('UPDATE once SET n = 2')).rejects.toMatchObject({ code: '40001' })
    await b.query('ROLLBACK')
  })

  test('a deadlock ends with 40P01 for one of the two', async () => {
    const [a, b] = [await server.connect(), await server.connect()]
    await a.query('CREATE TABLE pair (id int PRIMARY KEY, n int); INSERT INTO pair VALUES (1, 0), (2, 0)')
    await a.query('BEGIN; UPDATE pair SET n = 1 WHERE id = 1')
    await b.query('BEGIN; UPDATE pair SET n = 2 WHERE id = 2')
    const codes = await Promise.all(
      [a.query('UPDATE pair SET n = 1 WHERE id = 2'), b.query('UPDATE pair SET n = 2 WHERE id = 1')].map((p, i) =>
        p.then(
          () => 'ok',
          async (error: DatabaseError) => {
            await (i === 0 ? a : b).query('ROLLBACK')
            return error.code
          },
        ),
      ),
    )
    expect(new Set(codes)).toEqual(new Set(['40P01', 'ok']))
  })

  test('two inserts of one key: the second waits, and fails when the first commits', async () => {
    const [a, b] = [await server.connect(), await server.connect()]
    await a.query('CREATE TABLE keyed (id int PRIMARY KEY)')
    await a.query('BEGIN; INSERT INTO keyed VALUES (1)')
    const second = b.query('INSERT INTO keyed VALUES (1)').catch((error: DatabaseError) => error.code)
    await a.query('COMMIT')
    expect(await second).toBe('23505')
  })

  test('functions that wait: awaited in a select list, refused where a value must be there at once', async () => {
    const a = await server.connect()
    await a.query('CREATE SEQUENCE calls')
    const answer = "SELECT pg_sleep(0.001)::text || 'x' AS s, nextval('calls')::int AS n, pg_sleep(0.001) IS NULL AS i"
    // What was computed before a wait is not computed again after it.
    expect((await a.query(answer)).rows).toEqual([{ s: 'x', n: 1, i: false }])
    expect((await a.query(answer)).rows).toEqual([{ s: 'x', n: 2, i: false }])
    const skipped = await a.query(
      'SELECT CASE WHEN g > 1 THEN 1 ELSE pg_sleep(0.001)::text::int END AS n FROM generate_series(2, 3) g',
    )
    expect(skipped.rows).toEqual([{ n: 1 }, { n: 1 }])
    expect((await a.query('SELECT 1 WHERE pg_sleep(0.01) IS NULL')).rows).toEqual([])
    expect((await a.query('SELECT 1 AS n WHERE pg_sleep(0.01) IS NOT NULL')).rows).toEqual([{ n: 1 }])
    const sum = 'SELECT sum(length(pg_sleep(0.01)::text))'
    expect(await a.query(sum).catch((e: DatabaseError) => e.code)).toBe('0A000')
    expect((await a.query('SELECT 1 AS n, pg_sleep(0.01)')).rows).toEqual([{ n: 1, pg_sleep: '' }])
  })

  test('a long statement is cancelled and leaves no lock behind', async () => {
    const [a, b] = [await server.connect(), await server.connect()]
    await a.query('CREATE TABLE held (id int PRIMARY KEY); INSERT INTO held VALUES (1)')
    const { rows } = await a.query('SELECT pg_backend_pid() AS pid')
    const long = a
      .query('UPDATE held SET id = id + (SELECT count(*) FROM generate_series(1, 1000000000))::int')
      .catch((error: DatabaseError) => error.code)
    await new Promise((resolve) => setTimeout(resolve, 100))
    await b.query('SELECT pg_cancel_backend($1)', [rows[0].pid])
    expect(await long).toBe('57014')
    expect((await b.query('UPDATE held SET id = 2')).rowCount).toBe(1)
  })
})
