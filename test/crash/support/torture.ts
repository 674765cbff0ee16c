/** Rounds of crashes: a server under load is killed, and what is left must be what its clients were told. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { KILL_POINTS } from './kill-points-child.ts'
import { verify } from './verify.ts'
import { newWriters, runWriter, SETUP, type Writer } from './writers.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
/** Milliseconds that a round may last when its point is not met. */
const PATIENCE = 2500

export interface Round {
  /** `random`, or the point that was to be met. */
  readonly plan: string
  /** Whether the server died by itself at its point. */
  readonly met: boolean
  /** Transactions there afterwards, of all rounds. */
  readonly transactions: number
}

/** A server process on a directory; resolves when it accepts connections. */
const startServer = async (directory: string, killPoint: string) => {
  const preload = join(import.meta.dirname, 'kill-points-child.ts')
  const child = spawn(
    process.execPath,
    ['--import', preload, join(ROOT, 'src', 'main.ts'), '--data-dir', directory, '--port', '0'],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, TESSERADB_TEST_KILL_POINT: killPoint } },
  )
  const exited = once(child, 'exit')
  const said: string[] = []
  const port = await new Promise<number | null>((resolve) => {
    createInterface(child.stderr).on('line', (line) => {
      said.push(line)
      const match = /"port":(\d+)/.exec(line)
      if (match !== null) resolve(Number(match[1]))
    })
    void exited.then(() => resolve(null))
  })
  return { child, exited, port, said }
}

const connect = async (port: number): Promise<Client> => {
  const client = new Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** One crash. `random` answers an integer in [0, n). */
const round = async (
  directory: string,
  writers: readonly Writer[],
  isFirst: boolean,
  plan: string,
  random: (n: number) => number,
): Promise<{ met: boolean }> => {
  const isTimed = plan === 'random'
  const { child, exited, port, said } = await startServer(directory, isTimed ? '' : plan)
  let met = false
  void exited.then(([, signal]) => {
    met = signal === 'SIGKILL' && !child.killed
  })
  if (port !== null) {
    try {
      if (isFirst) {
        const client = await connect(port)
        await client.query(SETUP)
        await client.end()
      }
      const clients = await Promise.all(writers.map(() => connect(port)))
      const work = Promise.all(writers.map((writer, i) => runWriter(clients[i] as Client, writer)))
      await Promise.race([work, sleep(isTimed ? 100 + random(900) : PATIENCE), exited.then(() => sleep(20))])
      child.kill('SIGKILL')
      await exited
      await work
      for (const client of clients) client.end().catch(() => {})
    } catch (error) {
      child.kill('SIGKILL')
      // Connecting to a server that dies meanwhile.
      if (!/ECONN|terminated|closed/i.test(`${(error as { code?: string }).code} ${(error as Error).message}`))
        throw error
    }
  }
  await exited
  if (port === null && isTimed) throw new Error(`the server does not start: ${said.join('\n')}`)
  return { met }
}

/** Named points and random moments in turn. */
const planOf = (index: number, random: (n: number) => number): string => {
  if (index % 3 === 0) return 'random'
  const point = KILL_POINTS[random(KILL_POINTS.length)] as string
  const isFrequent = point.startsWith('commit')
  return `${point}:${1 + random(isFrequent ? 400 : 4)}`
}

/** Runs rounds on one directory; throws at the first loss. */
export async function* torture(
  directory: string,
  rounds: number,
  random: (n: number) => number,
): AsyncGenerator<Round> {
  const writers = newWriters()
  for (let i = 0; i < rounds; i++) {
    const plan = planOf(i, random)
    const { met } = await round(directory, writers, i === 0, plan, random)
    const { transactions } = await verify(directory, writers).catch((error: Error) => {
      throw new Error(`round ${i}, ${plan}: ${error.message}`, { cause: error })
    })
    yield { plan, met, transactions }
  }
}
