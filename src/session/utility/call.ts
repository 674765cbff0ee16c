/** CALL: runs a procedure; its OUT arguments make the one row of the answer. */
import { analysisContext } from '../../analyze/analyze.ts'
import { analyzeProcedureCall } from '../../analyze/calls.ts'
import { ParameterTypes, type RoutineScope } from '../../analyze/context.ts'
import type { CallExpr, Expr } from '../../analyze/expression.ts'
import { CLAUSE, Scope } from '../../analyze/scope.ts'
import { interpret, ONE_ROW } from '../../exec/expression/interpret.ts'
import { rowsBatch } from '../../exec/row-buffer.ts'
import type { CallStmt } from '../../sql/ast.ts'
import { SqlRecord } from '../../types/record.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import type { FieldDescription, ResultSink } from '../contract.ts'
import { requireExecute } from '../authorize.ts'
import type { SessionCore } from '../core.ts'
import type { UtilityHandlers } from './handler.ts'

/** What a CALL in a function's body sees: the function's parameters. */
export interface CallScope {
  readonly routine: RoutineScope
  readonly types: readonly SqlType[]
  readonly values: readonly Datum[]
}

const analyzed = (core: SessionCore, node: CallStmt, around: CallScope | null): CallExpr => {
  const analysis = analysisContext({
    catalog: core.catalog,
    searchPath: core.searchPath,
    format: core.format,
    parameters: new ParameterTypes(around?.types ?? [], false),
    databaseName: core.databaseName,
    actingRole: core.actingRole,
    ...(around === null ? {} : { routine: around.routine }),
  })
  const scope = new Scope(null)
  const call: Expr = scope.within(CLAUSE.call, () => analyzeProcedureCall(analysis, scope, node.funccall ?? {}))
  if (call.kind !== 'call') throw new Error('CALL of something that is no function')
  return call
}

const fieldsOfCall = ({ columns = [] }: CallExpr): FieldDescription[] =>
  columns.map(({ name, type }) => ({ name, tableOid: 0, attnum: 0, type, typmod: -1 }))

/** The row that CALL answers; null when the procedure has no OUT arguments. */
export const describeCall = (core: SessionCore, node: CallStmt): FieldDescription[] | null => {
  const fields = fieldsOfCall(analyzed(core, node, null))
  return fields.length === 0 ? null : fields
}

/** Runs a procedure; its OUT arguments go into the sink. */
export const callProcedure = async (
  core: SessionCore,
  node: CallStmt,
  sink: ResultSink | null,
  around: CallScope | null,
): Promise<void> => {
  const call = analyzed(core, node, around)
  requireExecute(core.catalog, core.actingRole, call.function.oid)
  const context = core.execution(around?.values ?? [])
  const scope = { context, layout: new Map() }
  // What stands in the place of OUT arguments is not looked at.
  const routine = core.catalog.function(call.function.oid)
  const inputs = call.args.filter((_, i) => routine?.arguments[i]?.mode !== 'o')
  const args = inputs.map((arg) => interpret(arg, scope)(ONE_ROW, 0))
  const types = {
    args: inputs.map((arg) => arg.type),
    result: call.type,
    ...(call.columns === undefined ? {} : { columns: call.columns }),
    typeOf: (oid: number) => core.catalog.typeOf(oid),
  }
  const answer: unknown = await Promise.resolve(core.eval.routines.call(call.function.oid, types, args))
  const fields = fieldsOfCall(call)
  if (fields.length === 0 || sink === null) return
  const row = answer instanceof SqlRecord ? [...answer.values] : fields.map(() => null)
  const batch = rowsBatch(
    [row],
    fields.map((field) => field.type),
  )
  const held = batch === null ? undefined : sink.rows(batch, fields)
  if (held !== undefined) await held
}

export const callHandlers: UtilityHandlers = {
  CallStmt: async (core, node, { sink }) => {
    await callProcedure(core, node, sink, null)
    return 'CALL'
  },
}
