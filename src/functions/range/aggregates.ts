/** Aggregates of ranges: union and intersection. */
import { SqlMultirange, type SqlRange } from '../../types/range/range.ts'
import { folding } from '../aggregates/accumulators.ts'
import { aggregate } from '../define.ts'
import type { Accumulator, AggregateFunction, CallTypes } from '../records.ts'
import { algebraOf } from './algebra.ts'

/** NULL when there were no values but NULLs. */
const union = (types: CallTypes): Accumulator => {
  const algebra = algebraOf(types)
  const ranges: SqlRange[] = []
  let any = false
  return {
    add: (_context, value: SqlRange | SqlMultirange) => {
      any = true
      if (value instanceof SqlMultirange) ranges.push(...value.ranges)
      else ranges.push(value)
    },
    result: () => (any ? algebra.multirange(ranges) : null),
  }
}

export const rangeAggregates: readonly AggregateFunction[] = [
  aggregate(4301, 'range_agg(anyrange) anymultirange', 'union of the ranges', union),
  aggregate(6227, 'range_agg(anymultirange) anymultirange', 'union of the multiranges', union),
  aggregate(4450, 'range_intersect_agg(anyrange) anyrange', 'intersection of the ranges', (types) => {
    const algebra = algebraOf(types)
    return folding((a, b) => algebra.intersect(a, b))
  }),
  aggregate(4389, 'range_intersect_agg(anymultirange) anymultirange', 'intersection of the multiranges', (types) => {
    const algebra = algebraOf(types)
    return folding((a, b) => algebra.multirangeIntersect(a, b))
  }),
]
