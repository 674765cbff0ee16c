/** WITH: common table expressions, recursive and data-modifying ones included. */
import {
  datatypeMismatch,
  duplicateWithName,
  featureNotSupported,
  invalidColumnReference,
  invalidRecursion,
} from '../errors/raise/analysis.ts'
import {
  bodyOf,
  namesOf,
  tagOf,
  type CommonTableExpr,
  type Node,
  type SelectStmt,
  type WithClause,
} from '../sql/ast.ts'
import { formatType } from '../types/index.ts'
import { commonTypeOrNull } from './coerce.ts'
import type { AnalysisContext } from './context.ts'
import type { Cte, DmlQuery, OutputColumn, Query } from './query.ts'
import { Scope } from './scope.ts'
import { coerceOutputs } from './set-operations.ts'

export type AnalyzeDml = (context: AnalysisContext, scope: Scope, node: Node) => DmlQuery

/** Analyses the CTEs of a level in order; each sees those before it, recursive ones also themselves. */
export const analyzeWith = (
  context: AnalysisContext,
  scope: Scope,
  clause: WithClause | undefined,
  dml: AnalyzeDml,
): Cte[] => {
  const ctes: Cte[] = []
  for (const node of clause?.ctes ?? []) {
    const definition = bodyOf(node, 'CommonTableExpr') as CommonTableExpr
    const name = definition.ctename as string
    if (scope.ctes.has(name)) {
      throw duplicateWithName(name, definition.location)
    }
    const select = bodyOf(definition.ctequery as Node, 'SelectStmt')
    const recursive = (clause?.recursive ?? false) && select !== undefined && isRecursive(select, name)
    const cte = recursive ? recursiveCte(context, scope, definition, select) : plainCte(context, scope, definition, dml)
    scope.ctes.set(name, cte)
    ctes.push(cte)
  }
  return ctes
}

const MATERIALIZED = {
  CTEMaterializeAlways: 'always',
  CTEMaterializeNever: 'never',
  CTEMaterializeDefault: 'default',
} as const

const plainCte = (context: AnalysisContext, scope: Scope, node: CommonTableExpr, dml: AnalyzeDml): Cte => {
  const body = node.ctequery as Node
  if (tagOf(body) === 'MergeStmt') throw featureNotSupported('MERGE not supported in WITH query', node.location)
  const query =
    tagOf(body) === 'SelectStmt' ? context.rules.query(context, scope, body) : dml(context, new Scope(scope), body)
  return {
    name: node.ctename as string,
    query,
    columns: named(node, query.outputs),
    recursive: null,
    materialized: MATERIALIZED[node.ctematerialized ?? 'CTEMaterializeDefault'],
    references: 0,
  }
}

const named = (node: CommonTableExpr, outputs: readonly OutputColumn[]): readonly OutputColumn[] => {
  const names = namesOf(node.aliascolnames)
  if (names.length > outputs.length) {
    throw invalidColumnReference(
      `WITH query "${node.ctename}" has ${outputs.length} columns available but ${names.length} columns specified`,
      node.location,
    )
  }
  return outputs.map((c, i) => ({ ...c, name: names[i] ?? c.name }))
}

const recursiveCte = (context: AnalysisContext, scope: Scope, node: CommonTableExpr, select: SelectStmt): Cte => {
  const name = node.ctename as string
  if (node.search_clause !== undefined || node.cycle_clause !== undefined) {
    throw featureNotSupported('SEARCH and CYCLE clauses are not supported', node.location)
  }
  if (select.op !== 'SETOP_UNION' || select.larg === undefined || select.rarg === undefined) {
    throw invalidRecursion(
      `recursive query "${name}" does not have the form non-recursive-term UNION [ALL] recursive-term`,
      node.location,
    )
  }
  const inner = new Scope(scope)
  if (select.withClause !== undefined)
    throw featureNotSupported('WITH inside a recursive query is not supported', node.location)
  const base = context.rules.query(context, inner, { SelectStmt: select.larg })
  const columns = named(node, base.outputs).map((c) => ({ ...c, id: context.freshColumn(), tableOid: 0, attnum: 0 }))
  const workTable: Cte = { name, query: base, columns, recursive: null, materialized: 'always', references: 0 }
  inner.workTables.set(name, workTable)
  const step = context.rules.query(context, inner, { SelectStmt: select.rarg }, true)
  const fitted = fitStep(context, name, base, step)
  // The step's references were bound to the working table: from here on it is the recursive CTE itself.
  return Object.assign(workTable, { recursive: { base, step: fitted, all: select.all ?? false }, references: 0 })
}

const fitStep = (context: AnalysisContext, name: string, base: Query, step: Query): Query => {
  if (base.outputs.length !== step.outputs.length) {
    throw invalidColumnReference('each UNION query must have the same number of columns')
  }
  for (const [i, column] of step.outputs.entries()) {
    const wanted = base.outputs[i] as OutputColumn
    const common = commonTypeOrNull(context, [wanted.type, column.type])
    if (common !== null && common.oid === wanted.type.oid) continue
    const overall = common ?? column.type
    throw datatypeMismatch(
      `recursive query "${name}" column ${i + 1} has type ${formatType(wanted.type, wanted.typmod)} in non-recursive term but type ${formatType(overall, -1)} overall`,
      undefined,
      { hint: 'Cast the output of the non-recursive term to the correct type.' },
    )
  }
  return coerceOutputs(context, step, base.outputs, 'UNION')
}

const isRecursive = (select: SelectStmt, name: string): boolean => {
  let found = false
  const visit = (value: unknown): void => {
    if (found || value === null || typeof value !== 'object') return
    const range = (value as { RangeVar?: { relname?: string; schemaname?: string } }).RangeVar
    if (range !== undefined && range.relname === name && range.schemaname === undefined) {
      found = true
      return
    }
    for (const child of Object.values(value)) visit(child)
  }
  visit(select)
  return found
}
