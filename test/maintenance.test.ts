/** The program's sub-commands, and how a start fails on directories that it must not use: messages and exit codes. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Client } from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WriteBatch } from '../src/storage/kv/key-value-store.ts'
import { LevelStore } from '../src/storage/kv/level-store.ts'

const LAUNCHER = join(import.meta.dirname, '..', 'bin', 'tesseradb.mjs')

let directory = ''
const processes: ReturnType<typeof spawn>[] = []

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tesseradb-maintenance-'))
})
afterEach(async () => {
  for (const process of processes.splice(0)) {
    if (process.exitCode !== null || process.signalCode !== null) continue
    process.kill('SIGTERM')
    await once(process, 'exit')
  }
  rmSync(directory, { recursive: true, force: true })
})

/** Runs the program to its end; `shell` is put before the command. */
const run = async (args: readonly string[], shell = ''): Promise<string> => {
  const command = [process.execPath, LAUNCHER, ...args]
  const child =
    shell === ''
      ? spawn(command[0] as string, command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] })
      : spawn('bash', ['-c', `${shell}; exec "$@"`, 'bash', ...command], { stdio: ['ignore', 'pipe', 'pipe'] })
  processes.push(child)
  const written: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => written.push(chunk.toString()))
  const [code] = (await once(child, 'close')) as [number]
  return `${code} ${written.join('').trim()}`
}

const serve = async (data: string, shell = '') => {
  const command = [process.execPath, LAUNCHER, '--data-dir', data, '--port', '0']
  const child = spawn('bash', ['-c', `${shell === '' ? ':' : shell}; exec "$@"`, 'bash', ...command], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  processes.push(child)
  const log: string[] = []
  const port = await new Promise<number>((resolve, reject) => {
    createInterface(child.stderr).on('line', (line) => {
      log.push(line)
      const match = /"port":(\d+)/.exec(line)
      if (match !== null) resolve(Number(match[1]))
    })
    child.once('exit', () => reject(new Error(log.join('\n'))))
  })
  const client = new Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' })
  client.on('error', () => {})
  await client.connect()
  const stop = async (): Promise<void> => {
    await client.end()
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
  }
  return { port, client, log, stop }
}

test('check, backup, restore', async () => {
  const data = join(directory, 'data')
  expect(await run(['check', data])).toBe(`2 tesseradb: "${data}" is not a data directory`)
  const server = await serve(data)
  await server.client.query(
    'CREATE TABLE t (i int PRIMARY KEY); INSERT INTO t SELECT i FROM generate_series(1, 5000) i',
  )
  await server.client.query('VACUUM')
  expect(await run(['check', data])).toMatch(/^2 tesseradb: lock file ".*" already exists/)
  const target = join(directory, 'backup')
  expect(await run(['backup', '--port', String(server.port), target])).toMatch(
    /^0 backup complete: \d+ files, \d+ bytes$/,
  )
  expect(await run(['backup', '--port', String(server.port), target])).toBe(
    `1 tesseradb: directory "${target}" exists but is not empty`,
  )
  await server.stop()
  expect(await run(['check', data])).toBe('0 no damage found')
  const restored = join(directory, 'restored')
  expect(await run(['restore', target, restored])).toMatch(/^0 restored: \d+ files/)
  expect(await run(['restore', target, restored])).toMatch(/^1 tesseradb: directory ".*" exists but is not empty$/)
  const segments = join(restored, 'base', 'segments')
  const name = readdirSync(segments).find((file) => file.endsWith('.arrow')) as string
  truncateSync(join(segments, name), 200)
  const [first, ...rest] = (await run(['check', restored])).split('\n')
  expect(first).toMatch(/^1 error: public\.t .*invalid data in segment file/)
  expect(rest.at(-1)).toBe('2 findings')
  expect(await run(['backup', '--port', '1', join(directory, 'x')])).toMatch(/^1 tesseradb: no server answers/)
}, 30_000)

test('directories that a server must not use', async () => {
  const data = join(directory, 'data')
  const records = join(data, 'base', 'records')
  const start = (): Promise<string> => run(['--data-dir', data, '--port', '0'])
  const server = await serve(data)
  expect(await start()).toMatch(/^1 tesseradb: lock file ".*" already exists\n {2}hint: Is another server running/)
  await server.stop()
  const log = await LevelStore.open(records)
  const batch = new WriteBatch()
  batch.put(Buffer.from('f'), Buffer.from('1000'))
  await log.write(batch, true)
  await log.close()
  expect(await start()).toMatch(/^1 tesseradb: database files are incompatible with server\n {2}detail: .*version 1000/)
  writeFileSync(join(records, 'CURRENT'), 'nothing')
  expect(await start()).toMatch(/^1 tesseradb: could not (read|write to file) ".*records"/)
  // A file where the directory should be is as good as a directory that cannot be written.
  const file = join(directory, 'file')
  writeFileSync(file, '')
  expect(await run(['--data-dir', file, '--port', '0'])).toMatch(/^1 tesseradb: could not write to file ".*"/)
}, 30_000)

test('a disk that is full', async () => {
  const data = join(directory, 'data')
  // Files may not grow beyond 256 kB: what the system answers then is an error of writing.
  const server = await serve(data, 'trap "" XFSZ; ulimit -f 256')
  const { client } = server
  await client.query('CREATE TABLE t (i int, t text); INSERT INTO t VALUES (1, $$kept$$)')
  const load = client.query('INSERT INTO t SELECT i, repeat(md5(i::text), 10) FROM generate_series(1, 20000) i')
  await expect(load).rejects.toMatchObject({ code: expect.stringMatching(/^(53100|58030)$/) as string })
  expect((await client.query('SELECT * FROM t')).rows).toEqual([{ i: 1, t: 'kept' }])
  await server.stop()
  const again = await serve(data)
  expect((await again.client.query('SELECT * FROM t')).rows).toEqual([{ i: 1, t: 'kept' }])
  expect((await again.client.query('SELECT * FROM tesseradb_check()')).rows).toEqual([])
  await again.stop()
}, 30_000)
