/** A report over a table that others are changing: what it sees, what the writes cost it, and when its speed is back. */
import { formatTable, median, saveResult } from '../report.ts'
import { startTesseradb } from '../targets/tesseradb.ts'
import { pgbench } from './updates.ts'

export interface HybridOptions {
  /** Millions of rows. */
  readonly scale: number
  /** Reports of each measurement; the median counts. */
  readonly runs: number
}

const WRITERS = 8
/** Transfers a second. */
const RATE = 500

const tableOf = (rows: number): string => `
CREATE TABLE account (id integer PRIMARY KEY, branch integer NOT NULL, opened date NOT NULL,
                      kind text NOT NULL, balance numeric(15,2) NOT NULL);
INSERT INTO account SELECT i, i % 100, date '2020-01-01' + i % 2000, 'kind ' || i % 7, 1000 FROM generate_series(1, ${rows}) i;
ANALYZE account`

const REPORT = `
SELECT kind, branch % 10 AS region, count(*), sum(balance), avg(balance), min(balance), max(opened)
FROM account GROUP BY kind, branch % 10 ORDER BY kind, region`

/** Moves an amount from one account to another: the sum of all stays. */
const transferOf = (rows: number): string => `
\\set a random(1, ${rows / 2})
\\set b random(${rows / 2 + 1}, ${rows})
UPDATE account SET balance = balance + CASE WHEN id = :a THEN 1 ELSE -1 END WHERE id IN (:a, :b);
`

interface Reports {
  readonly what: string
  readonly milliseconds: number
  /** Whether each report saw every row once and money neither lost nor made. */
  readonly isWhole: boolean
}

export const runHybrid = async ({ scale, runs }: HybridOptions): Promise<void> => {
  const rows = Math.round(scale * 1_000_000)
  console.log(`a report over ${rows} rows, ${RATE} transfers a second by ${WRITERS} sessions`)
  const server = await startTesseradb()
  const reports = async (what: string, isEnough: (done: number) => boolean): Promise<Reports> => {
    const times: number[] = []
    let isWhole = true
    do {
      const start = performance.now()
      const groups = await server.query(REPORT)
      times.push(performance.now() - start)
      const sum = (column: number): number => groups.reduce((total, group) => total + Number(group[column]), 0)
      if (sum(2) !== rows || Math.abs(sum(3) - 1000 * rows) > 0.001) isWhole = false
    } while (!isEnough(times.length))
    return { what, milliseconds: median(times), isWhole }
  }
  try {
    await server.execute(tableOf(rows))
    await server.execute('VACUUM account')
    const isDone = (done: number): boolean => done >= runs
    await reports('to warm up', isDone)
    const measured = [await reports('no writers', isDone)]
    const scripts = [[transferOf(rows), 1]] as const
    let seconds = 0
    for (const length of [10, 20]) {
      let isOver = false
      const writing = pgbench(server, { scripts, clients: WRITERS, length: ['-T', length], rate: RATE }).finally(() => {
        isOver = true
      })
      measured.push(await reports(`writers, second ${seconds} to ${seconds + length}`, () => isOver))
      await writing
      seconds += length
    }
    measured.push(await reports('writers gone', isDone))
    await server.execute('VACUUM account')
    measured.push(await reports('merged', isDone))
    const base = measured[0]?.milliseconds ?? Number.NaN
    const lines = measured.map(({ what, milliseconds, isWhole }) => [
      what,
      `${milliseconds.toFixed(0)} ms`,
      (milliseconds / base).toFixed(2),
      isWhole ? 'yes' : 'no',
    ])
    console.log(formatTable([['report', 'median', 'slowdown', 'one snapshot'], ...lines]))
    console.log(`written to ${saveResult('hybrid', { rows, rate: RATE, measured })}`)
  } finally {
    await server.close()
  }
}
