/** The sub-commands that look after a data directory: check, backup, restore. */
import { resolve } from 'node:path'
import type { MaintenanceCommand } from './config/maintenance-commands.ts'
import { checkDirectory } from './session/check/check-directory.ts'
import { restoreBackup } from './storage/backup/restore-backup.ts'
import { queryValue } from './wire/query-client.ts'

/** Runs a sub-command; it says on standard output what came of it. Answers false when a check has found something. */
export const maintain = async (command: MaintenanceCommand): Promise<boolean> => {
  const say = (line: string): void => void process.stdout.write(`${line}\n`)
  switch (command.command) {
    case 'check':
      return (await checkDirectory(command.dataDirectory, say)) === 0
    case 'backup': {
      const { target, ...server } = command
      const literal = resolve(target).replaceAll("'", "''")
      const value = await queryValue({ ...server, database: 'postgres' }, `SELECT tesseradb_backup('${literal}')`)
      say(`backup complete: ${value}`)
      return true
    }
    case 'restore': {
      const { files, bytes } = await restoreBackup(command.source, command.dataDirectory)
      say(`restored: ${files} files, ${bytes} bytes`)
      return true
    }
  }
}
