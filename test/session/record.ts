/**
 * Writes the expected answers beside the statement files, from a PostgreSQL 15:
 * `node test/session/record.ts postgres://postgres@127.0.0.1:5432/postgres [NAME…]`. It uses a database of its own.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Client } from 'pg'
import { transcript } from './transcript.ts'

const TESTS = join(import.meta.dirname, '..')
const DIRECTORIES = ['session', 'catalog', 'psql'].map((area) => join(TESTS, area, 'statements'))
const DATABASE = 'tesseradb_transcripts'

const [url, ...names] = process.argv.slice(2)
if (url === undefined) throw new Error('the URL of a PostgreSQL server is missing')

const files = DIRECTORIES.flatMap((directory) => readdirSync(directory).map((name) => join(directory, name)))

for (const file of files.filter((path) => path.endsWith('.sql'))) {
  const name = basename(file, '.sql')
  if (names.length > 0 && !names.includes(name)) continue
  const admin = new Client({ connectionString: url })
  await admin.connect()
  await admin.query(`DROP DATABASE IF EXISTS ${DATABASE}`)
  await admin.query(`CREATE DATABASE ${DATABASE}`)
  const own = new URL(url)
  own.pathname = `/${DATABASE}`
  const client = new Client({ connectionString: own.href })
  await client.connect()
  writeFileSync(file.replace(/sql$/, 'out'), await transcript(client, readFileSync(file, 'utf8')))
  await client.end()
  await admin.query(`DROP DATABASE ${DATABASE}`)
  await admin.end()
}
