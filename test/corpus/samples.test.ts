/** The sample databases load without an error, with the rows that their scripts insert. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startServer, type TestServer } from '../session/server.ts'
import { hasShared, sharedPath } from './shared.ts'

/** Row counts on PostgreSQL 15. */
const CHINOOK = {
  album: 347,
  artist: 275,
  customer: 59,
  employee: 8,
  genre: 25,
  invoice: 412,
  invoice_line: 2240,
  media_type: 5,
  playlist: 18,
  playlist_track: 8715,
  track: 3503,
}
const NORTHWIND = {
  categories: 8,
  customer_customer_demo: 0,
  customer_demographics: 0,
  customers: 91,
  employee_territories: 49,
  employees: 9,
  order_details: 2155,
  orders: 830,
  products: 77,
  region: 4,
  shippers: 6,
  suppliers: 29,
  territories: 53,
  us_states: 51,
}

describe.runIf(hasShared)('sample databases', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(() => server.close())

  const load = async (file: string, database: string, counts: Readonly<Record<string, number>>): Promise<void> => {
    const admin = await server.connect()
    await admin.query(`CREATE DATABASE ${database}`)
    const client = await server.connect(database)
    const script = gunzipSync(readFileSync(sharedPath('samples', file))).toString('utf8')
    // What comes before psql's \c makes the database, which is there already.
    await client.query(script.replace(/^[^]*^\\c .*$/m, ''))
    const found: Record<string, number> = {}
    for (const table of Object.keys(counts)) {
      const { rows } = await client.query(`SELECT count(*)::int AS n FROM ${table}`)
      found[table] = rows[0].n
    }
    expect(found).toEqual(counts)
  }

  test('chinook', () => load('chinook.sql.gz', 'chinook', CHINOOK), 60_000)
  test('northwind', () => load('northwind.sql.gz', 'northwind', NORTHWIND), 60_000)
})
