/** Definitions in which PostgreSQL points at no place: of domains, of policies. */
import { LocatedError } from '../../errors/raise/analysis.ts'
import { SqlError } from '../../errors/sql-error.ts'

/** The same error without its place. */
export const withoutPlace = <T>(define: () => T): T => {
  try {
    return define()
  } catch (error) {
    throw error instanceof LocatedError ? new SqlError(error.code, error.message, error.fields) : error
  }
}
