/** Point updates by many sessions while another holds a snapshot: what it costs, and how soon old versions go afterwards. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { formatTable, saveResult } from '../report.ts'
import { startTesseradb } from '../targets/tesseradb.ts'
import { initializePgbench, pgbench } from './updates.ts'

export interface SnapshotOptions {
  /** Hundred thousands of accounts. */
  readonly scale: number
  /** How long the snapshot is held; each measurement takes a third of it. */
  readonly seconds: number
}

const CLIENTS = 24
/** Accounts that a quarter of the updates goes to. */
const HOT = 200
const MEGABYTE = 1024 ** 2

const updateOf = (accounts: number): string => `
\\set aid random(1, ${accounts})
UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = :aid;
`

export const runSnapshot = async ({ scale, seconds }: SnapshotOptions): Promise<void> => {
  console.log(`point updates by ${CLIENTS} sessions at scale ${scale}, a snapshot held for ${seconds} s`)
  const server = await startTesseradb()
  try {
    await initializePgbench(server, scale)
    const scripts = [[updateOf(scale * 100_000), 3] as const, [updateOf(HOT), 1] as const]
    const rate = (length: number): Promise<number> =>
      pgbench(server, { scripts, clients: CLIENTS, length: ['-T', Math.ceil(length)] })
    const oldVersions = async (): Promise<number> => {
      const sql = "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'pgbench_accounts'"
      return Number((await server.query(sql))[0]?.[0])
    }
    const memory = (): number => Math.round(server.memory() / MEGABYTE)
    const total = async (client: Client): Promise<string> =>
      (await client.query<{ sum: string }>('SELECT sum(abalance) FROM pgbench_accounts')).rows[0]?.sum ?? ''

    await rate(seconds / 3)
    const before = { rate: await rate(seconds / 3), memory: memory() }
    const holder = new Client({ ...server.address, database: 'postgres' })
    await holder.connect()
    await holder.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    const seen = await total(holder)
    const rates: number[] = []
    for (let i = 0; i < 3; i++) rates.push(await rate(seconds / 3))
    const held = { rates, memory: memory(), oldVersions: await oldVersions() }
    const isStable = (await total(holder)) === seen
    await holder.query('COMMIT')
    await holder.end()
    const end = performance.now()
    while ((await oldVersions()) > 0) await sleep(100)
    const gone = (performance.now() - end) / 1000
    const after = { rate: await rate(seconds / 3), memory: memory() }

    const line = (what: string, tps: number, used: number): string[] => [
      what,
      tps.toFixed(0),
      (before.rate / tps).toFixed(2),
      `${used} MB`,
    ]
    console.log(
      formatTable([
        ['snapshot', 'updates/s', 'slowdown', 'memory'],
        line('none', before.rate, before.memory),
        ...rates.map((tps, i) => line(`held, part ${i + 1}`, tps, held.memory)),
        line('ended', after.rate, after.memory),
      ]),
    )
    console.log(`the snapshot saw the same sum: ${isStable ? 'yes' : 'no'}`)
    console.log(`${held.oldVersions} old versions at its end, none ${gone.toFixed(1)} s later`)
    console.log(`written to ${saveResult('snapshot', { scale, seconds, before, held, gone, after, isStable })}`)
  } finally {
    await server.close()
  }
}
