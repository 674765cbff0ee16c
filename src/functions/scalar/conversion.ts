/** Functions behind casts: between numbers, between kinds of text, between dates and times; and typmods applied. */
import {
  floatOverflow,
  floatTextOutOfRange,
  floatUnderflow,
  invalidJsonbCast,
  typeOutOfRange,
} from '../../errors/raise/data.ts'
import { TimeTz } from '../../types/datetime/datetime-types.ts'
import {
  dateToTimestamp,
  dateToTimestamptz,
  offsetAtTimestamp,
  timeOfTimestamp,
  timestampToDate,
  timestampToTimestamptz,
  timestamptzToTimestamp,
} from '../../types/datetime/convert.ts'
import { checkTimestamp, isInfinite, MICROS_PER_DAY } from '../../types/datetime/calendar.ts'
import { Interval } from '../../types/datetime/interval.ts'
import { timeZone } from '../../types/datetime/zones/index.ts'
import { type ExactInteger, exactFromNumber } from '../../types/int64.ts'
import { isJsonbArray, isJsonbObject, type Jsonb, type JsonbNode } from '../../types/json/jsonb.ts'
import { numericFromFloat, numericToInt2, numericToInt4, numericToInt8 } from '../../types/numeric/convert.ts'
import { Numeric } from '../../types/numeric/numeric.ts'
import type { Datum } from '../../types/sql-type.ts'
import { charOfText, textOfChar, trimBlanks, truncateName } from '../../types/strings.ts'
import { timeToTimeTz } from '../datetime/time-with-zone.ts'
import { builtinType, scalar, sessionScalar } from '../define.ts'
import { checkInt2, checkInt4 } from '../inline-helpers.ts'
import type { ScalarFunction } from '../records.ts'

/** Nearest integer, halves to even, as C's rint. */
export const rint = (value: number): number => {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1
  return floor % 2 === 0 ? floor : floor + 1
}

const floatToInt =
  (check: (value: number) => number, type: string) =>
  (value: number): number => {
    if (!Number.isFinite(value)) throw typeOutOfRange(type)
    return check(rint(value) + 0)
  }

const floatToInt2 = floatToInt(checkInt2, 'smallint')
const floatToInt4 = floatToInt(checkInt4, 'integer')

const floatToInt8 = (value: number): ExactInteger => {
  const rounded = rint(value)
  if (!(rounded >= -(2 ** 63) && rounded < 2 ** 63)) throw typeOutOfRange('bigint')
  return exactFromNumber(rounded)
}

const int8ToInt4 = (value: ExactInteger): number => {
  if (value > 2147483647 || value < -2147483648) throw typeOutOfRange('integer')
  return value as number
}

const int8ToInt2 = (value: ExactInteger): number => {
  if (value > 32767 || value < -32768) throw typeOutOfRange('smallint')
  return value as number
}

const int8ToOid = (value: ExactInteger): number => {
  if (value > 4294967295 || value < 0) throw typeOutOfRange('OID')
  return value as number
}

const narrowFloat = (value: number): number => {
  const narrow = Math.fround(value)
  if (!Number.isFinite(narrow) && Number.isFinite(value)) throw floatOverflow()
  if (narrow === 0 && value !== 0) throw floatUnderflow()
  return narrow
}

export const numericToFloat8 = (value: Numeric): number => {
  const float = value.toNumber()
  if (value.isFinite && (!Number.isFinite(float) || (float === 0 && value.sign !== 0))) {
    throw floatTextOutOfRange('double precision', value.toString())
  }
  return float
}

const numericToFloat4 = (value: Numeric): number => {
  const float = Math.fround(value.toNumber())
  if (value.isFinite && (!Number.isFinite(float) || (float === 0 && value.sign !== 0))) {
    throw floatTextOutOfRange('real', value.toString())
  }
  return float
}

const same = (value: Datum): Datum => value

const numberFunctions: readonly ScalarFunction[] = [
  scalar(313, 'int4(int2) int4', 'convert int2 to int4', same, { inline: (a) => a }),
  scalar(314, 'int2(int4) int2', 'convert int4 to int2', checkInt2, { inline: (a) => `helpers.checkInt2(${a})` }),
  scalar(481, 'int8(int4) int8', 'convert int4 to int8', same, { inline: (a) => a }),
  scalar(480, 'int4(int8) int4', 'convert int8 to int4', int8ToInt4),
  scalar(754, 'int8(int2) int8', 'convert int2 to int8', same, { inline: (a) => a }),
  scalar(714, 'int2(int8) int2', 'convert int8 to int2', int8ToInt2),
  scalar(236, 'float4(int2) float4', 'convert int2 to float4', same, { inline: (a) => a }),
  scalar(318, 'float4(int4) float4', 'convert int4 to float4', Math.fround, { inline: (a) => `Math.fround(${a})` }),
  scalar(652, 'float4(int8) float4', 'convert int8 to float4', (a) => Math.fround(Number(a))),
  scalar(235, 'float8(int2) float8', 'convert int2 to float8', same, { inline: (a) => a }),
  scalar(316, 'float8(int4) float8', 'convert int4 to float8', same, { inline: (a) => a }),
  scalar(482, 'float8(int8) float8', 'convert int8 to float8', Number, { inline: (a) => `Number(${a})` }),
  scalar(311, 'float8(float4) float8', 'convert float4 to float8', same, { inline: (a) => a }),
  scalar(312, 'float4(float8) float4', 'convert float8 to float4', narrowFloat),
  scalar(238, 'int2(float4) int2', 'convert float4 to int2', floatToInt2),
  scalar(237, 'int2(float8) int2', 'convert float8 to int2', floatToInt2),
  scalar(319, 'int4(float4) int4', 'convert float4 to int4', floatToInt4),
  scalar(317, 'int4(float8) int4', 'convert float8 to int4', floatToInt4),
  scalar(653, 'int8(float4) int8', 'convert float4 to int8', floatToInt8),
  scalar(483, 'int8(float8) int8', 'convert float8 to int8', floatToInt8),
  scalar(1782, 'numeric(int2) numeric', 'convert int2 to numeric', Numeric.fromInteger),
  scalar(1740, 'numeric(int4) numeric', 'convert int4 to numeric', Numeric.fromInteger),
  scalar(1781, 'numeric(int8) numeric', 'convert int8 to numeric', Numeric.fromInteger),
  scalar(1742, 'numeric(float4) numeric', 'convert float4 to numeric', (a) => numericFromFloat(a, 6)),
  scalar(1743, 'numeric(float8) numeric', 'convert float8 to numeric', (a) => numericFromFloat(a, 15)),
  scalar(1783, 'int2(numeric) int2', 'convert numeric to int2', numericToInt2),
  scalar(1744, 'int4(numeric) int4', 'convert numeric to int4', numericToInt4),
  scalar(1779, 'int8(numeric) int8', 'convert numeric to int8', numericToInt8),
  scalar(1745, 'float4(numeric) float4', 'convert numeric to float4', numericToFloat4),
  scalar(1746, 'float8(numeric) float8', 'convert numeric to float8', numericToFloat8),
  scalar(1287, 'oid(int8) oid', 'convert int8 to oid', int8ToOid),
  scalar(1288, 'int8(oid) int8', 'convert oid to int8', same),
  scalar(2557, 'bool(int4) bool', 'convert int4 to boolean', (a) => a !== 0, { inline: (a) => `(${a} !== 0)` }),
  scalar(2558, 'int4(bool) int4', 'convert boolean to int4', Number, { inline: (a) => `(${a} ? 1 : 0)` }),
  scalar(5071, 'xid(xid8) xid', 'convert xid8 to xid', (a: ExactInteger) => Number(BigInt.asUintN(32, BigInt(a)))),
]

const charToInt = (value: string): number => (value === '' ? 0 : (value.charCodeAt(0) << 24) >> 24)
const intToChar = (value: number): string => {
  if (value < -128 || value > 127) throw typeOutOfRange('"char"')
  return value === 0 ? '' : String.fromCharCode(value & 0xff)
}

const textFunctions: readonly ScalarFunction[] = [
  scalar(77, 'int4(char) int4', 'convert char to int4', charToInt),
  scalar(78, 'char(int4) char', 'convert int4 to char', intToChar),
  scalar(860, 'bpchar(char) bpchar', 'convert char to char(n)', textOfChar),
  scalar(946, 'text(char) text', 'convert char to text', textOfChar),
  scalar(944, 'char(text) char', 'convert text to char', charOfText),
  scalar(401, 'text(bpchar) text', 'convert char(n) to text', trimBlanks),
  scalar(406, 'text(name) text', 'convert name to text', same),
  scalar(407, 'name(text) name', 'convert text to name', truncateName),
  scalar(408, 'bpchar(name) bpchar', 'convert name to char(n)', same),
  scalar(409, 'name(bpchar) name', 'convert char(n) to name', (a) => truncateName(trimBlanks(a))),
  scalar(1400, 'name(varchar) name', 'convert varchar to name', truncateName),
  scalar(1401, 'varchar(name) varchar', 'convert name to varchar', same),
  scalar(2971, 'text(bool) text', 'convert boolean to text', String),
  sessionScalar(1079, 'regclass(text) regclass', 'convert text to regclass', ({ format }, a) =>
    builtinType('regclass').parse(a, -1, format),
  ),
]

/** Functions that fit a value to the typmod given as second argument; a third says whether the cast is explicit. */
const typmodFunction = (oid: number, type: string): ScalarFunction => {
  const { applyTypmod } = builtinType(type)
  const explicitArgument = type === 'varchar' || type === 'bpchar'
  return scalar(
    oid,
    `${type}(${type}, int4${explicitArgument ? ', bool' : ''}) ${type}`,
    `adjust ${type} to a type modifier`,
    (value, typmod, explicit) => applyTypmod(value, typmod, explicit ?? false),
  )
}

const typmodFunctions: readonly ScalarFunction[] = [
  typmodFunction(668, 'bpchar'),
  typmodFunction(669, 'varchar'),
  typmodFunction(1703, 'numeric'),
  typmodFunction(1968, 'time'),
  typmodFunction(1969, 'timetz'),
  typmodFunction(1961, 'timestamp'),
  typmodFunction(1967, 'timestamptz'),
  typmodFunction(1200, 'interval'),
]

const timestamptzToTimeTz = (timestamp: ExactInteger, zoneName: string): TimeTz | null =>
  isInfinite(timestamp)
    ? null
    : new TimeTz(
        timeOfTimestamp(timestamptzToTimestamp(timestamp, zoneName)),
        0 - offsetAtTimestamp(timestamp, timeZone(zoneName)),
      )

const intervalToTime = ({ micros }: Interval): number => {
  const day = BigInt(MICROS_PER_DAY)
  return Number(((BigInt(micros) % day) + day) % day)
}

const inRange = (timestamp: ExactInteger): ExactInteger =>
  isInfinite(timestamp) ? timestamp : checkTimestamp(timestamp)

const timeOrNull = (timestamp: ExactInteger): number | null =>
  isInfinite(timestamp) ? null : timeOfTimestamp(timestamp)

const datetimeFunctions: readonly ScalarFunction[] = [
  scalar(2024, 'timestamp(date) timestamp', 'convert date to timestamp', dateToTimestamp),
  scalar(2029, 'date(timestamp) date', 'convert timestamp to date', timestampToDate),
  sessionScalar(1174, 'timestamptz(date) timestamptz', 'convert date to timestamp with time zone', ({ format }, a) =>
    dateToTimestamptz(a, timeZone(format.timeZone)),
  ),
  sessionScalar(1178, 'date(timestamptz) date', 'convert timestamp with time zone to date', ({ format }, a) =>
    timestampToDate(timestamptzToTimestamp(a, format.timeZone)),
  ),
  sessionScalar(
    2028,
    'timestamptz(timestamp) timestamptz',
    'read a timestamp in the session time zone',
    ({ format }, a) => timestampToTimestamptz(a, format.timeZone),
  ),
  sessionScalar(2027, 'timestamp(timestamptz) timestamp', 'local time in the session time zone', ({ format }, a) =>
    inRange(timestamptzToTimestamp(a, format.timeZone)),
  ),
  scalar(1316, 'time(timestamp) time', 'time of day of a timestamp', timeOrNull),
  sessionScalar(2019, 'time(timestamptz) time', 'local time of day in the session time zone', ({ format }, a) =>
    timeOrNull(timestamptzToTimestamp(a, format.timeZone)),
  ),
  sessionScalar(1388, 'timetz(timestamptz) timetz', 'time of day with the session time zone', ({ format }, a) =>
    timestamptzToTimeTz(a, format.timeZone),
  ),
  sessionScalar(2047, 'timetz(time) timetz', 'time of day with the session time zone', ({ format }, a) =>
    timeToTimeTz(a, format.timeZone, format.transactionTimestamp),
  ),
  scalar(2046, 'time(timetz) time', 'time of day without its zone', (a: TimeTz) => a.micros),
  scalar(1370, 'interval(time) interval', 'convert time to interval', (a: number) => new Interval(0, 0, a)),
  scalar(1419, 'time(interval) time', 'time of day in an interval', intervalToTime),
]

const jsonbKind = (node: JsonbNode): string => {
  if (node === null) return 'null'
  if (isJsonbArray(node)) return 'array'
  if (isJsonbObject(node)) return 'object'
  return typeof node === 'string' ? 'string' : typeof node === 'boolean' ? 'boolean' : 'numeric'
}

/** Reads a jsonb scalar as a number. Throws 22023 for every other kind. */
const fromJsonbNumber =
  (type: string, convert: (value: Numeric) => Datum) =>
  ({ root }: Jsonb): Datum => {
    if (!(root instanceof Numeric)) throw invalidJsonbCast(jsonbKind(root), type)
    return convert(root)
  }

const jsonbFunctions: readonly ScalarFunction[] = [
  scalar(3556, 'bool(jsonb) bool', 'convert jsonb to boolean', ({ root }: Jsonb) => {
    if (typeof root !== 'boolean') throw invalidJsonbCast(jsonbKind(root), 'boolean')
    return root
  }),
  scalar(3449, 'numeric(jsonb) numeric', 'convert jsonb to numeric', fromJsonbNumber('numeric', same)),
  scalar(3450, 'int2(jsonb) int2', 'convert jsonb to int2', fromJsonbNumber('smallint', numericToInt2)),
  scalar(3451, 'int4(jsonb) int4', 'convert jsonb to int4', fromJsonbNumber('integer', numericToInt4)),
  scalar(3452, 'int8(jsonb) int8', 'convert jsonb to int8', fromJsonbNumber('bigint', numericToInt8)),
  scalar(3453, 'float4(jsonb) float4', 'convert jsonb to float4', fromJsonbNumber('real', numericToFloat4)),
  scalar(2580, 'float8(jsonb) float8', 'convert jsonb to float8', fromJsonbNumber('double precision', numericToFloat8)),
]

export const conversionFunctions: readonly ScalarFunction[] = [
  ...numberFunctions,
  ...textFunctions,
  ...typmodFunctions,
  ...datetimeFunctions,
  ...jsonbFunctions,
]
