/** Set-returning functions that look after the server itself; TesseraDB's own. */
import { setReturning } from '../define.ts'
import type { SetReturningFunction } from '../records.ts'

export const maintenanceSets: readonly SetReturningFunction[] = [
  setReturning(9900, 'tesseradb_check() record', 'damage found in the current database', () => [], {
    volatility: 'volatile',
    estimatedRows: 10,
    columns: ['severity text', 'object text', 'file text', 'message text'],
    gather: async ({ maintenance }) => (await maintenance?.check()) ?? [],
  }),
]
