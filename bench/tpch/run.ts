/** TPC-H: the same data in every target, each query several times, medians side by side. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatTable, geometricMean, median, saveResult } from '../report.ts'
import { startTarget } from '../targets/start.ts'
import type { Target, TargetName } from '../targets/target.ts'
import { tableFiles } from './files.ts'

export interface TpchOptions {
  readonly scale: number
  /** Times that each query runs; the median counts. */
  readonly runs: number
  readonly targets: readonly TargetName[]
  /** Query numbers, all 22 by default. */
  readonly queries: readonly number[]
}

interface Measurement {
  /** Milliseconds, one per run; empty when the query failed. */
  readonly times: readonly number[]
  readonly rows: number
  /** The rows as text, to compare targets that answer text. */
  readonly content: string
  readonly error?: string
}

export const QUERY_NUMBERS: readonly number[] = Array.from({ length: 22 }, (_, i) => i + 1)

const readSql = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8')

/** A query's text; query 11's fraction depends on the scale. */
export const queryText = (number: number, scale: number): string => {
  const sql = readSql(`queries/q${number}.sql`)
  return number === 11 ? sql.replace('* 0.0001', `* ${(0.0001 / scale).toFixed(10)}`) : sql
}

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`

export const loadTpch = async (target: Target, files: Awaited<ReturnType<typeof tableFiles>>): Promise<number> => {
  const start = performance.now()
  await target.execute(readSql('schema.sql'))
  for (const [table, file] of files) {
    const tableStart = performance.now()
    await target.load(table, file)
    console.log(`  ${table}: ${seconds(tableStart)}`)
  }
  // DuckDB has no use for more indexes, and analyzes by itself.
  if (target.address !== null) {
    await target.execute(readSql('indexes.sql'))
    await target.execute('ANALYZE')
  }
  return performance.now() - start
}

const measure = async (target: Target, sql: string, runs: number): Promise<Measurement> => {
  const times: number[] = []
  let rows: readonly (readonly unknown[])[] = []
  try {
    for (let run = 0; run < runs; run++) {
      const start = performance.now()
      rows = await target.query(sql)
      times.push(performance.now() - start)
    }
  } catch (error) {
    return { times: [], rows: 0, content: '', error: (error as Error).message }
  }
  const content = rows.map((row) => row.map(String).join('|')).join('\n')
  return { times, rows: rows.length, content }
}

type Results = Map<TargetName, { description: string; loadTime: number; queries: Map<number, Measurement> }>

export const runTpch = async ({ scale, runs, targets, queries }: TpchOptions): Promise<void> => {
  console.log(`TPC-H at scale ${scale}, median of ${runs} runs`)
  const files = await tableFiles(scale)
  const results: Results = new Map()
  // One after the other: they would take each other's processors.
  for (const name of targets) {
    const target = await startTarget(name)
    console.log(target.description)
    try {
      const loadTime = await loadTpch(target, files)
      const measured = new Map<number, Measurement>()
      for (const number of queries) measured.set(number, await measure(target, queryText(number, scale), runs))
      results.set(name, { description: target.description, loadTime, queries: measured })
    } finally {
      await target.close()
    }
  }
  report(results, queries)
  const file = saveResult('tpch', {
    scale,
    runs,
    targets: [...results].map(([name, { description, loadTime, queries: measured }]) => ({
      name,
      description,
      loadTime: Math.round(loadTime),
      queries: [...measured].map(([number, { times, rows, error }]) => ({
        number,
        rows,
        milliseconds: times.length === 0 ? null : Number(median(times).toFixed(3)),
        ...(error === undefined ? {} : { error }),
      })),
    })),
  })
  console.log(`\nsaved as ${file}`)
}

const milliseconds = (measurement: Measurement | undefined): number =>
  measurement === undefined || measurement.times.length === 0 ? Number.NaN : median(measurement.times)

const cell = (value: number, digits: number): string => (Number.isNaN(value) ? '-' : value.toFixed(digits))

const report = (results: Results, queries: readonly number[]): void => {
  const names = [...results.keys()]
  const others = results.has('tesseradb') ? names.filter((name) => name !== 'tesseradb') : []
  const time = (name: TargetName, number: number): number => milliseconds(results.get(name)?.queries.get(number))
  const ratio = (name: TargetName, number: number): number => time(name, number) / time('tesseradb', number)
  const header = ['query', ...names.map((name) => `${name} ms`), ...others.map((name) => `${name} / tesseradb`), 'same']
  const rows = queries.map((number) => [
    `q${number}`,
    ...names.map((name) => cell(time(name, number), 1)),
    ...others.map((name) => cell(ratio(name, number), 2)),
    sameResult(results, number),
  ])
  const means = others.map((name) => {
    const ratios = queries.map((number) => ratio(name, number)).filter((value) => !Number.isNaN(value))
    return ratios.length === 0 ? '-' : geometricMean(ratios).toFixed(2)
  })
  const sums = names.map((name) =>
    cell(
      queries.reduce((sum, number) => sum + time(name, number), 0),
      1,
    ),
  )
  rows.push(['total, geometric mean', ...sums, ...means, ''])
  rows.push([
    'load',
    ...names.map((name) => cell(results.get(name)?.loadTime ?? Number.NaN, 0)),
    ...others.map(() => ''),
    '',
  ])
  console.log(`\n${formatTable([header, ...rows])}`)
  for (const [name, { queries: measured }] of results) {
    for (const [number, { error }] of measured) if (error !== undefined) console.log(`${name} q${number}: ${error}`)
  }
}

/** Whether TesseraDB answers PostgreSQL's text, digit for digit. */
const sameResult = (results: Results, number: number): string => {
  const ours = results.get('tesseradb')?.queries.get(number)
  const theirs = results.get('postgresql')?.queries.get(number)
  if (ours === undefined || theirs === undefined || ours.error !== undefined || theirs.error !== undefined) return '-'
  return ours.content === theirs.content ? 'yes' : 'NO'
}
