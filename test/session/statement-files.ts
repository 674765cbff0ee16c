/** Tests of a directory of statement files: each answers what PostgreSQL 15 answered when `record.ts` wrote it down. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type TestServer } from './server.ts'
import { transcript } from './transcript.ts'

/** A transcript without what EXPLAIN answered. */
const withoutPlans = (text: string): string =>
  text
    .split(/^(?=> )/m)
    .filter((part) => !/^> explain/i.test(part))
    .join('')

/** `naive`: without the optimizer; then all but EXPLAIN must be answered as always. */
export const testStatementFiles = (directory: string, { naive = false } = {}): void => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(() => server.close())

  const names = readdirSync(directory)
    .filter((name) => name.endsWith('.sql'))
    .map((name) => name.slice(0, -4))

  test('there are files', () => expect(names.length).toBeGreaterThan(0))

  test.each(names)('%s', async (name) => {
    const admin = await server.connect()
    const database = `transcript_${name.replaceAll('-', '_')}`
    await admin.query(`CREATE DATABASE ${database}`)
    const client = await server.connect(database)
    if (naive) await client.query('SET tesseradb.optimizer = off')
    const answered = await transcript(client, readFileSync(join(directory, `${name}.sql`), 'utf8'))
    // A server takes so many connections, and there are many files.
    await Promise.all([client.end(), admin.end()])
    const expected = readFileSync(join(directory, `${name}.out`), 'utf8')
    await Promise.all([client.end(), admin.end()])
    if (naive) expect(withoutPlans(answered)).toBe(withoutPlans(expected))
    else expect(answered).toBe(expected)
  })
}
