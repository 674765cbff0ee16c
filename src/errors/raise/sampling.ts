/** Errors of TABLESAMPLE. */
import { SqlError } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'
import { located, type Location } from './analysis.ts'

export const wrongSampleArguments = (method: string, wanted: number, given: number, location?: Location): SqlError =>
  located(
    SQL_STATE.invalid_tablesample_argument,
    `tablesample method ${method} requires ${wanted} argument${wanted === 1 ? '' : 's'}, not ${given}`,
    location,
  )

export const sampleShareOutOfRange = (): SqlError =>
  new SqlError(SQL_STATE.invalid_tablesample_argument, 'sample percentage must be between 0 and 100')

export const sampleArgumentNull = (): SqlError =>
  new SqlError(SQL_STATE.invalid_tablesample_argument, 'TABLESAMPLE parameter cannot be null')

export const sampleSeedNull = (): SqlError =>
  new SqlError(SQL_STATE.invalid_tablesample_repeat, 'TABLESAMPLE REPEATABLE parameter cannot be null')
