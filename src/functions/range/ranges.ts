/** Functions of ranges: constructors, bounds, relations, set operations. */
import { invalidRangeFlags, nullRangeFlags } from '../../errors/raise/ranges.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { RangeAlgebra, SqlRange } from '../../types/range/range.ts'
import type { RangeType } from '../../types/range/range-type.ts'
import { scalar, typedScalar } from '../define.ts'
import type { ScalarFunction } from '../records.ts'
import { algebraOf } from './algebra.ts'

const FLAGS: ReadonlyMap<string, readonly [boolean, boolean]> = new Map([
  ['[]', [true, true]],
  ['[)', [true, false]],
  ['(]', [false, true]],
  ['()', [false, false]],
])

/** `int4range(1, 10, '[]')`; NULL bounds are infinite, flags are `[)` unless they are given. */
export const constructRange: ScalarFunction['specialize'] & {} = ({ result }) => {
  const { algebra } = result as RangeType
  return (_context, lower: Datum, upper: Datum, flags: string | null = '[)') => {
    if (flags === null) throw nullRangeFlags()
    const inclusive = FLAGS.get(flags)
    if (inclusive === undefined) throw invalidRangeFlags()
    return algebra.make(lower, upper, ...inclusive)
  }
}

/** `oid of name(a, b), of name(a, b, flags), name, subtype` */
const CONSTRUCTORS = [
  [3840, 3841, 'int4range', 'int4'],
  [3844, 3845, 'numrange', 'numeric'],
  [3933, 3934, 'tsrange', 'timestamp'],
  [3937, 3938, 'tstzrange', 'timestamptz'],
  [3941, 3942, 'daterange', 'date'],
  [3945, 3946, 'int8range', 'int8'],
] as const

const constructors: readonly ScalarFunction[] = CONSTRUCTORS.flatMap(([two, three, name, subtype]) => [
  typedScalar(two, `${name}(${subtype}, ${subtype}) ${name}`, `${name} constructor`, constructRange, {
    strict: false,
  }),
  typedScalar(three, `${name}(${subtype}, ${subtype}, text) ${name}`, `${name} constructor`, constructRange, {
    strict: false,
  }),
])

const bounds: readonly ScalarFunction[] = [
  scalar(3848, 'lower(anyrange) anyelement', 'lower bound', (r: SqlRange) => r.lower),
  scalar(3849, 'upper(anyrange) anyelement', 'upper bound', (r: SqlRange) => r.upper),
  scalar(3850, 'isempty(anyrange) bool', 'whether a range is empty', (r: SqlRange) => r.empty),
  scalar(3851, 'lower_inc(anyrange) bool', 'whether the lower bound is inclusive', (r: SqlRange) => r.lowerInclusive),
  scalar(3852, 'upper_inc(anyrange) bool', 'whether the upper bound is inclusive', (r: SqlRange) => r.upperInclusive),
  scalar(
    3853,
    'lower_inf(anyrange) bool',
    'whether there is no lower bound',
    (r: SqlRange) => !r.empty && r.lower === null,
  ),
  scalar(
    3854,
    'upper_inf(anyrange) bool',
    'whether there is no upper bound',
    (r: SqlRange) => !r.empty && r.upper === null,
  ),
]

/** A function of two arguments by the algebra of their range type. */
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

const relation = (
  oid: number,
  name: string,
  description: string,
  apply: (algebra: RangeAlgebra, a: SqlRange, b: SqlRange) => boolean,
): ScalarFunction => binary(oid, `${name}(anyrange, anyrange) bool`, description, apply)

const operation = (
  oid: number,
  name: string,
  description: string,
  apply: (algebra: RangeAlgebra, a: SqlRange, b: SqlRange) => SqlRange,
): ScalarFunction => binary(oid, `${name}(anyrange, anyrange) anyrange`, description, apply)

export const rangeFunctions: readonly ScalarFunction[] = [
  ...constructors,
  ...bounds,
  relation(3857, 'range_overlaps', 'whether ranges overlap', (g, a, b) => g.overlaps(a, b)),
  binary(3858, 'range_contains_elem(anyrange, anyelement) bool', 'whether a value is in a range', (g, a, b) =>
    g.containsElement(a, b),
  ),
  relation(3859, 'range_contains', 'whether a range contains another', (g, a, b) => g.contains(a, b)),
  binary(3860, 'elem_contained_by_range(anyelement, anyrange) bool', 'whether a value is in a range', (g, a, b) =>
    g.containsElement(b, a),
  ),
  relation(3861, 'range_contained_by', 'whether a range is in another', (g, a, b) => g.contains(b, a)),
  relation(3862, 'range_adjacent', 'whether ranges touch', (g, a, b) => g.adjacent(a, b)),
  relation(3863, 'range_before', 'whether a range ends before another begins', (g, a, b) => g.before(a, b)),
  relation(3864, 'range_after', 'whether a range begins after another ends', (g, a, b) => g.before(b, a)),
  relation(3865, 'range_overleft', 'whether a range does not reach to the right of another', (g, a, b) =>
    g.overLeft(a, b),
  ),
  relation(3866, 'range_overright', 'whether a range does not reach to the left of another', (g, a, b) =>
    g.overRight(a, b),
  ),
  operation(3867, 'range_union', 'union of ranges', (g, a, b) => g.union(a, b)),
  operation(3868, 'range_intersect', 'intersection of ranges', (g, a, b) => g.intersect(a, b)),
  operation(3869, 'range_minus', 'difference of ranges', (g, a, b) => g.minus(a, b)),
  operation(4057, 'range_merge', 'the smallest range that includes both', (g, a, b) => g.merge(a, b)),
  binary(3870, 'range_cmp(anyrange, anyrange) int4', 'less, equal or greater', (g, a, b) => Math.sign(g.compare(a, b))),
]
