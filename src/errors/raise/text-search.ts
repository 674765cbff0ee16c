/** Conditions of text search: texts of vectors and queries, weights, options. */
import { SqlError } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'
import { invalidParameterValue } from './data.ts'

export const tsvectorSyntaxError = (text: string): SqlError =>
  new SqlError(SQL_STATE.syntax_error, `syntax error in tsvector: "${text}"`)

export const invalidWordPosition = (text: string): SqlError =>
  new SqlError(SQL_STATE.syntax_error, `wrong position info in tsvector: "${text}"`)

export const tsquerySyntaxError = (text: string): SqlError =>
  new SqlError(SQL_STATE.syntax_error, `syntax error in tsquery: "${text}"`)

export const tsqueryOperandEmpty = (text: string): SqlError =>
  new SqlError(SQL_STATE.syntax_error, `no operand in tsquery: "${text}"`)

export const tsqueryMalformed = (): SqlError =>
  new SqlError(SQL_STATE.invalid_binary_representation, 'malformed tsquery: operator not found')

export const phraseDistanceError = (max: number): SqlError =>
  invalidParameterValue(`distance in phrase operator must be an integer value between zero and ${max} inclusive`)

export const wordTooLong = (bytes: number, max: number): SqlError =>
  new SqlError(SQL_STATE.program_limit_exceeded, `word is too long (${bytes} bytes, max ${max} bytes)`)

export const tsvectorTooLong = (bytes: number, max: number): SqlError =>
  new SqlError(SQL_STATE.program_limit_exceeded, `string is too long for tsvector (${bytes} bytes, max ${max} bytes)`)

export const unrecognizedWeight = (weight: string): SqlError =>
  invalidParameterValue(`unrecognized weight: "${weight}"`)

export const unknownConfiguration = (name: string): SqlError =>
  new SqlError(SQL_STATE.undefined_object, `text search configuration "${name}" does not exist`)

export const noEscapedCharacter = (text: string): SqlError =>
  new SqlError(SQL_STATE.syntax_error, `there is no escaped character: "${text}"`)

export const unknownDictionary = (name: string): SqlError =>
  new SqlError(SQL_STATE.undefined_object, `text search dictionary "${name}" does not exist`)

export const unknownParser = (name: string): SqlError =>
  new SqlError(SQL_STATE.undefined_object, `text search parser "${name}" does not exist`)

export const invalidHeadlineOption = (message: string): SqlError => invalidParameterValue(message)

export const invalidOptionList = (text: string): SqlError =>
  new SqlError(SQL_STATE.syntax_error, `invalid parameter list format: "${text}"`)

export const emptyLexeme = (): SqlError =>
  new SqlError(SQL_STATE.zero_length_character_string, 'lexeme array may not contain empty strings')

export const statQueryColumns = (): SqlError => invalidParameterValue('ts_stat query must return one tsvector column')

export const rewriteQueryColumns = (): SqlError =>
  invalidParameterValue('ts_rewrite query must return two tsquery columns')
