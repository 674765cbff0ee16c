/**
 * Which function or operator a call means: PostgreSQL's rules of chapter 10.2 and 10.3, one candidate filter shared
 * by both. Results depend only on names and types, so they are remembered.
 */
import {
  ambiguousFunction,
  ambiguousOperator,
  undefinedFunction,
  undefinedOperator,
  type Location,
} from '../errors/raise/analysis.ts'
import { functionByOid, functionsByName, operatorsByName } from '../functions/index.ts'
import type { FunctionRecord, OperatorRecord, ScalarFunction } from '../functions/records.ts'
import { formatType } from '../types/index.ts'
import { OID } from '../types/oids.ts'
import type { SqlType } from '../types/sql-type.ts'
import { canCoerce, commonTypeOrNull } from './coerce.ts'
import type { AnalysisContext } from './context.ts'

/** A record with its parameter types laid out for the actual number of arguments. */
interface Candidate<R> {
  readonly record: R
  readonly types: readonly number[]
  readonly variadic: boolean
}

export interface FunctionMatch {
  readonly record: FunctionRecord
  /** Declared type per actual argument (variadic ones spread), then per defaulted argument. */
  readonly types: readonly number[]
  /** Trailing arguments were spread from a VARIADIC parameter: they are gathered into an array. */
  readonly spread: boolean
}

/** The function a call by these argument types means. Throws 42883 or 42725. */
export const resolveFunction = (
  context: AnalysisContext,
  name: string,
  args: readonly SqlType[],
  named: readonly (string | null)[],
  explicitVariadic: boolean,
  location: Location,
): FunctionMatch => {
  const match = findFunction(context, name, args, named, explicitVariadic)
  const signature = () =>
    `${name}(${args.map((t, i) => (named[i] ? `${named[i]} => ` : '') + formatType(t, -1)).join(', ')})`
  if (match === 'none') throw undefinedFunction(signature(), location)
  if (match === 'ambiguous') throw ambiguousFunction(signature(), location)
  return match
}

export const findFunction = (
  context: AnalysisContext,
  name: string,
  args: readonly SqlType[],
  named: readonly (string | null)[],
  explicitVariadic: boolean,
): FunctionMatch | 'none' | 'ambiguous' => {
  const candidates = functionsByName(name).flatMap((record) => layouts(record, args.length, named, explicitVariadic))
  const best = choose(context, dropShadowed(candidates, args), args)
  return typeof best === 'string' ? best : { record: best.record, types: best.types, spread: best.variadic }
}

/** When the plain and the variadic form both match exactly as written, the plain one is meant. */
const dropShadowed = <R>(candidates: Candidate<R>[], args: readonly SqlType[]): Candidate<R>[] => {
  const exact = candidates.filter((c) => !c.variadic && args.every((t, i) => t.oid === c.types[i]))
  return exact.length > 0 ? exact : candidates
}

const layouts = (
  record: FunctionRecord,
  count: number,
  named: readonly (string | null)[],
  explicitVariadic: boolean,
): Candidate<FunctionRecord>[] => {
  const declared = record.args
  const out: Candidate<FunctionRecord>[] = []
  const defaults = record.defaults?.length ?? 0
  if (named.some((n) => n !== null)) {
    const order = namedOrder(record, named)
    return order === null ? [] : [{ record, types: order.map((i) => declared[i] as number), variadic: false }]
  }
  if (count <= declared.length && count >= declared.length - defaults) {
    out.push({ record, types: declared.slice(0, count), variadic: false })
  }
  if (record.variadic !== undefined && !explicitVariadic && count >= declared.length) {
    const fixed = declared.slice(0, -1)
    out.push({
      record,
      types: [...fixed, ...Array<number>(count - fixed.length).fill(record.variadic)],
      variadic: true,
    })
  }
  return out
}

/** Position of each actual argument among the declared ones, or null when the names do not fit. */
export const namedOrder = (record: FunctionRecord, named: readonly (string | null)[]): number[] | null => {
  const names = record.argNames ?? []
  const order = named.map((name, i) => (name === null ? i : names.indexOf(name)))
  if (order.includes(-1) || new Set(order).size !== order.length) return null
  const required = record.args.length - (record.defaults?.length ?? 0)
  for (let i = 0; i < required; i++) if (!order.includes(i)) return null
  return order
}

const operatorCache = new Map<string, OperatorRecord | 'none' | 'ambiguous'>()

/** The operator meant by a symbol between operands; `left` null for prefix operators. Throws 42883 or 42725. */
export const resolveOperator = (
  context: AnalysisContext,
  symbol: string,
  left: SqlType | null,
  right: SqlType,
  location: Location,
): { operator: OperatorRecord; function: ScalarFunction } => {
  const operator = findOperator(context, symbol, left, right)
  const signature = () => `${left === null ? '' : `${formatType(left, -1)} `}${symbol} ${formatType(right, -1)}`
  if (operator === 'none') throw undefinedOperator(signature(), location, left === null)
  if (operator === 'ambiguous') throw ambiguousOperator(signature(), location)
  return { operator, function: operatorFunction(operator) }
}

const operatorFunction = (operator: OperatorRecord): ScalarFunction => {
  const record = functionByOid(operator.function)
  if (record?.kind !== 'scalar') throw new Error(`operator ${operator.name} (${operator.oid}) without function`)
  return record
}

const findOperator = (
  context: AnalysisContext,
  symbol: string,
  left: SqlType | null,
  right: SqlType,
): OperatorRecord | 'none' | 'ambiguous' => {
  const key = `${symbol},${left?.oid ?? 0},${right.oid}`
  const known = operatorCache.get(key)
  if (known !== undefined) return known
  const found = searchOperator(context, symbol, left, right)
  operatorCache.set(key, found)
  return found
}

const searchOperator = (
  context: AnalysisContext,
  symbol: string,
  left: SqlType | null,
  right: SqlType,
): OperatorRecord | 'none' | 'ambiguous' => {
  const all = operatorsByName(symbol).filter((o) => (left === null) === (o.left === 0))
  if (left === null) {
    const best = choose(
      context,
      all.map((record) => ({ record, types: [record.right], variadic: false })),
      [right],
    )
    return typeof best === 'string' ? best : best.record
  }
  // An unknown operand is first taken to be of the other one's type.
  const assumedLeft = left.oid === OID.unknown ? right : left
  const assumedRight = right.oid === OID.unknown ? left : right
  const exact = all.find((o) => o.left === assumedLeft.oid && o.right === assumedRight.oid)
  if (exact !== undefined) return exact
  const best = choose(
    context,
    all.map((record) => ({ record, types: [record.left, record.right], variadic: false })),
    [left, right],
  )
  return typeof best === 'string' ? best : best.record
}

/** Steps of 10.3: exact, then coercible, then most exact, then preferred, then by category of unknowns. */
const choose = <R>(
  context: AnalysisContext,
  all: readonly Candidate<R>[],
  actual: readonly SqlType[],
): Candidate<R> | 'none' | 'ambiguous' => {
  const exact = all.find((c) => c.types.every((oid, i) => oid === actual[i]?.oid))
  if (exact !== undefined) return exact
  const type = (oid: number): SqlType => context.typeOf(oid)
  let candidates = all.filter((c) =>
    c.types.every(
      (oid, i) => canCoerce(actual[i] as SqlType, type(oid), 'implicit') && consistent(context, c.types, actual),
    ),
  )
  if (candidates.length === 0) return 'none'
  if (candidates.length === 1) return candidates[0] as Candidate<R>

  candidates = best(candidates, (c) => count(c, (oid, i) => oid === baseType(actual[i] as SqlType)))
  if (candidates.length === 1) return candidates[0] as Candidate<R>

  const knownPreferred = (oid: number, i: number): boolean => {
    const given = actual[i] as SqlType
    if (given.oid === OID.unknown) return false
    return oid === given.oid || (type(oid).preferred && type(oid).category === given.category)
  }
  candidates = best(candidates, (c) => count(c, knownPreferred))
  if (candidates.length === 1) return candidates[0] as Candidate<R>

  const unknowns = actual.flatMap((t, i) => (t.oid === OID.unknown ? [i] : []))
  if (unknowns.length === 0) return 'ambiguous'
  const byCategory = filterByCategory(candidates, unknowns, type)
  if (byCategory.length === 1) return byCategory[0] as Candidate<R>
  if (byCategory.length > 0) candidates = byCategory

  // All known arguments of one type: suppose the unknown ones are of it too.
  const knownTypes = new Set(actual.filter((t) => t.oid !== OID.unknown).map((t) => baseType(t)))
  if (knownTypes.size === 1) {
    const supposed = type([...knownTypes][0] as number)
    const fitting = candidates.filter((c) =>
      unknowns.every((i) => canCoerce(supposed, type(c.types[i] as number), 'implicit')),
    )
    if (fitting.length === 1) return fitting[0] as Candidate<R>
  }
  return 'ambiguous'
}

/** varchar is text as far as choosing goes. */
const baseType = (t: SqlType): number => (t.oid === OID.varchar ? OID.text : t.oid)

/** anyelement-style parameters must all be able to mean one type, anycompatible-style ones types with a common one. */
const consistent = (context: AnalysisContext, declared: readonly number[], actual: readonly SqlType[]): boolean => {
  let element = 0
  const compatible: SqlType[] = []
  for (const [i, oid] of declared.entries()) {
    const given = actual[i]
    if (given === undefined || given.oid === OID.unknown) continue
    let candidate: number
    if (oid === OID.anycompatiblearray && given.element !== null) compatible.push(given.element)
    if (oid === OID.anycompatible || oid === OID.anycompatiblenonarray) compatible.push(given)
    if (oid === OID.anyelement || oid === OID.anynonarray || oid === OID.anyenum) candidate = given.oid
    else if (oid === OID.anyarray) candidate = given.element?.oid ?? -1
    else continue
    if (element !== 0 && element !== candidate) return false
    element = candidate
  }
  return compatible.length < 2 || commonTypeOrNull(context, compatible) !== null
}

const count = <R>(candidate: Candidate<R>, test: (oid: number, i: number) => boolean): number =>
  candidate.types.reduce((n, oid, i) => n + (test(oid, i) ? 1 : 0), 0)

const best = <R>(candidates: readonly Candidate<R>[], score: (candidate: Candidate<R>) => number): Candidate<R>[] => {
  const scores = candidates.map(score)
  const top = Math.max(...scores)
  return candidates.filter((_, i) => scores[i] === top)
}

const filterByCategory = <R>(
  candidates: readonly Candidate<R>[],
  unknowns: readonly number[],
  type: (oid: number) => SqlType,
): Candidate<R>[] => {
  let kept = [...candidates]
  for (const i of unknowns) {
    const types = kept.map((c) => type(c.types[i] as number))
    const hasString = types.some((t) => t.category === 'S')
    const category = hasString ? 'S' : types[0]?.category
    if (!hasString && types.some((t) => t.category !== category)) return []
    const inCategory = kept.filter((_, k) => types[k]?.category === category)
    const preferred = inCategory.filter((c) => type(c.types[i] as number).preferred)
    kept = preferred.length > 0 ? preferred : inCategory
  }
  return kept
}
