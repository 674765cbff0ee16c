/**
 * Logical equivalences over random queries, without a referee:
 *
 *     node test/random/equivalence.ts [--own postgres://…] [--queries N] [--seed S]
 *
 * prints each mismatch and the totals. Without --own the server runs in this process.
 */
import { parseArgs } from 'node:util'
import { startServer } from '../session/server.ts'
import { connectTo } from './connect.ts'
import { equivalenceTest } from './equivalence-test.ts'

const { values } = parseArgs({
  options: {
    own: { type: 'string' },
    queries: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
  },
})
const server = values.own === undefined ? await startServer() : null
const url = values.own ?? `postgres://postgres@127.0.0.1:${server?.port}/postgres`

const started = performance.now()
const totals = await equivalenceTest({
  url,
  queries: Number(values.queries),
  seed: Number(values.seed),
  report: ({ check, left, right }) => {
    console.log(
      `## ${check.name}\n${check.left.sql};\n  ${left}\n${check.right.sql}; -- ${check.right.way}\n  ${right}\n`,
    )
  },
  connect: connectTo,
})
const seconds = Math.round((performance.now() - started) / 1000)
console.log(JSON.stringify({ seed: Number(values.seed), ...totals, seconds }))
await server?.close()
process.exit(totals.mismatches === 0 ? 0 : 1)
