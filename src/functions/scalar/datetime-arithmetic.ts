/** Functions behind + - * / on dates, times, timestamps and intervals; and OVERLAPS. */
import { dateOutOfRangeForTimestamp, divisionByZero } from '../../errors/raise/data.ts'
import { isInfinite, isValidTimestamp, joinTimestamp } from '../../types/datetime/calendar.ts'
import { dateToTimestamp } from '../../types/datetime/convert.ts'
import { TimeTz } from '../../types/datetime/datetime-types.ts'
import {
  Interval,
  intervalAdd,
  intervalDiv,
  intervalMul,
  intervalNeg,
  intervalSub,
} from '../../types/datetime/interval.ts'
import { timeZone } from '../../types/datetime/zones/index.ts'
import { exactAdd, type ExactInteger, exactSub } from '../../types/int64.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { EvalContext } from '../context.ts'
import {
  dateDifference,
  datePlusDays,
  timestampDifference,
  timestampPlusInterval,
  timestamptzPlusInterval,
  wrapDay,
} from '../datetime/arithmetic.ts'
import { builtinType, scalar, sessionScalar } from '../define.ts'
import type { ScalarFunction } from '../records.ts'

export const dateAndTime = (date: number, time: number): ExactInteger => {
  const day = dateToTimestamp(date)
  if (isInfinite(day)) return day
  const timestamp = joinTimestamp(date, time)
  if (!isValidTimestamp(timestamp)) throw dateOutOfRangeForTimestamp()
  return timestamp
}

export const dateAndTimeTz = (date: number, time: TimeTz): ExactInteger => dateAndTime(date, time.utc)

const datePlusInterval = (date: number, interval: Interval): ExactInteger =>
  timestampPlusInterval(dateToTimestamp(date), interval)

const timePlus = (time: number, { micros }: Interval): number => wrapDay(exactAdd(time, micros))
const timeTzPlus = (time: TimeTz, { micros }: Interval): TimeTz =>
  new TimeTz(wrapDay(exactAdd(time.micros, micros)), time.zone)
const minus = (interval: Interval): Interval =>
  new Interval(-interval.months, -interval.days, exactSub(0, interval.micros))

const timestamptzPlus = ({ format }: EvalContext, timestamp: ExactInteger, interval: Interval): ExactInteger =>
  timestamptzPlusInterval(timestamp, interval, timeZone(format.timeZone))

const sums: readonly ScalarFunction[] = [
  scalar(1141, 'date_pli(date, int4) date', 'add days', datePlusDays),
  scalar(2550, 'integer_pl_date(int4, date) date', 'add days', (days, date) => datePlusDays(date, days)),
  scalar(1142, 'date_mii(date, int4) date', 'subtract days', (date, days) => datePlusDays(date, -days)),
  scalar(1140, 'date_mi(date, date) int4', 'days between', dateDifference),
  scalar(2071, 'date_pl_interval(date, interval) timestamp', 'add an interval', datePlusInterval),
  scalar(2546, 'interval_pl_date(interval, date) timestamp', 'add an interval', (a, b) => datePlusInterval(b, a)),
  scalar(2072, 'date_mi_interval(date, interval) timestamp', 'subtract an interval', (a, b) =>
    datePlusInterval(a, minus(b)),
  ),
  scalar(1272, 'datetime_pl(date, time) timestamp', 'join a date and a time', dateAndTime),
  scalar(1296, 'timedate_pl(time, date) timestamp', 'join a date and a time', (a, b) => dateAndTime(b, a)),
  scalar(1297, 'datetimetz_pl(date, timetz) timestamptz', 'join a date and a time', dateAndTimeTz),
  scalar(1298, 'timetzdate_pl(timetz, date) timestamptz', 'join a date and a time', (a, b) => dateAndTimeTz(b, a)),
  scalar(1747, 'time_pl_interval(time, interval) time', 'add an interval', timePlus),
  scalar(1848, 'interval_pl_time(interval, time) time', 'add an interval', (a, b) => timePlus(b, a)),
  scalar(1748, 'time_mi_interval(time, interval) time', 'subtract an interval', (a, b) => timePlus(a, minus(b))),
  scalar(1690, 'time_mi_time(time, time) interval', 'time between', (a, b) => new Interval(0, 0, a - b)),
  scalar(1749, 'timetz_pl_interval(timetz, interval) timetz', 'add an interval', timeTzPlus),
  scalar(2547, 'interval_pl_timetz(interval, timetz) timetz', 'add an interval', (a, b) => timeTzPlus(b, a)),
  scalar(1750, 'timetz_mi_interval(timetz, interval) timetz', 'subtract an interval', (a, b) =>
    timeTzPlus(a, minus(b)),
  ),
  scalar(2032, 'timestamp_pl_interval(timestamp, interval) timestamp', 'add an interval', timestampPlusInterval),
  scalar(2548, 'interval_pl_timestamp(interval, timestamp) timestamp', 'add an interval', (a, b) =>
    timestampPlusInterval(b, a),
  ),
  scalar(2033, 'timestamp_mi_interval(timestamp, interval) timestamp', 'subtract an interval', (a, b) =>
    timestampPlusInterval(a, minus(b)),
  ),
  scalar(2031, 'timestamp_mi(timestamp, timestamp) interval', 'time between', timestampDifference),
  sessionScalar(1189, 'timestamptz_pl_interval(timestamptz, interval) timestamptz', 'add an interval', timestamptzPlus),
  sessionScalar(
    2549,
    'interval_pl_timestamptz(interval, timestamptz) timestamptz',
    'add an interval',
    (context, a, b) => timestamptzPlus(context, b, a),
  ),
  sessionScalar(
    1190,
    'timestamptz_mi_interval(timestamptz, interval) timestamptz',
    'subtract an interval',
    (context, a, b) => timestamptzPlus(context, a, minus(b)),
  ),
  scalar(1188, 'timestamptz_mi(timestamptz, timestamptz) interval', 'time between', timestampDifference),
]

const intervalFunctions: readonly ScalarFunction[] = [
  scalar(1169, 'interval_pl(interval, interval) interval', 'add', intervalAdd),
  scalar(1170, 'interval_mi(interval, interval) interval', 'subtract', intervalSub),
  scalar(1168, 'interval_um(interval) interval', 'negate', intervalNeg),
  scalar(1618, 'interval_mul(interval, float8) interval', 'multiply', intervalMul),
  scalar(1624, 'mul_d_interval(float8, interval) interval', 'multiply', (a, b) => intervalMul(b, a)),
  scalar(1326, 'interval_div(interval, float8) interval', 'divide', (a, b) => {
    if (b === 0) throw divisionByZero()
    return intervalDiv(a, b)
  }),
]

/** Whether two spans share a moment; their ends may come in either order, and NULL ends are unknown. */
const spansOverlap = (
  compare: (a: Datum, b: Datum) => number,
  s1: Datum,
  e1: Datum,
  s2: Datum,
  e2: Datum,
): boolean | null => {
  const first = orderSpan(compare, s1, e1)
  const second = orderSpan(compare, s2, e2)
  if (first === null || second === null) return null
  const order = compare(first.start, second.start)
  const [earlier, later] = order > 0 ? [second, first] : [first, second]
  if (order === 0) return first.end === null || second.end === null ? null : true
  if (earlier.end !== null && compare(later.start, earlier.end) < 0) return true
  return earlier.end === null || later.end === null ? null : false
}

const orderSpan = (
  compare: (a: Datum, b: Datum) => number,
  a: Datum,
  b: Datum,
): { start: Datum; end: Datum } | null => {
  if (a === null) return b === null ? null : { start: b, end: null }
  return b !== null && compare(a, b) > 0 ? { start: b, end: a } : { start: a, end: b }
}

type Add = (context: EvalContext, start: Datum, interval: Interval) => Datum

/** The four forms of OVERLAPS for a type: each span ends at a moment or lasts for an interval. */
const overlapsFunctions = (
  type: string,
  oids: readonly [number, number, number, number],
  add: Add,
): ScalarFunction[] => {
  const compare = builtinType(type).compare as (a: Datum, b: Datum) => number
  const end = (context: EvalContext, start: Datum, given: Datum): Datum =>
    given instanceof Interval ? (start === null ? null : add(context, start, given)) : given
  const forms: readonly (readonly [string, string])[] = [
    [type, type],
    ['interval', 'interval'],
    [type, 'interval'],
    ['interval', type],
  ]
  return forms.map(([first, second], i) =>
    sessionScalar(
      oids[i] as number,
      `overlaps(${type}, ${first}, ${type}, ${second}) bool`,
      'whether two spans of time share a moment',
      (context, s1, e1, s2, e2) => spansOverlap(compare, s1, end(context, s1, e1), s2, end(context, s2, e2)),
      { strict: false, volatility: type === 'timestamptz' && i > 0 ? 'stable' : 'immutable' },
    ),
  )
}

export const datetimeArithmeticFunctions: readonly ScalarFunction[] = [
  ...sums,
  ...intervalFunctions,
  ...overlapsFunctions('timestamp', [2041, 2042, 2043, 2044], (_context, start, interval) =>
    timestampPlusInterval(start, interval),
  ),
  ...overlapsFunctions('timestamptz', [1304, 1305, 1306, 1307], timestamptzPlus),
  ...overlapsFunctions('time', [1308, 1309, 1310, 1311], (_context, start, interval) => timePlus(start, interval)),
  sessionScalar(
    1271,
    'overlaps(timetz, timetz, timetz, timetz) bool',
    'whether two spans of time share a moment',
    (_context, s1, e1, s2, e2) =>
      spansOverlap(builtinType('timetz').compare as (a: Datum, b: Datum) => number, s1, e1, s2, e2),
    { strict: false, volatility: 'immutable' },
  ),
]
