/** The server that sqlsmith is let loose on, as a process of its own, and what is noticed of it meanwhile. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'

const LAUNCHER = join(import.meta.dirname, '..', '..', 'bin', 'tesseradb.mjs')

const SCHEMA = [
  `CREATE TABLE t1 (id int PRIMARY KEY, a text, b numeric, c date, d timestamptz, e jsonb, f int[], g boolean, h float8, i uuid)`,
  `INSERT INTO t1 SELECT i, 'r' || i, i * 1.5, date '2024-01-01' + i, timestamptz '2024-05-06 07:08:09+00' + i * interval '1 hour',
     jsonb_build_object('k', i), ARRAY[i, i + 1], i % 2 = 0, i / 4.0, ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a' || lpad(i::text, 2, '0'))::uuid
   FROM generate_series(1, 50) i`,
  `CREATE TABLE t2 (x int REFERENCES t1, y text, z interval, r int4range, n inet, bt bit(3), p point, m money)`,
  `INSERT INTO t2 SELECT i, 'y' || i, i * interval '1 hour', int4range(i, i + 5), '10.0.0.1', B'101', point(i, i), i::money FROM generate_series(1, 30) i`,
  `CREATE VIEW v1 AS SELECT a, sum(b) AS s, count(*) AS c FROM t1 JOIN t2 ON id = x GROUP BY a`,
  'ANALYZE',
]

/** Milliseconds. */
export const STATEMENT_TIMEOUT = 2_000
/** How long after its timeout a statement may still run before it counts as hanging. */
const GRACE = 20_000

export interface SmithReport {
  /** Statements that the server was sent. */
  readonly statements: number
  readonly internalErrors: number
  /** What ended the run: the server's end, or a statement that did not end. */
  readonly problem: string | null
}

export interface SmithServer {
  readonly port: number
  problem(): string | null
  close(): Promise<SmithReport>
}

export const smithServer = async (): Promise<SmithServer> => {
  const server = spawn(process.execPath, [LAUNCHER, '--memory', '--port', '0'], { stdio: ['ignore', 'ignore', 'pipe'] })
  let problem: string | null = null
  let internalErrors = 0
  let closing = false
  const ended = once(server, 'exit')
  void ended.then(([code, signal]) => {
    if (!closing) problem ??= `the server ended: ${code ?? signal}`
  })
  const lines = createInterface(server.stderr)
  const port = await new Promise<number>((resolve, reject) => {
    lines.on('line', (line) => {
      const match = /"port":(\d+)/.exec(line)
      if (match !== null) resolve(Number(match[1]))
      if (!line.includes('"level":50') && !line.includes('"level":60')) return
      // An error that is logged is one that nobody foresaw.
      internalErrors += 1
      console.log(line)
    })
    server.once('exit', () => reject(new Error('the server did not start')))
  })
  const connect = async (database: string): Promise<Client> => {
    const client = new Client({ host: '127.0.0.1', port, user: 'postgres', database })
    client.on('error', () => {})
    await client.connect()
    return client
  }
  const admin = await connect('postgres')
  await admin.query('CREATE DATABASE smith')
  const owner = await connect('smith')
  for (const statement of SCHEMA) await owner.query(statement)
  await owner.end()

  const watch = async (): Promise<void> => {
    while (problem === null && !closing) {
      const asked = Date.now()
      const slow = admin.query(
        `SELECT query FROM pg_stat_activity WHERE datname = 'smith' AND state = 'active'
           AND clock_timestamp() - query_start > $1 * interval '1 ms'`,
        [STATEMENT_TIMEOUT + GRACE],
      )
      const answer = await Promise.race([slow, sleep(GRACE + STATEMENT_TIMEOUT, null)])
      if (answer === null) problem ??= `the server has not answered for ${Date.now() - asked} ms`
      else if (answer.rows.length > 0) problem ??= `still running: ${(answer.rows[0] as { query: string }).query}`
      await sleep(1_000)
    }
  }
  const watching = watch().catch((error: unknown) => {
    if (!closing) problem ??= `the server is lost: ${(error as Error).message}`
  })

  return {
    port,
    problem: () => problem,
    close: async () => {
      const counted = problem === null ? await admin.query(STATEMENTS_SO_FAR) : null
      closing = true
      await watching
      await admin.end().catch(() => {})
      server.kill('SIGTERM')
      await ended
      const statements = Number((counted?.rows[0] as { n: string } | undefined)?.n ?? 0)
      return { statements, internalErrors, problem }
    },
  }
}

/** Each statement that sqlsmith sends is a transaction of its own. */
const STATEMENTS_SO_FAR = "SELECT xact_commit + xact_rollback AS n FROM pg_stat_database WHERE datname = 'smith'"
