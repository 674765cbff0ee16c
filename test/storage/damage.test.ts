/** Damaged files and records are reported by name; whatever does not need them can still be read. */
import { expect, test } from 'vitest'
import { WriteBatch } from '../../src/storage/kv/key-value-store.ts'
import { rowKey, segmentKey, sequenceKey, textKey } from '../../src/storage/kv/keys.ts'
import { MemoryStore } from '../../src/storage/kv/memory-store.ts'
import { MemorySegmentStore } from '../../src/storage/segments/segment-store.ts'
import { failure } from './support/fixture.ts'
import { openEngineOver, SqlSession } from './support/sql.ts'

/** Three tables: merged, merged with an index, and never merged; a sequence. */
const SCRIPT = `CREATE TABLE merged (i int, t text); CREATE TABLE keyed (i int PRIMARY KEY); CREATE TABLE fresh (i int);
  CREATE SEQUENCE numbers; INSERT INTO merged SELECT i, 'row ' || i FROM generate_series(1, 5000) i;
  INSERT INTO keyed SELECT i FROM generate_series(1, 5000) i; SELECT nextval('numbers')`

const prepare = async () => {
  const disk = { log: new MemoryStore(), segments: new MemorySegmentStore() }
  const engine = await openEngineOver(disk)
  const session = await SqlSession.open(engine)
  await session.query(SCRIPT)
  await session.query('VACUUM')
  await session.query('INSERT INTO fresh VALUES (1), (2), (3)')
  await session.query('INSERT INTO merged VALUES (5001), (5002)')
  const ids = new Map(
    (await session.query("SELECT relname, relfilenode FROM pg_class WHERE relkind IN ('r', 'S') AND oid >= 16384")).map(
      ([name, id]) => [name as string, Number(id)],
    ),
  )
  await engine.shutdown('fast')
  const fileOf = (table: string): string =>
    [...disk.segments.files.keys()].find((name) => name.startsWith(`${ids.get(table)}-0-`)) as string
  const reopen = async () => {
    const log: string[] = []
    const session = await SqlSession.open(await openEngineOver(disk, (message) => log.push(message)))
    const findings = async () =>
      (await session.query('SELECT * FROM tesseradb_check()')).map((finding) => finding.slice(0, 3).join(' ').trim())
    return { session, log, findings, query: (sql: string) => session.query(sql) }
  }
  const overwrite = (key: Uint8Array, value: Uint8Array): Promise<void> => {
    const batch = new WriteBatch()
    batch.put(key, value)
    return disk.log.write(batch, true)
  }
  return { disk, ids, fileOf, reopen, overwrite }
}

type Prepared = Awaited<ReturnType<typeof prepare>>

/** What every damaged storage still does. */
const expectRestReadable = async ({ query }: Awaited<ReturnType<Prepared['reopen']>>): Promise<void> => {
  expect(await query('SELECT count(*), sum(i) FROM keyed')).toEqual([['5000', '12502500']])
  await query('INSERT INTO keyed VALUES (5001)')
}

test.each([
  ['a flipped bit', (bytes: Uint8Array) => bytes.with(bytes.length / 2, (bytes[bytes.length / 2] as number) ^ 1)],
  ['a file cut short', (bytes: Uint8Array) => bytes.slice(0, 1000)],
  ['a missing file', () => null],
])('%s', async (_name, damage) => {
  const prepared = await prepare()
  const { files } = prepared.disk.segments
  const name = prepared.fileOf('merged')
  const damaged = damage(files.get(name) as Uint8Array)
  if (damaged === null) files.delete(name)
  else files.set(name, damaged)
  const opened = await prepared.reopen()
  await expectRestReadable(opened)
  expect(await failure(opened.query('SELECT i, t FROM merged'))).toBe(`XX001 invalid data in segment file "${name}"`)
  expect(await opened.findings()).toEqual([`error public.merged ${name}`, 'warning public.merged'])
  // Nothing is merged away or overwritten.
  expect(await failure(opened.query('VACUUM merged'))).toMatch(/^(XX001|no error)/)
  expect(await opened.findings()).toContain(`error public.merged ${name}`)
})

test('a file of index entries', async () => {
  const prepared = await prepare()
  const { files } = prepared.disk.segments
  const name = [...files.keys()].find((file) => file.endsWith('.run')) as string
  const bytes = files.get(name) as Uint8Array
  files.set(name, bytes.with(100, (bytes[100] as number) ^ 1))
  const { query, findings } = await prepared.reopen()
  expect(await query('SELECT count(*) FROM merged')).toEqual([['5002']])
  expect(await failure(query('SELECT i FROM keyed WHERE i = 5'))).toBe(`XX002 invalid data in index file "${name}"`)
  expect(await findings()).toEqual([`error public.keyed_pkey ${name}`])
  files.set(name, bytes)
  expect(await findings()).toEqual([])
  // What was read before the damage happened does not hide it.
  files.delete(name)
  expect(await findings()).toEqual([`error public.keyed_pkey ${name}`])
})

test('a manifest', async () => {
  const prepared = await prepare()
  const id = prepared.ids.get('merged') as number
  const files = new Set(prepared.disk.segments.files.keys())
  await prepared.overwrite(textKey(segmentKey(id, 0)), Buffer.from('{"file":'))
  const opened = await prepared.reopen()
  await expectRestReadable(opened)
  const message = `could not read manifest of segment 0 of table storage ${id}`
  expect(opened.log.join()).toContain(message)
  expect(await failure(opened.query('SELECT * FROM merged'))).toBe(`XX001 ${message}`)
  expect(await opened.findings()).toEqual(['error public.merged records', 'warning public.merged'])
  // Nothing says whose file it is, so no file is removed.
  expect([...files].every((name) => prepared.disk.segments.files.has(name))).toBe(true)
})

test('a row', async () => {
  const prepared = await prepare()
  const id = prepared.ids.get('fresh') as number
  await prepared.overwrite(rowKey(id, 1), Buffer.from([9, 200]))
  const opened = await prepared.reopen()
  await expectRestReadable(opened)
  expect(await failure(opened.query('SELECT * FROM fresh'))).toBe(`XX001 could not read row 1 of table storage ${id}`)
  expect(await opened.findings()).toEqual(['error public.fresh records', 'warning public.fresh'])
  await opened.query('TRUNCATE fresh; INSERT INTO fresh VALUES (4)')
  expect(await opened.query('SELECT * FROM fresh')).toEqual([['4']])
})

test('a sequence', async () => {
  const prepared = await prepare()
  const id = prepared.ids.get('numbers') as number
  await prepared.overwrite(textKey(sequenceKey(id)), Buffer.from([7]))
  const opened = await prepared.reopen()
  await expectRestReadable(opened)
  expect(await failure(opened.query("SELECT nextval('numbers')"))).toBe(
    `XX001 could not read the state of sequence ${id}`,
  )
  expect(await opened.findings()).toEqual(['error public.numbers records'])
  await opened.query('ALTER SEQUENCE numbers RESTART WITH 50')
  expect(await opened.query("SELECT nextval('numbers')")).toEqual([['50']])
})

test('a catalog record', async () => {
  const prepared = await prepare()
  const records: string[] = []
  for await (const chunk of prepared.disk.log.range(textKey('mcatalog/'), textKey('mcatalog0'))) {
    for (const [key, value] of chunk) {
      const text = Buffer.from(value ?? '').toString()
      if (text.includes('"name":"fresh"') && text.includes('"relation","kind"'))
        records.push(Buffer.from(key).toString())
      else if (text.includes('"class":"relation"') && text.includes('"name":"fresh"'))
        records.push(Buffer.from(key).toString())
    }
  }
  expect(records.length).toBe(1)
  await prepared.overwrite(textKey(records[0] as string), Buffer.from('{"class":'))
  const before = new Set(prepared.disk.segments.files.keys())
  const opened = await prepared.reopen()
  await expectRestReadable(opened)
  expect(opened.log.join()).toContain(`could not read catalog record "${(records[0] as string).slice(1)}"`)
  expect((await opened.findings()).filter((finding) => finding === 'error  records').length).toBeLessThanOrEqual(1)
  expect((await opened.query('SELECT message FROM tesseradb_check()')).join()).toContain(
    'could not read catalog record',
  )
  expect([...before].every((name) => prepared.disk.segments.files.has(name))).toBe(true)
  // Its id is not given out again.
  await opened.query('CREATE TABLE fresh (i int)')
  const [id] = await opened.query("SELECT oid, relfilenode FROM pg_class WHERE relname = 'fresh'")
  expect(Number(id?.[0])).toBeGreaterThan(prepared.ids.get('numbers') as number)
})
