/** What EXPLAIN refuses of its options. */
import { SqlError } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'

export const unknownExplainOption = (option: string, position?: number): SqlError =>
  new SqlError(
    SQL_STATE.syntax_error,
    `unrecognized EXPLAIN option "${option}"`,
    position === undefined ? {} : { position },
  )

export const unknownExplainValue = (option: string, value: string, position?: number): SqlError =>
  new SqlError(
    SQL_STATE.invalid_parameter_value,
    `unrecognized value for EXPLAIN option "${option}": "${value}"`,
    position === undefined ? {} : { position },
  )

export const explainOptionNeedsAnalyze = (option: string): SqlError =>
  new SqlError(SQL_STATE.invalid_parameter_value, `EXPLAIN option ${option} requires ANALYZE`)

export const notBooleanOption = (option: string): SqlError =>
  new SqlError(SQL_STATE.syntax_error, `${option} requires a Boolean value`)
