/**
 * Answers as the project's own records write them: everything that a PostgreSQL client is told, as lines of text. How
 * they look is told in README.md.
 */
import type { AnswerKind, AnswerRecord, SortMode } from './parse.ts'

/** What a database answers to one statement; values are text as the database prints it. */
export interface Answer {
  /** Columns of the result; null when the statement answers no rows. */
  readonly columns: readonly { readonly name: string; readonly type: string }[] | null
  readonly rows: readonly (readonly (string | null)[])[]
  /** Lines of COPY … TO STDOUT. */
  readonly copied: readonly string[]
  /** Notices and warnings, with severity. */
  readonly notices: readonly string[]
  /** Command tag, e.g. `INSERT 0 3`. */
  readonly tag: string
}

/** A statement's error, as far as records tell of it. `position` counts characters from 1. */
export interface AnsweredError {
  readonly code: string
  readonly message: string
  readonly detail?: string | undefined
  readonly hint?: string | undefined
  readonly position?: number | string | undefined
  readonly where?: string | undefined
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\0': '\\0' }

const escapeText = (text: string): string => text.replace(/[\\\n\r\t\0]/g, (character) => ESCAPES[character] as string)

/** As in COPY's text format; rows that would be empty lines must still be seen. */
const writeRow = (row: readonly (string | null)[]): string => {
  if (row.length === 0) return '()'
  if (row.length === 1 && row[0] === '') return '(empty)'
  return row.map((value) => (value === null ? '\\N' : escapeText(value))).join('\t')
}

/** An answer as records write it. Rows stand apart, as records may ask for them in another order. */
export interface AnswerLines {
  readonly kind: AnswerKind
  readonly header: readonly string[]
  readonly rows: readonly string[]
}

export const answerLines = ({ columns, rows, copied, notices, tag }: Answer): AnswerLines => {
  const before = [...notices, ...copied].map(escapeText)
  if (columns === null) return { kind: 'ok', header: [...before, tag], rows: [] }
  const names = columns.map(({ name, type }) => `${escapeText(name)}:${type}`).join('\t')
  return { kind: 'rows', header: [...before, names === '' ? '(no columns)' : names], rows: rows.map(writeRow) }
}

export const errorLines = ({ code, message, detail, hint, position, where }: AnsweredError): AnswerLines => {
  const fields = Object.entries({ DETAIL: detail, HINT: hint, POSITION: position, CONTEXT: where })
  const told = fields.filter(([, value]) => value !== undefined)
  const header = [`${code}: ${message}`, ...told.map(([name, value]) => `${name}: ${value}`)].map(escapeText)
  return { kind: 'error', header, rows: [] }
}

export const sortLines = (rows: readonly string[], sort: SortMode): readonly string[] =>
  sort === 'nosort' ? rows : rows.toSorted()

/** Null when the answer is the record's, else where they part. */
export const compareAnswer = ({ expect, expected, sort }: AnswerRecord, answer: AnswerLines): string | null => {
  const actual = [...answer.header, ...sortLines(answer.rows, sort)]
  const count = Math.max(expected.length, actual.length)
  const at = Array.from({ length: count }, (_, i) => i).find((i) => expected[i] !== actual[i])
  if (at !== undefined) {
    const [wanted, got] = [expected[at], actual[at]].map((line) =>
      line === undefined ? 'nothing' : JSON.stringify(line),
    )
    return `line ${at + 1} of the answer is ${got} instead of ${wanted}`
  }
  return expect === answer.kind ? null : `${answer.kind} instead of ${expect}`
}
