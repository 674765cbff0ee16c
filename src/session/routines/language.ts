/** What a language of functions must be able to do. */
import type { FunctionObject } from '../../catalog/objects.ts'
import type { CallTypes } from '../../functions/records.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { SessionCore } from '../core.ts'

/** One call of a function: what is called, the types it was resolved with, its arguments. */
export interface RoutineCall {
  readonly core: SessionCore
  readonly routine: FunctionObject
  readonly types: CallTypes
  readonly args: readonly Datum[]
}

export interface RoutineLanguage {
  /** pg_language.lanname. */
  readonly name: string
  /**
   * Rows of a call: one datum each, or arrays of datums where the routine has several result columns; at most one row of
   * functions that return no set. `run` may wait, `runNow` must not: it serves functions that only read.
   */
  run(call: RoutineCall): Promise<Datum[]>
  runNow(call: RoutineCall): Datum[]
}
