/** Functions and procedures of databases: their definitions and calls. */
import { type ErrorFields, type Notice, SqlError } from '../sql-error.ts'
import { LocatedError, type Location, syntaxErrorAt } from './analysis.ts'
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

/** Class 42P13. */
export const invalidFunctionDefinition = (message: string, fields: ErrorFields = {}, location?: Location): SqlError =>
  new LocatedError(SQL_STATE.invalid_function_definition, message, location, fields)

export const sqlArgumentType = (type: string): SqlError =>
  invalidFunctionDefinition(`SQL functions cannot have arguments of type ${type}`)

export const sqlResultType = (type: string): SqlError =>
  invalidFunctionDefinition(`SQL functions cannot return type ${type}`)

/** A body whose last statement answers nothing. */
export const noFinalQuery = (type: string, name: string): SqlError =>
  invalidFunctionDefinition(`return type mismatch in function declared to return ${type}`, {
    detail: "Function's final statement must be SELECT or INSERT/UPDATE/DELETE RETURNING.",
    where: `SQL function "${name}"`,
  })

export const routineParameterValue = (message: string): SqlError =>
  new SqlError(SQL_STATE.invalid_parameter_value, message)

export const duplicateFunction = (name: string): SqlError =>
  new SqlError(SQL_STATE.duplicate_function, `function "${name}" already exists with same argument types`)

export const functionInSchema = (signature: string, schema: string): SqlError =>
  new SqlError(SQL_STATE.duplicate_function, `function ${signature} already exists in schema "${schema}"`)

export const routineKindChange = (name: string, kind: string): SqlError =>
  new SqlError(SQL_STATE.wrong_object_type, 'cannot change routine kind', {
    detail: `"${name}" is ${kind === 'aggregate' ? 'an aggregate function' : kind === 'window' ? 'a window function' : `a ${kind}`}.`,
  })

export const noFunctionNamed = (kind: string, name: string): SqlError =>
  new SqlError(SQL_STATE.undefined_function, `could not find a ${kind} named "${name}"`)

export const functionNotUnique = (kind: string, name: string): SqlError =>
  new SqlError(SQL_STATE.ambiguous_function, `${kind} name "${name}" is not unique`, {
    hint: `Specify the argument list to select the ${kind} unambiguously.`,
  })

export const noRoutine = (kind: string, signature: string): SqlError =>
  new SqlError(SQL_STATE.undefined_function, `${kind} ${signature} does not exist`)

export const notThatRoutine = (message: string): SqlError => new SqlError(SQL_STATE.wrong_object_type, message)

/** Texts of reg types that name functions. */
export const undefinedFunctionText = (text: string): SqlError =>
  new SqlError(SQL_STATE.undefined_function, `function "${text}" does not exist`)

export const ambiguousFunctionText = (text: string): SqlError =>
  new SqlError(SQL_STATE.ambiguous_function, `more than one function named "${text}"`)

export const expectedLeftParenthesis = (): SqlError =>
  new SqlError(SQL_STATE.invalid_text_representation, 'expected a left parenthesis')

export const expectedRightParenthesis = (): SqlError =>
  new SqlError(SQL_STATE.invalid_text_representation, 'expected a right parenthesis')

export const undefinedOperatorText = (text: string): SqlError =>
  new SqlError(SQL_STATE.undefined_function, `operator does not exist: ${text}`)

export const ambiguousOperatorText = (text: string): SqlError =>
  new SqlError(SQL_STATE.ambiguous_function, `more than one operator named ${text}`)

export const aggregateAttributeUnknown = (name: string): Notice => ({
  severity: 'WARNING',
  code: SQL_STATE.syntax_error,
  message: `aggregate attribute "${name}" not recognized`,
})

export const transitionTypeMismatch = (name: string, type: string): SqlError =>
  new SqlError(SQL_STATE.datatype_mismatch, `return type of transition function ${name} is not ${type}`)

/** A text that a function was to run as a query. */
export const noQuery = (text: string): SqlError =>
  new SqlError(SQL_STATE.invalid_parameter_value, `cannot run as a query: ${text}`)
