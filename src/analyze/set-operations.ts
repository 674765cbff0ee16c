/** UNION, INTERSECT, EXCEPT and VALUES: queries whose columns take the types their rows share. */
import {
  featureNotSupported,
  invalidColumnReference,
  syntaxErrorAt,
  undefinedColumn,
  noEqualityOperator,
} from '../errors/raise/analysis.ts'
import { bodyOf, listItems, namesOf, type Node, type SelectStmt, type SortBy } from '../sql/ast.ts'
import { coerceToCommon, commonType, commonTypmod } from './coerce.ts'
import { commonCollation } from './collations.ts'
import type { AnalysisContext } from './context.ts'
import type { Expr, SortKey } from './expression.ts'
import { locationOf } from './location.ts'
import { formatType } from '../types/index.ts'
import { columnRef } from './nodes.ts'
import type { Cte, OutputColumn, Query, SelectQuery, SetOperationQuery, Target, ValuesQuery } from './query.ts'
import { lockingClauseName, refuseArmLocks } from './row-locks.ts'
import { CLAUSE, type Scope } from './scope.ts'
import { limits } from './select.ts'
import { columnHint, type NamedTable } from './name-hints.ts'
import { sortKey } from './sort-keys.ts'
import { expandedList } from './targets.ts'

const OPERATIONS = { SETOP_UNION: 'union', SETOP_INTERSECT: 'intersect', SETOP_EXCEPT: 'except' } as const

export const analyzeSetOperation = (
  context: AnalysisContext,
  scope: Scope,
  node: SelectStmt,
  ctes: readonly Cte[],
): SetOperationQuery => {
  const operation = OPERATIONS[node.op as keyof typeof OPERATIONS]
  const arm = (side: SelectStmt | undefined): Query =>
    context.rules.query(context, scope, { SelectStmt: side ?? {} }, true)
  for (const part of [node, node.larg, node.rarg]) refuseArmLocks(part)
  const into = node.rarg?.intoClause
  if (into !== undefined) {
    throw syntaxErrorAt('INTO is only allowed on first SELECT of UNION/INTERSECT/EXCEPT', into.rel?.location)
  }
  const sides = unify(context, arm(node.larg), arm(node.rarg), operation.toUpperCase(), node)
  const outputs = sides.left.outputs.map((c, i) => ({
    ...c,
    ...(sides.types[i] as ColumnShape),
    id: context.freshColumn(),
    tableOid: 0,
    attnum: 0,
  }))
  return {
    kind: 'set-operation',
    ctes,
    operation,
    all: node.all ?? false,
    left: sides.left,
    right: sides.right,
    orderBy: outputOrder(context, node, outputs, armsOf(sides.left, sides.right)),
    ...limits(context, scope, node),
    withTies: node.limitOption === 'LIMIT_OPTION_WITH_TIES',
    outputs,
  }
}

/** The queries that set operations put together, under the names that hints have for them. */
const armsOf = (...queries: readonly Query[]) => {
  const leaves = (query: Query): Query[] =>
    query.kind === 'set-operation' && query.orderBy.length === 0 && query.limit === null
      ? [query.left, query.right].flatMap(leaves)
      : [query]
  return queries.flatMap(leaves).map((query, i) => ({ alias: `*SELECT* ${i + 1}`, columns: query.outputs }))
}

type ColumnShape = Pick<OutputColumn, 'type' | 'typmod'>

/** Brings both arms' columns to their common types. Throws 42601 when the counts differ, 42804 when types do. */
const unify = (context: AnalysisContext, left: Query, right: Query, construct: string, node: SelectStmt) => {
  if (left.outputs.length !== right.outputs.length) {
    throw syntaxErrorAt(`each ${construct} query must have the same number of columns`, armLocation(node.rarg))
  }
  const types = left.outputs.map((l, i): ColumnShape => {
    const pair = [outputExpr(left, i), outputExpr(right, i)]
    const isCompared = !(node.all && construct === 'UNION')
    const common = commonType(context, pair, construct, (k) => armLocation(k === 0 ? node.larg : node.rarg, i))
    const type = commonCollation(common, pair, isCompared, armLocation(node.rarg, i))
    if (isCompared && type.hashKey === null) throw noEqualityOperator(formatType(type, -1), armLocation(node.larg, i))
    return { type, typmod: commonTypmod([columnRef(l), columnRef(right.outputs[i] as OutputColumn)], type) }
  })
  return {
    left: coerceOutputs(context, left, types, construct),
    right: coerceOutputs(context, right, types, construct),
    types,
  }
}

const armLocation = (arm: SelectStmt | undefined, column = 0): number | undefined => {
  const target = arm?.targetList?.[column]
  return target === undefined ? undefined : locationOf(target)
}

/** The expression behind an output, so that untyped literals stay recognisable. */
export const outputExpr = (query: Query, i: number): Expr =>
  query.kind === 'select' ? (query.targets[i]?.expr as Expr) : columnRef(query.outputs[i] as OutputColumn)

/** The query delivering other column types: literals are read anew, everything else is cast above it. */
export const coerceOutputs = (
  context: AnalysisContext,
  query: Query,
  types: readonly ColumnShape[],
  construct: string,
): Query => {
  const same = query.outputs.every((c, i) => c.type.oid === types[i]?.type.oid)
  if (same) return query
  const simple = query.kind === 'select' && query.distinct === 'none' && query.orderBy.length === 0
  if (simple) {
    const targets = query.targets.map((t, i) => {
      const { type, typmod } = types[i] as ColumnShape
      if (t.expr.type.oid === type.oid) return t
      const expr = coerceToCommon(context, t.expr, type, construct, undefined)
      return { ...t, expr, column: { ...t.column, type, typmod } }
    })
    return { ...query, targets, outputs: targets.map((t) => t.column) }
  }
  return wrap(context, query, (column, i) =>
    coerceToCommon(context, column, (types[i] as ColumnShape).type, construct, undefined),
  )
}

/** SELECT f(column) … FROM (query): a level above that changes columns. */
export const wrap = (context: AnalysisContext, query: Query, map: (column: Expr, i: number) => Expr): SelectQuery => {
  const targets = query.outputs.map((column, i) => {
    const expr = map(columnRef(column), i)
    return {
      expr,
      hidden: false,
      column: { ...column, id: context.freshColumn(), type: expr.type, typmod: expr.typmod, tableOid: 0, attnum: 0 },
    }
  })
  return over(query, targets)
}

/** SELECT expr FROM (query). */
export const answering = (context: AnalysisContext, query: Query, expr: Expr): SelectQuery => {
  const { type, typmod } = expr
  const column = { id: context.freshColumn(), name: '?column?', type, typmod, tableOid: 0, attnum: 0 }
  return over(query, [{ expr, hidden: false, column }])
}

const over = (query: Query, targets: readonly Target[]): SelectQuery => ({
  kind: 'select',
  ctes: [],
  from: [{ kind: 'subquery', query, alias: '*SELECT*', columns: query.outputs, lateral: false }],
  where: null,
  grouping: null,
  aggregated: false,
  having: null,
  windows: [],
  targets,
  distinct: 'none',
  orderBy: [],
  limit: null,
  offset: null,
  withTies: false,
  locks: [],
  outputs: targets.map((t) => t.column),
})

/** ORDER BY over results: output names and positions only. */
const outputOrder = (
  context: AnalysisContext,
  node: SelectStmt,
  outputs: readonly OutputColumn[],
  tables: readonly NamedTable[],
): SortKey[] =>
  (node.sortClause ?? []).map((n) => {
    const item = bodyOf(n, 'SortBy') as SortBy
    return sortKey(context, item, columnRef(orderedOutput(item.node as Node, outputs, tables)))
  })

const orderedOutput = (node: Node, outputs: readonly OutputColumn[], tables: readonly NamedTable[]): OutputColumn => {
  const position = bodyOf(node, 'A_Const')?.ival
  if (position !== undefined) {
    const found = outputs[(position.ival ?? 0) - 1]
    if (found === undefined)
      throw invalidColumnReference(`ORDER BY position ${position.ival ?? 0} is not in select list`, locationOf(node))
    return found
  }
  const names = namesOf(bodyOf(node, 'ColumnRef')?.fields)
  if (names.length === 1) {
    const found = outputs.find((c) => c.name === names[0])
    if (found !== undefined) return found
    const name = names[0] as string
    throw undefinedColumn(name, locationOf(node), columnHint([tables], null, name))
  }
  throw featureNotSupported('invalid UNION/INTERSECT/EXCEPT ORDER BY clause', locationOf(node), {
    detail: 'Only result column names can be used, not expressions or functions.',
    hint: 'Add the expression/function to every SELECT, or move the UNION into a FROM clause.',
  })
}

export const analyzeValues = (
  context: AnalysisContext,
  scope: Scope,
  node: SelectStmt,
  ctes: readonly Cte[],
  keepUnknown: boolean,
): ValuesQuery => {
  const clause = lockingClauseName(node)
  if (clause !== null) throw featureNotSupported(`${clause} cannot be applied to VALUES`)
  const lists = (node.valuesLists ?? []).map(listItems)
  const rows = scope.within(CLAUSE.values, () => lists.map((list) => expandedList(context, scope, list)))
  const width = rows[0]?.length ?? 0
  const different = rows.findIndex((row) => row.length !== width)
  if (different >= 0) {
    throw syntaxErrorAt('VALUES lists must all be the same length', locationOf(lists[different]?.[0]))
  }
  const types = Array.from({ length: width }, (_, i) => {
    const column = rows.map((row) => row[i] as Expr)
    if (keepUnknown && rows.length === 1) return { type: (column[0] as Expr).type, typmod: (column[0] as Expr).typmod }
    const common = commonType(context, column, 'VALUES', (k) => locationOf(lists[k]?.[i]))
    const type = commonCollation(common, column, false, undefined)
    return { type, typmod: commonTypmod(column, type) }
  })
  const outputs = types.map(({ type, typmod }, i) => ({
    id: context.freshColumn(),
    name: `column${i + 1}`,
    type,
    typmod,
    tableOid: 0,
    attnum: 0,
  }))
  return {
    kind: 'values',
    ctes,
    rows: rows.map((row, k) =>
      row.map((expr, i) => {
        const { type } = types[i] as ColumnShape
        return expr.type.oid === type.oid
          ? expr
          : coerceToCommon(context, expr, type, 'VALUES', locationOf(lists[k]?.[i]))
      }),
    ),
    orderBy: outputOrder(context, node, outputs, [{ alias: '*VALUES*', columns: outputs }]),
    ...limits(context, scope, node),
    withTies: node.limitOption === 'LIMIT_OPTION_WITH_TIES',
    outputs,
  }
}
