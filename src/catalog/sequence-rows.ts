/** A sequence read as a relation: its one row. */
import type { SystemRelation } from './objects.ts'

export const sequenceRows = (storageId: number): SystemRelation => ({
  rows: (source) => {
    const { lastValue, isCalled, logCount } = source.eval.sequences.state(storageId)
    return [[lastValue, logCount, isCalled]]
  },
})
