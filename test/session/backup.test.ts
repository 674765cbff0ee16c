/** A backup of a server under steady writers is one moment of it; what is incomplete or damaged is told from it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ServerSettings } from '../../src/config/server-settings.ts'
import { checkDirectory } from '../../src/session/check/check-directory.ts'
import { openEngine, type TesseraEngine } from '../../src/session/engine.ts'
import { restoreBackup } from '../../src/storage/backup/restore-backup.ts'
import { failure } from '../storage/support/fixture.ts'
import { SqlSession } from '../storage/support/sql.ts'

let directory = ''
const inside = (name: string): string => join(directory, name)
const engines: TesseraEngine[] = []

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tesseradb-backup-'))
})
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.shutdown('fast')
  rmSync(directory, { recursive: true, force: true })
})

const open = async (dataDirectory: string | null): Promise<TesseraEngine> => {
  const engine = await openEngine({
    dataDirectory,
    settings: new ServerSettings(),
    logger: pino({ level: 'silent' }),
  })
  engines.push(engine)
  return engine
}

const backup = async (engine: TesseraEngine, target: string) =>
  (await SqlSession.open(engine)).query(`SELECT tesseradb_backup('${target}')`)

test('of a server under writers', async () => {
  const engine = await open(inside('data'))
  const admin = await SqlSession.open(engine)
  await admin.query(`CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL);
    INSERT INTO account SELECT i, 100 FROM generate_series(1, 20) i;
    CREATE TABLE ledger (id serial PRIMARY KEY, source int, target int, amount int); CREATE INDEX ON ledger (source);
    CREATE TABLE large (i int PRIMARY KEY, t text); INSERT INTO large SELECT i, 'text ' || i FROM generate_series(1, 30000) i`)
  await admin.query('VACUUM')
  let isOver = false
  const counts = [0, 0, 0]
  const writer = async (id: number): Promise<void> => {
    const session = await SqlSession.open(engine)
    while (!isOver) {
      const source = (counts[id] as number) * 3 + id
      const [a, b] = [(source % 20) + 1, ((source + 7) % 20) + 1].sort((x, y) => x - y)
      await session.query(`BEGIN; UPDATE account SET balance = balance - 1 WHERE id = ${a};
        UPDATE account SET balance = balance + 1 WHERE id = ${b};
        INSERT INTO ledger (source, target, amount) VALUES (${a}, ${b}, 1); COMMIT`)
      counts[id] = (counts[id] as number) + 1
    }
  }
  const churn = async (): Promise<void> => {
    const session = await SqlSession.open(engine)
    for (let n = 0; !isOver; n++) {
      await session.query(`DROP TABLE IF EXISTS passing; CREATE TABLE passing (i int PRIMARY KEY);
        INSERT INTO passing SELECT i FROM generate_series(1, 200) i; UPDATE large SET t = 'new ${n}' WHERE i % 50 = ${n % 50}`)
      await session.query('VACUUM')
    }
  }
  const work = [writer(0), writer(1), writer(2), churn()]
  while (counts.some((n) => n < 3)) await new Promise((resolve) => setImmediate(resolve))
  const before = counts.reduce((a, b) => a + b)
  await backup(engine, inside('backup'))
  const after = counts.reduce((a, b) => a + b)
  isOver = true
  await Promise.all(work)
  // Nobody had to wait.
  expect(after).toBeGreaterThan(before)
  await restoreBackup(inside('backup'), inside('restored'))
  const restored = await SqlSession.open(await open(inside('restored')))
  const [[transfers, sum] = []] = await restored.query(
    'SELECT (SELECT count(*) FROM ledger), sum(balance) FROM account',
  )
  expect(sum).toBe('2000')
  expect(Number(transfers)).toBeGreaterThanOrEqual(before)
  expect(Number(transfers)).toBeLessThanOrEqual(after + 3)
  expect(
    await restored.query(`SELECT id FROM account WHERE balance <> 100
      + (SELECT count(*) FROM ledger WHERE target = account.id) - (SELECT count(*) FROM ledger WHERE source = account.id)`),
  ).toEqual([])
  expect(await restored.query('SELECT * FROM tesseradb_check()')).toEqual([])
  await restored.query(
    "INSERT INTO ledger (source, target, amount) VALUES (1, 2, 1); INSERT INTO large VALUES (0, 'x')",
  )
})

test('files that are not needed any more go when the backup is over', async () => {
  const engine = await open(inside('data'))
  const session = await SqlSession.open(engine)
  await session.query('CREATE TABLE t (i int); INSERT INTO t SELECT i FROM generate_series(1, 5000) i')
  await session.query('VACUUM')
  const release = await engine.parts.storage.holdFiles()
  await session.query('DROP TABLE t')
  await engine.parts.storage.log?.settle()
  const segments = inside('data/base/segments')
  expect(readdirSync(segments).length).toBe(1)
  release()
  while (readdirSync(segments).length > 0) await new Promise((resolve) => setImmediate(resolve))
})

test('what cannot be backed up, and where it cannot go', async () => {
  expect(await failure(backup(await open(null), inside('a')))).toBe(
    '55000 a server that keeps everything in memory cannot be backed up',
  )
  const engine = await open(inside('data'))
  expect(await failure(backup(engine, inside('data')))).toBe(
    `58P02 directory "${inside('data')}" exists but is not empty`,
  )
  const session = await SqlSession.open(engine)
  await session.query('CREATE ROLE plain LOGIN')
  const plain = await SqlSession.open(engine, 'postgres', 'plain')
  expect(await failure(plain.query(`SELECT tesseradb_backup('${inside('b')}')`))).toBe(
    '42501 permission denied for function tesseradb_backup',
  )
})

test('prepared transactions are in backups with their files', async () => {
  const engine = await open(inside('data'))
  const session = await SqlSession.open(engine)
  await session.query('CREATE TABLE t (i int PRIMARY KEY); CREATE TABLE gone (i int)')
  await session.query('BEGIN; INSERT INTO t SELECT i FROM generate_series(1, 12000) i')
  await session.query("DROP TABLE gone; PREPARE TRANSACTION 'loaded'")
  await backup(engine, inside('backup'))
  await session.query("ROLLBACK PREPARED 'loaded'")
  await restoreBackup(inside('backup'), inside('restored'))
  const said: string[] = []
  expect(await checkDirectory(inside('restored'), (line) => said.push(line)), said.join()).toBe(0)
  const restored = await SqlSession.open(await open(inside('restored')))
  expect(await restored.query('SELECT count(*) FROM t')).toEqual([['0']])
  await restored.query("COMMIT PREPARED 'loaded'")
  expect(await restored.query('SELECT count(*), max(i) FROM t WHERE i > 0')).toEqual([['12000', '12000']])
  expect(await restored.query("SELECT to_regclass('gone')")).toEqual([[null]])
  expect(await restored.query('SELECT * FROM tesseradb_check()')).toEqual([])
})

test('incomplete and damaged backups are refused', async () => {
  const engine = await open(inside('data'))
  const session = await SqlSession.open(engine)
  await session.query('CREATE TABLE t (i int); INSERT INTO t SELECT i FROM generate_series(1, 5000) i')
  await session.query('VACUUM')
  const source = inside('backup')
  await backup(engine, source)
  const restored = (): Promise<string> => failure(restoreBackup(source, inside('restored')))
  const manifest = join(source, 'backup.json')
  const content = readFileSync(manifest)
  const [segment] = readdirSync(join(source, 'base', 'segments')) as [string]
  const path = join(source, 'base', 'segments', segment)
  const bytes = readFileSync(path)
  writeFileSync(path, bytes.with(50, (bytes[50] as number) ^ 4))
  expect(await restored()).toBe(`XX001 could not read "${path}"`)
  truncateSync(path, 100)
  expect(await restored()).toBe(`XX001 could not read "${path}"`)
  rmSync(path)
  expect(await restored()).toBe(`XX001 could not read "${path}"`)
  writeFileSync(path, bytes)
  writeFileSync(manifest, content.with(20, 0x41))
  expect(await restored()).toBe(`XX001 could not read "${manifest}"`)
  rmSync(manifest)
  expect(await restored()).toBe(`55000 "${source}" is not a complete backup`)
  writeFileSync(manifest, content)
  expect(await restored()).toBe('no error')
  expect(await restored()).toBe(`58P02 directory "${inside('restored')}" exists but is not empty`)
})
