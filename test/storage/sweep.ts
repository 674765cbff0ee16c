/**
 * Every fault at every operation of the workload, with everything that a power cut may leave: more than the tests have
 * time for. `node test/storage/sweep.ts [power|full|io …]`
 */
import { syncFailed, writeFailed } from '../../src/errors/raise/storage.ts'
import type { Fault } from './support/faulty-disk.ts'
import { runFault, runModel } from './support/fault-run.ts'

const FAULTS: Readonly<Record<string, Fault['error']>> = {
  power: 'power',
  full: writeFailed('disk', new Error('ENOSPC: no space left on device')),
  io: syncFailed('disk', new Error('EIO: i/o error')),
}

const model = await runModel()
const kinds = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(FAULTS)
let runs = 0
let failures = 0
for (const kind of kinds) {
  for (let at = 1; at <= model.operations; at++) {
    for (const survival of ['nothing', 'some', 'everything'] as const) {
      runs++
      const wrong = await runFault(model, { at, error: FAULTS[kind] as Fault['error'] }, survival)
      if (wrong.length > 0) failures++
      for (const text of wrong) process.stdout.write(`${kind} at ${at}, ${survival} survives: ${text}\n`)
    }
  }
}
process.stdout.write(`${runs} runs over ${model.operations} operations, ${failures} failures\n`)
process.exit(failures === 0 ? 0 : 1)
