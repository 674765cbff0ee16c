/** Short transactions: PostgreSQL's own `pgbench` program against each server. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { formatTable, saveResult } from '../report.ts'
import { postgresPrograms } from '../targets/postgresql.ts'
import { startTarget } from '../targets/start.ts'
import type { Target, TargetName } from '../targets/target.ts'

export interface PgbenchOptions {
  /** Hundred thousands of accounts. */
  readonly scale: number
  /** Length of each measurement. */
  readonly seconds: number
  readonly clients: readonly number[]
  readonly targets: readonly TargetName[]
}

const run = promisify(execFile)

/** What is measured: arguments of pgbench. */
const WORKLOADS = {
  'select by key': ['-S'],
  'TPC-B like': [],
} as const
type Workload = keyof typeof WORKLOADS

interface Measurement {
  readonly target: string
  readonly workload: string
  readonly clients: number
  /** Null when the run failed. */
  readonly transactionsPerSecond: number | null
  readonly averageLatency: number | null
  readonly error?: string
}

const addressArgs = ({ address }: Target): string[] => {
  if (address === null) throw new Error('pgbench needs a server')
  return ['-h', address.host, '-p', String(address.port), '-U', address.user]
}

const numberAfter = (text: string, label: RegExp): number | null => {
  const match = label.exec(text)
  return match === null ? null : Number(match[1])
}

const measure = async (target: Target, workload: Workload, clients: number, seconds: number): Promise<Measurement> => {
  const common = { target: target.name, workload, clients }
  const args = [
    ...addressArgs(target),
    '-n',
    '-M',
    'prepared',
    '-c',
    String(clients),
    '-j',
    String(Math.min(clients, 2)),
  ]
  try {
    const program = join(postgresPrograms(), 'pgbench')
    const { stdout } = await run(program, [...args, '-T', String(seconds), ...WORKLOADS[workload], 'postgres'])
    return {
      ...common,
      transactionsPerSecond: numberAfter(stdout, /tps = ([\d.]+)/),
      averageLatency: numberAfter(stdout, /latency average = ([\d.]+)/),
    }
  } catch (error) {
    return { ...common, transactionsPerSecond: null, averageLatency: null, error: (error as Error).message }
  }
}

export const runPgbench = async ({ scale, seconds, clients, targets }: PgbenchOptions): Promise<void> => {
  console.log(`pgbench at scale ${scale}, ${seconds} s each, prepared statements`)
  const measured: Measurement[] = []
  for (const name of targets) {
    const target = await startTarget(name)
    console.log(target.description)
    try {
      await run(join(postgresPrograms(), 'pgbench'), [
        ...addressArgs(target),
        '-i',
        '-q',
        '-s',
        String(scale),
        'postgres',
      ])
      for (const workload of Object.keys(WORKLOADS) as Workload[]) {
        for (const count of clients) measured.push(await measure(target, workload, count, seconds))
      }
    } finally {
      await target.close()
    }
  }
  report(measured, targets)
  console.log(`\nsaved as ${saveResult('pgbench', { scale, seconds, measured })}`)
}

const report = (measured: readonly Measurement[], targets: readonly TargetName[]): void => {
  const keys = [...new Set(measured.map(({ workload, clients }) => `${workload}, ${clients} clients`))]
  const rows = keys.map((key) => {
    const cells = targets.map((name) => {
      const found = measured.find(
        ({ target, workload, clients }) => target === name && `${workload}, ${clients} clients` === key,
      )
      const tps = found?.transactionsPerSecond
      return tps === null || tps === undefined ? '-' : `${Math.round(tps)}`
    })
    return [key, ...cells]
  })
  console.log(`\n${formatTable([['transactions/s', ...targets], ...rows])}`)
  for (const { target, workload, error } of measured) {
    if (error !== undefined) console.log(`${target}, ${workload}: ${error}`)
  }
}
