/** Classes 25, 40, 55 and 57 as transactions and locks raise them. */
import { SqlError } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'

export const deadlockDetected = (detail: string): SqlError =>
  new SqlError(SQL_STATE.deadlock_detected, 'deadlock detected', { detail, hint: 'See server log for query details.' })

export const lockTimeout = (): SqlError =>
  new SqlError(SQL_STATE.lock_not_available, 'canceling statement due to lock timeout')

/** NOWAIT on a row. */
export const rowLockNotAvailable = (relation: string): SqlError =>
  new SqlError(SQL_STATE.lock_not_available, `could not obtain lock on row in relation "${relation}"`)

/** NOWAIT on a table. */
export const relationLockNotAvailable = (relation: string): SqlError =>
  new SqlError(SQL_STATE.lock_not_available, `could not obtain lock on relation "${relation}"`)

/** LOCK TABLE of what is neither a table nor a view; `kind` in the plural: sequences. */
export const cannotLockRelation = (relation: string, kind: string): SqlError =>
  new SqlError(SQL_STATE.wrong_object_type, `cannot lock relation "${relation}"`, {
    detail: `This operation is not supported for ${kind}.`,
  })

export const concurrentUpdate = (): SqlError =>
  new SqlError(SQL_STATE.serialization_failure, 'could not serialize access due to concurrent update')

export const concurrentMove = (): SqlError =>
  new SqlError(
    SQL_STATE.serialization_failure,
    'tuple to be locked was already moved to another partition due to concurrent update',
  )

export const concurrentDelete = (): SqlError =>
  new SqlError(SQL_STATE.serialization_failure, 'could not serialize access due to concurrent delete')

/** `command` is the statement's name as PostgreSQL writes it: INSERT, CREATE TABLE, nextval(). */
export const readOnlyTransaction = (command: string): SqlError =>
  new SqlError(SQL_STATE.read_only_sql_transaction, `cannot execute ${command} in a read-only transaction`)

export const invalidSnapshotIdentifier = (id: string): SqlError =>
  new SqlError(SQL_STATE.invalid_parameter_value, `invalid snapshot identifier: "${id}"`)

/** SET TRANSACTION SNAPSHOT that cannot be. */
export const snapshotNotImportable = (message: string): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, message)

/** Work in a transaction that has ended. */
export const noActiveTransaction = (): SqlError =>
  new SqlError(SQL_STATE.no_active_sql_transaction, 'there is no transaction in progress')
