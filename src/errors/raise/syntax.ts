/** Class 42, syntax: what the grammar refuses. */
import { SqlError } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'

export const syntaxError = (message: string, position?: number): SqlError =>
  new SqlError(SQL_STATE.syntax_error, message, position === undefined ? {} : { position })
