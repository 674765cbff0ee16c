/** What the optimizer may know of stored tables. */
import type { TableFacts } from '../optimize/optimize.ts'
import type { Storage } from '../storage/storage.ts'

export const tableFacts = (storage: Storage): TableFacts => ({
  rowCount: (storageId) => (storageId === 0 ? 0 : storage.store(storageId).rowCount),
})
