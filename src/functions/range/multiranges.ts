/** Functions of multiranges: constructors, bounds, relations with ranges and each other, set operations. */
import { multirangesOneDimensional, nullMultirangeMember } from '../../errors/raise/ranges.ts'
import type { SqlArray } from '../../types/array.ts'
import type { Datum } from '../../types/sql-type.ts'
import { type RangeAlgebra, SqlMultirange, SqlRange } from '../../types/range/range.ts'
import { scalar, setReturning, typedScalar } from '../define.ts'
import type { ScalarFunction, SetReturningFunction } from '../records.ts'
import { algebraOf } from './algebra.ts'

/** `int4multirange(range, …)`: a multirange of any ranges. */
export const constructMultirange: ScalarFunction['specialize'] & {} = (types) => {
  const algebra = algebraOf(types)
  return (_context, ranges?: SqlArray) => {
    if (ranges === undefined) return new SqlMultirange([])
    if (ranges.dimensions.length > 1) throw multirangesOneDimensional()
    if (ranges.elements.includes(null)) throw nullMultirangeMember()
    return algebra.multirange(ranges.elements)
  }
}

/** The multirange of one range. */
export const multirangeOfRange = (range: SqlRange): SqlMultirange => new SqlMultirange(range.empty ? [] : [range])

/** Constructors from no range, one, and many: `oids name range`. */
const CONSTRUCTORS = [
  [4280, 'int4multirange', 'int4range'],
  [4283, 'nummultirange', 'numrange'],
  [4286, 'tsmultirange', 'tsrange'],
  [4289, 'tstzmultirange', 'tstzrange'],
  [4292, 'datemultirange', 'daterange'],
  [4295, 'int8multirange', 'int8range'],
] as const

const constructors: readonly ScalarFunction[] = CONSTRUCTORS.flatMap(([oid, name, range]) => [
  typedScalar(oid, `${name}() ${name}`, `${name} constructor`, constructMultirange),
  scalar(oid + 1, `${name}(${range}) ${name}`, `${name} constructor`, multirangeOfRange),
  typedScalar(oid + 2, `${name}(variadic ${range}[]) ${name}`, `${name} constructor`, constructMultirange),
])

const first = ({ ranges }: SqlMultirange): SqlRange => ranges[0] ?? SqlRange.empty
const last = ({ ranges }: SqlMultirange): SqlRange => ranges.at(-1) ?? SqlRange.empty

const bounds: readonly ScalarFunction[] = [
  scalar(4235, 'lower(anymultirange) anyelement', 'lower bound', (m) => first(m).lower),
  scalar(4236, 'upper(anymultirange) anyelement', 'upper bound', (m) => last(m).upper),
  scalar(4237, 'isempty(anymultirange) bool', 'whether a multirange is empty', (m: SqlMultirange) => first(m).empty),
  scalar(4238, 'lower_inc(anymultirange) bool', 'whether the lower bound is inclusive', (m) => first(m).lowerInclusive),
  scalar(4239, 'upper_inc(anymultirange) bool', 'whether the upper bound is inclusive', (m) => last(m).upperInclusive),
  scalar(4240, 'lower_inf(anymultirange) bool', 'whether there is no lower bound', (m) => {
    const { empty, lower } = first(m)
    return !empty && lower === null
  }),
  scalar(4241, 'upper_inf(anymultirange) bool', 'whether there is no upper bound', (m) => {
    const { empty, upper } = last(m)
    return !empty && upper === null
  }),
]

const binary = (
  oid: number,
  signature: string,
  description: string,
  apply: (algebra: RangeAlgebra, a: Datum, b: Datum) => Datum,
): ScalarFunction =>
  typedScalar(oid, signature, description, (types) => {
    const algebra = algebraOf(types)
    return (_context, a, b) => apply(algebra, a, b)
  })

/** Relations of a multirange with ranges, by the range at one of its ends. */
type EndRelation = (algebra: RangeAlgebra, a: SqlRange, b: SqlRange) => boolean

const before: EndRelation = (g, a, b) => g.before(a, b)
const overLeft: EndRelation = (g, a, b) => g.overLeft(a, b)
const overRight: EndRelation = (g, a, b) => g.overRight(a, b)

const end = (value: SqlRange | SqlMultirange, side: typeof first): SqlRange =>
  value instanceof SqlMultirange ? side(value) : value

/**
 * One relation for range and multirange, multirange and range, and two multiranges; OIDs stand in that order. `sides`:
 * which end of each side decides.
 */
const ends = (
  oids: readonly [number, number, number],
  word: string,
  description: string,
  relation: EndRelation,
  sides: readonly [typeof first, typeof first],
): ScalarFunction[] => {
  const apply = (g: RangeAlgebra, a: Datum, b: Datum): boolean => relation(g, end(a, sides[0]), end(b, sides[1]))
  return [
    binary(oids[0], `range_${word}_multirange(anyrange, anymultirange) bool`, description, apply),
    binary(oids[1], `multirange_${word}_range(anymultirange, anyrange) bool`, description, apply),
    binary(oids[2], `multirange_${word}_multirange(anymultirange, anymultirange) bool`, description, apply),
  ]
}

/** Whether one side begins where the other ends. */
const adjacent = (g: RangeAlgebra, a: Datum, b: Datum): boolean =>
  g.meets(end(a, last), end(b, first)) || g.meets(end(b, last), end(a, first))

const containsAll = (g: RangeAlgebra, outer: SqlMultirange, inner: SqlMultirange): boolean =>
  inner.ranges.every((range) => g.multirangeContains(outer, range))

const relations: readonly ScalarFunction[] = [
  binary(4246, 'range_overlaps_multirange(anyrange, anymultirange) bool', 'whether they overlap', (g, a, b) =>
    g.multirangeOverlaps(b, a),
  ),
  binary(4247, 'multirange_overlaps_range(anymultirange, anyrange) bool', 'whether they overlap', (g, a, b) =>
    g.multirangeOverlaps(a, b),
  ),
  binary(
    4248,
    'multirange_overlaps_multirange(anymultirange, anymultirange) bool',
    'whether they overlap',
    (g, a, b: SqlMultirange) => b.ranges.some((range) => g.multirangeOverlaps(a, range)),
  ),
  binary(4249, 'multirange_contains_elem(anymultirange, anyelement) bool', 'whether a value is in it', (g, a, b) =>
    g.multirangeContainsElement(a, b),
  ),
  binary(4250, 'multirange_contains_range(anymultirange, anyrange) bool', 'whether a range is in it', (g, a, b) =>
    g.multirangeContains(a, b),
  ),
  binary(
    4251,
    'multirange_contains_multirange(anymultirange, anymultirange) bool',
    'whether one contains the other',
    containsAll,
  ),
  binary(4252, 'elem_contained_by_multirange(anyelement, anymultirange) bool', 'whether a value is in it', (g, a, b) =>
    g.multirangeContainsElement(b, a),
  ),
  binary(4253, 'range_contained_by_multirange(anyrange, anymultirange) bool', 'whether a range is in it', (g, a, b) =>
    g.multirangeContains(b, a),
  ),
  binary(
    4254,
    'multirange_contained_by_multirange(anymultirange, anymultirange) bool',
    'whether one contains the other',
    (g, a, b) => containsAll(g, b, a),
  ),
  binary(4541, 'range_contains_multirange(anyrange, anymultirange) bool', 'whether a range contains it', (g, a, b) =>
    g.contains(a, g.span(b)),
  ),
  binary(
    4542,
    'multirange_contained_by_range(anymultirange, anyrange) bool',
    'whether a range contains it',
    (g, a, b) => g.contains(b, g.span(a)),
  ),
  binary(4255, 'range_adjacent_multirange(anyrange, anymultirange) bool', 'whether they touch', adjacent),
  binary(4256, 'multirange_adjacent_multirange(anymultirange, anymultirange) bool', 'whether they touch', adjacent),
  binary(4257, 'multirange_adjacent_range(anymultirange, anyrange) bool', 'whether they touch', adjacent),
  ...ends([4258, 4259, 4260], 'before', 'whether one ends before the other begins', before, [last, first]),
  ...ends([4261, 4262, 4263], 'after', 'whether one begins after the other ends', (g, a, b) => g.before(b, a), [
    first,
    last,
  ]),
  ...ends([4264, 4265, 4266], 'overleft', 'whether one does not reach to the right of the other', overLeft, [
    last,
    last,
  ]),
  ...ends([4267, 4268, 4269], 'overright', 'whether one does not reach to the left of the other', overRight, [
    first,
    first,
  ]),
]

const operation = (
  oid: number,
  name: string,
  description: string,
  apply: (algebra: RangeAlgebra, a: SqlMultirange, b: SqlMultirange) => SqlMultirange,
): ScalarFunction => binary(oid, `${name}(anymultirange, anymultirange) anymultirange`, description, apply)

export const multirangeFunctions: readonly ScalarFunction[] = [
  ...constructors,
  ...bounds,
  ...relations,
  operation(4270, 'multirange_union', 'union of multiranges', (g, a, b) => g.multirange([...a.ranges, ...b.ranges])),
  operation(4271, 'multirange_minus', 'difference of multiranges', (g, a, b) => g.multirangeMinus(a, b)),
  operation(4272, 'multirange_intersect', 'intersection of multiranges', (g, a, b) => g.multirangeIntersect(a, b)),
  binary(4273, 'multirange_cmp(anymultirange, anymultirange) int4', 'less, equal or greater', (g, a, b) =>
    Math.sign(g.compareMultiranges(a, b)),
  ),
  scalar(4298, 'multirange(anyrange) anymultirange', 'the multirange of one range', multirangeOfRange),
  typedScalar(4228, 'range_merge(anymultirange) anyrange', 'the smallest range that includes all', (types) => {
    const algebra = algebraOf(types)
    return (_context, value) => algebra.span(value)
  }),
]

export const multirangeSets: readonly SetReturningFunction[] = [
  setReturning(
    1293,
    'unnest(anymultirange) anyrange',
    'the ranges of a multirange',
    (_context, _types, value: SqlMultirange) => value.ranges,
    { estimatedRows: 100 },
  ),
]
