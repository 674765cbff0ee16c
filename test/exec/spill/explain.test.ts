/** EXPLAIN ANALYZE tells what sorts and hash tables took, in PostgreSQL's words. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSpillServer, type SpillServer } from './support.ts'

const directory = mkdtempSync(join(tmpdir(), 'tesseradb-explain-'))
let server: SpillServer
let client: Client

beforeAll(async () => {
  server = await startSpillServer(directory)
  client = await server.connect()
})
afterAll(async () => {
  await server.close()
  rmSync(directory, { recursive: true, force: true })
})

const SQL = `SELECT * FROM (SELECT g, count(*) FROM generate_series(1, 20000) g GROUP BY g) x
  JOIN generate_series(1, 30000) h ON h = g ORDER BY g`

/** The lines about memory and disk, without figures that depend on how rows are kept. */
const lines = async (memory: string, sql: string): Promise<string[]> => {
  await client.query(`SET work_mem = '${memory}'`)
  const { rows } = await client.query(`EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ${sql}`)
  return rows
    .map((row) => String(row['QUERY PLAN']).trim())
    .filter((line) => /^(Sort Method|Buckets|Batches)/.test(line))
    .map((line) => line.replaceAll(/\d+kB/g, 'NkB').replace(/Buckets: \d+/, 'Buckets: N'))
}

test('in memory', async () => {
  expect(await lines('64MB', SQL)).toEqual([
    'Sort Method: quicksort  Memory: NkB',
    'Batches: 1  Memory Usage: NkB',
    'Buckets: N  Batches: 1  Memory Usage: NkB',
  ])
  expect((await lines('64MB', `${SQL} LIMIT 3`))[0]).toBe('Sort Method: top-N heapsort  Memory: NkB')
})

test('on disk', async () => {
  const [sort, groups, hash] = await lines('64kB', SQL)
  expect(sort).toBe('Sort Method: external merge  Disk: NkB')
  expect(groups).toMatch(/^Batches: \d\d  Memory Usage: NkB  Disk Usage: NkB$/)
  expect(hash).toMatch(/^Buckets: N  Batches: \d\d  Memory Usage: NkB$/)
})

test('as JSON', async () => {
  await client.query("SET work_mem = '64MB'")
  const { rows } = await client.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${SQL}`)
  const [{ Plan: sort }] = JSON.parse(JSON.stringify(rows[0]['QUERY PLAN']), (_key, value) =>
    typeof value === 'string' && value.startsWith('[') ? JSON.parse(value) : value,
  )
  expect(sort).toMatchObject({ 'Sort Method': 'quicksort', 'Sort Space Type': 'Memory' })
  expect(sort['Sort Space Used']).toBeGreaterThan(100)
  const [join] = sort.Plans
  const [groups, hash] = join.Plans
  expect(groups).toMatchObject({ 'HashAgg Batches': 1, 'Disk Usage': 0 })
  expect(hash).toMatchObject({ 'Node Type': 'Hash', 'Hash Batches': 1 })
})
