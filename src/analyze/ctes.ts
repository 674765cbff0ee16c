/** WITH: common table expressions, recursive and data-modifying ones included. */
import { recursiveCollation } from '../errors/raise/collations.ts'
import {
  datatypeMismatch,
  duplicateWithName,
  featureNotSupported,
  invalidColumnReference,
  type Location,
  syntaxErrorAt,
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
import { commonType } from './coerce.ts'
import { commonCollation } from './collations.ts'
import type { AnalysisContext } from './context.ts'
import { locationOf } from './location.ts'
import { columnRef } from './nodes.ts'
import type { Cte, DmlQuery, OutputColumn, Query } from './query.ts'
import { Scope } from './scope.ts'
import { SearchAndCycle } from './search-cycle.ts'
import { coerceOutputs, outputExpr } from './set-operations.ts'
import { orderRecursive } from './with-order.ts'

export type AnalyzeDml = (context: AnalysisContext, scope: Scope, node: Node) => DmlQuery

/** Analyses the CTEs of a level; each sees those before it, in WITH RECURSIVE all others and itself. */
export const analyzeWith = (
  context: AnalysisContext,
  scope: Scope,
  clause: WithClause | undefined,
  dml: AnalyzeDml,
): Cte[] => {
  const definitions = (clause?.ctes ?? []).map((node) => bodyOf(node, 'CommonTableExpr') as CommonTableExpr)
  const names = new Set<string>()
  for (const { ctename = '', location } of definitions) {
    if (names.has(ctename)) throw duplicateWithName(ctename, location)
    names.add(ctename)
  }
  const ordered =
    clause?.recursive === true
      ? orderRecursive(definitions)
      : definitions.map((cte) => ({ cte, recursive: false }) as const)
  const ctes: Cte[] = []
  if (clause?.recursive !== true) for (const name of names) scope.futureCtes.add(name)
  for (const { cte: definition, recursive } of ordered) {
    const cte = recursive
      ? recursiveCte(context, scope, definition, dml, ctes)
      : plainCte(context, scope, definition, dml)
    scope.ctes.set(cte.name, cte)
    scope.futureCtes.delete(cte.name)
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
  if (node.search_clause !== undefined || node.cycle_clause !== undefined) {
    throw syntaxErrorAt('WITH query is not recursive', node.location)
  }
  if (tagOf(body) !== 'SelectStmt' && scope.parent !== null) {
    const problem = 'WITH clause containing a data-modifying statement must be at the top level'
    throw featureNotSupported(problem, node.location)
  }
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
    renames: (node.aliascolnames ?? []).length > 0,
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

/** A recursive query: its own WITH, where it has one, becomes part of the level's. */
const recursiveCte = (
  context: AnalysisContext,
  scope: Scope,
  node: CommonTableExpr,
  dml: AnalyzeDml,
  level: Cte[],
): Cte => {
  const name = node.ctename as string
  const select = bodyOf(node.ctequery as Node, 'SelectStmt') as SelectStmt
  const [left, right] = [select.larg as SelectStmt, select.rarg as SelectStmt]
  const inner = new Scope(scope)
  level.push(...analyzeWith(context, inner, select.withClause, dml))
  const base = context.rules.query(context, inner, { SelectStmt: left })
  const columns = named(node, base.outputs).map((c) => ({ ...c, id: context.freshColumn(), tableOid: 0, attnum: 0 }))
  const carried = searchAndCycle(context, inner, node, columns)
  carried?.check()
  const workTable: Cte = {
    name,
    query: base,
    columns: [...columns, ...(carried?.columns() ?? [])],
    recursive: null,
    materialized: MATERIALIZED[node.ctematerialized ?? 'CTEMaterializeDefault'],
    references: 0,
    renames: (node.aliascolnames ?? []).length > 0,
    ...(carried === null ? {} : { carried: columns.length }),
  }
  inner.workTables.set(name, workTable)
  const step = context.rules.query(context, inner, { SelectStmt: carried?.recursiveTerm(right) ?? right }, true)
  const terms = carried === null ? { base, step } : { base: carried.base(base), step: carried.step(step) }
  const fitted = fitStep(context, name, terms, (term, i) => targetLocation(term === 'base' ? left : right, i))
  // The step's references were bound to the working table: from here on it is the recursive CTE itself.
  const written = {
    base,
    step: carried === null ? step : context.rules.query(context, inner, { SelectStmt: right }, true),
    search: carried?.search ?? null,
    cycle: carried?.cycle ?? null,
  }
  const recursive = { base: terms.base, step: fitted, all: select.all ?? false, written }
  return Object.assign(workTable, { recursive, references: 0 })
}

const searchAndCycle = (
  context: AnalysisContext,
  scope: Scope,
  node: CommonTableExpr,
  columns: readonly OutputColumn[],
): SearchAndCycle | null => {
  if (node.search_clause === undefined && node.cycle_clause === undefined) return null
  const select = bodyOf(node.ctequery as Node, 'SelectStmt')
  for (const [side, term] of [
    ['left', select?.larg],
    ['right', select?.rarg],
  ] as const) {
    if (term?.op === undefined || term.op === 'SETOP_NONE') continue
    const problem = `with a SEARCH or CYCLE clause, the ${side} side of the UNION must be a SELECT`
    throw side === 'left' ? featureNotSupported(problem) : syntaxErrorAt(problem)
  }
  return new SearchAndCycle(
    context,
    scope,
    node,
    columns.map((column) => column.name),
  )
}

/** Where a column of a query's select list stands. */
const targetLocation = ({ targetList }: SelectStmt, i: number): Location => {
  const target = targetList?.[i]
  return target === undefined ? undefined : locationOf(bodyOf(target, 'ResTarget')?.val)
}

const fitStep = (
  context: AnalysisContext,
  name: string,
  { base, step }: { readonly base: Query; readonly step: Query },
  location: (term: 'base' | 'step', column: number) => Location,
): Query => {
  if (base.outputs.length !== step.outputs.length) {
    throw syntaxErrorAt('each UNION query must have the same number of columns', location('step', 0))
  }
  for (const [i, column] of step.outputs.entries()) {
    const wanted = base.outputs[i] as OutputColumn
    const common = commonType(context, [columnRef(wanted), columnRef(column)], 'UNION', () => location('step', i))
    const overall = commonCollation(common, [outputExpr(base, i), outputExpr(step, i)], true, location('step', i))
    if (overall.collation !== wanted.type.collation && overall.oid === wanted.type.oid) {
      throw recursiveCollation(name, i + 1, wanted.type, overall, location('base', i))
    }
    const overallTypmod = column.type.oid === common.oid && column.typmod === wanted.typmod ? wanted.typmod : -1
    if (common.oid === wanted.type.oid && overallTypmod === wanted.typmod) continue
    throw datatypeMismatch(
      `recursive query "${name}" column ${i + 1} has type ${formatType(wanted.type, wanted.typmod)} in non-recursive term but type ${formatType(common, overallTypmod)} overall`,
      location('base', i),
      { hint: 'Cast the output of the non-recursive term to the correct type.' },
    )
  }
  return coerceOutputs(context, step, base.outputs, 'UNION')
}
