/** to_char, to_date, to_number, to_timestamp. */
import { datetimeOutOfRange } from '../../errors/raise/data.ts'
import {
  civilFromDays,
  isInfinite,
  isValidDate,
  joinTimestamp,
  MICROS_PER_SECOND,
  splitTimestamp,
} from '../../types/datetime/calendar.ts'
import { localToUtc, utcToLocal } from '../../types/datetime/convert.ts'
import type { Interval } from '../../types/datetime/interval.ts'
import { timeZone } from '../../types/datetime/zones/index.ts'
import type { ExactInteger } from '../../types/int64.ts'
import { Numeric } from '../../types/numeric/numeric.ts'
import type { EvalContext } from '../context.ts'
import { sessionScalar } from '../define.ts'
import { type DatetimeParts, formatParts } from '../formatting/format-datetime.ts'
import { formatFloat, formatNumber, parseNumber } from '../formatting/format-number.ts'
import { parseWithTemplate } from '../formatting/parse-datetime.ts'
import type { ScalarFunction } from '../records.ts'

const partsOfTimestamp = (local: ExactInteger, zone: DatetimeParts['zone']): DatetimeParts => {
  const { days, micros } = splitTimestamp(local)
  const seconds = Math.floor(micros / MICROS_PER_SECOND)
  return {
    days,
    ...civilFromDays(days),
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    micros: micros % MICROS_PER_SECOND,
    zone,
  }
}

const partsOfInterval = ({ months, days, micros }: Interval): DatetimeParts => {
  const big = BigInt(micros)
  return {
    days: null,
    year: Math.trunc(months / 12),
    month: months % 12,
    day: days,
    hour: Number(big / 3_600_000_000n),
    minute: Number((big / 60_000_000n) % 60n),
    second: Number((big / 1_000_000n) % 60n),
    micros: Number(big % 1_000_000n),
    zone: null,
  }
}

const formatTimestamp = (local: ExactInteger, template: string): string | null =>
  isInfinite(local) || template === '' ? null : formatParts(partsOfTimestamp(local, null), template)

const formatTimestamptz = ({ format }: EvalContext, utc: ExactInteger, template: string): string | null => {
  if (isInfinite(utc) || template === '') return null
  const zone = timeZone(format.timeZone)
  const { days, micros } = splitTimestamp(utc)
  const seconds = days * 86400 + Math.floor(micros / MICROS_PER_SECOND)
  return formatParts(
    partsOfTimestamp(utcToLocal(utc, zone), {
      offset: zone.offsetAt(seconds),
      abbreviation: zone.abbreviationAt(seconds),
    }),
    template,
  )
}

const toTimestamp = ({ format }: EvalContext, text: string, template: string): ExactInteger => {
  const { days, micros, offset } = parseWithTemplate(text, template)
  return offset === null
    ? localToUtc(joinTimestamp(days, micros), timeZone(format.timeZone))
    : joinTimestamp(days, micros - offset * MICROS_PER_SECOND)
}

const toDate = (text: string, template: string): number => {
  const { days } = parseWithTemplate(text, template)
  if (!isValidDate(days)) throw datetimeOutOfRange('date', text)
  return days
}

const TO_CHAR = 'text of a value under a template'

export const formattingFunctions: readonly ScalarFunction[] = [
  sessionScalar(2049, 'to_char(timestamp, text) text', TO_CHAR, (_context, value, template) =>
    formatTimestamp(value, template),
  ),
  sessionScalar(
    274,
    'timeofday() text',
    'the present moment as text',
    (context) => formatTimestamptz(context, context.clockTimestamp(), 'Dy Mon DD HH24:MI:SS.US YYYY TZ'),
    { volatility: 'volatile' },
  ),
  sessionScalar(1770, 'to_char(timestamptz, text) text', TO_CHAR, formatTimestamptz),
  sessionScalar(1768, 'to_char(interval, text) text', TO_CHAR, (_context, value, template) =>
    template === '' ? null : formatParts(partsOfInterval(value), template),
  ),
  sessionScalar(1772, 'to_char(numeric, text) text', TO_CHAR, (_context, value, template) =>
    formatNumber(value, template),
  ),
  sessionScalar(1773, 'to_char(int4, text) text', TO_CHAR, (_context, value, template) =>
    formatNumber(Numeric.fromInteger(value), template, false, true),
  ),
  sessionScalar(1774, 'to_char(int8, text) text', TO_CHAR, (_context, value, template) =>
    formatNumber(Numeric.fromInteger(value), template),
  ),
  sessionScalar(1775, 'to_char(float4, text) text', TO_CHAR, (_context, value, template) =>
    formatFloat(value, 6, template),
  ),
  sessionScalar(1776, 'to_char(float8, text) text', TO_CHAR, (_context, value, template) =>
    formatFloat(value, 15, template),
  ),
  sessionScalar(
    1777,
    'to_number(text, text) numeric',
    'number of a text under a template',
    (_context, text, template) => parseNumber(text, template),
  ),
  sessionScalar(1778, 'to_timestamp(text, text) timestamptz', 'timestamp of a text under a template', toTimestamp),
  sessionScalar(1780, 'to_date(text, text) date', 'date of a text under a template', (_context, text, template) =>
    toDate(text, template),
  ),
]
