/** Statements of the simple protocol that differ only in literals answer as when each is parsed and planned anew. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client, DatabaseError } from 'pg'
import { startServer, type TestServer } from './server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
  const client = await server.connect()
  await client.query(`
    CREATE TABLE t (id int PRIMARY KEY, small smallint, big int8, price numeric(8,2), name varchar(5), n int CHECK (n < 1000));
    CREATE TABLE log (id int8 GENERATED ALWAYS AS IDENTITY, t int REFERENCES t, at timestamptz DEFAULT now());
    INSERT INTO t SELECT g, g, g * 10, g / 4.0, 'n' || g, g FROM generate_series(1, 100) g`)
})
afterAll(() => server.close())

const outcome = async (client: Client, sql: string): Promise<unknown> => {
  try {
    const { rows, rowCount, command, fields } = await client.query(sql)
    return { rows, rowCount, command, fields: fields.map(({ name, dataTypeID }) => [name, dataTypeID]) }
  } catch (error) {
    const { code, message, detail, position } = error as DatabaseError
    return { code, message, detail, position }
  }
}

/** A comment keeps a statement from being known by its shape. */
const anew = (sql: string): string => `${sql} /* */`

test.each([
  ['SELECT * FROM t WHERE id = %', [1, 7, 100, 101, 0]],
  ['SELECT id + %, -%, 5 AS five FROM t WHERE id = 3', [1, 2, 2147483647]],
  ['SELECT %', [1, 0, 2147483647, 2147483648, 12345678901234]],
  ['SELECT % / (id - 3) FROM t WHERE id = 3', [1, 2, 3]],
  ['SELECT name FROM t WHERE id = 3 LIMIT %', [0, 1, 2]],
  ['SELECT id FROM t WHERE id > % ORDER BY 1 LIMIT 3', [1, 50, 99]],
  ['SELECT id % 3, count(*) FROM t GROUP BY 1 HAVING count(*) > % ORDER BY 1', [1, 33, 34]],
  ['SELECT id + % FROM t WHERE id = 4 GROUP BY id + %', [1, 2, 3]],
  ['SELECT % - -2, - -%', [1, 2, 3]],
  ['UPDATE t SET small = small + % WHERE id = 5', [1, 2, 40000, 3]],
  ['UPDATE t SET big = %, n = n - % WHERE id = 6', [1, 900, 7]],
  ['UPDATE t SET n = % WHERE id = 7', [999, 1000, 5]],
  ['UPDATE t SET price = %, name = % WHERE id = 8', [1, 12345, 123456, 9999999]],
  ['SELECT price::numeric(6,%) FROM t WHERE id = 8', [1, 2, 3]],
  ['INSERT INTO t VALUES (%, %, %, %, %, %)', [200, 201, 200, 40000]],
  ['INSERT INTO log (t) VALUES (%)', [1, 2, 555, 3]],
  ['INSERT INTO t (id, nosuch) VALUES (%, 1)', [1, 2, 3]],
  ['DELETE FROM t WHERE id = %', [20, 21, 21, 1]],
  ['SELECT * FROM nosuch WHERE id = %', [1, 2, 3]],
  ['SELECT id FROM t WHERE id IN (%, 2, 3) ORDER BY id', [1, 4, 5]],
])('%s', async (template, values) => {
  const [known, fresh] = [await server.connect(), await server.connect()]
  for (const value of values) {
    const sql = template.replace(/%(?! 3)/g, String(value))
    // Each in a transaction that is undone, so that both find the same.
    for (const client of [known, fresh]) await client.query('BEGIN')
    const answer = await outcome(known, sql)
    await known.query('ROLLBACK')
    expect(answer, sql).toEqual(await outcome(fresh, anew(sql)))
    await fresh.query('ROLLBACK')
  }
})

test('what a statement refers to may change', async () => {
  const client = await server.connect()
  await client.query('CREATE TABLE changing (id int PRIMARY KEY, v int)')
  for (const id of [1, 2, 3]) await client.query(`INSERT INTO changing VALUES (${id}, ${id * 10})`)
  for (const id of [1, 2, 3])
    expect((await client.query(`SELECT * FROM changing WHERE id = ${id}`)).rows[0].v).toBe(id * 10)
  await client.query("ALTER TABLE changing ADD COLUMN w text DEFAULT 'new'")
  for (const id of [1, 2, 3]) {
    expect((await client.query(`SELECT * FROM changing WHERE id = ${id}`)).rows).toEqual([{ id, v: id * 10, w: 'new' }])
  }
  await client.query('CREATE SCHEMA other; CREATE TABLE other.changing (id int PRIMARY KEY, o int)')
  await client.query('INSERT INTO other.changing VALUES (1, 5)')
  await client.query('SET search_path = other, public')
  for (const id of [1, 1, 1])
    expect((await client.query(`SELECT * FROM changing WHERE id = ${id}`)).rows).toEqual([{ id: 1, o: 5 }])
  await client.query('DROP TABLE other.changing')
  expect((await client.query('SELECT v FROM changing WHERE id = 3')).rows).toEqual([{ v: 30 }])
  await client.query('DROP TABLE changing')
  expect(await outcome(client, 'SELECT v FROM changing WHERE id = 4')).toMatchObject({ code: '42P01', position: '15' })
})

test('after an error in a block', async () => {
  const client = await server.connect()
  for (const id of [1, 2, 3]) await client.query(`SELECT * FROM t WHERE id = ${id}`)
  await client.query('BEGIN')
  await outcome(client, 'SELECT 1 / 0')
  expect(await outcome(client, 'SELECT * FROM t WHERE id = 4')).toMatchObject({ code: '25P02' })
  await client.query('ROLLBACK')
  expect((await client.query('SELECT id FROM t WHERE id = 4')).rows).toEqual([{ id: 4 }])
})
