/**
 * Which partitions can hold rows that satisfy conditions. At planning time by the constants in them; when a plan begins
 * to run also by parameters and the columns of outer rows.
 */
import type { Expr } from '../analyze/expression.ts'
import { conjuncts } from '../analyze/nodes.ts'
import { columnMap } from '../catalog/inheritance.ts'
import type { PartitionKey, RelationObject } from '../catalog/objects.ts'
import {
  boundAccepts,
  compareLimits,
  partitionDescriptor,
  partitionFor,
  type Limit,
  type Partition,
  type PartitionDescriptor,
  type ReadBound,
} from '../catalog/partitions.ts'
import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import { SqlArray } from '../types/array.ts'
import type { Datum, SqlType } from '../types/sql-type.ts'
import { bareColumn } from './expressions.ts'

/** The value of an expression that mentions no column of the table; undefined: not known yet. */
export type ValueOf = (expr: Expr) => Datum | undefined

/** A scan of a partitioned table: which column ids its columns have. */
export interface PartitionedScan {
  readonly relation: RelationObject
  readonly attnums: readonly number[]
  readonly outputs: readonly { readonly id: number }[]
}

interface Edge {
  readonly value: Datum
  readonly inclusive: boolean
}

/** What conditions say of one column of a partition key. */
interface Restriction {
  readonly type: SqlType
  /** The values it can have; null: any. */
  readonly allowed: readonly Datum[] | null
  readonly excluded: readonly Datum[]
  readonly lower: Edge | null
  readonly upper: Edge | null
  readonly isNull: boolean
  readonly notNull: boolean
}

/** More values than this for one column are taken for a range. */
const MOST_VALUES = 500

/** Oids of the tables with rows below a partitioned table that the conditions do not rule out. */
export const survivors = (
  catalog: CatalogSnapshot,
  scan: PartitionedScan,
  conditions: readonly Expr[],
  valueOf: ValueOf,
): ReadonlySet<number> => {
  const found = new Set<number>()
  const ids = new Map(scan.attnums.map((attnum, i) => [attnum, scan.outputs[i]?.id]))
  const descend = (relation: RelationObject): void => {
    if (relation.kind !== 'p') {
      found.add(relation.oid)
      return
    }
    const map = columnMap(scan.relation, relation)
    const columnOf = (attnum: number) => ids.get(map === null ? attnum : map.indexOf(attnum) + 1)
    const descriptor = partitionDescriptor(catalog, relation)
    const { keys } = descriptor.key
    const columns = keys.map(({ attnum }) => (attnum === 0 ? undefined : columnOf(attnum)))
    for (const { relation: child } of pruned(descriptor, columns, conditions, valueOf)) descend(child)
  }
  descend(scan.relation)
  return found
}

const pruned = (
  descriptor: PartitionDescriptor,
  columns: readonly (number | undefined)[],
  conditions: readonly Expr[],
  valueOf: ValueOf,
): readonly Partition[] => {
  const flat = conditions.flatMap((condition) => conjuncts(condition))
  if (flat.some((c) => c.kind === 'const' && c.value !== true)) return []
  const restrictions = descriptor.key.keys.map(({ type }, i) => restrictionOf(columns[i], type, flat, valueOf))
  if (restrictions.some(isContradiction)) return []
  let left = matching(descriptor, restrictions)
  for (const condition of flat) {
    if (condition.kind !== 'or') continue
    const any = new Set(condition.args.flatMap((arg) => pruned(descriptor, columns, [arg], valueOf)))
    left = left.filter((partition) => any.has(partition))
  }
  return left
}

const isContradiction = ({ type, allowed, isNull, notNull, lower, upper }: Restriction): boolean =>
  allowed?.length === 0 ||
  (isNull && (notNull || allowed !== null)) ||
  (lower !== null && upper !== null && (type.compare?.(lower.value, upper.value) ?? 0) > 0)

const MIRRORED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '=': '=', '>=': '<=', '>': '<', '<>': '<>' }

/** `column operator value`, whichever way round it is written. */
const comparison = (condition: Expr, id: number): { operator: string; value: Expr } | null => {
  if (condition.kind !== 'call' || condition.operator === null || condition.args.length !== 2) return null
  const [a, b] = condition.args as [Expr, Expr]
  const { name } = condition.operator
  if (!(name in MIRRORED)) return null
  if (bareColumn(a)?.id === id) return { operator: name, value: b }
  return bareColumn(b)?.id === id ? { operator: MIRRORED[name] as string, value: a } : null
}

/** Types whose datums compare alike. */
const NUMBERS: ReadonlySet<string> = new Set(['int2', 'int4', 'int8'])
const TEXTS: ReadonlySet<string> = new Set(['text', 'varchar'])

const isComparable = (a: SqlType, b: SqlType): boolean =>
  a.oid === b.oid || (NUMBERS.has(a.name) && NUMBERS.has(b.name)) || (TEXTS.has(a.name) && TEXTS.has(b.name))

/** Which values a list test allows; undefined: not known. */
const listValues = (expr: Expr & { kind: 'array-comparison' }, type: SqlType, valueOf: ValueOf) => {
  if (expr.quantifier !== 'any' || expr.operator.name !== '=') return undefined
  if (expr.list !== null) {
    if (!expr.list.every((item) => isComparable(item.type, type))) return undefined
    const values = expr.list.map(valueOf)
    return values.includes(undefined) ? undefined : values.filter((value) => value !== null)
  }
  const array = expr.array === null ? undefined : valueOf(expr.array)
  const element = expr.array?.type.element ?? null
  if (!(array instanceof SqlArray) || element === null || !isComparable(element, type)) return undefined
  return array.elements.filter((value: Datum) => value !== null)
}

const restrictionOf = (
  id: number | undefined,
  type: SqlType,
  conditions: readonly Expr[],
  valueOf: ValueOf,
): Restriction => {
  let found: Restriction = {
    type,
    allowed: null,
    excluded: [],
    lower: null,
    upper: null,
    isNull: false,
    notNull: false,
  }
  if (id === undefined || type.compare === null) return found
  for (const condition of conditions) found = restricted(found, id, condition, valueOf)
  return found
}

const within = (values: readonly Datum[], allowed: readonly Datum[] | null, type: SqlType): readonly Datum[] =>
  allowed === null ? values : allowed.filter((a) => values.some((b) => type.compare?.(a, b) === 0))

const restricted = (before: Restriction, id: number, condition: Expr, valueOf: ValueOf): Restriction => {
  const { type } = before
  if (condition.kind === 'is-null' && bareColumn(condition.arg)?.id === id) {
    return condition.negated ? { ...before, notNull: true } : { ...before, isNull: true }
  }
  if (type.name === 'bool') {
    const value = truthOf(condition, id)
    if (value !== null) return { ...before, notNull: true, allowed: within([value], before.allowed, type) }
  }
  if (condition.kind === 'array-comparison' && bareColumn(condition.left)?.id === id) {
    const values = listValues(condition, type, valueOf)
    return values === undefined ? before : { ...before, notNull: true, allowed: within(values, before.allowed, type) }
  }
  const compared = comparison(condition, id)
  if (compared === null || !isComparable(compared.value.type, type)) return before
  const value = valueOf(compared.value)
  if (value === undefined) return before
  if (value === null) return { ...before, allowed: [] }
  const strict = { ...before, notNull: true }
  switch (compared.operator) {
    case '=':
      return { ...strict, allowed: within([value], before.allowed, type) }
    case '<>':
      return { ...strict, excluded: [...before.excluded, value] }
    case '>':
    case '>=': {
      const edge = { value, inclusive: compared.operator === '>=' }
      return { ...strict, lower: tighter(edge, before.lower, type, 1) }
    }
    default: {
      const edge = { value, inclusive: compared.operator === '<=' }
      return { ...strict, upper: tighter(edge, before.upper, type, -1) }
    }
  }
}

/** A Boolean column that must be true, or false. */
const truthOf = (condition: Expr, id: number): boolean | null => {
  if (condition.kind === 'column') return condition.id === id ? true : null
  if (condition.kind === 'not') return bareColumn(condition.arg)?.id === id ? false : null
  if (condition.kind !== 'bool-test' || condition.negated || condition.test === 'unknown') return null
  return bareColumn(condition.arg)?.id === id ? condition.test === 'true' : null
}

const tighter = (edge: Edge, other: Edge | null, type: SqlType, direction: 1 | -1): Edge => {
  if (other === null) return edge
  const order = (type.compare?.(edge.value, other.value) ?? 0) * direction
  if (order === 0) return edge.inclusive ? other : edge
  return order > 0 ? edge : other
}

const matching = (descriptor: PartitionDescriptor, restrictions: readonly Restriction[]): readonly Partition[] => {
  switch (descriptor.key.strategy) {
    case 'list':
      return matchingLists(descriptor, restrictions[0] as Restriction)
    case 'range':
      return matchingRanges(descriptor, restrictions)
    case 'hash':
      return matchingHashes(descriptor, restrictions)
  }
}

const isOutside = ({ type, lower, upper, allowed, excluded }: Restriction, value: Datum): boolean => {
  const order = (other: Datum): number => type.compare?.(value, other) ?? 0
  if (lower !== null && (order(lower.value) < 0 || (order(lower.value) === 0 && !lower.inclusive))) return true
  if (upper !== null && (order(upper.value) > 0 || (order(upper.value) === 0 && !upper.inclusive))) return true
  if (allowed !== null && !allowed.some((other) => order(other) === 0)) return true
  return excluded.some((other) => order(other) === 0)
}

const canBe = (restriction: Restriction, value: Datum): boolean =>
  value === null ? !restriction.notNull : !restriction.isNull && !isOutside(restriction, value)

const matchingLists = ({ key, partitions }: PartitionDescriptor, restriction: Restriction): readonly Partition[] => {
  const bounded = partitions.map((p) => p.bound).filter((bound) => bound.kind === 'list')
  const isListed = (value: Datum): boolean => bounded.some((bound) => boundAccepts(bound, key, [value]))
  return partitions.filter(({ bound }) => {
    if (bound.kind === 'list') return bound.values.some((value) => canBe(restriction, value))
    // The default partition has what is in no list.
    if (restriction.isNull) return !isListed(null)
    return restriction.allowed === null || restriction.allowed.some((v) => canBe(restriction, v) && !isListed(v))
  })
}

/** Values of the leading columns that have only few, and what is said of the column behind them. */
interface Prefix {
  readonly values: readonly Datum[]
  readonly next: Restriction | null
}

const prefixesOf = (restrictions: readonly Restriction[]): readonly Prefix[] => {
  let prefixes: Prefix[] = [{ values: [], next: restrictions[0] ?? null }]
  for (const [i, { allowed }] of restrictions.entries()) {
    if (allowed === null || prefixes.length * allowed.length > MOST_VALUES) break
    const restriction = restrictions[i] as Restriction
    const values = allowed.filter((value) => canBe(restriction, value))
    prefixes = prefixes.flatMap((prefix) =>
      values.map((value) => ({ values: [...prefix.values, value], next: restrictions[i + 1] ?? null })),
    )
  }
  return prefixes
}

const pad = (limits: readonly Limit[], width: number, filler: Limit): Limit[] => [
  ...limits,
  ...Array.from({ length: width - limits.length }, () => filler),
]

interface Interval {
  readonly low: readonly Limit[]
  readonly high: readonly Limit[]
  readonly includesHigh: boolean
}

const intervalOf = ({ values, next }: Prefix, width: number): Interval => {
  const fixed = values.map((value): Limit => ({ value }))
  const [lower, upper] = [next?.lower ?? null, next?.upper ?? null]
  const low = lower === null ? fixed : [...fixed, { value: lower.value }]
  const high = upper === null ? fixed : [...fixed, { value: upper.value }]
  const includesHigh = upper === null || upper.inclusive
  return {
    low: pad(low, width, lower === null || lower.inclusive ? 'minvalue' : 'maxvalue'),
    high: pad(high, width, includesHigh ? 'maxvalue' : 'minvalue'),
    includesHigh,
  }
}

const meets = (keys: PartitionKey['keys'], bound: ReadBound & { kind: 'range' }, interval: Interval): boolean => {
  const above = compareLimits(keys, bound.lower, interval.high)
  return compareLimits(keys, interval.low, bound.upper) < 0 && (interval.includesHigh ? above <= 0 : above < 0)
}

const matchingRanges = (
  descriptor: PartitionDescriptor,
  restrictions: readonly Restriction[],
): readonly Partition[] => {
  const { key, partitions, fallback } = descriptor
  const { keys } = key
  // NULLs are in the default partition only.
  if (restrictions.some((r) => r.isNull)) return fallback === null ? [] : [fallback]
  const prefixes = prefixesOf(restrictions)
  const intervals = prefixes.map((prefix) => intervalOf(prefix, keys.length))
  const bounded = partitions.filter(
    ({ bound }) => bound.kind === 'range' && intervals.some((interval) => meets(keys, bound, interval)),
  )
  if (fallback === null) return bounded
  const isWhole = ({ values }: Prefix): boolean => values.length === keys.length
  const needsDefault = prefixes.some((prefix, i) =>
    isWhole(prefix)
      ? partitionFor(descriptor, prefix.values) === fallback
      : !isCovered(keys, bounded, intervals[i] as Interval, restrictions),
  )
  return needsDefault ? [...bounded, fallback] : bounded
}

/** Whether partitions follow each other without a gap from one end of an interval to the other. */
const isCovered = (
  keys: PartitionKey['keys'],
  bounded: readonly Partition[],
  { low, high, includesHigh }: Interval,
  restrictions: readonly Restriction[],
): boolean => {
  if (keys.length > 1 || !(restrictions[0] as Restriction).notNull) return false
  let reached = low
  for (const { bound } of bounded) {
    if (bound.kind !== 'range') continue
    if (compareLimits(keys, bound.lower, reached) > 0) return false
    reached = bound.upper
  }
  const order = compareLimits(keys, reached, high)
  return bounded.length > 0 && (includesHigh ? order > 0 : order >= 0)
}

const matchingHashes = (
  descriptor: PartitionDescriptor,
  restrictions: readonly Restriction[],
): readonly Partition[] => {
  const { partitions } = descriptor
  let combinations: Datum[][] = [[]]
  for (const { isNull, allowed } of restrictions) {
    const values = isNull ? [null] : allowed
    if (values === null || combinations.length * values.length > MOST_VALUES) return partitions
    combinations = combinations.flatMap((combination) => values.map((value) => [...combination, value]))
  }
  const found = new Set(combinations.map((values) => partitionFor(descriptor, values)))
  return partitions.filter((partition) => found.has(partition))
}
