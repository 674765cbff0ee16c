/** Entry of the analyzer: a parse tree of a query or a data-modifying statement becomes a typed query tree. */
import { securedItem } from './row-security.ts'
import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import type { RelationObject } from '../catalog/objects.ts'
import { featureNotSupported, syntaxErrorAt } from '../errors/raise/analysis.ts'
import { bodyOf, tagOf, type Node, type SelectStmt } from '../sql/ast.ts'
import type { FormatContext } from '../types/sql-type.ts'
import { AnalysisContext, type AnalysisRules, type ParameterTypes, type RoutineScope } from './context.ts'
import { analyzeWith } from './ctes.ts'
import { analyzeExpression } from './expressions.ts'
import { analyzeModify } from './modify.ts'
import type { DmlQuery, Query } from './query.ts'
import { Scope } from './scope.ts'
import { analyzeSelect } from './select.ts'
import { analyzeSetOperation, analyzeValues } from './set-operations.ts'

const analyzeQuery = (context: AnalysisContext, parent: Scope | null, node: Node, keepUnknown = false): Query => {
  const select = bodyOf(node, 'SelectStmt') as SelectStmt | undefined
  if (select === undefined) throw featureNotSupported(`${tagOf(node)} is not supported as a query`)
  const into = leftmost(select).intoClause
  if (into !== undefined) throw syntaxErrorAt('SELECT ... INTO is not allowed here', into.rel?.location)
  const scope = new Scope(parent)
  const ctes = analyzeWith(context, scope, select.withClause, analyzeModify)
  if (select.op !== undefined && select.op !== 'SETOP_NONE') return analyzeSetOperation(context, scope, select, ctes)
  if (select.valuesLists !== undefined) return analyzeValues(context, scope, select, ctes, keepUnknown)
  return analyzeSelect(context, scope, select, ctes, keepUnknown)
}

/** The first query of a set operation. */
const leftmost = (select: SelectStmt): SelectStmt => (select.larg === undefined ? select : leftmost(select.larg))

/** A view's query in its own world: no outer names, no statement parameters. */
const analyzeView = (context: AnalysisContext, relation: RelationObject): Query => {
  if (relation.view === null) throw new Error(`view ${relation.name} without a query`)
  const { query } = relation.view
  return context.behindView(relation, () => analyzeQuery(context, null, query as unknown as Node))
}

const RULES: AnalysisRules = {
  expression: analyzeExpression,
  query: analyzeQuery,
  secured: securedItem,
  view: analyzeView,
}

export interface AnalysisInput {
  readonly catalog: CatalogSnapshot
  /** Schema oids in lookup order, pg_catalog included. */
  readonly searchPath: readonly number[]
  readonly format: FormatContext
  readonly parameters: ParameterTypes
  readonly databaseName: string
  /** The role that must be allowed to use the schemas that are named; absent: nobody is asked. */
  readonly actingRole?: number | undefined
  /** The role whose policies hold for the rows that are read; absent: nobody's do, as in definitions. */
  readonly policyRole?: number | undefined
  /** Present for statements of a function's body. */
  readonly routine?: RoutineScope
}

export const analysisContext = (input: AnalysisInput): AnalysisContext =>
  new AnalysisContext(
    RULES,
    input.catalog,
    input.searchPath,
    input.format,
    input.parameters,
    input.databaseName,
    input.routine ?? null,
    { actingRole: input.actingRole, policyRole: input.policyRole },
  )

/** Whether the statement is one that analysis and planning handle; all others are utility statements. */
export const isPlannable = (node: Node): boolean => PLANNABLE.has(tagOf(node))

const PLANNABLE = new Set<string>(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'])

export const analyzeStatement = (context: AnalysisContext, node: Node): Query | DmlQuery =>
  tagOf(node) === 'SelectStmt' ? analyzeQuery(context, null, node) : analyzeModify(context, new Scope(null), node)
