/** Aggregates that gather: booleans, bits, strings, arrays, JSON. */
import { arraySubscriptError, nullValueNotAllowed } from '../../errors/raise/data.ts'
import { SqlArray } from '../../types/array.ts'
import { type ExactInteger, normalizeInteger } from '../../types/int64.ts'
import { Jsonb, type JsonbNode, jsonbObject } from '../../types/json/jsonb.ts'
import { quoteJson } from '../../types/json/quote.ts'
import { SqlRecord } from '../../types/record.ts'
import { bitAnd, bitOr, bitXor } from '../scalar/bit-strings.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import { aggregate } from '../define.ts'
import { jsonbNode, jsonText, keyText } from '../json/from-datum.ts'
import type { Accumulator, AggregateFunction, CallTypes } from '../records.ts'
import { collecting, folding } from './accumulators.ts'

const booleans: readonly AggregateFunction[] = [
  aggregate(2517, 'bool_and(bool) bool', 'whether all values are true', () => folding((a, b) => a && b)),
  aggregate(2518, 'bool_or(bool) bool', 'whether a value is true', () => folding((a, b) => a || b)),
  aggregate(2519, 'every(bool) bool', 'whether all values are true', () => folding((a, b) => a && b)),
]

const wide =
  (apply: (a: bigint, b: bigint) => bigint) =>
  (a: ExactInteger, b: ExactInteger): ExactInteger =>
    normalizeInteger(apply(BigInt(a), BigInt(b)))

const bits: readonly AggregateFunction[] = [
  aggregate(2242, 'bit_and(bit) bit', 'bitwise and of the values', () => folding(bitAnd)),
  aggregate(2243, 'bit_or(bit) bit', 'bitwise or of the values', () => folding(bitOr)),
  aggregate(6167, 'bit_xor(bit) bit', 'bitwise exclusive or of the values', () => folding(bitXor)),
  aggregate(2236, 'bit_and(int2) int2', 'bitwise and of the values', () => folding((a, b) => a & b)),
  aggregate(2238, 'bit_and(int4) int4', 'bitwise and of the values', () => folding((a, b) => a & b)),
  aggregate(2240, 'bit_and(int8) int8', 'bitwise and of the values', () => folding(wide((a, b) => a & b))),
  aggregate(2237, 'bit_or(int2) int2', 'bitwise or of the values', () => folding((a, b) => a | b)),
  aggregate(2239, 'bit_or(int4) int4', 'bitwise or of the values', () => folding((a, b) => a | b)),
  aggregate(2241, 'bit_or(int8) int8', 'bitwise or of the values', () => folding(wide((a, b) => a | b))),
  aggregate(6164, 'bit_xor(int2) int2', 'bitwise exclusive or of the values', () => folding((a, b) => a ^ b)),
  aggregate(6165, 'bit_xor(int4) int4', 'bitwise exclusive or of the values', () => folding((a, b) => a ^ b)),
  aggregate(6166, 'bit_xor(int8) int8', 'bitwise exclusive or of the values', () => folding(wide((a, b) => a ^ b))),
]

/** Joins values that are not NULL, each but the first after its own delimiter. */
const joining = (join: (parts: Datum[]) => Datum) => (): Accumulator => {
  const parts: Datum[] = []
  let any = false
  return {
    add: (_context, value, delimiter) => {
      if (value === null) return
      if (any && delimiter !== null) parts.push(delimiter)
      parts.push(value)
      any = true
    },
    result: () => (any ? join(parts) : null),
  }
}

const KEEP_NULLS = { skipNulls: false } as const

const strings: readonly AggregateFunction[] = [
  aggregate(
    3538,
    'string_agg(text, text) text',
    'values joined by delimiters',
    joining((parts) => parts.join('')),
    KEEP_NULLS,
  ),
  aggregate(
    3545,
    'string_agg(bytea, bytea) bytea',
    'values joined by delimiters',
    joining((parts) => new Uint8Array(Buffer.concat(parts))),
    KEEP_NULLS,
  ),
]

/** Each array is looked at as it comes, so that errors come in the order of the rows. */
const stacking = (): Accumulator => {
  const arrays: SqlArray[] = []
  return {
    add: (_context, array: SqlArray | null) => {
      if (array === null) throw nullValueNotAllowed('cannot accumulate null arrays')
      const shape = arrays[0]?.dimensions ?? array.dimensions
      if (shape.length === 0) throw arraySubscriptError('cannot accumulate empty arrays')
      const same =
        array.dimensions.length === shape.length && array.dimensions.every((length, i) => length === shape[i])
      if (!same) throw arraySubscriptError('cannot accumulate arrays of different dimensionality')
      arrays.push(array)
    },
    result: () => (arrays.length === 0 ? null : stack(arrays)),
  }
}

/** Arrays of one shape become the rows of an array with one more dimension. */
const stack = (arrays: readonly SqlArray[]): SqlArray =>
  new SqlArray(
    [arrays.length, ...(arrays[0]?.dimensions ?? [])],
    [1, ...(arrays[0]?.lowerBounds ?? [])],
    arrays.flatMap((array) => array.elements),
  )

const arrays: readonly AggregateFunction[] = [
  aggregate(
    2335,
    'array_agg(anynonarray) anyarray',
    'values as an array',
    () => collecting((rows) => (rows.length === 0 ? null : SqlArray.of(rows.map(([value]) => value)))),
    KEEP_NULLS,
  ),
  aggregate(4053, 'array_agg(anyarray) anyarray', 'arrays as an array of one more dimension', stacking, KEEP_NULLS),
]

const argument = ({ args }: CallTypes, n: number): SqlType => args[n] as SqlType

const hasParts = (value: Datum): boolean => value instanceof SqlArray || value instanceof SqlRecord

const jsonAggregates: readonly AggregateFunction[] = [
  aggregate(
    3175,
    'json_agg(anyelement) json',
    'values as a json array',
    (types) =>
      collecting((rows, { format }) => {
        if (rows.length === 0) return null
        const type = argument(types, 0)
        const texts = rows.map(([value], i) => (i > 0 && hasParts(value) ? '\n ' : '') + jsonText(type, value, format))
        return `[${texts.join(', ')}]`
      }),
    { ...KEEP_NULLS, volatility: 'stable' },
  ),
  aggregate(
    3267,
    'jsonb_agg(anyelement) jsonb',
    'values as a jsonb array',
    (types) =>
      collecting((rows, { format }) =>
        rows.length === 0 ? null : new Jsonb(rows.map(([value]) => jsonbNode(argument(types, 0), value, format))),
      ),
    { ...KEEP_NULLS, volatility: 'stable' },
  ),
  aggregate(
    3197,
    'json_object_agg(any, any) json',
    'keys and values as a json object',
    (types) =>
      collecting((rows, { format }) => {
        if (rows.length === 0) return null
        const members = rows.map(
          ([key, value]) =>
            `${quoteJson(keyText(argument(types, 0), key, format, 0))} : ${jsonText(argument(types, 1), value, format)}`,
        )
        return `{ ${members.join(', ')} }`
      }),
    { ...KEEP_NULLS, volatility: 'stable' },
  ),
  aggregate(
    3270,
    'jsonb_object_agg(any, any) jsonb',
    'keys and values as a jsonb object',
    (types) =>
      collecting((rows, { format }) => {
        if (rows.length === 0) return null
        return new Jsonb(
          jsonbObject(
            rows.map(([key, value]): [string, JsonbNode] => [
              keyText(argument(types, 0), key, format, 0),
              jsonbNode(argument(types, 1), value, format),
            ]),
          ),
        )
      }),
    KEEP_NULLS,
  ),
]

export const collectionAggregates: readonly AggregateFunction[] = [
  ...booleans,
  ...bits,
  ...strings,
  ...arrays,
  ...jsonAggregates,
]
