/** What functions of maintenance do in a session. */
import { functionDenied } from '../errors/raise/session.ts'
import type { MaintenanceServices } from '../functions/context.ts'
import { writeBackup } from '../storage/backup/write-backup.ts'
import { checkDatabase } from './check/check-database.ts'
import type { SessionCore } from './core.ts'

export const maintenanceServices = (core: SessionCore): MaintenanceServices => ({
  check: () =>
    Array.fromAsync(checkDatabase(core), ({ severity, object, file, message }) => [severity, object, file, message]),
  backup: async (target) => {
    if (!core.role.superuser) throw functionDenied('tesseradb_backup')
    const { files, bytes } = await writeBackup(core.parts.storage, target)
    return `${files} files, ${bytes} bytes`
  },
})
