/**
 * Comparison: per pair of types the six functions and six operators =, <>, <, <=, >, >= over one order. OIDs stand in
 * that sequence. Pairs of types without order have the first one or two only.
 */
import { noComparison } from '../errors/raise/data.ts'
import { END_TIMESTAMP } from '../types/datetime/calendar.ts'
import { dateToTimestamp, instantOfLocal, isBeyondTimestamps } from '../types/datetime/convert.ts'
import { compareIntervals } from '../types/datetime/interval.ts'
import { timeZone } from '../types/datetime/zones/index.ts'
import { compareFloats } from '../types/floats.ts'
import type { ExactInteger } from '../types/int64.ts'
import { compareJsonb } from '../types/json/jsonb.ts'
import { Numeric } from '../types/numeric/numeric.ts'
import { compareRecords, differRecords } from '../types/record.ts'
import type { Datum, SqlType } from '../types/sql-type.ts'
import { compareBytes, compareText } from '../types/text-order.ts'
import type { EvalContext } from './context.ts'
import { builtinType } from './define.ts'

/** How the values of a family are compared. */
export type Order =
  | { readonly kind: 'primitive' }
  | {
      readonly kind: 'plain'
      readonly compare: (a: Datum, b: Datum) => number
      /** For = and <>, where these fail in another way. */
      readonly differ?: (a: Datum, b: Datum) => number
      readonly helper?: string
      readonly identity?: boolean
    }
  | { readonly kind: 'session'; readonly compare: (context: EvalContext, a: Datum, b: Datum) => number }
  | { readonly kind: 'typed'; readonly compare: (type: SqlType) => (a: Datum, b: Datum) => number }

export interface ComparisonFamily {
  readonly left: string
  readonly right: string
  /** Function names: `*` stands for eq, ne, lt, le, gt, ge; or all of them in that sequence. */
  readonly names: string
  readonly functions: readonly number[]
  readonly operators: readonly number[]
  readonly order: Order
  readonly hashes: boolean
  readonly merges: boolean
  /** Estimator of the order operators where it is not the scalar one. */
  readonly selectivity?: string
}

const family = (
  left: string,
  right: string,
  names: string,
  functions: readonly number[],
  operators: readonly number[],
  order: Order,
  { hashes = true, merges = true, ...rest }: Partial<Pick<ComparisonFamily, 'hashes' | 'merges' | 'selectivity'>> = {},
): ComparisonFamily => ({ left, right, names, functions, operators, order, hashes, merges, ...rest })

/** Datums that `<` and `===` compare. */
const primitive: Order = { kind: 'primitive' }
/** Strings: equal when identical, ordered by code points. */
const text: Order = { kind: 'plain', compare: compareText, helper: 'compareText', identity: true }
const floats: Order = { kind: 'plain', compare: compareFloats, helper: 'compareFloats' }
const ordered = (compare: (a: Datum, b: Datum) => number): Order => ({ kind: 'plain', compare })
const ofType = (name: string): Order => ordered(builtinType(name).compare as (a: Datum, b: Datum) => number)
const inZone = (compare: (context: EvalContext, a: Datum, b: Datum) => number): Order => ({ kind: 'session', compare })
/** The order of the type that a polymorphic argument turned out to have. */
const byCallType: Order = {
  kind: 'typed',
  compare: (type) => {
    if (type.compare === null) throw noComparison(type)
    return type.compare
  },
}

const compareExact = (a: ExactInteger, b: ExactInteger): number => (a < b ? -1 : a > b ? 1 : 0)

/** Not by a minus sign, which makes a negative zero of 0. */
const reversed =
  <A, B>(compare: (a: A, b: B) => number) =>
  (b: B, a: A): number =>
    0 - compare(a, b)

const reversedIn =
  <A, B>(compare: (context: EvalContext, a: A, b: B) => number) =>
  (context: EvalContext, b: B, a: A): number =>
    0 - compare(context, a, b)

/** A date that no timestamp reaches comes after all of them but infinity. */
const dateWithTimestamp = (date: number, timestamp: ExactInteger): number =>
  isBeyondTimestamps(date) ? compareExact(END_TIMESTAMP, timestamp) : compareExact(dateToTimestamp(date), timestamp)

const dateWithTimestamptz = (context: EvalContext, date: number, timestamp: ExactInteger): number =>
  isBeyondTimestamps(date)
    ? compareExact(END_TIMESTAMP, timestamp)
    : compareExact(instantOfLocal(dateToTimestamp(date), timeZone(context.format.timeZone)), timestamp)

const timestampWithTimestamptz = (context: EvalContext, local: ExactInteger, timestamp: ExactInteger): number =>
  compareExact(instantOfLocal(local, timeZone(context.format.timeZone)), timestamp)

export const comparisonFamilies: readonly ComparisonFamily[] = [
  family('bool', 'bool', 'bool*', [60, 84, 56, 1691, 57, 1692], [91, 85, 58, 1694, 59, 1695], primitive),
  family(
    'bytea',
    'bytea',
    'bytea*',
    [1948, 1953, 1949, 1950, 1951, 1952],
    [1955, 1956, 1957, 1958, 1959, 1960],
    ordered(compareBytes),
  ),
  family('char', 'char', 'char*', [61, 70, 1246, 72, 73, 74], [92, 630, 631, 632, 633, 634], primitive),
  family('name', 'name', 'name*', [62, 659, 655, 656, 657, 658], [93, 643, 660, 661, 662, 663], text),
  family('name', 'text', 'name*text', [240, 245, 241, 242, 244, 243], [254, 259, 255, 256, 258, 257], text),
  family('int8', 'int8', 'int8*', [467, 468, 469, 471, 470, 472], [410, 411, 412, 414, 413, 415], primitive),
  family(
    'int8',
    'int2',
    'int82*',
    [1856, 1857, 1858, 1860, 1859, 1861],
    [1868, 1869, 1870, 1872, 1871, 1873],
    primitive,
  ),
  family('int8', 'int4', 'int84*', [474, 475, 476, 478, 477, 479], [416, 417, 418, 420, 419, 430], primitive),
  family(
    'int2',
    'int8',
    'int28*',
    [1850, 1851, 1852, 1854, 1853, 1855],
    [1862, 1863, 1864, 1866, 1865, 1867],
    primitive,
  ),
  family('int2', 'int2', 'int2*', [63, 145, 64, 148, 146, 151], [94, 519, 95, 522, 520, 524], primitive),
  family('int2', 'int4', 'int24*', [158, 164, 160, 166, 162, 168], [532, 538, 534, 540, 536, 542], primitive),
  family('int4', 'int8', 'int48*', [852, 853, 854, 856, 855, 857], [15, 36, 37, 80, 76, 82], primitive),
  family('int4', 'int2', 'int42*', [159, 165, 161, 167, 163, 169], [533, 539, 535, 541, 537, 543], primitive),
  family('int4', 'int4', 'int4*', [65, 144, 66, 149, 147, 150], [96, 518, 97, 523, 521, 525], primitive),
  family('text', 'name', 'text*name', [247, 252, 248, 249, 251, 250], [260, 265, 261, 262, 264, 263], text),
  family(
    'text',
    'text',
    'texteq textne text_lt text_le text_gt text_ge',
    [67, 157, 740, 741, 742, 743],
    [98, 531, 664, 665, 666, 667],
    text,
  ),
  family('oid', 'oid', 'oid*', [184, 185, 716, 717, 1638, 1639], [607, 608, 609, 611, 610, 612], primitive),
  family('tid', 'tid', 'tid*', [1292, 1265, 2791, 2793, 2790, 2792], [387, 402, 2799, 2801, 2800, 2802], ofType('tid')),
  family(
    'xid',
    'int4',
    'xideqint4 xidneqint4',
    [1319, 3309],
    [353, 3316],
    ordered((xid: number, value: number) => xid - (value >>> 0)),
    { hashes: false, merges: false },
  ),
  family('xid', 'xid', 'xideq xidneq', [68, 3308], [352, 3315], primitive, { merges: false }),
  family('cid', 'cid', 'cid*', [69], [385], primitive, { merges: false }),
  family(
    'oidvector',
    'oidvector',
    'oidvector*',
    [679, 619, 677, 678, 681, 680],
    [649, 644, 645, 647, 646, 648],
    ofType('oidvector'),
  ),
  family('float4', 'float4', 'float4*', [287, 288, 289, 290, 291, 292], [620, 621, 622, 624, 623, 625], floats),
  family('float4', 'float8', 'float48*', [299, 300, 301, 302, 303, 304], [1120, 1121, 1122, 1124, 1123, 1125], floats),
  family('float8', 'float4', 'float84*', [305, 306, 307, 308, 309, 310], [1130, 1131, 1132, 1134, 1133, 1135], floats),
  family('float8', 'float8', 'float8*', [293, 294, 295, 296, 297, 298], [670, 671, 672, 673, 674, 675], floats),
  family(
    'bpchar',
    'bpchar',
    'bpchar*',
    [1048, 1053, 1049, 1050, 1051, 1052],
    [1054, 1057, 1058, 1059, 1060, 1061],
    ofType('bpchar'),
  ),
  family(
    'date',
    'date',
    'date_*',
    [1086, 1091, 1087, 1088, 1089, 1090],
    [1093, 1094, 1095, 1096, 1097, 1098],
    primitive,
  ),
  family(
    'date',
    'timestamp',
    'date_*_timestamp',
    [2340, 2343, 2338, 2339, 2341, 2342],
    [2347, 2350, 2345, 2346, 2349, 2348],
    ordered(dateWithTimestamp),
    { hashes: false },
  ),
  family(
    'date',
    'timestamptz',
    'date_*_timestamptz',
    [2353, 2356, 2351, 2352, 2354, 2355],
    [2360, 2363, 2358, 2359, 2362, 2361],
    inZone(dateWithTimestamptz),
    { hashes: false },
  ),
  family(
    'time',
    'time',
    'time_*',
    [1145, 1106, 1102, 1103, 1104, 1105],
    [1108, 1109, 1110, 1111, 1112, 1113],
    primitive,
  ),
  family(
    'timestamp',
    'date',
    'timestamp_*_date',
    [2366, 2369, 2364, 2365, 2367, 2368],
    [2373, 2376, 2371, 2372, 2375, 2374],
    ordered(reversed(dateWithTimestamp)),
    { hashes: false },
  ),
  family(
    'timestamp',
    'timestamp',
    'timestamp_*',
    [2052, 2053, 2054, 2055, 2057, 2056],
    [2060, 2061, 2062, 2063, 2064, 2065],
    primitive,
  ),
  family(
    'timestamp',
    'timestamptz',
    'timestamp_*_timestamptz',
    [2522, 2525, 2520, 2521, 2523, 2524],
    [2536, 2539, 2534, 2535, 2538, 2537],
    inZone(timestampWithTimestamptz),
    { hashes: false },
  ),
  family(
    'timestamptz',
    'date',
    'timestamptz_*_date',
    [2379, 2382, 2377, 2378, 2380, 2381],
    [2386, 2389, 2384, 2385, 2388, 2387],
    inZone(reversedIn(dateWithTimestamptz)),
    { hashes: false },
  ),
  family(
    'timestamptz',
    'timestamp',
    'timestamptz_*_timestamp',
    [2529, 2532, 2527, 2528, 2530, 2531],
    [2542, 2545, 2540, 2541, 2544, 2543],
    inZone(reversedIn(timestampWithTimestamptz)),
    { hashes: false },
  ),
  family(
    'timestamptz',
    'timestamptz',
    'timestamptz_*',
    [1152, 1153, 1154, 1155, 1157, 1156],
    [1320, 1321, 1322, 1323, 1324, 1325],
    primitive,
  ),
  family(
    'interval',
    'interval',
    'interval_*',
    [1162, 1163, 1164, 1165, 1167, 1166],
    [1330, 1331, 1332, 1333, 1334, 1335],
    ordered(compareIntervals),
  ),
  family(
    'timetz',
    'timetz',
    'timetz_*',
    [1352, 1353, 1354, 1355, 1357, 1356],
    [1550, 1551, 1552, 1553, 1554, 1555],
    ofType('timetz'),
  ),
  family(
    'numeric',
    'numeric',
    'numeric_*',
    [1718, 1719, 1722, 1723, 1720, 1721],
    [1752, 1753, 1754, 1755, 1756, 1757],
    ordered(Numeric.compare),
  ),
  family('record', 'record', 'record_*', [2981, 2982, 2983, 2985, 2984, 2986], [2988, 2989, 2990, 2992, 2991, 2993], {
    kind: 'plain',
    compare: compareRecords,
    differ: differRecords,
  }),
  family(
    'anyarray',
    'anyarray',
    'array_*',
    [744, 390, 391, 393, 392, 396],
    [1070, 1071, 1072, 1074, 1073, 1075],
    byCallType,
  ),
  family(
    'uuid',
    'uuid',
    'uuid_*',
    [2956, 2959, 2954, 2955, 2958, 2957],
    [2972, 2973, 2974, 2976, 2975, 2977],
    primitive,
  ),
  family(
    'anyenum',
    'anyenum',
    'enum_*',
    [3508, 3509, 3510, 3512, 3511, 3513],
    [3516, 3517, 3518, 3520, 3519, 3521],
    byCallType,
  ),
  family(
    'anyrange',
    'anyrange',
    'range_*',
    [3855, 3856, 3871, 3872, 3874, 3873],
    [3882, 3883, 3884, 3885, 3887, 3886],
    byCallType,
    { selectivity: 'rangesel' },
  ),
  family(
    'anymultirange',
    'anymultirange',
    'multirange_*',
    [4244, 4245, 4274, 4275, 4277, 4276],
    [2860, 2861, 2862, 2863, 2865, 2864],
    byCallType,
    { selectivity: 'multirangesel' },
  ),
  family(
    'jsonb',
    'jsonb',
    'jsonb_*',
    [4043, 4038, 4039, 4041, 4040, 4042],
    [3240, 3241, 3242, 3244, 3243, 3245],
    ordered(compareJsonb),
  ),
  family(
    'xid8',
    'xid8',
    'xid8*',
    [5084, 5085, 5034, 5036, 5035, 5037],
    [5068, 5072, 5073, 5075, 5074, 5076],
    primitive,
  ),
  family('bit', 'bit', 'bit*', [1581, 1582, 1595, 1594, 1593, 1592], [1784, 1785, 1786, 1788, 1787, 1789], primitive, {
    hashes: false,
  }),
  family(
    'varbit',
    'varbit',
    'varbit*',
    [1666, 1667, 1671, 1670, 1669, 1668],
    [1804, 1805, 1806, 1808, 1807, 1809],
    primitive,
    { hashes: false },
  ),
  family('money', 'money', 'cash_*', [888, 889, 890, 891, 892, 893], [900, 901, 902, 904, 903, 905], primitive, {
    hashes: false,
  }),
  family(
    'pg_lsn',
    'pg_lsn',
    'pg_lsn_*',
    [3233, 3236, 3231, 3232, 3235, 3234],
    [3222, 3223, 3224, 3226, 3225, 3227],
    primitive,
  ),
  family(
    'macaddr',
    'macaddr',
    'macaddr_*',
    [830, 835, 831, 832, 833, 834],
    [1220, 1221, 1222, 1223, 1224, 1225],
    primitive,
  ),
  family(
    'macaddr8',
    'macaddr8',
    'macaddr8_*',
    [4113, 4118, 4114, 4115, 4116, 4117],
    [3362, 3363, 3364, 3365, 3366, 3367],
    primitive,
  ),
  family(
    'inet',
    'inet',
    'network_*',
    [920, 925, 921, 922, 923, 924],
    [1201, 1202, 1203, 1204, 1205, 1206],
    ofType('inet'),
  ),
  family(
    'tsvector',
    'tsvector',
    'tsvector_*',
    [3618, 3619, 3616, 3617, 3621, 3620],
    [3629, 3630, 3627, 3628, 3632, 3631],
    ofType('tsvector'),
    { hashes: false },
  ),
  family(
    'tsquery',
    'tsquery',
    'tsquery_*',
    [3664, 3665, 3662, 3663, 3667, 3666],
    [3676, 3677, 3674, 3675, 3679, 3678],
    ofType('tsquery'),
    { hashes: false },
  ),
]
