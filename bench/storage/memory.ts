/** Memory of a server whose data are larger than its budget: while it loads TPC-H, answers its queries, and is updated. */
import { formatTable, saveResult } from '../report.ts'
import { startTesseradb, type TesseradbTarget } from '../targets/tesseradb.ts'
import { tableFiles } from '../tpch/files.ts'
import { loadTpch, QUERY_NUMBERS, queryText } from '../tpch/run.ts'
import { pgbench } from './updates.ts'

export interface MemoryOptions {
  readonly scale: number
  /** tesseradb.memory_budget in MB. */
  readonly budget: number
  /** Rows of lineitem updated by their key. */
  readonly updates: number
}

/** What a process may take beyond its budget, in MB. */
const ALLOWANCE = 400
const CLIENTS = 8
const MEGABYTE = 1024 ** 2

interface Phase {
  readonly phase: string
  readonly seconds: number
  /** Greatest resident memory in MB. */
  readonly peak: number
}

const watched = async (server: TesseradbTarget, phase: string, work: () => Promise<unknown>): Promise<Phase> => {
  let peak = 0
  const look = (): void => {
    peak = Math.max(peak, server.memory())
  }
  const timer = setInterval(look, 100)
  const start = performance.now()
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
  look()
  return { phase, seconds: (performance.now() - start) / 1000, peak: Math.round(peak / MEGABYTE) }
}

/** One row of lineitem with a random order key: keys are 1 … 7 and 32 … 39, 64 … 71 and so on. */
const updateOf = (orders: number): string => `
\\set k random(1, ${orders - 1})
\\set o (:k / 8) * 32 + :k % 8
UPDATE lineitem SET l_quantity = l_quantity + 1 WHERE l_orderkey = :o AND l_linenumber = 1;
`

export const runMemory = async ({ scale, budget, updates }: MemoryOptions): Promise<void> => {
  console.log(`TPC-H at scale ${scale}, tesseradb.memory_budget = ${budget}MB, at most ${ALLOWANCE} MB beyond it`)
  const files = await tableFiles(scale)
  const server = await startTesseradb(['--set', `tesseradb.memory_budget=${budget}MB`])
  const phases: Phase[] = []
  try {
    phases.push(await watched(server, 'load, indexes, ANALYZE', () => loadTpch(server, files)))
    const answer = async (): Promise<void> => {
      for (const number of QUERY_NUMBERS) await server.query(queryText(number, scale))
    }
    phases.push(await watched(server, '22 queries', answer))
    const scripts = [[updateOf(1_500_000 * scale), 1]] as const
    const length = ['-t', Math.ceil(updates / CLIENTS)] as const
    const update = (): Promise<number> => pgbench(server, { scripts, clients: CLIENTS, length })
    phases.push(await watched(server, `${updates} updates by key`, update))
  } finally {
    await server.close()
  }
  const rows = phases.map(({ phase, seconds, peak }) => [
    phase,
    `${seconds.toFixed(1)} s`,
    `${peak} MB`,
    peak <= budget + ALLOWANCE ? 'yes' : 'no',
  ])
  console.log(formatTable([['phase', 'time', 'peak', 'within'], ...rows]))
  console.log(`written to ${saveResult('memory', { scale, budget, updates, phases })}`)
}
