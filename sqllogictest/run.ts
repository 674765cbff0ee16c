/**
 * Runs sqllogictest files: `node sqllogictest/run.ts FILES… [OPTIONS]`.
 *
 *     --url postgres://…     a server; without it every file gets an engine of its own in this process, in memory
 *     --form NAME            overlay, segments or unoptimized (`forms.ts`); may be given several times, default: overlay
 *     --parser NAME          the front end that reads the statements (`tesseradb.parser`)
 *     --expected-fails FILE  a list of `file:line` on which PostgreSQL itself differs from the files: there the same is
 *                            expected of us
 *     --quiet                failures in one line each, without their SQL
 *
 * Prints every failure with its place, and totals for each form; exits with 1 when there was a failure.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { openMemoryDatabase, openServerDatabase } from './database.ts'
import { FORMS, type FormName, isFormName } from './forms.ts'
import { parseTestFile } from './parse.ts'
import { runFile } from './run-file.ts'

const { values: options, positionals: files } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: 'string' },
    form: { type: 'string', multiple: true, default: ['overlay'] },
    parser: { type: 'string' },
    'expected-fails': { type: 'string' },
    quiet: { type: 'boolean', default: false },
  },
})

const readText = (file: string): string => {
  const bytes = readFileSync(file)
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
}

const expectedFails = new Set(
  options['expected-fails'] === undefined ? [] : readFileSync(options['expected-fails'], 'utf8').split('\n'),
)

/** A file's place in the list of expected failures is relative to where its corpus begins. */
const isExpectedToFail = (file: string, line: number): boolean => {
  const parts = file.split('/')
  return parts.some((_, i) => expectedFails.has(`${parts.slice(i).join('/')}:${line}`))
}

const report = (file: string, line: number, reason: string, sql: string): void => {
  console.log(`${file}:${line}: ${reason}`)
  if (!options.quiet) console.log(sql.replace(/^/gm, '    '))
}

const open = (index: number) =>
  options.url === undefined ? openMemoryDatabase() : openServerDatabase(options.url, `slt_${process.pid}_${index}`)

/** Runs all files in one form and prints what came of it; answers whether all was as expected. */
const runForm = async (name: FormName): Promise<boolean> => {
  const { setup, beforeQueries } = FORMS[name]
  const parser = options.parser === undefined ? [] : [`SET tesseradb.parser = '${options.parser}'`]
  let passed = 0
  let failed = 0
  let skipped = 0
  const start = performance.now()
  for (const [index, file] of files.entries()) {
    const testFile = parseTestFile(readText(file), 'postgresql', name)
    const database = await open(index)
    const form = { setup: [...setup, ...parser], beforeQueries }
    const outcome = await runFile(testFile, database, form).finally(() => database.close())
    const failedLines = new Set(outcome.failures.map((failure) => failure.line))
    const unexpected = outcome.failures.filter((failure) => !isExpectedToFail(file, failure.line))
    for (const { line, reason, sql } of unexpected) report(file, line, reason, sql)
    const agreeing = testFile.records.filter(({ line }) => !failedLines.has(line) && isExpectedToFail(file, line))
    for (const { line, sql } of agreeing) report(file, line, 'passes, which it does not on PostgreSQL', sql)
    const wrong = unexpected.length + agreeing.length
    failed += wrong
    passed += testFile.records.length - wrong
    skipped += testFile.skipped
  }
  const seconds = (performance.now() - start) / 1000
  console.log(
    `${name}: ${files.length} files, ${skipped} records for other databases, ${Math.round((passed + failed) / seconds)} records/s`,
  )
  console.log(`${passed} passed, ${failed} failed`)
  return failed === 0
}

for (const form of options.form) {
  if (!isFormName(form)) throw new Error(`no form is called "${form}"`)
  if (!(await runForm(form))) process.exitCode = 1
}
