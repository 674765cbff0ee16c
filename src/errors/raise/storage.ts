/** Classes 53, 58, F0 and XX001: what goes wrong below the tables. */
import { dirname } from 'node:path'
import { SqlError } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'

const FATAL = { severity: 'FATAL' } as const

/** Another server has the records of a data directory open. */
export const lockFileExists = (directory: string): SqlError =>
  new SqlError(SQL_STATE.lock_file_exists, `lock file "${directory}/LOCK" already exists`, {
    ...FATAL,
    hint: `Is another server running in data directory "${dirname(directory)}"?`,
  })

/** The directory was written by a newer version. */
export const incompatibleFormat = (directory: string, found: number, supported: number): SqlError =>
  new SqlError(SQL_STATE.object_not_in_prerequisite_state, 'database files are incompatible with server', {
    ...FATAL,
    detail: `The data directory "${directory}" was initialized by format version ${found}, which is not compatible with this version ${supported}.`,
  })

/** A data directory that was asked for is not there. */
export const noDataDirectory = (directory: string): SqlError =>
  new SqlError(SQL_STATE.undefined_file, `"${directory}" is not a data directory`, FATAL)

export const dataCorrupted = (what: string, detail: string): SqlError =>
  new SqlError(SQL_STATE.data_corrupted, `could not read ${what}`, { detail })

/** A file of column segments whose content is not what its checksum says. */
export const segmentCorrupted = (file: string, detail: string): SqlError =>
  new SqlError(SQL_STATE.data_corrupted, `invalid data in segment file "${file}"`, { detail })

/** A file of index entries whose content is not what its checksum says. */
export const indexCorrupted = (file: string, detail: string): SqlError =>
  new SqlError(SQL_STATE.index_corrupted, `invalid data in index file "${file}"`, {
    detail,
    hint: 'Please REINDEX it.',
  })

/** The store met an error before and takes no more writes until the server is started again. */
export const writesStopped = (cause: string): SqlError =>
  new SqlError(SQL_STATE.read_only_sql_transaction, 'cannot write: the storage stopped accepting writes', {
    detail: cause,
    hint: 'Free disk space or repair the volume, then restart the server.',
  })

/** The system could not say that a file is on stable storage: whatever was written lately may be lost. */
export const syncFailed = (file: string, cause: unknown): SqlError =>
  new SqlError(SQL_STATE.io_error, `could not fsync file "${file}": ${(cause as Error).message}`)

/** An error of the operating system or of LevelDB while writing, with PostgreSQL's SQLSTATE for it. */
export const writeFailed = (file: string, cause: unknown): SqlError => {
  const text = cause instanceof Error ? describe(cause) : String(cause)
  if (/ENOSPC|EDQUOT|no space left|disk quota/i.test(text)) {
    return new SqlError(SQL_STATE.disk_full, `could not write to file "${file}": No space left on device`, {
      hint: 'Check free disk space.',
    })
  }
  if (/EROFS|EACCES|EPERM|read-only file system|permission denied/i.test(text)) {
    return new SqlError(SQL_STATE.read_only_sql_transaction, `could not write to file "${file}": ${text}`)
  }
  return new SqlError(SQL_STATE.io_error, `could not write to file "${file}": ${text}`)
}

const describe = (error: Error): string =>
  error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message

/** nextval past the end of a sequence that does not cycle. */
export const sequenceLimit = (which: 'maximum' | 'minimum', name: string, limit: string): SqlError =>
  new SqlError(
    SQL_STATE.sequence_generator_limit_exceeded,
    `nextval: reached ${which} value of sequence "${name}" (${limit})`,
  )

/** A backup cannot be taken, or is none. */
export const backupFailed = (message: string, detail?: string): SqlError =>
  new SqlError(SQL_STATE.object_not_in_prerequisite_state, message, detail === undefined ? {} : { detail })

/** Where a backup or a restored directory should go there is something already. */
export const directoryNotEmpty = (directory: string): SqlError =>
  new SqlError(SQL_STATE.duplicate_file, `directory "${directory}" exists but is not empty`)
