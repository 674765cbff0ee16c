/**
 * The tables that random statements use. `wide` has a column of every type and rows of interesting values. `one`,
 * `two`, `three` and `parts` (partitioned) are for joins and changes: few distinct small values, so that rows meet, of
 * types whose equal values look the same, so that it does not matter which of them a group shows.
 */
import type { Column } from './expressions.ts'
import { quote, TYPES, written } from './expressions.ts'
import { Random } from './random.ts'
import { VALUES } from './values.ts'

/** Also types that no expression is generated for, and arrays. */
const WIDE_TYPES = [
  ...TYPES,
  'integer[]',
  'text[]',
  'numeric[]',
  'timestamp without time zone[]',
  'boolean[]',
  'mood[]',
  'jsonb[]',
]
export const WIDE_ROWS = 24
const columnName = (type: string): string =>
  `c_${type.replaceAll('[]', '_array').replaceAll('"char"', 'onechar').replaceAll(' ', '_')}`

export const WIDE_COLUMNS: readonly Column[] = WIDE_TYPES.map((type) => ({ sql: columnName(type), type }))

export interface Table {
  readonly name: string
  readonly columns: readonly Column[]
}

const JOIN_COLUMNS: readonly Column[] = [
  { sql: 'id', type: 'integer' },
  { sql: 'k', type: 'integer' },
  { sql: 'j', type: 'smallint' },
  { sql: 'big', type: 'bigint' },
  { sql: 'n', type: 'numeric' },
  { sql: 'f', type: 'double precision' },
  { sql: 't', type: 'text' },
  { sql: 'v', type: 'character varying' },
  { sql: 'b', type: 'boolean' },
  { sql: 'd', type: 'date' },
  { sql: 'ts', type: 'timestamp without time zone' },
  { sql: 'm', type: 'mood' },
]
export const JOIN_TABLES: readonly Table[] = ['one', 'two', 'three', 'parts'].map((name) => ({
  name,
  columns: JOIN_COLUMNS,
}))

const columnsSql =
  'k integer, j smallint, big bigint, n numeric(8,2), f double precision, t text, v varchar, b boolean, d date, ts timestamp, m mood'

/** Small values, equal ones of the same look: the same for every run. */
const joinRow = (random: Random, id: number): string => {
  const maybe = (sql: string): string => (random.chance(0.15) ? 'NULL' : sql)
  const day = String(random.integer(1, 6)).padStart(2, '0')
  return `(${[
    String(id),
    maybe(String(random.integer(-2, 8))),
    maybe(String(random.integer(0, 4))),
    maybe(random.pick(['0', '1', '2', '5000000000', '-5000000000'])),
    maybe(random.pick(['0.00', '1.50', '2.25', '-3.75', '10.00', '1.00'])),
    maybe(random.pick(['0', '0.5', '1', '-2.25', '1000', '4'])),
    maybe(quote(random.pick(['', 'a', 'b', 'ab', 'B', 'é', 'x y', 'zz']))),
    maybe(quote(random.pick(['a', 'b', 'abc', '1', ' ']))),
    maybe(random.pick(['true', 'false'])),
    maybe(`'2024-01-${day}'`),
    maybe(`'2024-01-${day} ${random.pick(['00:00', '12:30', '23:59:59'])}'`),
    maybe(quote(random.pick(VALUES['mood'] ?? []))),
  ].join(', ')})`
}

const wideRow = (row: number): string =>
  WIDE_TYPES.map((type, column) => {
    if ((row + column) % 6 === 5) return 'NULL'
    if (type.endsWith('[]')) {
      const values = VALUES[type.slice(0, -2)] ?? []
      const items = [0, 1, 2].slice(0, (row + column) % 4).map((n) => values[(row * 3 + n * 5) % values.length] ?? '')
      return `ARRAY[${items.map(quote).join(', ')}]::${type}`
    }
    const values = VALUES[type] ?? []
    return quote(values[(row * 5 + column) % values.length] ?? '')
  }).join(', ')

/** Statements that make the schema, each on its own. */
export const schemaStatements = (): string[] => {
  const random = new Random(4)
  const rows = (count: number): string =>
    Array.from({ length: count }, (_, index) => joinRow(random, index + 1)).join(', ')
  return [
    "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')",
    'CREATE DOMAIN whole AS integer CHECK (VALUE >= 0)',
    'CREATE TYPE pair AS (x integer, y text)',
    `CREATE TABLE wide (id integer PRIMARY KEY, ${WIDE_TYPES.map((type) => `${columnName(type)} ${written(type)}`).join(', ')})`,
    ...Array.from({ length: WIDE_ROWS }, (_, row) => `INSERT INTO wide VALUES (${row + 1}, ${wideRow(row)})`),
    `CREATE TABLE one (id integer PRIMARY KEY, ${columnsSql})`,
    `CREATE TABLE two (id integer PRIMARY KEY, ${columnsSql}, CHECK (k < 100), UNIQUE (t, v, id))`,
    `CREATE TABLE three (id integer PRIMARY KEY, ${columnsSql}, FOREIGN KEY (k) REFERENCES one ON DELETE SET NULL)`,
    `CREATE TABLE parts (id integer PRIMARY KEY, ${columnsSql}) PARTITION BY RANGE (id)`,
    'CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (MINVALUE) TO (10)',
    'CREATE TABLE parts_high PARTITION OF parts FOR VALUES FROM (10) TO (30)',
    'CREATE TABLE parts_rest PARTITION OF parts DEFAULT',
    'CREATE INDEX ON one (k)',
    'CREATE INDEX ON two (d, k DESC)',
    'CREATE INDEX ON two (lower(t)) WHERE b',
    `INSERT INTO one VALUES ${rows(30)}`,
    `INSERT INTO two VALUES ${rows(20)}`,
    // References go to rows that are there.
    'INSERT INTO three SELECT id, CASE WHEN k > 0 THEN k END, j, big, n, f, t, v, b, d, ts, m FROM two WHERE id <= 12',
    `INSERT INTO parts VALUES ${rows(34)}`,
    'CREATE VIEW few AS SELECT id, k, j, t, n, d FROM one WHERE k < 5 WITH CHECK OPTION',
    'ANALYZE',
  ]
}

/** Settings that the answers depend on. Asia/Kolkata: an odd offset, without daylight saving time today. */
export const SESSION_SETTINGS = [
  "SET TimeZone = 'Asia/Kolkata'",
  "SET statement_timeout = '4s'",
  "SET client_min_messages = 'error'",
]
