/** INSERT, UPDATE and DELETE. */
import { insertSecurity, targetSecurity } from './row-security.ts'
import { featureNotSupported } from '../errors/raise/analysis.ts'
import {
  bodyOf,
  tagOf,
  type DeleteStmt,
  type InsertStmt,
  type MergeStmt,
  type Node,
  type RangeVar,
  type UpdateStmt,
} from '../sql/ast.ts'
import { assignmentsOf } from './assignments.ts'
import { coerceToBoolean } from './coerce.ts'
import type { AnalysisContext } from './context.ts'
import { analyzeWith } from './ctes.ts'
import type { Expr } from './expression.ts'
import { analyzeFrom } from './from.ts'
import { insertSource } from './insert-source.ts'
import { locationOf } from './location.ts'
import { analyzeMerge } from './merge.ts'
import { baseColumn, modifyTarget, ownDefault, type ModifyTarget, checkWritable } from './modify-target.ts'
import { conjunction, constant } from './nodes.ts'
import { conflictOf } from './on-conflict.ts'
import { operatorOn } from './operators.ts'
import { OID } from '../types/oids.ts'
import type { DeleteQuery, DmlQuery, InsertQuery, OutputColumn, Returning, TableItem, UpdateQuery } from './query.ts'
import { CLAUSE, Scope } from './scope.ts'
import { starOf } from './select.ts'
import { generatedColumns, liveColumns, tableChecks } from './table-expressions.ts'
import { analyzeTargets, originsOf } from './targets.ts'

export const analyzeModify = (context: AnalysisContext, scope: Scope, node: Node): DmlQuery => {
  switch (tagOf(node)) {
    case 'InsertStmt':
      return analyzeInsert(context, scope, bodyOf(node, 'InsertStmt') as InsertStmt)
    case 'UpdateStmt':
      return analyzeUpdate(context, scope, bodyOf(node, 'UpdateStmt') as UpdateStmt)
    case 'DeleteStmt':
      return analyzeDelete(context, scope, bodyOf(node, 'DeleteStmt') as DeleteStmt)
    case 'MergeStmt':
      return analyzeMerge(context, scope, bodyOf(node, 'MergeStmt') as MergeStmt, analyzeModify)
    default:
      throw featureNotSupported(`${tagOf(node)} is not supported`)
  }
}

const returningOf = (
  context: AnalysisContext,
  scope: Scope,
  nodes: readonly Node[],
  items: readonly TableItem[],
): Returning | null => {
  if (nodes.length === 0) return null
  return scope.within(CLAUSE.returning, () => ({
    targets: analyzeTargets(context, scope, nodes, () => starOf(scope), originsOf(items), false).map((s) => s.target),
  }))
}

const outputsOf = (returning: Returning | null): OutputColumn[] => returning?.targets.map((t) => t.column) ?? []

const analyzeInsert = (context: AnalysisContext, scope: Scope, node: InsertStmt): InsertQuery => {
  const ctes = analyzeWith(context, scope, node.withClause, analyzeModify)
  const target = modifyTarget(context, node.relation as RangeVar, 'insert into')
  const { table, levels, checkOptions } = target
  const { source, columns: written } = insertSource(context, scope, node, target)
  const given = new Set(written.map((c) => c.attnum))
  // A default of a view's column that is none of its table's has nowhere to go.
  for (const column of target.blocked) baseColumn(target, column)
  const defaults = liveColumns(table.relation)
    .filter((c) => !given.has(c.attnum))
    .flatMap((column) => {
      if (column.generated && target.fallbacks.has(column.attnum)) checkWritable(column, '')
      const expr = ownDefault(context, target, column)
      return expr === null ? [] : [{ column, expr }]
    })
  const onConflict =
    node.onConflictClause === undefined ? null : conflictOf(context, scope, node.onConflictClause, target)
  const returningScope = new Scope(scope)
  returningScope.add(target.names)
  const returning = returningOf(context, returningScope, node.returningClause?.exprs ?? [], [table])
  const updates = onConflict?.action === 'update'
  const security = insertSecurity(
    context,
    target,
    updates,
    [
      ...(returning?.targets.map((t) => t.expr) ?? []),
      ...(onConflict?.assignments.map((a) => a.expr) ?? []),
      onConflict?.where ?? null,
    ],
    (onConflict?.columns.length ?? 0) > 0,
  )
  return {
    kind: 'insert',
    ctes,
    table,
    source,
    columns: written,
    defaults,
    generated: generatedColumns(context, table),
    checks: tableChecks(context, table),
    levels,
    checkOptions: [...security, ...checkOptions],
    onConflict,
    returning,
    outputs: outputsOf(returning),
  }
}

const analyzeUpdate = (context: AnalysisContext, scope: Scope, node: UpdateStmt): UpdateQuery => {
  const ctes = analyzeWith(context, scope, node.withClause, analyzeModify)
  const target = modifyTarget(context, node.relation as RangeVar, 'update')
  const { table, levels, checkOptions } = target
  addTarget(scope, target)
  const from = analyzeFrom(context, scope, node.fromClause ?? [])
  const assignments = assignmentsOf(context, scope, node.targetList ?? [], target)
  const where = whereOf(context, scope, node.whereClause, target)
  const returning = returningOf(context, scope, node.returningClause?.exprs ?? [], [table])
  const secured = targetSecurity(context, target, 'update', [
    where,
    ...assignments.map((a) => a.expr),
    ...(returning?.targets.map((t) => t.expr) ?? []),
  ])
  return {
    kind: 'update',
    ctes,
    table,
    from,
    security: secured.security,
    where,
    assignments,
    generated: generatedColumns(context, table),
    checks: tableChecks(context, table),
    levels,
    checkOptions: [...secured.checks, ...checkOptions],
    returning,
    outputs: outputsOf(returning),
  }
}

/** The target's names, which lateral references in FROM must not use. */
const addTarget = (scope: Scope, { names }: ModifyTarget): void => {
  for (const item of names) {
    item.target = true
    item.lateralOnly = true
    item.lateralAllowed = false
  }
  scope.add(names)
}

const whereOf = (context: AnalysisContext, scope: Scope, node: Node | undefined, target: ModifyTarget): Expr | null => {
  if (node === undefined) return null
  const currentOf = bodyOf(node, 'CurrentOfExpr')
  if (currentOf !== undefined) return atCursor(context, currentOf.cursor_name ?? '', target)
  return scope.within(CLAUSE.where, () =>
    coerceToBoolean(context, context.expr(scope, node), 'WHERE', locationOf(node)),
  )
}

/** WHERE CURRENT OF: the address of the row that the cursor stands on. */
const atCursor = (context: AnalysisContext, cursor: string, { names, table, levels }: ModifyTarget): Expr => {
  if (levels.length > 0) throw featureNotSupported('WHERE CURRENT OF on a view is not implemented')
  if (context.cursors === null) throw featureNotSupported('WHERE CURRENT OF is not supported here')
  // Where the cursor stands is another matter the next time.
  context.dependsOnSettings = true
  const { relation, rowid } = context.cursors.current(cursor, table)
  const column = (name: string): Expr => names[0]?.systemColumn?.(name) as Expr
  const at = operatorOn(context, '=', column('ctid'), constant(rowid, context.typeOf(OID.tid)), undefined)
  if (table.inheritors === undefined) return at
  const of = operatorOn(context, '=', column('tableoid'), constant(relation, context.typeOf(OID.oid)), undefined)
  return conjunction([at, of], context.bool) as Expr
}

const analyzeDelete = (context: AnalysisContext, scope: Scope, node: DeleteStmt): DeleteQuery => {
  const ctes = analyzeWith(context, scope, node.withClause, analyzeModify)
  const target = modifyTarget(context, node.relation as RangeVar, 'delete from')
  const { table, levels } = target
  addTarget(scope, target)
  const from = analyzeFrom(context, scope, node.usingClause ?? [])
  const where = whereOf(context, scope, node.whereClause, target)
  const returning = returningOf(context, scope, node.returningClause?.exprs ?? [], [table])
  const { security } = targetSecurity(context, target, 'delete', [
    where,
    ...(returning?.targets.map((t) => t.expr) ?? []),
  ])
  return { kind: 'delete', ctes, table, from, levels, security, where, returning, outputs: outputsOf(returning) }
}
