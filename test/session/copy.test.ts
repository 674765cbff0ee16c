/** COPY over the wire: conditions, headers, errors that say where they stood. */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Client } from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type TestServer } from './server.ts'

let server: TestServer
let client: Client
beforeAll(async () => {
  server = await startServer()
  client = await server.connect()
  await client.query('CREATE TABLE c (a int PRIMARY KEY, b text)')
})
afterAll(() => server.close())

const copyIn = (sql: string, data: string): Promise<void> =>
  pipeline(Readable.from([data]), client.query(copyFrom(sql)))

const copyOut = async (sql: string): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of client.query(copyTo(sql))) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

test('rows that satisfy WHERE are stored', async () => {
  await copyIn(`COPY c FROM STDIN WHERE a > 1 AND b LIKE 'x%'`, '1\tx\n2\txy\n3\tz\n')
  expect((await client.query('SELECT * FROM c')).rows).toEqual([{ a: 2, b: 'xy' }])
})

test('CSV with a header, both ways', async () => {
  await copyIn('COPY c (b, a) FROM STDIN (FORMAT csv, HEADER)', 'b,a\n"x, ""y""",10\n,11\n')
  expect(await copyOut(`COPY (SELECT * FROM c WHERE a > 9 ORDER BY a) TO STDOUT (FORMAT csv, HEADER, NULL '-')`)).toBe(
    'a,b\n10,"x, ""y"""\n11,-\n',
  )
})

test('errors name line and column, and nothing is stored', async () => {
  await expect(copyIn('COPY c FROM STDIN', '20\tok\nbad\tx\n')).rejects.toMatchObject({
    code: '22P02',
    where: 'COPY c, line 2, column a: "bad"',
  })
  await expect(copyIn('COPY c FROM STDIN', '20\n')).rejects.toMatchObject({
    code: '22P04',
    where: 'COPY c, line 1: "20"',
  })
  await expect(copyIn('COPY c FROM STDIN', '20\tx\n2\ty\n')).rejects.toMatchObject({
    code: '23505',
    where: 'COPY c, line 2',
  })
  expect((await client.query('SELECT count(*)::int AS n FROM c WHERE a = 20')).rows).toEqual([{ n: 0 }])
})
