/** Reads sqllogictest files (https://sqlite.org/sqllogictest): statements and queries with what they must answer. */

export type SortMode = 'nosort' | 'rowsort' | 'valuesort'

/** Rows, or a statement's success without any, or an error. */
export type AnswerKind = 'rows' | 'ok' | 'error'

interface RecordBase {
  /** Line of the `statement` or `query` line, from 1. */
  readonly line: number
  readonly sql: string
}

interface StatementRecord extends RecordBase {
  readonly kind: 'statement'
  readonly expect: 'ok' | 'error' | { readonly count: number }
}

/** A statement with its whole answer, as `answer.ts` writes it. */
export interface AnswerRecord extends RecordBase {
  readonly kind: 'answer'
  readonly expect: AnswerKind
  readonly sort: SortMode
  readonly expected: readonly string[]
}

export interface QueryRecord extends RecordBase {
  readonly kind: 'query'
  /** One letter per column: I, R or T. */
  readonly types: string
  readonly sort: SortMode
  readonly label: string | null
  /** Values one a line, or one line `N values hashing to H`; null when the file gives none. */
  readonly expected: readonly string[] | null
}

export type TestRecord = StatementRecord | QueryRecord | AnswerRecord

export interface TestFile {
  readonly records: readonly TestRecord[]
  /** Records that the file meant for other databases. */
  readonly skipped: number
}

const SORT_MODES: ReadonlySet<string> = new Set(['nosort', 'rowsort', 'valuesort'])

/** Parses a file's text; `names` are those of the database and of the form, which `skipif` and `onlyif` mean. */
export const parseTestFile = (text: string, ...names: readonly string[]): TestFile => {
  const lines = text.split(/\r?\n/)
  const records: TestRecord[] = []
  let skipped = 0
  let skipNext = false
  let at = 0

  /** The lines up to the next blank one (or `----`). */
  const block = (): string[] => {
    const taken: string[] = []
    while (at < lines.length && lines[at] !== '' && lines[at] !== '----') taken.push(lines[at++] as string)
    return taken
  }

  while (at < lines.length) {
    const line = at + 1
    const [word = '', ...rest] = (lines[at++] as string).replace(/#.*/, '').trim().split(/\s+/)
    switch (word) {
      case '':
      case 'hash-threshold':
        // Results say for themselves whether they are hashed.
        break
      case 'skipif':
        skipNext ||= names.includes(rest[0] ?? '')
        break
      case 'onlyif':
        skipNext ||= !names.includes(rest[0] ?? '')
        break
      case 'halt':
        if (!skipNext) return { records, skipped }
        skipNext = false
        break
      case 'statement':
      case 'query': {
        const sql = block()
        const record = (word === 'statement' ? statement : query)(line, rest, sql.join('\n'), results())
        if (skipNext) skipped++
        else records.push(record)
        skipNext = false
        break
      }
      default:
        throw new Error(`line ${line}: unknown directive "${word}"`)
    }
  }
  return { records, skipped }

  function results(): readonly string[] | null {
    if (lines[at] !== '----') return null
    at++
    return block()
  }
}

const sortMode = (word: string | undefined): SortMode | undefined =>
  word !== undefined && SORT_MODES.has(word) ? (word as SortMode) : undefined

const statement = (
  line: number,
  [expect = '', count]: readonly string[],
  sql: string,
  expected: readonly string[] | null,
): TestRecord => {
  if (expected !== null) {
    return { kind: 'answer', line, sql, expect: expect === 'error' ? 'error' : 'ok', sort: 'nosort', expected }
  }
  const expectation = expect === 'count' ? { count: Number(count) } : expect === 'error' ? 'error' : 'ok'
  return { kind: 'statement', line, sql, expect: expectation }
}

const query = (
  line: number,
  [types = '', ...rest]: readonly string[],
  sql: string,
  expected: readonly string[] | null,
): TestRecord => {
  if (types === 'error') return { kind: 'statement', line, sql, expect: 'error' }
  const sort = sortMode(rest[0])
  const label = rest[sort === undefined ? 0 : 1] ?? null
  if (types === 'rows') {
    return { kind: 'answer', line, sql, expect: 'rows', sort: sort ?? 'nosort', expected: expected ?? [] }
  }
  return { kind: 'query', line, sql, types, sort: sort ?? 'nosort', label, expected }
}
