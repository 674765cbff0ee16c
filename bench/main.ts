/**
 * Benchmarks against PostgreSQL and DuckDB on the same machine with the same data:
 *
 *     npm run bench -- tpch [--scale 0.1] [--runs 5] [--queries 1,6] [--targets postgresql,tesseradb,duckdb]
 *     npm run bench -- load [--scale 1] [--runs 3] [--targets postgresql,tesseradb,duckdb]
 *     npm run bench -- commits [--scale 10] [--seconds 10] [--runs 3] [--clients 1,8,32] [--targets postgresql,tesseradb]
 *     npm run bench -- pgbench [--scale 10] [--seconds 10] [--clients 1,8,32] [--targets postgresql,tesseradb]
 *     npm run bench -- memory [--scale 0.1] [--budget 64] [--updates 100000]
 *     npm run bench -- snapshot [--scale 10] [--seconds 60]
 *     npm run bench -- hybrid [--scale 1] [--runs 5]
 */
import { parseArgs } from 'node:util'
import { runLoad } from './load/run.ts'
import { runCommits } from './commits/run.ts'
import { runPgbench } from './pgbench/run.ts'
import { runHybrid } from './storage/hybrid.ts'
import { runMemory } from './storage/memory.ts'
import { runSnapshot } from './storage/snapshot.ts'
import { TARGET_NAMES } from './targets/target.ts'
import type { TargetName } from './targets/target.ts'
import { QUERY_NUMBERS, runTpch } from './tpch/run.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    scale: { type: 'string' },
    runs: { type: 'string' },
    queries: { type: 'string' },
    targets: { type: 'string' },
    seconds: { type: 'string', default: '10' },
    clients: { type: 'string', default: '1,8,32' },
    budget: { type: 'string', default: '64' },
    updates: { type: 'string', default: '100000' },
  },
})

const numbers = (text: string): number[] => text.split(',').map(Number)

const targetNames = (text: string): TargetName[] =>
  text.split(',').map((name) => {
    const found = TARGET_NAMES.find((known) => known === name)
    if (found === undefined) throw new Error(`no target is called ${name}; there are ${TARGET_NAMES.join(', ')}`)
    return found
  })

switch (positionals[0]) {
  case 'tpch':
    await runTpch({
      scale: Number(values.scale ?? '0.1'),
      runs: Number(values.runs ?? '5'),
      targets: targetNames(values.targets ?? TARGET_NAMES.join(',')),
      queries: values.queries === undefined ? QUERY_NUMBERS : numbers(values.queries),
    })
    break
  case 'load':
    await runLoad({
      scale: Number(values.scale ?? '1'),
      runs: Number(values.runs ?? '3'),
      targets: targetNames(values.targets ?? TARGET_NAMES.join(',')),
    })
    break
  case 'commits':
    await runCommits({
      scale: Number(values.scale ?? '10'),
      seconds: Number(values.seconds),
      runs: Number(values.runs ?? '3'),
      clients: numbers(values.clients),
      targets: targetNames(values.targets ?? 'postgresql,tesseradb'),
    })
    break
  case 'pgbench':
    await runPgbench({
      scale: Number(values.scale ?? '10'),
      seconds: Number(values.seconds),
      clients: numbers(values.clients),
      targets: targetNames(values.targets ?? 'postgresql,tesseradb'),
    })
    break
  case 'memory':
    await runMemory({
      scale: Number(values.scale ?? '0.1'),
      budget: Number(values.budget),
      updates: Number(values.updates),
    })
    break
  case 'snapshot':
    await runSnapshot({ scale: Number(values.scale ?? '10'), seconds: Number(values.seconds) })
    break
  case 'hybrid':
    await runHybrid({ scale: Number(values.scale ?? '1'), runs: Number(values.runs ?? '5') })
    break
  default:
    console.error(
      'usage: npm run bench -- tpch|load|commits|pgbench|memory|snapshot|hybrid [OPTIONS]; see bench/main.ts',
    )
    process.exitCode = 2
}
