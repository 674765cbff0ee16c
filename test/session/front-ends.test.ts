/** Sessions that choose how their statements are read. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DatabaseError } from 'pg'
import { startServer, type TestServer } from './server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

test('a session asks for another front end and gets back', async () => {
  const client = await server.connect()
  const failure = (sql: string): Promise<DatabaseError> =>
    client.query(sql).then(
      () => expect.fail(sql),
      (e) => e,
    )
  await client.query("SET tesseradb.parser = 'node-sql-parser'; CREATE TABLE t (a int, b text)")
  await client.query("INSERT INTO t VALUES (1, 'x'), (2, 'y')")
  expect((await client.query('SELECT a FROM t WHERE b = $1 OR a = 1 AND b = $2', ['y', 'z'])).rows).toEqual([{ a: 2 }])
  // What was read before is not read without asking this front end.
  await client.query('RESET tesseradb.parser')
  const window = 'SELECT sum(a) OVER (ORDER BY a ROWS UNBOUNDED PRECEDING) FROM t'
  expect((await client.query(window)).rowCount).toBe(2)
  await client.query("SET tesseradb.parser = 'node-sql-parser'")
  const refused = await failure(window)
  expect(refused).toMatchObject({ code: '0A000', hint: expect.stringContaining('libpg-query') })
  // Errors point at places in the text.
  expect(await failure("SELECT a, 'ä', nosuch FROM t")).toMatchObject({ code: '42703', position: '16' })
  expect(await failure('SELECT 1; SELECT nosuch FROM t')).toMatchObject({ code: '42703', position: '18' })
  // Whatever happens, a session can go back.
  await client.query('BEGIN')
  await failure('SELECT 1 / 0')
  await client.query('ROLLBACK')
  expect((await client.query('SHOW tesseradb.parser')).rows).toEqual([{ 'tesseradb.parser': 'node-sql-parser' }])
  await client.query("SET tesseradb.parser TO 'libpg-query' /* whatever else */")
  expect((await client.query(window)).rowCount).toBe(2)
})
