/**
 * in_range: whether a value lies at or within a distance of another in the direction of an order; what RANGE frames of
 * windows ask for their bounds. `sub`: the distance is taken away from the base; `less`: the value must not exceed that,
 * otherwise it must not be below it.
 */
import { invalidFrameDistance } from '../../errors/raise/execution.ts'
import { dateToTimestamp } from '../../types/datetime/convert.ts'
import { TimeTz, timetzType } from '../../types/datetime/datetime-types.ts'
import { compareIntervals, Interval, intervalAdd, intervalSub, intervalNeg } from '../../types/datetime/interval.ts'
import { timeZone } from '../../types/datetime/zones/index.ts'
import { type ExactInteger, exactAdd, exactSub } from '../../types/int64.ts'
import { numericAdd, numericSub } from '../../types/numeric/arithmetic.ts'
import { Numeric } from '../../types/numeric/numeric.ts'
import type { FormatContext } from '../../types/sql-type.ts'
import { timestampPlusInterval, timestamptzPlusInterval } from '../datetime/arithmetic.ts'
import { scalar, sessionScalar } from '../define.ts'
import type { ScalarFunction } from '../records.ts'

const DESCRIPTION = 'window RANGE support'

const signature = (base: string, offset: string): string => `in_range(${base}, ${base}, ${offset}, bool, bool) bool`

const within = (order: number, less: boolean): boolean => (less ? order <= 0 : order >= 0)

const ZERO = new Interval(0, 0, 0)

const checkInterval = (offset: Interval): void => {
  if (compareIntervals(offset, ZERO) < 0) throw invalidFrameDistance()
}

/** Integers: the sum is exact however large it is. */
const integers = (
  value: ExactInteger,
  base: ExactInteger,
  offset: ExactInteger,
  sub: boolean,
  less: boolean,
): boolean => {
  if (offset < 0) throw invalidFrameDistance()
  const bound = sub ? exactSub(base, offset) : exactAdd(base, offset)
  return less ? value <= bound : value >= bound
}

/** NaN counts as greater than everything, and an infinity reaches the one of the other sign by an infinite distance. */
const floats = (value: number, base: number, offset: number, sub: boolean, less: boolean): boolean => {
  if (Number.isNaN(offset) || offset < 0) throw invalidFrameDistance()
  if (Number.isNaN(value)) return Number.isNaN(base) || !less
  if (Number.isNaN(base)) return less
  if (offset === Number.POSITIVE_INFINITY && base === (sub ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY)) {
    return true
  }
  const bound = sub ? base - offset : base + offset
  return less ? value <= bound : value >= bound
}

const numerics = (value: Numeric, base: Numeric, offset: Numeric, sub: boolean, less: boolean): boolean => {
  const distance = offset.toNumber()
  if (Number.isNaN(distance) || Numeric.compare(offset, Numeric.zero) < 0) throw invalidFrameDistance()
  const special = ![value, base, offset].every((n) => Number.isFinite(Number(n.coefficient)))
  if (special) return floats(value.toNumber(), base.toNumber(), distance, sub, less)
  return within(Numeric.compare(value, sub ? numericSub(base, offset) : numericAdd(base, offset)), less)
}

const timestamps = (
  value: ExactInteger,
  base: ExactInteger,
  offset: Interval,
  sub: boolean,
  less: boolean,
  plus: (timestamp: ExactInteger, interval: Interval) => ExactInteger = timestampPlusInterval,
): boolean => {
  checkInterval(offset)
  const bound = plus(base, sub ? intervalNeg(offset) : offset)
  return less ? value <= bound : value >= bound
}

const zoned = (
  { format }: { readonly format: FormatContext },
  value: ExactInteger,
  base: ExactInteger,
  offset: Interval,
  sub: boolean,
  less: boolean,
): boolean => {
  const zone = timeZone(format.timeZone)
  return timestamps(value, base, offset, sub, less, (timestamp, interval) =>
    timestamptzPlusInterval(timestamp, interval, zone),
  )
}

/** Of a distance between times of day only the time counts; it does not wrap round midnight. */
const times = (value: number, base: number, { micros }: Interval, sub: boolean, less: boolean): boolean =>
  integers(value, base, micros, sub, less)

const zonedTimes = (value: TimeTz, base: TimeTz, { micros }: Interval, sub: boolean, less: boolean): boolean => {
  if (micros < 0) throw invalidFrameDistance()
  const bound = new TimeTz(Number(sub ? exactSub(base.micros, micros) : exactAdd(base.micros, micros)), base.zone)
  return within((timetzType.compare as (a: TimeTz, b: TimeTz) => number)(value, bound), less)
}

const intervals = (value: Interval, base: Interval, offset: Interval, sub: boolean, less: boolean): boolean => {
  checkInterval(offset)
  return within(compareIntervals(value, sub ? intervalSub(base, offset) : intervalAdd(base, offset)), less)
}

export const inRangeFunctions: readonly ScalarFunction[] = [
  ...(
    [
      [4126, 'int8', 'int8'],
      [4127, 'int4', 'int8'],
      [4128, 'int4', 'int4'],
      [4129, 'int4', 'int2'],
      [4130, 'int2', 'int8'],
      [4131, 'int2', 'int4'],
      [4132, 'int2', 'int2'],
    ] as const
  ).map(([oid, base, offset]) => scalar(oid, signature(base, offset), DESCRIPTION, integers)),
  scalar(4133, signature('date', 'interval'), DESCRIPTION, (value, base, offset, sub, less) =>
    timestamps(dateToTimestamp(value), dateToTimestamp(base), offset, sub, less),
  ),
  scalar(4134, signature('timestamp', 'interval'), DESCRIPTION, (value, base, offset, sub, less) =>
    timestamps(value, base, offset, sub, less),
  ),
  sessionScalar(4135, signature('timestamptz', 'interval'), DESCRIPTION, zoned),
  scalar(4136, signature('interval', 'interval'), DESCRIPTION, intervals),
  scalar(4137, signature('time', 'interval'), DESCRIPTION, times),
  scalar(4138, signature('timetz', 'interval'), DESCRIPTION, zonedTimes),
  scalar(4139, signature('float8', 'float8'), DESCRIPTION, floats),
  scalar(4140, signature('float4', 'float8'), DESCRIPTION, floats),
  scalar(4141, signature('numeric', 'numeric'), DESCRIPTION, numerics),
]
