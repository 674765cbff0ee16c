/**
 * Writes down what PostgreSQL 15 has: `node test/compatibility/record.ts postgres://postgres@127.0.0.1:5432/postgres`.
 * The file beside this one is what `coverage.ts` compares the registries with.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'

const TYPES = `(SELECT coalesce(string_agg(t.oid::regtype::text, ', ' ORDER BY n), '') FROM unnest(%s) WITH ORDINALITY u(o, n)
  JOIN pg_type t ON t.oid = u.o)`

const QUERIES = {
  functions: `SELECT p.oid::int4, proname, ${TYPES.replace('%s', 'p.proargtypes::oid[]')}, prorettype::regtype::text, prokind::text
    FROM pg_proc p WHERE p.oid < 16384 AND pronamespace = 'pg_catalog'::regnamespace ORDER BY p.oid`,
  operators: `SELECT oid::int4, oprname, CASE oprleft WHEN 0 THEN '' ELSE oprleft::regtype::text END, oprright::regtype::text
    FROM pg_operator WHERE oid < 16384 ORDER BY oid`,
  casts: `SELECT castsource::int4, casttarget::int4, castsource::regtype::text, casttarget::regtype::text, castcontext::text
    FROM pg_cast WHERE oid < 16384 ORDER BY 1, 2`,
}

const [url] = process.argv.slice(2)
if (url === undefined) throw new Error('the URL of a PostgreSQL server is missing')
const client = new Client({ connectionString: url })
await client.connect()
const lists: string[] = []
for (const [name, text] of Object.entries(QUERIES)) {
  const { rows } = await client.query({ text, rowMode: 'array' })
  lists.push(`"${name}": [\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]`)
}
await client.end()
writeFileSync(join(import.meta.dirname, 'postgresql-15.json'), `{\n${lists.join(',\n')}\n}\n`)
