/** Function calls: scalar, aggregate, window and set-returning; named, defaulted and variadic arguments. */
import {
  featureNotSupported,
  groupingError,
  syntaxErrorAt,
  undefinedFunction,
  undefinedObject,
  undefinedSchema,
  windowingError,
  wrongObjectType,
  type Location,
} from '../errors/raise/analysis.ts'
import { functionsByName } from '../functions/index.ts'
import type { AggregateFunction, FunctionRecord, WindowFunction } from '../functions/records.ts'
import { bodyOf, namesOf, type FuncCall, type Node } from '../sql/ast.ts'
import { formatType } from '../types/index.ts'
import { OID } from '../types/oids.ts'
import type { SqlType } from '../types/sql-type.ts'
import { coerce, coerceToBoolean, coercionPath, commonTypeOrNull, settleUnknown } from './coerce.ts'
import type { AnalysisContext } from './context.ts'
import type { Expr, SortKey } from './expression.ts'
import { locationOf } from './location.ts'
import { constant, sameExpr } from './nodes.ts'
import { findFunction, namedOrder, resolveFunction, type FunctionMatch } from './overload.ts'
import { arrayOf, resolvePolymorphic } from './polymorphic.ts'
import { CLAUSE, type Scope } from './scope.ts'
import { analyzeSortKeys } from './sort-keys.ts'
import { windowOf } from './windows.ts'

export const analyzeCall = (context: AnalysisContext, scope: Scope, node: FuncCall): Expr => {
  const names = namesOf(node.funcname)
  const name = names.at(-1) as string
  const argNodes = node.args ?? []
  const { location } = node
  const over = node.over !== undefined
  const within = node.agg_within_group === true
  const orderNodes = node.agg_order ?? []
  if (names.length > 1) checkSchema(context, names, argNodes, location)

  const argClause = over ? CLAUSE.windowArgument : isAggregateName(name) ? CLAUSE.aggregateArgument : scope.clause
  const args = scope.within(argClause, () => argNodes.map((arg) => context.expr(scope, arg)))
  const named = argNodes.map((arg) => bodyOf(arg, 'NamedArgExpr')?.name ?? null)
  const sortedArgs = within
    ? scope.within(scope.clause, () => orderNodes.map((n) => context.expr(scope, bodyOf(n, 'SortBy')?.node as Node)))
    : []
  const all = [...args, ...sortedArgs]

  const cast = castCall(context, name, all, location)
  if (cast !== null) return cast
  const match = resolveFunction(
    context,
    name,
    all.map((a) => a.type),
    [...named, ...sortedArgs.map(() => null)],
    node.func_variadic ?? false,
    location,
  )
  const { record } = match
  const { args: bound, result } = bindArguments(context, match, all, named, location)
  checkDecorations(node, name, record, location)

  switch (record.kind) {
    case 'scalar': {
      const call = { kind: 'call', function: record, args: bound, operator: null, cast: false } as const
      const syntax = node.funcformat === 'COERCE_SQL_SYNTAX' ? { syntax: 'sql' } : {}
      return { ...call, ...syntax, type: result, typmod: -1 }
    }
    case 'set':
      if (scope.clause === CLAUSE.aggregateArgument) {
        throw featureNotSupported('aggregate function calls cannot contain set-returning function calls', location, {
          hint: 'You might be able to move the set-returning function into a LATERAL FROM item.',
        })
      }
      if (!scope.clause.sets) {
        throw featureNotSupported(`set-returning functions are not allowed in ${scope.clause.name}`, location)
      }
      return { kind: 'set-call', function: record, args: bound, type: result, typmod: -1 }
    case 'window':
      return windowCall(context, scope, node, record, bound, result)
    case 'aggregate':
      return over
        ? windowCall(context, scope, node, record, bound, result)
        : aggregateCall(context, scope, node, record, bound, result)
  }
}

/** Arguments of aggregates may hold neither aggregates nor window functions. */
const isAggregateName = (name: string): boolean => functionsByName(name).some((record) => record.kind === 'aggregate')

/** Functions live in pg_catalog; another schema's name means that there is no such function. */
const checkSchema = (
  context: AnalysisContext,
  names: readonly string[],
  args: readonly Node[],
  location: Location,
): void => {
  const schema = names.at(-2) as string
  if (schema === 'pg_catalog' || schema === 'information_schema') return
  if (context.catalog.schemaByName(schema) === null) {
    throw undefinedSchema(schema, location)
  }
  throw undefinedFunction(`${names.join('.')}(${args.map(() => 'unknown').join(', ')})`, location)
}

/**
 * `text(x)`, `cidr('10/8')`: a call by a type's name with one argument is a cast when no function takes just that
 * argument, and the argument is a literal or needs no function to be cast; also when no function fits at all.
 */
const castCall = (context: AnalysisContext, name: string, args: readonly Expr[], location: Location): Expr | null => {
  const arg = args[0]
  if (args.length !== 1 || arg === undefined) return null
  const type = context.catalog.findType(name, context.searchPath)
  if (type === null || type.kind === 'p') return null
  const match = findFunction(context, name, [arg.type], [null], false)
  if (typeof match !== 'string' && match.types[0] === arg.type.oid) return null
  if (arg.type.oid !== OID.unknown) {
    const path = coercionPath(arg.type, type, 'explicit')
    if (path === null || (typeof match !== 'string' && path.kind !== 'relabel' && path.kind !== 'io')) return null
  }
  return coerce(context, arg, type, -1, 'explicit', location)
}

/** Arguments in declared order, coerced, defaults filled in, variadic ones gathered into an array. */
const bindArguments = (
  context: AnalysisContext,
  match: FunctionMatch,
  args: readonly Expr[],
  named: readonly (string | null)[],
  location: Location,
): { args: Expr[]; result: SqlType } => {
  const { record, types, spread } = match
  const common = (list: readonly SqlType[]) => commonTypeOrNull(context, list) ?? context.typeOf(OID.text)
  const resolved = resolvePolymorphic(
    context.catalog,
    types,
    args.map((a) => a.type),
    record.result,
    common,
    location,
  )
  let bound = args.map((arg, i) => {
    const type = resolved.args[i] as SqlType
    if (types[i] === OID.any) return arg.type.oid === OID.unknown ? settleUnknown(context, arg, location) : arg
    return coerce(context, arg, type, -1, 'implicit', location)
  })
  if (named.some((n) => n !== null)) {
    const order = namedOrder(record, named) as number[]
    const placed: Expr[] = []
    for (const [i, position] of order.entries()) placed[position] = bound[i] as Expr
    bound = placed
  }
  const defaults = record.defaults ?? []
  const firstDefault = record.args.length - defaults.length
  for (let i = 0; i < record.args.length && !spread; i++) {
    bound[i] ??= constant(defaults[i - firstDefault], context.typeOf(record.args[i] as number))
  }
  if (spread && record.variadic !== OID.any) {
    const fixed = record.args.length - 1
    const rest = bound.slice(fixed)
    const element = rest[0]?.type ?? context.typeOf(record.variadic as number)
    bound = [
      ...bound.slice(0, fixed),
      { kind: 'array', elements: rest, nested: false, type: arrayOf(context.catalog, element, location), typmod: -1 },
    ]
  }
  return { args: bound, result: resolved.result }
}

const checkDecorations = (node: FuncCall, name: string, record: FunctionRecord, location: Location): void => {
  const { kind } = record
  if (kind !== 'aggregate') {
    if (node.agg_star) throw wrongObjectType(`${name}(*) specified, but ${name} is not an aggregate function`, location)
    if (node.agg_distinct)
      throw wrongObjectType(`DISTINCT specified, but ${name} is not an aggregate function`, location)
    if (node.agg_within_group)
      throw wrongObjectType(`WITHIN GROUP specified, but ${name} is not an aggregate function`, location)
    if (node.agg_order) throw wrongObjectType(`ORDER BY specified, but ${name} is not an aggregate function`, location)
    if (node.agg_filter && kind !== 'window')
      throw wrongObjectType(`FILTER specified, but ${name} is not an aggregate function`, location)
    if (node.over && kind !== 'window') {
      throw wrongObjectType(`OVER specified, but ${name} is not a window function nor an aggregate function`, location)
    }
    if (kind === 'window' && !node.over)
      throw wrongObjectType(`window function ${name} requires an OVER clause`, location)
    return
  }
  const ordered = record.directArgs !== undefined
  if (ordered && !node.agg_within_group)
    throw wrongObjectType(`WITHIN GROUP is required for ordered-set aggregate ${name}`, location)
  if (!ordered && node.agg_within_group) {
    throw wrongObjectType(`${name} is not an ordered-set aggregate, so it cannot have WITHIN GROUP`, location)
  }
  if (node.args === undefined && !node.agg_star && record.args.length === 0) {
    throw wrongObjectType(`${name}(*) must be used to call a parameterless aggregate function`, location)
  }
}

const filterOf = (context: AnalysisContext, scope: Scope, node: FuncCall): Expr | null => {
  const filter = node.agg_filter
  if (filter === undefined) return null
  return scope.within(CLAUSE.filter, () =>
    coerceToBoolean(context, context.expr(scope, filter), 'FILTER', locationOf(filter)),
  )
}

const aggregateCall = (
  context: AnalysisContext,
  scope: Scope,
  node: FuncCall,
  record: AggregateFunction,
  args: readonly Expr[],
  type: SqlType,
): Expr => {
  const { location } = node
  if (!scope.clause.aggregates) {
    if (scope.clause === CLAUSE.aggregateArgument || scope.clause === CLAUSE.filter) {
      throw groupingError('aggregate function calls cannot be nested', location)
    }
    throw groupingError(`aggregate functions are not allowed in ${scope.clause.name}`, location)
  }
  const distinct = node.agg_distinct ?? false
  const orderNodes = node.agg_order ?? []
  let orderBy: SortKey[] = scope.within(CLAUSE.aggregateArgument, () => analyzeSortKeys(context, scope, orderNodes))
  if (record.directArgs !== undefined) {
    // WITHIN GROUP: the sorted expressions are the aggregated arguments themselves.
    const aggregated = args.slice(record.directArgs)
    orderBy = orderBy.map((key, i) => ({ ...key, expr: aggregated[i] ?? key.expr }))
  }
  if (distinct) checkDistinct(args, orderBy, location)
  scope.aggregated = true
  return {
    kind: 'aggregate',
    function: record,
    args,
    distinct,
    orderBy,
    filter: filterOf(context, scope, node),
    star: node.agg_star ?? false,
    type,
    typmod: -1,
  }
}

const checkDistinct = (args: readonly Expr[], orderBy: readonly SortKey[], location: Location): void => {
  const arg = args.find((a) => a.type.hashKey === null)
  if (arg !== undefined) {
    throw undefinedFunctionForType(arg.type, location)
  }
  for (const key of orderBy) {
    const matches = args.some((a) => sameExpr(a, key.expr))
    if (!matches) {
      throw syntaxErrorAt('in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list', location)
    }
  }
}

const undefinedFunctionForType = (type: SqlType, location: Location) =>
  undefinedObject(`could not identify an equality operator for type ${formatType(type, -1)}`, location)

const windowCall = (
  context: AnalysisContext,
  scope: Scope,
  node: FuncCall,
  record: AggregateFunction | WindowFunction,
  args: readonly Expr[],
  type: SqlType,
): Expr => {
  const { location } = node
  if (!scope.clause.windows) {
    if (scope.clause === CLAUSE.windowArgument || scope.clause === CLAUSE.window) {
      throw windowingError('window function calls cannot be nested', location)
    }
    if (scope.clause === CLAUSE.aggregateArgument) {
      throw groupingError('aggregate function calls cannot contain window function calls', location)
    }
    throw windowingError(`window functions are not allowed in ${scope.clause.name}`, location)
  }
  if (node.agg_distinct) throw featureNotSupported('DISTINCT is not implemented for window functions', location)
  if (node.agg_order) throw featureNotSupported('aggregate ORDER BY is not implemented for window functions', location)
  if (node.over === undefined) throw new Error('window call without OVER')
  scope.windowed = true
  const window = windowOf(context, scope, node.over)
  return {
    kind: 'window',
    function: record,
    args,
    filter: filterOf(context, scope, node),
    window,
    star: node.agg_star ?? false,
    type,
    typmod: -1,
  }
}
