/** Parse tree expressions to typed expressions: one handler per node tag; the families have files of their own. */
import {
  cannotCoerce,
  emptyArrayType,
  featureNotSupported,
  groupingError,
  syntaxErrorAt,
  undefinedColumn,
} from '../errors/raise/analysis.ts'
import {
  bodyOf,
  namesOf,
  tagOf,
  type A_ArrayExpr,
  type A_Const,
  type A_Indirection,
  type BoolExpr,
  type BooleanTest,
  type CaseExpr as CaseNode,
  type CoalesceExpr as CoalesceNode,
  type CollateClause,
  type ColumnRef,
  type GroupingFunc,
  type MinMaxExpr as MinMaxNode,
  type Node,
  type NodeBodies,
  type NullTest,
  type RowExpr as RowNode,
  type SQLValueFunction,
  type TypeCast,
} from '../sql/ast.ts'
import { baseTypeOf, isDomainType } from '../types/domain-type.ts'
import { formatType } from '../types/index.ts'
import { OID } from '../types/oids.ts'
import type { SqlType } from '../types/sql-type.ts'
import { analyzeCall, callByField, fieldOrCall } from './calls.ts'
import {
  coerce,
  coerceToBoolean,
  coerceToCommon,
  commonType,
  commonTypmod,
  readLiteral,
  settleUnknown,
} from './coerce.ts'
import type { AnalysisContext } from './context.ts'
import type { Expr } from './expression.ts'
import { locationOf } from './location.ts'
import { constant } from './nodes.ts'
import { analyzeOperatorExpression, operatorOn } from './operators.ts'
import { arrayOf, isPolymorphic } from './polymorphic.ts'
import type { Scope } from './scope.ts'
import type { BoundColumnRef } from './stored-trees.ts'
import { settleIn } from './collations.ts'
import { analyzeRowSubLink, analyzeSubLink } from './sublinks.ts'
import { subscript, type WrittenIndex } from './subscripts.ts'
import { expandedList } from './targets.ts'
import { collatedType, collationNamed, resolveTypeName } from './type-name.ts'
import { analyzeXml, analyzeXmlSerialize } from './xml.ts'

type Handler<T extends keyof NodeBodies> = (context: AnalysisContext, scope: Scope, body: NodeBodies[T]) => Expr

export const analyzeExpression = (context: AnalysisContext, scope: Scope, node: Node): Expr => {
  const tag = tagOf(node)
  const handler = handlers[tag] as Handler<typeof tag> | undefined
  if (handler === undefined) throw featureNotSupported(`expression of kind ${tag} is not supported`, locationOf(node))
  const expr = handler(context, scope, bodyOf(node, tag) as NodeBodies[typeof tag])
  return settleIn(context, expr)
}

const analyzeConst = (context: AnalysisContext, _scope: Scope, node: A_Const): Expr => {
  if (node.isnull) return constant(null, context.unknown)
  if (node.ival !== undefined) return constant(node.ival.ival ?? 0, context.typeOf(OID.int4))
  if (node.fval !== undefined) return numberConstant(context, node.fval.fval ?? '0')
  if (node.boolval !== undefined) return constant(node.boolval.boolval ?? false, context.bool)
  if (node.sval !== undefined) {
    const literal = constant(node.sval.sval ?? '', context.unknown)
    return node.location === undefined ? literal : { ...literal, location: node.location }
  }
  const type = context.typeOf(OID.bit)
  return constant(readLiteral(node.bsval?.bsval ?? '', type, -1, context, node.location), type)
}

/** A number too large for integer: bigint when it fits, else numeric. */
const numberConstant = (context: AnalysisContext, text: string): Expr => {
  if (/^-?[0-9]+$/.test(text)) {
    const value = BigInt(text)
    if (BigInt.asIntN(64, value) === value) {
      const type = context.typeOf(BigInt.asIntN(32, value) === value ? OID.int4 : OID.int8)
      return constant(type.parse(text, -1, context.format), type)
    }
  }
  const radix = /^0[xob]/i.test(text)
  const type = context.typeOf(radix && BigInt(text) <= 9223372036854775807n ? OID.int8 : OID.numeric)
  return constant(type.parse(radix ? BigInt(text).toString() : text, -1, context.format), type)
}

const analyzeColumn = (context: AnalysisContext, scope: Scope, node: BoundColumnRef): Expr => {
  if (node.attnum !== undefined) {
    const bound = scope.columnNumbered(node.attnum)
    if (bound !== null) return bound
  }
  const { clause } = scope
  if (clause.columnless !== undefined) {
    throw featureNotSupported(`cannot use column reference in ${clause.columnless}`, node.location)
  }
  const fields = node.fields ?? []
  if (fields.some((f) => 'A_Star' in f)) return wholeRow(context, scope, node)
  const names = namesOf(fields)
  const { location } = node
  switch (names.length) {
    case 1: {
      const name = names[0] as string
      const found = scope.column(name, location)
      if (found !== null) return found
      const row = scope.table(null, name, location)
      if (row !== null) return row.wholeRow()
      const parameter = context.namedParameter(name, location)
      if (parameter !== null) return parameter
      throw undefinedColumn(name, location, scope.columnHint(null, name))
    }
    case 2: {
      const [table, column] = names as [string, string]
      const item = scope.table(null, table, location)
      if (item !== null) {
        const isColumn =
          item.columns.some(({ name }) => name === column) || (item.systemColumn?.(column) ?? null) !== null
        const called = isColumn ? null : callByField(context, item.wholeRow(), column)
        return called ?? scope.qualifiedColumn(null, table, column, location)
      }
      if (table === context.routine?.name) {
        const parameter = context.namedParameter(column, location)
        if (parameter !== null) return parameter
      }
      const parameter = context.namedParameter(table, location)
      if (parameter !== null) return fieldOrCall(context, parameter, column, location)
      return scope.qualifiedColumn(null, table, column, location)
    }
    case 3: {
      const [schema, table, column] = names as [string, string, string]
      if (schema === context.routine?.name && scope.table(schema, table, location) === null) {
        const parameter = context.namedParameter(table, location)
        if (parameter !== null) return fieldOrCall(context, parameter, column, location)
      }
      return scope.qualifiedColumn(schema, table, column, location)
    }
    case 4: {
      const [database, schema, table, column] = names as [string, string, string, string]
      if (database !== context.databaseName) {
        throw featureNotSupported(`cross-database references are not implemented: ${names.join('.')}`, location)
      }
      return scope.qualifiedColumn(schema, table, column, location)
    }
    default:
      throw syntaxErrorAt(`improper qualified name (too many dotted names): ${names.join('.')}`, location)
  }
}

/** `t.*` where one value is wanted: the row. */
const wholeRow = (context: AnalysisContext, scope: Scope, { fields = [], location }: ColumnRef): Expr => {
  const names = namesOf(fields.slice(0, -1))
  const last = names.at(-1)
  if (last === undefined) throw syntaxErrorAt('row expansion via "*" is not supported here', location)
  const item = scope.table(names.length > 1 ? (names.at(-2) as string) : null, last, location)
  if (item !== null) return item.wholeRow()
  const isParameter = names.length === 1 || names.at(-2) === context.routine?.name
  const parameter = isParameter ? context.namedParameter(last, location) : null
  if (parameter !== null) return parameter
  throw scope.missing(last, location)
}

const analyzeParam = (context: AnalysisContext, _scope: Scope, node: { number?: number; location?: number }): Expr =>
  context.parameter(node.number ?? 0, node.location)

const analyzeTypeCast = (context: AnalysisContext, scope: Scope, node: TypeCast): Expr => {
  if (node.arg === undefined || node.typeName === undefined) throw syntaxErrorAt('incomplete cast', node.location)
  const { type, typmod } = resolveTypeName(context, node.typeName)
  if (isPolymorphic(type.oid)) {
    const { type: from } = context.expr(scope, node.arg)
    throw cannotCoerce(formatType(from, -1), formatType(type, -1), node.location)
  }
  const array = bodyOf(node.arg, 'A_ArrayExpr')
  const arg =
    array !== undefined && baseTypeOf(type).category === 'A'
      ? analyzeArray(context, scope, array, baseTypeOf(type))
      : context.expr(scope, node.arg)
  const value = coerce(context, arg, type, typmod, 'explicit', node.location ?? locationOf(node.arg))
  // A cast to the type without a modifier takes the modifier away.
  if (typmod >= 0 || value.typmod < 0 || isDomainType(type)) return value
  return value.kind === 'const' ? { ...value, typmod } : { kind: 'relabel', arg: value, type: value.type, typmod }
}

const analyzeBool = (context: AnalysisContext, scope: Scope, node: BoolExpr): Expr => {
  const clause = node.boolop === 'AND_EXPR' ? 'AND' : node.boolop === 'OR_EXPR' ? 'OR' : 'NOT'
  const args = (node.args ?? []).map((arg) =>
    coerceToBoolean(context, context.expr(scope, arg), clause, locationOf(arg)),
  )
  if (clause === 'NOT') return { kind: 'not', arg: args[0] as Expr, type: context.bool, typmod: -1 }
  return { kind: clause === 'AND' ? 'and' : 'or', args, type: context.bool, typmod: -1 }
}

const analyzeNullTest = (context: AnalysisContext, scope: Scope, node: NullTest): Expr => ({
  kind: 'is-null',
  arg: context.expr(scope, node.arg as Node),
  negated: node.nulltesttype === 'IS_NOT_NULL',
  type: context.bool,
  typmod: -1,
})

const BOOL_TESTS = {
  IS_TRUE: ['true', false],
  IS_NOT_TRUE: ['true', true],
  IS_FALSE: ['false', false],
  IS_NOT_FALSE: ['false', true],
  IS_UNKNOWN: ['unknown', false],
  IS_NOT_UNKNOWN: ['unknown', true],
} as const

const analyzeBooleanTest = (context: AnalysisContext, scope: Scope, node: BooleanTest): Expr => {
  const kind = node.booltesttype ?? 'IS_TRUE'
  const [test, negated] = BOOL_TESTS[kind]
  const clause = kind.replaceAll('_', ' ')
  const arg = coerceToBoolean(context, context.expr(scope, node.arg as Node), clause, locationOf(node.arg))
  return { kind: 'bool-test', arg, test, negated, type: context.bool, typmod: -1 }
}

const analyzeCase = (context: AnalysisContext, scope: Scope, node: CaseNode): Expr => {
  const whens = (node.args ?? []).map((arg) => bodyOf(arg, 'CaseWhen') as NonNullable<NodeBodies['CaseWhen']>)
  const operand = node.arg === undefined ? null : settleUnknown(context, context.expr(scope, node.arg))
  const arms = whens.map(({ expr, result }) => {
    const written = context.expr(scope, expr as Node)
    const test =
      operand === null
        ? coerceToBoolean(context, written, 'CASE/WHEN', locationOf(expr))
        : operatorOn(context, '=', operand, written, node.location)
    return { test, result: context.expr(scope, result as Node) }
  })
  const results = arms.map(({ result }) => result)
  const otherwise = node.defresult === undefined ? constant(null, context.unknown) : context.expr(scope, node.defresult)
  // PostgreSQL looks at ELSE first when it chooses the common type.
  const all = [otherwise, ...results]
  const nodes = [node.defresult, ...whens.map((w) => w.result)]
  const type = commonType(context, all, 'CASE', (i) => locationOf(nodes[i]))
  const typmod = commonTypmod(all, type)
  const fit = (expr: Expr, i: number) =>
    coerceToCommon(context, expr, type, i === 0 ? 'CASE/ELSE' : 'CASE/WHEN', locationOf(nodes[i]))
  return {
    kind: 'case',
    whens: arms.map(({ test, result }, i) => ({ when: test, then: fit(result, i + 1) })),
    otherwise: fit(otherwise, 0),
    type,
    typmod,
  }
}

const commonArgs = (context: AnalysisContext, scope: Scope, nodes: readonly Node[], construct: string) => {
  const args = nodes.map((n) => context.expr(scope, n))
  const type = commonType(context, args, construct, (i) => locationOf(nodes[i]))
  return {
    args: args.map((arg, i) => coerceToCommon(context, arg, type, construct, locationOf(nodes[i]))),
    type,
    typmod: commonTypmod(args, type),
  }
}

const analyzeCoalesce = (context: AnalysisContext, scope: Scope, node: CoalesceNode): Expr => ({
  kind: 'coalesce',
  ...commonArgs(context, scope, node.args ?? [], 'COALESCE'),
})

const analyzeMinMax = (context: AnalysisContext, scope: Scope, node: MinMaxNode): Expr => {
  const greatest = node.op !== 'IS_LEAST'
  const common = commonArgs(context, scope, node.args ?? [], greatest ? 'GREATEST' : 'LEAST')
  return { kind: greatest ? 'greatest' : 'least', ...common }
}

const analyzeArrayNode = (context: AnalysisContext, scope: Scope, node: A_ArrayExpr): Expr =>
  analyzeArray(context, scope, node, null)

/** ARRAY[…]; `target` is the array type a cast asks for, which settles its elements. */
const analyzeArray = (context: AnalysisContext, scope: Scope, node: A_ArrayExpr, target: SqlType | null): Expr => {
  const nodes = node.elements ?? []
  const nestedNodes = nodes.map((n) => bodyOf(n, 'A_ArrayExpr'))
  const elements = nodes.map((n, i) => {
    const inner = nestedNodes[i]
    return inner === undefined ? context.expr(scope, n) : analyzeArray(context, scope, inner, target)
  })
  if (elements.length === 0) {
    if (target === null) {
      throw indeterminateArray(node.location)
    }
    return { kind: 'array', elements: [], nested: false, type: target, typmod: -1 }
  }
  const nested = isArrayValue(elements[0]?.type)
  if (target !== null) {
    const to = nested ? target : (target.element as SqlType)
    const fitted = elements.map((e, i) => coerce(context, e, to, -1, 'explicit', locationOf(nodes[i])))
    return { kind: 'array', elements: fitted, nested, type: target, typmod: -1 }
  }
  const common = commonType(context, elements, 'ARRAY', (i) => locationOf(nodes[i]))
  const fitted = elements.map((e, i) => coerceToCommon(context, e, common, 'ARRAY', locationOf(nodes[i])))
  const type = nested ? common : arrayOf(context.catalog, common, node.location)
  return { kind: 'array', elements: fitted, nested, type, typmod: -1 }
}

/** The fixed vectors are elements, although they are arrays of their own kind. */
const isArrayValue = (type: SqlType | undefined): boolean =>
  type !== undefined && type.element !== null && type.length === -1 && type.arrayOid === 0

const indeterminateArray = (location: number | undefined) => emptyArrayType(location)

const analyzeIndirection = (context: AnalysisContext, scope: Scope, node: A_Indirection): Expr => {
  let expr = context.expr(scope, node.arg as Node)
  let indices: WrittenIndex[] = []
  const location = locationOf(node.arg)
  const flush = () => {
    if (indices.length > 0) expr = subscript(context, expr, indices, location)
    indices = []
  }
  for (const step of node.indirection ?? []) {
    const index = bodyOf(step, 'A_Indices')
    if (index === undefined) {
      flush()
      expr = fieldOrCall(context, expr, bodyOf(step, 'String')?.sval ?? '*', location)
      continue
    }
    const bound = (n: Node | undefined): Expr | null => (n === undefined ? null : context.expr(scope, n))
    indices.push({
      lower: bound(index.lidx),
      upper: bound(index.uidx),
      slice: index.is_slice ?? false,
      location: locationOf(index.uidx ?? index.lidx),
    })
  }
  flush()
  return expr
}

const analyzeRow = (context: AnalysisContext, scope: Scope, node: RowNode): Expr => {
  const fields = expandedList(context, scope, node.args ?? [])
  return { kind: 'row', fields, names: fields.map((_, i) => `f${i + 1}`), type: context.typeOf(OID.record), typmod: -1 }
}

const SQL_VALUE_FUNCTIONS = {
  SVFOP_CURRENT_DATE: ['current_date', false],
  SVFOP_CURRENT_TIME: ['current_time', false],
  SVFOP_CURRENT_TIME_N: ['current_time', true],
  SVFOP_CURRENT_TIMESTAMP: ['current_timestamp', false],
  SVFOP_CURRENT_TIMESTAMP_N: ['current_timestamp', true],
  SVFOP_LOCALTIME: ['localtime', false],
  SVFOP_LOCALTIME_N: ['localtime', true],
  SVFOP_LOCALTIMESTAMP: ['localtimestamp', false],
  SVFOP_LOCALTIMESTAMP_N: ['localtimestamp', true],
  SVFOP_CURRENT_ROLE: ['current_user', false],
  SVFOP_CURRENT_USER: ['current_user', false],
  SVFOP_USER: ['current_user', false],
  SVFOP_SESSION_USER: ['session_user', false],
  SVFOP_CURRENT_CATALOG: ['current_database', false],
  SVFOP_CURRENT_SCHEMA: ['current_schema', false],
} as const

/** What the keywords compute: the transaction's start, cast to the type the keyword names; or a session function. */
const VALUE_TYPES: Readonly<Record<string, number>> = {
  current_date: OID.date,
  current_time: OID.timetz,
  current_timestamp: OID.timestamptz,
  localtime: OID.time,
  localtimestamp: OID.timestamp,
}

const analyzeSqlValue = (context: AnalysisContext, scope: Scope, node: SQLValueFunction): Expr => {
  const [name, precise] = SQL_VALUE_FUNCTIONS[node.op ?? 'SVFOP_CURRENT_DATE']
  const typeOid = VALUE_TYPES[name]
  const call = (fn: string): Expr =>
    analyzeCall(context, scope, {
      funcname: [{ String: { sval: fn } }],
      ...(node.location === undefined ? {} : { location: node.location }),
    })
  const typmod = precise ? (node.typmod ?? -1) : -1
  const keyword = (node.op ?? 'SVFOP_CURRENT_DATE').replace('SVFOP_', '').replace(/_N$/, '')
  const value =
    typeOid === undefined
      ? call(name)
      : coerce(context, call('now'), context.typeOf(typeOid), typmod, 'explicit', node.location)
  return { ...value, syntax: typmod < 0 ? keyword : `${keyword}(${typmod})` }
}

const analyzeCollate = (context: AnalysisContext, scope: Scope, node: CollateClause): Expr => {
  const arg = settleUnknown(context, context.expr(scope, node.arg as Node))
  const { location } = node
  const collation = collationNamed(context, namesOf(node.collname), location)
  return {
    kind: 'relabel',
    arg,
    type: collatedType(arg.type, collation, location),
    typmod: arg.typmod,
    collate: { collation, location },
  }
}

const analyzeDefault = (): Expr => {
  throw syntaxErrorAt('DEFAULT is not allowed in this context')
}

const analyzeNamedArg = (context: AnalysisContext, scope: Scope, node: { arg?: Node }): Expr =>
  context.expr(scope, node.arg as Node)

/** GROUPING(…): its arguments must be grouping expressions, which the grouping check sees to. */
const analyzeGrouping = (context: AnalysisContext, scope: Scope, node: GroupingFunc): Expr => {
  if (!scope.clause.aggregates)
    throw groupingError(`grouping operations are not allowed in ${scope.clause.name}`, node.location)
  const args = (node.args ?? []).map((arg) => context.expr(scope, arg))
  const locations = (node.args ?? []).map(locationOf)
  const call = { kind: 'grouping', args, locations, type: context.typeOf(OID.int4), typmod: -1 } as const
  const owner = scope.ownerOf(args)
  owner.aggregated = true
  return owner === scope ? call : owner.carry(context.freshColumn(), call, 'grouping', node.location)
}

const handlers: { [T in keyof NodeBodies]?: Handler<T> } = {
  A_Const: analyzeConst,
  ColumnRef: analyzeColumn,
  ParamRef: analyzeParam,
  TypeCast: analyzeTypeCast,
  A_Expr: (context, scope, node) =>
    analyzeRowSubLink(context, scope, node) ?? analyzeOperatorExpression(context, scope, node),
  BoolExpr: analyzeBool,
  NullTest: analyzeNullTest,
  BooleanTest: analyzeBooleanTest,
  CaseExpr: (context, scope, node) => scope.inside('CASE', () => analyzeCase(context, scope, node)),
  CoalesceExpr: (context, scope, node) => scope.inside('COALESCE', () => analyzeCoalesce(context, scope, node)),
  MinMaxExpr: analyzeMinMax,
  A_ArrayExpr: analyzeArrayNode,
  A_Indirection: analyzeIndirection,
  RowExpr: analyzeRow,
  SQLValueFunction: analyzeSqlValue,
  CollateClause: analyzeCollate,
  FuncCall: analyzeCall,
  NamedArgExpr: analyzeNamedArg,
  GroupingFunc: analyzeGrouping,
  SubLink: analyzeSubLink,
  XmlExpr: analyzeXml,
  XmlSerialize: analyzeXmlSerialize,
  SetToDefault: analyzeDefault,
}
