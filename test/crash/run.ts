/**
 * As many crashes as wanted: `node test/crash/run.ts [ROUNDS] [SEED]`. The directory stays when something is lost.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomFrom } from '../storage/support/fixture.ts'
import { torture } from './support/torture.ts'

const rounds = Number(process.argv[2] ?? 200)
const seed = Number(process.argv[3] ?? 1)
const directory = mkdtempSync(join(tmpdir(), 'tesseradb-crash-'))
const started = performance.now()
let done = 0
let met = 0
let transactions = 0
try {
  for await (const round of torture(directory, rounds, randomFrom(seed))) {
    done++
    if (round.met) met++
    transactions = round.transactions
    process.stdout.write(`${done} ${round.plan}${round.met ? ', met' : ''}: ${transactions} transactions\n`)
  }
  rmSync(directory, { recursive: true, force: true })
} catch (error) {
  process.stdout.write(`${(error as Error).stack}\nThe directory is ${directory}\n`)
  process.exitCode = 1
}
const seconds = Math.round((performance.now() - started) / 1000)
process.stdout.write(
  `${done} crashes (${met} at named points) in ${seconds} s, ${transactions} transactions there at the end\n`,
)
