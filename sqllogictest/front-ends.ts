/**
 * Compares the two front ends: `node sqllogictest/front-ends.ts FILES…` reads every statement of sqllogictest files
 * (also compressed) and of SQL scripts (`.sql`) with node-sql-parser and with libpg-query. Where the former accepts one,
 * both must answer the same tree; places in the text count, too. Prints statements that differ, and how many were accepted,
 * refused (`--refused`: which, and why) and different for each file; exits with 1 when there was a difference.
 */
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { parseAs } from '../src/sql/front-ends.ts'
import { parseTestFile } from './parse.ts'
import { plainTree } from './plain-tree.ts'

const { values: options, positionals: files } = parseArgs({
  allowPositionals: true,
  options: { refused: { type: 'boolean', default: false } },
})

const statementsOf = (file: string): readonly string[] => {
  const bytes = readFileSync(file)
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  if (!file.endsWith('.sql')) return parseTestFile(text, 'postgresql').records.map((record) => record.sql)
  return text.split(/^-- ?;\n/m)
}

/** Statements that libpg-query reads, each alone, with its tree. */
const known = (text: string): readonly { readonly node: unknown; readonly text: string }[] => {
  try {
    return parseAs('libpg-query', text).map((statement) => {
      const own = statement.text.trim()
      return { node: parseAs('libpg-query', own)[0]?.node, text: own }
    })
  } catch {
    return []
  }
}

const total = { accepted: 0, refused: 0, differing: 0 }
for (const file of files) {
  const counts = { accepted: 0, refused: 0, differing: 0 }
  for (const { node, text } of statementsOf(file).flatMap(known)) {
    let own: unknown
    try {
      own = parseAs('node-sql-parser', text)[0]?.node
    } catch (error) {
      counts.refused++
      if ((error as { readonly code?: unknown }).code !== '0A000') throw error
      if (options.refused) console.log(`${file}: ${(error as Error).message}\n    ${text}`)
      continue
    }
    if (isDeepStrictEqual(plainTree(own), plainTree(node))) counts.accepted++
    else {
      counts.differing++
      console.log(`${file}: differs\n    ${text}\n    ${JSON.stringify(own)}\n    ${JSON.stringify(node)}`)
    }
  }
  console.log(`${file}: ${counts.accepted} accepted, ${counts.refused} refused, ${counts.differing} differing`)
  for (const key of ['accepted', 'refused', 'differing'] as const) total[key] += counts[key]
}
console.log(`${total.accepted} accepted, ${total.refused} refused, ${total.differing} differing`)
process.exitCode = total.differing === 0 ? 0 : 1
