/**
 * Writes a PostgreSQL server's answers into record files: `node sqllogictest/record.ts --url postgres://… FILES…`.
 *
 * Every record of the files becomes one with its whole answer (see README.md), whatever it was before: a new statement
 * is written as `statement ok` and its SQL. Comments stay. Rows of a new query that names no order are sorted.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { sortLines } from './answer.ts'
import { openServerDatabase } from './database.ts'
import type { Database } from './database.ts'
import { parseTestFile } from './parse.ts'
import type { TestRecord } from './parse.ts'
import { answerTo } from './run-file.ts'

const { values: options, positionals: files } = parseArgs({
  allowPositionals: true,
  options: { url: { type: 'string' } },
})
const { url } = options
if (url === undefined) throw new Error('the URL of a PostgreSQL server is missing')

const SAYS_ORDER = /\border\s+by\b|^\s*(explain|show|fetch|values)\b|^select\s+(\*\s+from\s+)?\w+$/i

/** The statement itself says in which order its rows come, or they come from one function or cursor. */
const saysOrder = (sql: string): boolean => {
  const outer = sql.replace(/\([^()]*\)/g, '')
  return outer === sql ? SAYS_ORDER.test(sql) : saysOrder(outer)
}

/** The record with its answer, as lines of a file. */
const recorded = async (record: TestRecord, database: Database): Promise<string[]> => {
  const before = record.kind === 'statement' ? null : record.sort
  const { kind, header, rows } = await answerTo(record, database)
  if (kind !== 'rows') return [`statement ${kind}`, record.sql, '----', ...header]
  const sort = before ?? (rows.length > 1 && !saysOrder(record.sql) ? 'rowsort' : 'nosort')
  return [
    sort === 'nosort' ? 'query rows' : `query rows ${sort}`,
    record.sql,
    '----',
    ...header,
    ...sortLines(rows, sort),
  ]
}

const DIRECTIVE = /^(statement|query)\b/

for (const [index, file] of files.entries()) {
  const database = await openServerDatabase(url, `record_${process.pid}_${index}`)
  const parts: string[] = []
  for (const part of readFileSync(file, 'utf8')
    .trim()
    .split(/\n{2,}/)) {
    const lines = part.split('\n')
    const at = lines.findIndex((line) => DIRECTIVE.test(line))
    const [record] = at === -1 ? [] : parseTestFile(lines.slice(at).join('\n'), 'postgresql').records
    const written = record === undefined ? lines : [...lines.slice(0, at), ...(await recorded(record, database))]
    parts.push(written.join('\n'))
  }
  await database.close()
  writeFileSync(file, `${parts.join('\n\n')}\n`)
}
