/** The loop of random differential testing: makes statements, runs them on both servers, tells what differs. */
import type { Client } from 'pg'
import { builtInFunctions, loadFacts } from './facts.ts'
import { type Difference, differenceOf, type Outcome, run } from './outcome.ts'
import { reduce } from './reduce.ts'
import { Random } from './random.ts'
import { SESSION_SETTINGS, schemaStatements } from './schema.ts'
import { type Statement, Statements } from './statements.ts'

export interface Found {
  readonly difference: Difference
  readonly statement: Statement
  readonly reference: Outcome
  readonly own: Outcome
}

interface Options {
  /** URLs of the two servers. */
  readonly reference: string
  readonly own: string
  readonly statements: number
  readonly seed: number
  /** Only statements whose label holds this. */
  readonly only: string
  readonly connect: (url: string) => Promise<Client>
  /** Answers whether the difference is worth being made shorter. */
  readonly report: (found: Found) => boolean
  /** Told the short form of the last difference. */
  readonly reportShort: (sql: string) => void
}

export interface Totals {
  readonly statements: number
  /** Of them, those that PostgreSQL runs without an error. */
  readonly succeeded: number
  /** All but those of messages. */
  readonly differences: number
  readonly byKind: Readonly<Partial<Record<Difference, number>>>
}

const MOST_ROWS = 1_000_000
const QUERY_CANCELED = '57014'

/** No answer in time; products of all tables take long to send and to sort, and say no more than smaller answers. */
const saysNothing = (expected: Outcome): boolean =>
  expected.kind === 'error'
    ? expected.code === QUERY_CANCELED
    : expected.kind === 'answers' && expected.answers.some(({ rows }) => rows.length > MOST_ROWS)

/** Runs of different seeds go side by side. */
const databaseOf = (seed: number): string => `tesseradb_random_${seed}`

/** A database of its own with the schema, and a session in it. */
const prepare = async (url: string, { seed, connect }: Options): Promise<() => Promise<Client>> => {
  const database = databaseOf(seed)
  const admin = await connect(url)
  await admin.query(`DROP DATABASE IF EXISTS ${database}`)
  await admin.query(`CREATE DATABASE ${database}`)
  await admin.end()
  const own = new URL(url)
  own.pathname = `/${database}`
  const session = async (): Promise<Client> => {
    const client = await connect(own.href)
    for (const setting of SESSION_SETTINGS) await client.query(setting)
    return client
  }
  const client = await session()
  for (const statement of schemaStatements()) {
    try {
      await client.query(statement)
    } catch (error) {
      throw new Error(`${own.host}: ${(error as Error).message}\n${statement}`, { cause: error })
    }
  }
  await client.end()
  return session
}

export const differentialTest = async (options: Options): Promise<Totals> => {
  const openReference = await prepare(options.reference, options)
  const openOwn = await prepare(options.own, options)
  const reference = await openReference()
  let own = await openOwn()
  const random = new Random(options.seed)
  const generator = new Statements(random, await loadFacts(reference, await builtInFunctions(own)))
  const byKind: Partial<Record<Difference, number>> = {}
  let succeeded = 0
  for (let index = 0; index < options.statements; index++) {
    const statement = generator.next()
    if (!statement.label.includes(options.only)) continue
    const [expected, actual] = await Promise.all([run(reference, statement), run(own, statement)])
    if (expected.kind === 'answers') succeeded += 1
    if (saysNothing(expected)) continue
    const difference = differenceOf(expected, actual, statement.ordered)
    if (difference === null) continue
    byKind[difference] = (byKind[difference] ?? 0) + 1
    const isWorthIt = options.report({ difference, statement, reference: expected, own: actual })
    if (isWorthIt && actual.kind !== 'lost') {
      const isAlike = (one: Outcome, other: Outcome): boolean =>
        one.kind === other.kind && (one.kind !== 'error' || other.kind !== 'error' || one.code === other.code)
      const shows = async (sql: string): Promise<boolean> => {
        const shorter = { ...statement, sql }
        const [first, second] = await Promise.all([run(reference, shorter), run(own, shorter)])
        return (
          isAlike(expected, first) &&
          isAlike(actual, second) &&
          differenceOf(first, second, statement.ordered) === difference
        )
      }
      options.reportShort(await reduce(statement.sql, shows))
    }
    if (actual.kind === 'lost') {
      await Promise.race([own.end().catch(() => {}), new Promise((resolve) => setTimeout(resolve, 1000))])
      own = await openOwn()
    }
  }
  await Promise.all([reference.end(), own.end()])
  for (const url of [options.reference, options.own]) {
    const admin = await options.connect(url)
    await admin.query(`DROP DATABASE IF EXISTS ${databaseOf(options.seed)}`)
    await admin.end()
  }
  const { message = 0, ...others } = byKind
  const differences = Object.values(others).reduce((sum, count) => sum + count, 0)
  return {
    statements: options.statements,
    succeeded,
    differences,
    byKind: { ...others, ...(message > 0 ? { message } : {}) },
  }
}
