/** Functions and procedures of databases: their definitions and calls. */
import { SqlError } from '../sql-error.ts'
import { type Location, syntaxErrorAt } from './analysis.ts'
import { SQL_STATE } from '../sql-state.ts'

export const internalFunctionMissing = (name: string): SqlError =>
  new SqlError(SQL_STATE.undefined_function, `there is no built-in function named "${name}"`)

export const languageMissing = (name: string): SqlError =>
  new SqlError(SQL_STATE.undefined_object, `language "${name}" does not exist`)

/** A function that only reads was called where nothing can wait, and another session is in its way. */
export const bodyMustWait = (name: string): SqlError =>
  new SqlError(SQL_STATE.lock_not_available, `function ${name} would have to wait here`)

/** The last statement of a function in SQL does not deliver what the function declares. */
export const returnTypeMismatch = (type: string, detail: string): SqlError =>
  new SqlError(SQL_STATE.invalid_function_definition, `return type mismatch in function declared to return ${type}`, {
    detail,
  })

export const conflictingOptions = (location: Location): SqlError =>
  syntaxErrorAt('conflicting or redundant options', location)

/** A function that a definition names by its argument types. */
export const undefinedFunctionNamed = (signature: string): SqlError =>
  new SqlError(SQL_STATE.undefined_function, `function ${signature} does not exist`)
