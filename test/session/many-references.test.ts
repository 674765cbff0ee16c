/** Foreign keys of so many rows that they lie in segments and runs: what is found, what is locked, and who else is served. */
import type { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type TestServer } from './server.ts'

const PARENTS = 100_000
const CHILDREN = 200_000

let server: TestServer
let client: Client
beforeAll(async () => {
  server = await startServer()
  client = await server.connect()
  await client.query(`
    CREATE TABLE parent (a int, b text, id int UNIQUE, PRIMARY KEY (b, a));
    INSERT INTO parent SELECT i, 'p' || i % 10, i * 7 FROM generate_series(1, ${PARENTS}) i`)
  await client.query('VACUUM parent')
  // Rows that are in the overlay, and entries that are dead.
  await client.query('UPDATE parent SET id = id + 1000000 WHERE a <= 3000')
  await client.query(
    `INSERT INTO parent SELECT i, 'late', i * 7 FROM generate_series(${PARENTS + 1}, ${PARENTS + 50}) i`,
  )
  await client.query('CREATE TABLE child (n int, a int, b text, id int)')
})
afterAll(() => server.close())

/** Row n refers to parent 1 + (n * 7919) % PARENTS in both keys, but for what `changes` say. */
const children = (changes: { a?: string; b?: string; id?: string } = {}): string => {
  const parent = `(1 + (n::bigint * 7919) % ${PARENTS})::int`
  return `SELECT n, ${changes.a ?? 'p'}, ${changes.b ?? "'p' || p % 10"}, ${changes.id ?? 'CASE WHEN p <= 3000 THEN p * 7 + 1000000 ELSE p * 7 END'}
    FROM (SELECT n, ${parent} AS p FROM generate_series(1, ${CHILDREN}) n) s`
}

const addKeys = async (): Promise<void> => {
  await client.query('ALTER TABLE child ADD CONSTRAINT pair FOREIGN KEY (a, b) REFERENCES parent (a, b)')
  await client.query('ALTER TABLE child ADD CONSTRAINT single FOREIGN KEY (id) REFERENCES parent (id)')
}

test('the rows that are there are checked when a key is added', async () => {
  await client.query(`INSERT INTO child ${children()}`)
  await client.query('UPDATE child SET id = 7 WHERE n = 160000')
  await client.query('ALTER TABLE child ADD CONSTRAINT pair FOREIGN KEY (a, b) REFERENCES parent (a, b)')
  const adding = client.query('ALTER TABLE child ADD CONSTRAINT single FOREIGN KEY (id) REFERENCES parent (id)')
  await expect(adding).rejects.toMatchObject({ detail: 'Key (id)=(7) is not present in table "parent".' })
  await client.query(`UPDATE child SET id = NULL WHERE n = 160000`)
  await client.query('ALTER TABLE child ADD CONSTRAINT single FOREIGN KEY (id) REFERENCES parent (id)')
  await client.query('DELETE FROM child; ALTER TABLE child DROP CONSTRAINT pair, DROP CONSTRAINT single')
})

test('the error is that of the first row, whichever key it breaks', async () => {
  await addKeys()
  const negative = 'CASE WHEN n > 150000 THEN -n ELSE p END'
  const cases = [
    [{ a: negative, id: 'CASE WHEN n = 150002 THEN -1 END' }, /^Key \(a, b\)=\(-150001, p\d\) is/],
    [{ a: negative, id: 'CASE WHEN n = 150000 THEN -1 END' }, /^Key \(id\)=\(-1\) is/],
    [{ b: "CASE WHEN n = 123456 THEN 'late' ELSE 'p' || p % 10 END" }, /^Key \(a, b\)=\(\d+, late\) is/],
  ] as const
  for (const [changes, detail] of cases) {
    const inserted = client.query(`INSERT INTO child ${children(changes)}`)
    await expect(inserted).rejects.toMatchObject({ code: '23503', detail: expect.stringMatching(detail) })
  }
  expect((await client.query('SELECT count(*)::int AS n FROM child')).rows).toEqual([{ n: 0 }])
})

test('referenced rows stay until the transaction ends, others are free', async () => {
  const other = await server.connect()
  await client.query(
    `BEGIN; INSERT INTO child ${children({ a: 'p / 2 * 2', b: "'p' || p / 2 * 2 % 10", id: 'NULL' })} WHERE p > 1`,
  )
  await other.query("SET lock_timeout = '10ms'")
  for (const a of [2, 5000, 99_998]) {
    await expect(other.query(`DELETE FROM parent WHERE a = ${a} AND b = 'p${a % 10}'`)).rejects.toThrow('lock timeout')
    await other.query(`SELECT 1 FROM parent WHERE a = ${a} AND b = 'p${a % 10}' FOR NO KEY UPDATE`)
  }
  expect((await other.query('DELETE FROM parent WHERE a IN (5001, 99999)')).rowCount).toBe(2)
  await client.query('COMMIT')
  await expect(other.query("DELETE FROM parent WHERE a = 5000 AND b = 'p0'")).rejects.toMatchObject({ code: '23503' })
  await client.query('DELETE FROM child')
  await other.query("INSERT INTO parent VALUES (5001, 'p1', 35007), (99999, 'p9', 699993)")
})

test('updates of many rows are checked together', async () => {
  await client.query(`INSERT INTO child ${children()} WHERE n <= 20000`)
  await client.query("UPDATE child SET a = a - a % 2 + 2, b = 'p' || (a - a % 2 + 2) % 10")
  const broken = client.query('UPDATE child SET n = n + 1, id = CASE WHEN n < 15000 THEN id ELSE n END')
  await expect(broken).rejects.toMatchObject({
    detail: expect.stringMatching(/^Key \(id\)=\(150\d\d\) is not present/),
  })
  await client.query('DELETE FROM child')
})

test('others are served meanwhile, and checks can be cancelled', async () => {
  const other = await server.connect()
  await client.query('ALTER TABLE child DROP CONSTRAINT pair, DROP CONSTRAINT single')
  await client.query(`INSERT INTO child ${children()}`)
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
  let outcome: string | null = null
  const adding = addKeys().then(
    () => (outcome = 'done'),
    (error: { code: string }) => (outcome = error.code),
  )
  while (outcome === null) {
    await other.query(
      "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND state = 'active' AND query LIKE 'ALTER%'",
      [rows[0].pid],
    )
  }
  await adding
  expect(outcome).toBe('57014')
})
