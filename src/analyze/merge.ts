/** MERGE: a source joined with the target, and what happens to rows that match and to those that don't. */
import { mergeSecurity } from './row-security.ts'
import { featureNotSupported, syntaxErrorAt } from '../errors/raise/analysis.ts'
import { mergeNameTwice, mergeNotForKind, unreachableWhen } from '../errors/raise/modify.ts'
import {
  bodyOf,
  tagOf,
  type MergeStmt,
  type MergeWhenClause,
  type Node,
  type RangeVar,
  type ResTarget,
} from '../sql/ast.ts'
import { assignmentsOf } from './assignments.ts'
import { coerceToBoolean } from './coerce.ts'
import type { AnalysisContext } from './context.ts'
import { analyzeWith, type AnalyzeDml } from './ctes.ts'
import type { Expr } from './expression.ts'
import { analyzeFrom, resolveRelation } from './from.ts'
import { locationOf } from './location.ts'
import {
  baseColumn,
  checkWritable,
  columnNamed,
  defaultOf,
  modifyTarget,
  ownDefault,
  type ModifyTarget,
} from './modify-target.ts'
import type { Assignment, FromItem, MergeAction, MergeQuery } from './query.ts'
import { CLAUSE, Scope } from './scope.ts'
import { assignable, generatedColumns, liveColumns, tableChecks } from './table-expressions.ts'

export const analyzeMerge = (context: AnalysisContext, scope: Scope, node: MergeStmt, dml: AnalyzeDml): MergeQuery => {
  const ctes = analyzeWith(context, scope, node.withClause, dml)
  if ((node as { returningClause?: unknown }).returningClause !== undefined) {
    throw syntaxErrorAt('syntax error at or near "returning"')
  }
  const clauses = (node.mergeWhenClauses ?? []).map((n) => bodyOf(n, 'MergeWhenClause') as MergeWhenClause)
  refuseUnreachable(clauses)
  const range = node.relation as RangeVar
  const { kind, name, system } = resolveRelation(context, range)
  if (system === null && kind !== 'r' && kind !== 'p') throw mergeNotForKind(name, kind)
  const target = modifyTarget(context, range, 'update')
  const source = new Scope(scope)
  source.beyondReach.push(...target.names)
  const [from] = analyzeFrom(context, source, [node.sourceRelation as Node])
  const own = target.names[0]?.alias
  if (source.items.some((item) => item.tableVisible && item.alias === own)) throw mergeNameTwice(own ?? '')
  scope.add(target.names)
  scope.add(source.items)
  const quals = node.joinCondition as Node
  const condition = scope.within(CLAUSE.joinOn, () =>
    coerceToBoolean(context, context.expr(scope, quals), 'JOIN/ON', locationOf(quals)),
  )
  const secured = mergeSecurity(context, target)
  return {
    kind: 'merge',
    ctes,
    table: target.table,
    from: from as FromItem,
    condition,
    actions: clauses.map((clause) => actionOf(context, scope, target, clause)),
    generated: generatedColumns(context, target.table),
    checks: tableChecks(context, target.table),
    security: secured.security,
    checkOptions: secured.checks,
    returning: null,
    outputs: [],
  }
}

const isMatched = ({ matchKind }: MergeWhenClause): boolean => {
  if (matchKind === 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE') {
    throw featureNotSupported('WHEN NOT MATCHED BY SOURCE is not supported')
  }
  return matchKind !== 'MERGE_WHEN_NOT_MATCHED_BY_TARGET'
}

/** A clause behind one without a condition is never reached. */
const refuseUnreachable = (clauses: readonly MergeWhenClause[]): void => {
  const settled = new Set<boolean>()
  for (const clause of clauses) {
    const matched = isMatched(clause)
    if (settled.has(matched)) throw unreachableWhen()
    if (clause.condition === undefined) settled.add(matched)
  }
}

const KINDS = { CMD_UPDATE: 'update', CMD_DELETE: 'delete', CMD_INSERT: 'insert', CMD_NOTHING: 'nothing' } as const

const actionOf = (
  context: AnalysisContext,
  scope: Scope,
  target: ModifyTarget,
  clause: MergeWhenClause,
): MergeAction => {
  const matched = isMatched(clause)
  const kind = KINDS[clause.commandType as keyof typeof KINDS]
  return withTarget(target, matched, () => {
    const { condition } = clause
    const when =
      condition === undefined
        ? null
        : scope.within(CLAUSE.mergeWhen, () =>
            coerceToBoolean(context, context.expr(scope, condition), 'WHEN', locationOf(condition)),
          )
    const assignments =
      kind === 'update'
        ? assignmentsOf(context, scope, clause.targetList ?? [], target)
        : kind === 'insert'
          ? inserted(context, scope, { ...target, verb: 'insert into' }, clause)
          : []
    if (kind !== 'insert') return { matched, condition: when, kind, assignments }
    const given = assignments.slice(0, clause.values?.length ?? 0).map(({ column }) => column.attnum)
    return { matched, condition: when, kind, assignments, given }
  })
}

/** A row that matches nothing has no target: its names cannot be used. */
const withTarget = <T>({ names }: ModifyTarget, visible: boolean, body: () => T): T => {
  for (const item of names) {
    item.tableVisible = visible
    item.columnsVisible = visible
  }
  try {
    return body()
  } finally {
    for (const item of names) {
      item.tableVisible = true
      item.columnsVisible = true
    }
  }
}

/** All columns of a new row: the values given, and defaults. */
const inserted = (
  context: AnalysisContext,
  scope: Scope,
  target: ModifyTarget,
  clause: MergeWhenClause,
): Assignment[] => {
  const items = (clause.targetList ?? []).map((n) => bodyOf(n, 'ResTarget') as ResTarget)
  const values = clause.values ?? []
  const named = items.map((item) => columnNamed(target, item.name as string, item.location))
  const columns = (items.length === 0 ? target.columns : named).map((column) => baseColumn(target, column))
  if (values.length > columns.length) {
    throw syntaxErrorAt('INSERT has more expressions than target columns', locationOf(values[columns.length]))
  }
  if (items.length > 0 && values.length > 0 && values.length < columns.length) {
    throw syntaxErrorAt('INSERT has more target columns than expressions', items[values.length]?.location)
  }
  const overriding = clause.override ?? 'OVERRIDING_NOT_SET'
  const given = values.map((node, i): Assignment => {
    const column = columns[i] as Assignment['column']
    return { column, expr: insertedValue(context, scope, target, column, node, overriding) }
  })
  const known = new Set(given.map(({ column }) => column.attnum))
  const defaults = liveColumns(target.table.relation).flatMap((column): Assignment[] => {
    const expr = known.has(column.attnum) ? null : ownDefault(context, target, column)
    return expr === null ? [] : [{ column, expr }]
  })
  return [...given, ...defaults]
}

const insertedValue = (
  context: AnalysisContext,
  scope: Scope,
  target: ModifyTarget,
  column: Assignment['column'],
  node: Node,
  overriding: string,
): Expr => {
  const isDefault = tagOf(node) === 'SetToDefault'
  if (isDefault || (overriding === 'OVERRIDING_USER_VALUE' && column.identity !== null)) {
    return defaultOf(context, target, column)
  }
  checkWritable(column, overriding)
  const expr = scope.within(CLAUSE.values, () => context.expr(scope, node))
  return assignable(context, expr, column, 'value', locationOf(node))
}
