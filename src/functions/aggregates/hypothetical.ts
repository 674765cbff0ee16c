/**
 * Hypothetical-set aggregates: the rank that a row would have among the rows of a group. Arguments are the row's values
 * and then, of each row of the group in its order, those that it is compared by.
 */
import type { Datum } from '../../types/sql-type.ts'
import { aggregate } from '../define.ts'
import type { Accumulator, AggregateFunction, CallTypes } from '../records.ts'

/** How many rows of the group come before the row, and how many are its peers. */
interface Place {
  rows: number
  before: number
  distinctBefore: number
  peers: number
}

/** Order of two rows by the sort keys of the call. */
const rowOrder = ({ args, order = [] }: CallTypes) => {
  const width = args.length / 2
  const keys = Array.from({ length: width }, (_, i) => ({
    compare: args[width + i]?.compare ?? (() => 0),
    descending: order[i]?.descending ?? false,
    nullsFirst: order[i]?.nullsFirst ?? false,
  }))
  return (a: readonly Datum[], b: readonly Datum[]): number => {
    for (const [i, { compare, descending, nullsFirst }] of keys.entries()) {
      const [left, right] = [a[i], b[i]]
      if (left === null && right === null) continue
      if (left === null || right === null) return (left === null) === nullsFirst ? -1 : 1
      const result = compare(left, right)
      if (result !== 0) return descending ? -result : result
    }
    return 0
  }
}

const placed =
  (answer: (place: Place) => number) =>
  (types: CallTypes): Accumulator => {
    const width = types.args.length / 2
    const order = rowOrder(types)
    const place: Place = { rows: 0, before: 0, distinctBefore: 0, peers: 0 }
    let last: readonly Datum[] | null = null
    return {
      add: (_context, ...args) => {
        const row = args.slice(width)
        const relation = order(row, args.slice(0, width))
        place.rows++
        if (relation === 0) place.peers++
        if (relation < 0) {
          place.before++
          if (last === null || order(last, row) !== 0) place.distinctBefore++
        }
        last = row
      },
      result: () => answer(place),
    }
  }

const hypothetical = (
  oid: number,
  name: string,
  result: string,
  description: string,
  answer: (place: Place) => number,
): AggregateFunction =>
  aggregate(oid, `${name}(variadic any) ${result}`, description, placed(answer), {
    skipNulls: false,
    directArgs: 1,
    hypothetical: true,
  })

export const hypotheticalAggregates: readonly AggregateFunction[] = [
  hypothetical(3986, 'rank', 'int8', 'rank of hypothetical row', ({ before }) => before + 1),
  hypothetical(3988, 'percent_rank', 'float8', 'fractional rank of hypothetical row', ({ before, rows }) =>
    rows === 0 ? 0 : before / rows,
  ),
  hypothetical(
    3990,
    'cume_dist',
    'float8',
    'cumulative distribution of hypothetical row',
    ({ before, peers, rows }) => (before + peers + 1) / (rows + 1),
  ),
  hypothetical(
    3992,
    'dense_rank',
    'int8',
    'rank of hypothetical row without gaps',
    ({ distinctBefore }) => distinctBefore + 1,
  ),
]
