/** The program from outside: how it starts, what it says when it cannot, how it stops. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Client } from 'pg'
import { afterEach, expect, test } from 'vitest'

const LAUNCHER = join(import.meta.dirname, '..', 'bin', 'tesseradb.mjs')

const processes: ReturnType<typeof spawn>[] = []
afterEach(async () => {
  for (const process of processes.splice(0)) {
    if (process.exitCode !== null || process.signalCode !== null) continue
    process.kill('SIGTERM')
    await once(process, 'exit')
  }
})

/** Starts the program; `exit` is its exit code and all it wrote. */
const run = (...args: readonly string[]) => {
  const child = spawn(process.execPath, [LAUNCHER, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  processes.push(child)
  const written: string[] = []
  child.stdout.on('data', (chunk: Buffer) => written.push(chunk.toString()))
  const lines = createInterface(child.stderr)
  lines.on('line', (line) => written.push(line))
  const exit = once(child, 'close').then(([code]) => ({ code: code as number, output: written.join('\n') }))
  const port = async (): Promise<number> => {
    for await (const line of lines) {
      const match = /"port":(\d+)/.exec(line)
      if (match !== null) return Number(match[1])
    }
    throw new Error(written.join('\n'))
  }
  return { child, exit, port }
}

test('serves until it is told to stop, and tells its clients', async () => {
  const server = run('--memory', '--port', '0')
  const client = new Client({ host: '127.0.0.1', port: await server.port(), user: 'postgres', database: 'postgres' })
  await client.connect()
  const errors: Error[] = []
  client.on('error', (error: Error) => errors.push(error))
  const lost = new Promise((resolve) => client.once('end', () => resolve(null)))
  server.child.kill('SIGTERM')
  await lost
  expect(errors[0]).toMatchObject({ code: '57P01' })
  const { code, output } = await server.exit
  expect(code).toBe(0)
  expect(output).toContain('shut down')
})

test('ends with the launcher, however that ended', async () => {
  const server = run('--memory', '--port', '0')
  await server.port()
  server.child.kill('SIGKILL')
  // Standard error closes when the last process that holds it is gone.
  expect((await server.exit).output).toContain('shut down')
})

test('says when the port is taken', async () => {
  const first = run('--memory', '--port', '0')
  const { code, output } = await run('--memory', '--port', String(await first.port())).exit
  expect(code).toBe(1)
  expect(output).toMatch(/^tesseradb: the port is in use by another program .* choose one with --port$/)
})

test('help, version, and what it does not understand', async () => {
  const [help, version, wrong] = await Promise.all([run('--help').exit, run('--version').exit, run('--port', 'x').exit])
  expect(help).toMatchObject({ code: 0, output: expect.stringContaining('--data-dir DIR') as string })
  expect(version).toEqual({ code: 0, output: 'tesseradb 0.1.0\n' })
  expect(wrong).toEqual({ code: 2, output: 'tesseradb: --port: invalid value for parameter "port": "x"' })
})
