/** However a statement ends, nothing of its temporary files is left, and the session goes on. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemDisk } from '../../../src/exec/spill/temporary-disk.ts'
import { startSpillServer, TABLE, type SpillServer } from './support.ts'

const directory = mkdtempSync(join(tmpdir(), 'tesseradb-endings-'))
let server: SpillServer
let client: Client
/** Bytes that the disk still takes. */
let room = Number.POSITIVE_INFINITY

beforeAll(async () => {
  server = await startSpillServer(directory, {
    create: (path) => {
      const handle = systemDisk.create(path)
      return {
        write: (chunks, position) => {
          room -= chunks.reduce((bytes, chunk) => bytes + chunk.length, 0)
          return room < 0
            ? Promise.reject(new Error('ENOSPC: no space left on device'))
            : handle.write(chunks, position)
        },
        read: (target, position) => handle.read(target, position),
        readNow: (target, position) => handle.readNow(target, position),
        close: () => handle.close(),
      }
    },
  })
  client = await server.connect()
  await client.query(TABLE)
  await client.query('CREATE TABLE u AS SELECT a.* FROM t a, generate_series(1, 3)')
  await client.query("SET work_mem = '64kB'")
})
afterAll(async () => {
  await server.close()
  rmSync(directory, { recursive: true, force: true })
})

const nothingLeft = async (): Promise<void> => {
  await expect.poll(() => server.area.open).toBe(0)
  expect(readdirSync(directory)).toEqual([])
}

/** One statement per operator; `x` is what is computed from each row of its input. */
const STATEMENTS: Readonly<Record<string, (x: string) => string>> = {
  sort: (x) => `SELECT * FROM (SELECT *, ${x} AS x FROM u) q ORDER BY s, x, j`,
  'hash join': (x) =>
    `SELECT count(*), sum(x) FROM (SELECT id, s, ${x} AS x FROM u) a FULL JOIN u b ON a.id = b.id AND a.s = b.s`,
  groups: (x) => `SELECT n, s, count(*), sum(x) FROM (SELECT *, ${x} AS x FROM u) q GROUP BY n, s`,
  'distinct values': (x) => `SELECT count(DISTINCT n), count(DISTINCT x + 1) FROM (SELECT *, ${x} AS x FROM u) q`,
  'ordered aggregate': (x) => `SELECT md5(string_agg(s, '' ORDER BY j, x)) FROM (SELECT *, ${x} AS x FROM u) q`,
  except: (x) => `SELECT n, s FROM u EXCEPT SELECT n, s || x FROM (SELECT *, ${x} AS x FROM u) q`,
  window: (x) => `SELECT sum(r) FROM (SELECT sum(x) OVER (ORDER BY id) AS r FROM (SELECT *, ${x} AS x FROM u) q) p`,
  cte: (x) => `WITH c AS MATERIALIZED (SELECT *, ${x} AS x FROM u) SELECT count(*) FROM c a JOIN c b ON a.id = b.x`,
}

describe.each(Object.entries(STATEMENTS))('%s', (_about, statement) => {
  test('to the end', async () => {
    const files = server.area.files
    await client.query(statement('id'))
    expect(server.area.files).toBeGreaterThan(files)
    await nothingLeft()
  })

  test('with an error in the middle', async () => {
    await expect(client.query(statement('1000 / (7990 - id)'))).rejects.toMatchObject({ code: '22012' })
    await nothingLeft()
  })

  test('with a full disk', async () => {
    room = 300_000
    await expect(client.query(statement('id'))).rejects.toMatchObject({ code: '53100' })
    room = Number.POSITIVE_INFINITY
    await nothingLeft()
  })

  test('cancelled', async () => {
    const other = await server.connect()
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
    const running = client.query(statement('id'))
    const refused = expect(running).rejects.toMatchObject({ code: '57014' })
    await expect.poll(() => server.area.open, { interval: 1 }).toBeGreaterThan(0)
    await other.query('SELECT pg_cancel_backend($1)', [rows[0].pid])
    await refused
    await other.end()
    await nothingLeft()
  })
})

test('temp_file_limit', async () => {
  await client.query('SET temp_file_limit = 100')
  await expect(client.query('SELECT * FROM u ORDER BY s, j')).rejects.toMatchObject({
    code: '53400',
    message: 'temporary file size exceeds temp_file_limit (100kB)',
  })
  await client.query('RESET temp_file_limit')
  await nothingLeft()
})

test('log_temp_files', async () => {
  await client.query('SET log_temp_files = 50')
  const lines = server.log.length
  await client.query('SELECT * FROM u ORDER BY s, j')
  await client.query('RESET log_temp_files')
  expect(server.log.length).toBeGreaterThan(lines)
})

test('a cursor left open by a session that ends', async () => {
  const other = await server.connect()
  await other.query("SET work_mem = '64kB'; BEGIN; DECLARE c CURSOR FOR SELECT * FROM u ORDER BY s, j; FETCH 3 FROM c")
  expect(server.area.open).toBe(1)
  await other.end()
  await nothingLeft()
})
