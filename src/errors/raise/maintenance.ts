/** VACUUM, ANALYZE, REINDEX: options and objects that they refuse. */
import { LocatedError } from './analysis.ts'
import { SqlError } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'

export const unrecognizedReindexOption = (name: string, location: number | undefined): SqlError =>
  new LocatedError(SQL_STATE.syntax_error, `unrecognized REINDEX option "${name}"`, location)

/** `command`: VACUUM, ANALYZE. */
export const unrecognizedOption = (command: string, name: string, location: number | undefined): SqlError =>
  new LocatedError(SQL_STATE.syntax_error, `unrecognized ${command} option "${name}"`, location)

export const requiresBoolean = (option: string): SqlError =>
  new SqlError(SQL_STATE.syntax_error, `${option} requires a Boolean value`)

export const undefinedTablespace = (name: string): SqlError =>
  new SqlError(SQL_STATE.undefined_object, `tablespace "${name}" does not exist`)

export const parallelRequiresValue = (location: number | undefined): SqlError =>
  new LocatedError(SQL_STATE.syntax_error, 'parallel option requires a value between 0 and 1024', location)

export const parallelOutOfRange = (location: number | undefined): SqlError =>
  new LocatedError(SQL_STATE.syntax_error, 'parallel workers for vacuum must be between 0 and 1024', location)

/** Options that do not go together. */
export const vacuumOptionRefused = (message: string): SqlError => new SqlError(SQL_STATE.feature_not_supported, message)

/** A column that ANALYZE names twice. */
export const columnRepeated = (column: string, relation: string): SqlError =>
  new SqlError(SQL_STATE.duplicate_column, `column "${column}" of relation "${relation}" appears more than once`)
