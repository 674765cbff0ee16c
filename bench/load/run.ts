/** Loading: COPY of TPC-H's lineitem into a table with its primary key, by psql, the targets in turn. */
import { execFileSync } from 'node:child_process'
import { formatTable, median, saveResult } from '../report.ts'
import { startTarget } from '../targets/start.ts'
import type { Target, TargetName } from '../targets/target.ts'
import { tableFiles } from '../tpch/files.ts'

export interface LoadOptions {
  readonly scale: number
  /** Loads of each target; the median counts. */
  readonly runs: number
  readonly targets: readonly TargetName[]
}

const TABLE = `CREATE TABLE lineitem (
  l_orderkey integer NOT NULL, l_partkey integer NOT NULL, l_suppkey integer NOT NULL, l_linenumber integer NOT NULL,
  l_quantity decimal(15,2) NOT NULL, l_extendedprice decimal(15,2) NOT NULL, l_discount decimal(15,2) NOT NULL,
  l_tax decimal(15,2) NOT NULL, l_returnflag char(1) NOT NULL, l_linestatus char(1) NOT NULL, l_shipdate date NOT NULL,
  l_commitdate date NOT NULL, l_receiptdate date NOT NULL, l_shipinstruct char(25) NOT NULL, l_shipmode char(10) NOT NULL,
  l_comment varchar(44) NOT NULL, PRIMARY KEY (l_orderkey, l_linenumber))`

/** Milliseconds of one load. */
const load = async (target: Target, file: string): Promise<number> => {
  await target.execute('DROP TABLE IF EXISTS lineitem')
  await target.execute(TABLE)
  const start = performance.now()
  if (target.address === null) await target.load('lineitem', file)
  else {
    const { host, port, user } = target.address
    const copy = `\\copy lineitem from '${file}' with (delimiter '|')`
    execFileSync('psql', ['-XqAt', '-h', host, '-p', String(port), '-U', user, '-d', 'postgres', '-c', copy])
  }
  return performance.now() - start
}

export const runLoad = async ({ scale, runs, targets }: LoadOptions): Promise<void> => {
  const files = await tableFiles(scale)
  const [, file] = files.find(([table]) => table === 'lineitem') as (typeof files)[number]
  const started: Target[] = []
  for (const name of targets) started.push(await startTarget(name))
  const times = started.map((): number[] => [])
  try {
    for (let run = 0; run < runs; run++) {
      for (const [i, target] of started.entries()) {
        const time = await load(target, file)
        times[i]?.push(time)
        console.log(`  ${target.name}: ${(time / 1000).toFixed(2)} s`)
      }
    }
  } finally {
    for (const target of started) await target.close()
  }
  const base = median(times[0] ?? [])
  const rows = started.map(({ description }, i) => {
    const time = median(times[i] ?? [])
    return [description, `${(time / 1000).toFixed(2)} s`, (base / time).toFixed(2)]
  })
  console.log(formatTable([['COPY of lineitem with its primary key', 'time', 'rate'], ...rows]))
  const results = started.map(({ name }, i) => ({ target: name, milliseconds: times[i] }))
  console.log(`written to ${saveResult('load', { scale, results })}`)
}
