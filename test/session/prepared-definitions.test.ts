/**
 * Definitions in prepared transactions that are finished after restarts: the outcome is that of COMMIT, or of nothing at
 * all, and the check finds nothing.
 */
import { describe, expect, test } from 'vitest'
import { FaultyDisk } from '../storage/support/faulty-disk.ts'
import { openEngineOver, SqlSession } from '../storage/support/sql.ts'
import { stateOf } from '../storage/support/workload.ts'

const SETUP = `CREATE TABLE t (id int PRIMARY KEY, n int, k text);
  INSERT INTO t SELECT g, g % 10, 'row ' || g FROM generate_series(1, 9000) g;
  CREATE INDEX t_n ON t (n);
  CREATE TABLE small (id int PRIMARY KEY, t int REFERENCES t);
  INSERT INTO small VALUES (1, 1), (2, 2);
  CREATE SEQUENCE s; CREATE TYPE mood AS ENUM ('sad'); CREATE VIEW v AS SELECT id FROM small`

const SCENARIOS: Readonly<Record<string, string>> = {
  'new entries for an index': 'UPDATE t SET n = n + 100 WHERE id < 5; REINDEX TABLE t; DELETE FROM t WHERE id = 8000',
  'a type that rewrites the rows':
    'DROP VIEW v; ALTER TABLE small ALTER id TYPE bigint; INSERT INTO small VALUES (3000000000, 3)',
  'columns added and dropped': `ALTER TABLE t ADD COLUMN x int DEFAULT 5, DROP COLUMN k; UPDATE t SET x = 6 WHERE id = 7;
    INSERT INTO t (id, x) VALUES (9500, 1)`,
  'rows loaded into an emptied table': `TRUNCATE small; INSERT INTO small SELECT g, NULL FROM generate_series(1, 9000) g;
    UPDATE small SET t = 5 WHERE id % 1000 = 0`,
  'an index over loaded rows': `INSERT INTO t SELECT g, g % 10, 'more' FROM generate_series(10000, 19000) g;
    CREATE UNIQUE INDEX t_k ON t (k, id); DROP INDEX t_n`,
  'parts taken back': `SAVEPOINT a; CREATE TABLE other (i int); DROP TABLE small CASCADE; ROLLBACK TO a;
    INSERT INTO small VALUES (4, 4); SAVEPOINT b; DELETE FROM small; ROLLBACK TO b`,
  'a table made, filled and dropped': `CREATE TABLE other (i int PRIMARY KEY);
    INSERT INTO other SELECT generate_series(1, 9000); DROP TABLE other; INSERT INTO small VALUES (5, 5)`,
  'unlogged tables': `CREATE UNLOGGED TABLE other (i int PRIMARY KEY);
    INSERT INTO other SELECT generate_series(1, 9000); ALTER TABLE small SET UNLOGGED; UPDATE small SET t = 3 WHERE id = 1`,
  names: `ALTER TABLE small RENAME TO little; ALTER TABLE little RENAME COLUMN t TO parent; ALTER INDEX t_n RENAME TO t_m;
    CREATE SCHEMA place; ALTER TABLE little SET SCHEMA place`,
  'types, views and sequences': `ALTER TYPE mood ADD VALUE 'glad'; CREATE TABLE other (m mood, i serial);
    INSERT INTO other VALUES ('sad'); CREATE OR REPLACE VIEW v AS SELECT id, t AS parent FROM small;
    ALTER SEQUENCE s INCREMENT 5 RESTART 100`,
  constraints: `ALTER TABLE t ADD CONSTRAINT positive CHECK (id > 0); ALTER TABLE t ALTER n SET NOT NULL;
    ALTER TABLE small DROP CONSTRAINT small_t_fkey; ALTER TABLE t ADD UNIQUE (k); DELETE FROM t WHERE id = 1`,
  'everything of a table': 'DROP TABLE t CASCADE; CREATE TABLE t (word text); INSERT INTO t VALUES (1)',
  'tables from queries': `CREATE TABLE other AS SELECT * FROM t WHERE n < 3; ALTER TABLE other ADD PRIMARY KEY (id);
    CREATE INDEX ON other (lower(k)) WHERE n > 1; ANALYZE other`,
}

const prepared = async (): Promise<{ disk: FaultyDisk; session: SqlSession }> => {
  const disk = new FaultyDisk()
  const session = await SqlSession.open(await openEngineOver(disk))
  await session.query(SETUP)
  return { disk, session }
}

const restarted = async (disk: FaultyDisk): Promise<{ disk: FaultyDisk; session: SqlSession }> => {
  const left = await disk.afterwards('everything')
  return { disk: left, session: await SqlSession.open(await openEngineOver(left)) }
}

describe.each(Object.entries(SCENARIOS))('%s', (_title, sql) => {
  test('after restarts', async () => {
    const model = await prepared()
    const before = await stateOf(model.session)
    await model.session.query(`BEGIN; ${sql}; COMMIT`)
    const after = await stateOf(model.session)
    for (const [outcome, expected] of [
      ['COMMIT', after],
      ['ROLLBACK', before],
    ] as const) {
      let run = await prepared()
      await run.session.query(`BEGIN; ${sql}; PREPARE TRANSACTION 'x'`)
      run = await restarted(run.disk)
      await run.session.query('CREATE TABLE beside (i int PRIMARY KEY); INSERT INTO beside VALUES (1)')
      // Named as it is, the sequence would be waited for where its definition is prepared.
      await run.session.query("SELECT nextval(name::regclass) FROM (VALUES ('s')) v (name)")
      await run.session.query('CHECKPOINT')
      run = await restarted(run.disk)
      await run.session.query(`${outcome} PREPARED 'x'`)
      await run.session.query('DROP TABLE beside')
      expect(await stateOf(run.session)).toBe(expected)
      expect(await run.session.query('SELECT * FROM tesseradb_check()')).toEqual([])
      await run.session.query('VACUUM')
      run = await restarted(run.disk)
      expect(await stateOf(run.session)).toBe(expected)
      expect(await run.session.query('SELECT * FROM tesseradb_check()')).toEqual([])
    }
  })
})
