/** What functions of maintenance do in a session. */
import type { MaintenanceServices } from '../functions/context.ts'
import { checkDatabase } from './check/check-database.ts'
import type { SessionCore } from './core.ts'

export const maintenanceServices = (core: SessionCore): MaintenanceServices => ({
  check: () =>
    Array.fromAsync(checkDatabase(core), ({ severity, object, file, message }) => [severity, object, file, message]),
})
