/**
 * Compares the registries with what PostgreSQL 15 has, and writes docs/compat.md: `npm run coverage`. A function that a
 * user can call takes and answers values of SQL types only.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { allCasts, allFunctions, allOperators } from '../../src/functions/index.ts'
import { reasonFor } from './reasons.ts'

type FunctionRow = readonly [oid: number, name: string, args: string, result: string, kind: string]
type OperatorRow = readonly [oid: number, name: string, left: string, right: string]
type CastRow = readonly [source: number, target: number, sourceName: string, targetName: string, context: string]

interface Facts {
  readonly functions: readonly FunctionRow[]
  readonly operators: readonly OperatorRow[]
  readonly casts: readonly CastRow[]
}

/** How much of something is there, and what is not, as text. */
export interface Coverage {
  readonly present: number
  readonly total: number
  readonly missing: readonly { readonly name: string; readonly text: string }[]
}

/** Types whose values no statement can hold. */
const INTERNAL =
  /\b(internal|cstring|trigger|event_trigger|language_handler|fdw_handler|index_am_handler|table_am_handler|tsm_handler|pg_ddl_command|pg_brin_\w+)\b/

const FACTS = join(import.meta.dirname, 'postgresql-15.json')
const DOCUMENT = join(import.meta.dirname, '../../docs/compat.md')

const compare = <Row>(
  rows: readonly Row[],
  isThere: (row: Row) => boolean,
  name: (row: Row) => string,
  text: (row: Row) => string,
): Coverage => {
  const missing = rows.filter((row) => !isThere(row)).map((row) => ({ name: name(row), text: text(row) }))
  return { present: rows.length - missing.length, total: rows.length, missing }
}

export const measure = (): Readonly<Record<'functions' | 'aggregates' | 'operators' | 'casts', Coverage>> => {
  const facts = JSON.parse(readFileSync(FACTS, 'utf8')) as Facts
  const functions = new Set(allFunctions.map(({ oid }) => oid))
  const operators = new Set(allOperators.map(({ oid }) => oid))
  const casts = new Set(allCasts.map(({ source, target }) => `${source} ${target}`))
  const callable = facts.functions.filter(([, , args, result]) => !INTERNAL.test(`${args} ${result}`))
  const ofFunctions = (rows: readonly FunctionRow[]): Coverage =>
    compare(
      rows,
      ([oid]) => functions.has(oid),
      ([, name]) => name,
      ([, name, args]) => `${name}(${args})`,
    )
  return {
    functions: ofFunctions(callable),
    aggregates: ofFunctions(callable.filter(([, , , , kind]) => kind === 'a')),
    operators: compare(
      facts.operators,
      ([oid]) => operators.has(oid),
      ([, name]) => name,
      ([, name, left, right]) => `${left} ${name} ${right}`.trim(),
    ),
    casts: compare(
      facts.casts,
      ([source, target]) => casts.has(`${source} ${target}`),
      ([, , source]) => source,
      ([, , source, target]) => `${source} to ${target}`,
    ),
  }
}

const percent = ({ present, total }: Coverage): string => `${((100 * present) / total).toFixed(1)} %`

const HEADINGS = {
  functions: 'Functions that a user can call',
  aggregates: 'of them aggregates',
  operators: 'Operators',
  casts: 'Casts',
}

/** Missing things by the reason why, each group in one paragraph. */
const byReason = ({ missing }: Coverage): string => {
  const groups = new Map<string, string[]>()
  for (const { name, text } of missing) {
    const reason = reasonFor(name)
    groups.set(reason, [...(groups.get(reason) ?? []), text])
  }
  return [...groups]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(
      ([reason, texts]) =>
        `**${reason}** (${texts.length})\n\n${texts
          .toSorted()
          .map((text) => `\`${text}\``)
          .join(', ')}`,
    )
    .join('\n\n')
}

const list = ({ missing }: Coverage): string =>
  missing.length === 0
    ? 'None.'
    : missing
        .map(({ text }) => `\`${text}\``)
        .toSorted()
        .join(', ')

/** docs/compat.md as the registries are now. */
export const document = (): string => {
  const measured = measure()
  const rows = Object.entries(HEADINGS).map(([key, heading]) => {
    const coverage = measured[key as keyof typeof measured]
    return `| ${heading} | ${coverage.present} | ${coverage.total} | ${percent(coverage)} |`
  })
  return `# What of PostgreSQL 15 is there

Written by \`npm run coverage\` from the registries, which are compared by OID with PostgreSQL's own catalogs. A function
that a user can call takes and answers values of SQL types; what serves inside the server alone is not counted.

| | here | PostgreSQL 15 | |
|---|---:|---:|---:|
${rows.join('\n')}

## Functions that are missing

${byReason(measured.functions)}

## Operators that are missing

${list(measured.operators)}

## Casts that are missing

${list(measured.casts)}
`
}

if (import.meta.filename === process.argv[1]) {
  const measured = measure()
  for (const [key, heading] of Object.entries(HEADINGS)) {
    const coverage = measured[key as keyof typeof measured]
    console.log(`${heading}: ${coverage.present} of ${coverage.total} (${percent(coverage)})`)
  }
  writeFileSync(DOCUMENT, document())
  console.log('docs/compat.md is written.')
}
