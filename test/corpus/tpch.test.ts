/**
 * TPC-H at scale 0.1 on a data directory: loaded through COPY, answered, the server process killed, started again, and
 * answered once more — each time byte for byte what PostgreSQL 15 prints.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { Client } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasShared, sharedPath } from './shared.ts'

const TABLES = ['region', 'nation', 'supplier', 'part', 'partsupp', 'customer', 'orders', 'lineitem']
const QUERIES = Array.from({ length: 22 }, (_, i) => i + 1)
const LOAD_LIMIT = 180_000

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })

const startProcess = async (directory: string, port: number): Promise<ChildProcess> => {
  const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts')
  const child = spawn(process.execPath, [main, '--port', String(port), '--data-dir', directory], { stdio: 'ignore' })
  for (let attempt = 0; attempt < 200; attempt++) {
    const client = new Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' })
    try {
      await client.connect()
      await client.end()
      return child
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  throw new Error('the server did not start')
}

/** Rows as `psql -XqAt` prints them. */
const answer = async (client: Client, query: number): Promise<string> => {
  const text = readFileSync(sharedPath('tpch', 'queries', `q${query}.sql`), 'utf8')
  const answers = await client.query({
    text,
    rowMode: 'array',
    types: { getTypeParser: () => (value: unknown) => value },
  })
  const results = (Array.isArray(answers) ? answers : [answers]) as { rows: (string | null)[][] }[]
  return results.flatMap(({ rows }) => rows.map((row) => `${row.map((v) => v ?? '').join('|')}\n`)).join('')
}

describe.runIf(hasShared)('TPC-H', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tesseradb-tpch-'))
  let port = 0
  let server: ChildProcess
  let client: Client

  const connect = async (): Promise<void> => {
    client = new Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' })
    client.on('error', () => {})
    await client.connect()
  }

  beforeAll(async () => {
    port = await freePort()
    server = await startProcess(directory, port)
    await connect()
    await client.query(readFileSync(sharedPath('tpch', 'schema.sql'), 'utf8'))
    for (const table of TABLES) {
      const rows = createReadStream(sharedPath('tpch', 'sf0.1', `${table}.tbl.gz`)).pipe(createGunzip())
      await pipeline(rows, client.query(copyFrom(`COPY ${table} FROM STDIN WITH (DELIMITER '|')`)))
    }
    await client.query(readFileSync(sharedPath('tpch', 'indexes.sql'), 'utf8'))
    await client.query('ANALYZE')
  }, LOAD_LIMIT)

  afterAll(async () => {
    await client.end().catch(() => {})
    server.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  })

  const answersAll = async (): Promise<void> => {
    for (const query of QUERIES) {
      const expected = readFileSync(sharedPath('tpch', 'expected', `q${query}.out`), 'utf8')
      expect(await answer(client, query), `query ${query}`).toBe(expected)
    }
  }

  test('the 22 queries', answersAll, LOAD_LIMIT)

  test(
    'the same after the process was killed',
    async () => {
      await client.end().catch(() => {})
      const gone = new Promise((resolve) => server.once('exit', resolve))
      server.kill('SIGKILL')
      await gone
      server = await startProcess(directory, port)
      await connect()
      await answersAll()
    },
    LOAD_LIMIT,
  )
})
