/** Class 42, syntax: what the grammar refuses. */
import { SqlError } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'

export const syntaxError = (message: string, position?: number): SqlError =>
  new SqlError(SQL_STATE.syntax_error, message, position === undefined ? {} : { position })

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
