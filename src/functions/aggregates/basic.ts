/** count, sum, avg, min, max. */
import { intervalAdd, intervalDiv, type Interval } from '../../types/datetime/interval.ts'
import { exactAdd, type ExactInteger, int64Add } from '../../types/int64.ts'
import { numericAdd, numericDiv } from '../../types/numeric/arithmetic.ts'
import { Numeric } from '../../types/numeric/numeric.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import { aggregate, builtinType } from '../define.ts'
import { checkFloat } from '../inline-helpers.ts'
import { moneyAdd } from '../scalar/money.ts'
import type { Accumulator, AggregateFunction } from '../records.ts'
import { counting, folding } from './accumulators.ts'
import { groupedAverage, groupedCount, groupedExtreme, groupedSum } from './grouped.ts'
import { isLarge, LargeDeviations } from './large-deviations.ts'

const countRows = (): Accumulator =>
  counting(
    0,
    (state) => state,
    (_state, count) => count,
  )

const countFunctions: readonly AggregateFunction[] = [
  aggregate(2803, 'count() int8', 'number of rows', countRows, { grouped: () => groupedCount() }),
  aggregate(2147, 'count(any) int8', 'number of rows in which the value is not NULL', countRows, {
    grouped: () => groupedCount(),
  }),
]

const sumExact = (finish: (sum: ExactInteger) => Datum) => () =>
  counting<ExactInteger>(0, exactAdd, (sum, count) => (count === 0 ? null : finish(sum)))

const addFloat4 = (a: number, b: number): number => checkFloat(Math.fround(a + b), a, b)
const addFloat8 = (a: number, b: number): number => checkFloat(a + b, a, b)

const toInt8 = (sum: ExactInteger): ExactInteger => int64Add(sum, 0)

const sumFunctions: readonly AggregateFunction[] = [
  aggregate(2109, 'sum(int2) int8', 'sum of the values', sumExact(toInt8), { grouped: () => groupedSum('int8') }),
  aggregate(2108, 'sum(int4) int8', 'sum of the values', sumExact(toInt8), { grouped: () => groupedSum('int8') }),
  aggregate(2107, 'sum(int8) numeric', 'sum of the values', sumExact(Numeric.fromInteger), {
    grouped: () => groupedSum('numeric'),
  }),
  aggregate(2110, 'sum(float4) float4', 'sum of the values', () => folding(addFloat4)),
  aggregate(2111, 'sum(float8) float8', 'sum of the values', () => folding(addFloat8), {
    grouped: () => groupedSum('float8'),
  }),
  aggregate(2112, 'sum(money) money', 'sum of the values', () => folding(moneyAdd)),
  aggregate(2114, 'sum(numeric) numeric', 'sum of the values', () => folding(numericAdd), {
    grouped: () => groupedSum('numeric'),
  }),
  aggregate(2113, 'sum(interval) interval', 'sum of the values', () => folding(intervalAdd)),
]

const averageExact = () =>
  counting<ExactInteger>(0, exactAdd, (sum, count) =>
    count === 0 ? null : numericDiv(Numeric.fromInteger(sum), Numeric.fromInteger(count)),
  )

const averageNumeric = () =>
  counting(Numeric.zero, numericAdd, (sum, count) => (count === 0 ? null : numericDiv(sum, Numeric.fromInteger(count))))

const averageFloat = (): Accumulator => {
  const deviations = new LargeDeviations()
  let sum = 0
  let count = 0
  return {
    add: (_context, value: number) => {
      const before = sum
      count++
      sum += value
      if (isLarge(value) || isLarge(sum)) deviations.add(value, before, count)
    },
    result: () => (count === 0 ? null : sum / count),
  }
}

const averageInterval = () =>
  counting<Interval | null>(
    null,
    (sum, value) => (sum === null ? value : intervalAdd(sum, value)),
    (sum, count) => (sum === null ? null : intervalDiv(sum, count)),
  )

const averageFunctions: readonly AggregateFunction[] = [
  aggregate(2102, 'avg(int2) numeric', 'mean of the values', averageExact, {
    grouped: () => groupedAverage('numeric'),
  }),
  aggregate(2101, 'avg(int4) numeric', 'mean of the values', averageExact, {
    grouped: () => groupedAverage('numeric'),
  }),
  aggregate(2100, 'avg(int8) numeric', 'mean of the values', averageExact, {
    grouped: () => groupedAverage('numeric'),
  }),
  aggregate(2103, 'avg(numeric) numeric', 'mean of the values', averageNumeric, {
    grouped: () => groupedAverage('numeric'),
  }),
  aggregate(2104, 'avg(float4) float8', 'mean of the values', averageFloat, {
    grouped: () => groupedAverage('float8'),
  }),
  aggregate(2105, 'avg(float8) float8', 'mean of the values', averageFloat, {
    grouped: () => groupedAverage('float8'),
  }),
  aggregate(2106, 'avg(interval) interval', 'mean of the values', averageInterval),
]

/** Types that min and max take, with their OIDs. */
const EXTREMES: readonly { readonly type: string; readonly min: number; readonly max: number }[] = [
  { type: 'int2', min: 2133, max: 2117 },
  { type: 'int4', min: 2132, max: 2116 },
  { type: 'int8', min: 2131, max: 2115 },
  { type: 'oid', min: 2134, max: 2118 },
  { type: 'float4', min: 2135, max: 2119 },
  { type: 'float8', min: 2136, max: 2120 },
  { type: 'numeric', min: 2146, max: 2130 },
  { type: 'text', min: 2145, max: 2129 },
  { type: 'bpchar', min: 2245, max: 2244 },
  { type: 'date', min: 2138, max: 2122 },
  { type: 'time', min: 2139, max: 2123 },
  { type: 'timetz', min: 2140, max: 2124 },
  { type: 'timestamp', min: 2142, max: 2126 },
  { type: 'timestamptz', min: 2143, max: 2127 },
  { type: 'interval', min: 2144, max: 2128 },
  { type: 'tid', min: 2798, max: 2797 },
  { type: 'xid8', min: 5100, max: 5099 },
  { type: 'money', min: 2141, max: 2125 },
  { type: 'pg_lsn', min: 4190, max: 4189 },
  { type: 'inet', min: 3565, max: 3564 },
  { type: 'anyarray', min: 2051, max: 2050 },
  { type: 'anyenum', min: 3527, max: 3526 },
]

const POLYMORPHIC = new Set(['anyarray', 'anyenum'])

const comparatorOf = (type: SqlType): ((a: Datum, b: Datum) => number) => type.compare ?? (() => 0)

const extreme = (oid: number, name: 'min' | 'max', type: string): AggregateFunction => {
  const sign = name === 'min' ? -1 : 1
  const typeAt = (resolved: SqlType | undefined): SqlType =>
    POLYMORPHIC.has(type) || resolved?.collated !== undefined ? (resolved as SqlType) : builtinType(type)
  return aggregate(
    oid,
    `${name}(${type}) ${type}`,
    name === 'min' ? 'least of the values' : 'greatest of the values',
    ({ args }) => {
      const compare = comparatorOf(typeAt(args[0]))
      // The later one of equal values, which may look different; of bpchar the earlier.
      const more = type === 'bpchar' ? 1 : 0
      return folding((state, value) => (Math.sign(compare(value, state)) * sign >= more ? value : state))
    },
    { grouped: ({ args }) => groupedExtreme(sign, comparatorOf(typeAt(args[0])), type === 'bpchar') },
  )
}

export const basicAggregates: readonly AggregateFunction[] = [
  ...countFunctions,
  ...sumFunctions,
  ...averageFunctions,
  ...EXTREMES.flatMap(({ type, min, max }) => [extreme(min, 'min', type), extreme(max, 'max', type)]),
]
