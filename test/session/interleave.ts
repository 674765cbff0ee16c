/**
 * Several sessions taking turns. A script is a text:
 *
 *     # title of a scenario
 *     a: BEGIN; UPDATE t SET n = 1
 *     b: SELECT n FROM t
 *
 * Each line goes to the session it names, which is connected when first named; a line of `setup` before the first title
 * is repeated before every scenario. A session that waits for a lock is left waiting while the next line is sent. The
 * transcript says what each line answered, and `...` where it waits; what it answers in the end follows the line that
 * let it go on. A line `c: UNTIL SELECT …` is sent until what it selects is true: so a script waits for what takes a
 * while, however slow the machine is.
 */
import type { Client, DatabaseError, QueryResult } from 'pg'

export interface Scenario {
  readonly title: string
  readonly steps: readonly { readonly session: string; readonly sql: string }[]
}

export interface Script {
  readonly setup: readonly string[]
  readonly scenarios: readonly Scenario[]
}

export const parseScript = (text: string): Script => {
  const setup: string[] = []
  const scenarios: { title: string; steps: { session: string; sql: string }[] }[] = []
  for (const line of text.split('\n')) {
    if (line.startsWith('# ')) scenarios.push({ title: line.slice(2), steps: [] })
    const step = /^(\w+): (.*)$/.exec(line)
    if (step === null) continue
    const [, session, sql] = step as unknown as [string, string, string]
    if (session === 'setup' && scenarios.length === 0) setup.push(sql)
    else scenarios.at(-1)?.steps.push({ session, sql })
  }
  return { setup, scenarios }
}

/** What one statement text answered. */
export interface Answer {
  /** The SQLSTATE, null when all went well. */
  readonly error: string | null
  readonly text: string
}

export interface StepOutcome {
  readonly session: string
  readonly sql: string
  /** Null: it still waited when the scenario was over. */
  answer: Answer | null
  /** Waited for a lock before it answered. */
  waited: boolean
}

const shown = (result: QueryResult): string => {
  if (result.fields.length === 0)
    return result.rowCount === null ? result.command : `${result.command} ${result.rowCount}`
  const rows = (result.rows as unknown as unknown[][]).map(
    (row) => `(${row.map((v) => (v === null ? 'null' : String(v as string))).join(', ')})`,
  )
  return rows.length === 0 ? 'no rows' : rows.join(' ')
}

const UNTIL = 'UNTIL '

const untilTrue = async (client: Client, sql: string): Promise<Answer> => {
  for (;;) {
    const { rows } = await client.query({ text: sql, rowMode: 'array' })
    if ((rows as unknown[][])[0]?.[0] === true) return { error: null, text: '(true)' }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

interface Connection {
  readonly client: Client
  readonly pid: number
  pending: Promise<void> | null
  readonly notices: string[]
}

/** Runs scenarios against one server; `connect` opens a connection to it. */
export class Interleaving {
  readonly #connect: () => Promise<Client>
  #watcher: Client | null = null
  readonly #connections = new Map<string, Connection>()
  #answered: StepOutcome[] = []

  constructor(connect: () => Promise<Client>) {
    this.#connect = connect
  }

  async #connection(name: string): Promise<Connection> {
    const known = this.#connections.get(name)
    if (known !== undefined) return known
    const client = await this.#connect()
    await client.query("SET deadlock_timeout = '10ms'")
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
    const connection: Connection = { client, pid: rows[0].pid, pending: null, notices: [] }
    client.on('notice', (notice) => connection.notices.push(`${notice.severity} ${notice.message}`))
    client.on('error', () => {})
    this.#connections.set(name, connection)
    return connection
  }

  async #isBlocked(pid: number): Promise<boolean> {
    this.#watcher ??= await this.#connect()
    const { rows } = await this.#watcher.query('SELECT cardinality(pg_blocking_pids($1)) > 0 AS blocked', [pid])
    return rows[0].blocked
  }

  /** Waits until every session has answered or waits for a lock. */
  async #settle(): Promise<void> {
    for (let calm = 0; calm < 2; ) {
      let busy = false
      for (const { pid, pending } of this.#connections.values()) {
        if (pending === null) continue
        const done = await Promise.race([pending.then(() => true), new Promise((r) => setTimeout(r, 2, false))])
        if (done || !(await this.#isBlocked(pid))) busy = true
      }
      calm = busy ? 0 : calm + 1
    }
  }

  async run(setup: readonly string[], { title, steps }: Scenario): Promise<{ outcomes: StepOutcome[]; text: string }> {
    this.#answered = []
    const owner = await this.#connection('setup')
    for (const sql of setup) await owner.client.query(sql)
    const lines = [`# ${title}`]
    const outcomes: StepOutcome[] = []
    const left = [...steps]
    for (;;) {
      // The first line whose session is free: those of a session that waits come later.
      const waiting = new Set<string>()
      for (const [name, { pending }] of this.#connections) if (pending !== null) waiting.add(name)
      const at = left.findIndex(({ session }) => !waiting.has(session))
      const [step] = at < 0 ? [] : left.splice(at, 1)
      if (step === undefined) break
      await this.#step(step, lines, outcomes)
    }
    await this.#close()
    return { outcomes, text: `${lines.join('\n')}\n` }
  }

  async #step({ session, sql }: Scenario['steps'][number], lines: string[], outcomes: StepOutcome[]): Promise<void> {
    const connection = await this.#connection(session)
    const outcome: StepOutcome = { session, sql, answer: null, waited: false }
    outcomes.push(outcome)
    lines.push(`${session}: ${sql}`)
    connection.pending = this.#send(connection, sql).then((answer) => {
      outcome.answer = answer
      connection.pending = null
      this.#answered.push(outcome)
    })
    await this.#settle()
    if (outcome.answer === null) {
      outcome.waited = true
      lines.push('   ...')
    }
    // The step's own answer first, then those of sessions that could go on after it.
    const order = (o: StepOutcome): string => (o === outcome ? '' : o.session)
    for (const o of this.#answered.splice(0).sort((x, y) => (order(x) < order(y) ? -1 : 1))) {
      lines.push(`   ${o.waited ? `${o.session} went on: ` : ''}${o.answer?.text}`)
    }
  }

  async #send({ client, notices }: Connection, sql: string): Promise<Answer> {
    notices.length = 0
    try {
      if (sql.startsWith(UNTIL)) return await untilTrue(client, sql.slice(UNTIL.length))
      const answered = (await client.query({ text: sql, rowMode: 'array' })) as QueryResult | QueryResult[]
      const results = Array.isArray(answered) ? answered : [answered]
      return { error: null, text: [...notices, ...results.map(shown)].join('; ') }
    } catch (error) {
      const { code, message } = error as DatabaseError
      return { error: code ?? '08006', text: `ERROR ${code ?? '08006'} ${message}` }
    }
  }

  /** Ends all sessions, those that wait too. */
  async #close(): Promise<void> {
    for (const { client, pid, pending } of this.#connections.values()) {
      if (pending !== null) await this.#watcher?.query('SELECT pg_cancel_backend($1)', [pid])
      await pending
      await client.end().catch(() => {})
    }
    this.#connections.clear()
  }

  async end(): Promise<void> {
    await this.#close()
    await this.#watcher?.end()
  }
}
