/** What a server finds after a crash, held against what the writers remember. */
import { pino } from 'pino'
import { ServerSettings } from '../../../src/config/server-settings.ts'
import { openEngine } from '../../../src/session/engine.ts'
import { SqlSession } from '../../storage/support/sql.ts'
import { ACCOUNTS, ITEMS, LOADED, type Writer, type WriterKind } from './writers.ts'

type Query = (sql: string) => Promise<(string | null)[][]>

/** The number of a writer's last transaction that is there; throws when some are there in part. */
type LastOf = (query: Query, writer: Writer) => Promise<number>

const fail = (writer: Writer, message: string): never => {
  throw new Error(`${writer.kind} ${writer.id} (${JSON.stringify(writer.progress)}): ${message}`)
}

/** Rows n - ITEMS + 1 … n of a writer, nothing else. */
const lastItem: LastOf = async (query, writer) => {
  const rows = await query(`SELECT n, payload FROM item WHERE writer = ${writer.id} ORDER BY n`)
  const last = Number(rows.at(-1)?.[0] ?? 0)
  const expected = Array.from({ length: Math.min(last, ITEMS) }, (_, i) => Math.max(last - ITEMS, 0) + i + 1)
  const isRight = rows.every(
    ([n, payload], i) => Number(n) === expected[i] && payload === `${n} `.repeat(Number(n) % 50),
  )
  if (!isRight || rows.length !== expected.length) fail(writer, `rows ${rows.map(([n]) => n).join()} are there`)
  return last
}

/** Exactly one table of the writer's, complete. */
const lastTable =
  (prefix: string, complete: string): LastOf =>
  async (query, writer) => {
    const tables = await query(`SELECT relname FROM pg_class WHERE relname ~ '^${prefix}_${writer.id}_[0-9]+$'`)
    if (tables.length === 0) return 0
    if (tables.length > 1) fail(writer, `tables ${tables.join()} are there`)
    const name = tables[0]?.[0] as string
    const n = Number(name.slice(name.lastIndexOf('_') + 1))
    const [row] = await query(`SELECT ${complete.replaceAll('$n', String(n))} FROM ${name}`)
    if (row?.[0] !== 't') fail(writer, `table ${name} is not complete`)
    return n
  }

const LAST: Readonly<Record<Exclude<WriterKind, 'maintenance'>, LastOf>> = {
  transfer: async (query, writer) => {
    const rows = await query(`SELECT n FROM ledger WHERE writer = ${writer.id} ORDER BY n`)
    if (rows.some(([n], i) => Number(n) !== i + 1)) fail(writer, `its ledger has gaps`)
    return rows.length
  },
  item: lastItem,
  hasty: lastItem,
  prepared: lastItem,
  table: lastTable('made', "count(*) = 100 AND min(n) = $n AND max(n) = $n AND max(t) = 't99'"),
  load: lastTable('loaded', `count(*) = ${LOADED} AND min(n) = $n AND sum(i) = ${(LOADED * (LOADED - 1)) / 2}`),
}

/** What the verification counted. */
export interface Verified {
  readonly transactions: number
}

/**
 * Opens the directory as a server would and compares; the writers go on from what is there. Throws when an acknowledged
 * transaction is missing, one is there in part, or the checker finds something.
 */
export const verify = async (directory: string, writers: readonly Writer[]): Promise<Verified> => {
  const engine = await openEngine({
    dataDirectory: directory,
    settings: new ServerSettings(),
    logger: pino({ level: 'silent' }),
  })
  const session = await SqlSession.open(engine)
  const query: Query = (sql) => session.query(sql)
  let transactions = 0
  for (const [gid] of await query('SELECT gid FROM pg_prepared_xacts')) await query(`COMMIT PREPARED '${gid}'`)
  for (const writer of writers) {
    if (writer.kind === 'maintenance') continue
    const last = await LAST[writer.kind](query, writer)
    const { acknowledged, begun } = writer.progress
    if (last < acknowledged && writer.kind !== 'hasty') fail(writer, `only ${last} are there`)
    if (last > begun) fail(writer, `${last} are there, which were never begun`)
    writer.progress.acknowledged = last
    writer.progress.begun = last
    transactions += last
  }
  const wrong = await query(`SELECT id, balance FROM account WHERE balance <> 1000
    + (SELECT coalesce(sum(amount), 0) FROM ledger WHERE target = account.id)
    - (SELECT coalesce(sum(amount), 0) FROM ledger WHERE source = account.id)`)
  if (wrong.length > 0) throw new Error(`accounts without their transfers: ${JSON.stringify(wrong)}`)
  const [sum] = await query('SELECT count(*), sum(balance) FROM account')
  if (sum?.join() !== `${ACCOUNTS},${ACCOUNTS * 1000}`) throw new Error(`the accounts are ${sum?.join()}`)
  const findings = await query('SELECT * FROM tesseradb_check()')
  if (findings.length > 0) throw new Error(`the check finds ${JSON.stringify(findings)}`)
  await engine.shutdown('fast')
  return { transactions }
}
