/** Class 42, syntax: what the grammar refuses. */
import { SqlError } from '../sql-error.ts'
import { SQL_STATE, type SqlState } from '../sql-state.ts'

/** Refusals of the grammar that are no plain syntax errors. */
const stateOf = (message: string): SqlState => {
  if (message.startsWith('frame ')) return SQL_STATE.windowing_error
  if (/^role name ".*" is reserved$/.test(message)) return SQL_STATE.reserved_name
  return message.startsWith('precision for type float') ? SQL_STATE.invalid_parameter_value : SQL_STATE.syntax_error
}

/** `position` counts characters from 1; `isUnicode`: it is in a literal U&'…'. */
export const syntaxError = (message: string, position?: number, isUnicode = false): SqlError => {
  const place = position === undefined || message.startsWith('WITH TIES') ? {} : { position }
  if (message !== 'invalid Unicode escape') return new SqlError(stateOf(message), message, place)
  return !isUnicode
    ? new SqlError(SQL_STATE.invalid_escape_sequence, message, {
        hint: 'Unicode escapes must be \\uXXXX or \\UXXXXXXXX.',
        ...place,
      })
    : new SqlError(SQL_STATE.syntax_error, message, { hint: 'Unicode escapes must be \\XXXX or \\+XXXXXX.', ...place })
}

const refused = (message: string, position: number | undefined): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, message, {
    hint: "SET tesseradb.parser = 'libpg-query' reads everything that PostgreSQL does.",
    ...(position === undefined ? {} : { position }),
  })

/** Where the tree of the second front end is not surely what PostgreSQL would understand. */
export const frontEndRefuses = (what: string, position?: number): SqlError =>
  refused(`node-sql-parser cannot be relied on for ${what}`, position)

/** What the second front end has no tree for, though PostgreSQL may. */
export const frontEndFails = (position?: number): SqlError =>
  refused('node-sql-parser cannot read this statement', position)
