/**
 * Every operation on the disk fails once in a workload that does everything: the transaction fails and leaves nothing,
 * writes are refused once it is not certain what is on the disk, reads go on, and the next start finds all that was
 * acknowledged.
 */
import { expect, test } from 'vitest'
import { syncFailed, writeFailed } from '../../src/errors/raise/storage.ts'
import { runFault, runModel } from './support/fault-run.ts'

/** Operations between two runs. */
const STRIDE = 6

const model = await runModel()

test.each([
  ['the disk is full', writeFailed('disk', new Error('ENOSPC: no space left on device')), 'some', 2],
  ['a write cannot be synced', syncFailed('disk', new Error('EIO: i/o error')), 'everything', 5],
] as const)(
  '%s at any operation',
  async (_name, error, survival, first) => {
    const wrong: string[] = []
    for (let at = first; at <= model.operations; at += STRIDE) {
      for (const text of await runFault(model, { at, error }, survival)) wrong.push(`operation ${at}: ${text}`)
    }
    expect(wrong).toEqual([])
  },
  60_000,
)
