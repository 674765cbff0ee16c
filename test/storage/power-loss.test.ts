/**
 * The power goes at every operation on the disk of a workload that does everything: what a server finds afterwards is
 * the state after a transaction, none that was acknowledged is missing, and nothing contradicts itself.
 */
import { expect, test } from 'vitest'
import { runFault, runModel } from './support/fault-run.ts'

/** Operations between two runs; each run loses something else of what was not synced. */
const STRIDE = 2
const SURVIVALS = ['nothing', 'some', 'everything'] as const

const model = await runModel()

test('the workload reaches the disk often', () => {
  expect(model.operations).toBeGreaterThan(150)
})

test.each(SURVIVALS)(
  'the power goes at any operation, and of what was not synced %s survives',
  async (survival) => {
    const wrong: string[] = []
    for (let at = 1 + SURVIVALS.indexOf(survival); at <= model.operations; at += SURVIVALS.length * STRIDE) {
      for (const text of await runFault(model, { at, error: 'power' }, survival)) wrong.push(`operation ${at}: ${text}`)
    }
    expect(wrong).toEqual([])
  },
  60_000,
)
