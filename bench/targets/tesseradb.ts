/** TesseraDB as a user starts it, with data in a temporary directory, on a port that the system chooses. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { connectTarget } from './protocol-client.ts'
import type { Target } from './target.ts'

const LAUNCHER = join(import.meta.dirname, '..', '..', 'bin', 'tesseradb.mjs')

/** A server whose memory can be measured. */
export interface TesseradbTarget extends Target {
  /** Resident memory of the server's process in bytes (Linux). */
  memory(): number
}

/** `options` are added to the server's command line. */
export const startTesseradb = async (options: readonly string[] = []): Promise<TesseradbTarget> => {
  const directory = mkdtempSync(join(tmpdir(), 'bench-tesseradb-'))
  const server = spawn(process.execPath, [LAUNCHER, '--port', '0', '--data-dir', directory, ...options], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(server, 'exit')
  const stop = async (): Promise<void> => {
    server.kill('SIGTERM')
    await ended
    rmSync(directory, { recursive: true, force: true })
  }
  const port = await new Promise<number>((resolve, reject) => {
    const seen: string[] = []
    // Read to the end: a server whose log nobody reads would wait for its reader.
    createInterface(server.stderr).on('line', (line) => {
      seen.push(line)
      const match = /"port":(\d+)/.exec(line)
      if (match !== null) resolve(Number(match[1]))
    })
    server.once('exit', () => reject(new Error(`the server did not start:\n${seen.join('\n')}`)))
  })
  const target = await connectTarget({
    name: 'tesseradb',
    address: { host: '127.0.0.1', port, user: 'postgres' },
    stop,
  })
  const memory = (): number => {
    // The launcher's only child is the server.
    const child = readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8').trim()
    const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child}/status`, 'utf8'))?.[1]
    return Number(resident) * 1024
  }
  return { ...target, memory }
}
