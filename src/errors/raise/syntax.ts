/** Class 42, syntax: what the grammar refuses. */
import { type Notice, SqlError } from '../sql-error.ts'
import { SQL_STATE, type SqlState } from '../sql-state.ts'

/** Refusals of the grammar that are no plain syntax errors. */
const stateOf = (message: string): SqlState => {
  if (message.endsWith('is only supported for ON DELETE actions')) return SQL_STATE.feature_not_supported
  if (message.startsWith('column number must be')) return SQL_STATE.invalid_parameter_value
  if (message.startsWith('unrecognized partitioning strategy')) return SQL_STATE.invalid_parameter_value
  if (message.startsWith('frame ')) return SQL_STATE.windowing_error
  if (/^role name ".*" is reserved$/.test(message)) return SQL_STATE.reserved_name
  return message.startsWith('precision for type float') ? SQL_STATE.invalid_parameter_value : SQL_STATE.syntax_error
}

/** Refusals that PostgreSQL names no place for. */
const UNPLACED = /^(WITH TIES|unrecognized partitioning strategy)/

/** `position` counts characters from 1; `isUnicode`: it is in a literal U&'…'. */
export const syntaxError = (message: string, position?: number, isUnicode = false): SqlError => {
  const place = position === undefined || UNPLACED.test(message) ? {} : { position }
  if (message.startsWith('unrecognized row security option')) {
    const hint = 'Only PERMISSIVE or RESTRICTIVE policies are supported currently.'
    return new SqlError(stateOf(message), message, { hint, ...place })
  }
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

/** U&'…' where backslashes of plain strings mean something. */
export const unsafeUnicodeString = (position: number): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, 'unsafe use of string constant with Unicode escapes', {
    detail: 'String constants with Unicode escapes cannot be used when standard_conforming_strings is off.',
    position,
  })

const BACKSLASH_WARNINGS = {
  quote: [
    "nonstandard use of \\' in a string literal",
    "Use '' to write quotes in strings, or use the escape string syntax (E'...').",
  ],
  backslash: [
    'nonstandard use of \\\\ in a string literal',
    "Use the escape string syntax for backslashes, e.g., E'\\\\'.",
  ],
  other: [
    'nonstandard use of escape in a string literal',
    "Use the escape string syntax for escapes, e.g., E'\\r\\n'.",
  ],
} as const

/** `escape_string_warning`: a backslash that means something in a plain string. */
export const backslashWarning = (kind: keyof typeof BACKSLASH_WARNINGS, position: number): Notice => ({
  severity: 'WARNING',
  code: SQL_STATE.nonstandard_use_of_escape_character,
  message: BACKSLASH_WARNINGS[kind][0],
  fields: { hint: BACKSLASH_WARNINGS[kind][1], position },
})
