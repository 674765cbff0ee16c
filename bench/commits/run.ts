/**
 * Durable small commits: one-row INSERT, one-row UPDATE by primary key, and pgbench's TPC-B like transaction. Both
 * servers run at once and are measured in turn, so that what else the machine does strikes both alike.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fillPgbenchTables, measureRate, type QueryMode } from '../pgbench/program.ts'
import { formatTable, geometricMean, median, saveResult } from '../report.ts'
import { startTarget } from '../targets/start.ts'
import type { Target, TargetName } from '../targets/target.ts'

export interface CommitsOptions {
  readonly clients: readonly number[]
  /** Length of each measurement. */
  readonly seconds: number
  /** Measurements of each server, of which the median counts. */
  readonly runs: number
  /** Hundred thousands of accounts of the TPC-B like transaction. */
  readonly scale: number
  readonly targets: readonly TargetName[]
}

const fileOf = (name: string): string => join(import.meta.dirname, name)

interface Workload {
  readonly name: string
  readonly mode: QueryMode
  readonly script: readonly string[]
}

const WORKLOADS: readonly Workload[] = [
  { name: 'insert, prepared', mode: 'prepared', script: ['-f', fileOf('insert.sql')] },
  { name: 'update by key, prepared', mode: 'prepared', script: ['-f', fileOf('update.sql')] },
  { name: 'TPC-B like, prepared', mode: 'prepared', script: [] },
  { name: 'TPC-B like, simple', mode: 'simple', script: [] },
]

interface Measurement {
  readonly workload: string
  readonly clients: number
  readonly target: string
  /** Transactions per second, a run each. */
  readonly rates: readonly number[]
}

export const runCommits = async ({ clients, seconds, runs, scale, targets }: CommitsOptions): Promise<void> => {
  console.log(`durable small commits, ${runs} runs of ${seconds} s each in turn, TPC-B at scale ${scale}`)
  const started: Target[] = []
  const measured: Measurement[] = []
  try {
    for (const name of targets) started.push(await startTarget(name))
    for (const target of started) {
      console.log(target.description)
      await target.execute(readFileSync(fileOf('schema.sql'), 'utf8'))
      await fillPgbenchTables(target, scale)
    }
    for (const workload of WORKLOADS) {
      for (const count of clients) measured.push(...(await measureInTurn(started, workload, count, seconds, runs)))
    }
  } finally {
    for (const target of started) await target.close()
  }
  report(measured, targets)
  console.log(`\nsaved as ${saveResult('commits', { seconds, scale, measured })}`)
}

const measureInTurn = async (
  targets: readonly Target[],
  { name, mode, script }: Workload,
  clients: number,
  seconds: number,
  runs: number,
): Promise<Measurement[]> => {
  const rates = targets.map((): number[] => [])
  for (let run = 0; run < runs; run++) {
    for (const [i, target] of targets.entries()) {
      const { transactionsPerSecond, error } = await measureRate(target, { mode, clients, seconds, script })
      if (error !== undefined) console.log(`${target.name}, ${name}, ${clients} clients: ${error}`)
      if (transactionsPerSecond !== null) rates[i]?.push(transactionsPerSecond)
    }
  }
  return targets.map((target, i) => ({ workload: name, clients, target: target.name, rates: rates[i] ?? [] }))
}

/** Medians, and how many times the first target's rate each other one reaches. */
const report = (measured: readonly Measurement[], targets: readonly TargetName[]): void => {
  const [base, ...others] = targets
  const ratios = new Map<TargetName, number[]>(others.map((name) => [name, []]))
  const rateOf = (workload: string, clients: number, target: TargetName | undefined): number =>
    median(measured.find((m) => m.workload === workload && m.clients === clients && m.target === target)?.rates ?? [])
  const cases = measured.filter(({ target }) => target === base)
  const rows = cases.map(({ workload, clients }) => {
    const reference = rateOf(workload, clients, base)
    const cells = others.map((name) => {
      const ratio = rateOf(workload, clients, name) / reference
      ratios.get(name)?.push(ratio)
      return ratio.toFixed(2)
    })
    return [
      `${workload}, ${clients} clients`,
      ...targets.map((name) => rateOf(workload, clients, name).toFixed(0)),
      ...cells,
    ]
  })
  const heading = ['transactions/s (median)', ...targets, ...others.map((name) => `${name} / ${base}`)]
  console.log(`\n${formatTable([heading, ...rows])}`)
  for (const [name, all] of ratios) console.log(`geometric mean of ${name} / ${base}: ${geometricMean(all).toFixed(2)}`)
}
