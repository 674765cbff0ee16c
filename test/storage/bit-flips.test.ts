/** No flipped bit in LevelDB's own files goes unnoticed. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LevelStore } from '../../src/storage/kv/level-store.ts'
import { DirectorySegmentStore } from '../../src/storage/segments/segment-store.ts'
import { openEngineOver, SqlSession } from './support/sql.ts'

const directory = mkdtempSync(join(tmpdir(), 'tesseradb-flips-'))
const records = join(directory, 'records')
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const open = async () => {
  const log = await LevelStore.open(records)
  return { log, segments: await DirectorySegmentStore.open(join(directory, 'segments')) }
}

const QUERY = 'SELECT * FROM t'
let expected: unknown
let original = new Map<string, Buffer>()

beforeAll(async () => {
  const engine = await openEngineOver(await open())
  const session = await SqlSession.open(engine)
  await session.query(
    "CREATE TABLE t (i int, t text); INSERT INTO t SELECT i, 'text ' || i * 7919 FROM generate_series(1, 300) i",
  )
  await engine.shutdown('fast')
  // LevelDB sorts its log into a table when it is opened.
  const again = await openEngineOver(await open())
  const later = await SqlSession.open(again)
  for (let i = 0; i < 20; i++) await later.query(`INSERT INTO t VALUES (${i}, repeat('logged ', 300))`)
  expected = await later.query(QUERY)
  await again.shutdown('fast')
  original = new Map(readdirSync(records).map((name) => [name, readFileSync(join(records, name))]))
})

/** What a start over the directory with one changed byte comes to. */
const outcome = async (name: string, at: number): Promise<'refused' | 'reported' | 'harmless'> => {
  for (const file of readdirSync(records)) rmSync(join(records, file))
  for (const [file, content] of original) writeFileSync(join(records, file), content)
  const bytes = original.get(name) as Buffer
  writeFileSync(join(records, name), bytes.with(at, (bytes[at] as number) ^ 0x10))
  const parts = await open().catch((error: { code: string }) => {
    expect(error.code).toBe('XX001')
    return null
  })
  if (parts === null) return 'refused'
  const engine = await openEngineOver(parts)
  try {
    const session = await SqlSession.open(engine)
    if ((await session.query('SELECT * FROM tesseradb_check()')).length > 0) return 'reported'
    expect(await session.query(QUERY), `${name} at ${at}`).toEqual(expected)
    return 'harmless'
  } finally {
    await engine.shutdown('fast')
  }
}

test.each(['ldb', 'log', 'MANIFEST'])(
  '%s',
  async (kind) => {
    const name = [...original.keys()].find((file) => file.includes(kind)) as string
    const { length } = original.get(name) as Buffer
    const outcomes: string[] = []
    // The last record of a log looks like one that was being written when the power went.
    const end = kind === 'ldb' ? length : Math.floor(length * 0.7)
    for (let at = 0; at < end; at += Math.ceil(end / 25)) outcomes.push(await outcome(name, at))
    expect(outcomes.filter((what) => what === 'refused').length).toBeGreaterThan(15)
  },
  30_000,
)
