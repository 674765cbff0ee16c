/** What goes wrong when the program itself is a client of a server. */
import { SqlError } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'

/** An error that the server answered. */
export const serverSaid = (message: string, detail: string | undefined, hint: string | undefined): SqlError =>
  new SqlError(SQL_STATE.io_error, message, {
    ...(detail === undefined ? {} : { detail }),
    ...(hint === undefined ? {} : { hint }),
  })

export const authenticationUnsupported = (): SqlError =>
  new SqlError(SQL_STATE.connection_failure, 'the server asks for a password, which this command cannot give', {
    hint: "Connect with any client instead and run SELECT tesseradb_backup('TARGET-DIR').",
  })

export const unexpectedEnd = (): SqlError =>
  new SqlError(SQL_STATE.connection_failure, 'server closed the connection unexpectedly')
