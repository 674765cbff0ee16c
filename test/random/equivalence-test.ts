/** The loop of the equivalence checks. */
import type { Client, DatabaseError } from 'pg'
import { type Check, LogicChecks, type Side, type Way } from './logic-checks.ts'
import { Random } from './random.ts'
import { SESSION_SETTINGS, schemaStatements } from './schema.ts'

export interface Mismatch {
  readonly check: Check
  readonly left: string
  readonly right: string
}

interface Options {
  readonly url: string
  readonly queries: number
  readonly seed: number
  readonly connect: (url: string) => Promise<Client>
  readonly report: (mismatch: Mismatch) => void
}

export interface EquivalenceTotals {
  readonly queries: number
  /** Pairs of which both sides failed with the same error. */
  readonly failed: number
  readonly mismatches: number
  readonly byName: Readonly<Record<string, number>>
}

/** Rows that were merged into segments lie in a database of their own. */
const RECENT = 'tesseradb_recent'
const MERGED = 'tesseradb_merged'

const SETTINGS: Readonly<Record<Way, readonly string[]>> = {
  plain: [],
  segments: [],
  unoptimized: ['SET tesseradb.optimizer = off'],
  'without indexes': ['SET enable_indexscan = off', 'SET enable_hashjoin = off', 'SET enable_mergejoin = off'],
}

const databases = async (url: string, connect: Options['connect']): Promise<void> => {
  const admin = await connect(url)
  for (const name of [RECENT, MERGED]) {
    await admin.query(`DROP DATABASE IF EXISTS ${name}`)
    await admin.query(`CREATE DATABASE ${name}`)
    const client = await connect(addressOf(url, name))
    for (const statement of schemaStatements()) await client.query(statement)
    if (name === MERGED) await client.query('VACUUM')
    await client.end()
  }
  await admin.end()
}

const addressOf = (url: string, database: string): string => {
  const address = new URL(url)
  address.pathname = `/${database}`
  return address.href
}

const session = async (url: string, connect: Options['connect'], way: Way): Promise<Client> => {
  const client = await connect(addressOf(url, way === 'segments' ? MERGED : RECENT))
  for (const setting of [...SESSION_SETTINGS, ...SETTINGS[way]]) await client.query(setting)
  return client
}

/** What a side answers, as one text; errors by their SQLSTATE. */
const answer = async (client: Client, { sql }: Side, ordered: boolean): Promise<string> => {
  try {
    const types = { getTypeParser: () => (value: unknown) => value }
    const result = await client.query({ text: sql, rowMode: 'array', types })
    const rows = (result.rows as (string | null)[][]).map((row) => row.map((value) => value ?? '~').join(' | '))
    return (ordered ? rows : rows.toSorted()).join('\n  ')
  } catch (error) {
    const { code, message } = error as DatabaseError
    return `${FAILED} ${code ?? message}`
  }
}

const FAILED = '! failed:'
const INTERNAL_ERROR = 'XX000'
/** A statement as it is written may take long where the optimizer finds a way: that is no mismatch. */
const QUERY_CANCELED = '57014'

export const equivalenceTest = async ({ url, queries, seed, connect, report }: Options): Promise<EquivalenceTotals> => {
  await databases(url, connect)
  const sessions: Record<Way, Client> = {
    plain: await session(url, connect, 'plain'),
    unoptimized: await session(url, connect, 'unoptimized'),
    'without indexes': await session(url, connect, 'without indexes'),
    segments: await session(url, connect, 'segments'),
  }
  const checks = new LogicChecks(new Random(seed))
  const byName: Record<string, number> = {}
  let failed = 0
  let mismatches = 0
  for (let index = 0; index < queries; index++) {
    const check = checks.next()
    byName[check.name] = (byName[check.name] ?? 0) + 1
    const left = await answer(sessions[check.left.way], check.left, check.ordered)
    const right = await answer(sessions[check.right.way], check.right, check.ordered)
    if (left.startsWith(FAILED)) failed += 1
    const isInternal = left.includes(`${FAILED} ${INTERNAL_ERROR}`)
    if ((left === right && !isInternal) || [left, right].includes(`${FAILED} ${QUERY_CANCELED}`)) continue
    mismatches += 1
    report({ check, left, right })
  }
  for (const client of Object.values(sessions)) await client.end()
  return { queries, failed, mismatches, byName }
}
