/** Visits every expression of a query tree, inner queries included. */
import type { ColumnId, Expr } from './expression.ts'
import { children } from './nodes.ts'
import type { DmlQuery, FromItem, Query, TableItem, ViewLevel } from './query.ts'

/** Calls `visit` for each node of the expression, entering subqueries. */
export const visitDeep = (expr: Expr, visit: (expr: Expr) => void): void => {
  visit(expr)
  for (const child of children(expr)) visitDeep(child, visit)
  if (expr.kind === 'subquery') visitQuery(expr.query, visit)
}

export const visitQuery = (query: Query | DmlQuery, visit: (expr: Expr) => void): void => {
  for (const expr of queryExpressions(query)) visitDeep(expr, visit)
  for (const inner of innerQueries(query)) visitQuery(inner, visit)
}

/** Ids of columns that expressions mention, subqueries included. */
export const mentionedColumns = (expr: Expr, into: Set<ColumnId> = new Set()): Set<ColumnId> => {
  visitDeep(expr, (e) => {
    if (e.kind === 'column') into.add(e.id)
  })
  return into
}

/** Queries directly inside (CTEs, set operation arms, FROM subqueries, INSERT sources). */
export const innerQueries = (query: Query | DmlQuery): (Query | DmlQuery)[] => {
  const ctes = query.ctes.flatMap((cte) =>
    cte.recursive === null ? [cte.query] : [cte.recursive.base, cte.recursive.step],
  )
  switch (query.kind) {
    case 'select':
      return [...ctes, ...query.from.flatMap(fromQueries)]
    case 'set-operation':
      return [...ctes, query.left, query.right]
    case 'values':
      return ctes
    case 'insert':
      return query.source === null ? ctes : [...ctes, query.source]
    case 'update':
    case 'delete':
      return [...ctes, ...query.from.flatMap(fromQueries)]
    case 'merge':
      return [...ctes, ...fromQueries(query.from)]
  }
}

const fromQueries = (item: FromItem): Query[] =>
  item.kind === 'subquery'
    ? [item.query]
    : item.kind === 'join'
      ? [...fromQueries(item.left), ...fromQueries(item.right)]
      : []

const fromExpressions = (item: FromItem): Expr[] => {
  switch (item.kind) {
    case 'join':
      return [
        ...fromExpressions(item.left),
        ...fromExpressions(item.right),
        ...(item.condition === null ? [] : [item.condition]),
        ...item.merged.map((m) => m.expr),
      ]
    case 'function':
      return item.calls.flatMap((call) => call.args)
    case 'table':
      return [...sampleExpressions(item), ...(item.security ?? [])]
    default:
      return []
  }
}

/** The arguments of TABLESAMPLE. */
export const sampleExpressions = ({ sample }: TableItem): Expr[] =>
  sample === null ? [] : present(sample.percent, sample.repeatable)

const present = (...exprs: (Expr | null)[]): Expr[] => exprs.filter((e): e is Expr => e !== null)

const levelExpressions = (levels: readonly ViewLevel[]): Expr[] =>
  levels.flatMap(({ columns, condition }) => [...columns.map((c) => c.expr), ...present(condition)])

export const queryExpressions = (query: Query | DmlQuery): Expr[] => {
  switch (query.kind) {
    case 'select':
      return [
        ...query.from.flatMap(fromExpressions),
        ...present(query.where, query.having, query.limit, query.offset),
        ...(query.grouping?.exprs ?? []),
        ...(query.carried ?? []).map(({ call }) => call),
        ...query.windows.flatMap((w) => [
          ...w.partitionBy,
          ...w.orderBy.map((k) => k.expr),
          ...present(w.start.offset, w.end.offset),
        ]),
        ...query.targets.map((t) => t.expr),
        ...(typeof query.distinct === 'string' ? [] : query.distinct),
        ...query.orderBy.map((k) => k.expr),
      ]
    case 'set-operation':
      return [...query.orderBy.map((k) => k.expr), ...present(query.limit, query.offset)]
    case 'values':
      return [...query.rows.flat(), ...query.orderBy.map((k) => k.expr), ...present(query.limit, query.offset)]
    case 'insert':
      return [
        ...query.defaults.map((a) => a.expr),
        ...query.generated.map((a) => a.expr),
        ...query.checks.map((c) => c.expr),
        ...(query.onConflict?.assignments.map((a) => a.expr) ?? []),
        ...present(query.onConflict?.where ?? null),
        ...levelExpressions(query.levels),
        ...(query.returning?.targets.map((t) => t.expr) ?? []),
      ]
    case 'update':
      return [
        ...query.from.flatMap(fromExpressions),
        ...query.security,
        ...present(query.where),
        ...query.assignments.map((a) => a.expr),
        ...query.generated.map((a) => a.expr),
        ...query.checks.map((c) => c.expr),
        ...levelExpressions(query.levels),
        ...(query.returning?.targets.map((t) => t.expr) ?? []),
      ]
    case 'merge':
      return [
        ...fromExpressions(query.from),
        query.condition,
        ...query.security,
        ...query.actions.flatMap((a) => [...present(a.condition), ...a.assignments.map(({ expr }) => expr)]),
        ...query.generated.map((a) => a.expr),
        ...query.checks.map((c) => c.expr),
      ]
    case 'delete':
      return [
        ...levelExpressions(query.levels),
        ...query.from.flatMap(fromExpressions),
        ...query.security,
        ...present(query.where),
        ...(query.returning?.targets.map((t) => t.expr) ?? []),
      ]
  }
}
