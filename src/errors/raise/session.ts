/** What a session refuses: names, transactions, prepared statements, portals, connections. */
import { SqlError } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'

export const tooManyDots = (name: string): SqlError =>
  new SqlError(SQL_STATE.syntax_error, `improper relation name (too many dotted names): ${name}`)

export const invalidName = (): SqlError => new SqlError(SQL_STATE.invalid_name, 'invalid name syntax')

export const inFailedTransaction = (): SqlError =>
  new SqlError(
    SQL_STATE.in_failed_sql_transaction,
    'current transaction is aborted, commands ignored until end of transaction block',
  )

export const idleInTransactionTimeout = (): SqlError =>
  new SqlError(
    SQL_STATE.idle_in_transaction_session_timeout,
    'terminating connection due to idle-in-transaction timeout',
    { severity: 'FATAL' },
  )

export const idleSessionTimeout = (): SqlError =>
  new SqlError(SQL_STATE.idle_session_timeout, 'terminating connection due to idle-session timeout', {
    severity: 'FATAL',
  })

/** Modes of a transaction that must be chosen at its beginning; `what` is the statement or mode. */
export const mustPrecedeQueries = (what: string): SqlError =>
  new SqlError(
    SQL_STATE.active_sql_transaction,
    `${what} must be ${what.startsWith('SET') ? 'called' : 'set'} before any query`,
  )

export const notInSubtransaction = (message: string): SqlError =>
  new SqlError(SQL_STATE.active_sql_transaction, message)

export const duplicatePrepared = (name: string): SqlError =>
  new SqlError(SQL_STATE.duplicate_prepared_statement, `prepared statement "${name}" already exists`)

export const undefinedPrepared = (name: string): SqlError =>
  name === ''
    ? new SqlError(SQL_STATE.invalid_sql_statement_name, 'unnamed prepared statement does not exist')
    : new SqlError(SQL_STATE.invalid_sql_statement_name, `prepared statement "${name}" does not exist`)

export const duplicateCursor = (name: string): SqlError =>
  new SqlError(SQL_STATE.duplicate_cursor, `cursor "${name}" already exists`)

export const undefinedPortal = (name: string): SqlError =>
  new SqlError(SQL_STATE.invalid_cursor_name, `portal "${name}" does not exist`)

export const undefinedCursor = (name: string): SqlError =>
  new SqlError(SQL_STATE.invalid_cursor_name, `cursor "${name}" does not exist`)

export const severalCommandsPrepared = (): SqlError =>
  new SqlError(SQL_STATE.syntax_error, 'cannot insert multiple commands into a prepared statement')

export const wrongParameterCount = (name: string, given: number, wanted: number): SqlError =>
  new SqlError(
    SQL_STATE.protocol_violation,
    `bind message supplies ${given} parameters, but prepared statement "${name}" requires ${wanted}`,
  )

export const cachedPlanChanged = (): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, 'cached plan must not change result type')

export const noTransactionBlock = (command: string): SqlError =>
  new SqlError(SQL_STATE.no_active_sql_transaction, `${command} can only be used in transaction blocks`)

export const inTransactionBlock = (command: string, where?: string): SqlError =>
  new SqlError(
    SQL_STATE.active_sql_transaction,
    `${command} cannot run inside a transaction block`,
    where === undefined ? {} : { where },
  )

export const undefinedSavepoint = (name: string): SqlError =>
  new SqlError(SQL_STATE.invalid_savepoint_specification, `savepoint "${name}" does not exist`)

export const undefinedDatabase = (name: string): SqlError =>
  new SqlError(SQL_STATE.invalid_catalog_name, `database "${name}" does not exist`, { severity: 'FATAL' })

export const undefinedLoginRole = (name: string): SqlError =>
  new SqlError(SQL_STATE.invalid_authorization_specification, `role "${name}" does not exist`, { severity: 'FATAL' })

export const loginNotPermitted = (name: string): SqlError =>
  new SqlError(SQL_STATE.invalid_authorization_specification, `role "${name}" is not permitted to log in`, {
    severity: 'FATAL',
  })

export const databaseNotConnectable = (name: string): SqlError =>
  new SqlError(
    SQL_STATE.object_not_in_prerequisite_state,
    `database "${name}" is not currently accepting connections`,
    { severity: 'FATAL' },
  )

export const unsupportedStatement = (what: string): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, `${what} is not supported`)

export const undefinedSequenceValue = (name: string): SqlError =>
  new SqlError(
    SQL_STATE.object_not_in_prerequisite_state,
    `currval of sequence "${name}" is not yet defined in this session`,
  )

export const undefinedLastval = (): SqlError =>
  new SqlError(SQL_STATE.object_not_in_prerequisite_state, 'lastval is not yet defined in this session')

export const notASequence = (name: string): SqlError =>
  new SqlError(SQL_STATE.wrong_object_type, `"${name}" is not a sequence`)

export const setvalOutOfBounds = (
  name: string,
  value: number | bigint,
  min: number | bigint,
  max: number | bigint,
): SqlError =>
  new SqlError(
    SQL_STATE.numeric_value_out_of_range,
    `setval: value ${value} is out of bounds for sequence "${name}" (${min}..${max})`,
  )

export const cursorForwardOnly = (): SqlError =>
  new SqlError(SQL_STATE.object_not_in_prerequisite_state, 'cursor can only scan forward', {
    hint: 'Declare it with SCROLL option to enable backward scan.',
  })

/** A function that only superusers may call. */
export const functionDenied = (name: string): SqlError =>
  new SqlError(SQL_STATE.insufficient_privilege, `permission denied for function ${name}`)

const invalidCursorState = (message: string): SqlError => new SqlError(SQL_STATE.invalid_cursor_state, message)

export const cursorNotPositioned = (cursor: string): SqlError =>
  invalidCursorState(`cursor "${cursor}" is not positioned on a row`)

export const cursorHeld = (cursor: string): SqlError =>
  invalidCursorState(`cursor "${cursor}" is held from a previous transaction`)

export const cursorNotUpdatable = (cursor: string, table: string): SqlError =>
  invalidCursorState(`cursor "${cursor}" is not a simply updatable scan of table "${table}"`)

export const cursorWithoutLock = (cursor: string, table: string, several: boolean): SqlError =>
  invalidCursorState(
    several
      ? `cursor "${cursor}" has multiple FOR UPDATE/SHARE references to table "${table}"`
      : `cursor "${cursor}" does not have a FOR UPDATE/SHARE reference to table "${table}"`,
  )

export const cursorLocks = (what: string, clause: string, detail: string): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, `DECLARE ${what} ... ${clause} is not supported`, { detail })

/** A setting that names a role. */
export const unknownRole = (name: string): SqlError =>
  new SqlError(SQL_STATE.invalid_parameter_value, `role "${name}" does not exist`)

export const roleDenied = (name: string): SqlError =>
  new SqlError(SQL_STATE.insufficient_privilege, `permission denied to set role "${name}"`)

export const notInSecurityDefiner = (setting: string): SqlError =>
  new SqlError(SQL_STATE.insufficient_privilege, `cannot set parameter "${setting}" within security-definer function`)

export const sessionAuthorizationDenied = (): SqlError =>
  new SqlError(SQL_STATE.insufficient_privilege, 'permission denied to set session authorization')
