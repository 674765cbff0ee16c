/**
 * The full proof: `node test/session/history/run.ts [--transactions 100000] [--sessions 12] [--seed 1] [--level LEVEL]`
 * runs the workload at each isolation level (or one), checks every round and prints a line per level. With `--durable`
 * commits go to a temporary directory's disk. Ends with 1 when anything was found.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { checkHistory, type Anomaly } from './checker.ts'
import { startEngine } from './client.ts'
import type { Isolation } from './history.ts'
import { Workload } from './workload.ts'

const LEVELS: readonly Isolation[] = ['serializable', 'repeatable read', 'read committed']

const { values } = parseArgs({
  options: {
    transactions: { type: 'string', default: '100000' },
    sessions: { type: 'string', default: '12' },
    seed: { type: 'string', default: '1' },
    level: { type: 'string' },
    durable: { type: 'boolean', default: false },
  },
})

const runLevel = async (isolation: Isolation): Promise<Anomaly[]> => {
  const directory = values.durable ? await mkdtemp(join(tmpdir(), 'history-')) : null
  const engine = await startEngine(directory)
  const workload = new Workload(engine, {
    isolation,
    sessions: Number(values.sessions),
    perRound: 400,
    seed: Number(values.seed),
  })
  await workload.setUp()
  const found: Anomaly[] = []
  const started = performance.now()
  while (workload.attempted < Number(values.transactions)) {
    found.push(...checkHistory(await workload.round(), isolation))
  }
  const seconds = (performance.now() - started) / 1000
  const refusals = [...workload.refusals].map(([code, count]) => `${code}: ${count}`).join(', ')
  console.log(
    `${isolation}: ${workload.attempted} transactions, ${workload.committed} committed, ${refusals || 'no errors'}, ` +
      `${found.length} anomalies, ${seconds.toFixed(1)} s`,
  )
  for (const { name, detail } of found.slice(0, 10)) console.log(`  ${name}: ${detail}`)
  await workload.close()
  await engine.shutdown('fast')
  if (directory !== null) await rm(directory, { recursive: true })
  return found
}

let anomalies = 0
for (const level of LEVELS.filter((l) => values.level === undefined || l === values.level)) {
  anomalies += (await runLevel(level)).length
}
process.exitCode = anomalies === 0 ? 0 : 1
