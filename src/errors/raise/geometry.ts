/** Conditions of geometric types and their functions. */
import { SqlError } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'
import { invalidParameterValue } from './data.ts'

/** The text of a line that is none. */
export const invalidLineText = (reason: string): SqlError =>
  new SqlError(SQL_STATE.invalid_text_representation, `invalid line specification: ${reason}`)

export const pointsNotDistinct = (): SqlError =>
  invalidParameterValue('invalid line specification: must be two distinct points')

export const openPathNoPolygon = (): SqlError => invalidParameterValue('open path cannot be converted to polygon')

export const tooFewPoints = (): SqlError => invalidParameterValue('must request at least 2 points')

export const circleWithoutRadius = (): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, 'cannot convert circle with radius zero to polygon')
