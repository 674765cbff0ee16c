/**
 * Functions in SQL: their statements are planned with the arguments as parameters, run one after another, and the rows
 * of the last are the answer.
 */
import type { FunctionObject } from '../../catalog/objects.ts'
import { isPlannable } from '../../analyze/analyze.ts'
import { LocatedError } from '../../errors/raise/analysis.ts'
import { bodyMustWait } from '../../errors/raise/routines.ts'
import { SqlError } from '../../errors/sql-error.ts'
import { bodyOf as nodeBody, type CallStmt, type Node } from '../../sql/ast.ts'
import { bodyStatements } from '../../exec/routines/sql-body.ts'
import { characterPosition } from '../../sql/parse.ts'
import { OID } from '../../types/oids.ts'
import { SqlRecord } from '../../types/record.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { Batch } from '../../vector/batch.ts'
import { isCurrent, lockTables, plan, startNested } from '../execute-statement.ts'
import type { StatementPlan } from '../plan-statement.ts'
import { callProcedure } from '../utility/call.ts'
import { isInlined } from './inlining.ts'
import { runUtility } from '../utility/index.ts'
import type { RoutineCall, RoutineLanguage } from './language.ts'
import { columnsOf, namesOfParameters, returnedColumns, shapeResult } from '../../exec/routines/sql-result.ts'

/** A statement of a body: planned again when the catalog has changed. */
interface BodyStatement {
  readonly node: Node
  readonly text: string
  plan: StatementPlan | null
}

/** Bodies by the types that they are called with. */
const bodies = new WeakMap<FunctionObject, Map<string, readonly BodyStatement[]>>()

const bodyOf = ({ routine, types }: RoutineCall): readonly BodyStatement[] => {
  const columns = (types.columns ?? []).map(({ type, typmod = -1 }) => `${type.oid}:${typmod}`)
  const key = [...[...types.args, types.result].map((type) => type.oid), ...columns].join()
  const known = bodies.get(routine) ?? new Map<string, readonly BodyStatement[]>()
  bodies.set(routine, known)
  const found = known.get(key)
  if (found !== undefined) return found
  const body = bodyStatements(routine).map(({ node, text }) => ({ node, text, plan: null }))
  known.set(key, body)
  return body
}

const planOf = (call: RoutineCall, statement: BodyStatement, last: boolean): StatementPlan => {
  const { core, routine, types } = call
  if (statement.plan !== null && isCurrent(core, statement.plan)) return statement.plan
  const result = last ? returnedColumns(types) : null
  statement.plan = plan(core, statement.node, types.args, false, {
    routine: { name: routine.name, parameters: namesOfParameters(routine) },
    ...(result === null ? {} : { reshape: (context, query) => shapeResult(context, query, result) }),
  })
  return statement.plan
}

/** Rows of the last statement as the function answers them. */
class Answer {
  readonly rows: Datum[] = []
  readonly #plan: StatementPlan
  readonly #call: RoutineCall
  readonly #single: boolean

  constructor(plan: StatementPlan, call: RoutineCall) {
    this.#plan = plan
    this.#call = call
    this.#single = columnsOf(call.types) === null && call.types.result.oid !== OID.record
  }

  add(batch: Batch): void {
    const { fields } = this.#plan
    if (fields === null) return
    const { types } = this.#call
    const isWhole =
      fields[0]?.type.oid === types.result.oid || (columnsOf(types) === null && fields[0]?.type.kind === 'c')
    const whole = fields.length === 1 && isWhole
    const names = columnsOf(types)?.map(({ name }) => name) ?? fields.map(({ name }) => name)
    const fieldTypes = fields.map(({ type }) => type)
    for (let k = 0; k < batch.count; k++) {
      const at = batch.position(k)
      const values = batch.columns.map((column) => column.get(at))
      this.rows.push(this.#single || whole ? values[0] : new SqlRecord(fieldTypes, values, names))
    }
  }
}

/** Mistakes in a body are shown in the body's text; errors on the way say where they come from. */
const inBody = (
  error: unknown,
  { routine }: RoutineCall,
  body: readonly BodyStatement[],
  number: number,
  planning: boolean,
): unknown => {
  if (!(error instanceof SqlError)) return error
  const { text, plan: planned } = body[number - 1] as BodyStatement
  if (!planning && body.length === 1 && planned !== null && isInlined(routine, planned.query)) return error
  const where = [
    ...(error.fields.where === undefined ? [] : [error.fields.where]),
    planning ? `SQL function "${routine.name}" during startup` : `SQL function "${routine.name}" statement ${number}`,
  ].join('\n')
  const internalPosition = error instanceof LocatedError ? characterPosition(routine.source, error.location) : undefined
  const { position: _position, ...fields } = error.fields
  return new SqlError(error.code, error.message, {
    ...fields,
    where,
    ...(internalPosition === undefined || text === '' ? {} : { internalPosition, internalQuery: routine.source }),
  })
}

const runNow = (call: RoutineCall): Datum[] => {
  const body = bodyOf(call)
  let rows: Datum[] = []
  for (const [i, statement] of body.entries()) {
    let planning = true
    try {
      const planned = planOf(call, statement, i === body.length - 1)
      planning = false
      const locked = lockTables(call.core, planned, () => planOf(call, statement, i === body.length - 1))
      if (locked instanceof Promise) throw waitsFor(call, locked)
      const answer = new Answer(locked, call)
      const running = startNested(call.core, locked, call.args, { patient: true, fresh: isFresh(call) })
      try {
        for (;;) {
          const batch = running.plan.next()
          if (batch instanceof Promise) throw waitsFor(call, batch)
          if (batch === null) break
          answer.add(batch)
        }
      } finally {
        running.end()
      }
      rows = answer.rows
    } catch (error) {
      throw inBody(error, call, body, i + 1, planning)
    }
  }
  return rows
}

/** Volatile functions see what the statement around them has done so far. */
const isFresh = ({ routine }: RoutineCall): boolean => routine.volatility === 'volatile'

const waitsFor = ({ routine }: RoutineCall, promise: Promise<unknown>): SqlError => {
  promise.catch(() => {})
  return bodyMustWait(routine.name)
}

const callOf = (node: Node): CallStmt | undefined => nodeBody(node, 'CallStmt')

const run = async (call: RoutineCall): Promise<Datum[]> => {
  const body = bodyOf(call)
  let rows: Datum[] = []
  for (const [i, statement] of body.entries()) {
    let planning = true
    try {
      const procedure = callOf(statement.node)
      if (procedure !== undefined) {
        planning = false
        await callProcedure(call.core, procedure, null, {
          routine: { name: call.routine.name, parameters: namesOfParameters(call.routine) },
          types: call.types.args,
          values: call.args,
        })
        rows = []
        continue
      }
      if (!isPlannable(statement.node)) {
        await runUtility(call.core, statement.node, {
          sink: NOWHERE,
          sql: call.routine.source,
          statement: statement.text.trim(),
          topLevel: false,
        })
        rows = []
        continue
      }
      const again = (): StatementPlan => planOf(call, statement, i === body.length - 1)
      const planned = again()
      planning = false
      const locked = await lockTables(call.core, planned, again)
      const answer = new Answer(locked, call)
      const running = startNested(call.core, locked, call.args, { patient: false, fresh: true })
      try {
        for (;;) {
          const batch = await running.plan.next()
          if (batch === null) break
          answer.add(batch)
        }
      } finally {
        running.end()
      }
      rows = answer.rows
    } catch (error) {
      throw inBody(error, call, body, i + 1, planning)
    }
  }
  return rows
}

/** What commands in a body answer goes nowhere. */
const NOWHERE = {
  rowDescription: () => {},
  rows: () => {},
  commandComplete: () => {},
  emptyQuery: () => {},
  copyIn: (): never => {
    throw bodyMustWait('COPY')
  },
  copyOutBegin: (): never => {
    throw bodyMustWait('COPY')
  },
  copyOutData: () => {},
  copyOutEnd: () => {},
}

export const sqlLanguage: RoutineLanguage = { name: 'sql', run, runNow }
