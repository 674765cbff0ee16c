/** What every type has as functions: the greater and the lesser of two values, three-way comparison, the binary form. */
import type { Datum, SqlType } from '../../types/sql-type.ts'
import { noComparison } from '../../errors/raise/data.ts'
import { compareFloats } from '../../types/floats.ts'
import { comparisonFamilies } from '../comparison-families.ts'
import type { EvalContext } from '../context.ts'
import { sessionScalar, typedScalar } from '../define.ts'
import type { CallTypes, ScalarFunction } from '../records.ts'

type Order = (a: Datum, b: Datum) => number

/** The order of a call's arguments: of integers and floats whatever their width, which may differ. */
const orderOf = ({ args }: CallTypes): Order => {
  const [left, right] = args as readonly [SqlType, SqlType]
  if (left.compare === null) throw noComparison(left)
  const { compare } = left
  if (left.oid === right.oid || left.physical === 'text') return compare
  return (a, b) => (a < b ? -1 : a > b ? 1 : 0)
}

/** Small values that PostgreSQL subtracts. */
const byDifference: ReadonlySet<string> = new Set(['btint2cmp', 'btboolcmp'])

/** Names, texts and "char"s: what their first different bytes differ by. */
const byBytes: ReadonlySet<string> = new Set(['bttextcmp', 'btnametextcmp', 'bttextnamecmp', 'btnamecmp', 'btcharcmp'])

const bytesDifference = (a: string, b: string): number => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  const at = left.findIndex((byte, i) => byte !== right[i])
  if (at >= 0 && at < right.length) return (left[at] as number) - (right[at] as number)
  return Math.sign(left.length - right.length)
}

/** larger and smaller, by the name of the function. */
const EXTREMES: readonly (readonly [oid: number, name: string, type: string])[] = [
  [515, 'array_larger', 'anyarray'],
  [516, 'array_smaller', 'anyarray'],
  [1063, 'bpchar_larger', 'bpchar'],
  [1064, 'bpchar_smaller', 'bpchar'],
  [1138, 'date_larger', 'date'],
  [1139, 'date_smaller', 'date'],
  [3525, 'enum_larger', 'anyenum'],
  [3524, 'enum_smaller', 'anyenum'],
  [209, 'float4larger', 'float4'],
  [211, 'float4smaller', 'float4'],
  [223, 'float8larger', 'float8'],
  [224, 'float8smaller', 'float8'],
  [770, 'int2larger', 'int2'],
  [771, 'int2smaller', 'int2'],
  [768, 'int4larger', 'int4'],
  [769, 'int4smaller', 'int4'],
  [1236, 'int8larger', 'int8'],
  [1237, 'int8smaller', 'int8'],
  [1198, 'interval_larger', 'interval'],
  [1197, 'interval_smaller', 'interval'],
  [1767, 'numeric_larger', 'numeric'],
  [1766, 'numeric_smaller', 'numeric'],
  [1965, 'oidlarger', 'oid'],
  [1966, 'oidsmaller', 'oid'],
  [458, 'text_larger', 'text'],
  [459, 'text_smaller', 'text'],
  [2795, 'tidlarger', 'tid'],
  [2796, 'tidsmaller', 'tid'],
  [1377, 'time_larger', 'time'],
  [1378, 'time_smaller', 'time'],
  [2036, 'timestamp_larger', 'timestamp'],
  [2035, 'timestamp_smaller', 'timestamp'],
  [1196, 'timestamptz_larger', 'timestamptz'],
  [1195, 'timestamptz_smaller', 'timestamptz'],
  [1379, 'timetz_larger', 'timetz'],
  [1380, 'timetz_smaller', 'timetz'],
]

const COMPARISONS: readonly (readonly [oid: number, name: string, left: string, right: string])[] = [
  [1078, 'bpcharcmp', 'bpchar', 'bpchar'],
  [382, 'btarraycmp', 'anyarray', 'anyarray'],
  [1693, 'btboolcmp', 'bool', 'bool'],
  [358, 'btcharcmp', 'char', 'char'],
  [2194, 'btfloat48cmp', 'float4', 'float8'],
  [354, 'btfloat4cmp', 'float4', 'float4'],
  [2195, 'btfloat84cmp', 'float8', 'float4'],
  [355, 'btfloat8cmp', 'float8', 'float8'],
  [2190, 'btint24cmp', 'int2', 'int4'],
  [2192, 'btint28cmp', 'int2', 'int8'],
  [350, 'btint2cmp', 'int2', 'int2'],
  [2191, 'btint42cmp', 'int4', 'int2'],
  [2188, 'btint48cmp', 'int4', 'int8'],
  [351, 'btint4cmp', 'int4', 'int4'],
  [2193, 'btint82cmp', 'int8', 'int2'],
  [2189, 'btint84cmp', 'int8', 'int4'],
  [842, 'btint8cmp', 'int8', 'int8'],
  [359, 'btnamecmp', 'name', 'name'],
  [246, 'btnametextcmp', 'name', 'text'],
  [356, 'btoidcmp', 'oid', 'oid'],
  [404, 'btoidvectorcmp', 'oidvector', 'oidvector'],
  [2987, 'btrecordcmp', 'record', 'record'],
  [360, 'bttextcmp', 'text', 'text'],
  [253, 'bttextnamecmp', 'text', 'name'],
  [2794, 'bttidcmp', 'tid', 'tid'],
  [1954, 'byteacmp', 'bytea', 'bytea'],
  [2166, 'bttext_pattern_cmp', 'text', 'text'],
  [2180, 'btbpchar_pattern_cmp', 'bpchar', 'bpchar'],
  [1092, 'date_cmp', 'date', 'date'],
  [3514, 'enum_cmp', 'anyenum', 'anyenum'],
  [1315, 'interval_cmp', 'interval', 'interval'],
  [4044, 'jsonb_cmp', 'jsonb', 'jsonb'],
  [1769, 'numeric_cmp', 'numeric', 'numeric'],
  [1107, 'time_cmp', 'time', 'time'],
  [2045, 'timestamp_cmp', 'timestamp', 'timestamp'],
  [1314, 'timestamptz_cmp', 'timestamptz', 'timestamptz'],
  [1358, 'timetz_cmp', 'timetz', 'timetz'],
  [2960, 'uuid_cmp', 'uuid', 'uuid'],
]

/** Comparisons across types, by the order of their operators. */
const CROSS_COMPARISONS: readonly (readonly [oid: number, name: string, left: string, right: string])[] = [
  [2344, 'date_cmp_timestamp', 'date', 'timestamp'],
  [2357, 'date_cmp_timestamptz', 'date', 'timestamptz'],
  [2370, 'timestamp_cmp_date', 'timestamp', 'date'],
  [2526, 'timestamp_cmp_timestamptz', 'timestamp', 'timestamptz'],
  [2383, 'timestamptz_cmp_date', 'timestamptz', 'date'],
  [2533, 'timestamptz_cmp_timestamp', 'timestamptz', 'timestamp'],
]

const crossOrder = (left: string, right: string): ((context: EvalContext, a: Datum, b: Datum) => number) => {
  const order = comparisonFamilies.find((family) => family.left === left && family.right === right)?.order
  if (order?.kind === 'session') return order.compare
  if (order?.kind === 'plain') return (_context, a, b) => order.compare(a, b)
  throw new Error(`no order between ${left} and ${right}`)
}

const SENDS: readonly (readonly [oid: number, name: string, type: string])[] = [
  [2503, 'anyarray_send', 'anyarray'],
  [5091, 'anycompatiblearray_send', 'anycompatiblearray'],
  [2401, 'array_send', 'anyarray'],
  [2457, 'bit_send', 'bit'],
  [2437, 'boolsend', 'bool'],
  [2485, 'box_send', 'box'],
  [2431, 'bpcharsend', 'bpchar'],
  [2413, 'byteasend', 'bytea'],
  [2493, 'cash_send', 'money'],
  [2435, 'charsend', 'char'],
  [2499, 'cidr_send', 'cidr'],
  [2443, 'cidsend', 'cid'],
  [2491, 'circle_send', 'circle'],
  [2501, 'cstring_send', 'cstring'],
  [2469, 'date_send', 'date'],
  [3533, 'enum_send', 'anyenum'],
  [2425, 'float4send', 'float4'],
  [2427, 'float8send', 'float8'],
  [2497, 'inet_send', 'inet'],
  [2405, 'int2send', 'int2'],
  [2411, 'int2vectorsend', 'int2vector'],
  [2407, 'int4send', 'int4'],
  [2409, 'int8send', 'int8'],
  [2479, 'interval_send', 'interval'],
  [324, 'json_send', 'json'],
  [3803, 'jsonb_send', 'jsonb'],
  [4004, 'jsonpath_send', 'jsonpath'],
  [2489, 'line_send', 'line'],
  [2481, 'lseg_send', 'lseg'],
  [3447, 'macaddr8_send', 'macaddr8'],
  [2495, 'macaddr_send', 'macaddr'],
  [4234, 'multirange_send', 'anymultirange'],
  [2423, 'namesend', 'name'],
  [2461, 'numeric_send', 'numeric'],
  [2419, 'oidsend', 'oid'],
  [2421, 'oidvectorsend', 'oidvector'],
  [2483, 'path_send', 'path'],
  [3239, 'pg_lsn_send', 'pg_lsn'],
  [198, 'pg_node_tree_send', 'pg_node_tree'],
  [5058, 'pg_snapshot_send', 'pg_snapshot'],
  [2429, 'point_send', 'point'],
  [2487, 'poly_send', 'polygon'],
  [3837, 'range_send', 'anyrange'],
  [2403, 'record_send', 'record'],
  [2453, 'regclasssend', 'regclass'],
  [4197, 'regcollationsend', 'regcollation'],
  [3739, 'regconfigsend', 'regconfig'],
  [3774, 'regdictionarysend', 'regdictionary'],
  [4088, 'regnamespacesend', 'regnamespace'],
  [2451, 'regoperatorsend', 'regoperator'],
  [2449, 'regopersend', 'regoper'],
  [2447, 'regproceduresend', 'regprocedure'],
  [2445, 'regprocsend', 'regproc'],
  [4095, 'regrolesend', 'regrole'],
  [2455, 'regtypesend', 'regtype'],
  [2415, 'textsend', 'text'],
  [2439, 'tidsend', 'tid'],
  [2471, 'time_send', 'time'],
  [2475, 'timestamp_send', 'timestamp'],
  [2477, 'timestamptz_send', 'timestamptz'],
  [2473, 'timetz_send', 'timetz'],
  [3640, 'tsquerysend', 'tsquery'],
  [3638, 'tsvectorsend', 'tsvector'],
  [2942, 'txid_snapshot_send', 'txid_snapshot'],
  [2417, 'unknownsend', 'unknown'],
  [2962, 'uuid_send', 'uuid'],
  [2899, 'xml_send', 'xml'],
  [2459, 'varbit_send', 'varbit'],
  [2433, 'varcharsend', 'varchar'],
  [3121, 'void_send', 'void'],
  [5083, 'xid8send', 'xid8'],
  [2441, 'xidsend', 'xid'],
]

/** What may hold text depends on the client's encoding, as PostgreSQL says. */
const encodingDependent: ReadonlySet<string> = new Set([
  'anyarray_send',
  'anycompatiblearray_send',
  'array_send',
  'bpcharsend',
  'cstring_send',
  'enum_send',
  'multirange_send',
  'namesend',
  'pg_node_tree_send',
  'range_send',
  'record_send',
  'textsend',
  'varcharsend',
  'xml_send',
])

export const typeSupportFunctions: readonly ScalarFunction[] = [
  ...EXTREMES.map(([oid, name, type]) => {
    const greater = name.endsWith('larger')
    return typedScalar(
      oid,
      `${name}(${type}, ${type}) ${type}`,
      greater ? 'larger of two' : 'smaller of two',
      (types) => {
        const order = orderOf(types)
        // Of equal values, which may look different, the second; of bpchar the first.
        const atLeast = type === 'bpchar' ? 0 : 1
        return (_context, a, b) => ((greater ? order(a, b) : order(b, a)) >= atLeast ? a : b)
      },
    )
  }),
  ...COMPARISONS.map(([oid, name, left, right]) =>
    typedScalar(oid, `${name}(${left}, ${right}) int4`, 'less-equal-greater', (types) => {
      const order = left.startsWith('float') ? compareFloats : orderOf(types)
      if (byDifference.has(name)) return (_context, a, b) => Number(a) - Number(b)
      if (byBytes.has(name)) return (_context, a, b) => bytesDifference(a, b)
      return (_context, a, b) => Math.sign(order(a, b))
    }),
  ),
  ...CROSS_COMPARISONS.map(([oid, name, left, right]) => {
    const order = crossOrder(left, right)
    return sessionScalar(
      oid,
      `${name}(${left}, ${right}) int4`,
      'less-equal-greater',
      (context, a, b) => Math.sign(order(context, a, b)),
      { volatility: name.includes('tz') ? 'stable' : 'immutable' },
    )
  }),
  ...SENDS.map(([oid, name, type]) =>
    typedScalar(
      oid,
      `${name}(${type}) bytea`,
      'binary form',
      ({ args }) => {
        const [own] = args as readonly [SqlType]
        return (context, value) => own.send(value, context.format)
      },
      { volatility: encodingDependent.has(name) ? 'stable' : 'immutable' },
    ),
  ),
]
