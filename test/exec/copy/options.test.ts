/** COPY's options: PostgreSQL 15's complaints about the ones that do not go together, and the writers they steer. */
import { describe, expect, test } from 'vitest'
import { SqlError } from '../../../src/errors/sql-error.ts'
import { copyOptions } from '../../../src/exec/copy/options.ts'
import type { CopyOptionItem } from '../../../src/exec/copy/options.ts'
import { binaryCopyWriter, textCopyWriter } from '../../../src/exec/copy/writers.ts'

type Options = Readonly<Record<string, CopyOptionItem['value']>>

const check = (options: Options, direction: 'from' | 'to') =>
  copyOptions(
    Object.entries(options).map(([name, value]) => ({ name, value })),
    direction,
  )

test.each<[options: Options, direction: 'from' | 'to', code: string, message: string]>([
  [{ delimiter: 'ab' }, 'from', '0A000', 'COPY delimiter must be a single one-byte character'],
  [{ delimiter: '' }, 'from', '0A000', 'COPY delimiter must be a single one-byte character'],
  [{ delimiter: '\n' }, 'from', '22023', 'COPY delimiter cannot be newline or carriage return'],
  [{ delimiter: 'a' }, 'from', '22023', 'COPY delimiter cannot be "a"'],
  [{ delimiter: 3 }, 'from', '22023', 'COPY delimiter cannot be "3"'],
  [{ format: 'csv', delimiter: '"' }, 'from', '22023', 'COPY delimiter and quote must be different'],
  [{ format: 'csv', quote: ',' }, 'from', '22023', 'COPY delimiter and quote must be different'],
  [{ format: 'csv', quote: 'ab' }, 'from', '0A000', 'COPY quote must be a single one-byte character'],
  [{ quote: '"' }, 'from', '0A000', 'COPY quote available only in CSV mode'],
  [{ escape: '"' }, 'from', '0A000', 'COPY escape available only in CSV mode'],
  [{ format: 'csv', escape: '' }, 'from', '0A000', 'COPY escape must be a single one-byte character'],
  [{ format: 'foo' }, 'from', '22023', 'COPY format "foo" not recognized'],
  [{ format: 'binary', delimiter: ',' }, 'from', '42601', 'cannot specify DELIMITER in BINARY mode'],
  [{ format: 'binary', null: '' }, 'from', '42601', 'cannot specify NULL in BINARY mode'],
  [{ format: 'binary', header: null }, 'from', '0A000', 'cannot specify HEADER in BINARY mode'],
  [{ null: 'a\nb' }, 'from', '22023', 'COPY null representation cannot use newline or carriage return'],
  [{ null: 'a\tb' }, 'from', '0A000', 'COPY delimiter must not appear in the NULL specification'],
  [{ format: 'csv', null: '"' }, 'from', '0A000', 'CSV quote character must not appear in the NULL specification'],
  [{ format: 'csv', force_quote: ['a'] }, 'from', '0A000', 'COPY force quote only available using COPY TO'],
  [{ force_quote: ['a'] }, 'to', '0A000', 'COPY force quote available only in CSV mode'],
  [{ format: 'csv', force_not_null: ['a'] }, 'to', '0A000', 'COPY force not null only available using COPY FROM'],
  [{ force_null: ['a'] }, 'from', '0A000', 'COPY force null available only in CSV mode'],
  [{ header: 'foo' }, 'from', '42601', 'header requires a Boolean value or "match"'],
  [{ header: 2 }, 'from', '42601', 'header requires a Boolean value or "match"'],
  [{ header: 'match' }, 'to', '0A000', 'cannot use "match" with HEADER in COPY TO'],
  [{ foo: null }, 'from', '42601', 'option "foo" not recognized'],
  [{ encoding: 'foo' }, 'from', '22023', 'argument to option "encoding" must be a valid encoding name'],
  [{ freeze: 3 }, 'from', '42601', 'freeze requires a Boolean value'],
  [
    { format: 'csv', force_null: 'x' },
    'from',
    '22023',
    'argument to option "force_null" must be a list of column names',
  ],
])('%j %s', (options, direction, code, message) => {
  let caught: unknown
  try {
    check(options, direction)
  } catch (error) {
    caught = error
  }
  expect(caught).toBeInstanceOf(SqlError)
  expect(caught).toMatchObject({ code, message })
})

test('an option given twice', () => {
  const twice = [
    { name: 'format', value: 'csv' },
    { name: 'format', value: 'csv', position: 32 },
  ]
  expect(() => copyOptions(twice, 'from')).toThrow('conflicting or redundant options')
})

describe('writers', () => {
  const written = (options: Options, row: (string | null)[], columns = ['a', 'b']): string => {
    const writer = textCopyWriter(columns, check(options, 'to'))
    return Buffer.from(writer.header() ?? '').toString() + Buffer.from(writer.row(row)).toString()
  }

  test.each<[options: Options, row: (string | null)[], text: string]>([
    [{}, ['a\tb\\', null], 'a\\tb\\\\\t\\N\n'],
    [{}, ['\b\f\n\r\v', 'é'], '\\b\\f\\n\\r\\v\té\n'],
    [{ delimiter: '|', null: '' }, ['a|b', null], 'a\\|b|\n'],
    [{ header: true }, ['1', '2'], 'a\tb\n1\t2\n'],
    [{ format: 'csv' }, ['a,b', 'c"d'], '"a,b","c""d"\n'],
    [{ format: 'csv' }, ['', null], '"",\n'],
    [{ format: 'csv', force_quote: ['b'], header: true }, ['x', 'y'], 'a,b\nx,"y"\n'],
    [{ format: 'csv', force_quote: '*' }, ['x', null], '"x",\n'],
    [{ format: 'csv', escape: '\\' }, ['a"b\\', 'line\nend'], '"a\\"b\\\\","line\nend"\n'],
  ])('%j %j', (options, row, text) => {
    expect(written(options, row)).toBe(text)
  })

  test('a lone end-of-copy marker is quoted in CSV', () => {
    expect(written({ format: 'csv' }, ['\\.'], ['a'])).toBe('"\\."\n')
  })

  test('binary', () => {
    expect(Buffer.from(binaryCopyWriter.header()).toString('latin1')).toBe('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0')
    expect(Buffer.from(binaryCopyWriter.row([Buffer.from('a'), null]))).toEqual(
      Buffer.from([0, 2, 0, 0, 0, 1, 97, 255, 255, 255, 255]),
    )
    expect(Buffer.from(binaryCopyWriter.trailer())).toEqual(Buffer.from([255, 255]))
  })
})
