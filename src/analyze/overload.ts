/**
 * Which function or operator a call means: PostgreSQL's rules of chapter 10.2 and 10.3, one candidate filter shared
 * by both. Results depend only on names and types, so they are remembered.
 */
import { ambiguousOperator, undefinedOperator, type Location } from '../errors/raise/analysis.ts'
import { functionsOf } from '../catalog/routines.ts'
import { functionByOid, operatorsByName } from '../functions/index.ts'
import type { FunctionRecord, OperatorRecord, ScalarFunction } from '../functions/records.ts'
import { baseTypeOf } from '../types/domain-type.ts'
import { formatType } from '../types/index.ts'
import { OID, PG_CATALOG } from '../types/oids.ts'
import type { SqlType } from '../types/sql-type.ts'
import { canCoerce, commonTypeOrNull } from './coerce.ts'
import type { AnalysisContext } from './context.ts'
import { polymorphicFits } from './polymorphic.ts'

/** A record with its parameter types laid out for the actual number of arguments. */
interface Candidate<R> {
  readonly record: R
  readonly types: readonly number[]
}

export interface FunctionMatch {
  readonly record: FunctionRecord
  /** Declared type per actual argument, in the order in which they were given; variadic ones spread. */
  readonly types: readonly number[]
  /** Trailing arguments were spread from a VARIADIC parameter: they are gathered into an array. */
  readonly spread: boolean
  /** Position of each actual argument among the declared ones. */
  readonly order: readonly number[]
}

/** What a call says of itself besides the types of its arguments. */
export interface CallShape {
  /** Schema that the name was written with. */
  readonly schema: string | null
  readonly name: string
  /** Names of arguments in named notation. */
  readonly named: readonly (string | null)[]
  /** The last argument is marked VARIADIC. */
  readonly variadic: boolean
}

/** One candidate per function, with what decides between those of equal argument types. */
interface Layout extends Candidate<FunctionRecord> {
  readonly spread: boolean
  readonly order: readonly number[]
  /** Another function fits as well as this one. */
  ambiguous: boolean
}

const defaultsOf = (record: FunctionRecord): number => record.defaultTrees?.length ?? record.defaults?.length ?? 0

/** How a function takes arguments of this number and these names; null when it does not. */
const layoutOf = (record: FunctionRecord, count: number, { named, variadic }: CallShape): Layout | null => {
  const declared = record.args
  const spreads = !variadic && record.variadic !== undefined
  if (named.some((name) => name !== null)) {
    const order = spreads ? null : namedOrder(record, named)
    if (order === null) return null
    const types = order.map((i) => declared[i] as number)
    return { record, types, spread: false, order, ambiguous: false }
  }
  const order = Array.from({ length: count }, (_, i) => i)
  if (declared.length > count) {
    if (count + defaultsOf(record) < declared.length) return null
    return { record, types: declared.slice(0, count), spread: false, order, ambiguous: false }
  }
  if (spreads) {
    const fixed = declared.slice(0, -1)
    const types = [...fixed, ...Array<number>(count - fixed.length).fill(record.variadic as number)]
    return { record, types, spread: true, order, ambiguous: false }
  }
  return declared.length === count ? { record, types: declared, spread: false, order, ambiguous: false } : null
}

/** Functions that take such a call. Of those with equal argument types the plain one is meant before a variadic one. */
const layoutsOf = (context: AnalysisContext, shape: CallShape, count: number): Layout[] => {
  const kept: Layout[] = []
  for (const record of functionsOf(context.catalog, shape.name, schemasOf(context, shape))) {
    const layout = layoutOf(record, count, shape)
    if (layout === null) continue
    const twin = kept.findIndex((other) => other.types.join() === layout.types.join())
    if (twin < 0) kept.push(layout)
    else {
      const other = kept[twin] as Layout
      // A schema earlier in the search path hides what comes later.
      if ((other.record.schema ?? PG_CATALOG) !== (record.schema ?? PG_CATALOG)) continue
      if (other.spread === layout.spread) other.ambiguous = true
      else if (other.spread) kept[twin] = layout
    }
  }
  return kept
}

const schemasOf = (context: AnalysisContext, { schema }: CallShape): readonly number[] => {
  if (schema === null) return context.searchPath
  const found = context.catalog.schemaByName(schema)
  return found === null ? [] : [found.oid]
}

/** A function that fits the argument types exactly, null when there is none. */
export const exactFunction = (
  context: AnalysisContext,
  shape: CallShape,
  args: readonly SqlType[],
): FunctionMatch | 'ambiguous' | null => {
  const found = layoutsOf(context, shape, args.length).find((l) => l.types.every((oid, i) => oid === args[i]?.oid))
  if (found === undefined) return null
  return found.ambiguous ? 'ambiguous' : found
}

/** The function that a call by these argument types means. */
export const findFunction = (
  context: AnalysisContext,
  shape: CallShape,
  args: readonly SqlType[],
): FunctionMatch | 'none' | 'ambiguous' => {
  const best = choose(context, layoutsOf(context, shape, args.length), args)
  if (typeof best === 'string') return best
  return best.ambiguous ? 'ambiguous' : best
}

/** Position of each actual argument among the declared ones, or null when the names do not fit. */
const namedOrder = (record: FunctionRecord, named: readonly (string | null)[]): number[] | null => {
  const names = record.argNames ?? []
  const order = named.map((name, i) => (name === null ? i : names.indexOf(name)))
  if (order.includes(-1) || new Set(order).size !== order.length || named.length > record.args.length) return null
  const required = record.args.length - defaultsOf(record)
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
      all.map((record) => ({ record, types: [record.right] })),
      [right],
    )
    return typeof best === 'string' ? best : best.record
  }
  // An unknown operand is first taken to be of the other one's type.
  const assumedLeft = left.oid === OID.unknown ? right : left
  const assumedRight = right.oid === OID.unknown ? left : right
  const exact = all.find((o) => o.left === assumedLeft.oid && o.right === assumedRight.oid)
  if (exact !== undefined) return exact
  const base = baseTypeOf(assumedLeft)
  if (base !== assumedLeft && assumedLeft === assumedRight) {
    const ofBase = all.find((o) => o.left === base.oid && o.right === base.oid)
    if (ofBase !== undefined) return ofBase
  }
  const best = choose(
    context,
    all.map((record) => ({ record, types: [record.left, record.right] })),
    [left, right],
  )
  return typeof best === 'string' ? best : best.record
}

/** Whether arguments of these types can be brought to the candidate's. */
const fits = (context: AnalysisContext, { types }: Candidate<unknown>, actual: readonly SqlType[]): boolean =>
  types.every((oid, i) => canCoerce(actual[i] as SqlType, context.typeOf(oid), 'implicit')) &&
  polymorphicFits(context.catalog, types, actual, (list) => commonTypeOrNull(context, list))

/** Steps of 10.3: exact, then coercible, then most exact, then preferred, then by category of unknowns. */
const choose = <C extends Candidate<unknown>>(
  context: AnalysisContext,
  all: readonly C[],
  actual: readonly SqlType[],
): C | 'none' | 'ambiguous' => {
  const exact = all.find((c) => c.types.every((oid, i) => oid === actual[i]?.oid))
  if (exact !== undefined) return exact
  const type = (oid: number): SqlType => context.typeOf(oid)
  let candidates = all.filter((c) => fits(context, c, actual))
  if (candidates.length === 0) return 'none'
  if (candidates.length === 1) return candidates[0] as C

  // Domains count as what they are over.
  const given = actual.map(baseTypeOf)
  candidates = best(candidates, (c) => count(c, (oid, i) => oid === given[i]?.oid))
  if (candidates.length === 1) return candidates[0] as C

  const knownPreferred = (oid: number, i: number): boolean => {
    const known = given[i] as SqlType
    if (known.oid === OID.unknown) return false
    return oid === known.oid || (type(oid).preferred && type(oid).category === known.category)
  }
  candidates = best(candidates, (c) => count(c, knownPreferred))
  if (candidates.length === 1) return candidates[0] as C

  const unknowns = actual.flatMap((t, i) => (t.oid === OID.unknown ? [i] : []))
  if (unknowns.length === 0) return 'ambiguous'
  const byCategory = filterByCategory(candidates, unknowns, type)
  if (byCategory.length === 1) return byCategory[0] as C
  if (byCategory.length > 0) candidates = byCategory

  // All known arguments of one type: suppose the unknown ones are of it too.
  const knownTypes = new Set(given.filter((t) => t.oid !== OID.unknown).map((t) => t.oid))
  if (knownTypes.size === 1) {
    const supposed = type([...knownTypes][0] as number)
    const all = actual.map((t) => (t.oid === OID.unknown ? supposed : t))
    const fitting = candidates.filter((c) => fits(context, c, all))
    if (fitting.length === 1) return fitting[0] as C
  }
  return 'ambiguous'
}

const count = (candidate: Candidate<unknown>, test: (oid: number, i: number) => boolean): number =>
  candidate.types.reduce((n, oid, i) => n + (test(oid, i) ? 1 : 0), 0)

const best = <C extends Candidate<unknown>>(candidates: readonly C[], score: (candidate: C) => number): C[] => {
  const scores = candidates.map(score)
  const top = Math.max(...scores)
  return candidates.filter((_, i) => scores[i] === top)
}

/** Candidates of the categories that the unknown arguments are taken to be of; none when these cannot be told. */
const filterByCategory = <C extends Candidate<unknown>>(
  candidates: readonly C[],
  unknowns: readonly number[],
  type: (oid: number) => SqlType,
): C[] => {
  const slots: { readonly i: number; readonly category: string; readonly preferred: boolean }[] = []
  for (const i of unknowns) {
    const types = candidates.map((c) => type(c.types[i] as number))
    const hasString = types.some((t) => t.category === 'S')
    const category = hasString ? 'S' : (types[0]?.category as string)
    if (!hasString && types.some((t) => t.category !== category)) return []
    slots.push({ i, category, preferred: types.some((t) => t.category === category && t.preferred) })
  }
  return candidates.filter((c) =>
    slots.every(({ i, category, preferred }) => {
      const taken = type(c.types[i] as number)
      return taken.category === category && (!preferred || taken.preferred)
    }),
  )
}
