/** Short transactions: PostgreSQL's own `pgbench` program against each server. */
import { formatTable, saveResult } from '../report.ts'
import { startTarget } from '../targets/start.ts'
import type { Target, TargetName } from '../targets/target.ts'
import { fillPgbenchTables, measureRate, type Rate } from './program.ts'

export interface PgbenchOptions {
  /** Hundred thousands of accounts. */
  readonly scale: number
  /** Length of each measurement. */
  readonly seconds: number
  readonly clients: readonly number[]
  readonly targets: readonly TargetName[]
}

/** What is measured: arguments of pgbench. */
const WORKLOADS = {
  'select by key': ['-S'],
  'TPC-B like': [],
} as const
type Workload = keyof typeof WORKLOADS

interface Measurement extends Rate {
  readonly target: string
  readonly workload: string
  readonly clients: number
}

const measure = async (target: Target, workload: Workload, clients: number, seconds: number): Promise<Measurement> => ({
  target: target.name,
  workload,
  clients,
  ...(await measureRate(target, { mode: 'prepared', clients, seconds, script: WORKLOADS[workload] })),
})

export const runPgbench = async ({ scale, seconds, clients, targets }: PgbenchOptions): Promise<void> => {
  console.log(`pgbench at scale ${scale}, ${seconds} s each, prepared statements`)
  const measured: Measurement[] = []
  for (const name of targets) {
    const target = await startTarget(name)
    console.log(target.description)
    try {
      await fillPgbenchTables(target, scale)
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
