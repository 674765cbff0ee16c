/** A script that does everything that reaches the disk, a transaction each step, and the state after each of them. */
import { createHash } from 'node:crypto'
import { SqlSession } from './sql.ts'

export interface Step {
  readonly sql: string
  /** What COPY … FROM STDIN reads. */
  readonly copy?: readonly string[]
  /** The step is several sessions at once, each of which puts three rows with its number into `lane`. */
  readonly lanes?: number
  /** Committed without waiting for the disk: it may be lost, with all after it. */
  readonly async?: boolean
}

const copyRows = (from: number, to: number): string[] => [
  Array.from({ length: to - from }, (_, i) => `${from + i}\tvalue ${(from + i) * 7919}\n`).join(''),
]

const transfer = (from: number, to: number, amount: number): Step => ({
  sql: `BEGIN; UPDATE account SET balance = balance - ${amount} WHERE id = ${from};
    UPDATE account SET balance = balance + ${amount} WHERE id = ${to};
    INSERT INTO entry (account, amount) VALUES (${from}, -${amount}), (${to}, ${amount}); COMMIT`,
})

const unwaited = (sql: string): Step => ({
  sql: `BEGIN; SET LOCAL synchronous_commit = off; ${sql}; COMMIT`,
  async: true,
})

/** What a session of a step with lanes does. */
export const laneWork = (lane: string): string =>
  `BEGIN; INSERT INTO lane VALUES ('${lane}', 1), ('${lane}', 2); INSERT INTO lane VALUES ('${lane}', 3); COMMIT`

/** Rows of a bulk load: what goes beyond 8,192 is written as a segment. */
const BULK = 8_700

export const STEPS: readonly Step[] = [
  { sql: 'CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL CHECK (balance >= -1000), note text)' },
  { sql: 'INSERT INTO account SELECT i, 100, NULL FROM generate_series(1, 10) i' },
  {
    sql: `CREATE TABLE entry (id serial PRIMARY KEY, account int NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      amount numeric(10, 2))`,
  },
  transfer(1, 2, 10),
  transfer(2, 3, 20),
  { sql: 'VACUUM' },
  transfer(3, 1, 30),
  {
    sql: `BEGIN; INSERT INTO account VALUES (11, 0, 'kept'); SAVEPOINT a; INSERT INTO account VALUES (12, 0, 'undone');
      UPDATE account SET note = 'undone' WHERE id = 1; ROLLBACK TO a; UPDATE account SET note = 'x' WHERE id = 2;
      SAVEPOINT b; DELETE FROM account WHERE id = 11; RELEASE b; COMMIT`,
  },
  { sql: 'BEGIN; INSERT INTO account VALUES (13, 0); CREATE TABLE undone (i int); ROLLBACK' },
  { sql: 'CREATE INDEX entry_account ON entry (account, amount DESC)' },
  { sql: "ALTER TABLE entry ADD COLUMN kind text DEFAULT 'transfer'" },
  transfer(4, 5, 40),
  { sql: 'UPDATE entry SET kind = upper(kind) WHERE id % 2 = 0' },
  { sql: 'VACUUM entry' },
  { sql: 'DELETE FROM entry WHERE id = 3' },
  { sql: 'CREATE SEQUENCE ticket' },
  { sql: "SELECT nextval('ticket') FROM generate_series(1, 40)" },
  { sql: "BEGIN; ALTER SEQUENCE ticket RESTART WITH 1; SELECT nextval('ticket'); ROLLBACK" },
  { sql: "SELECT nextval('ticket')" },
  unwaited("INSERT INTO account VALUES (21, 1, 'a')"),
  unwaited("UPDATE account SET note = 'b', balance = 2 WHERE id = 21"),
  unwaited('CREATE TABLE hasty (i int PRIMARY KEY); INSERT INTO hasty VALUES (1), (2)'),
  transfer(6, 7, 50),
  { sql: 'VACUUM' },
  unwaited('TRUNCATE hasty'),
  { sql: 'INSERT INTO hasty VALUES (3)' },
  { sql: 'VACUUM hasty' },
  unwaited('DROP TABLE hasty'),
  { sql: 'DELETE FROM account WHERE id IN (4, 21)' },
  { sql: 'CREATE TABLE lane (who text, n int, PRIMARY KEY (who, n))' },
  { sql: '', lanes: 5 },
  { sql: 'VACUUM lane' },
  { sql: '', lanes: 5 },
  { sql: "CREATE SCHEMA side; CREATE TABLE side.note (t text); CREATE TYPE mood AS ENUM ('sad', 'glad')" },
  { sql: "ALTER TABLE account ADD COLUMN mood mood DEFAULT 'glad', DROP COLUMN note" },
  { sql: 'ALTER TABLE account RENAME COLUMN mood TO spirits; ALTER TABLE entry RENAME TO posting' },
  { sql: 'CREATE UNIQUE INDEX posting_kind ON posting (lower(kind), id) WHERE amount > 0' },
  { sql: 'TRUNCATE posting RESTART IDENTITY' },
  { sql: 'INSERT INTO posting (account, amount) VALUES (1, 1), (2, 2)' },
  { sql: 'CREATE TABLE bulk (i int PRIMARY KEY, t text)' },
  { sql: 'COPY bulk FROM STDIN', copy: copyRows(0, BULK) },
  { sql: 'UPDATE bulk SET t = t || $$!$$ WHERE i % 1000 = 0' },
  { sql: 'VACUUM bulk' },
  { sql: 'DELETE FROM bulk WHERE i % 100 < 98' },
  { sql: 'VACUUM bulk' },
  { sql: 'CREATE INDEX bulk_t ON bulk (t)' },
  { sql: 'UPDATE bulk SET t = reverse(t) WHERE i % 3 = 0; ANALYZE bulk' },
  { sql: 'CHECKPOINT' },
  { sql: `BEGIN; INSERT INTO bulk SELECT i, 'again' FROM generate_series(20000, ${20000 + BULK}) i; ROLLBACK` },
  {
    sql: `BEGIN; UPDATE account SET balance = balance + 1 WHERE id = 1; DELETE FROM posting WHERE id = 2;
      INSERT INTO account VALUES (31, 5); PREPARE TRANSACTION 'rows'`,
  },
  { sql: 'INSERT INTO account VALUES (32, 5)' },
  { sql: 'VACUUM' },
  { sql: "COMMIT PREPARED 'rows'" },
  {
    sql: `BEGIN; CREATE TABLE prepared (i int PRIMARY KEY, t text); INSERT INTO prepared SELECT i, i FROM
      generate_series(1, ${BULK}) i; CREATE INDEX ON bulk (i, t); PREPARE TRANSACTION 'tables'`,
  },
  { sql: "ROLLBACK PREPARED 'tables'" },
  {
    sql: `BEGIN; CREATE TABLE prepared (i serial PRIMARY KEY, t text); INSERT INTO prepared (t) VALUES ('a'), ('b');
      INSERT INTO bulk SELECT i, 'prepared' FROM generate_series(20000, ${20000 + BULK}) i; CREATE INDEX ON bulk (i, t);
      PREPARE TRANSACTION 'tables'`,
  },
  { sql: "COMMIT PREPARED 'tables'" },
  { sql: 'DELETE FROM bulk WHERE i % 100 < 98' },
  { sql: 'VACUUM bulk' },
  { sql: 'CREATE TABLE few AS SELECT * FROM bulk LIMIT 5' },
  { sql: 'DROP TABLE bulk, side.note; DROP SCHEMA side' },
  { sql: 'DROP INDEX posting_kind' },
]

const TABLES = `SELECT oid::regclass::text, relkind FROM pg_class
  WHERE relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_|^information_schema$') AND relkind <> 'S'`
const COLUMNS =
  'SELECT attrelid::regclass::text, attname, atttypid::regtype, attnotnull FROM pg_attribute WHERE attnum > 0 AND attrelid >= 16384'
const CONSTRAINTS = 'SELECT conname, contype FROM pg_constraint WHERE oid >= 16384'

/** Identifiers of prepared transactions. */
export const preparedIn = async (session: SqlSession): Promise<string[]> =>
  (await session.query('SELECT gid FROM pg_prepared_xacts')).map(([gid]) => gid as string)

/** Rows as texts, in an order that does not depend on where they are stored. */
const ordered = (rows: readonly (readonly (string | null)[])[]): string[] =>
  rows.map((row) => JSON.stringify(row)).toSorted((a, b) => (a < b ? -1 : 1))

/**
 * Everything that transactions can change, as one short text: tables with their rows, indexes, columns, constraints,
 * prepared transactions.
 */
export const stateOf = async (session: SqlSession): Promise<string> => {
  const relations = await session.query(TABLES)
  const parts: unknown[] = [
    ordered(relations),
    ordered(await session.query(COLUMNS)),
    ordered(await session.query(CONSTRAINTS)),
    await preparedIn(session),
  ]
  for (const [name, kind] of relations) {
    // What lanes come to is looked at by itself.
    if (kind !== 'r' || name === 'lane') continue
    const rows = ordered(await session.query(`SELECT * FROM ${name}`))
    parts.push([name, rows.length, rows.length < 10 ? rows : createHash('md5').update(rows.join('\n')).digest('hex')])
  }
  return JSON.stringify(parts)
}
