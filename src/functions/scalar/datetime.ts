/** Dates and times: the clock, parts, truncation, construction, time zones. */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  datetimeError,
  datetimeOutOfRange,
  intervalOutOfRange,
  invalidParameterValue,
  numericTimeZoneOutOfRange,
  unknownTimeZone,
  unsignedTimeZone,
} from '../../errors/raise/data.ts'
import {
  checkTimestamp,
  daysFromCivil,
  daysInMonth,
  isFiniteDate,
  isInfinite,
  isValidDate,
  isValidTimestamp,
  joinTimestamp,
  MICROS_PER_DAY,
  MICROS_PER_SECOND,
  UNIX_EPOCH_DAYS,
} from '../../types/datetime/calendar.ts'
import {
  dateToTimestamp,
  localToUtc,
  offsetAtTimestamp,
  timestampToDate,
  utcToLocal,
} from '../../types/datetime/convert.ts'
import { zoneDisplacement } from '../../types/datetime/datetime-parts.ts'
import { TimeTz } from '../../types/datetime/datetime-types.ts'
import { formatInterval } from '../../types/datetime/format-interval.ts'
import { Interval, makeInterval } from '../../types/datetime/interval.ts'
import {
  findTimeZone,
  fixedZone,
  type TimeZone,
  timeZone,
  zoneOfAbbreviation,
} from '../../types/datetime/zones/index.ts'
import { exactFromNumber, type ExactInteger } from '../../types/int64.ts'
import type { Numeric } from '../../types/numeric/numeric.ts'
import type { EvalContext } from '../context.ts'
import { age, dateBin, justifyDays, justifyHours, justifyInterval, wrapDay } from '../datetime/arithmetic.ts'
import {
  dateOnlyPart,
  floatPart,
  intervalFloatPart,
  intervalPart,
  timeOnlyPart,
  timeTzFloatPart,
  timestampPart,
  truncateInterval,
  truncateTimestamp,
} from '../datetime/parts.ts'
import { scalar, sessionScalar } from '../define.ts'
import type { ScalarFunction } from '../records.ts'
import { dateAndTime, dateAndTimeTz } from './datetime-arithmetic.ts'
import { rint } from './conversion.ts'

const TIMESTAMP = 'timestamp without time zone'
const TIMESTAMPTZ = 'timestamp with time zone'

const sessionZone = (context: EvalContext): TimeZone => timeZone(context.format.timeZone)

/** A zone as AT TIME ZONE names it: an abbreviation, an IANA name or a POSIX specification. Throws 22023. */
const namedZone = (name: string): TimeZone => {
  const zone = zoneOfAbbreviation(name) ?? findTimeZone(name)
  if (zone === null) throw unknownTimeZone(name)
  return zone
}

const zoneOfInterval = (interval: Interval): TimeZone => {
  if (interval.months !== 0 || interval.days !== 0) {
    const text = formatInterval(interval, 'postgres')
    throw invalidParameterValue(`interval time zone "${text}" must not include months or days`)
  }
  const offset = Math.trunc(Number(interval.micros) / MICROS_PER_SECOND)
  return fixedZone('interval', { offset, isSummer: false, abbreviation: null })
}

const zonedTime = (time: TimeTz, zone: TimeZone, now: ExactInteger): TimeTz => {
  const east = offsetAtTimestamp(now, zone)
  return new TimeTz(wrapDay(time.micros + (time.zone + east) * MICROS_PER_SECOND), 0 - east)
}

const midnight = ({ format }: EvalContext): ExactInteger => {
  const zone = timeZone(format.timeZone)
  return dateToTimestamp(timestampToDate(utcToLocal(format.transactionTimestamp, zone)))
}

const clockFunctions: readonly ScalarFunction[] = [
  ...[
    { oid: 1299, name: 'now' },
    { oid: 2647, name: 'transaction_timestamp' },
  ].map(({ oid, name }) =>
    sessionScalar(oid, `${name}() timestamptz`, 'start of the transaction', (context) => context.transactionTimestamp),
  ),
  sessionScalar(
    2648,
    'statement_timestamp() timestamptz',
    'start of the statement',
    (context) => context.statementTimestamp,
  ),
  sessionScalar(2649, 'clock_timestamp() timestamptz', 'the present moment', (context) => context.clockTimestamp(), {
    volatility: 'volatile',
  }),
  sessionScalar(
    2560,
    'pg_postmaster_start_time() timestamptz',
    'start of the server',
    (context) => context.session.startTime,
  ),
  sessionScalar(
    2626,
    'pg_sleep(float8) void',
    'wait for some seconds',
    (_context, seconds) => sleep(seconds * 1000, ''),
    {
      volatility: 'volatile',
      blocking: true,
    },
  ),
  sessionScalar(
    3935,
    'pg_sleep_for(interval) void',
    'wait for an interval',
    (_context, { days, micros }: Interval) => sleep((days * MICROS_PER_DAY + Number(micros)) / 1000, ''),
    { volatility: 'volatile', blocking: true },
  ),
  sessionScalar(
    3936,
    'pg_sleep_until(timestamptz) void',
    'wait for a moment',
    (context, until: ExactInteger) => sleep(Math.max(Number(until) - context.clockTimestamp(), 0) / 1000, ''),
    { volatility: 'volatile', blocking: true },
  ),
]

const zoned = (context: EvalContext, utc: ExactInteger) => {
  const zone = sessionZone(context)
  return { local: utcToLocal(utc, zone), zone: { utc, east: isInfinite(utc) ? 0 : offsetAtTimestamp(utc, zone) } }
}

const extractTimestamptz = (context: EvalContext, part: string, utc: ExactInteger): Numeric | null => {
  const { local, zone } = zoned(context, utc)
  return timestampPart(part, local, TIMESTAMPTZ, zone)
}

const extractDate = (part: string, date: number): Numeric | null => dateOnlyPart(part, date, isFiniteDate(date))
const extractTime = (part: string, micros: number): Numeric =>
  timeOnlyPart(part, micros, 'time without time zone', null)
const extractTimeTz = (part: string, { micros, zone }: TimeTz): Numeric =>
  timeOnlyPart(part, micros, 'time with time zone', -zone)
const extractTimestamp = (part: string, local: ExactInteger): Numeric | null =>
  timestampPart(part, local, TIMESTAMP, null)

const partFunctions: readonly ScalarFunction[] = [
  scalar(6199, 'extract(text, date) numeric', 'part of a date', extractDate),
  scalar(6200, 'extract(text, time) numeric', 'part of a time', extractTime),
  scalar(6201, 'extract(text, timetz) numeric', 'part of a time', extractTimeTz),
  scalar(6202, 'extract(text, timestamp) numeric', 'part of a timestamp', extractTimestamp),
  sessionScalar(6203, 'extract(text, timestamptz) numeric', 'part of a timestamp', extractTimestamptz),
  scalar(6204, 'extract(text, interval) numeric', 'part of an interval', intervalPart),
  scalar(1384, 'date_part(text, date) float8', 'part of a date', (part, date) =>
    floatPart(part, extractTimestamp(part, dateToTimestamp(date)), TIMESTAMP),
  ),
  scalar(1385, 'date_part(text, time) float8', 'part of a time', (part, time) =>
    floatPart(part, extractTime(part, time), 'time without time zone'),
  ),
  scalar(1273, 'date_part(text, timetz) float8', 'part of a time', (part, { micros, zone }: TimeTz) =>
    timeTzFloatPart(part, micros, zone),
  ),
  scalar(2021, 'date_part(text, timestamp) float8', 'part of a timestamp', (part, local) =>
    floatPart(part, extractTimestamp(part, local), TIMESTAMP),
  ),
  sessionScalar(1171, 'date_part(text, timestamptz) float8', 'part of a timestamp', (context, part, utc) =>
    floatPart(part, extractTimestamptz(context, part, utc), TIMESTAMPTZ),
  ),
  scalar(1172, 'date_part(text, interval) float8', 'part of an interval', intervalFloatPart),
]

const truncateInZone = (unit: string, utc: ExactInteger, zone: TimeZone): ExactInteger =>
  localToUtc(truncateTimestamp(unit, utcToLocal(utc, zone), TIMESTAMPTZ), zone)

const truncationFunctions: readonly ScalarFunction[] = [
  scalar(2020, 'date_trunc(text, timestamp) timestamp', 'cut a timestamp to a unit', (unit, local) =>
    truncateTimestamp(unit, local, TIMESTAMP),
  ),
  sessionScalar(1217, 'date_trunc(text, timestamptz) timestamptz', 'cut a timestamp to a unit', (context, unit, utc) =>
    truncateInZone(unit, utc, sessionZone(context)),
  ),
  sessionScalar(
    1284,
    'date_trunc(text, timestamptz, text) timestamptz',
    'cut a timestamp to a unit in a time zone',
    (_context, unit, utc, zone) => (isInfinite(utc) ? utc : truncateInZone(unit, utc, namedZone(zone))),
  ),
  scalar(1218, 'date_trunc(text, interval) interval', 'cut an interval to a unit', truncateInterval),
  scalar(6177, 'date_bin(interval, timestamp, timestamp) timestamp', 'start of the stride of a timestamp', dateBin),
  scalar(
    6178,
    'date_bin(interval, timestamptz, timestamptz) timestamptz',
    'start of the stride of a timestamp',
    dateBin,
  ),
]

const ageFunctions: readonly ScalarFunction[] = [
  scalar(2058, 'age(timestamp, timestamp) interval', 'years, months and days between two timestamps', age),
  sessionScalar(
    1199,
    'age(timestamptz, timestamptz) interval',
    'years, months and days between two timestamps',
    (context, a, b) => age(utcToLocal(a, sessionZone(context)), utcToLocal(b, sessionZone(context))),
    { volatility: 'immutable' },
  ),
  sessionScalar(2059, 'age(timestamp) interval', 'age at the beginning of today', (context, a) =>
    age(midnight(context), a),
  ),
  sessionScalar(1386, 'age(timestamptz) interval', 'age at the beginning of today', (context, a) =>
    age(midnight(context), utcToLocal(a, sessionZone(context))),
  ),
  scalar(1295, 'justify_days(interval) interval', 'turn 30 days into a month', justifyDays),
  scalar(1175, 'justify_hours(interval) interval', 'turn 24 hours into a day', justifyHours),
  scalar(2711, 'justify_interval(interval) interval', 'turn hours into days and days into months', justifyInterval),
]

const finiteFunctions: readonly ScalarFunction[] = [
  scalar(1373, 'isfinite(date) bool', 'neither of the infinities', isFiniteDate),
  scalar(1389, 'isfinite(timestamptz) bool', 'neither of the infinities', (a) => !isInfinite(a)),
  scalar(2048, 'isfinite(timestamp) bool', 'neither of the infinities', (a) => !isInfinite(a)),
  scalar(1390, 'isfinite(interval) bool', 'always true', () => true),
]

const pad = (value: number): string => String(value).padStart(2, '0')

const makeDate = (year: number, month: number, day: number): number => {
  const astronomical = year < 0 ? year + 1 : year
  const valid = year !== 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(astronomical, month)
  if (!valid) throw datetimeError(`date field value out of range: ${year}-${pad(month)}-${pad(day)}`)
  const days = daysFromCivil(astronomical, month, day)
  if (!isValidDate(days)) throw datetimeOutOfRange('date')
  return days
}

const makeTime = (hour: number, minute: number, second: number): number => {
  const micros = (hour * 60 + minute) * 60 * MICROS_PER_SECOND + rint(second * MICROS_PER_SECOND)
  const valid = hour >= 0 && hour <= 24 && minute >= 0 && minute <= 59 && second >= 0 && second <= 60
  if (!valid || micros > MICROS_PER_DAY) {
    throw datetimeError(`time field value out of range: ${hour}:${pad(minute)}:${pad(second)}`)
  }
  return micros
}

const makeTimestamp = (
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): ExactInteger => checkTimestamp(joinTimestamp(makeDate(year, month, day), makeTime(hour, minute, second)))

const TIMESTAMP_ARGUMENTS = 'year: int4, month: int4, mday: int4, hour: int4, min: int4, sec: float8'

/** A local time in a zone; offsets count east of Greenwich here, as in the text of a timestamp. */
const atZone = (local: ExactInteger, zone: string): ExactInteger => {
  if (/^\d/.test(zone)) throw unsignedTimeZone(zone)
  const offset = zoneDisplacement(zone)
  if (offset === 'out of range') throw numericTimeZoneOutOfRange(zone)
  const isOffset = offset !== null
  return localToUtc(
    local,
    isOffset ? fixedZone(zone, { offset, isSummer: false, abbreviation: null }) : namedZone(zone),
  )
}

const secondsToTimestamp = (seconds: number): ExactInteger => {
  if (Number.isNaN(seconds)) throw datetimeError('timestamp cannot be NaN')
  if (!Number.isFinite(seconds)) return seconds
  const micros = rint((seconds - UNIX_EPOCH_DAYS * 86400) * MICROS_PER_SECOND)
  if (!Number.isFinite(micros)) throw datetimeError(`timestamp out of range: "${seconds}"`)
  const timestamp = exactFromNumber(micros)
  if (!isValidTimestamp(timestamp)) throw datetimeError(`timestamp out of range: "${seconds}"`)
  return timestamp
}

const constructionFunctions: readonly ScalarFunction[] = [
  scalar(3846, 'make_date(year: int4, month: int4, day: int4) date', 'a date from its parts', makeDate),
  scalar(3847, 'make_time(hour: int4, min: int4, sec: float8) time', 'a time from its parts', makeTime),
  scalar(3461, `make_timestamp(${TIMESTAMP_ARGUMENTS}) timestamp`, 'a timestamp from its parts', makeTimestamp),
  sessionScalar(
    3462,
    `make_timestamptz(${TIMESTAMP_ARGUMENTS}) timestamptz`,
    'a timestamp from its parts in the session time zone',
    (context, year, month, day, hour, minute, second) =>
      localToUtc(makeTimestamp(year, month, day, hour, minute, second), sessionZone(context)),
  ),
  sessionScalar(
    3463,
    `make_timestamptz(${TIMESTAMP_ARGUMENTS}, timezone: text) timestamptz`,
    'a timestamp from its parts in a time zone',
    (_context, year, month, day, hour, minute, second, zone) =>
      atZone(makeTimestamp(year, month, day, hour, minute, second), zone),
  ),
  scalar(
    3464,
    'make_interval(years: int4, months: int4, weeks: int4, days: int4, hours: int4, mins: int4, secs: float8) interval',
    'an interval from its parts',
    (years, months, weeks, days, hours, minutes, seconds) => {
      const micros = (hours * 60 + minutes) * 60 * MICROS_PER_SECOND + rint(seconds * MICROS_PER_SECOND)
      if (!Number.isFinite(micros)) throw intervalOutOfRange()
      return makeInterval(years * 12 + months, weeks * 7 + days, exactFromNumber(micros))
    },
    { defaults: [0, 0, 0, 0, 0, 0, 0] },
  ),
  scalar(1158, 'to_timestamp(float8) timestamptz', 'timestamp of seconds since 1970', secondsToTimestamp),
  scalar(2025, 'timestamp(date, time) timestamp', 'timestamp of a date and a time', dateAndTime),
  sessionScalar(1176, 'timestamptz(date, time) timestamptz', 'timestamp of a date and a time', (context, date, time) =>
    localToUtc(dateAndTime(date, time), sessionZone(context)),
  ),
  scalar(1359, 'timestamptz(date, timetz) timestamptz', 'timestamp of a date and a time', (date, time: TimeTz) =>
    dateAndTimeTz(date, time),
  ),
]

const zoneFunctions: readonly ScalarFunction[] = [
  scalar(1159, 'timezone(text, timestamptz) timestamp', 'local time in a time zone', (zone, utc) =>
    isInfinite(utc) ? utc : utcToLocal(utc, namedZone(zone)),
  ),
  scalar(1026, 'timezone(interval, timestamptz) timestamp', 'local time at an offset', (zone, utc) =>
    isInfinite(utc) ? utc : utcToLocal(utc, zoneOfInterval(zone)),
  ),
  scalar(2069, 'timezone(text, timestamp) timestamptz', 'read a local time in a time zone', (zone, local) =>
    isInfinite(local) ? local : localToUtc(local, namedZone(zone)),
  ),
  scalar(2070, 'timezone(interval, timestamp) timestamptz', 'read a local time at an offset', (zone, local) =>
    isInfinite(local) ? local : localToUtc(local, zoneOfInterval(zone)),
  ),
  sessionScalar(
    2037,
    'timezone(text, timetz) timetz',
    'a time in another time zone',
    ({ transactionTimestamp }, zone, time) => zonedTime(time, namedZone(zone), transactionTimestamp),
  ),
  scalar(2038, 'timezone(interval, timetz) timetz', 'a time at another offset', (zone, time) =>
    zonedTime(time, zoneOfInterval(zone), 0),
  ),
]

export const datetimeFunctions: readonly ScalarFunction[] = [
  ...clockFunctions,
  ...partFunctions,
  ...truncationFunctions,
  ...ageFunctions,
  ...finiteFunctions,
  ...constructionFunctions,
  ...zoneFunctions,
]
