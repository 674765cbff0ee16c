/** Rows come back from disk as they were written, or an error says why not. */
import { mkdtempSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { SpillArea } from '../../../src/exec/spill/spill-area.ts'
import { SpillSet, type SpillReader } from '../../../src/exec/spill/spill-set.ts'
import { systemDisk, type TemporaryDisk } from '../../../src/exec/spill/temporary-disk.ts'
import { SqlArray } from '../../../src/types/array.ts'
import { typeByName } from '../../../src/types/index.ts'
import { Numeric } from '../../../src/types/numeric/numeric.ts'
import { SqlRecord } from '../../../src/types/record.ts'
import type { Datum, SqlType } from '../../../src/types/sql-type.ts'
import { Batch } from '../../../src/vector/batch.ts'
import { type AnyVector, ConstantVector, DictionaryVector, vectorOf } from '../../../src/vector/vector.ts'
import { Wait } from '../../../src/vector/wait.ts'
import { FORMAT } from '../../optimize/support.ts'

const directory = mkdtempSync(join(tmpdir(), 'tesseradb-rows-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const areaWith = (disk: TemporaryDisk = systemDisk, log: (line: string) => void = () => {}): SpillArea =>
  new SpillArea({ directory, log, disk })
const session = (area: SpillArea, limit = -1, logFrom = -1) => area.session(() => ({ limit, logFrom }))
const type = (name: string): SqlType => typeByName(name) as SqlType

const readAll = async (reader: SpillReader): Promise<Datum[][]> => {
  const rows: Datum[][] = []
  for (;;) {
    const pulled = reader.next()
    if (pulled === null) return rows
    if (pulled instanceof Wait) await pulled.promise
    else for (let k = 0; k < pulled.count; k++) rows.push(pulled.row(k))
  }
}

/** Text forms by type, enough for every way that a column is stored. */
const VALUES: readonly (readonly [type: string, values: readonly (string | null)[]])[] = [
  ['int4', ['1', null, '-2147483648', '2147483647']],
  ['int8', ['1', null, '9007199254740993', '-5']],
  ['int8', ['1', '2', '9007199254740991', '-5']],
  ['float8', ['1.5', '-0', 'NaN', 'Infinity', null]],
  ['bool', ['t', 'f', null]],
  ['numeric', ['1.50', '2.25', null, '-3.00']],
  ['numeric', ['1.50', '2.2', 'NaN', '123456789012345678901234567890.5', null]],
  ['text', ['', 'plain', 'äöü€', '😀 two words', null]],
  ['bpchar', ['a  ', null]],
  ['bytea', ['\\x00ff', '\\x', null]],
  ['date', ['2001-02-03', 'infinity', null]],
  ['timestamptz', ['2001-02-03 04:05:06+00', '-infinity', null]],
  ['timetz', ['04:05:06+02', null]],
  ['interval', ['1 mon -2 days 03:04:05.6', null]],
  ['uuid', ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', null]],
  ['jsonb', ['{"a": [1, 2.50, null]}', '"x"', null]],
  ['_text', ['{a,NULL,"b c"}', '{}', null]],
  ['_numeric', ['[2:3]={1.5,2}', '{{1,2},{3,4}}', null]],
]

const format = (row: Datum): string =>
  JSON.stringify(row, (_key, value) =>
    typeof value === 'bigint'
      ? `${value}n`
      : Object.is(value, -0)
        ? '-0'
        : Number.isNaN(value) || value === Infinity || value === -Infinity
          ? String(value)
          : value,
  )

describe('what is written', () => {
  const roundTrip = async (types: readonly SqlType[], batches: readonly Batch[]): Promise<Datum[][]> => {
    const area = areaWith()
    const set = new SpillSet(session(area), types, 8192)
    const streams = [set.stream(), set.stream()]
    for (const batch of batches) for (const stream of streams) stream.add(batch)
    for (const stream of streams) stream.finish()
    const rows = await readAll((streams[0] as (typeof streams)[0]).reader())
    expect((await readAll((streams[1] as (typeof streams)[0]).reader())).map(format)).toEqual(rows.map(format))
    set.close()
    expect(area.open).toBe(0)
    return rows
  }

  test.each(VALUES)('%s', async (name, texts) => {
    const values = texts.map((text) => (text === null ? null : type(name).parse(text, -1, FORMAT)))
    const many = Array.from({ length: 3000 }, (_, i) => values[i % values.length])
    const rows = await roundTrip([type(name)], [new Batch([vectorOf(type(name), many)], many.length)])
    expect(rows.map(([value]) => format(value))).toEqual(many.map(format))
  })

  test('rows within rows', async () => {
    const inner = new SqlRecord([type('text'), type('int4')], ['x', null], ['a', 'b'])
    const record = new SqlRecord([type('numeric'), type('record')], [Numeric.of(15, 1), inner])
    const values = [record, null, inner, new SqlRecord([], [])]
    const arrays = [SqlArray.of([inner, null]), null, SqlArray.empty, SqlArray.of([record])]
    const rows = await roundTrip(
      [type('record'), type('_record')],
      [new Batch([vectorOf(type('record'), values), vectorOf(type('_record'), arrays)], 4)],
    )
    expect(rows[0]?.[0]).toEqual(record)
    expect(rows.map(([value]) => value?.names)).toEqual(values.map((value) => value?.names))
    expect(rows.map(([, value]) => value)).toEqual(arrays)
  })

  test('dictionaries of several sources, constants, selections, no columns', async () => {
    const texts = (entries: string[], codes: number[]): AnyVector =>
      new DictionaryVector(Int32Array.from(codes), entries)
    const large = Array.from({ length: 9000 }, (_, i) => `entry ${i}`)
    const batches = [
      new Batch([texts(['a', 'b'], [0, 1, -1]), new ConstantVector(null, 3)], 3),
      new Batch([texts(['b', 'c'], [0, 1, 1]), new ConstantVector('k', 3)], 3, Int32Array.from([2, 0])),
      new Batch([texts(large, [...large.keys()]), new ConstantVector('k', 9000)], 9000),
    ]
    const rows = await roundTrip([type('text'), type('text')], batches)
    expect(rows.slice(0, 5)).toEqual([
      ['a', null],
      ['b', null],
      [null, null],
      ['c', 'k'],
      ['b', 'k'],
    ])
    expect(rows.slice(5).map(([text]) => text)).toEqual(large)
    expect(await roundTrip([], [new Batch([], 5000)])).toHaveLength(5000)
  })
})

describe('trouble', () => {
  const numbers = (count: number): Batch =>
    new Batch(
      [
        vectorOf(
          type('int8'),
          Array.from({ length: count }, (_, i) => i * 3),
        ),
      ],
      count,
    )

  /** Writes until it fails; answers the error. */
  const failure = async (area: SpillArea, limit = -1): Promise<unknown> => {
    const set = new SpillSet(session(area, limit), [type('int8')], 8192)
    const stream = set.stream()
    try {
      for (let i = 0; i < 400; i++) {
        stream.add(numbers(4096))
        const wait = set.held()
        if (wait !== null) await wait.promise
      }
      stream.finish()
      await readAll(stream.reader())
      return null
    } catch (error) {
      return error
    } finally {
      set.close()
    }
  }

  /** The system's disk, with one call changed. */
  const changed = (change: (handle: ReturnType<TemporaryDisk['create']>) => Partial<typeof handle>): TemporaryDisk => ({
    create: (path) => {
      const handle = systemDisk.create(path)
      const own = {
        write: handle.write.bind(handle),
        read: handle.read.bind(handle),
        readNow: handle.readNow.bind(handle),
        close: handle.close.bind(handle),
      }
      return { ...own, ...change(own) }
    },
  })

  test('a full disk', async () => {
    let room = 3_000_000
    const full = changed((handle) => ({
      write: (chunks, position) => {
        room -= chunks.reduce((bytes, chunk) => bytes + chunk.length, 0)
        if (room < 0)
          return Promise.reject(Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }))
        return handle.write(chunks, position)
      },
    }))
    const area = areaWith(full)
    expect(await failure(area)).toMatchObject({
      code: '53100',
      message: expect.stringMatching(/No space left on device$/),
    })
    expect(area.open).toBe(0)
  })

  test('a short read, and bytes that changed', async () => {
    const short = changed((handle) => ({ read: async (target, at) => (await handle.read(target, at)) - 1 }))
    expect(await failure(areaWith(short))).toMatchObject({ code: 'XX001' })
    const flipped = changed((handle) => ({
      read: async (target, at) => {
        const count = await handle.read(target, at)
        target[100] = (target[100] as number) ^ 1
        return count
      },
    }))
    expect(await failure(areaWith(flipped))).toMatchObject({ code: 'XX001' })
  })

  test('temp_file_limit', async () => {
    const area = areaWith()
    expect(await failure(area, 1000)).toMatchObject({
      code: '53400',
      message: 'temporary file size exceeds temp_file_limit (1000kB)',
    })
    expect(await failure(area)).toBe(null)
    expect(area.open).toBe(0)
  })

  test('files are counted and logged, leave no name, and those of a former server go', async () => {
    mkdirSync(directory, { recursive: true })
    writeFileSync(join(directory, 'temporary.1.0'), 'left over')
    const lines: string[] = []
    const area = areaWith(systemDisk, (line) => lines.push(line))
    expect(readdirSync(directory)).toEqual([])
    const set = new SpillSet(session(area, -1, 0), [type('int8')], 8192)
    const stream = set.stream()
    stream.add(numbers(4096))
    stream.finish()
    expect(readdirSync(directory)).toEqual([])
    await readAll(stream.reader())
    const { size } = set.file
    set.close()
    set.close()
    expect(lines).toEqual([expect.stringMatching(new RegExp(`^temporary file: path ".*", size ${size}$`))])
    expect([area.files, area.bytes, area.open]).toEqual([1, size, 0])
  })
})
