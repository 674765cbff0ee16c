/** Prepared transactions: what PREPARE TRANSACTION, COMMIT PREPARED and ROLLBACK PREPARED refuse. */
import { SqlError } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'

export const identifierTooLong = (gid: string): SqlError =>
  new SqlError(SQL_STATE.invalid_parameter_value, `transaction identifier "${gid}" is too long`)

/** max_prepared_transactions is zero. */
export const preparedDisabled = (): SqlError =>
  new SqlError(SQL_STATE.object_not_in_prerequisite_state, 'prepared transactions are disabled', {
    hint: 'Set max_prepared_transactions to a nonzero value.',
  })

export const identifierInUse = (gid: string): SqlError =>
  new SqlError(SQL_STATE.duplicate_object, `transaction identifier "${gid}" is already in use`)

export const tooManyPrepared = (limit: number): SqlError =>
  new SqlError(SQL_STATE.configuration_limit_exceeded, 'maximum number of prepared transactions reached', {
    hint: `Increase max_prepared_transactions (currently ${limit}).`,
  })

/** `what`: a transaction that has operated on temporary objects, … */
export const cannotPrepare = (what: string): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, `cannot PREPARE ${what}`)

export const undefinedPreparedTransaction = (gid: string): SqlError =>
  new SqlError(SQL_STATE.undefined_object, `prepared transaction with identifier "${gid}" does not exist`)

export const preparedBusy = (gid: string): SqlError =>
  new SqlError(SQL_STATE.object_not_in_prerequisite_state, `prepared transaction with identifier "${gid}" is busy`)

export const preparedByOther = (): SqlError =>
  new SqlError(SQL_STATE.insufficient_privilege, 'permission denied to finish prepared transaction', {
    hint: 'Must be superuser or the user that prepared the transaction.',
  })

export const preparedElsewhere = (): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, 'prepared transaction belongs to another database', {
    hint: 'Connect to the database where the transaction was prepared to finish it.',
  })
