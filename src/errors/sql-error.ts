/** The one error class whose instances reach a client: PostgreSQL's ErrorResponse fields as data. */
import type { SqlState } from './sql-state.ts'

/** Optional ErrorResponse fields (PostgreSQL manual, chapter 55.8). `position` counts characters from 1. */
export interface ErrorFields {
  readonly severity?: 'ERROR' | 'FATAL' | 'PANIC'
  readonly detail?: string
  readonly hint?: string
  readonly position?: number
  readonly internalPosition?: number
  readonly internalQuery?: string
  readonly where?: string
  readonly schema?: string
  readonly table?: string
  readonly column?: string
  readonly dataType?: string
  readonly constraint?: string
}

/** A condition reported to the client. Created only by the constructors under `raise/`. */
export class SqlError extends Error {
  readonly code: SqlState
  readonly fields: ErrorFields

  constructor(code: SqlState, message: string, fields: ErrorFields = {}) {
    super(message)
    this.name = 'SqlError'
    this.code = code
    this.fields = fields
  }

  /** The same error with another position in the statement. */
  moved(position: number): SqlError {
    return new SqlError(this.code, this.message, { ...this.fields, position })
  }

  /** The same error with more fields filled in; fields that are already set win. */
  with(fields: ErrorFields): SqlError {
    const copy = new SqlError(this.code, this.message, { ...fields, ...this.fields })
    if (this.stack !== undefined) copy.stack = this.stack
    return copy
  }
}

/** A message that does not end the statement (NoticeResponse). */
export interface Notice {
  readonly severity: 'DEBUG' | 'LOG' | 'INFO' | 'NOTICE' | 'WARNING'
  readonly code: SqlState
  readonly message: string
  readonly fields?: ErrorFields
}
