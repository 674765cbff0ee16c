/** Errors that `silent`, predicates and `exists` suppress. */
import { SqlError } from '../../errors/sql-error.ts'

export class PathFailure extends Error {
  readonly error: SqlError

  constructor(error: SqlError) {
    super(error.message)
    this.error = error
  }
}

/** Runs a computation whose errors are the path's. */
export const failing = <T>(compute: () => T): T => {
  try {
    return compute()
  } catch (error) {
    throw error instanceof SqlError ? new PathFailure(error) : error
  }
}

/** The answer of a computation, or another where the path fails in it. */
export const unlessFailing = <T, F>(compute: () => T, otherwise: F): T | F => {
  try {
    return compute()
  } catch (error) {
    if (error instanceof PathFailure) return otherwise
    throw error
  }
}

/** Ends the path's execution. */
export const fail = (error: SqlError): never => {
  throw new PathFailure(error)
}
