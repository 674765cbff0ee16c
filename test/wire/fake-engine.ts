/**
 * An engine with scripted statements instead of SQL, for tests of the wire layer. Statements are separated by `;`:
 *
 * - `rows N`: N rows (n int4, label text); `notice TEXT`; `set NAME VALUE`; `notify CHANNEL PAYLOAD`
 * - `begin`, `commit`; `error`, `fatal`, `crash`, `deep`; `wait`: until cancelled
 * - `copy in`: collects into `copied`; `copy out N`
 */
import { SqlError } from '../../src/errors/sql-error.ts'
import { SQL_STATE } from '../../src/errors/sql-state.ts'
import type { Engine, FieldDescription, ResultSink, Session, SessionEvents } from '../../src/session/contract.ts'
import { int4Type } from '../../src/types/integers.ts'
import type { FormatContext } from '../../src/types/sql-type.ts'
import { textType } from '../../src/types/strings.ts'
import { Batch } from '../../src/vector/batch.ts'
import { DatumVector, Int32Vector } from '../../src/vector/vector.ts'

const FIELDS: readonly FieldDescription[] = [
  { name: 'n', tableOid: 16384, attnum: 1, type: int4Type, typmod: -1 },
  { name: 'label', tableOid: 0, attnum: 0, type: textType, typmod: -1 },
]

const formatContext = {
  dateStyle: 'ISO',
  dateOrder: 'MDY',
  intervalStyle: 'postgres',
  timeZone: 'UTC',
  extraFloatDigits: 1,
  byteaOutput: 'hex',
  transactionTimestamp: 0,
} as unknown as FormatContext

const error = (code: keyof typeof SQL_STATE, message: string, fields = {}): SqlError =>
  new SqlError(SQL_STATE[code], message, fields)

interface Portal {
  readonly sql: string
  readonly parameters: readonly (Uint8Array | null)[]
  readonly formats: readonly number[]
  sent: number
}

export class FakeSession implements Session {
  readonly processId: number
  readonly secretKey = 4711
  readonly formatContext = formatContext
  readonly events: SessionEvents
  readonly statements = new Map<string, { sql: string; parameterTypes: readonly number[] }>()
  readonly portals = new Map<string, Portal>()
  /** Content of every COPY, and calls of interest in order. */
  readonly copied: string[] = []
  readonly calls: string[] = []
  transactionStatus: 'I' | 'T' | 'E' = 'I'
  #cancel: (() => void) | null = null

  constructor(processId: number, events: SessionEvents) {
    this.processId = processId
    this.events = events
  }

  reportedSettings(): ReadonlyMap<string, string> {
    return new Map([
      ['server_version', '15.8'],
      ['client_encoding', 'UTF8'],
      ['TimeZone', 'UTC'],
    ])
  }

  async query(sql: string, sink: ResultSink): Promise<void> {
    const statements = sql.split(';').map((statement) => statement.trim())
    if (statements.every((statement) => statement === '')) sink.emptyQuery()
    for (const statement of statements) if (statement !== '') await this.#run(statement, sink, true)
  }

  parse(statement: string, sql: string, parameterTypes: readonly number[]): void {
    if (sql === 'error') throw error('syntax_error', 'syntax error at or near "error"', { position: 1 })
    this.statements.set(statement, { sql, parameterTypes })
  }

  bind(
    portal: string,
    statement: string,
    _parameterFormats: readonly number[],
    parameters: readonly (Uint8Array | null)[],
    resultFormats: readonly number[],
  ): void {
    const { sql } = this.#statement(statement)
    const formats = FIELDS.map((_, i) => (resultFormats.length === 1 ? resultFormats[0] : resultFormats[i]) ?? 0)
    this.portals.set(portal, { sql, parameters, formats, sent: 0 })
  }

  async describeStatement(name: string) {
    const { sql, parameterTypes } = this.#statement(name)
    return { parameterTypes, fields: sql.startsWith('rows') ? FIELDS : null }
  }

  describePortal(name: string) {
    const { sql, formats } = this.#portal(name)
    return sql.startsWith('rows') ? { fields: FIELDS, formats } : null
  }

  async execute(name: string, maxRows: number, sink: ResultSink): Promise<'complete' | 'suspended'> {
    const portal = this.#portal(name)
    const count = Number(/^rows (\d+)/.exec(portal.sql)?.[1] ?? Number.NaN)
    if (Number.isNaN(count)) {
      await this.#run(portal.sql, sink, false)
      return 'complete'
    }
    const take = maxRows === 0 ? count - portal.sent : Math.min(maxRows, count - portal.sent)
    await sink.rows(batchOf(portal.sent, take), FIELDS)
    portal.sent += take
    if (portal.sent < count) return 'suspended'
    sink.commandComplete(`SELECT ${take}`)
    return 'complete'
  }

  resultFormats(name: string): readonly number[] {
    return this.#portal(name).formats
  }

  closeStatement(name: string): void {
    this.statements.delete(name)
  }

  closePortal(name: string): void {
    this.portals.delete(name)
  }

  async sync(): Promise<void> {
    this.calls.push('sync')
  }

  async fail(): Promise<void> {
    this.calls.push('fail')
    if (this.transactionStatus === 'T') this.transactionStatus = 'E'
  }

  cancel(): void {
    this.#cancel?.()
  }

  async close(): Promise<void> {
    this.calls.push('close')
  }

  #statement(name: string) {
    const statement = this.statements.get(name)
    if (statement === undefined) {
      throw error('invalid_sql_statement_name', `prepared statement "${name}" does not exist`)
    }
    return statement
  }

  #portal(name: string): Portal {
    const portal = this.portals.get(name)
    if (portal === undefined) throw error('invalid_cursor_name', `portal "${name}" does not exist`)
    return portal
  }

  async #run(statement: string, sink: ResultSink, describe: boolean): Promise<void> {
    const [word = '', first = '', ...rest] = statement.split(' ')
    switch (word) {
      case 'rows': {
        const count = Number(first)
        if (describe) sink.rowDescription(FIELDS)
        for (let from = 0; from < count; from += 4096) {
          const wait = sink.rows(batchOf(from, Math.min(4096, count - from)), FIELDS)
          if (wait !== undefined) {
            this.calls.push('waited')
            await wait
          }
        }
        sink.commandComplete(`SELECT ${count}`)
        return
      }
      case 'notice':
        this.events.notice({ severity: 'NOTICE', code: SQL_STATE.successful_completion, message: first })
        break
      case 'set':
        this.events.parameterStatus(first, rest.join(' '))
        break
      case 'notify':
        this.events.notification(this.processId, first, rest.join(' '))
        break
      case 'begin':
        this.transactionStatus = 'T'
        break
      case 'commit':
        this.transactionStatus = 'I'
        break
      case 'error':
        throw error('division_by_zero', 'division by zero', {
          detail: 'detail',
          hint: 'hint',
          position: 8,
          where: 'context',
          schema: 's',
          table: 't',
          column: 'c',
          dataType: 'd',
          constraint: 'n',
          internalPosition: 3,
          internalQuery: 'q',
        })
      case 'fatal':
        throw error('database_dropped', 'gone', { severity: 'FATAL' })
      case 'deep': {
        const recurse = (n: number): number => recurse(n + 1) + 1
        recurse(0)
        break
      }
      case 'crash':
        throw new TypeError('a mistake')
      case 'wait':
        await new Promise<void>((_, reject) => {
          this.#cancel = () => reject(error('query_canceled', 'canceling statement due to user request'))
        })
        break
      case 'copy':
        if (first === 'in') await this.#copyIn(sink)
        else await copyOut(sink, Number(rest[0]))
        return
    }
    sink.commandComplete(word.toUpperCase())
  }

  async #copyIn(sink: ResultSink): Promise<void> {
    let text = ''
    let chunks = 0
    for await (const chunk of sink.copyIn('text', 2)) {
      text += Buffer.from(chunk).toString()
      if (text.includes('bad')) throw error('bad_copy_file_format', 'missing data for column "label"')
      chunks++
    }
    this.copied.push(text)
    sink.commandComplete(`COPY ${chunks}`)
  }
}

const copyOut = async (sink: ResultSink, count: number): Promise<void> => {
  sink.copyOutBegin('text', 2)
  for (let i = 0; i < count; i++) await sink.copyOutData(Buffer.from(`${i}\tx\n`))
  sink.copyOutEnd()
  sink.commandComplete(`COPY ${count}`)
}

/** Rows (n, label): every third label is NULL. */
const batchOf = (from: number, count: number): Batch => {
  const numbers = Int32Array.from({ length: count }, (_, i) => from + i)
  const labels = Array.from(numbers, (n) => (n % 3 === 2 ? null : `row ${n}`))
  return new Batch([new Int32Vector(numbers, null), new DatumVector(labels)], count)
}

export class FakeEngine implements Engine {
  readonly sessions: FakeSession[] = []
  recovered: Promise<void> = Promise.resolve()

  async connect(parameters: ReadonlyMap<string, string>, events: SessionEvents): Promise<Session> {
    const database = parameters.get('database')
    if (database === 'absent') throw error('invalid_catalog_name', 'database "absent" does not exist')
    const session = new FakeSession(this.sessions.length + 1, events)
    session.calls.push(`connect ${JSON.stringify(Object.fromEntries(parameters))}`)
    this.sessions.push(session)
    return session
  }

  cancel(processId: number, secretKey: number): void {
    if (secretKey === 4711) this.sessions[processId - 1]?.cancel()
  }

  async shutdown(): Promise<void> {}
}
