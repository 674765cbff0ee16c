/**
 * Type conversion: which types turn into which, and the expressions that do it (PostgreSQL manual, chapter 10).
 * Unknown literals take their type here; undeclared parameters do as well.
 */
import {
  cannotCoerce,
  cannotConvertCommon,
  datatypeMismatch,
  type Location,
  LocatedError,
} from '../errors/raise/analysis.ts'
import { SqlError } from '../errors/sql-error.ts'
import type { CastRecord, ScalarFunction } from '../functions/records.ts'
import { castBetween, functionByOid } from '../functions/index.ts'
import { OID } from '../types/oids.ts'
import { baseTypeOf, type DomainType, isDomainType } from '../types/domain-type.ts'
import { isRowType } from '../types/record.ts'
import { formatType } from '../types/index.ts'
import { isRangeType } from '../types/range/range-type.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { AnalysisContext } from './context.ts'
import type { Expr } from './expression.ts'
import { asDomain, domainDefinition } from './domains.ts'
import { constant } from './nodes.ts'
import { isPolymorphic } from './polymorphic.ts'
import { relabelled } from '../types/relabel.ts'

export type CoercionContext = CastRecord['context']

type Path =
  | { readonly kind: 'same' | 'relabel' | 'io' | 'array' }
  | { readonly kind: 'function'; readonly function: ScalarFunction }

const RANK = { implicit: 0, assignment: 1, explicit: 2 } as const

/** Reading these literals may depend on the session's settings or the clock. */
const SETTING_DEPENDENT = new Set<number>([
  OID.date,
  OID.timestamp,
  OID.timestamptz,
  OID.timetz,
  OID.time,
  OID.regclass,
  OID.regproc,
  OID.regtype,
])

/** pg_proc oid of multirange(anyrange). */
const MULTIRANGE = 4298

const scalarByOid = (oid: number): ScalarFunction => {
  const fn = functionByOid(oid)
  if (fn?.kind !== 'scalar') throw new Error(`a cast names function ${oid}, which is not there`)
  return fn
}

/** How a value of one type becomes one of another, or null when it does not in this context. */
export const coercionPath = (from: SqlType, to: SqlType, context: CoercionContext): Path | null => {
  if (from.oid === to.oid) return { kind: 'same' }
  // A domain is coerced as what it is over.
  if (isDomainType(from) || isDomainType(to)) {
    return coercionPath(baseTypeOf(from), baseTypeOf(to), context)
  }
  const cast = castBetween(from.oid, to.oid)
  if (cast !== null) {
    if (RANK[cast.context] > RANK[context]) return null
    if (cast.method === 'binary') return { kind: 'relabel' }
    if (cast.method === 'io') return { kind: 'io' }
    return { kind: 'function', function: scalarByOid(cast.method) }
  }
  if (isRangeType(from) && to.oid === from.multirangeOid) {
    return context === 'explicit' ? { kind: 'function', function: scalarByOid(MULTIRANGE) } : null
  }
  // The vector types are arrays, too, but none are coerced to them.
  const toVector = to.oid === OID.oidvector || to.oid === OID.int2vector
  if (from.element !== null && to.element !== null && from.category === 'A' && to.category === 'A' && !toVector) {
    return coercionPath(from.element, to.element, context) === null ? null : { kind: 'array' }
  }
  // Row types and record are interchangeable as far as they are made of the same fields.
  if (to.oid === OID.record && from.kind === 'c') return { kind: 'relabel' }
  if (to.element?.oid === OID.record && from.element?.kind === 'c') return { kind: 'relabel' }
  // Any type has a text form: to strings on assignment, from strings only when asked for.
  if (RANK[context] >= RANK.assignment && to.category === 'S' && to.oid !== OID.char) return { kind: 'io' }
  if (context === 'explicit' && from.category === 'S' && to.kind !== 'p') return { kind: 'io' }
  return null
}

/** Whether there is a way; what pseudo types may stand for together is for `polymorphicFits` to say. */
export const canCoerce = (from: SqlType, to: SqlType, context: CoercionContext): boolean => {
  if (from.oid === to.oid || from.oid === OID.unknown || to.oid === OID.any) return true
  if (isPolymorphic(to.oid)) return true
  // Whether the row fits is seen where it is coerced.
  if (from.oid === OID.record && isRowType(baseTypeOf(to))) return true
  return coercionPath(from, to, context) !== null
}

/** The expression as a value of `type` and `typmod`; throws 42846 or 42804 when there is no way in this context. */
export const coerce = (
  context: AnalysisContext,
  expr: Expr,
  type: SqlType,
  typmod: number,
  how: CoercionContext,
  location: Location,
): Expr => {
  const coerced = tryCoerce(context, expr, type, typmod, how, location)
  if (coerced === null) throw cannotCoerce(formatType(expr.type, -1), formatType(type, -1), location)
  return coerced
}

export const tryCoerce = (
  context: AnalysisContext,
  expr: Expr,
  type: SqlType,
  typmod: number,
  how: CoercionContext,
  location: Location,
): Expr | null => {
  const converted = convert(context, expr, type, typmod, how, location)
  if (converted === null) return null
  const written: Expr = how === 'explicit' && converted !== expr ? { ...converted, syntax: 'cast' } : converted
  return fitTypmod(written, type, typmod, how === 'explicit')
}

/** Array-typed typmods apply to each element, which the array type's own applyTypmod does. */
const fitTypmod = (expr: Expr, type: SqlType, typmod: number, explicit: boolean): Expr => {
  if (typmod < 0 || expr.typmod === typmod) return expr
  if (expr.kind === 'const') {
    const value = expr.value === null ? null : type.applyTypmod(expr.value, typmod, explicit)
    return explicit ? constant(value, type, typmod) : { ...constant(value, type, typmod), unfitted: expr }
  }
  return { kind: 'typmod', arg: expr, explicit, type, typmod }
}

const convert = (
  context: AnalysisContext,
  expr: Expr,
  type: SqlType,
  typmod: number,
  how: CoercionContext,
  location: Location,
): Expr | null => {
  if (expr.type.oid === type.oid) return expr
  if (expr.type.oid === OID.unknown) return convertUnknown(context, expr, type, typmod, how, location)
  if (type.oid === OID.any || isPolymorphic(type.oid)) return expr
  if (isDomainType(type)) return toDomain(context, expr, type, how, location)
  if (isDomainType(expr.type)) {
    const base = baseTypeOf(expr.type)
    return convert(
      context,
      { kind: 'relabel', arg: expr, type: base, typmod: expr.typmod },
      type,
      typmod,
      how,
      location,
    )
  }
  if (expr.kind === 'row' && type.kind === 'c') return convertRow(context, expr, type, how, location)
  const path = coercionPath(expr.type, type, how)
  if (path === null) return null
  switch (path.kind) {
    case 'same':
      return expr
    case 'relabel':
      if (expr.kind === 'const') return constant(relabelled(expr.value, expr.type, type), type)
      return { kind: 'relabel', arg: expr, type, typmod: -1 }
    case 'io':
      return { kind: 'coerce-io', arg: expr, type, typmod: -1 }
    case 'function': {
      // OIDs are made of smallints by way of int4.
      const result = path.function.result === OID.int4 && type.oid !== OID.int4 ? context.typeOf(OID.int4) : type
      const call: Expr = {
        kind: 'call',
        function: path.function,
        args: castArgs(context, path.function, expr, typmod, how),
        operator: null,
        cast: true,
        type: result,
        typmod: -1,
      }
      return result === type ? call : { kind: 'relabel', arg: call, type, typmod: -1 }
    }
    case 'array': {
      const from = expr.type.element as SqlType
      const to = type.element as SqlType
      const value: Expr = { kind: 'element-value', type: from, typmod: -1 }
      const element = convert(context, value, to, -1, how, location)
      return element === null ? null : { kind: 'array-coerce', arg: expr, element, type, typmod: -1 }
    }
  }
}

/** Cast functions may also take the typmod and whether the cast is explicit. */
const castArgs = (
  context: AnalysisContext,
  fn: ScalarFunction,
  expr: Expr,
  typmod: number,
  how: CoercionContext,
): Expr[] => {
  const args: Expr[] = [expr]
  if (fn.args.length > 1) args.push(constant(typmod, context.typeOf(OID.int4)))
  if (fn.args.length > 2) args.push(constant(how === 'explicit', context.bool))
  return args
}

/** First to the type that the domain is over, then past the domain's constraints. */
const toDomain = (
  context: AnalysisContext,
  expr: Expr,
  type: DomainType,
  how: CoercionContext,
  location: Location,
): Expr | null => {
  const { typmod } = domainDefinition(context, type)
  const base = tryCoerce(context, expr, type.base, typmod, how, location)
  return base === null ? null : asDomain(context, base, type)
}

const convertUnknown = (
  context: AnalysisContext,
  expr: Expr,
  type: SqlType,
  typmod: number,
  how: CoercionContext,
  location: Location,
): Expr | null => {
  if (isDomainType(type)) return toDomain(context, expr, type, how, location)
  if (expr.kind === 'const') {
    if (expr.value === null) return constant(null, type, -1)
    if (SETTING_DEPENDENT.has(type.oid)) context.dependsOnSettings = true
    // Interval's typmod steers the reading; explicit string casts to varchar(n) truncate, so those read without it.
    const value = readLiteral(
      expr.value as string,
      type,
      type.oid === OID.interval ? typmod : -1,
      context,
      expr.location ?? location,
    )
    return constant(value, type, -1)
  }
  if (expr.kind === 'param') {
    const { types, open } = context.parameters
    const known = types[expr.index - 1] ?? null
    if (known !== null) return convert(context, { ...expr, type: known }, type, typmod, how, location)
    if (!open || type.kind === 'p') return expr
    types[expr.index - 1] = type
    return { ...expr, type }
  }
  if (type.category === 'S') return { kind: 'relabel', arg: expr, type, typmod: -1 }
  return { kind: 'coerce-io', arg: expr, type, typmod: -1 }
}

/** A literal's value; errors say where it stands. */
export const readLiteral = (
  text: string,
  type: SqlType,
  typmod: number,
  context: AnalysisContext,
  location: Location,
) => {
  try {
    return type.parse(text, typmod, context.format)
  } catch (error) {
    throw error instanceof SqlError ? new LocatedError(error.code, error.message, location, error.fields) : error
  }
}

const convertRow = (
  context: AnalysisContext,
  expr: Expr & { kind: 'row' },
  type: SqlType,
  how: CoercionContext,
  location: Location,
): Expr | null => {
  const relation = context.catalog.relation(type.relation)
  if (relation === null) return null
  const columns = relation.columns.filter((c) => !c.dropped)
  if (columns.length !== expr.fields.length) {
    throw cannotCoerce('record', formatType(type, -1), location, {
      detail: columns.length > expr.fields.length ? 'Input has too few columns.' : 'Input has too many columns.',
    })
  }
  const fields = expr.fields.map((field, i) => {
    const column = columns[i] as (typeof columns)[number]
    return coerce(context, field, column.type, column.typmod, how, location)
  })
  return { kind: 'row', fields, names: columns.map((c) => c.name), type, typmod: -1 }
}

/** A condition: boolean, or an error that names the clause. */
export const coerceToBoolean = (context: AnalysisContext, expr: Expr, clause: string, location: Location): Expr => {
  const coerced = tryCoerce(context, expr, context.bool, -1, 'assignment', location)
  if (coerced === null || coercesOnlyViaText(expr)) {
    throw datatypeMismatch(
      `argument of ${clause} must be type boolean, not type ${formatType(expr.type, -1)}`,
      location,
    )
  }
  return coerced
}

const coercesOnlyViaText = (expr: Expr): boolean => expr.type.oid !== OID.unknown && expr.type.oid !== OID.bool

/** LIMIT, OFFSET and frame offsets: bigint. */
export const coerceToBigint = (context: AnalysisContext, expr: Expr, clause: string, location: Location): Expr => {
  const coerced = tryCoerce(context, expr, context.typeOf(OID.int8), -1, 'assignment', location)
  if (coerced === null) {
    throw datatypeMismatch(`argument of ${clause} must be type bigint, not type ${formatType(expr.type, -1)}`, location)
  }
  return coerced
}

/** Unknown literals and parameters that nothing else decided are text. */
export const settleUnknown = (context: AnalysisContext, expr: Expr, location?: Location): Expr =>
  expr.type.oid === OID.unknown ? coerce(context, expr, context.typeOf(OID.text), -1, 'implicit', location) : expr

/** The one type that UNION branches, CASE arms, array elements … share (manual, 10.5). */
export const commonType = (
  context: AnalysisContext,
  exprs: readonly Expr[],
  construct: string,
  location: (i: number) => Location,
): SqlType => {
  const all = exprs.map((e) => e.type)
  const [same] = all
  // Only of nothing but values of one domain the result is of the domain.
  if (same !== undefined && same.oid !== OID.unknown && all.every((t) => t.oid === same.oid)) return same
  const known = all.map(baseTypeOf)
  let chosen: SqlType | null = null
  for (const [i, type] of known.entries()) {
    if (type.oid === OID.unknown || type.oid === chosen?.oid) continue
    if (chosen === null) {
      chosen = type
      continue
    }
    if (type.category !== chosen.category) {
      throw datatypeMismatch(
        `${construct} types ${formatType(chosen, -1)} and ${formatType(type, -1)} cannot be matched`,
        location(i),
      )
    }
    if (!chosen.preferred && canCoerce(chosen, type, 'implicit') && !canCoerce(type, chosen, 'implicit')) chosen = type
  }
  return chosen ?? context.typeOf(OID.text)
}

/** As commonType, where not having one is no error. */
export const commonTypeOrNull = (context: AnalysisContext, types: readonly SqlType[]): SqlType | null => {
  const [same] = types
  if (same !== undefined && same.oid !== OID.unknown && types.every((t) => t.oid === same.oid)) return same
  const known = types.filter((t) => t.oid !== OID.unknown).map(baseTypeOf)
  let chosen = known[0] ?? null
  for (const type of known) {
    if (chosen === null || type.oid === chosen.oid) continue
    if (type.category !== chosen.category) return null
    if (!chosen.preferred && canCoerce(chosen, type, 'implicit') && !canCoerce(type, chosen, 'implicit')) chosen = type
  }
  if (chosen === null) return context.typeOf(OID.text)
  return known.every((t) => canCoerce(t, chosen, 'implicit')) ? chosen : null
}

/** The typmod all expressions share, or -1. */
export const commonTypmod = (exprs: readonly Expr[], type: SqlType): number => {
  const first = exprs[0]
  if (first === undefined || first.type.oid !== type.oid) return -1
  return exprs.every((e) => e.type.oid === type.oid && e.typmod === first.typmod) ? first.typmod : -1
}

/** Coerces to a common type found before; the message names the construct. */
export const coerceToCommon = (
  context: AnalysisContext,
  expr: Expr,
  type: SqlType,
  construct: string,
  location: Location,
): Expr => {
  const coerced = tryCoerce(context, expr, type, -1, 'implicit', location)
  if (coerced === null) {
    throw cannotConvertCommon(construct, formatType(expr.type, -1), formatType(type, -1), location)
  }
  return coerced
}
