/** Every operator that goes to disk answers as PostgreSQL does, with memory and without. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { QUERIES } from './queries.ts'
import { digest, rowsOf, startSpillServer, TABLE, type SpillServer } from './support.ts'

const EXPECTED: Record<string, string> = JSON.parse(readFileSync(join(import.meta.dirname, 'expected.json'), 'utf8'))

describe('answers', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tesseradb-spill-'))
  let server: SpillServer
  let client: Client
  beforeAll(async () => {
    server = await startSpillServer(directory)
    client = await server.connect()
    await client.query(TABLE)
    await client.query('ANALYZE t')
  })
  afterAll(async () => {
    await server.close()
    rmSync(directory, { recursive: true, force: true })
  })

  test.each(QUERIES)('%s', async (about, sql) => {
    await client.query("SET work_mem = '1GB'")
    expect(digest(await rowsOf(client, sql))).toBe(EXPECTED[about])
    await client.query("SET work_mem = '64kB'")
    const files = server.area.files
    expect(digest(await rowsOf(client, sql))).toBe(EXPECTED[about])
    if (SPILLING.test(about)) expect(server.area.files).toBeGreaterThan(files)
    expect(server.area.open).toBe(0)
    expect(readdirSync(directory)).toEqual([])
  })
})

/** Statements that cannot do without the disk. */
const SPILLING =
  /^(sort|inner join|full join|one giant key, outer|groups|cube|distinct values|ordered|UNION|EXCEPT$|a CTE)/
