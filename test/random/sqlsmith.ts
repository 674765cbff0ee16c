/**
 * sqlsmith (Debian's package) against a server of its own:
 *
 *     node test/random/sqlsmith.ts [--minutes M] [--seed S] [--queries N]
 *
 * runs rounds of N queries, over tables of the database and in every other round over the catalogs, too, until the
 * minutes are over. It fails when a statement ends in an internal error (XX000), when the server ends or does not answer any more, or
 * when a statement runs on past statement_timeout.
 */
import { parseArgs } from 'node:util'
import { runSmith } from './smith.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    queries: { type: 'string', default: '1000' },
  },
})

const { minutes, seed, queries } = values
const report = await runSmith({ minutes: Number(minutes), seed: Number(seed), queries: Number(queries) })
console.log(JSON.stringify({ seed: Number(seed), ...report }))
process.exit(report.problem === null && report.internalErrors === 0 ? 0 : 1)
