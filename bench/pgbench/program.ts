/** PostgreSQL's `pgbench` program: fills its tables, and measures how many transactions per second a server answers. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { postgresPrograms } from '../targets/postgresql.ts'
import type { Target } from '../targets/target.ts'

const run = promisify(execFile)

export type QueryMode = 'simple' | 'extended' | 'prepared'

export interface PgbenchRun {
  readonly mode: QueryMode
  readonly clients: number
  readonly seconds: number
  /** Which script: arguments of pgbench; none for its TPC-B like one. */
  readonly script: readonly string[]
}

/** Null where the run failed. */
export interface Rate {
  readonly transactionsPerSecond: number | null
  /** Milliseconds. */
  readonly averageLatency: number | null
  readonly error?: string
}

const pgbench = (target: Target, args: readonly string[]) => {
  const { address } = target
  if (address === null) throw new Error('pgbench needs a server')
  const server = ['-h', address.host, '-p', String(address.port), '-U', address.user]
  return run(join(postgresPrograms(), 'pgbench'), [...server, ...args, 'postgres'])
}

/** Makes pgbench's tables; `scale`: hundred thousands of accounts. */
export const fillPgbenchTables = async (target: Target, scale: number): Promise<void> => {
  await pgbench(target, ['-i', '-q', '-s', String(scale)])
}

export const measureRate = async (target: Target, { mode, clients, seconds, script }: PgbenchRun): Promise<Rate> => {
  const threads = Math.min(clients, 2)
  const args = ['-n', '-M', mode, '-c', String(clients), '-j', String(threads), '-T', String(seconds), ...script]
  try {
    const { stdout } = await pgbench(target, args)
    return {
      transactionsPerSecond: numberAfter(stdout, /tps = ([\d.]+)/),
      averageLatency: numberAfter(stdout, /latency average = ([\d.]+)/),
    }
  } catch (error) {
    return { transactionsPerSecond: null, averageLatency: null, error: (error as Error).message }
  }
}

const numberAfter = (text: string, label: RegExp): number | null => {
  const match = label.exec(text)
  return match === null ? null : Number(match[1])
}
