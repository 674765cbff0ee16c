/** A sequence read as a relation: its one row. */
import type { Storage } from '../storage/storage.ts'
import type { SystemRelation } from './objects.ts'

export const sequenceRows = (storageId: number): SystemRelation => ({
  rows: (source) => {
    const { lastValue, isCalled, logCount } = (source as { storage: Storage }).storage.sequences.state(storageId)
    return [[lastValue, logCount, isCalled]]
  },
})
