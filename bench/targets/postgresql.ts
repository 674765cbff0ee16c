/** A PostgreSQL of its own: a fresh cluster in a temporary directory, on a free port of the loopback address. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectTarget } from './protocol-client.ts'
import type { Target } from './target.ts'

const DEBIAN_ROOT = '/usr/lib/postgresql'

/** Directory of the newest installed server's programs. Throws when there is none. */
export const postgresPrograms = (): string => {
  const versions = existsSync(DEBIAN_ROOT) ? readdirSync(DEBIAN_ROOT).sort((a, b) => Number(b) - Number(a)) : []
  const found = versions
    .map((version) => join(DEBIAN_ROOT, version, 'bin'))
    .find((path) => existsSync(join(path, 'initdb')))
  if (found === undefined) throw new Error(`no PostgreSQL server under ${DEBIAN_ROOT} (apt-get install postgresql)`)
  return found
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** A server that refuses to run as root runs as `postgres`. */
const isRoot = process.getuid?.() === 0
const asServerUser = (program: string, args: readonly string[]): readonly [string, string[]] =>
  isRoot ? ['runuser', ['-u', 'postgres', '--', program, ...args]] : [program, [...args]]

const userId = (kind: '-u' | '-g'): number => Number(execFileSync('id', [kind, 'postgres'], { encoding: 'utf8' }))

/** What an administrator would set on a machine that is the database's alone. */
const configuration = (): string => {
  const megabytes = totalmem() / 1024 ** 2
  const settings = {
    shared_buffers: `${Math.min(Math.round(megabytes / 4), 4096)}MB`,
    effective_cache_size: `${Math.round(megabytes / 2)}MB`,
    work_mem: '256MB',
    maintenance_work_mem: '512MB',
    max_wal_size: '8GB',
    random_page_cost: '1.1',
    max_connections: '200',
  }
  return Object.entries(settings)
    .map(([name, value]) => `${name} = '${value}'\n`)
    .join('')
}

/** `locale` is that of the cluster's databases, `settings` are lines of postgresql.conf. */
export const startPostgresql = async (locale = 'C', settings = configuration()): Promise<Target> => {
  const programs = postgresPrograms()
  const directory = mkdtempSync(join(tmpdir(), 'postgresql-'))
  if (isRoot) chownSync(directory, userId('-u'), userId('-g'))
  const data = join(directory, 'data')
  const initOptions = ['-D', data, '-U', 'postgres', '--auth=trust', `--locale=${locale}`, '--encoding=UTF8']
  const [initdb, initArgs] = asServerUser(join(programs, 'initdb'), initOptions)
  execFileSync(initdb, initArgs, { stdio: 'ignore' })
  appendFileSync(join(data, 'postgresql.conf'), settings)
  const port = await freePort()
  const serverArgs = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', directory]
  const [program, args] = asServerUser(join(programs, 'postgres'), serverArgs)
  const server = spawn(program, args, { stdio: 'ignore' })
  const stop = async (): Promise<void> => {
    const ended = once(server, 'exit')
    const [stopProgram, stopArgs] = asServerUser(join(programs, 'pg_ctl'), ['-D', data, '-m', 'fast', 'stop'])
    execFileSync(stopProgram, stopArgs, { stdio: 'ignore' })
    await ended
    rmSync(directory, { recursive: true })
  }
  const address = { host: '127.0.0.1', port, user: 'postgres' }
  for (let attempt = 0; ; attempt++) {
    try {
      return await connectTarget({ name: 'postgresql', address, stop })
    } catch (error) {
      if (attempt === 100) throw error
      await sleep(100)
    }
  }
}
