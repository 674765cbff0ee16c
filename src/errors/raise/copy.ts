/** Errors of COPY: its options and the data it reads. */
import type { ErrorFields } from '../sql-error.ts'
import { SqlError } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'

/** Data that does not have the form of its format (22P04). */
export const badCopyData = (message: string, fields: ErrorFields = {}): SqlError =>
  new SqlError(SQL_STATE.bad_copy_file_format, message, fields)

export const copyExtraData = (): SqlError => badCopyData('extra data after last expected column')

export const copyMissingData = (column: string): SqlError => badCopyData(`missing data for column "${column}"`)

/** The two line ends that do not go together: `kind` is the one that is out of place. */
export const copyLiteralLineEnd = (kind: 'newline' | 'carriage return', csv: boolean): SqlError => {
  const hint = csv
    ? `Use quoted CSV field to represent ${kind}.`
    : `Use "${kind === 'newline' ? '\\n' : '\\r'}" to represent ${kind}.`
  return badCopyData(`${csv ? 'unquoted' : 'literal'} ${kind} found in data`, { hint })
}

/** Options that contradict each other or the direction of the copy (0A000). */
export const copyNotSupported = (message: string): SqlError => new SqlError(SQL_STATE.feature_not_supported, message)

/** An option's value that will not do (22023). */
export const copyInvalidValue = (message: string, position?: number): SqlError =>
  new SqlError(SQL_STATE.invalid_parameter_value, message, position === undefined ? {} : { position })

/** An option that is no option, or has no such argument (42601). */
export const copySyntaxError = (message: string, position?: number): SqlError =>
  new SqlError(SQL_STATE.syntax_error, message, position === undefined ? {} : { position })

export const cannotCopyPartitioned = (name: string): SqlError =>
  new SqlError(SQL_STATE.wrong_object_type, `cannot copy from partitioned table "${name}"`, {
    hint: 'Try the COPY (SELECT ...) TO variant.',
  })
