/** The sqllogictest runner: reading records, and comparing results as the format's authors do. */
import { expect, test } from 'vitest'
import { answerLines, compareAnswer, errorLines } from '../../sqllogictest/answer.ts'
import { compareResult, formatResult } from '../../sqllogictest/compare.ts'
import { parseTestFile } from '../../sqllogictest/parse.ts'
import type { QueryRecord } from '../../sqllogictest/parse.ts'

const TEXT = `hash-threshold 8

# a comment
statement ok
CREATE TABLE t1(
  a INTEGER)

skipif postgresql
statement error
CREATE TABLE t2

onlyif mysql # its DIV
query I rowsort label-1
SELECT 1 DIV 1
----
1

statement count 2
DELETE FROM t1

query ITR nosort
SELECT 1, 'x', 2.5
----
1
x
2.500

query I valuesort label-2
SELECT a FROM t1
----
30 values hashing to 3c13dee48d9356ae19af2515e05e6b54

halt

statement ok
never reached
`

const query = (types: string, expected: string[] | null, sort: QueryRecord['sort'] = 'nosort'): QueryRecord => ({
  kind: 'query',
  line: 1,
  sql: '',
  types,
  sort,
  label: null,
  expected,
})

const result = (...rows: (string | null)[][]) => ({ rows, booleans: (rows[0] ?? []).map(() => false) })

test('records with their lines', () => {
  for (const text of [TEXT, TEXT.replaceAll('\n', '\r\n')]) {
    const { records, skipped } = parseTestFile(text, 'postgresql')
    expect(skipped).toBe(2)
    expect(records).toEqual([
      { kind: 'statement', line: 4, sql: 'CREATE TABLE t1(\n  a INTEGER)', expect: 'ok' },
      { kind: 'statement', line: 18, sql: 'DELETE FROM t1', expect: { count: 2 } },
      { ...query('ITR', ['1', 'x', '2.500']), line: 21, sql: "SELECT 1, 'x', 2.5" },
      {
        ...query('I', ['30 values hashing to 3c13dee48d9356ae19af2515e05e6b54'], 'valuesort'),
        line: 28,
        sql: 'SELECT a FROM t1',
        label: 'label-2',
      },
    ])
  }
})

test('values by their letter', () => {
  const record = query('IIITTRR', null)
  const row = ['12', '3.99', 'apple', '', 'a\u0001b', '1', null]
  expect(formatResult(record, result(row))).toEqual(['12', '3', '0', '(empty)', 'a@b', '1.000', 'NULL'])
  expect(formatResult(query('I', null), { rows: [['t'], ['f'], [null]], booleans: [true] })).toEqual(['1', '0', 'NULL'])
  expect(formatResult(query('I', null), result(['-0']))).toEqual(['0'])
})

test('sort modes', () => {
  const rows = result(['2', 'b'], ['10', 'a'], ['2', 'a'])
  expect(formatResult(query('TT', null, 'rowsort'), rows)).toEqual(['10', 'a', '2', 'a', '2', 'b'])
  expect(formatResult(query('TT', null, 'valuesort'), rows)).toEqual(['10', '2', '2', 'a', 'a', 'b'])
})

test('comparison: values, rows in a line, hashes', () => {
  expect(compareResult(query('II', ['1', '2']), result(['1', '2']))).toBeNull()
  expect(compareResult(query('II', ['1 2']), result(['1', '2']))).toBeNull()
  expect(compareResult(query('I', ['1 2']), result(['1']))).toBe('value 1 is "1" instead of "1 2"')
  expect(compareResult(query('I', ['1']), result(['1'], ['2']))).toBe('2 values instead of 1')
  expect(compareResult(query('I', ['1']), result(['1', '2']))).toBe('2 columns instead of 1')
  // MD5 of "1\n2\n".
  const hashed = ['2 values hashing to 6ddb4095eb719e2a9f0a3f95677d24e0']
  expect(compareResult(query('I', hashed), result(['1'], ['2']))).toBeNull()
  expect(compareResult(query('I', hashed), result(['1'], ['3']))).toMatch(/^values hash to [0-9a-f]{32} instead of/)
})

const ANSWERS = `query rows rowsort
SELECT a FROM t
----
a:integer
1
2

statement error
SELECT 1/0
----
22012: division by zero

statement ok
BEGIN
----
BEGIN
`

test('records with whole answers', () => {
  const { records } = parseTestFile(ANSWERS, 'postgresql')
  expect(records).toEqual([
    {
      kind: 'answer',
      expect: 'rows',
      line: 1,
      sql: 'SELECT a FROM t',
      sort: 'rowsort',
      expected: ['a:integer', '1', '2'],
    },
    {
      kind: 'answer',
      expect: 'error',
      line: 8,
      sql: 'SELECT 1/0',
      sort: 'nosort',
      expected: ['22012: division by zero'],
    },
    { kind: 'answer', expect: 'ok', line: 13, sql: 'BEGIN', sort: 'nosort', expected: ['BEGIN'] },
  ])
})

test('answers as lines', () => {
  const said = { copied: [], notices: [], tag: 'SELECT 1' }
  const columns = [{ name: 'a', type: 'text' }]
  expect(answerLines({ ...said, columns, rows: [[''], [null], ['x\ty\\\n']] })).toEqual({
    kind: 'rows',
    header: ['a:text'],
    rows: ['(empty)', '\\N', 'x\\ty\\\\\\n'],
  })
  expect(answerLines({ ...said, columns: [], rows: [[]] }).rows).toEqual(['()'])
  const notices = ['NOTICE: table "t" does not exist, skipping']
  expect(answerLines({ ...said, notices, columns: null, rows: [], tag: 'DROP TABLE' }).header).toEqual([
    'NOTICE: table "t" does not exist, skipping',
    'DROP TABLE',
  ])
  expect(errorLines({ code: '42703', message: 'no column', position: 8 }).header).toEqual([
    '42703: no column',
    'POSITION: 8',
  ])
})

test('comparison of answers: rows sorted where the record says so, and the kind', () => {
  const record = { kind: 'answer', line: 1, sql: '', expect: 'rows', expected: ['a:integer', '1', '2'] } as const
  const answer = { kind: 'rows', header: ['a:integer'], rows: ['2', '1'] } as const
  expect(compareAnswer({ ...record, sort: 'rowsort' }, answer)).toBeNull()
  expect(compareAnswer({ ...record, sort: 'nosort' }, answer)).toBe('line 2 of the answer is "2" instead of "1"')
  expect(compareAnswer({ ...record, sort: 'rowsort' }, { ...answer, rows: ['1'] })).toBe(
    'line 3 of the answer is nothing instead of "2"',
  )
  expect(compareAnswer({ ...record, expect: 'ok', sort: 'rowsort' }, answer)).toBe('rows instead of ok')
})
