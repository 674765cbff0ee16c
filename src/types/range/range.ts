/** Ranges and multiranges as values, and their algebra: what bounds mean, order, union, intersection, difference. */
import { rangeBoundsOrder, rangeNotContiguous } from '../../errors/raise/ranges.ts'
import type { Datum, SqlType } from '../sql-type.ts'

/** A range; a null bound is an infinite one. The empty range has no bounds. */
export class SqlRange {
  readonly lower: Datum
  readonly upper: Datum
  readonly lowerInclusive: boolean
  readonly upperInclusive: boolean
  readonly empty: boolean

  constructor(lower: Datum, upper: Datum, lowerInclusive: boolean, upperInclusive: boolean, empty = false) {
    this.lower = lower
    this.upper = upper
    this.lowerInclusive = lowerInclusive && lower !== null
    this.upperInclusive = upperInclusive && upper !== null
    this.empty = empty
  }

  static readonly empty = new SqlRange(null, null, false, false, true)
}

/** Ranges that are not empty, in order, neither overlapping nor adjacent. */
export class SqlMultirange {
  readonly ranges: readonly SqlRange[]

  constructor(ranges: readonly SqlRange[]) {
    this.ranges = ranges
  }
}

/** One end of a range; `value` null: infinite. */
interface Bound {
  readonly value: Datum
  readonly inclusive: boolean
  readonly lower: boolean
}

const lowerOf = (range: SqlRange): Bound => ({ value: range.lower, inclusive: range.lowerInclusive, lower: true })
const upperOf = (range: SqlRange): Bound => ({ value: range.upper, inclusive: range.upperInclusive, lower: false })

/** Ranges over one subtype. `canonical` gives the one form that equal ranges of a discrete subtype have. */
export class RangeAlgebra {
  readonly #compare: (a: Datum, b: Datum) => number
  readonly #canonical: ((range: SqlRange) => SqlRange) | null

  constructor(subtype: SqlType, canonical: ((range: SqlRange) => SqlRange) | null) {
    this.#compare = subtype.compare as (a: Datum, b: Datum) => number
    this.#canonical = canonical
  }

  /** Throws 22000 when the bounds are in the wrong order. */
  make(lower: Datum, upper: Datum, lowerInclusive: boolean, upperInclusive: boolean): SqlRange {
    const plain = this.#bounded(lower, upper, lowerInclusive, upperInclusive)
    if (plain.empty || this.#canonical === null) return plain
    const { lower: l, upper: u, lowerInclusive: li, upperInclusive: ui } = this.#canonical(plain)
    return this.#bounded(l, u, li, ui)
  }

  #bounded(lower: Datum, upper: Datum, lowerInclusive: boolean, upperInclusive: boolean): SqlRange {
    if (lower !== null && upper !== null) {
      const order = this.#compare(lower, upper)
      if (order > 0) throw rangeBoundsOrder()
      if (order === 0 && !(lowerInclusive && upperInclusive)) return SqlRange.empty
    }
    return new SqlRange(lower, upper, lowerInclusive, upperInclusive)
  }

  #between(lower: Bound, upper: Bound): SqlRange {
    return this.make(lower.value, upper.value, lower.inclusive, upper.inclusive)
  }

  /** Order of the bounds' values, infinite ones at their ends. */
  #compareValues(a: Bound, b: Bound): number {
    if (a.value === null) return b.value === null && a.lower === b.lower ? 0 : a.lower ? -1 : 1
    if (b.value === null) return b.lower ? 1 : -1
    return this.#compare(a.value, b.value)
  }

  /** Order of bounds as positions: an exclusive lower bound comes after, an exclusive upper one before its value. */
  #compareBounds(a: Bound, b: Bound): number {
    const order = this.#compareValues(a, b)
    if (order !== 0 || a.value === null) return order
    if (!a.inclusive && !b.inclusive) return a.lower === b.lower ? 0 : a.lower ? 1 : -1
    if (!a.inclusive) return a.lower ? 1 : -1
    if (!b.inclusive) return b.lower ? -1 : 1
    return 0
  }

  readonly compare = (a: SqlRange, b: SqlRange): number => {
    if (a.empty || b.empty) return Number(b.empty) - Number(a.empty)
    return this.#compareBounds(lowerOf(a), lowerOf(b)) || this.#compareBounds(upperOf(a), upperOf(b))
  }

  containsElement(range: SqlRange, value: Datum): boolean {
    if (range.empty) return false
    if (range.lower !== null) {
      const order = this.#compare(range.lower, value)
      if (order > 0 || (order === 0 && !range.lowerInclusive)) return false
    }
    if (range.upper === null) return true
    const order = this.#compare(range.upper, value)
    return order > 0 || (order === 0 && range.upperInclusive)
  }

  contains(outer: SqlRange, inner: SqlRange): boolean {
    if (inner.empty) return true
    if (outer.empty) return false
    return (
      this.#compareBounds(lowerOf(outer), lowerOf(inner)) <= 0 &&
      this.#compareBounds(upperOf(outer), upperOf(inner)) >= 0
    )
  }

  before(a: SqlRange, b: SqlRange): boolean {
    return !a.empty && !b.empty && this.#compareBounds(upperOf(a), lowerOf(b)) < 0
  }

  overlaps(a: SqlRange, b: SqlRange): boolean {
    return !a.empty && !b.empty && !this.before(a, b) && !this.before(b, a)
  }

  /** Does not reach beyond the right end of the other. */
  overLeft(a: SqlRange, b: SqlRange): boolean {
    return !a.empty && !b.empty && this.#compareBounds(upperOf(a), upperOf(b)) <= 0
  }

  overRight(a: SqlRange, b: SqlRange): boolean {
    return !a.empty && !b.empty && this.#compareBounds(lowerOf(a), lowerOf(b)) >= 0
  }

  /** Whether `b` begins where `a` ends. */
  meets(a: SqlRange, b: SqlRange): boolean {
    return !a.empty && !b.empty && this.#touch(upperOf(a), lowerOf(b))
  }

  adjacent(a: SqlRange, b: SqlRange): boolean {
    return this.meets(a, b) || this.meets(b, a)
  }

  /** Whether nothing lies between an upper bound and a lower one, and they do not overlap. */
  #touch(upper: Bound, lower: Bound): boolean {
    const order = this.#compareValues(upper, lower)
    if (order === 0) return upper.inclusive !== lower.inclusive
    if (order > 0 || this.#canonical === null) return false
    return this.make(upper.value, lower.value, !upper.inclusive, !lower.inclusive).empty
  }

  /** The smallest range that includes both. */
  merge(a: SqlRange, b: SqlRange): SqlRange {
    if (a.empty) return b
    if (b.empty) return a
    const lower = this.#compareBounds(lowerOf(a), lowerOf(b)) < 0 ? lowerOf(a) : lowerOf(b)
    const upper = this.#compareBounds(upperOf(a), upperOf(b)) > 0 ? upperOf(a) : upperOf(b)
    return this.#between(lower, upper)
  }

  /** Throws 22000 when there is something between the two. */
  union(a: SqlRange, b: SqlRange): SqlRange {
    if (!a.empty && !b.empty && !this.overlaps(a, b) && !this.adjacent(a, b)) throw rangeNotContiguous('union')
    return this.merge(a, b)
  }

  intersect(a: SqlRange, b: SqlRange): SqlRange {
    if (!this.overlaps(a, b)) return SqlRange.empty
    const lower = this.#compareBounds(lowerOf(a), lowerOf(b)) >= 0 ? lowerOf(a) : lowerOf(b)
    const upper = this.#compareBounds(upperOf(a), upperOf(b)) <= 0 ? upperOf(a) : upperOf(b)
    return this.#between(lower, upper)
  }

  /** What is left of `a` without `b`: none, one or two ranges. */
  subtract(a: SqlRange, b: SqlRange): SqlRange[] {
    if (a.empty) return []
    if (!this.overlaps(a, b)) return [a]
    const pieces: SqlRange[] = []
    const [lower, upper] = [lowerOf(b), upperOf(b)]
    if (this.#compareBounds(lowerOf(a), lower) < 0) {
      pieces.push(this.#between(lowerOf(a), { ...lower, inclusive: !lower.inclusive }))
    }
    if (this.#compareBounds(upperOf(a), upper) > 0) {
      pieces.push(this.#between({ ...upper, inclusive: !upper.inclusive }, upperOf(a)))
    }
    return pieces
  }

  /** Throws 22000 when the difference is two ranges. */
  minus(a: SqlRange, b: SqlRange): SqlRange {
    const pieces = this.subtract(a, b)
    if (pieces.length > 1) throw rangeNotContiguous('difference')
    return pieces[0] ?? SqlRange.empty
  }

  /** A multirange of any ranges: sorted, empty ones left out, touching ones joined. */
  multirange(ranges: readonly SqlRange[]): SqlMultirange {
    const joined: SqlRange[] = []
    for (const range of ranges.filter((r) => !r.empty).toSorted(this.compare)) {
      const last = joined.at(-1)
      if (last !== undefined && (this.adjacent(last, range) || this.overlaps(last, range))) {
        joined[joined.length - 1] = this.merge(last, range)
      } else joined.push(range)
    }
    return new SqlMultirange(joined)
  }

  readonly compareMultiranges = (a: SqlMultirange, b: SqlMultirange): number => {
    const shared = Math.min(a.ranges.length, b.ranges.length)
    for (let i = 0; i < shared; i++) {
      const order = this.compare(a.ranges[i] as SqlRange, b.ranges[i] as SqlRange)
      if (order !== 0) return order
    }
    return a.ranges.length - b.ranges.length
  }

  /** The first range of a multirange that ends at or after the start of `range`. */
  #reaching({ ranges }: SqlMultirange, range: SqlRange): number {
    let [from, to] = [0, ranges.length]
    while (from < to) {
      const middle = (from + to) >>> 1
      if (this.before(ranges[middle] as SqlRange, range)) from = middle + 1
      else to = middle
    }
    return from
  }

  multirangeContainsElement({ ranges }: SqlMultirange, value: Datum): boolean {
    return ranges.some((range) => this.containsElement(range, value))
  }

  multirangeContains(outer: SqlMultirange, inner: SqlRange): boolean {
    if (inner.empty) return true
    const found = outer.ranges[this.#reaching(outer, inner)]
    return found !== undefined && this.contains(found, inner)
  }

  multirangeOverlaps(a: SqlMultirange, b: SqlRange): boolean {
    const found = b.empty ? undefined : a.ranges[this.#reaching(a, b)]
    return found !== undefined && this.overlaps(found, b)
  }

  multirangeIntersect(a: SqlMultirange, b: SqlMultirange): SqlMultirange {
    const found: SqlRange[] = []
    for (const range of a.ranges) {
      for (let i = this.#reaching(b, range); i < b.ranges.length; i++) {
        const other = b.ranges[i] as SqlRange
        if (!this.overlaps(range, other)) break
        found.push(this.intersect(range, other))
      }
    }
    return new SqlMultirange(found)
  }

  multirangeMinus(a: SqlMultirange, b: SqlMultirange): SqlMultirange {
    const left: SqlRange[] = []
    for (const range of a.ranges) {
      let rest: SqlRange | undefined = range
      for (let i = this.#reaching(b, range); rest !== undefined && i < b.ranges.length; i++) {
        const other = b.ranges[i] as SqlRange
        if (!this.overlaps(rest, other)) break
        const pieces: SqlRange[] = this.subtract(rest, other)
        const last: SqlRange | undefined = pieces.at(-1)
        // Only what lies after `other` can meet the next range.
        rest = last !== undefined && this.before(other, last) ? last : undefined
        left.push(...(rest === undefined ? pieces : pieces.slice(0, -1)))
      }
      if (rest !== undefined) left.push(rest)
    }
    return new SqlMultirange(left)
  }

  /** The smallest range that includes a whole multirange. */
  span({ ranges }: SqlMultirange): SqlRange {
    const [first, last] = [ranges[0], ranges.at(-1)]
    if (first === undefined || last === undefined) return SqlRange.empty
    return this.#between(lowerOf(first), upperOf(last))
  }
}
