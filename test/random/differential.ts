/**
 * Random statements on PostgreSQL and here:
 *
 *     node test/random/differential.ts --url postgres://… [--own postgres://…] [--statements N] [--seed S] [--only TEXT]
 *       [--reduce] [--messages]
 *
 * runs each on both and compares rows, column types and modifiers, command tags and SQLSTATEs; messages, hints and
 * positions are counted apart. Without --own the server under test runs in this process. Differences are printed once
 * for each kind and label. `--only`: statements whose label holds the text. `--reduce`: shows a shorter
 * statement with the same difference, too. `--messages`: prints also differences of messages only.
 */
import { parseArgs } from 'node:util'
import { startServer } from '../session/server.ts'
import { connectTo } from './connect.ts'
import { differentialTest, type Found } from './differential-test.ts'
import { describe } from './outcome.ts'

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    own: { type: 'string' },
    statements: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    reduce: { type: 'boolean', default: false },
    messages: { type: 'boolean', default: false },
  },
})
if (values.url === undefined) throw new Error('--url of a PostgreSQL server is missing')
const server = values.own === undefined ? await startServer() : null
const ownUrl = values.own ?? `postgres://postgres@127.0.0.1:${server?.port}/postgres`

const seen = new Map<string, number>()
const report = ({ difference, statement, reference, own }: Found): boolean => {
  const outcome = own.kind === 'error' ? `${own.code} ${own.message.replaceAll(/"[^"]*"|\d+/g, '…')}` : own.kind
  const key = `${difference} ${statement.label} ${outcome}`
  const count = (seen.get(key) ?? 0) + 1
  seen.set(key, count)
  if (count > 1 || (difference === 'message' && !values.messages)) return false
  console.log(
    `## ${difference}: ${statement.label}\n${statement.sql};\n  PostgreSQL: ${describe(reference, own)}\n  here: ${describe(own, reference)}\n`,
  )
  return values.reduce && statement.sql.length > 80
}

const started = performance.now()
const totals = await differentialTest({
  reference: values.url,
  own: ownUrl,
  statements: Number(values.statements),
  seed: Number(values.seed),
  only: values.only,
  report,
  reportShort: (sql) => console.log(`  in short: ${sql};\n`),
  connect: connectTo,
})
const seconds = (performance.now() - started) / 1000
console.log(JSON.stringify({ seed: Number(values.seed), ...totals, seconds: Math.round(seconds) }))
await server?.close()
process.exit(totals.differences === 0 ? 0 : 1)
