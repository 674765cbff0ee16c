/**
 * Random transactions in many sessions at once over lists and sets: by key, by key range, through a secondary index and
 * by scanning, with inserts, deletes, upserts, row locks, savepoints and rollbacks. Their history comes in rounds, each
 * over objects of its own, so that every round can be checked by itself.
 */
import { SqlError } from '../../../src/errors/sql-error.ts'
import type { TesseraEngine } from '../../../src/session/engine.ts'
import type { SqlArray } from '../../../src/types/array.ts'
import type { Datum } from '../../../src/types/sql-type.ts'
import { SessionClient } from './client.ts'
import type { History, HistoryTransaction, Isolation, Operation } from './history.ts'

export interface WorkloadOptions {
  readonly isolation: Isolation
  readonly sessions: number
  /** Transactions of a round, in all sessions together. */
  readonly perRound: number
  readonly seed: number
}

/** Lists of a round: the first half is there from the beginning, the others come with their first append. */
const LISTS = 16
const SETS = 4
const GROUPS = 4
/** Keys that a round has for itself. */
const STRIDE = 100
/** Rows that no transaction asks for: they make indexes worth using. */
const FILLER = 3000

/** Errors by which a transaction may end; it is rolled back then. */
const EXPECTED = new Set(['40001', '40P01'])

/** mulberry32. */
const randomSource = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const itemsOf = (value: Datum): number[] => [...(value as SqlArray).elements] as number[]

interface Round {
  readonly base: number
  readonly transactions: HistoryTransaction[]
}

/** What one transaction has done so far. */
class Script {
  readonly record: HistoryTransaction
  readonly #client: SessionClient
  readonly #workload: Workload
  readonly #base: number

  constructor(workload: Workload, client: SessionClient, round: Round, id: number) {
    this.#workload = workload
    this.#client = client
    this.#base = round.base
    this.record = { id, operations: [], undone: [], status: 'aborted', begun: workload.tick(), ended: 0 }
  }

  get #operations(): Operation[] {
    return this.record.operations
  }

  #pick(n: number): number {
    return Math.floor(this.#workload.random() * n)
  }

  /** Runs to the end; errors that the isolation level may raise end it early. */
  async run(): Promise<void> {
    const { isolation } = this.#workload.options
    try {
      await this.#client.query(`BEGIN ISOLATION LEVEL ${isolation}`)
      const steps = 1 + this.#pick(5)
      for (let i = 0; i < steps; i++) {
        await this.#workload.pause()
        await this.#step()
      }
      await this.#workload.pause()
      if (this.#pick(20) === 0) await this.#client.query('ROLLBACK')
      else {
        await this.#client.query('COMMIT')
        this.record.status = 'committed'
      }
    } catch (error) {
      if (!(error instanceof SqlError && EXPECTED.has(error.code))) throw error
      this.#workload.refused(error.code)
      await this.#client.query('ROLLBACK')
    }
    this.record.ended = this.#workload.tick()
  }

  async #step(): Promise<void> {
    if (this.#pick(12) !== 0) return this.#operation()
    await this.#client.query('SAVEPOINT s')
    const mark = this.#operations.length
    await this.#operation()
    if (this.#pick(2) === 0) {
      await this.#client.query('ROLLBACK TO s')
      this.record.undone.push(...this.#operations.splice(mark))
    } else await this.#client.query('RELEASE s')
  }

  #operation(): Promise<void> {
    const weighted: readonly (readonly [number, () => Promise<void>])[] = [
      [4, () => this.#readList()],
      [2, () => this.#readRange()],
      [1, () => this.#readGroup()],
      [1, () => this.#readForUpdate()],
      [4, () => this.#append()],
      [1, () => this.#appendRange()],
      [3, () => this.#upsert()],
      [1, () => this.#tryInsert()],
      [1, () => this.#deleteRange()],
      [2, () => this.#add()],
      [2, () => this.#members()],
      [1, () => this.#copyMember()],
    ]
    let at = this.#pick(weighted.reduce((sum, [weight]) => sum + weight, 0))
    for (const [weight, act] of weighted) {
      if (at < weight) return act()
      at -= weight
    }
    return Promise.resolve()
  }

  /** Reads of all lists in `keys`, present or not. */
  #read(keys: readonly number[], rows: readonly Datum[][]): void {
    const found = new Map(rows.map(([k, items]) => [k as number, itemsOf(items)]))
    for (const list of keys) this.#operations.push({ kind: 'read', list, items: found.get(list) ?? null })
  }

  #keys(from: number, count: number): number[] {
    return Array.from({ length: count }, (_, i) => this.#base + from + i)
  }

  async #readList(): Promise<void> {
    const k = this.#base + this.#pick(LISTS)
    this.#read([k], await this.#client.query(`SELECT k, items FROM list WHERE k = ${k}`))
  }

  #range(): { keys: number[]; where: string } {
    const count = 1 + this.#pick(4)
    const from = this.#pick(LISTS - count + 1)
    const low = this.#base + from
    return { keys: this.#keys(from, count), where: `k BETWEEN ${low} AND ${low + count - 1}` }
  }

  async #readRange(): Promise<void> {
    const { keys, where } = this.#range()
    this.#read(keys, await this.#client.query(`SELECT k, items FROM list WHERE ${where}`))
  }

  /** A group's lists, through the secondary index. */
  async #readGroup(): Promise<void> {
    const g = this.#base + this.#pick(GROUPS)
    const keys = this.#keys(0, LISTS).filter((k) => this.#group(k) === g)
    this.#read(keys, await this.#client.query(`SELECT k, items FROM list WHERE g = ${g}`))
  }

  #group(k: number): number {
    return this.#base + (k % GROUPS)
  }

  async #readForUpdate(): Promise<void> {
    const { keys, where } = this.#range()
    const rows = await this.#client.query(`SELECT k, items FROM list WHERE ${where} ORDER BY k FOR UPDATE`)
    // At READ COMMITTED a row that came while locks were awaited may be missing: only what was found counts.
    const found = new Set(rows.map(([k]) => k as number))
    const reliable = this.#workload.options.isolation === 'serializable' ? keys : keys.filter((k) => found.has(k))
    this.#read(reliable, rows)
  }

  async #append(): Promise<void> {
    const list = this.#base + this.#pick(LISTS)
    const value = this.#workload.value()
    const rows = await this.#client.query(`UPDATE list SET items = items || ${value} WHERE k = ${list} RETURNING k`)
    if (rows.length > 0) this.#operations.push({ kind: 'append', list, value })
  }

  async #appendRange(): Promise<void> {
    const { where } = this.#range()
    const value = this.#workload.value()
    const rows = await this.#client.query(`UPDATE list SET items = items || ${value} WHERE ${where} RETURNING k`)
    for (const [k] of rows) this.#operations.push({ kind: 'append', list: k as number, value })
  }

  /** To a list that the first append makes. */
  async #upsert(): Promise<void> {
    const list = this.#base + LISTS / 2 + this.#pick(LISTS / 2)
    const value = this.#workload.value()
    await this.#client.query(
      `INSERT INTO list VALUES (${list}, ${this.#group(list)}, ARRAY[${value}])
       ON CONFLICT (k) DO UPDATE SET items = list.items || ${value}`,
    )
    this.#operations.push({ kind: 'append', list, value })
  }

  async #tryInsert(): Promise<void> {
    const list = this.#base + LISTS / 2 + this.#pick(LISTS / 2)
    const value = this.#workload.value()
    const rows = await this.#client.query(
      `INSERT INTO list VALUES (${list}, ${this.#group(list)}, ARRAY[${value}]) ON CONFLICT DO NOTHING RETURNING k`,
    )
    this.#operations.push(rows.length > 0 ? { kind: 'append', list, value } : { kind: 'exists', list })
  }

  /** Only lists of the beginning are deleted, and seldom, so that some live long. */
  async #deleteRange(): Promise<void> {
    if (this.#pick(4) !== 0) return this.#readRange()
    const low = this.#base + this.#pick(LISTS / 2 - 1)
    const rows = await this.#client.query(
      `DELETE FROM list WHERE k BETWEEN ${low} AND ${low + 1} AND k < ${this.#base + LISTS / 2} RETURNING k, items`,
    )
    for (const [k, items] of rows) {
      this.#operations.push({ kind: 'delete', list: k as number, items: itemsOf(items) })
    }
  }

  async #add(): Promise<void> {
    const set = this.#base + this.#pick(SETS)
    const value = this.#workload.value()
    await this.#client.query(`INSERT INTO member VALUES (${set}, ${value})`)
    this.#operations.push({ kind: 'add', set, value })
  }

  #setRead(sets: readonly number[], rows: readonly Datum[][]): void {
    for (const set of sets) {
      const values = rows.filter(([s]) => s === set).map(([, value]) => value as number)
      this.#operations.push({ kind: 'members', set, values })
    }
  }

  async #members(): Promise<void> {
    const from = this.#pick(SETS - 1)
    const sets = this.#keys(from, 2)
    this.#setRead(sets, await this.#client.query(`SELECT s, v FROM member WHERE s IN (${sets.join()})`))
  }

  /** Adds to one set what a query over another finds, in one statement. */
  async #copyMember(): Promise<void> {
    const [from, to] = [this.#base + this.#pick(SETS), this.#base + this.#pick(SETS)]
    const value = this.#workload.value()
    const rows = await this.#client.query(
      `WITH seen AS MATERIALIZED (SELECT s, v FROM member WHERE s = ${from}),
         made AS (INSERT INTO member SELECT ${to}, ${value} + 0 * count(*) FROM seen RETURNING s)
       SELECT s, v FROM seen`,
    )
    this.#setRead([from], rows)
    this.#operations.push({ kind: 'add', set: to, value })
  }
}

export class Workload {
  readonly options: WorkloadOptions
  readonly random: () => number
  readonly #engine: TesseraEngine
  readonly #clients: SessionClient[] = []
  #clock = 0
  #values = 0
  #ids = 0
  #rounds = 0
  committed = 0
  attempted = 0
  /** Transactions ended by an error, by SQLSTATE. */
  readonly refusals = new Map<string, number>()

  constructor(engine: TesseraEngine, options: WorkloadOptions) {
    this.#engine = engine
    this.options = options
    this.random = randomSource(options.seed)
  }

  tick(): number {
    return ++this.#clock
  }

  value(): number {
    return ++this.#values
  }

  refused(code: string): void {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1)
  }

  /** Lets other sessions run, for a while or not at all. */
  async pause(): Promise<void> {
    for (let turns = Math.floor(this.random() * 4); turns > 0; turns--) {
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async setUp(): Promise<void> {
    for (let i = 0; i <= this.options.sessions; i++) this.#clients.push(await SessionClient.connect(this.#engine))
    await this.#setup.query(`
      CREATE TABLE list (k int PRIMARY KEY, g int NOT NULL, items int[] NOT NULL);
      CREATE INDEX ON list (g);
      CREATE TABLE member (s int NOT NULL, v int NOT NULL);
      INSERT INTO list SELECT -i, -i, '{}' FROM generate_series(1, ${FILLER}) i;
    `)
    await this.#setup.query('ANALYZE list')
  }

  get #setup(): SessionClient {
    return this.#clients[0] as SessionClient
  }

  /** Runs one round to its end. */
  async round(): Promise<History> {
    const base = this.#rounds++ * STRIDE
    const round: Round = { base, transactions: [] }
    const initial = Array.from({ length: LISTS / 2 }, (_, i) => base + i)
    await this.#setup.query(
      `INSERT INTO list VALUES ${initial.map((k) => `(${k}, ${base + (k % GROUPS)}, '{}')`).join(', ')}`,
    )
    let left = this.options.perRound
    const session = async (client: SessionClient): Promise<void> => {
      while (left-- > 0) {
        const script = new Script(this, client, round, ++this.#ids)
        round.transactions.push(script.record)
        await script.run()
        this.attempted++
        if (script.record.status === 'committed') this.committed++
      }
    }
    await Promise.all(this.#clients.slice(1).map(session))
    const range = `BETWEEN ${base} AND ${base + STRIDE - 1}`
    const lists = await this.#setup.query(`SELECT k, items FROM list WHERE k ${range}`)
    const members = await this.#setup.query(`SELECT s, v FROM member WHERE s ${range}`)
    await this.#setup.query(`DELETE FROM list WHERE k ${range}; DELETE FROM member WHERE s ${range}`)
    const sets = new Map<number, number[]>(Array.from({ length: SETS }, (_, i) => [base + i, []]))
    for (const [s, v] of members) sets.get(s as number)?.push(v as number)
    return {
      transactions: round.transactions,
      initial: new Set(initial),
      lists: new Map(lists.map(([k, items]) => [k as number, itemsOf(items)])),
      sets,
    }
  }

  async close(): Promise<void> {
    for (const client of this.#clients) await client.close()
  }
}
