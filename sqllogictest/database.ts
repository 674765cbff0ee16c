/** The databases that records run against: a server reached by its URL, or the engine inside this process. */
import { Client } from 'pg'
import { ServerSettings } from '../src/config/server-settings.ts'
import { openLog } from '../src/observe/logger.ts'
import type { FieldDescription, ResultSink, Session } from '../src/session/contract.ts'
import { openEngine } from '../src/session/engine.ts'
import type { Batch } from '../src/vector/batch.ts'
import type { QueryResult } from './compare.ts'

const BOOLEAN_OID = 16

/** A fresh, empty database for one file. Errors of statements are thrown. */
export interface Database {
  query(sql: string): Promise<QueryResult & { readonly affected: number }>
  /** No transaction block is open. */
  readonly idle: boolean
  close(): Promise<void>
}

/** Number at the end of a command tag: `INSERT 0 3`. */
const affectedRows = (tag: string): number => Number(/\d+$/.exec(tag)?.[0] ?? 0)

/** A schema of its own on a server; dropped at the end. */
export const openServerDatabase = async (url: string, schema: string): Promise<Database> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(`CREATE SCHEMA ${schema}`)
  await client.query(`SET search_path TO ${schema}; SET client_min_messages TO warning`)
  return {
    query: async (text) => {
      const answer = await client.query({
        text,
        rowMode: 'array',
        types: { getTypeParser: () => (value: unknown) => value },
      })
      // Several statements answer an array; the last one is meant.
      const result = Array.isArray(answer) ? answer.at(-1) : answer
      return {
        rows: result.rows,
        booleans: result.fields.map((field: { dataTypeID: number }) => field.dataTypeID === BOOLEAN_OID),
        affected: result.rowCount ?? 0,
      }
    },
    get idle() {
      return client.getTransactionStatus() === 'I'
    },
    close: async () => {
      await client.query('ROLLBACK; DROP SCHEMA IF EXISTS ' + schema + ' CASCADE')
      await client.end()
    },
  }
}

/** Gathers one statement's result as text. */
class Collector implements ResultSink {
  readonly rowsOut: (string | null)[][] = []
  booleans: boolean[] = []
  affected = 0
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  rowDescription(fields: readonly FieldDescription[]): void {
    this.rowsOut.length = 0
    this.booleans = fields.map(({ type }) => type.oid === BOOLEAN_OID)
  }

  rows(batch: Batch, fields: readonly FieldDescription[]): void {
    const context = this.#session.formatContext
    for (let k = 0; k < batch.count; k++) {
      this.rowsOut.push(
        batch.row(k).map((value, i) => (value === null ? null : (fields[i]?.type.format(value, context) ?? null))),
      )
    }
  }

  commandComplete(tag: string): void {
    this.affected = affectedRows(tag)
  }

  emptyQuery(): void {}

  copyIn(): AsyncIterable<Uint8Array> {
    throw new Error('COPY FROM STDIN has no place in a test record')
  }

  copyOutBegin(): void {}
  copyOutData(): void {}
  copyOutEnd(): void {}
}

/** An engine of its own in this process, in memory. */
export const openMemoryDatabase = async (): Promise<Database> => {
  const settings = new ServerSettings()
  const engine = await openEngine({ dataDirectory: null, settings, logger: openLog('error') })
  const parameters = new Map([
    ['user', 'postgres'],
    ['database', 'postgres'],
  ])
  const events = { notice() {}, parameterStatus() {}, notification() {}, terminate() {} }
  const session = await engine.connect(parameters, events, { address: '127.0.0.1', port: 0 })
  return {
    query: async (sql) => {
      const collector = new Collector(session)
      await session.query(sql, collector)
      return { rows: collector.rowsOut, booleans: collector.booleans, affected: collector.affected }
    },
    get idle() {
      return session.transactionStatus === 'I'
    },
    close: async () => {
      await session.close()
      await engine.shutdown('fast')
    },
  }
}
