/** ON CONFLICT: which unique keys are meant, and what happens to the row that has them. */
import {
  invalidColumnReference,
  syntaxErrorAt,
  undefinedColumn,
  undefinedObject,
  wrongObjectType,
} from '../errors/raise/analysis.ts'
import { arbiterOrder, deferrableArbiter } from '../errors/raise/modify.ts'
import { noSuchOperatorClass } from '../errors/raise/types.ts'
import { BTREE, operatorClass, operatorClassNamed } from '../catalog/system/data/operator-classes.ts'
import type { IndexKey, RelationObject } from '../catalog/objects.ts'
import { bodyOf, namesOf, type IndexElem, type InferClause, type Node, type OnConflictClause } from '../sql/ast.ts'
import { assignmentsOf } from './assignments.ts'
import { coerceToBoolean } from './coerce.ts'
import type { AnalysisContext } from './context.ts'
import type { Expr } from './expression.ts'
import { tableItem, tableResult } from './from.ts'
import { locationOf } from './location.ts'
import { excludedNames, overRow, type ModifyTarget } from './modify-target.ts'
import { columnRef, conjuncts, sameExpr } from './nodes.ts'
import type { OnConflict, OutputColumn, TableItem } from './query.ts'
import { collationNamed } from './type-name.ts'
import { CLAUSE, Scope, type NamespaceItem } from './scope.ts'
import { storedCondition, storedExpression } from './table-expressions.ts'

/** ON CONFLICT of an INSERT into the target. */
export const conflictOf = (
  context: AnalysisContext,
  scope: Scope,
  node: OnConflictClause,
  target: ModifyTarget,
): OnConflict => {
  const { table } = target
  const update = node.action === 'ONCONFLICT_UPDATE'
  const arbiters = node.infer === undefined ? [] : inferArbiters(context, node.infer, target, update)
  if (update && node.infer === undefined) {
    throw syntaxErrorAt('ON CONFLICT DO UPDATE requires inference specification or constraint name', node.location, {
      hint: 'For example, ON CONFLICT (column_name).',
    })
  }
  const excluded = tableItem(context, table.relation)
  const inner = new Scope(scope)
  inner.add(target.names)
  inner.add([
    target.levels.length === 0
      ? (tableResult(context, { ...excluded, alias: 'excluded' }, null).names[0] as NamespaceItem)
      : excludedNames(context, target, excluded),
  ])
  const assignments = update ? assignmentsOf(context, inner, node.targetList ?? [], target) : []
  const { whereClause } = node
  const where =
    whereClause === undefined
      ? null
      : inner.within(CLAUSE.where, () =>
          coerceToBoolean(context, context.expr(inner, whereClause), 'WHERE', locationOf(whereClause)),
        )
  const arbiter = context.catalog.relation(arbiters[0] ?? 0)?.index
  return {
    action: update ? 'update' : 'nothing',
    arbiters,
    columns: arbiter?.keys.flatMap(({ attnum }) => (attnum === 0 ? [] : [attnum])) ?? [],
    excluded: excluded.columns,
    assignments,
    where,
  }
}

/** Unique indexes that an ON CONFLICT target means. Throws 42P10 when there is none. */
const inferArbiters = (
  context: AnalysisContext,
  infer: InferClause,
  target: ModifyTarget,
  update: boolean,
): number[] => {
  const { catalog } = context
  const { relation } = target.table
  if (infer.conname !== undefined) {
    const constraint = catalog.constraintsOf(relation.oid).find((c) => c.name === infer.conname)
    if (constraint === undefined) {
      throw undefinedObject(`constraint "${infer.conname}" for table "${relation.name}" does not exist`, infer.location)
    }
    if (constraint.index === 0 || constraint.type === 'foreign')
      throw wrongObjectType('constraint in ON CONFLICT clause has no associated index')
    if (constraint.type === 'exclude' && update)
      throw wrongObjectType('ON CONFLICT DO UPDATE not supported with exclusion constraints')
    if (constraint.deferrable) throw deferrableArbiter()
    return [constraint.index]
  }
  const scope = new Scope(null)
  scope.add(target.names)
  const over = overRow(target, target.table)
  const wanted = (infer.indexElems ?? []).map((n) =>
    wantedKey(context, scope, bodyOf(n, 'IndexElem') as IndexElem, over, infer.location),
  )
  const { whereClause } = infer
  const predicate =
    whereClause === undefined ? null : over(scope.within(CLAUSE.predicate, () => context.expr(scope, whereClause)))
  const found = catalog
    .validIndexesOf(relation.oid)
    .filter((index) => isArbiter(context, index, target.table, wanted, predicate))
  if (found.length === 0) {
    throw invalidColumnReference('there is no unique or exclusion constraint matching the ON CONFLICT specification')
  }
  const immediate = found.filter(({ index }) => index?.immediate)
  if (immediate.length === 0) throw deferrableArbiter()
  return immediate.map((index) => index.oid)
}

interface WantedKey {
  readonly expr: Expr
  readonly opclass: string | null
  /** Null: any. */
  readonly collation: number | null
}

const wantedKey = (
  context: AnalysisContext,
  scope: Scope,
  element: IndexElem,
  over: (expr: Expr) => Expr,
  location: number | undefined,
): WantedKey => {
  if (element.ordering !== 'SORTBY_DEFAULT') throw arbiterOrder('ASC/DESC', location)
  if (element.nulls_ordering !== 'SORTBY_NULLS_DEFAULT') throw arbiterOrder('NULLS FIRST/LAST', location)
  const opclass = namesOf(element.opclass).at(-1) ?? null
  if (opclass !== null && operatorClassNamed(BTREE, opclass) === undefined) throw noSuchOperatorClass(opclass, 'btree')
  const { name } = element
  const expr =
    name === undefined
      ? scope.within(CLAUSE.index, () => context.expr(scope, element.expr as Node))
      : scope.column(name, undefined)
  if (expr === null) throw undefinedColumn(name ?? '', location)
  const collation =
    element.collation === undefined ? null : collationNamed(context, namesOf(element.collation), location).oid
  return { expr: over(expr), opclass, collation }
}

/** Whether the index has just the wanted keys, in any order, and is for all rows that the predicate keeps. */
const isArbiter = (
  context: AnalysisContext,
  { index }: RelationObject,
  table: TableItem,
  wanted: readonly WantedKey[],
  predicate: Expr | null,
): boolean => {
  if (index === null || !index.unique) return false
  const keys = index.keys.map((key) => {
    if (key.expression !== null) return storedExpression(context, table, key.expression, CLAUSE.index)
    return columnRef(table.columns.find((c) => c.attnum === key.attnum) as OutputColumn)
  })
  const matches = (key: Expr, i: number, { expr, opclass, collation }: WantedKey): boolean => {
    const own = index.keys[i] as IndexKey
    if (collation !== null && own.type.collation !== collation) return false
    return sameExpr(expr, key) && (opclass === null || opclassOf(own) === opclass)
  }
  const same =
    keys.every((key, i) => wanted.some((w) => matches(key, i, w))) &&
    wanted.every((w) => keys.some((key, i) => matches(key, i, w)))
  if (!same) return false
  if (index.predicate === null) return true
  const known = conjuncts(predicate)
  const implied = conjuncts(storedCondition(context, table, index.predicate, CLAUSE.predicate))
  return implied.every((part) => known.some((k) => sameExpr(part, k)))
}

const opclassOf = ({ opclass, type }: IndexKey): string | null =>
  opclass ?? operatorClass(type, BTREE, null)?.name ?? null
