/** COPY's readers: each case with what PostgreSQL 15 makes of the same bytes, whole and byte by byte. */
import { describe, expect, test } from 'vitest'
import { SqlError } from '../../../src/errors/sql-error.ts'
import { BinaryCopyReader } from '../../../src/exec/copy/binary-reader.ts'
import { columnContext } from '../../../src/exec/copy/copy-row.ts'
import { copyOptions } from '../../../src/exec/copy/options.ts'
import type { CopyOptionItem } from '../../../src/exec/copy/options.ts'
import { TextCopyReader } from '../../../src/exec/copy/text-reader.ts'

type Options = Readonly<Record<string, CopyOptionItem['value']>>

const items = (options: Options): CopyOptionItem[] => Object.entries(options).map(([name, value]) => ({ name, value }))

const chunksOf = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size))

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')

interface ReadRow {
  readonly fields: unknown[]
  readonly line: number
  readonly content?: string
}

interface Reader<Row> {
  push(chunk: Uint8Array): Row[]
  finish(): Row[]
}

/** Each chunk is overwritten once the next is read, as the wire does. */
const readAll = <Row extends ReadRow>(reader: Reader<Row>, bytes: Buffer, size: number): Row[] => {
  const memory = Buffer.alloc(size)
  const rows = chunksOf(bytes, size).flatMap((chunk) => {
    memory.fill('#')
    chunk.copy(memory)
    return reader.push(memory.subarray(0, chunk.length)).map(detached)
  })
  return [...rows, ...reader.finish()]
}

/** A row that looks at its chunk no more. */
const detached = <Row extends ReadRow>(row: Row): Row => ({
  ...row,
  fields: structuredClone(row.fields),
  line: row.line,
  content: row.content,
})

const textReader = (options: Options): TextCopyReader =>
  new TextCopyReader('t', ['a', 'b'], copyOptions(items(options), 'from'))

const CSV = { format: 'csv' }

describe('rows', () => {
  test.each<[data: string, options: Options, rows: (string | null)[][]]>([
    [
      '1\t2\r\n3\t4\r\n',
      {},
      [
        ['1', '2'],
        ['3', '4'],
      ],
    ],
    [
      '1\t2\r3\t4\r',
      {},
      [
        ['1', '2'],
        ['3', '4'],
      ],
    ],
    [
      '1\t2\\\n3\n4\t5',
      {},
      [
        ['1', '2\n3'],
        ['4', '5'],
      ],
    ],
    ['a\\tb\\x41\\101\\q\\\\\t\\N\n', {}, [['a\tbAAq\\', null]]],
    ['\\N\t\\Nx\n', {}, [[null, 'Nx']]],
    ['a\t\\.\nb\tc\n', {}, [['a', '']]],
    ['a\tb\\.\nb\tc\n', {}, [['a', 'b']]],
    ['a\tb\n\\.\nc\td\n', {}, [['a', 'b']]],
    ['\tx\n', { null: '' }, [[null, 'x']]],
    ['a|b\n', { delimiter: '|' }, [['a', 'b']]],
    ['h\tk\n1\t2\n', { header: true }, [['1', '2']]],
    [
      'a,b\r\n"c\nd",e\r\n',
      CSV,
      [
        ['a', 'b'],
        ['c\nd', 'e'],
      ],
    ],
    [
      'a,\\.\nb,c\n\\.\nx,y\n',
      CSV,
      [
        ['a', '\\.'],
        ['b', 'c'],
      ],
    ],
    ['"a""b","c,d"\n', CSV, [['a"b', 'c,d']]],
    [
      '1,ab"c,d"e\n2,""\n3,\n',
      CSV,
      [
        ['1', 'abc,de'],
        ['2', ''],
        ['3', null],
      ],
    ],
    ['"a\\"b","c\\\\d\\x"\n', { ...CSV, escape: '\\' }, [['a"b', 'c\\d\\x']]],
    ["'it''s';b\n", { ...CSV, quote: "'", delimiter: ';' }, [["it's", 'b']]],
    ['N,"N"\n', { ...CSV, null: 'N' }, [[null, 'N']]],
    ['N,"N"\n', { ...CSV, null: 'N', force_null: ['b'] }, [[null, null]]],
    ['N,"N"\n', { ...CSV, null: 'N', force_not_null: ['a'] }, [['N', 'N']]],
    ['a,b\n1,2\n', { ...CSV, header: 'match' }, [['1', '2']]],
    ['\xc3\xa9\t\xe2\x82\xac\n', {}, [['é', '€']]],
    ['"\xc3\xa9",\xe2\x82\xac\n', CSV, [['é', '€']]],
    ['a\n', {}, [['a']]],
    ['', {}, []],
  ])('%j %j', (data, options, rows) => {
    for (const size of [1, 3, 1000]) {
      expect(readAll(textReader(options), latin1(data), size).map((row) => row.fields)).toEqual(rows)
    }
  })

  test('know their line and content', () => {
    const rows = readAll(textReader(CSV), latin1('a,b\n"x\ny",c\nz\n'), 4)
    expect(rows.map(({ line, content }) => [line, content])).toEqual([
      [1, 'a,b'],
      [3, '"x\ny",c'],
      [4, 'z'],
    ])
  })

  test('the context of a value', () => {
    expect(columnContext('t', 1, 'a', 'x')).toBe('COPY t, line 1, column a: "x"')
    expect(columnContext('t', 1, 'a', null)).toBe('COPY t, line 1, column a: null input')
    expect(columnContext('t', 1, 'a', 'y'.repeat(200))).toBe(`COPY t, line 1, column a: "${'y'.repeat(100)}..."`)
  })
})

const caught = (action: () => unknown) => {
  try {
    action()
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    const { hint, where } = error.fields
    return [error.code, error.message, where ?? '', hint ?? '']
  }
  return []
}

describe('errors', () => {
  test.each<[data: string, options: Options, error: string[]]>([
    ['1\t2\t3\n', {}, ['22P04', 'extra data after last expected column', 'COPY t, line 1: "1\t2\t3"', '']],
    [
      '1\t2\n3\t4\r\n',
      {},
      ['22P04', 'literal carriage return found in data', 'COPY t, line 2', 'Use "\\r" to represent carriage return.'],
    ],
    [
      '1\t2\r\n3\t4\n',
      {},
      ['22P04', 'literal newline found in data', 'COPY t, line 2', 'Use "\\n" to represent newline.'],
    ],
    [
      '1\t2\r3\t4\n',
      {},
      ['22P04', 'literal newline found in data', 'COPY t, line 2', 'Use "\\n" to represent newline.'],
    ],
    ['1\ta\\.b\n', {}, ['22P04', 'end-of-copy marker corrupt', 'COPY t, line 1', '']],
    ['a\tb\n\\.x\n', {}, ['22P04', 'end-of-copy marker corrupt', 'COPY t, line 2', '']],
    ['1,"abc\n', CSV, ['22P04', 'unterminated CSV quoted field', 'COPY t, line 1: "1,"abc\n"', '']],
    [
      'a,b\n"c\nd",e\r\n',
      CSV,
      [
        '22P04',
        'unquoted carriage return found in data',
        'COPY t, line 3',
        'Use quoted CSV field to represent carriage return.',
      ],
    ],
    [
      'a,b\r\nd,e\n',
      CSV,
      ['22P04', 'unquoted newline found in data', 'COPY t, line 2', 'Use quoted CSV field to represent newline.'],
    ],
    ['a\t\xff\n', {}, ['22021', 'invalid byte sequence for encoding "UTF8": 0xff', 'COPY t, line 1', '']],
    [
      'a,c\n',
      { ...CSV, header: 'match' },
      ['22P04', 'column name mismatch in header line field 2: got "c", expected "b"', 'COPY t, line 1: "a,c"', ''],
    ],
    [
      'a\n',
      { ...CSV, header: 'match' },
      ['22P04', 'wrong number of fields in header line: got 1, expected 2', 'COPY t, line 1: "a"', ''],
    ],
    [
      'a,b\n',
      { ...CSV, header: 'match', null: 'a' },
      [
        '22P04',
        'column name mismatch in header line field 1: got null value ("a"), expected "a"',
        'COPY t, line 1: "a,b"',
        '',
      ],
    ],
  ])('%j %j', (data, options, error) => {
    for (const size of [1, 1000]) {
      expect(caught(() => readAll(textReader(options), latin1(data), size))).toEqual(error)
    }
  })
})

describe('binary', () => {
  const header = 'PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0'
  const reader = (): BinaryCopyReader => new BinaryCopyReader('t', ['a', 'b'])

  test('rows, with the end marker or without', () => {
    for (const size of [1, 5, 1000]) {
      for (const end of ['\xff\xff', '']) {
        const rows = readAll(reader(), latin1(`${header}\x00\x02\x00\x00\x00\x01a\xff\xff\xff\xff${end}`), size)
        expect(rows.map((row) => row.fields.map((field) => field && Buffer.from(field).toString()))).toEqual([
          ['a', null],
        ])
      }
    }
  })

  test.each([
    ['abc', 'COPY file signature not recognized', ''],
    ['PGCOPY\n\xff\r\n\0', 'invalid COPY file header (missing flags)', ''],
    ['PGCOPY\n\xff\r\n\0\x00\x01\0\0\0\0\0\0', 'invalid COPY file header (WITH OIDS)', ''],
    ['PGCOPY\n\xff\r\n\0\0\0\0\0\xff\xff\xff\xff', 'invalid COPY file header (missing length)', ''],
    [`${header}\x00\x01`, 'row field count is 1, expected 2', 'COPY t, line 1'],
    [`${header}\x00\x02\x00\x00\x00\x01`, 'unexpected EOF in COPY data', 'COPY t, line 1, column a'],
    [`${header}\x00\x02\x00\x00\x00\x01a\xff\xff\xff\xfe`, 'invalid field size', 'COPY t, line 1, column b'],
    [
      `${header}\x00\x02\x00\x00\x00\x01a\xff\xff\xff\xff\xff\xffx`,
      'received copy data after EOF marker',
      'COPY t, line 2',
    ],
  ])('%j', (data, message, where) => {
    for (const size of [1, 1000]) {
      expect(caught(() => readAll(reader(), latin1(data), size))).toEqual(['22P04', message, where, ''])
    }
  })
})
