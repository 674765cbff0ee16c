/** How results are written and compared: one value a line, sorted as the record asks, hashed when they are many. */
import { createHash } from 'node:crypto'
import type { QueryRecord, SortMode } from './parse.ts'

/** A result as a database answers it: text forms, NULL as null, and each column's type name where it matters. */
export interface QueryResult {
  readonly rows: readonly (readonly (string | null)[])[]
  /** By column: the values are booleans. */
  readonly booleans: readonly boolean[]
}

const formatValue = (value: string | null, letter: string, isBoolean: boolean): string => {
  if (value === null) return 'NULL'
  const text = isBoolean ? (value === 't' ? '1' : '0') : value
  switch (letter) {
    case 'I':
      return integerText(text)
    case 'R':
      return realNumber(text).toFixed(3)
    default:
      return text === '' ? '(empty)' : text.replace(/[^ -~]/g, '@')
  }
}

/** The integer that text begins with, 0 when it begins with none: how the files' authors read an integer column. */
const integerText = (text: string): string => {
  if (/^-?[1-9]\d*$/.test(text)) return text
  const number = Math.trunc(realNumber(text))
  return String(number + 0)
}

const realNumber = (text: string): number => {
  const number = Number.parseFloat(text)
  return Number.isNaN(number) ? 0 : number
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const compareRows = (a: readonly string[], b: readonly string[]): number => {
  for (let i = 0; i < a.length; i++) {
    const order = compareText(a[i] as string, b[i] as string)
    if (order !== 0) return order
  }
  return 0
}

const sorted = (rows: string[][], mode: SortMode): string[] => {
  if (mode === 'rowsort') rows.sort(compareRows)
  const values = rows.flat()
  return mode === 'valuesort' ? values.sort(compareText) : values
}

/** MD5 of the values, each followed by a newline. */
export const hash = (values: readonly string[]): string =>
  createHash('md5')
    .update(values.length === 0 ? '' : `${values.join('\n')}\n`)
    .digest('hex')

/** The result as the record writes it. */
export const formatResult = (record: QueryRecord, { rows, booleans }: QueryResult): string[] => {
  const formatted = rows.map((row) =>
    row.map((value, i) => formatValue(value, record.types[i] ?? 'T', booleans[i] === true)),
  )
  return sorted(formatted, record.sort)
}

/** Null when the result is the expected one, else what is wrong with it. `values`: as the record writes it. */
export const compareResult = (
  record: QueryRecord,
  result: QueryResult,
  values: readonly string[] = formatResult(record, result),
): string | null => {
  const columns = result.booleans.length
  if (columns !== record.types.length) return `${columns} columns instead of ${record.types.length}`
  if (record.expected === null) return null
  const hashed =
    record.expected.length === 1 ? /^(\d+) values hashing to ([0-9a-f]{32})$/.exec(record.expected[0] ?? '') : null
  if (hashed !== null) {
    if (values.length !== Number(hashed[1])) return `${values.length} values instead of ${hashed[1]}`
    const actual = hash(values)
    return actual === hashed[2] ? null : `values hash to ${actual} instead of ${hashed[2]}`
  }
  const expected = expectedValues(record, values.length)
  if (values.length !== expected.length) return `${values.length} values instead of ${expected.length}`
  const at = values.findIndex((value, i) => value !== expected[i])
  return at === -1
    ? null
    : `value ${at + 1} is ${JSON.stringify(values[at])} instead of ${JSON.stringify(expected[at])}`
}

/** Rows may be written one a line (values apart by blanks) instead of one value a line. */
const expectedValues = ({ expected, types }: QueryRecord, count: number): readonly string[] => {
  const lines = expected ?? []
  // As many lines as values: one value a line, whatever blanks the values contain.
  if (types.length < 2 || lines.length === 0 || lines.length === count) return lines
  const split = lines.map((line) => line.split(/\s+/))
  return split.every((row) => row.length === types.length) ? split.flat() : lines
}
