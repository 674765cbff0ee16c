/**
 * Writes what a PostgreSQL 15 answers to the scripts of interleaved sessions beside them:
 * `node test/session/record-interleaved.ts postgres://postgres@127.0.0.1:5432/postgres [NAME…]`. It uses a database of
 * its own.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { Interleaving } from './interleave.ts'
import { transcriptOf } from './interleaved-files.ts'

const DIRECTORY = join(import.meta.dirname, 'interleaved')
const DATABASE = 'tesseradb_interleaved'

const [url, ...names] = process.argv.slice(2)
if (url === undefined) throw new Error('the URL of a PostgreSQL server is missing')

const connectTo = async (database: string): Promise<Client> => {
  const target = new URL(url)
  target.pathname = `/${database}`
  const client = new Client({ connectionString: target.href })
  await client.connect()
  return client
}

const admin = await connectTo('postgres')
for (const file of readdirSync(DIRECTORY).filter((name) => name.endsWith('.sessions'))) {
  if (names.length > 0 && !names.includes(file.replace('.sessions', ''))) continue
  await admin.query(`DROP DATABASE IF EXISTS ${DATABASE}`)
  await admin.query(`CREATE DATABASE ${DATABASE}`)
  const sessions = new Interleaving(() => connectTo(DATABASE))
  const text = readFileSync(join(DIRECTORY, file), 'utf8')
  writeFileSync(join(DIRECTORY, file.replace('.sessions', '.out')), await transcriptOf(sessions, text))
  await sessions.end()
}
await admin.query(`DROP DATABASE IF EXISTS ${DATABASE}`)
await admin.end()
