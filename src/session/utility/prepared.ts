/** PREPARE, EXECUTE, DEALLOCATE. */
import { OID } from '../../types/oids.ts'
import { cachedPlanChanged, duplicatePrepared, undefinedPrepared } from '../../errors/raise/session.ts'
import { datatypeMismatch, syntaxErrorAt } from '../../errors/raise/analysis.ts'
import { analysisContext } from '../../analyze/analyze.ts'
import { tryCoerce } from '../../analyze/coerce.ts'
import { ParameterTypes } from '../../analyze/context.ts'
import { CLAUSE, Scope } from '../../analyze/scope.ts'
import { resolveTypeName } from '../../analyze/type-name.ts'
import { evaluateScalar } from '../../exec/expression/compile.ts'
import { bodyOf, type ExecuteStmt, type Node, type TypeName } from '../../sql/ast.ts'
import { formatType } from '../../types/index.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { SessionCore } from '../core.ts'
import { isCurrent, lockTables, plan, runPlan } from '../execute-statement.ts'
import type { PreparedStatement } from '../portal.ts'
import { prepareStatement, sameShape } from '../prepare-statement.ts'
import type { StatementPlan } from '../plan-statement.ts'
import type { UtilityCall, UtilityHandlers } from './handler.ts'

/** The statement that EXECUTE names, and its parameters' values. */
export const executed = (
  core: SessionCore,
  node: ExecuteStmt,
): { readonly parameters: Datum[]; current(): StatementPlan } => {
  const name = node.name ?? ''
  const statement = core.prepared.get(name)
  if (statement === undefined) throw undefinedPrepared(name)
  const parameters = argumentsOf(core, statement, node.params ?? [])
  const current = (): StatementPlan => {
    if (statement.plan !== null && isCurrent(core, statement.plan)) return statement.plan
    const renewed = plan(core, statement.node as Node, statement.parameterTypes, false)
    if (!sameShape(renewed.fields, statement.fields)) throw cachedPlanChanged()
    statement.plan = renewed
    return renewed
  }
  return { parameters, current }
}

const execute = async (core: SessionCore, node: ExecuteStmt, call: UtilityCall): Promise<string> => {
  const { parameters, current } = executed(core, node)
  return runPlan(core, await lockTables(core, current(), current), parameters, call.sink)
}

/** EXECUTE's expressions as values of the statement's parameter types. */
const argumentsOf = (
  core: SessionCore,
  { name, parameterTypes }: PreparedStatement,
  nodes: readonly Node[],
): Datum[] => {
  if (nodes.length !== parameterTypes.length) {
    throw syntaxErrorAt(`wrong number of parameters for prepared statement "${name}"`, undefined, {
      detail: `Expected ${parameterTypes.length} parameters but got ${nodes.length}.`,
    })
  }
  const analysis = analysisContext({
    catalog: core.catalog,
    searchPath: core.searchPath,
    format: core.format,
    parameters: new ParameterTypes([], false),
    databaseName: core.databaseName,
    actingRole: core.actingRole,
  })
  const scope = new Scope(null)
  const context = core.execution([])
  return nodes.map((node, i) => {
    const type = parameterTypes[i] as PreparedStatement['parameterTypes'][number]
    const expr = scope.within(CLAUSE.execute, () => analysis.expr(scope, node))
    const coerced = tryCoerce(analysis, expr, type, -1, 'assignment', undefined)
    if (coerced === null) {
      throw datatypeMismatch(
        `parameter $${i + 1} of type ${formatType(expr.type, -1)} cannot be coerced to the expected type ${formatType(type, -1)}`,
        undefined,
        { hint: 'You will need to rewrite or cast the expression.' },
      )
    }
    return evaluateScalar(coerced, { context, layout: new Map() })
  })
}

export const preparedHandlers: UtilityHandlers = {
  PrepareStmt: (core, node, { sql }) => {
    const name = node.name ?? ''
    if (core.prepared.has(name)) throw duplicatePrepared(name)
    const declared = (node.argtypes ?? []).map((n) => {
      const { type } = resolveTypeName(core, bodyOf(n, 'TypeName') as TypeName)
      return type.oid === OID.unknown ? null : type
    })
    const statement = prepareStatement(core, { name, sql, node: node.query ?? null, declared, fromSql: true })
    core.prepared.set(name, statement)
    return 'PREPARE'
  },
  ExecuteStmt: execute,
  DeallocateStmt: (core, node) => {
    if (node.name === undefined) {
      core.prepared.clear()
      return 'DEALLOCATE ALL'
    }
    if (!core.prepared.delete(node.name)) throw undefinedPrepared(node.name)
    return 'DEALLOCATE'
  },
}
