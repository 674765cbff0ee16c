/** Segment files: round trips of every type, damage, and what other Arrow tools read. */
import * as arrow from 'apache-arrow'
import { describe, expect, test } from 'vitest'
import { PageCache } from '../../../src/storage/segments/page-cache.ts'
import type { Segment } from '../../../src/storage/segments/segment.ts'
import { decodeManifest, encodeManifest, FileSegment } from '../../../src/storage/segments/segment-file.ts'
import { SegmentFiles } from '../../../src/storage/segments/segment-files.ts'
import { MemorySegmentStore } from '../../../src/storage/segments/segment-store.ts'
import { parseNumeric } from '../../../src/types/numeric/convert.ts'
import { typeByName } from '../../../src/types/index.ts'
import type { Datum, SqlType } from '../../../src/types/sql-type.ts'
import { ColumnBuilder } from '../../../src/storage/segments/column-builder.ts'
import { columnsOf, failure } from '../support/fixture.ts'
import { SAMPLES } from '../support/samples.ts'

const type = (name: string): SqlType => typeByName(name) as SqlType

/** Writes columns as a segment file and opens the file anew. */
const writeSegment = async (
  columns: readonly (readonly [string, readonly Datum[]])[],
  absent: Uint8Array | null = null,
  budget = 1e9,
) => {
  const store = new MemorySegmentStore()
  const cache = new PageCache(budget)
  const files = new SegmentFiles(store, cache, null)
  const descriptors = columnsOf(...columns.map(([name]) => type(name)))
  const vectors = columns.map(([name, values]) => {
    const builder = new ColumnBuilder(type(name), values.length)
    for (const [row, value] of values.entries()) builder.set(row, value)
    return builder.finish(values.length)
  })
  const length = columns[0]?.[1].length ?? 0
  const created = await files.create({ storageId: 1, logged: true }, 0, vectors, absent, length, descriptors, true)
  const { manifest } = created as FileSegment
  files.release(created)
  const reopened = decodeManifest(encodeManifest(manifest), 'a test')
  return {
    store,
    cache,
    manifest,
    segment: files.open(reopened, descriptors),
    open: () => files.open(reopened, descriptors),
  }
}

const column = (segment: Segment, index: number): Datum[] =>
  Array.from({ length: segment.length }, (_, i) => segment.cell(index, i))

describe('round trips', () => {
  test.each(SAMPLES)('%s', async (name, values) => {
    const { segment } = await writeSegment([[name, values]])
    expect(column(segment, 0)).toEqual(values)
  })

  test.each(SAMPLES)('%s, a cell at a time while memory is short', async (name, values) => {
    const other = Array.from({ length: values.length }, (_, i) => i)
    const { segment, cache } = await writeSegment(
      [
        [name, values],
        ['int8', other],
      ],
      null,
      1,
    )
    // The bytes are verified by the first look; another column takes the place of what was read.
    segment.cell(0, 0)
    segment.column(1)
    const { bytes } = cache
    expect(column(segment, 0)).toEqual(values)
    expect(cache.bytes).toBe(bytes)
  })

  test('65,536 rows in several columns', async () => {
    const rows = Array.from({ length: 65_536 }, (_, i) => i)
    const { segment, manifest } = await writeSegment([
      ['int4', rows],
      ['int8', rows.map((i) => (i % 5 === 0 ? null : i * 2 ** 30 - 2 ** 45))],
      ['text', rows.map((i) => (i % 3 === 0 ? null : `word ${i % 50}`))],
      ['text', rows.map((i) => `every one different ${i}`)],
      ['bool', rows.map((i) => i % 7 === 0)],
      ['text', rows.map((i) => (i % 3 === 0 ? null : `word ${i % 500}`))],
    ])
    const encodings = ['int32', 'int64', 'dictionary8', 'text', 'bool', 'dictionary16']
    expect(manifest.columns.map((c) => c.encoding)).toEqual(encodings)
    for (const i of [0, 1, 5, 6, 49, 50, 32_768, 65_534, 65_535]) {
      expect([0, 1, 2, 3, 4, 5].map((c) => segment.cell(c, i))).toEqual([
        i,
        i % 5 === 0 ? null : i * 2 ** 30 - 2 ** 45,
        i % 3 === 0 ? null : `word ${i % 50}`,
        `every one different ${i}`,
        i % 7 === 0,
        i % 3 === 0 ? null : `word ${i % 500}`,
      ])
    }
  })

  test.each([
    ['decimal32', '9999999.99'],
    ['decimal64', '10000000.00'],
    ['decimal', '0.00000000000000000001'],
  ])('numerics are %s where they fit', async (encoding, text) => {
    const value = parseNumeric(text)
    const { manifest } = await writeSegment([['numeric', [value, null]]])
    expect(manifest.columns[0]).toMatchObject({ encoding, scale: value.scale })
  })

  test('absent rows and zone maps without them', async () => {
    const absent = Uint8Array.from([0, 1, 0, 0])
    const { segment } = await writeSegment(
      [
        ['int4', [5, null, 3, null]],
        ['text', ['b', null, 'a', 'c']],
      ],
      absent,
    )
    expect(segment.absent()).toEqual(absent)
    expect(segment.liveRows).toBe(3)
    expect(segment.zone(0)).toMatchObject({ min: 3, max: 5, nulls: 1 })
    expect(segment.zone(1)).toMatchObject({ min: 'a', max: 'c', nulls: 0 })
  })
})

test('other Arrow tools read the files', async () => {
  const { store, manifest } = await writeSegment([
    ['int4', [1, null]],
    ['int8', [-(2 ** 40), 3]],
    ['numeric', SAMPLES.find(([name]) => name === 'numeric')?.[1].slice(0, 2) as Datum[]],
    ['date', [0, 1]],
    ['timestamptz', [0, null]],
    ['text', ['x', 'x']],
    ['bool', [true, false]],
    ['text', ['y', 'z']],
  ])
  const table = arrow.tableFromIPC(store.files.get(manifest.file) as Uint8Array)
  expect(table.schema.fields.map(({ type: t }) => t.toString())).toEqual([
    'Int32',
    'Int64',
    'Decimal[9e+2]',
    'Date32<DAY>',
    'Timestamp<MICROSECOND, UTC>',
    'Dictionary<Uint8, Utf8>',
    'Bool',
    'Dictionary<Uint8, Utf8>',
  ])
  expect(table.schema.fields[2]?.metadata.get('tesseradb.type')).toBe('numeric')
  const row = table.get(0)?.toJSON() as Record<string, unknown>
  expect([row['c1'], row['c2'], String(row['c3']), row['c5'], row['c6'], row['c7'], row['c8']]).toEqual([
    1,
    -(2n ** 40n),
    '1250',
    946_684_800_000,
    'x',
    true,
    'y',
  ])
})

describe('damage', () => {
  test('a flipped bit is found in its column; others stay readable', async () => {
    const { store, manifest, open } = await writeSegment([
      ['int4', [1, 2, 3]],
      ['text', ['a', 'b', 'c']],
    ])
    const [offset] = (manifest.columns[0] as (typeof manifest.columns)[0]).buffers.values as [number, number]
    const file = store.files.get(manifest.file) as Uint8Array
    file[offset] = (file[offset] as number) ^ 4
    const segment = open()
    expect(await failure(() => segment.cell(0, 0))).toBe(`XX001 invalid data in segment file "${manifest.file}"`)
    expect(column(segment, 1)).toEqual(['a', 'b', 'c'])
  })

  test('a truncated or missing file is named', async () => {
    const { store, manifest, open } = await writeSegment([['text', ['a', 'b', 'c']]])
    const file = store.files.get(manifest.file) as Uint8Array
    store.files.set(manifest.file, file.slice(0, 100))
    expect(await failure(() => open().cell(0, 0))).toMatch(manifest.file)
    store.files.delete(manifest.file)
    expect(await failure(() => open().cell(0, 0))).toMatch(manifest.file)
  })
})

test('columns beyond the budget are evicted and read again', async () => {
  const rows = Array.from({ length: 1000 }, (_, i) => i)
  const { segment, cache, store } = await writeSegment(
    [
      ['int4', rows],
      ['int4', rows],
      ['int4', rows],
    ],
    null,
    11_000,
  )
  let reads = 0
  const read = store.read.bind(store)
  store.read = (...args) => {
    reads++
    return read(...args)
  }
  for (let round = 0; round < 3; round++) for (const c of [0, 1, 2]) expect(segment.cell(c, 999)).toBe(999)
  expect(cache.bytes).toBeLessThanOrEqual(11_000)
  expect(reads).toBeGreaterThan(3)
})
