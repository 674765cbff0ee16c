/** Statistics: variance and standard deviation, correlation and regression, percentiles, mode. */
import { floatOverflow, percentileOutOfRange } from '../../errors/raise/data.ts'
import { SqlArray } from '../../types/array.ts'
import { type Interval, intervalAdd, intervalMul, intervalSub } from '../../types/datetime/interval.ts'
import { exactAdd, type ExactInteger, exactMul } from '../../types/int64.ts'
import { divideToScale, numericAdd, numericMul, numericSub, quotientScale } from '../../types/numeric/arithmetic.ts'
import { sqrtToScale } from '../../types/numeric/math.ts'
import { Numeric } from '../../types/numeric/numeric.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import { aggregate } from '../define.ts'
import type { Accumulator, AggregateFunction, CallTypes } from '../records.ts'
import { counting } from './accumulators.ts'
import { isInfinite } from './large-deviations.ts'

/** Over a sample (divided by n - 1) or a population (by n); its root or not. */
interface Spread {
  readonly sample: boolean
  readonly root: boolean
}

/** Exact variance from count, sum and sum of squares. */
const exactSpread = (count: number, sum: Numeric, squares: Numeric, { sample, root }: Spread): Numeric | null => {
  if (count === 0 || (sample && count === 1)) return null
  if (!sum.isFinite || !squares.isFinite) return Numeric.NaN
  const n = Numeric.fromInteger(count)
  const numerator = numericSub(numericMul(n, squares), numericMul(sum, sum))
  if (numerator.sign <= 0) return Numeric.zero
  const denominator = numericMul(n, Numeric.fromInteger(sample ? count - 1 : count))
  const scale = quotientScale(numerator, denominator)
  const variance = divideToScale(numerator, denominator, scale)
  return root ? sqrtToScale(variance, scale) : variance
}

const integerSpread = (spread: Spread) => (): Accumulator => {
  let count = 0
  let sum: ExactInteger = 0
  let squares: ExactInteger = 0
  return {
    add: (_context, value: ExactInteger) => {
      count++
      sum = exactAdd(sum, value)
      squares = exactAdd(squares, exactMul(value, value))
    },
    result: () => exactSpread(count, Numeric.fromInteger(sum), Numeric.fromInteger(squares), spread),
  }
}

const numericSpread = (spread: Spread) => (): Accumulator => {
  let count = 0
  let sum = Numeric.zero
  let squares = Numeric.zero
  return {
    add: (_context, value: Numeric) => {
      count++
      sum = numericAdd(sum, value)
      squares = numericAdd(squares, numericMul(value, value))
    },
    result: () => exactSpread(count, sum, squares, spread),
  }
}

/** Sums of deviations kept without cancellation (Youngs and Cramer). */
const floatSpread =
  ({ sample, root }: Spread) =>
  (): Accumulator => {
    let count = 0
    let sum = 0
    let deviations = 0
    return {
      add: (_context, value: number) => {
        const before = sum
        count++
        sum += value
        if (count > 1) {
          const distance = value * count - sum
          deviations += (distance * distance) / (count * (count - 1))
          if (isInfinite(sum) || isInfinite(deviations)) {
            if (!isInfinite(before) && !isInfinite(value)) throw floatOverflow()
            deviations = Number.NaN
          }
        } else if (!Number.isFinite(value)) deviations = Number.NaN
      },
      result: () => {
        if (count === 0 || (sample && count === 1)) return null
        const variance = deviations / (sample ? count - 1 : count)
        return root ? Math.sqrt(variance) : variance
      },
    }
  }

const SPREAD_TYPES = ['int8', 'int4', 'int2', 'float4', 'float8', 'numeric'] as const

/** The six overloads of a name, whose OIDs follow one another in the order of `SPREAD_TYPES`. */
const spreadFunctions = (name: string, firstOid: number, description: string, spread: Spread): AggregateFunction[] =>
  SPREAD_TYPES.map((type, i) => {
    const form = type.startsWith('float') ? floatSpread : type === 'numeric' ? numericSpread : integerSpread
    return aggregate(
      firstOid + i,
      `${name}(${type}) ${type.startsWith('float') ? 'float8' : 'numeric'}`,
      description,
      form(spread),
    )
  })

const SAMPLE = { sample: true, root: false }
const POPULATION = { sample: false, root: false }

const spreads: readonly AggregateFunction[] = [
  ...spreadFunctions('variance', 2148, 'variance of a sample', SAMPLE),
  ...spreadFunctions('var_samp', 2641, 'variance of a sample', SAMPLE),
  ...spreadFunctions('var_pop', 2718, 'variance of a population', POPULATION),
  ...spreadFunctions('stddev', 2154, 'standard deviation of a sample', { ...SAMPLE, root: true }),
  ...spreadFunctions('stddev_samp', 2712, 'standard deviation of a sample', { ...SAMPLE, root: true }),
  ...spreadFunctions('stddev_pop', 2724, 'standard deviation of a population', { ...POPULATION, root: true }),
]

/** Sums over pairs: counts, sums and sums of products of deviations. */
interface PairSums {
  readonly n: number
  readonly x: number
  readonly y: number
  readonly xx: number
  readonly yy: number
  readonly xy: number
}

const pairAccumulator = (finish: (sums: PairSums) => number | null) => (): Accumulator => {
  let n = 0
  let x = 0
  let y = 0
  let xx = 0
  let yy = 0
  let xy = 0
  return {
    add: (_context, valueY: number, valueX: number) => {
      const [beforeX, beforeY] = [x, y]
      n++
      x += valueX
      y += valueY
      if (n > 1) {
        const distanceX = valueX * n - x
        const distanceY = valueY * n - y
        const scale = 1 / (n * (n - 1))
        xx += distanceX * distanceX * scale
        yy += distanceY * distanceY * scale
        xy += distanceX * distanceY * scale
        const finiteX = !isInfinite(beforeX) && !isInfinite(valueX)
        const finiteY = !isInfinite(beforeY) && !isInfinite(valueY)
        if ((isInfinite(x) || isInfinite(xx)) && finiteX) throw floatOverflow()
        if ((isInfinite(y) || isInfinite(yy)) && finiteY) throw floatOverflow()
        if (isInfinite(xy) && finiteX && finiteY) throw floatOverflow()
        if (isInfinite(xx)) xx = Number.NaN
        if (isInfinite(yy)) yy = Number.NaN
        if (isInfinite(xy)) xy = Number.NaN
      } else {
        if (!Number.isFinite(valueX)) xx = xy = Number.NaN
        if (!Number.isFinite(valueY)) yy = xy = Number.NaN
      }
    },
    result: () => finish({ n, x, y, xx, yy, xy }),
  }
}

const pairs: readonly {
  readonly oid: number
  readonly name: string
  readonly description: string
  readonly finish: (sums: PairSums) => number | null
}[] = [
  {
    oid: 2819,
    name: 'regr_sxx',
    description: 'sum of squares of the independent variable',
    finish: ({ n, xx }) => (n < 1 ? null : xx),
  },
  {
    oid: 2820,
    name: 'regr_syy',
    description: 'sum of squares of the dependent variable',
    finish: ({ n, yy }) => (n < 1 ? null : yy),
  },
  {
    oid: 2821,
    name: 'regr_sxy',
    description: 'sum of products of the variables',
    finish: ({ n, xy }) => (n < 1 ? null : xy),
  },
  {
    oid: 2822,
    name: 'regr_avgx',
    description: 'mean of the independent variable',
    finish: ({ n, x }) => (n < 1 ? null : x / n),
  },
  {
    oid: 2823,
    name: 'regr_avgy',
    description: 'mean of the dependent variable',
    finish: ({ n, y }) => (n < 1 ? null : y / n),
  },
  {
    oid: 2824,
    name: 'regr_r2',
    description: 'square of the correlation',
    finish: ({ n, xx, yy, xy }) => (n < 1 || xx === 0 ? null : yy === 0 ? 1 : (xy * xy) / (xx * yy)),
  },
  {
    oid: 2825,
    name: 'regr_slope',
    description: 'slope of the fitted line',
    finish: ({ n, xx, xy }) => (n < 1 || xx === 0 ? null : xy / xx),
  },
  {
    oid: 2826,
    name: 'regr_intercept',
    description: 'intercept of the fitted line',
    finish: ({ n, x, y, xx, xy }) => (n < 1 || xx === 0 ? null : (y - (x * xy) / xx) / n),
  },
  {
    oid: 2827,
    name: 'covar_pop',
    description: 'covariance of a population',
    finish: ({ n, xy }) => (n < 1 ? null : xy / n),
  },
  {
    oid: 2828,
    name: 'covar_samp',
    description: 'covariance of a sample',
    finish: ({ n, xy }) => (n < 2 ? null : xy / (n - 1)),
  },
  {
    oid: 2829,
    name: 'corr',
    description: 'correlation',
    finish: ({ n, xx, yy, xy }) => (n < 1 || xx === 0 || yy === 0 ? null : xy / Math.sqrt(xx * yy)),
  },
]

const regressions: readonly AggregateFunction[] = [
  aggregate(2818, 'regr_count(float8, float8) int8', 'number of pairs', () =>
    counting(
      0,
      () => 0,
      (_state, count) => count,
    ),
  ),
  ...pairs.map(({ oid, name, description, finish }) =>
    aggregate(oid, `${name}(float8, float8) float8`, description, pairAccumulator(finish)),
  ),
]

/**
 * Ordered-set aggregates are called with their direct arguments before the aggregated one, rows in the order of
 * WITHIN GROUP; NULLs among the aggregated values do not count.
 */
const sorted =
  (finish: (fraction: Datum, values: readonly Datum[], types: CallTypes) => Datum) =>
  (types: CallTypes): Accumulator => {
    const values: Datum[] = []
    let fraction: Datum = null
    return {
      add: (_context, direct, value) => {
        fraction = direct
        if (value !== null) values.push(value)
      },
      result: () => {
        // One that is out of range is wrong even of no values.
        if (typeof fraction === 'number') checkFraction(fraction)
        return values.length === 0 || fraction === null ? null : finish(fraction, values, types)
      },
    }
  }

const checkFraction = (fraction: number): number => {
  if (!(fraction >= 0 && fraction <= 1)) throw percentileOutOfRange(fraction)
  return fraction
}

const discrete = (fraction: number, values: readonly Datum[]): Datum =>
  values[Math.max(Math.ceil(checkFraction(fraction) * values.length) - 1, 0)]

type Interpolate = (low: Datum, high: Datum, share: number) => Datum

const continuous = (fraction: number, values: readonly Datum[], interpolate: Interpolate): Datum => {
  const place = checkFraction(fraction) * (values.length - 1)
  const first = Math.floor(place)
  const second = Math.ceil(place)
  return first === second ? values[first] : interpolate(values[first], values[second], place - first)
}

const betweenFloats: Interpolate = (low: number, high: number, share) => low + share * (high - low)
const betweenIntervals: Interpolate = (low: Interval, high: Interval, share) =>
  intervalAdd(intervalMul(intervalSub(high, low), share), low)

const ofEach =
  (read: (fraction: number, values: readonly Datum[]) => Datum) =>
  (fractions: SqlArray, values: readonly Datum[]): Datum =>
    new SqlArray(
      fractions.dimensions,
      fractions.lowerBounds,
      fractions.elements.map((fraction) => (fraction === null ? null : read(fraction, values))),
    )

const floatAt = (fraction: number, values: readonly Datum[]): Datum => continuous(fraction, values, betweenFloats)
const intervalAt = (fraction: number, values: readonly Datum[]): Datum => continuous(fraction, values, betweenIntervals)

/** The value that comes most often; the first of several. */
const mode = ({ args }: CallTypes): Accumulator => {
  const compare = (args[0] as SqlType).compare ?? (() => 1)
  const values: Datum[] = []
  return {
    add: (_context, value) => {
      values.push(value)
    },
    result: () => {
      let best: Datum = null
      let bestRun = 0
      let run = 0
      values.forEach((value, i) => {
        run = i > 0 && compare(value, values[i - 1]) === 0 ? run + 1 : 1
        if (run > bestRun) {
          best = value
          bestRun = run
        }
      })
      return best
    },
  }
}

const ORDERED = { skipNulls: false, directArgs: 1 } as const

const orderedSets: readonly AggregateFunction[] = [
  aggregate(
    3972,
    'percentile_disc(float8, anyelement) anyelement',
    'value at a fraction of the order',
    sorted(discrete),
    ORDERED,
  ),
  aggregate(
    3974,
    'percentile_cont(float8, float8) float8',
    'interpolated value at a fraction of the order',
    sorted(floatAt),
    ORDERED,
  ),
  aggregate(
    3976,
    'percentile_cont(float8, interval) interval',
    'interpolated value at a fraction of the order',
    sorted(intervalAt),
    ORDERED,
  ),
  aggregate(
    3978,
    'percentile_disc(float8[], anyelement) anyarray',
    'values at fractions of the order',
    sorted(ofEach(discrete)),
    ORDERED,
  ),
  aggregate(
    3980,
    'percentile_cont(float8[], float8) float8[]',
    'interpolated values at fractions of the order',
    sorted(ofEach(floatAt)),
    ORDERED,
  ),
  aggregate(
    3982,
    'percentile_cont(float8[], interval) interval[]',
    'interpolated values at fractions of the order',
    sorted(ofEach(intervalAt)),
    ORDERED,
  ),
  aggregate(3984, 'mode(anyelement) anyelement', 'most frequent value', mode, { directArgs: 0 }),
]

export const statisticsAggregates: readonly AggregateFunction[] = [...spreads, ...regressions, ...orderedSets]
