/** generate_series and generate_subscripts. */
import { invalidParameterValue } from '../../errors/raise/data.ts'
import type { SqlArray } from '../../types/array.ts'
import { isInfinite } from '../../types/datetime/calendar.ts'
import { compareIntervals, Interval } from '../../types/datetime/interval.ts'
import { timeZone } from '../../types/datetime/zones/index.ts'
import { exactAdd, type ExactInteger, INT64_MAX, INT64_MIN } from '../../types/int64.ts'
import { numericAdd } from '../../types/numeric/arithmetic.ts'
import { Numeric } from '../../types/numeric/numeric.ts'
import { timestampPlusInterval, timestamptzPlusInterval } from '../datetime/arithmetic.ts'
import { setReturning } from '../define.ts'
import type { SetReturningFunction } from '../records.ts'

const ZERO_STEP = 'step size cannot equal zero'

function* integers(start: ExactInteger, stop: ExactInteger, step: ExactInteger): Iterable<ExactInteger> {
  if (step === 0) throw invalidParameterValue(ZERO_STEP)
  for (let value = start; step > 0 ? value <= stop : value >= stop; value = exactAdd(value, step)) {
    if (value > INT64_MAX || value < INT64_MIN) return
    yield value
  }
}

function* numerics(start: Numeric, stop: Numeric, step: Numeric): Iterable<Numeric> {
  for (const [value, name] of [
    [start, 'start'],
    [stop, 'stop'],
    [step, 'step'],
  ] as const) {
    if (!value.isFinite) {
      const label = name === 'step' ? 'step size' : `${name} value`
      throw invalidParameterValue(`${label} cannot be ${value.isNaN ? 'NaN' : 'infinity'}`)
    }
  }
  if (step.sign === 0) throw invalidParameterValue(ZERO_STEP)
  for (let value = start; Numeric.compare(value, stop) * step.sign <= 0; value = numericAdd(value, step)) yield value
}

function* timestamps(
  start: ExactInteger,
  stop: ExactInteger,
  step: Interval,
  add: (timestamp: ExactInteger, step: Interval) => ExactInteger,
): Iterable<ExactInteger> {
  const sign = compareIntervals(step, Interval.zero)
  if (sign === 0) throw invalidParameterValue(ZERO_STEP)
  if (isInfinite(start)) return
  for (let value = start; sign > 0 ? value <= stop : value >= stop; value = add(value, step)) yield value
}

function* subscripts(array: SqlArray, dimension: number, reverse = false): Iterable<number> {
  const length = array.dimensions[dimension - 1]
  const lower = array.lowerBounds[dimension - 1]
  if (length === undefined || lower === undefined) return
  for (let i = 0; i < length; i++) yield reverse ? lower + length - 1 - i : lower + i
}

const SERIES = 'values from start to stop'

export const seriesFunctions: readonly SetReturningFunction[] = [
  setReturning(1066, 'generate_series(int4, int4, int4) int4', SERIES, (_context, _types, a, b, step) =>
    integers(a, b, step),
  ),
  setReturning(1067, 'generate_series(int4, int4) int4', SERIES, (_context, _types, a, b) => integers(a, b, 1)),
  setReturning(1068, 'generate_series(int8, int8, int8) int8', SERIES, (_context, _types, a, b, step) =>
    integers(a, b, step),
  ),
  setReturning(1069, 'generate_series(int8, int8) int8', SERIES, (_context, _types, a, b) => integers(a, b, 1)),
  setReturning(3259, 'generate_series(numeric, numeric, numeric) numeric', SERIES, (_context, _types, a, b, step) =>
    numerics(a, b, step),
  ),
  setReturning(3260, 'generate_series(numeric, numeric) numeric', SERIES, (_context, _types, a, b) =>
    numerics(a, b, Numeric.one),
  ),
  setReturning(
    938,
    'generate_series(timestamp, timestamp, interval) timestamp',
    SERIES,
    (_context, _types, a, b, step) => timestamps(a, b, step, timestampPlusInterval),
  ),
  setReturning(
    939,
    'generate_series(timestamptz, timestamptz, interval) timestamptz',
    SERIES,
    ({ format }, _types, a, b, step) => {
      const zone = timeZone(format.timeZone)
      return timestamps(a, b, step, (timestamp, by) => timestamptzPlusInterval(timestamp, by, zone))
    },
    { volatility: 'stable' },
  ),
  setReturning(
    1191,
    'generate_subscripts(anyarray, int4, bool) int4',
    'subscripts of a dimension',
    (_context, _types, a, n, reverse) => subscripts(a, n, reverse),
  ),
  setReturning(
    1192,
    'generate_subscripts(anyarray, int4) int4',
    'subscripts of a dimension',
    (_context, _types, a, n) => subscripts(a, n),
  ),
]
