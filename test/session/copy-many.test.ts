/** COPY and INSERT of more rows than the overlay takes: the quick way and the row by row way store the same. */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Client } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type TestServer } from './server.ts'

const COLUMNS =
  'id int PRIMARY KEY, s int2, b int8, n numeric(12,2), d date, c char(6), v varchar(12), t text, f float8, e bool'

/** Lines that the quick way takes, and every kind that it must leave to the other. */
const SPECIAL = [
  ['7', '-9007199254740993', '-0.005', 'infinity', 'ab', 'short', 'back\\\\slash', 'NaN', 't'],
  [
    '-32768',
    '9223372036854775807',
    '9999999999.99',
    '0044-03-15 BC',
    'abcdef',
    'zwölf Zeichn',
    'tab\\there',
    '1e300',
    'false',
  ],
  ['\\N', '\\N', '\\N', '\\N', '\\N', '\\N', '\\N', '\\N', '\\N'],
  ['+5', ' 6', '1e2', '2024-2-29', '', '', '', '-0', 'on'],
  ['12', '000000000000000000012', '.5', 'Feb 29 2000', 'x     ', 'x', 'naïve ☃ 𝄞', 'Infinity', '1'],
  ['0', '-0', '5.', '9999-12-31', ' a', ' ', 'line\\nend', '0.1', 'no'],
]

const line = (id: number): string => {
  const special = SPECIAL[id % 97]
  if (special !== undefined) return [id, ...special].join('\t')
  const day = `2${String(id % 1000).padStart(3, '0')}-${String((id % 12) + 1).padStart(2, '0')}-${String((id % 28) + 1).padStart(2, '0')}`
  const plain = [id % 300, id * 1_000_003, `${id % 1000}.${id % 10}`, day, `c${id % 7}`, `v${id % 50}`, `text of ${id}`]
  return [id, ...plain, id / 8, id % 2 === 0 ? 't' : 'f'].join('\t')
}

const linesOf = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => line(from + i))

let server: TestServer
let client: Client
beforeAll(async () => {
  server = await startServer()
  client = await server.connect()
})
afterAll(() => server.close())

const chunked = (data: string): Buffer[] => {
  const bytes = Buffer.from(data)
  const chunks: Buffer[] = []
  for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7) % 60_000 || 1) {
    chunks.push(bytes.subarray(at, at + size))
  }
  return chunks
}

const copyIn = (sql: string, data: string): Promise<void> =>
  pipeline(Readable.from(chunked(data)), client.query(copyFrom(sql)))

const one = async (sql: string): Promise<unknown> => Object.values((await client.query(sql)).rows[0] as object)[0]

test('both ways of COPY store the same', async () => {
  await client.query(`CREATE TABLE quick (${COLUMNS}); CREATE TABLE slow (${COLUMNS})`)
  const data = `${linesOf(0, 90_000).join('\n')}\n`
  await copyIn('COPY quick FROM STDIN', data)
  await copyIn('COPY slow FROM STDIN WHERE true', data)
  const row = 'id, s, b, n::text, d, c || $$.$$, v, t, f::text, e'
  expect(await one('SELECT count(*)::int FROM quick')).toBe(90_000)
  expect(await one(`SELECT count(*)::int FROM (SELECT ${row} FROM quick EXCEPT SELECT ${row} FROM slow) x`)).toBe(0)
  expect(await one('SELECT count(*)::int FROM quick q JOIN slow s USING (id)')).toBe(90_000)
}, 30_000)

test('errors behind many rows say where they stood', async () => {
  const good = linesOf(0, 80_000)
  const copy = (lines: string[]): Promise<void> => copyIn('COPY again FROM STDIN', `${lines.join('\n')}\n`)
  await client.query(`CREATE TABLE again (${COLUMNS})`)
  const bad = good.with(70_000, good[70_000]?.replace(/^\d+/, 'x') as string)
  await expect(copy(bad)).rejects.toMatchObject({ code: '22P02', where: 'COPY again, line 70001, column id: "x"' })
  const taken = good.with(40_000, line(9)).with(50_000, line(8500))
  await expect(copy(taken)).rejects.toMatchObject({
    code: '23505',
    detail: 'Key (id)=(9) already exists.',
    where: 'COPY again, line 40001',
  })
  // The first of two errors is the statement's, though the second is noticed before it.
  await expect(copy(taken.with(60_000, '1\t2'))).rejects.toMatchObject({
    code: '23505',
    where: 'COPY again, line 40001',
  })
  expect(await one('SELECT count(*)::int FROM again')).toBe(0)
  await copyIn('COPY again FROM STDIN', `${good.join('\n')}\n`)
  expect(await one('SELECT count(*)::int FROM again')).toBe(80_000)
  await expect(copy(linesOf(79_999, 100_000))).rejects.toMatchObject({ code: '23505', where: 'COPY again, line 1' })
  expect(await one('SELECT max(id) FROM again')).toBe(79_999)
}, 30_000)

test('INSERT … SELECT keeps keys unique across segments, and foreign keys', async () => {
  await client.query('CREATE TABLE parent (id int PRIMARY KEY)')
  await client.query('INSERT INTO parent SELECT generate_series(1, 1000)')
  await client.query('CREATE TABLE child (id int PRIMARY KEY, p int REFERENCES parent, u text UNIQUE)')
  const insert = (p: string, u: string): Promise<unknown> =>
    client.query(`INSERT INTO child SELECT i, ${p}, ${u} FROM generate_series(1, 100000) i`)
  await expect(insert('i % 1001', 'i::text')).rejects.toMatchObject({
    code: '23503',
    detail: 'Key (p)=(0) is not present in table "parent".',
  })
  await expect(insert('i % 1000 + 1', '(i % 99999)::text')).rejects.toMatchObject({
    code: '23505',
    detail: 'Key (u)=(1) already exists.',
  })
  expect(await one('SELECT count(*)::int FROM child')).toBe(0)
  await insert('i % 1000 + 1', 'i::text')
  expect(await one("SELECT count(*)::int FROM child WHERE u = '77777' AND id = 77777")).toBe(1)
  await expect(client.query('DELETE FROM parent WHERE id = 5')).rejects.toMatchObject({ code: '23503' })
  const upsert =
    'INSERT INTO child SELECT i, 1, i::text FROM generate_series(99990, 120000) i ON CONFLICT (id) DO NOTHING'
  expect((await client.query(upsert)).rowCount).toBe(20_000)
}, 30_000)
