/** Functions that look after the server itself; TesseraDB's own. */
import { sessionScalar } from '../define.ts'
import type { ScalarFunction } from '../records.ts'

export const maintenanceFunctions: readonly ScalarFunction[] = [
  sessionScalar(
    9901,
    'tesseradb_backup(text) text',
    'copy all data of the server into a new directory',
    ({ maintenance }, target: string) => maintenance?.backup(target) ?? null,
    { volatility: 'volatile', blocking: true },
  ),
]
