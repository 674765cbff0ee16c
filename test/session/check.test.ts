/** tesseradb_check() finds what contradicts itself in a database whose files are sound. */
import { expect, test } from 'vitest'
import type { TesseraEngine } from '../../src/session/engine.ts'
import type { OrderedIndex } from '../../src/storage/index/ordered-index.ts'
import type { TableStore } from '../../src/storage/table/table-store.ts'
import type { Transaction } from '../../src/txn/transaction.ts'
import type { Datum } from '../../src/types/sql-type.ts'
import { FaultyDisk } from '../storage/support/faulty-disk.ts'
import { openEngineOver, SqlSession } from '../storage/support/sql.ts'

const setup = async (sql: string) => {
  const engine = await openEngineOver(new FaultyDisk())
  const session = await SqlSession.open(engine)
  await session.query(sql)
  return { engine, session, check: () => session.query('SELECT * FROM tesseradb_check()') }
}

const storeOf = async ({ parts }: TesseraEngine, session: SqlSession, table: string): Promise<TableStore> => {
  const rows = await session.query(`SELECT relfilenode FROM pg_class WHERE relname = '${table}'`)
  return parts.storage.store(Number(rows[0]?.[0]))
}

/** Changes rows as no statement would. */
const tamper = async ({ parts }: TesseraEngine, change: (transaction: Transaction) => void): Promise<void> => {
  const transaction = parts.transactions.begin()
  change(transaction)
  await transaction.commit()
}

test('a sound database has no findings, before and after a merge', async () => {
  const { session, check } = await setup(`
    CREATE TABLE parent (id int PRIMARY KEY, code text UNIQUE, CHECK (id > 0));
    CREATE TABLE child (id serial PRIMARY KEY, parent int NOT NULL REFERENCES parent, note text);
    CREATE INDEX ON child (lower(note)) WHERE note IS NOT NULL;
    CREATE INDEX ON child (parent DESC NULLS LAST, note);
    CREATE VIEW pairs AS SELECT child.id FROM parent JOIN child ON child.parent = parent.id;
    CREATE TYPE mood AS ENUM ('a', 'b');
    CREATE TABLE moods (m mood, all_of mood[], row_of parent);
    INSERT INTO parent SELECT i, 'c' || i FROM generate_series(1, 500) i;
    INSERT INTO child (parent, note) SELECT i % 500 + 1, nullif('N' || i % 3, 'N0') FROM generate_series(1, 2000) i;
    INSERT INTO moods VALUES ('a', '{a,b}', (1, 'x'))`)
  expect(await check()).toEqual([])
  await session.query('VACUUM')
  await session.query("DELETE FROM child WHERE id % 7 = 0; UPDATE child SET note = note || '!' WHERE id % 5 = 0")
  expect(await check()).toEqual([])
  await session.query('BEGIN; ALTER TABLE parent DROP COLUMN code; DELETE FROM child')
  expect(await check()).toEqual([])
})

test('constraints that rows do not satisfy', async () => {
  const { engine, session, check } = await setup(`
    CREATE TABLE parent (id int PRIMARY KEY);
    CREATE TABLE child (id int NOT NULL, parent int REFERENCES parent, size int CONSTRAINT positive CHECK (size > 0));
    INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1, 1, 1)`)
  const child = await storeOf(engine, session, 'child')
  await tamper(engine, (t) => {
    for (const row of [
      [null, 1, 1],
      [2, 99, 1],
      [3, null, 0],
    ] as Datum[][])
      child.insert(t, row)
  })
  expect(await check()).toEqual([
    ['error', 'public.child', '', 'row 1 has a null value in column "id", which is NOT NULL'],
    ['error', 'public.child', '', 'row 3 violates check constraint "positive"'],
    [
      'error',
      'public.child',
      '',
      'row 2 violates foreign key constraint "child_parent_fkey": its key is not in public.parent',
    ],
  ])
  await tamper(engine, (t) => {
    for (let i = 0; i < 30; i++) child.insert(t, [null, null, null])
  })
  expect((await check()).at(10)?.[3]).toMatch(/^21 more: row … has a null value/)
})

test('rows of partitions, and references to them', async () => {
  const { engine, session, check } = await setup(`
    CREATE TABLE whole (id int PRIMARY KEY, note text) PARTITION BY RANGE (id);
    CREATE TABLE low PARTITION OF whole FOR VALUES FROM (0) TO (100);
    CREATE TABLE high (gone int, note text, id int NOT NULL);
    ALTER TABLE high DROP COLUMN gone;
    ALTER TABLE whole ATTACH PARTITION high FOR VALUES FROM (100) TO (200);
    CREATE TABLE referring (id int REFERENCES whole) PARTITION BY LIST (id);
    CREATE TABLE rest PARTITION OF referring DEFAULT;
    CREATE TABLE booked (during int4range, EXCLUDE USING gist (during WITH &&));
    INSERT INTO whole SELECT i, 'n' FROM generate_series(1, 199) i;
    INSERT INTO referring SELECT id FROM whole;
    INSERT INTO booked SELECT int4range(i, i + 1) FROM generate_series(1, 50) i`)
  expect(await check()).toEqual([])
  const high = await storeOf(engine, session, 'high')
  const rest = await storeOf(engine, session, 'rest')
  await tamper(engine, (t) => {
    high.insert(t, [null, 'n', 5])
    rest.insert(t, [1000])
  })
  expect(await check()).toEqual([
    ['error', 'public.high', '', 'row 100 is not for this partition'],
    [
      'error',
      'public.rest',
      '',
      'row 199 violates foreign key constraint "referring_id_fkey": its key is not in public.whole',
    ],
  ])
})

test('entries that an index lacks, and keys that are there twice', async () => {
  const { engine, session, check } = await setup(`
    CREATE TABLE t (id int CONSTRAINT t_key PRIMARY KEY, name text);
    CREATE INDEX t_name ON t (name); INSERT INTO t SELECT i, 'n' || i FROM generate_series(1, 20) i`)
  const store = await storeOf(engine, session, 't')
  const [primary, byName] = store.indexes as [OrderedIndex, OrderedIndex]
  expect(byName.keyOf([1, 'n1'])).toEqual(['n1'])
  byName.remove(['n4'], 3)
  await tamper(engine, (t) => store.insert(t, [7, 'seven again']))
  expect(primary.keyOf([7, ''])).toEqual([7])
  expect(await check()).toEqual([
    ['error', 'public.t_key', '', 'rows 6 and 20 have the same key in a unique index'],
    ['error', 'public.t_name', '', 'row 3 of public.t has no entry'],
  ])
})

test('objects that name what is not there', async () => {
  const { engine, session, check } = await setup('CREATE SCHEMA s; CREATE TABLE s.t (i int PRIMARY KEY)')
  const { catalogs } = engine.parts
  const [database] = await session.query('SELECT oid FROM pg_database WHERE datname = current_database()')
  const oid = Number(database?.[0])
  const snapshot = catalogs.snapshot(oid)
  const schema = snapshot.schemaByName('s')?.oid as number
  catalogs.publish(oid, new Map([[schema, null]]), snapshot)
  const messages = (await check()).map((finding) => `${finding[1]}: ${finding[3]}`)
  expect(messages).toContain(`${schema}.t: relation is in schema ${schema}, which does not exist`)
})

test('others are served while a check runs', async () => {
  const { engine, check } = await setup(
    'CREATE TABLE t (id int PRIMARY KEY, name text); INSERT INTO t SELECT i, i FROM generate_series(1, 60000) i',
  )
  const other = await SqlSession.open(engine)
  let served = 0
  let isDone = false
  const checking = check().then((findings) => {
    isDone = true
    return findings
  })
  while (!isDone) {
    await other.query('SELECT 1')
    await new Promise((resolve) => setImmediate(resolve))
    if (!isDone) served++
  }
  expect(await checking).toEqual([])
  expect(served).toBeGreaterThan(3)
})

test('tables that come and go while a check runs are no findings', async () => {
  const { engine, check } = await setup('CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)')
  const session = await SqlSession.open(engine)
  let isDone = false
  const churn = async (): Promise<void> => {
    for (let n = 0; !isDone; n++) {
      await session.query(`CREATE TABLE passing_${n} (i serial PRIMARY KEY, t text); CREATE INDEX ON passing_${n} (t)`)
      await session.query(`INSERT INTO passing_${n} (t) SELECT i FROM generate_series(1, 300) i; TRUNCATE passing_${n}`)
      await session.query(`ALTER TABLE passing_${n} ADD COLUMN n int DEFAULT 1; DROP TABLE passing_${n}`)
    }
  }
  const churning = churn()
  for (let i = 0; i < 12; i++) expect(await check()).toEqual([])
  isDone = true
  await churning
  expect(engine.parts.storage.damages).toEqual([])
})
