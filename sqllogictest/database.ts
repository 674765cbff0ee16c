/** The databases that records run against: a server reached by its URL, or the engine inside this process. */
import { Client } from 'pg'
import type { DatabaseError } from 'pg'
import { ServerSettings } from '../src/config/server-settings.ts'
import { SQL_STATE } from '../src/errors/sql-state.ts'
import { SqlError } from '../src/errors/sql-error.ts'
import { openLog } from '../src/observe/logger.ts'
import type { FieldDescription, ResultSink, Session } from '../src/session/contract.ts'
import { openEngine } from '../src/session/engine.ts'
import { clientType } from '../src/types/domain-type.ts'
import { formatType, typeByOid } from '../src/types/index.ts'
import type { Batch } from '../src/vector/batch.ts'
import type { Answer, AnsweredError } from './answer.ts'
import type { QueryResult } from './compare.ts'

const BOOLEAN_OID = 16

/** A fresh, empty database for one file. Errors of statements are thrown. */
export interface Database {
  query(sql: string): Promise<QueryResult & Answer & { readonly affected: number }>
  /** What an error thrown by `query` tells a client; null for one that is none of the database's. */
  readError(error: unknown): AnsweredError | null
  /** No transaction block is open. */
  readonly idle: boolean
  close(): Promise<void>
}

/** Settings that answers depend on, the same wherever a file runs. */
const SESSION_SETTINGS = { TimeZone: 'UTC', DateStyle: 'ISO, MDY', IntervalStyle: 'postgres' } as const

/** Number at the end of a command tag: `INSERT 0 3`. */
const affectedRows = (tag: string): number => Number(/\d+$/.exec(tag)?.[0] ?? 0)

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))

/** The type's name with its modifier; types of a database go by their bare name. */
const builtinTypeName = (oid: number, typmod: number): string | undefined => {
  const type = typeByOid(oid)
  return type === undefined ? undefined : formatType(type, typmod)
}

/** A database of its own on a server; dropped at the end. */
export const openServerDatabase = async (url: string, name: string): Promise<Database> => {
  const onServer = async (sql: string): Promise<void> => {
    const admin = new Client({ connectionString: url })
    await admin.connect()
    await admin.query(sql).finally(() => admin.end())
  }
  await onServer(`CREATE DATABASE ${name}`)
  const own = new URL(url)
  own.pathname = `/${name}`
  const client = new Client({ connectionString: own.href })
  await client.connect()
  for (const [setting, value] of Object.entries(SESSION_SETTINGS)) await client.query(`SET ${setting} TO ${value}`)

  let tag = ''
  let hasRows = false
  const notices: string[] = []
  let copied = ''
  client.connection.on('commandComplete', ({ text }: { text: string }) => (tag = text))
  client.connection.on('rowDescription', () => (hasRows = true))
  client.connection.on('copyData', ({ chunk }: { chunk: Buffer }) => (copied += chunk.toString()))
  client.on('notice', ({ severity, message }) => notices.push(`${severity}: ${message}`))
  const ownTypes = new Map<number, string>()
  const typeName = async (oid: number, typmod: number): Promise<string> => {
    const known = builtinTypeName(oid, typmod) ?? ownTypes.get(oid)
    if (known !== undefined) return known
    const found = await client.query('SELECT typname FROM pg_catalog.pg_type WHERE oid = $1', [oid])
    ownTypes.set(oid, found.rows[0]?.typname ?? '?')
    return ownTypes.get(oid) as string
  }
  return {
    query: async (text) => {
      notices.length = 0
      copied = ''
      hasRows = false
      const answer = await client.query({
        text,
        rowMode: 'array',
        types: { getTypeParser: () => (value: unknown) => value },
      })
      // Several statements answer an array; the last one is meant.
      const result = Array.isArray(answer) ? answer.at(-1) : answer
      const fields = result.fields as { name: string; dataTypeID: number; dataTypeModifier: number }[]
      const said = { tag, hasRows, notices: [...notices], copied: linesOf(copied) }
      const columns: { name: string; type: string }[] = []
      for (const { name, dataTypeID, dataTypeModifier } of fields) {
        columns.push({ name, type: await typeName(dataTypeID, dataTypeModifier) })
      }
      return {
        ...said,
        rows: result.rows,
        columns: said.hasRows ? columns : null,
        booleans: fields.map(({ dataTypeID }) => dataTypeID === BOOLEAN_OID),
        affected: affectedRows(said.tag),
      }
    },
    readError: (error) => {
      const { code, message, detail, hint, position, where } = error as DatabaseError
      return code === undefined || code.length !== 5 ? null : { code, message, detail, hint, position, where }
    },
    get idle() {
      return client.getTransactionStatus() === 'I'
    },
    close: async () => {
      await client.end()
      await onServer(`DROP DATABASE ${name} WITH (FORCE)`)
    },
  }
}

/** Gathers one statement's result as text. */
class Collector implements ResultSink {
  readonly rowsOut: (string | null)[][] = []
  copied = ''
  fields: readonly FieldDescription[] | null = null
  tag = ''
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  rowDescription(fields: readonly FieldDescription[]): void {
    this.rowsOut.length = 0
    this.fields = fields
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
    this.tag = tag
  }

  emptyQuery(): void {}

  copyIn(): AsyncIterable<Uint8Array> {
    throw new Error('COPY FROM STDIN has no place in a test record')
  }

  copyOutBegin(): void {}

  copyOutData(chunk: Uint8Array): void {
    this.copied += Buffer.from(chunk).toString()
  }

  copyOutEnd(): void {}
}

/** An engine of its own in this process, in memory. */
export const openMemoryDatabase = async (): Promise<Database> => {
  const settings = new ServerSettings()
  const engine = await openEngine({ dataDirectory: null, settings, logger: openLog('error') })
  const parameters = new Map([['user', 'postgres'], ['database', 'postgres'], ...Object.entries(SESSION_SETTINGS)])
  const notices: string[] = []
  const notice = (n: { severity: string; message: string }): void => void notices.push(`${n.severity}: ${n.message}`)
  const events = { notice, parameterStatus() {}, notification() {}, terminate() {} }
  const session = await engine.connect(parameters, events, { address: '127.0.0.1', port: 0 })
  return {
    query: async (sql) => {
      notices.length = 0
      const collector = new Collector(session)
      await session.query(sql, collector)
      const { rowsOut, copied, fields, tag } = collector
      return {
        rows: rowsOut,
        columns:
          fields?.map((field) => {
            const { type, typmod } = clientType(field.type, field.typmod)
            return { name: field.name, type: builtinTypeName(type.oid, typmod) ?? type.name }
          }) ?? null,
        booleans: fields?.map(({ type }) => type.oid === BOOLEAN_OID) ?? [],
        affected: affectedRows(tag),
        copied: linesOf(copied),
        notices: [...notices],
        tag,
      }
    },
    readError: (error) =>
      error instanceof SqlError
        ? { code: error.code, message: error.message, ...error.fields }
        : { code: SQL_STATE.internal_error, message: String(error) },
    get idle() {
      return session.transactionStatus === 'I'
    },
    close: async () => {
      await session.close()
      await engine.shutdown('fast')
    },
  }
}
