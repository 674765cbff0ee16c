/** Runs queries whose text built-in functions were given: ts_stat, ts_rewrite and their kin. */
import { isPlannable } from '../../analyze/analyze.ts'
import { LocatedError } from '../../errors/raise/analysis.ts'
import { bodyMustWait, noQuery } from '../../errors/raise/routines.ts'
import { SqlError } from '../../errors/sql-error.ts'
import type { QueryRows } from '../../functions/context.ts'
import { characterPosition, parseStatements } from '../../sql/parse.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { SessionCore } from '../core.ts'
import { lockTables, plan, startNested } from '../execute-statement.ts'
import type { StatementPlan } from '../plan-statement.ts'

/** A mistake is shown in the query's own text. */
const inQuery = (error: unknown, text: string): unknown => {
  if (!(error instanceof SqlError)) return error
  const { position, ...fields } = error.fields
  const internalPosition = error instanceof LocatedError ? characterPosition(text, error.location) : position
  const isPlaced = internalPosition !== undefined
  return new SqlError(error.code, error.message, {
    ...fields,
    ...(isPlaced ? { internalPosition, internalQuery: text } : { where: `SQL statement "${text}"` }),
  })
}

const planOf = (core: SessionCore, text: string): StatementPlan => {
  const [statement, second] = parseStatements(text)
  if (statement === undefined || second !== undefined || !isPlannable(statement.node)) throw noQuery(text)
  return plan(core, statement.node, [], false)
}

/** The rows of one query, within the statement that is running. Throws 55P03 where it would have to wait. */
export const runQuery = (core: SessionCore, text: string): QueryRows => {
  try {
    const planned = planOf(core, text)
    if (planned.fields === null || planned.writes) throw noQuery(text)
    const locked = lockTables(core, planned, () => planOf(core, text))
    if (locked instanceof Promise) throw mustWait(locked)
    const rows: Datum[][] = []
    const running = startNested(core, locked, [], { patient: true, fresh: false })
    try {
      for (;;) {
        const batch = running.plan.next()
        if (batch instanceof Promise) throw mustWait(batch)
        if (batch === null) break
        for (let k = 0; k < batch.count; k++) {
          const at = batch.position(k)
          rows.push(batch.columns.map((column) => column.get(at)))
        }
      }
    } finally {
      running.end()
    }
    return { columns: planned.fields.map(({ name, type }) => ({ name, type })), rows }
  } catch (error) {
    throw inQuery(error, text)
  }
}

const mustWait = (promise: Promise<unknown>): SqlError => {
  promise.catch(() => {})
  return bodyMustWait('query')
}
