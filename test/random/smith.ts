/** Rounds of sqlsmith against a server of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type SmithReport, smithServer, STATEMENT_TIMEOUT } from './smith-server.ts'

interface Options {
  readonly minutes: number
  readonly seed: number
  /** In each round. */
  readonly queries: number
}

/** Every other round also reads the catalogs. */
export const runSmith = async ({ minutes, seed, queries }: Options): Promise<SmithReport & { rounds: number }> => {
  const server = await smithServer()
  const end = Date.now() + minutes * 60_000
  let rounds = 0
  for (; Date.now() < end && server.problem() === null; rounds++) {
    const options = [
      `--target=host=127.0.0.1 port=${server.port} dbname=smith user=postgres options='-c statement_timeout=${STATEMENT_TIMEOUT}'`,
      `--seed=${seed + rounds}`,
      `--max-queries=${queries}`,
    ]
    if (rounds % 2 === 0) options.push('--exclude-catalog')
    const smith = spawn('sqlsmith', options, { stdio: 'ignore' })
    const timer = setTimeout(() => smith.kill(), Math.max(end - Date.now(), 1))
    await once(smith, 'exit')
    clearTimeout(timer)
  }
  return { rounds, ...(await server.close()) }
}
