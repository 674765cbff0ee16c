/** What a server answers to a statement, and in what two answers differ. */
import type { Client, DatabaseError, QueryArrayResult } from 'pg'
import type { Statement } from './statements.ts'

interface Answer {
  readonly tag: string
  readonly columns: string
  readonly rows: readonly string[]
}

export type Outcome =
  | { readonly kind: 'answers'; readonly answers: readonly Answer[] }
  | { readonly kind: 'error'; readonly code: string; readonly message: string; readonly rest: string }
  /** No answer in time, or no server any more. */
  | { readonly kind: 'lost'; readonly reason: string }

/** Objects of a database's own have other OIDs on other servers. */
const FIRST_NORMAL_OID = 16_384
const QUERY_CANCELED = '57014'
const INTERNAL_ERROR = 'XX000'
const asText = { getTypeParser: () => (value: unknown) => value }

/** The sign of a NaN, which is in the bytes of floats, is the processor's matter. */
const ANY_NAN = ['fff8000000000000', '7ff8000000000000'] as const

const answerOf = (result: QueryArrayResult): Answer => ({
  tag: `${result.command} ${result.rowCount ?? ''}`,
  columns: result.fields
    .map((f) => `${f.name}:${f.dataTypeID < FIRST_NORMAL_OID ? f.dataTypeID : 'own'}:${f.dataTypeModifier}`)
    .join(' '),
  rows: result.rows.map((row: (string | null)[]) =>
    row.map((value) => value?.replaceAll(...ANY_NAN) ?? '\u0000').join('\u0001'),
  ),
})

const ANSWER_WITHIN = 60_000

const inTime = async <T>(promise: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), ANSWER_WITHIN)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

const query = async (client: Client, text: string): Promise<Answer[]> => {
  const result = (await inTime(client.query({ text, rowMode: 'array', types: asText }))) as unknown as
    | QueryArrayResult
    | QueryArrayResult[]
  return [result].flat().map(answerOf)
}

/** Runs the statement; what it changes is looked at and rolled back. */
export const run = async (client: Client, statement: Statement): Promise<Outcome> => {
  try {
    if (statement.changes === null) return { kind: 'answers', answers: await query(client, statement.sql) }
    const look = `SELECT * FROM ${statement.changes} ORDER BY id`
    return { kind: 'answers', answers: await query(client, `BEGIN; ${statement.sql}; ${look}`) }
  } catch (error) {
    const { code, message, detail, hint, position } = error as DatabaseError
    if (code === undefined || code.startsWith('E')) return { kind: 'lost', reason: message }
    return { kind: 'error', code, message, rest: [detail, hint, position].map((part) => part ?? '').join(' | ') }
  } finally {
    if (statement.changes !== null) await inTime(client.query('ROLLBACK')).catch(() => {})
  }
}

export type Difference =
  /** Something else, or in another order. */
  | 'rows'
  /** Columns' names, types or modifiers. */
  | 'types'
  | 'tag'
  /** One of both fails. */
  | 'failure'
  | 'code'
  | 'lost'
  /** Only the wording of an error: counted apart. */
  | 'message'

const isUndetermined = (outcome: Outcome): boolean => outcome.kind === 'error' && outcome.code === QUERY_CANCELED

/** Null where they agree. */
export const differenceOf = (reference: Outcome, own: Outcome, ordered: boolean): Difference | null => {
  if (own.kind === 'lost' || reference.kind === 'lost') return 'lost'
  if (isUndetermined(reference) && isUndetermined(own)) return null
  if (reference.kind === 'error' && own.kind === 'error') {
    // An internal error is nothing to be like: any error will do.
    if (reference.code === INTERNAL_ERROR && own.code !== INTERNAL_ERROR) return null
    if (reference.code !== own.code) return 'code'
    return reference.message === own.message && reference.rest === own.rest ? null : 'message'
  }
  if (reference.kind === 'error' || own.kind === 'error') return 'failure'
  for (const [index, expected] of reference.answers.entries()) {
    const actual = own.answers[index]
    if (actual === undefined) return 'tag'
    if (expected.columns !== actual.columns) return 'types'
    // What is read after a change comes in the order of its key.
    const inOrder = ordered || (index === reference.answers.length - 1 && index > 0)
    const [left, right] = [expected.rows, actual.rows].map((rows) =>
      (inOrder ? [...rows] : rows.toSorted()).join('\u0002'),
    )
    if (left !== right) return 'rows'
    if (expected.tag !== actual.tag) return 'tag'
  }
  return null
}

const SHOWN_ROWS = 8
const SHOWN_CHARACTERS = 500

/** For people: of answers the rows that the other one does not have. */
export const describe = (outcome: Outcome, other: Outcome): string => {
  if (outcome.kind === 'lost') return `lost: ${outcome.reason}`
  if (outcome.kind === 'error') return `${outcome.code} ${outcome.message} | ${outcome.rest}`
  return outcome.answers
    .map((answer, index) => {
      const others = new Set(other.kind === 'answers' ? other.answers[index]?.rows : [])
      const missing = answer.rows.filter((row) => !others.has(row))
      const rows = (missing.length > 0 ? missing : answer.rows)
        .slice(0, SHOWN_ROWS)
        .map((row) => row.replaceAll('\u0001', ' | ').replaceAll('\u0000', '~').slice(0, SHOWN_CHARACTERS))
      return [`${answer.tag} [${answer.columns}]`, ...rows].join('\n    ')
    })
    .join('\n  ')
}
