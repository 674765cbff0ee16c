/** SELECT: the clauses of one query level, in the order SQL gives them meaning. */
import {
  ambiguousOutput,
  groupingError,
  invalidRecursion,
  invalidColumnReference,
  noEqualityOperator,
  syntaxErrorAt,
  windowingError,
} from '../errors/raise/analysis.ts'
import { nullRowCount } from '../errors/raise/execution.ts'
import { bodyOf, listItems, namesOf, type Node, type SelectStmt, type SortBy, type WindowDef } from '../sql/ast.ts'
import { coerceToBigint, coerceToBoolean, settleUnknown } from './coerce.ts'
import { withoutVariables } from './constant-arguments.ts'
import type { AnalysisContext } from './context.ts'
import type { Expr, SortKey } from './expression.ts'
import { analyzeFrom } from './from.ts'
import { checkGrouped } from './grouping.ts'
import { distinctSets, groupingItems, productOfSets } from './grouping-sets.ts'
import { locationOf } from './location.ts'
import { formatType } from '../types/index.ts'
import { OID } from '../types/oids.ts'
import { children, sameExpr } from './nodes.ts'
import type { Cte, FromItem, Grouping, SelectQuery, Target } from './query.ts'
import { withRowLocks } from './row-locks.ts'
import { CLAUSE, type BoundColumn, type Scope } from './scope.ts'
import { sortKey } from './sort-keys.ts'
import { analyzeTargets, originsOf, type TargetSource } from './targets.ts'
import { defineWindows } from './windows.ts'

export const analyzeSelect = (
  context: AnalysisContext,
  scope: Scope,
  node: SelectStmt,
  ctes: readonly Cte[],
  keepUnknown: boolean,
): SelectQuery => {
  const from = analyzeFrom(context, scope, node.fromClause ?? [])
  const windowNodes = (node.windowClause ?? []).map((w) => bodyOf(w, 'WindowDef') as WindowDef)
  defineWindows(context, scope, windowNodes)
  const written = scope.within(CLAUSE.select, () =>
    analyzeTargets(context, scope, node.targetList ?? [], () => starOf(scope), originsOf(from), keepUnknown),
  )
  const sources = keepUnknown ? settleCompared(context, node, written) : written
  const targets = sources.map((s) => s.target)
  const where = condition(context, scope, node.whereClause, CLAUSE.where)
  const grouping = groupBy(context, scope, node, targets)
  const having = condition(context, scope, node.havingClause, CLAUSE.having)
  const orderBy = scope.within(CLAUSE.orderBy, () =>
    (node.sortClause ?? []).map((n) => queryOrderKey(context, scope, bodyOf(n, 'SortBy') as SortBy, targets)),
  )
  const distinct = distinctOf(context, scope, node, targets, sources, orderBy)
  const aggregated = scope.aggregated || grouping !== null || having !== null
  if (scope.aggregated && from.some(isRecursiveReference)) {
    const problem = "aggregate functions are not allowed in a recursive query's recursive term"
    throw invalidRecursion(problem, scope.aggregateLocation)
  }
  const grouped = aggregated ? checkLevel(context, scope, from, grouping, sources, having, orderBy, node) : []
  const withTies = node.limitOption === 'LIMIT_OPTION_WITH_TIES'
  if (withTies && orderBy.length === 0) throw syntaxErrorAt('WITH TIES cannot be specified without ORDER BY clause')
  if (withTies && node.limitCount !== undefined && bodyOf(node.limitCount, 'A_Const')?.isnull) throw nullRowCount()
  const query: SelectQuery = {
    kind: 'select',
    ctes,
    from,
    where,
    grouping: grouping === null ? null : carry(grouping, grouped),
    aggregated,
    ...(scope.carried.length === 0 ? {} : { carried: scope.carried }),
    having,
    windows: scope.windows,
    targets,
    distinct,
    orderBy,
    ...limits(context, scope, node),
    withTies,
    locks: [],
    outputs: targets.map((t) => t.column),
  }
  return withRowLocks(context, query, node)
}

/** An untyped literal that is sorted, grouped or made distinct is text, whatever an outer UNION makes of the column. */
const settleCompared = (
  context: AnalysisContext,
  node: SelectStmt,
  sources: readonly TargetSource[],
): readonly TargetSource[] => {
  const isUnknown = ({ target }: TargetSource): boolean => target.expr.type.oid === OID.unknown
  if (!sources.some(isUnknown)) return sources
  const distinct = node.distinctClause ?? []
  const isDistinct = distinct.length > 0 && distinct.every((item) => Object.keys(item).length === 0)
  const mentioned = new Set<string | number | null>()
  const mention = (item: Node): void => {
    const parts = bodyOf(item, 'GroupingSet')?.content ?? bodyOf(item, 'RowExpr')?.args ?? listItems(item)
    parts.forEach(mention)
    mentioned.add(plainName(item)).add(bodyOf(item, 'A_Const')?.ival?.ival ?? null)
  }
  for (const item of [...(node.groupClause ?? []), ...distinct]) mention(item)
  for (const item of node.sortClause ?? []) mention((bodyOf(item, 'SortBy') as SortBy).node as Node)
  return sources.map((source, i) => {
    const { target } = source
    if (!isUnknown(source) || !(isDistinct || mentioned.has(i + 1) || mentioned.has(target.column.name))) return source
    const expr = settleUnknown(context, target.expr, source.location)
    return { ...source, target: { ...target, expr, column: { ...target.column, type: expr.type } } }
  })
}

const isRecursiveReference = (item: FromItem): boolean =>
  item.kind === 'join'
    ? isRecursiveReference(item.left) || isRecursiveReference(item.right)
    : item.kind === 'cte' && item.recursiveReference

/** Columns that depend on a grouped key join every grouping set. */
const carry = (grouping: Grouping, dependent: readonly Expr[]): Grouping => {
  if (dependent.length === 0) return grouping
  const extra = dependent.map((_, i) => grouping.exprs.length + i)
  const sets = grouping.sets.map((set) => [...set, ...extra])
  return { ...grouping, exprs: [...grouping.exprs, ...dependent], sets }
}

const condition = (
  context: AnalysisContext,
  scope: Scope,
  node: Node | undefined,
  clause: (typeof CLAUSE)[keyof typeof CLAUSE],
): Expr | null =>
  node === undefined
    ? null
    : scope.within(clause, () => coerceToBoolean(context, context.expr(scope, node), clause.name, locationOf(node)))

export const limits = (context: AnalysisContext, scope: Scope, node: SelectStmt) => ({
  limit: limitOf(context, scope, node.limitCount, CLAUSE.limit),
  offset: limitOf(context, scope, node.limitOffset, CLAUSE.offset),
})

const limitOf = (
  context: AnalysisContext,
  scope: Scope,
  node: Node | undefined,
  clause: typeof CLAUSE.limit | typeof CLAUSE.offset,
): Expr | null => {
  if (node === undefined || bodyOf(node, 'A_Const')?.isnull) return null
  return scope.within(clause, () => {
    const expr = coerceToBigint(context, context.expr(scope, node), clause.name, locationOf(node))
    return withoutVariables(scope, expr, clause.name, locationOf(node))
  })
}

/** What `*` stands for: every FROM entry's columns, merged ones of USING once. */
export const starOf = (scope: Scope): readonly BoundColumn[] =>
  scope.items
    .filter((item) => item.columnsVisible)
    .flatMap((item) => item.columns.filter(({ name }) => !item.hidden.has(name) && item.unlisted?.has(name) !== true))

const groupBy = (
  context: AnalysisContext,
  scope: Scope,
  node: SelectStmt,
  targets: readonly Target[],
): Grouping | null => {
  const nodes = node.groupClause ?? []
  if (nodes.length === 0) return null
  const exprs: Expr[] = []
  const index = (n: Node): number => {
    const expr = scope.within(CLAUSE.groupBy, () => groupExpression(context, scope, n, targets, node))
    const known = exprs.findIndex((e) => sameExpr(e, expr))
    if (known >= 0) return known
    exprs.push(expr)
    return exprs.length - 1
  }
  const items = nodes.flatMap((n) => groupingItems(n, index))
  const sets = productOfSets(items)
  const distinct = node.groupDistinct === true
  const isPlain = !distinct && nodes.every((n) => bodyOf(n, 'GroupingSet') === undefined)
  return { exprs, sets: distinct ? distinctSets(sets) : sets, ...(isPlain ? {} : { written: { items, distinct } }) }
}

/** A GROUP BY item: a column of the input, else an output name, a position, or an expression. */
const groupExpression = (
  context: AnalysisContext,
  scope: Scope,
  node: Node,
  targets: readonly Target[],
  select: SelectStmt,
): Expr => {
  const name = plainName(node)
  if (name !== null) {
    const input = scope.items.some((item) => item.columnsVisible && item.columns.some((c) => c.name === name))
    if (!input) {
      const output = outputNamed(targets, name, 'GROUP BY', node)
      if (output !== null) return checkGroupItem(output.expr, node)
    }
  }
  const position = ordinal(node, 'GROUP BY')
  if (position !== null) {
    const { expr } = atPosition(targets, position, 'GROUP BY', node)
    const written = bodyOf(select.targetList?.[position - 1] ?? node, 'ResTarget')?.val
    return checkGroupItem(expr, written ?? node)
  }
  const expr = settleUnknown(context, context.expr(scope, node))
  if (expr.type.hashKey === null) {
    throw noEqualityOperator(formatType(expr.type, -1), locationOf(node))
  }
  return targets.find((t) => sameExpr(t.expr, expr))?.expr ?? expr
}

const checkGroupItem = (expr: Expr, node: Node): Expr => {
  const stack: Expr[] = [expr]
  for (let e = stack.pop(); e !== undefined; e = stack.pop()) {
    if (e.kind === 'aggregate') throw groupingError('aggregate functions are not allowed in GROUP BY', locationOf(node))
    if (e.kind === 'window') throw windowingError('window functions are not allowed in GROUP BY', locationOf(node))
    stack.push(...children(e))
  }
  return expr
}

const plainName = (node: Node): string | null => {
  const fields = bodyOf(node, 'ColumnRef')?.fields
  return fields?.length === 1 && !('A_Star' in (fields[0] as Node)) ? (namesOf(fields)[0] as string) : null
}

const ordinal = (node: Node, clause: string): number | null => {
  const constant = bodyOf(node, 'A_Const')
  if (constant === undefined) return null
  if (constant.ival === undefined) throw syntaxErrorAt(`non-integer constant in ${clause}`, constant.location)
  return constant.ival.ival ?? 0
}

const atPosition = (targets: readonly Target[], position: number, clause: string, node: Node): Target => {
  const target = targets[position - 1]
  if (target === undefined)
    throw invalidColumnReference(`${clause} position ${position} is not in select list`, locationOf(node))
  return target
}

const outputNamed = (targets: readonly Target[], name: string, clause: string, node: Node): Target | null => {
  const matches = targets.filter((t) => t.column.name === name)
  const first = matches[0]
  if (first === undefined) return null
  if (matches.some((m) => !sameExpr(m.expr, first.expr))) {
    throw ambiguousOutput(clause, name, locationOf(node))
  }
  return first
}

/** An ORDER BY item: an output name first, then a position, then any expression over the input. */
const queryOrderKey = (context: AnalysisContext, scope: Scope, item: SortBy, targets: readonly Target[]): SortKey =>
  sortKey(context, item, orderExpression(context, scope, item.node as Node, targets, 'ORDER BY'))

const orderExpression = (
  context: AnalysisContext,
  scope: Scope,
  node: Node,
  targets: readonly Target[],
  clause: string,
): Expr => {
  const name = plainName(node)
  const named = name === null ? null : outputNamed(targets, name, clause, node)
  if (named !== null) return settleUnknown(context, named.expr)
  const position = ordinal(node, clause)
  if (position !== null) return atPosition(targets, position, clause, node).expr
  const expr = settleUnknown(context, context.expr(scope, node))
  return targets.find((t) => sameExpr(t.expr, expr))?.expr ?? expr
}

const distinctOf = (
  context: AnalysisContext,
  scope: Scope,
  node: SelectStmt,
  targets: readonly Target[],
  sources: readonly TargetSource[],
  orderBy: readonly SortKey[],
): SelectQuery['distinct'] => {
  const clause = node.distinctClause
  if (clause === undefined || clause.length === 0) return 'none'
  const on = clause.filter((n) => Object.keys(n).length > 0)
  if (on.length === 0) {
    const without = sources.find(({ target }) => target.expr.type.hashKey === null)
    if (without !== undefined) {
      throw noEqualityOperator(formatType(without.target.expr.type, -1), without.location)
    }
    if (orderBy.some((key) => !targets.some((t) => sameExpr(t.expr, key.expr)))) {
      throw invalidColumnReference(
        'for SELECT DISTINCT, ORDER BY expressions must appear in select list',
        locationOf(orderNode(node, orderBy, targets)),
      )
    }
    return 'all'
  }
  const exprs = scope.within(CLAUSE.distinctOn, () =>
    on.map((n) => {
      const expr = orderExpression(context, scope, n, targets, 'DISTINCT ON')
      if (expr.type.hashKey === null) throw noEqualityOperator(formatType(expr.type, -1), locationOf(n))
      return expr
    }),
  )
  const leading = orderBy.slice(0, exprs.length)
  if (leading.some((key) => !exprs.some((e) => sameExpr(e, key.expr)))) {
    throw invalidColumnReference(
      'SELECT DISTINCT ON expressions must match initial ORDER BY expressions',
      locationOf(on[0]),
    )
  }
  return exprs
}

const orderNode = (node: SelectStmt, orderBy: readonly SortKey[], targets: readonly Target[]): Node | undefined => {
  const i = orderBy.findIndex((key) => !targets.some((t) => sameExpr(t.expr, key.expr)))
  const item = node.sortClause?.[i]
  return item === undefined ? undefined : bodyOf(item, 'SortBy')?.node
}

const checkLevel = (
  context: AnalysisContext,
  scope: Scope,
  from: readonly FromItem[],
  grouping: Grouping | null,
  sources: readonly TargetSource[],
  having: Expr | null,
  orderBy: readonly SortKey[],
  node: SelectStmt,
): Expr[] =>
  checkGrouped(
    context.catalog,
    from,
    grouping?.exprs ?? [],
    [
      ...sources.map(({ target, location }) => ({ expr: target.expr, location })),
      ...scope.carried.map(({ call }) => ({ expr: call, location: undefined })),
      ...(having === null ? [] : [{ expr: having, location: locationOf(node.havingClause) }]),
      ...orderBy.map((key, i) => {
        const item = node.sortClause?.[i]
        return { expr: key.expr, location: item === undefined ? undefined : locationOf(bodyOf(item, 'SortBy')?.node) }
      }),
    ],
    context.keys,
  )
