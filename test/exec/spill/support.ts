/** A server whose temporary files can be watched and made to fail, and a table that 64 kB of work_mem are little for. */
import { createHash } from 'node:crypto'
import type { Client } from 'pg'
import { SpillArea } from '../../../src/exec/spill/spill-area.ts'
import { systemDisk, type TemporaryDisk } from '../../../src/exec/spill/temporary-disk.ts'
import { openEngine } from '../../../src/session/engine.ts'
import { ServerSettings } from '../../../src/config/server-settings.ts'
import { WireServer } from '../../../src/wire/server.ts'
import { pino } from 'pino'
import pg from 'pg'

export interface SpillServer {
  readonly area: SpillArea
  /** Lines of the server's log about temporary files. */
  readonly log: string[]
  connect(): Promise<Client>
  close(): Promise<void>
}

export const startSpillServer = async (directory: string, disk: TemporaryDisk = systemDisk): Promise<SpillServer> => {
  const engine = await openEngine({
    dataDirectory: null,
    settings: new ServerSettings(),
    logger: pino({ level: 'silent' }),
  })
  const log: string[] = []
  const area = new SpillArea({ directory, log: (message) => log.push(message), disk })
  ;(engine.parts as { spill: SpillArea }).spill = area
  const wire = new WireServer({
    engine,
    host: '127.0.0.1',
    port: 0,
    maxConnections: 10,
    authenticationTimeout: 10_000,
    reportFailure: (error) => {
      throw error
    },
  })
  const port = await wire.listen()
  const clients: Client[] = []
  return {
    area,
    log,
    connect: async () => {
      const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' })
      await client.connect()
      clients.push(client)
      return client
    },
    close: async () => {
      for (const client of clients) await client.end().catch(() => {})
      await wire.close()
      await engine.shutdown('fast')
    },
  }
}

/** The statement is PostgreSQL's as well: expectations are recorded there. */
export const TABLE = `CREATE TABLE t AS SELECT g AS id, (g * 7919) % 1009 AS k, 'text ' || (g * 31) % 1700 AS s,
  g::numeric / 4 AS n, CASE WHEN g % 11 = 0 THEN NULL ELSE g % 13 END AS m, ARRAY[g, g % 5] AS a,
  jsonb_build_object('g', g % 2000) AS j, g::float8 / 8 AS f, g % 3 = 0 AS b, g * 10000000000 AS l,
  date '2000-01-01' + g AS d, interval '1 minute' * g AS i
  FROM generate_series(1, 8000) g`

/** Rows in text form; those of a statement without ORDER BY at its end in an order of their own. */
export const rowsOf = async (client: Client, sql: string): Promise<string[]> => {
  const result = await client.query({
    text: sql,
    rowMode: 'array',
    types: { getTypeParser: () => (value: unknown) => value },
  })
  const rows = result.rows.map((row: (string | null)[]) => row.map((value) => value ?? '\\N').join('|'))
  return /ORDER BY [^()]*$/.test(sql) ? rows : rows.toSorted()
}

export const digest = (rows: readonly string[]): string =>
  `${rows.length} ${createHash('md5').update(rows.join('\n')).digest('hex')}`
