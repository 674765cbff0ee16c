/** Runs the records of one file against a database, in one of the forms. */
import { answerLines, compareAnswer, errorLines } from './answer.ts'
import type { AnswerLines } from './answer.ts'
import { compareResult, formatResult, hash } from './compare.ts'
import type { Database } from './database.ts'
import type { Form } from './forms.ts'
import type { AnswerRecord, TestFile, TestRecord } from './parse.ts'

interface Failure {
  readonly line: number
  readonly sql: string
  readonly reason: string
}

export interface FileOutcome {
  readonly passed: number
  readonly failures: readonly Failure[]
}

const isQuery = (record: TestRecord): boolean =>
  record.kind === 'query' || (record.kind === 'answer' && record.expect === 'rows')

export const runFile = async (file: TestFile, database: Database, form: Form): Promise<FileOutcome> => {
  for (const statement of form.setup) await database.query(statement)
  const failures: Failure[] = []
  /** Hashes of results by label: equal labels must mean equal results. */
  const labels = new Map<string, string>()
  let changed = false
  for (const record of file.records) {
    if (!isQuery(record)) changed = true
    else if (changed && form.beforeQueries !== null && database.idle) {
      await database.query(form.beforeQueries)
      changed = false
    }
    const reason =
      record.kind === 'answer'
        ? compareAnswer(record, await answerTo(record, database))
        : await runRecord(record, database, labels)
    if (reason !== null) failures.push({ line: record.line, sql: record.sql, reason })
  }
  return { passed: file.records.length - failures.length, failures }
}

/** All that the database tells a client about a statement, as lines. */
export const answerTo = async ({ sql }: { readonly sql: string }, database: Database): Promise<AnswerLines> => {
  try {
    return answerLines(await database.query(sql))
  } catch (error) {
    const read = database.readError(error)
    if (read === null) throw error
    return errorLines(read)
  }
}

const runRecord = async (
  record: Exclude<TestRecord, AnswerRecord>,
  database: Database,
  labels: Map<string, string>,
): Promise<string | null> => {
  const wantsError = record.kind === 'statement' && record.expect === 'error'
  let result: Awaited<ReturnType<Database['query']>>
  try {
    result = await database.query(record.sql)
  } catch (error) {
    return wantsError ? null : `error: ${(error as Error).message}`
  }
  if (wantsError) return 'no error'
  if (record.kind === 'statement') {
    const { expect } = record
    if (typeof expect === 'string' || expect.count === result.affected) return null
    return `${result.affected} rows instead of ${expect.count}`
  }
  const values = formatResult(record, result)
  const reason = compareResult(record, result, values)
  if (reason !== null || record.label === null) return reason
  const digest = hash(values)
  const earlier = labels.get(record.label)
  labels.set(record.label, digest)
  return earlier === undefined || earlier === digest
    ? null
    : `not the result of the other records labelled ${record.label}`
}
