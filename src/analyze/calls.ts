/** Function calls: scalar, aggregate, window and set-returning; named, defaulted and variadic arguments. */
import { usableSchema } from '../catalog/privileges/check.ts'
import {
  ambiguousFunction,
  ambiguousProcedure,
  datatypeMismatch,
  featureNotSupported,
  groupingError,
  invalidColumnReference,
  syntaxErrorAt,
  undefinedFunction,
  noEqualityOperator,
  undefinedOrderedAggregate,
  undefinedProcedure,
  undefinedSchema,
  windowingError,
  wrongObjectType,
  type Location,
} from '../errors/raise/analysis.ts'
import { functionsOf } from '../catalog/routines.ts'
import {
  type AggregateFunction,
  directArguments,
  type FunctionRecord,
  type WindowFunction,
} from '../functions/records.ts'
import { bodyOf, namesOf, type FuncCall, type Node } from '../sql/ast.ts'
import { baseTypeOf } from '../types/domain-type.ts'
import { formatType } from '../types/index.ts'
import { OID } from '../types/oids.ts'
import type { SqlType } from '../types/sql-type.ts'
import { coerce, coerceToBoolean, coercionPath, commonType, commonTypeOrNull, settleUnknown } from './coerce.ts'
import type { AnalysisContext } from './context.ts'
import type { AggregateExpr, Expr, RecordColumn, SortKey } from './expression.ts'
import { locationOf } from './location.ts'
import { constant, sameExpr } from './nodes.ts'
import { fieldOf, fieldOrNull } from './fields.ts'
import { checkDecorations, checkSetCall } from './call-checks.ts'
import { type CallShape, exactFunction, findFunction, type FunctionMatch } from './overload.ts'
import { arrayOf, resolvePolymorphic } from './polymorphic.ts'
import { CLAUSE, Scope } from './scope.ts'
import { analyzeSortKeys } from './sort-keys.ts'
import { windowOf } from './windows.ts'

export const analyzeCall = (context: AnalysisContext, scope: Scope, node: FuncCall): Expr =>
  callOf(context, scope, node, false)

/** The call that a CALL statement makes. */
export const analyzeProcedureCall = (context: AnalysisContext, scope: Scope, node: FuncCall): Expr =>
  callOf(context, scope, node, true)

const callOf = (context: AnalysisContext, scope: Scope, node: FuncCall, procedure: boolean): Expr => {
  const names = namesOf(node.funcname)
  const name = names.at(-1) as string
  const argNodes = node.args ?? []
  const { location } = node
  const over = node.over !== undefined
  const within = node.agg_within_group === true
  const orderNodes = node.agg_order ?? []
  const schema = names.length > 1 ? (names.at(-2) as string) : null
  if (schema !== null && usableSchema(context.catalog, context.actingRole, schema, location) === null)
    throw undefinedSchema(schema, location)

  const argClause = over
    ? CLAUSE.windowArgument
    : isAggregateName(context, name)
      ? CLAUSE.aggregateArgument
      : scope.clause === CLAUSE.from
        ? CLAUSE.fromArgument
        : scope.clause
  const args = scope.within(argClause, () => argNodes.map((arg) => context.expr(scope, arg)))
  const named = argumentNames(argNodes)
  const sortedArgs = within
    ? scope.within(scope.clause, () => orderNodes.map((n) => context.expr(scope, bodyOf(n, 'SortBy')?.node as Node)))
    : []
  const all = [...args, ...sortedArgs]
  const shape: CallShape = {
    schema,
    name,
    named: [...named, ...sortedArgs.map(() => null)],
    variadic: node.func_variadic ?? false,
  }
  const projected = procedure ? null : fieldByCall(node, all)
  const match = resolve(context, shape, all, names, { procedure, node, fallback: projected })
  if ('kind' in match) return match
  const { record } = match
  checkProcedure(match, procedure, () => signatureOf(names, all, named), location)
  checkVariadic(match, shape, all, locationOf(argNodes.at(-1)))
  const given =
    record.kind === 'aggregate' && record.hypothetical === true && within
      ? hypotheticalArguments(context, all, args.length, node, names)
      : all
  const { args: bound, result, replace } = bindArguments(context, match, given, location)
  const columns = outColumns(record, replace)
  checkDecorations(node, name, record, location)

  switch (record.kind) {
    case 'scalar': {
      const call = { kind: 'call', function: record, args: bound, operator: null, cast: false } as const
      const syntax = node.funcformat === 'COERCE_SQL_SYNTAX' ? { syntax: 'sql' } : {}
      const spread = shape.variadic && record.variadic === OID.any ? { variadic: true } : {}
      return { ...call, ...syntax, ...spread, ...columns, type: result, typmod: -1 }
    }
    case 'set':
      checkSetCall(scope, location)
      return { kind: 'set-call', function: record, args: bound, ...columns, type: result, typmod: -1 }
    case 'window':
      return windowCall(context, scope, node, record, bound, result)
    case 'aggregate':
      return over
        ? windowCall(context, scope, node, record, bound, result)
        : aggregateCall(context, scope, node, { record, args: bound, given, type: result })
  }
}

/** A hypothetical row's values and the sort keys, of the same type each. */
const hypotheticalArguments = (
  context: AnalysisContext,
  all: readonly Expr[],
  direct: number,
  node: FuncCall,
  names: readonly string[],
): readonly Expr[] => {
  const { location } = node
  const name = names.at(-1) as string
  const keys = all.length - direct
  if (direct !== keys) {
    throw undefinedFunction(signatureOf(names, all, []), location, {
      hint: `To use the hypothetical-set aggregate ${name}, the number of hypothetical direct arguments (here ${direct}) must match the number of ordering columns (here ${keys}).`,
    })
  }
  const placeOf = (i: number): Location =>
    locationOf(i < direct ? node.args?.[i] : bodyOf(node.agg_order?.[i - direct] as Node, 'SortBy')?.node)
  return all.map((arg, i) => {
    const pair = [i % direct, (i % direct) + direct]
    const exprs = pair.map((place) => all[place] as Expr)
    const type = commonType(context, exprs, 'WITHIN GROUP', (k) => placeOf(pair[k] as number))
    return coerce(context, arg, type, -1, 'implicit', placeOf(i))
  })
}

/** The types that the OUT columns have in this call. */
const outColumns = (
  record: FunctionRecord,
  replace: (oid: number) => SqlType,
): { readonly columns?: readonly RecordColumn[] } =>
  (record.kind !== 'scalar' && record.kind !== 'set') || record.columns === undefined
    ? {}
    : { columns: record.columns.map((column) => ({ name: column.name, type: replace(column.type) })) }

/** Names of arguments in named notation, which must come last and be different. */
const argumentNames = (nodes: readonly Node[]): (string | null)[] => {
  const names: (string | null)[] = []
  for (const node of nodes) {
    const named = bodyOf(node, 'NamedArgExpr')
    if (named === undefined) {
      if (names.some((name) => name !== null)) {
        throw syntaxErrorAt('positional argument cannot follow named argument', locationOf(node))
      }
      names.push(null)
      continue
    }
    const name = named.name as string
    if (names.includes(name)) {
      throw syntaxErrorAt(`argument name "${name}" used more than once`, named.location)
    }
    names.push(name)
  }
  return names
}

/** Arguments of aggregates may hold neither aggregates nor window functions. */
const isAggregateName = (context: AnalysisContext, name: string): boolean =>
  functionsOf(context.catalog, name, context.searchPath).some((record) => record.kind === 'aggregate')

const signatureOf = (names: readonly string[], args: readonly Expr[], named: readonly (string | null)[]): string =>
  `${names.join('.')}(${args.map((arg, i) => (named[i] ? `${named[i]} => ` : '') + formatType(arg.type, -1)).join(', ')})`

interface Resolving {
  readonly procedure: boolean
  readonly node: FuncCall
  /** What the call means when there is no such function. */
  readonly fallback: Expr | null
}

/** The function that is meant, or the cast or field that is. Throws 42883, 42725. */
const resolve = (
  context: AnalysisContext,
  shape: CallShape,
  args: readonly Expr[],
  names: readonly string[],
  { procedure, node, fallback }: Resolving,
): FunctionMatch | Expr => {
  const { location } = node
  const types = args.map((arg) => arg.type)
  const ambiguous = () => {
    const signature = signatureOf(names, args, shape.named)
    return procedure ? ambiguousProcedure(signature, location) : ambiguousFunction(signature, location)
  }
  const exact = exactFunction(context, shape, types)
  if (exact === 'ambiguous') throw ambiguous()
  if (exact !== null) return exact
  const cast = procedure ? null : castCall(context, shape, args, location)
  if (cast?.plain === true) return cast.expr()
  const found = findFunction(context, shape, types)
  if (found === 'ambiguous') throw ambiguous()
  if (found !== 'none') return found
  if (cast !== null) return cast.expr()
  if (fallback !== null) return fallback
  const signature = signatureOf(names, args, shape.named)
  if (procedure) throw undefinedProcedure(signature, location)
  if (node.agg_order !== undefined && !node.agg_within_group) throw undefinedOrderedAggregate(signature, location)
  throw undefinedFunction(signature, location)
}

const checkProcedure = (
  { record }: FunctionMatch,
  procedure: boolean,
  signature: () => string,
  location: Location,
): void => {
  if (record.procedure === true && !procedure) {
    throw wrongObjectType(`${signature()} is a procedure`, location, { hint: 'To call a procedure, use CALL.' })
  }
  if (record.procedure !== true && procedure) {
    throw wrongObjectType(`${signature()} is not a procedure`, location, { hint: 'To call a function, use SELECT.' })
  }
}

const checkVariadic = (
  { record }: FunctionMatch,
  { variadic }: CallShape,
  args: readonly Expr[],
  location: Location,
): void => {
  const last = args.at(-1)
  if (!variadic || record.variadic !== OID.any || last === undefined) return
  if (baseTypeOf(last.type).category !== 'A') throw datatypeMismatch('VARIADIC argument must be an array', location)
}

/**
 * `text(x)`, `cidr('10/8')`: a call by a type's name with one argument is a cast. A plain one, of a literal or by no
 * function, comes before all functions that do not take just that argument.
 */
const castCall = (
  context: AnalysisContext,
  { name, named, schema }: CallShape,
  args: readonly Expr[],
  location: Location,
): { readonly plain: boolean; readonly expr: () => Expr } | null => {
  const arg = args[0]
  if (args.length !== 1 || arg === undefined || named[0] !== null) return null
  const searched = schema === null ? context.searchPath : [context.catalog.schemaByName(schema)?.oid ?? 0]
  const type = context.catalog.findType(name, searched)
  if (type === null || type.kind === 'p') return null
  const expr = (): Expr => coerce(context, arg, type, -1, 'explicit', location)
  if (arg.type.oid === OID.unknown) return { plain: true, expr }
  const path = coercionPath(arg.type, type, 'explicit')
  if (path === null || path.kind === 'array') return null
  if (path.kind === 'io' && type.category === 'S' && isComposite(arg.type)) return null
  return { plain: path.kind === 'same' || path.kind === 'relabel' || path.kind === 'io', expr }
}

const isComposite = (type: SqlType): boolean => type.oid === OID.record || baseTypeOf(type).kind === 'c'

/** `field(row)` is `row.field`. */
const fieldByCall = (node: FuncCall, args: readonly Expr[]): Expr | null => {
  const [arg] = args
  if (args.length !== 1 || arg === undefined || (node.funcname ?? []).length !== 1 || !isComposite(arg.type))
    return null
  if (node.agg_star || node.agg_distinct || node.over || node.func_variadic || node.agg_order) return null
  return fieldOrNull(arg, namesOf(node.funcname)[0] as string)
}

/** `row.f` is `f(row)` where the row has no field of that name; null when no function is meant. */
export const callByField = (context: AnalysisContext, arg: Expr, name: string): Expr | null => {
  if (!isComposite(arg.type)) return null
  const shape: CallShape = { schema: null, name, named: [null], variadic: false }
  const match = findFunction(context, shape, [arg.type])
  if (typeof match === 'string') return null
  const { record } = match
  if (record.kind === 'aggregate' || record.kind === 'window' || record.procedure === true) return null
  const { args, result, replace } = bindArguments(context, match, [arg], undefined)
  const call = { args, ...outColumns(record, replace), type: result, typmod: -1 }
  return record.kind === 'set'
    ? { kind: 'set-call', function: record, ...call }
    : { kind: 'call', function: record, operator: null, cast: false, ...call }
}

/** A field of a composite value, or the function of it that is written like one. Throws 42703, 42809. */
export const fieldOrCall = (context: AnalysisContext, arg: Expr, name: string, location: Location): Expr =>
  fieldOrNull(arg, name) ?? callByField(context, arg, name) ?? fieldOf(arg, name, location)

/** Default values as expressions of the arguments' declared types. */
const defaultValues = (context: AnalysisContext, { record }: FunctionMatch): readonly Expr[] => {
  if (record.defaultTrees !== undefined) {
    return record.defaultTrees.map((tree) => {
      const scope = new Scope(null)
      return scope.within(CLAUSE.default, () => context.expr(scope, tree as unknown as Node))
    })
  }
  const values = record.defaults ?? []
  const first = record.args.length - values.length
  return values.map((value, i) => constant(value, context.typeOf(record.args[first + i] as number)))
}

/** Arguments in declared order, coerced, defaults filled in, variadic ones gathered into an array. */
const bindArguments = (
  context: AnalysisContext,
  match: FunctionMatch,
  given: readonly Expr[],
  location: Location,
): { args: Expr[]; result: SqlType; replace: (oid: number) => SqlType } => {
  const { record, types, spread, order } = match
  const missing = spread ? [] : record.args.flatMap((_, i) => (order.includes(i) ? [] : [i]))
  const defaults = missing.length === 0 ? [] : defaultValues(context, match)
  const firstDefault = record.args.length - defaults.length
  const args = [...given, ...missing.map((i) => defaults[i - firstDefault] as Expr)]
  const declared = [...types, ...missing.map((i) => record.args[i] as number)]
  const resolved = resolvePolymorphic(
    context.catalog,
    declared,
    args.map((a) => a.type),
    record.result,
    (list) => commonTypeOrNull(context, list),
    location,
  )
  const coerced = args.map((arg, i) => {
    if (declared[i] === OID.any && TELL_TYPES.has(record.oid)) return arg
    if (declared[i] === OID.any) return arg.type.oid === OID.unknown ? settleUnknown(context, arg, location) : arg
    return coerce(context, arg, resolved.args[i] as SqlType, -1, 'implicit', location)
  })
  const bound: Expr[] = []
  const positions = [...order, ...missing]
  for (const [i, expr] of coerced.entries()) bound[spread ? i : (positions[i] as number)] = expr
  const { result, replace } = resolved
  if (!spread || record.variadic === OID.any) return { args: bound, result, replace }
  const fixed = record.args.length - 1
  const rest = bound.slice(fixed)
  const element = rest[0]?.type ?? context.typeOf(record.variadic as number)
  const type = arrayOf(context.catalog, element, location)
  return {
    args: [...bound.slice(0, fixed), { kind: 'array', elements: rest, nested: false, type, typmod: -1 }],
    result,
    replace,
  }
}

/** pg_proc OIDs of pg_typeof and pg_collation_for, to which a literal is of type unknown. */
const TELL_TYPES: ReadonlySet<number> = new Set([1619, 3162])

const filterOf = (context: AnalysisContext, scope: Scope, node: FuncCall): Expr | null => {
  const filter = node.agg_filter
  if (filter === undefined) return null
  return scope.within(CLAUSE.filter, () =>
    coerceToBoolean(context, context.expr(scope, filter), 'FILTER', locationOf(filter)),
  )
}

interface ResolvedAggregate {
  readonly record: AggregateFunction
  readonly args: readonly Expr[]
  /** The arguments as written, before they became of the function's types. */
  readonly given: readonly Expr[]
  readonly type: SqlType
}

const aggregateCall = (
  context: AnalysisContext,
  scope: Scope,
  node: FuncCall,
  { record, args, given, type }: ResolvedAggregate,
): Expr => {
  const { location } = node
  const distinct = node.agg_distinct ?? false
  const orderNodes = node.agg_order ?? []
  let orderBy: SortKey[] = scope.within(CLAUSE.aggregateArgument, () => analyzeSortKeys(context, scope, orderNodes))
  const filter = filterOf(context, scope, node)
  const parts = [...args, ...orderBy.map((key) => key.expr), ...(filter === null ? [] : [filter])]
  const owner = scope.ownerOf(parts)
  const nested = owner.carriedIn(parts)
  if (nested !== undefined) throw groupingError('aggregate function calls cannot be nested', nested.location)
  const { clause } = owner
  if (!clause.aggregates) {
    if (clause === CLAUSE.aggregateArgument) {
      throw groupingError('aggregate function calls cannot be nested', location)
    }
    throw groupingError(`aggregate functions are not allowed in ${clause.name}`, location)
  }
  if (owner !== scope && owner.readsFrom) {
    throw groupingError('aggregate functions are not allowed in FROM clause of their own query level', location)
  }
  const direct = directArguments(record, args.length)
  if (direct !== undefined) {
    // WITHIN GROUP: the sorted expressions are the aggregated arguments themselves.
    const aggregated = args.slice(direct)
    orderBy = orderBy.map((key, i) => ({ ...key, expr: aggregated[i] ?? key.expr }))
  }
  if (distinct) checkDistinct(node, args, given, orderBy)
  owner.aggregateLocation ??= owner.aggregated ? undefined : (location ?? undefined)
  owner.aggregated = true
  const call: AggregateExpr = {
    kind: 'aggregate',
    function: record,
    args,
    distinct,
    orderBy,
    filter,
    star: node.agg_star ?? false,
    type,
    typmod: -1,
  }
  if (owner === scope) return call
  // The outer level computes it; here it is one of that level's columns.
  return owner.carry(context.freshColumn(), call, record.name, location)
}

const checkDistinct = (
  node: FuncCall,
  args: readonly Expr[],
  given: readonly Expr[],
  orderBy: readonly SortKey[],
): void => {
  const place = args.findIndex((a) => a.type.hashKey === null)
  const arg = args[place]
  if (arg !== undefined) throw noEqualityOperator(formatType(arg.type, -1), locationOf(node.args?.[place]))
  for (const [i, key] of orderBy.entries()) {
    const matches = given.some((a) => sameExpr(a, key.expr))
    if (!matches) {
      throw invalidColumnReference(
        'in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list',
        locationOf(bodyOf(node.agg_order?.[i] as Node, 'SortBy')?.node),
      )
    }
  }
}

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
    if (scope.clause === CLAUSE.windowArgument) {
      throw windowingError('window function calls cannot be nested', location)
    }
    if (scope.clause === CLAUSE.aggregateArgument) {
      throw groupingError('aggregate function calls cannot contain window function calls', location)
    }
    throw windowingError(`window functions are not allowed in ${scope.clause.name}`, location)
  }
  if (node.agg_distinct) throw featureNotSupported('DISTINCT is not implemented for window functions', location)
  if (node.agg_within_group) {
    throw featureNotSupported(`OVER is not supported for ordered-set aggregate ${record.name}`, location)
  }
  if (node.agg_filter && record.kind === 'window') {
    throw featureNotSupported('FILTER is not implemented for non-aggregate window functions', location)
  }
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
