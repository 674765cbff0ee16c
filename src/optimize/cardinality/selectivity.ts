/** The share of rows that a condition keeps, by PostgreSQL's estimators and default shares. */
import type { ColumnId, Expr } from '../../analyze/expression.ts'
import { conjuncts } from '../../analyze/nodes.ts'
import type { Datum } from '../../types/sql-type.ts'
import { bareColumn } from '../expressions.ts'
import { position, type ColumnFacts } from './column-facts.ts'

/** PostgreSQL's default selectivities. */
const DEFAULT_EQUAL = 0.005
const DEFAULT_INEQUALITY = 1 / 3
const DEFAULT_RANGE = 0.005
const DEFAULT_MATCH = 0.005
const DEFAULT_UNKNOWN = 0.005
/** A condition that is a bare boolean or an unknown function. */
const DEFAULT_BOOLEAN = 0.5
const DEFAULT_FUNCTION = 0.3333333

/** Facts of a column by id, null for computed ones. */
type FactsOf = (id: ColumnId) => ColumnFacts | null

const clamp = (share: number): number => Math.min(1, Math.max(0, share))

/** Selectivity of all conjuncts of a condition together; pairs of bounds on one column count as a range. */
export const selectivity = (condition: Expr | null, facts: FactsOf): number =>
  condition === null ? 1 : selectivityOfAll(conjuncts(condition), facts)

export const selectivityOfAll = (conditions: readonly Expr[], facts: FactsOf): number => {
  let share = 1
  const ranges = new Map<ColumnId, { lower: number | null; upper: number | null; facts: ColumnFacts | null }>()
  for (const condition of conditions) {
    const bound = boundOf(condition)
    if (bound === null) {
      share *= one(condition, facts)
      continue
    }
    const known = facts(bound.id)
    const range = ranges.get(bound.id) ?? { lower: null, upper: null, facts: known }
    const part = inequality(bound, known)
    if (bound.upper) range.upper = Math.min(range.upper ?? 1, part)
    else range.lower = Math.min(range.lower ?? 1, part)
    ranges.set(bound.id, range)
  }
  for (const { lower, upper, facts: known } of ranges.values()) {
    if (lower === null || upper === null) {
      share *= lower ?? upper ?? 1
      continue
    }
    // Both shares count the rows beyond the other bound twice; without facts the sum would be meaningless.
    const both = lower + upper - (1 - (known?.nullFraction ?? 0))
    const guessed = lower === DEFAULT_INEQUALITY && upper === DEFAULT_INEQUALITY
    share *= guessed ? DEFAULT_RANGE : Math.max(both, 1 / Math.max(10_000, known?.rows ?? 1))
  }
  return clamp(share)
}

interface Bound {
  readonly id: ColumnId
  readonly upper: boolean
  readonly inclusive: boolean
  /** Undefined: not known before the statement runs. */
  readonly value: Datum | undefined
}

/** `column < value` and its kin, either way round. */
const boundOf = (expr: Expr): Bound | null => {
  if (expr.kind !== 'call' || expr.operator?.strategy === undefined || expr.operator.strategy === 3) return null
  const [a, b] = expr.args as [Expr, Expr]
  const left = bareColumn(a)
  const right = bareColumn(b)
  if ((left === null) === (right === null)) return null
  const { strategy } = expr.operator
  const less = strategy < 3
  const inclusive = strategy === 2 || strategy === 4
  const other = left === null ? a : b
  const value: Datum | undefined = other.kind === 'const' && comparable(expr.operator) ? other.value : undefined
  return left === null
    ? { id: (right as { id: ColumnId }).id, upper: !less, inclusive, value }
    : { id: left.id, upper: less, inclusive, value }
}

const comparable = (operator: { left: number; right: number }): boolean =>
  operator.left === operator.right || (INTEGERS.has(operator.left) && INTEGERS.has(operator.right))

const INTEGERS = new Set([20, 21, 23])

const inequality = (bound: Bound, facts: ColumnFacts | null): number => {
  if (facts === null || bound.value === undefined) return DEFAULT_INEQUALITY
  if (bound.value === null) return 0
  const below = shareBelow(bound.value, facts)
  if (below === null) return DEFAULT_INEQUALITY
  const present = 1 - facts.nullFraction
  // Shares of single values decide little in ranges, but all in columns of few values.
  const equal = bound.inclusive === bound.upper ? 0 : equality(bound.value, facts)
  const upTo = bound.upper ? below + (bound.inclusive ? equality(bound.value, facts) : 0) : present - below - equal
  return clamp(upTo)
}

/** Share of all rows whose value is less than `value`, null when there is nothing to tell it by. */
const shareBelow = (value: Datum, facts: ColumnFacts): number | null => {
  const { statistics, type, nullFraction } = facts
  const { compare } = type
  if (statistics !== null && compare !== null) {
    const { commonValues, commonFrequencies } = statistics
    let share = 0
    let common = 0
    commonValues.forEach((v, i) => {
      const frequency = commonFrequencies[i] as number
      common += frequency
      if (compare(v, value) < 0) share += frequency
    })
    const rest = Math.max(0, 1 - nullFraction - common)
    return share + rest * histogramShare(value, facts)
  }
  const { min, max } = facts
  if (min === null || max === null) return null
  return (1 - nullFraction) * between(value, min, max, facts)
}

const between = (value: Datum, min: Datum, max: Datum, { type }: ColumnFacts): number => {
  const { compare } = type
  if (compare !== null && compare(value, min) <= 0) return 0
  if (compare !== null && compare(value, max) > 0) return 1
  const [low, high, at] = [position(min), position(max), position(value)]
  if (low === null || high === null || at === null || high <= low || !Number.isFinite(high - low)) return 0.5
  return clamp((at - low) / (high - low))
}

const histogramShare = (value: Datum, facts: ColumnFacts): number => {
  const { histogram } = facts.statistics as NonNullable<ColumnFacts['statistics']>
  const compare = facts.type.compare as NonNullable<ColumnFacts['type']['compare']>
  const buckets = histogram.length - 1
  if (buckets < 1) return 0.5
  let low = 0
  let high = buckets
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (compare(histogram[middle], value) < 0) low = middle
    else high = middle - 1
  }
  if (compare(histogram[0], value) >= 0) return 0
  if (low === buckets) return 1
  return (low + between(value, histogram[low], histogram[low + 1], facts)) / buckets
}

/** Share of rows equal to a value; undefined: some value of the column. */
const equality = (value: Datum | undefined, facts: ColumnFacts | null): number => {
  if (facts === null) return DEFAULT_EQUAL
  if (value === null) return 0
  const present = 1 - facts.nullFraction
  const { statistics, type, distinct } = facts
  if (statistics === null || statistics.commonValues.length === 0 || value === undefined) {
    if (value !== undefined && isOutside(value, facts)) return Math.min(1, 0.5 / Math.max(1, facts.rows))
    return clamp(present / distinct)
  }
  const { commonValues, commonFrequencies } = statistics
  const at = commonValues.findIndex((v) => type.compare?.(v, value) === 0)
  if (at >= 0) return commonFrequencies[at] as number
  const common = commonFrequencies.reduce((sum, f) => sum + f, 0)
  const others = Math.max(1, distinct - commonValues.length)
  return clamp(Math.min((present - common) / others, commonFrequencies.at(-1) ?? 1))
}

const isOutside = (value: Datum, { min, max, type }: ColumnFacts): boolean =>
  min !== null &&
  max !== null &&
  type.compare !== null &&
  (type.compare(value, min) < 0 || type.compare(value, max) > 0)

/** One condition that is not a bound. */
const one = (expr: Expr, facts: FactsOf): number => {
  switch (expr.kind) {
    case 'const':
      return expr.value === true ? 1 : 0
    case 'and':
      return selectivityOfAll(expr.args, facts)
    case 'or': {
      let none = 1
      for (const arg of expr.args) none *= 1 - selectivity(arg, facts)
      return clamp(1 - none)
    }
    case 'not':
      return clamp(1 - selectivity(expr.arg, facts))
    case 'is-null': {
      const column = bareColumn(expr.arg)
      const known = column === null ? null : facts(column.id)
      const nulls = known === null ? DEFAULT_UNKNOWN : known.nullFraction
      return expr.negated ? 1 - nulls : nulls
    }
    case 'bool-test':
      return expr.test === 'unknown' ? DEFAULT_UNKNOWN : DEFAULT_BOOLEAN
    case 'column':
      return DEFAULT_BOOLEAN
    case 'array-comparison':
      return listSelectivity(expr, facts)
    case 'call':
      return call(expr, facts)
    case 'distinct':
      return expr.negated ? DEFAULT_EQUAL : 1 - DEFAULT_EQUAL
    default:
      return DEFAULT_FUNCTION
  }
}

const listSelectivity = (expr: Expr & { kind: 'array-comparison' }, facts: FactsOf): number => {
  const column = bareColumn(expr.left)
  const known = column === null ? null : facts(column.id)
  const items: readonly (Expr | null)[] = expr.list ?? new Array<null>(10).fill(null)
  const each = items.map((item) => equality(item?.kind === 'const' ? item.value : undefined, known))
  const sum = clamp(each.reduce((total, share) => total + share, 0))
  if (expr.operator.strategy === 3) return expr.quantifier === 'any' ? sum : each.reduce((p, s) => p * s, 1)
  return expr.quantifier === 'all' ? clamp(1 - sum) : DEFAULT_INEQUALITY
}

const call = (expr: Expr & { kind: 'call' }, facts: FactsOf): number => {
  const [a, b] = expr.args
  if (expr.operator === null || a === undefined || b === undefined) return DEFAULT_FUNCTION
  const left = bareColumn(a)
  const right = bareColumn(b)
  switch (expr.operator.selectivity) {
    case 'eqsel':
      return equalityOf(left, right, a, b, facts)
    case 'neqsel':
      return clamp(1 - equalityOf(left, right, a, b, facts))
    case 'likesel':
    case 'regexeqsel':
    case 'iclikesel':
    case 'icregexeqsel':
    case 'prefixsel':
      return matchSelectivity(left === null ? null : facts(left.id), b, expr.operator.selectivity)
    case 'nlikesel':
    case 'regexnesel':
    case 'icnlikesel':
    case 'icregexnesel':
      return clamp(1 - matchSelectivity(left === null ? null : facts(left.id), b, 'likesel'))
    default:
      return expr.operator.strategy === undefined ? DEFAULT_FUNCTION : DEFAULT_INEQUALITY
  }
}

const equalityOf = (
  left: (Expr & { kind: 'column' }) | null,
  right: (Expr & { kind: 'column' }) | null,
  a: Expr,
  b: Expr,
  facts: FactsOf,
): number => {
  if (left !== null && right !== null) return joinEquality(facts(left.id), facts(right.id))
  const column = left ?? right
  const other = left === null ? a : b
  return equality(other.kind === 'const' ? other.value : undefined, column === null ? null : facts(column.id))
}

/** Share of pairs that are equal: one in the greater number of distinct values. */
const joinEquality = (left: ColumnFacts | null, right: ColumnFacts | null): number => {
  const present = (1 - (left?.nullFraction ?? 0)) * (1 - (right?.nullFraction ?? 0))
  if (left === null && right === null) return DEFAULT_EQUAL
  return clamp(present / Math.max(left?.distinct ?? 1, right?.distinct ?? 1))
}

/** LIKE and its kin: a fixed beginning is a range, the rest of the pattern keeps a share of that. */
const matchSelectivity = (facts: ColumnFacts | null, pattern: Expr, estimator: string): number => {
  if (pattern.kind !== 'const' || typeof pattern.value !== 'string') return DEFAULT_MATCH
  const sampled = facts === null ? null : sampledMatch(facts, pattern.value, estimator)
  if (sampled !== null) return sampled
  if (estimator !== 'likesel' && estimator !== 'prefixsel') return DEFAULT_MATCH
  const prefix = /^[^%_\\]*/.exec(pattern.value)?.[0] ?? ''
  const rest = pattern.value.slice(prefix.length)
  if (rest === '') return equality(pattern.value, facts)
  const inPrefix = prefix === '' ? 1 : prefixShare(prefix, facts)
  // PostgreSQL's shares per character of the remainder; a leading % costs nothing.
  const remainder = [...rest].reduce(
    (share, c) => share * (c === '%' ? (share === 1 ? 1 : 2) : c === '_' ? 0.9 : 0.2),
    1,
  )
  return Math.min(1, Math.max(inPrefix * Math.min(1, remainder), 0.0001))
}

/** The pattern tried on the values that statistics hold, where these are enough. */
const sampledMatch = (facts: ColumnFacts, pattern: string, estimator: string): number | null => {
  const { statistics } = facts
  if (statistics === null || estimator !== 'likesel') return null
  const { commonValues, commonFrequencies, histogram } = statistics
  if (commonValues.length + histogram.length < 10) return null
  const test = likeTest(pattern)
  let common = 0
  let share = 0
  commonValues.forEach((v, i) => {
    const frequency = commonFrequencies[i] as number
    common += frequency
    if (typeof v === 'string' && test.test(v)) share += frequency
  })
  if (histogram.length < 10) return Math.max(share, 0.0001)
  const inner = histogram.slice(1, -1)
  const matched = inner.filter((v) => typeof v === 'string' && test.test(v)).length / Math.max(1, inner.length)
  return Math.max(share + matched * Math.max(0, 1 - facts.nullFraction - common), 0.0001)
}

const likeTest = (pattern: string): RegExp => {
  const source = pattern.replace(/\\(.)|[^]/g, (character, escaped: string | undefined) => {
    if (escaped !== undefined) return RegExp.escape(escaped)
    return character === '%' ? '.*' : character === '_' ? '.' : RegExp.escape(character)
  })
  return new RegExp(`^${source}$`, 's')
}

const prefixShare = (prefix: string, facts: ColumnFacts | null): number => {
  if (facts === null) return DEFAULT_MATCH
  const from = shareBelow(prefix, facts)
  const to = shareBelow(`${prefix}\u{10ffff}`, facts)
  return from === null || to === null ? DEFAULT_MATCH : Math.max(to - from, 0.0005)
}
