/** Domains: the constraints that a value must satisfy to become one of them. */
import type { DomainDefinition } from '../catalog/objects.ts'
import type { Node } from '../sql/ast.ts'
import { type DomainType, isDomainType } from '../types/domain-type.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { AnalysisContext } from './context.ts'
import type { Expr } from './expression.ts'
import { columnRef } from './nodes.ts'
import type { OutputColumn } from './query.ts'
import { CLAUSE, Scope } from './scope.ts'

/** A scope in which VALUE is a value of the type, as the checks of a domain over the type have it. */
export const domainScope = (
  context: AnalysisContext,
  type: SqlType,
  typmod: number,
): { readonly scope: Scope; readonly value: OutputColumn } => {
  const value: OutputColumn = { id: context.freshColumn(), name: 'value', type, typmod, tableOid: 0, attnum: 0 }
  const scope = new Scope(null)
  scope.add([
    {
      alias: '',
      schema: null,
      columns: [{ name: 'value', expr: columnRef(value) }],
      tableVisible: false,
      hidden: new Set(),
      columnsVisible: true,
      lateralOnly: false,
      lateralAllowed: true,
      table: null,
      systemColumn: null,
      wholeRow: () => columnRef(value),
    },
  ])
  return { scope, value }
}

/** What a domain says of itself, without what it is over. */
export const domainDefinition = (context: AnalysisContext, type: DomainType): DomainDefinition => {
  const definition = context.catalog.typeObject(type.oid)?.domain
  if (definition === undefined) throw new Error(`domain ${type.name} without a definition`)
  return definition
}

/** Errors name the domain that the value is to become one of, whichever domain below it has the constraint. */
const reportedAs = (expr: Expr, reported: DomainType): Expr => {
  if (expr.kind === 'coerce-domain') return { ...expr, arg: reportedAs(expr.arg, reported), reported }
  return expr.kind === 'relabel' && isDomainType(expr.type) ? { ...expr, arg: reportedAs(expr.arg, reported) } : expr
}

/** A value of the type that a domain is directly over as one of the domain. */
export const asDomain = (context: AnalysisContext, given: Expr, type: DomainType): Expr => {
  const arg = reportedAs(given, type)
  const { notNull } = domainDefinition(context, type)
  const constraints = context.catalog.constraintsOf(type.oid).filter((c) => c.check !== null)
  if (constraints.length === 0 && !notNull) {
    return arg.kind === 'const' ? { ...arg, type } : { kind: 'relabel', arg, type, typmod: -1 }
  }
  // The domain's collation is not that of VALUE.
  const { scope, value } = domainScope(context, context.typeOf(arg.type.oid), arg.typmod)
  const checks = constraints
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, check }) => ({
      name,
      expr: scope.within(CLAUSE.check, () => context.expr(scope, check as unknown as Node)),
    }))
  return { kind: 'coerce-domain', arg, value: value.id, notNull, checks, type, typmod: -1 }
}
