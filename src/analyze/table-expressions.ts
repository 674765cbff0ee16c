/** Expressions kept with a table – defaults, generation expressions, checks, index keys – bound to its columns. */
import { datatypeMismatch } from '../errors/raise/analysis.ts'
import type { Column, ParseTree, RelationObject } from '../catalog/objects.ts'
import { functionByOid } from '../functions/index.ts'
import type { EvalContext } from '../functions/context.ts'
import type { Node } from '../sql/ast.ts'
import { isDomainType } from '../types/domain-type.ts'
import { formatType } from '../types/index.ts'
import { OID } from '../types/oids.ts'
import { coerceToBoolean, settleUnknown, tryCoerce } from './coerce.ts'
import type { AnalysisContext } from './context.ts'
import { domainDefinition } from './domains.ts'
import type { Expr } from './expression.ts'
import { tableResult } from './from.ts'
import { constant } from './nodes.ts'
import type { Assignment, CheckExpr, TableItem } from './query.ts'
import { CLAUSE, Scope, type Clause } from './scope.ts'

/** A scope in which just one table's columns can be named. */
export const tableScope = (context: AnalysisContext, item: TableItem): Scope => {
  const scope = new Scope(null)
  scope.add(tableResult(context, item, context.catalog.schema(item.relation.schema)?.name ?? null).names)
  return scope
}

const stored = (context: AnalysisContext, scope: Scope, tree: ParseTree): Expr =>
  context.asStored(() => context.expr(scope, tree as unknown as Node))

/** A stored expression over the table's columns. */
export const storedExpression = (context: AnalysisContext, item: TableItem, tree: ParseTree, clause: Clause): Expr => {
  const scope = tableScope(context, item)
  return scope.within(clause, () => settleUnknown(context, stored(context, scope, tree)))
}

/** A stored condition: a check or an index predicate. */
export const storedCondition = (context: AnalysisContext, item: TableItem, tree: ParseTree, clause: Clause): Expr =>
  coerceToBoolean(context, storedExpression(context, item, tree, clause), clause.condition ?? clause.name, undefined)

/** What an omitted column gets: identity, default, or null when it has neither. */
export const columnDefault = (context: AnalysisContext, column: Column): Expr | null => {
  if (column.identity !== null) return nextValue(context, column.identity.sequence, column)
  if (column.generated) return null
  if (column.default === null) return domainDefault(context, column)
  const scope = new Scope(null)
  const expr = scope.within(CLAUSE.default, () => stored(context, scope, column.default as ParseTree))
  return assignable(context, expr, column, 'default')
}

/**
 * A column's own default before it becomes a value of the column's type; null where it has none. A literal has no type
 * but the column's.
 */
export const plainDefault = (context: AnalysisContext, column: Column): Expr | null => {
  if (column.identity !== null || column.generated || column.default === null) return null
  const scope = new Scope(null)
  const expr = scope.within(CLAUSE.default, () => stored(context, scope, column.default as ParseTree))
  return expr.type.oid === OID.unknown ? assignable(context, expr, column, 'default') : expr
}

/** What a column of a domain gets: the domain's default, or a NULL that the domain must allow. */
const domainDefault = (context: AnalysisContext, column: Column): Expr | null => {
  let { type } = column
  if (!isDomainType(type)) return null
  for (; isDomainType(type); type = type.base) {
    const tree = domainDefinition(context, type).default
    if (tree === null) continue
    const scope = new Scope(null)
    const expr = scope.within(CLAUSE.default, () => stored(context, scope, tree))
    return assignable(context, expr, column, 'default')
  }
  const none = assignable(context, constant(null, context.unknown), column, 'default')
  return none.kind === 'const' ? null : none
}

const NEXTVAL = 1574

const nextValue = (context: AnalysisContext, sequence: number, column: Column): Expr => {
  const fn = functionByOid(NEXTVAL)
  if (fn?.kind !== 'scalar') throw new Error('nextval is not registered')
  const type = context.typeOf(OID.int8)
  const arg = constant(sequence, context.typeOf(OID.regclass))
  // The column's own sequence is no privilege of its own.
  const own = { ...fn, evaluateIn: ({ sequences }: EvalContext, oid: number) => sequences.nextval(oid, false) }
  const call: Expr = { kind: 'call', function: own, args: [arg], operator: null, cast: false, type, typmod: -1 }
  return assignable(context, call, column, 'default')
}

/** Brings a value to a column's type by assignment rules. Throws 42804. */
export const assignable = (
  context: AnalysisContext,
  expr: Expr,
  column: Column,
  what: 'value' | 'default',
  location?: number,
): Expr => {
  const coerced = tryCoerce(context, expr, column.type, column.typmod, 'assignment', location)
  if (coerced === null) {
    const subject = what === 'default' ? 'default expression' : 'expression'
    throw datatypeMismatch(
      `column "${column.name}" is of type ${formatType(column.type, -1)} but ${subject} is of type ${formatType(expr.type, -1)}`,
      location,
      { hint: 'You will need to rewrite or cast the expression.' },
    )
  }
  return coerced
}

/** Values of generated columns over the row's other columns. */
export const generatedColumns = (context: AnalysisContext, item: TableItem): Assignment[] =>
  item.relation.columns
    .filter((column) => column.generated && !column.dropped && column.default !== null)
    .map((column) => ({
      column,
      expr: assignable(
        context,
        storedExpression(context, item, column.default as ParseTree, CLAUSE.generated),
        column,
        'default',
      ),
    }))

export const tableChecks = (context: AnalysisContext, item: TableItem): CheckExpr[] =>
  context.catalog
    .constraintsOf(item.relation.oid)
    .filter((constraint) => constraint.type === 'check' && constraint.check !== null)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((constraint) => ({
      name: constraint.name,
      expr: storedCondition(context, item, constraint.check as ParseTree, CLAUSE.check),
    }))

/** Live columns of a relation in order. */
export const liveColumns = (relation: RelationObject): Column[] => relation.columns.filter((column) => !column.dropped)
