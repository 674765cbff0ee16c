/**
 * What SERIALIZABLE locks: sessions taking turns over tables that are large enough for their indexes to be used. The
 * answers are this server's own; PostgreSQL watches where this one locks.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Interleaving, parseScript } from './interleave.ts'
import { startServer, type TestServer } from './server.ts'

const SETUP = `
setup: DROP TABLE IF EXISTS line, item CASCADE
setup: CREATE TABLE item (id int PRIMARY KEY, kind int NOT NULL, n int NOT NULL)
setup: INSERT INTO item SELECT g * 10, g % 1000, 0 FROM generate_series(1, 5000) g
setup: CREATE INDEX item_kind ON item (kind)
setup: CREATE TABLE line (id int PRIMARY KEY, item int REFERENCES item ON DELETE CASCADE)
setup: CREATE INDEX line_item ON line (item)
setup: INSERT INTO line SELECT g, g * 10 FROM generate_series(1, 4000) g
setup: ANALYZE item
setup: ANALYZE line
`

/** The transcript with BEGIN in the place of its long form. */
const short = (text: string): string => text.replaceAll('BEGIN ISOLATION LEVEL SERIALIZABLE', 'BEGIN SER')

describe('SERIALIZABLE', () => {
  let server: TestServer
  let sessions: Interleaving
  beforeAll(async () => {
    server = await startServer()
    sessions = new Interleaving(() => server.connect())
  })
  afterAll(async () => {
    await sessions.end()
    await server.close()
  })

  const transcript = async (script: string): Promise<string> => {
    const { setup, scenarios } = parseScript(
      `${SETUP}# scenario\n${script.replaceAll('BEGIN SER', 'BEGIN ISOLATION LEVEL SERIALIZABLE')}`,
    )
    const [scenario] = scenarios
    const { text } = await sessions.run(setup, scenario as NonNullable<typeof scenario>)
    return short(text).replace('# scenario\n', '\n')
  }

  test('a read key keeps writers of every level away, and no others', async () => {
    const script = `
a: BEGIN SER; SELECT n FROM item WHERE id = 100
b: UPDATE item SET n = 1 WHERE id = 110
b: DELETE FROM item WHERE id = 120
b: INSERT INTO item VALUES (105, 1, 0)
b: UPDATE item SET n = 1 WHERE id = 100
a: SELECT n FROM item WHERE id = 100
a: COMMIT
`
    expect(await transcript(script)).toMatchInlineSnapshot(`
      "
      a: BEGIN SER; SELECT n FROM item WHERE id = 100
         BEGIN; (0)
      b: UPDATE item SET n = 1 WHERE id = 110
         UPDATE 1
      b: DELETE FROM item WHERE id = 120
         DELETE 1
      b: INSERT INTO item VALUES (105, 1, 0)
         INSERT 1
      b: UPDATE item SET n = 1 WHERE id = 100
         ...
      a: SELECT n FROM item WHERE id = 100
         (0)
      a: COMMIT
         COMMIT
         b went on: UPDATE 1
      "
    `)
  })

  test('a read range keeps new rows out', async () => {
    const script = `
a: BEGIN SER; SELECT count(*) FROM item WHERE id BETWEEN 100 AND 200
b: INSERT INTO item VALUES (205, 1, 0), (95, 1, 0)
b: INSERT INTO item VALUES (105, 1, 0)
c: UPDATE item SET id = 115 WHERE id = 45000
a: SELECT count(*) FROM item WHERE id BETWEEN 100 AND 200
a: COMMIT
`
    expect(await transcript(script)).toMatchInlineSnapshot(`
      "
      a: BEGIN SER; SELECT count(*) FROM item WHERE id BETWEEN 100 AND 200
         BEGIN; (11)
      b: INSERT INTO item VALUES (205, 1, 0), (95, 1, 0)
         INSERT 2
      b: INSERT INTO item VALUES (105, 1, 0)
         ...
      c: UPDATE item SET id = 115 WHERE id = 45000
         ...
      a: SELECT count(*) FROM item WHERE id BETWEEN 100 AND 200
         (11)
      a: COMMIT
         COMMIT
         b went on: INSERT 1
         c went on: UPDATE 1
      "
    `)
  })

  test('keys that are not there are locked as well', async () => {
    const script = `
a: BEGIN SER; SELECT n FROM item WHERE id = 101
b: BEGIN SER; SELECT n FROM item WHERE id = 102
b: INSERT INTO item VALUES (101, 1, 0)
a: INSERT INTO item VALUES (102, 1, 0)
a: COMMIT
b: ROLLBACK
`
    expect(await transcript(script)).toMatch(/40P01/)
  })

  test('a range of a secondary index: rows that come into it, and rows that leave it', async () => {
    const script = `
a: BEGIN SER; SELECT count(*) FROM item WHERE kind = 7
b: UPDATE item SET kind = 8 WHERE id = 100
b: UPDATE item SET kind = 7 WHERE id = 100
c: UPDATE item SET kind = 9 WHERE id = 70
a: COMMIT
`
    expect(await transcript(script)).toMatchInlineSnapshot(`
      "
      a: BEGIN SER; SELECT count(*) FROM item WHERE kind = 7
         BEGIN; (5)
      b: UPDATE item SET kind = 8 WHERE id = 100
         UPDATE 1
      b: UPDATE item SET kind = 7 WHERE id = 100
         ...
      c: UPDATE item SET kind = 9 WHERE id = 70
         ...
      a: COMMIT
         COMMIT
         b went on: UPDATE 1
         c went on: UPDATE 1
      "
    `)
  })

  test('a reader waits for changes in progress and reads their outcome', async () => {
    const script = `
b: BEGIN; UPDATE item SET n = 5 WHERE id = 45000; UPDATE item SET id = 45011 WHERE id = 45010
a: BEGIN SER; SELECT id, n FROM item WHERE id BETWEEN 45000 AND 45020
b: UPDATE item SET n = 6 WHERE id = 45020
b: COMMIT
a: SELECT n FROM item WHERE id = 130
a: COMMIT
`
    expect(await transcript(script)).toMatchInlineSnapshot(`
      "
      b: BEGIN; UPDATE item SET n = 5 WHERE id = 45000; UPDATE item SET id = 45011 WHERE id = 45010
         BEGIN; UPDATE 1; UPDATE 1
      a: BEGIN SER; SELECT id, n FROM item WHERE id BETWEEN 45000 AND 45020
         ...
      b: UPDATE item SET n = 6 WHERE id = 45020
         UPDATE 1
      b: COMMIT
         COMMIT
         a went on: BEGIN; (45000, 5) (45011, 0) (45020, 6)
      a: SELECT n FROM item WHERE id = 130
         (0)
      a: COMMIT
         COMMIT
      "
    `)
  })

  test('a whole table: readers beside each other, writers after them', async () => {
    const script = `
a: BEGIN SER; SELECT sum(n) FROM item
b: BEGIN SER; SELECT count(*) FROM item
c: INSERT INTO item VALUES (1, 1, 1)
a: COMMIT
b: COMMIT
`
    expect(await transcript(script)).toMatchInlineSnapshot(`
      "
      a: BEGIN SER; SELECT sum(n) FROM item
         BEGIN; (0)
      b: BEGIN SER; SELECT count(*) FROM item
         BEGIN; (5000)
      c: INSERT INTO item VALUES (1, 1, 1)
         ...
      a: COMMIT
         COMMIT
      b: COMMIT
         COMMIT
         c went on: INSERT 1
      "
    `)
  })

  test('FOR UPDATE and UPDATE wait for each other instead of meeting in a deadlock', async () => {
    const script = `
a: BEGIN SER; SELECT n FROM item WHERE id = 100 FOR UPDATE
b: BEGIN SER; SELECT n FROM item WHERE id = 100 FOR UPDATE
c: BEGIN SER; UPDATE item SET n = n + 1 WHERE id = 100
a: UPDATE item SET n = n + 1 WHERE id = 100
a: COMMIT
b: UPDATE item SET n = n + 1 WHERE id = 100
b: COMMIT
c: COMMIT
d: SELECT n FROM item WHERE id = 100
`
    const text = await transcript(script)
    expect(text).not.toMatch(/ERROR/)
    expect(text).toMatch(/\(3\)\n$/)
  })

  test('two that have read the same and both want to change it: one ends with 40P01', async () => {
    const text = await transcript(`
a: BEGIN SER; SELECT n FROM item WHERE id = 100
b: BEGIN SER; SELECT n FROM item WHERE id = 100
a: UPDATE item SET n = 1 WHERE id = 100
b: UPDATE item SET n = 2 WHERE id = 100
a: COMMIT
b: COMMIT
c: SELECT n FROM item WHERE id = 100
`)
    expect(text.match(/40P01/g)).toHaveLength(1)
    expect(text).toMatch(/\(1\)\n$/)
  })

  test('bulk loads, cascades, upserts and TRUNCATE look at ranges too', async () => {
    const script = `
a: BEGIN SER; SELECT count(*) FROM line WHERE item BETWEEN 100 AND 200; SELECT n FROM item WHERE id = 60005
b: DELETE FROM item WHERE id = 150
c: INSERT INTO item SELECT g, 1, 0 FROM generate_series(60000, 80000) g
d: INSERT INTO item VALUES (60005, 1, 0) ON CONFLICT (id) DO UPDATE SET n = 1
e: TRUNCATE line
a: COMMIT
`
    expect(await transcript(script)).toMatchInlineSnapshot(`
      "
      a: BEGIN SER; SELECT count(*) FROM line WHERE item BETWEEN 100 AND 200; SELECT n FROM item WHERE id = 60005
         BEGIN; (11); no rows
      b: DELETE FROM item WHERE id = 150
         ...
      c: INSERT INTO item SELECT g, 1, 0 FROM generate_series(60000, 80000) g
         ...
      d: INSERT INTO item VALUES (60005, 1, 0) ON CONFLICT (id) DO UPDATE SET n = 1
         ...
      e: TRUNCATE line
         ...
      a: COMMIT
         COMMIT
         b went on: DELETE 1
         c went on: INSERT 20001
         d went on: INSERT 1
         e went on: TRUNCATE
      "
    `)
  })

  test('ON CONFLICT DO NOTHING has read that the key is there', async () => {
    const script = `
a: BEGIN SER; INSERT INTO item VALUES (100, 1, 1) ON CONFLICT DO NOTHING
b: DELETE FROM item WHERE id = 100
a: COMMIT
`
    expect(await transcript(script)).toMatchInlineSnapshot(`
      "
      a: BEGIN SER; INSERT INTO item VALUES (100, 1, 1) ON CONFLICT DO NOTHING
         BEGIN; INSERT 0
      b: DELETE FROM item WHERE id = 100
         ...
      a: COMMIT
         COMMIT
         b went on: DELETE 1
      "
    `)
  })

  test('many probes become a lock of the whole index', async () => {
    const script = `
a: BEGIN SER; SELECT count(*) FROM (SELECT g * 50 AS k FROM generate_series(1, 100) g) s JOIN LATERAL (SELECT n FROM item WHERE id = s.k OFFSET 0) i ON true
b: SELECT count(*) < 70 FROM pg_locks WHERE locktype = 'page'
b: UPDATE item SET n = 1 WHERE id = 500
c: INSERT INTO item VALUES (49999, 1, 1)
a: COMMIT
`
    expect(await transcript(script)).toMatchInlineSnapshot(`
      "
      a: BEGIN SER; SELECT count(*) FROM (SELECT g * 50 AS k FROM generate_series(1, 100) g) s JOIN LATERAL (SELECT n FROM item WHERE id = s.k OFFSET 0) i ON true
         BEGIN; (100)
      b: SELECT count(*) < 70 FROM pg_locks WHERE locktype = 'page'
         (true)
      b: UPDATE item SET n = 1 WHERE id = 500
         ...
      c: INSERT INTO item VALUES (49999, 1, 1)
         ...
      a: COMMIT
         COMMIT
         b went on: UPDATE 1
         c went on: INSERT 1
      "
    `)
  })

  test('ranges stay when a savepoint is rolled back, for what was read is known', async () => {
    const script = `
a: BEGIN SER; SAVEPOINT s; SELECT n FROM item WHERE id = 100
a: ROLLBACK TO s
b: UPDATE item SET n = 1 WHERE id = 100
a: COMMIT
`
    expect(await transcript(script)).toMatchInlineSnapshot(`
      "
      a: BEGIN SER; SAVEPOINT s; SELECT n FROM item WHERE id = 100
         BEGIN; SAVEPOINT; (0)
      a: ROLLBACK TO s
         ROLLBACK
      b: UPDATE item SET n = 1 WHERE id = 100
         ...
      a: COMMIT
         COMMIT
         b went on: UPDATE 1
      "
    `)
  })

  test('lock_timeout ends a wait for a range', async () => {
    const script = `
a: BEGIN SER; SELECT n FROM item WHERE id = 100
b: SET application_name = 'impatient'; SET lock_timeout = '300ms'
b: UPDATE item SET n = 1 WHERE id = 100
c: UNTIL SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = 'impatient' AND state = 'active'
b: UPDATE item SET n = 1 WHERE id = 110
a: COMMIT
`
    expect(await transcript(script)).toMatchInlineSnapshot(`
      "
      a: BEGIN SER; SELECT n FROM item WHERE id = 100
         BEGIN; (0)
      b: SET application_name = 'impatient'; SET lock_timeout = '300ms'
         SET; SET
      b: UPDATE item SET n = 1 WHERE id = 100
         ...
      c: UNTIL SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = 'impatient' AND state = 'active'
         (true)
         b went on: ERROR 55P03 canceling statement due to lock timeout
      b: UPDATE item SET n = 1 WHERE id = 110
         UPDATE 1
      a: COMMIT
         COMMIT
      "
    `)
  })
})
