/**
 * PostgreSQL's hashes of values: those of hash operator classes, of 32 bits, and those with a seed, of 64, which also
 * tell the partition of a row. Equal values have equal hashes, whatever they look like.
 */
import type { SqlArray } from '../types/array.ts'
import { encodeUtf8, fillBytes } from '../types/bytes.ts'
import { TimeTz } from '../types/datetime/datetime-types.ts'
import { type Interval, intervalSpan } from '../types/datetime/interval.ts'
import { baseTypeOf } from '../types/domain-type.ts'
import { type ExactInteger, INT64_MAX, INT64_MIN } from '../types/int64.ts'
import { isJsonbArray, isJsonbObject, type Jsonb, type JsonbNode } from '../types/json/jsonb.ts'
import { macBytes } from '../types/mac-address.ts'
import type { InetAddress } from '../types/network/address.ts'
import { base10000 } from '../types/numeric/base-10000.ts'
import { Numeric } from '../types/numeric/numeric.ts'
import type { SqlMultirange, SqlRange } from '../types/range/range.ts'
import { type MultirangeType, rangeFlags, type RangeType } from '../types/range/range-type.ts'
import type { SqlRecord } from '../types/record.ts'
import type { Datum, SqlType } from '../types/sql-type.ts'
import { trimBlanks } from '../types/strings.ts'
import { hashBytes, hashBytesExtended, hashWord, hashWordExtended } from './hash.ts'

/** How values are hashed: to so many bits, of a word, of bytes, and what stands for nothing. All are without sign. */
export interface Hasher {
  readonly bits: 32 | 64
  readonly seed: bigint
  word(value: number): bigint
  bytes(bytes: Uint8Array): bigint
}

export const PLAIN_HASHER: Hasher = {
  bits: 32,
  seed: 0n,
  word: (value) => BigInt(hashWord(value) >>> 0),
  bytes: (bytes) => BigInt(hashBytes(bytes) >>> 0),
}

export const seededHasher = (seed: bigint): Hasher => ({
  bits: 64,
  seed,
  word: (value) => hashWordExtended(value, seed),
  bytes: (bytes) => hashBytesExtended(bytes, seed),
})

type Hash = (value: Datum, hasher: Hasher, type: SqlType) => bigint

const word: Hash = (value: number, hasher) => hasher.word(value)

/** Both halves folded so that an int8 that fits int4 has int4's hash. */
const long: Hash = (value: ExactInteger, hasher) => {
  const bits = BigInt.asUintN(64, BigInt(value))
  const [low, high] = [Number(bits & 0xffffffffn), Number(bits >> 32n)]
  return hasher.word(low ^ (bits >> 63n === 0n ? high : ~high))
}

const text: Hash = (value: string, hasher) => hasher.bytes(encodeUtf8(value))

const timestamp: Hash = (value: ExactInteger, hasher, type) => {
  const bound = value === Number.POSITIVE_INFINITY ? INT64_MAX : value === Number.NEGATIVE_INFINITY ? INT64_MIN : value
  return long(bound, hasher, type)
}

/** Of the double, so that equal float4 and float8 values have one hash; both zeros have none, all NaNs have one. */
const float: Hash = (value: number, hasher) => {
  if (value === 0) return hasher.seed
  return hasher.bytes(fillBytes(8, (view) => view.setFloat64(0, Number.isNaN(value) ? Number.NaN : value, true)))
}

const numeric: Hash = (value: Numeric, hasher) => {
  if (!value.isFinite) return hasher.seed
  const { digits, weight } = base10000(value)
  if (digits.length === 0) return BigInt.asUintN(hasher.bits, hasher.seed - 1n)
  const bytes = Buffer.alloc(digits.length * 2)
  for (const [i, digit] of digits.entries()) bytes.writeInt16LE(digit, i * 2)
  return hasher.bytes(bytes) ^ BigInt.asUintN(hasher.bits, BigInt(weight))
}

/** Each half of 64 bits is rotated by itself. */
const rotate = (hash: bigint, { bits }: Hasher): bigint => {
  const ones = bits === 32 ? 1n : 0x100000001n
  return BigInt.asUintN(bits, (hash << 1n) & ~ones) | ((hash >> 31n) & ones)
}

/** The hash of a sequence with one more element; that of NULL is 0. */
const appended = (hash: bigint, element: bigint, { bits }: Hasher): bigint =>
  BigInt.asUintN(bits, (hash << 5n) - hash + element)

const array: Hash = ({ elements }: SqlArray, hasher, { element }) =>
  elements.reduce<bigint>(
    (hash, value) => appended(hash, value === null ? 0n : hashValue(element as SqlType, value, hasher), hasher),
    1n,
  )

const record: Hash = ({ types, values }: SqlRecord, hasher) =>
  values.reduce<bigint>(
    (hash, value, i) => appended(hash, value === null ? 0n : hashValue(types[i] as SqlType, value, hasher), hasher),
    0n,
  )

const range: Hash = (value: SqlRange, hasher, type) => {
  const { subtype } = type as RangeType
  const bound = (at: Datum): bigint => (at === null ? 0n : hashValue(subtype, at, hasher))
  return rotate(hasher.word(rangeFlags(value)) ^ bound(value.lower), hasher) ^ bound(value.upper)
}

const multirange: Hash = ({ ranges }: SqlMultirange, hasher, type) => {
  const own = (type as MultirangeType).range
  return ranges.reduce<bigint>((hash, one) => appended(hash, hashValue(own, one, hasher), hasher), 1n)
}

const ARRAY_FLAG = 0x40000000n
const OBJECT_FLAG = 0x20000000n

const jsonb: Hash = ({ root }: Jsonb, hasher, type) => {
  const wide = (flag: bigint): bigint => (hasher.bits === 32 ? flag : (flag << 32n) | flag)
  let hash = 0n
  const add = (scalar: bigint): void => {
    hash = rotate(hash, hasher) ^ scalar
  }
  const visit = (node: JsonbNode): void => {
    if (isJsonbArray(node)) {
      hash ^= wide(ARRAY_FLAG)
      for (const element of node) visit(element)
    } else if (isJsonbObject(node)) {
      hash ^= wide(OBJECT_FLAG)
      for (const [key, member] of node) {
        add(text(key, hasher, type))
        visit(member)
      }
    } else add(jsonbScalar(node, hasher, type))
  }
  const isContainer = isJsonbArray(root) || isJsonbObject(root)
  if (isContainer && (isJsonbArray(root) ? root.length : (root as ReadonlyMap<string, JsonbNode>).size) === 0) {
    return hasher.seed
  }
  // A lone scalar is kept as an array of one element.
  visit(isContainer ? root : [root])
  return hash
}

const jsonbScalar = (node: JsonbNode, hasher: Hasher, type: SqlType): bigint => {
  if (node === null) return hasher.seed + 1n
  if (typeof node === 'string') return text(node, hasher, type)
  if (node instanceof Numeric) return numeric(node, hasher, type)
  return hasher.seed === 0n ? (node === true ? 2n : 4n) : hasher.word(node === true ? 1 : 0)
}

/** By the name of the type. */
const HASHES: Readonly<Record<string, Hash>> = {
  bool: (value: boolean, hasher) => hasher.word(value ? 1 : 0),
  int2: word,
  int4: word,
  oid: word,
  date: word,
  int8: long,
  money: long,
  pg_lsn: long,
  xid8: long,
  time: long,
  timestamp,
  timestamptz: timestamp,
  timetz: ({ micros, zone }: TimeTz, hasher, type) => long(micros, hasher, type) ^ hasher.word(zone),
  interval: (value: Interval, hasher, type) => long(intervalSpan(value), hasher, type),
  float4: float,
  float8: float,
  numeric,
  char: (value: string, hasher) => hasher.word(((encodeUtf8(value)[0] ?? 0) << 24) >> 24),
  text,
  varchar: text,
  name: text,
  bpchar: (value: string, hasher) => hasher.bytes(encodeUtf8(trimBlanks(value))),
  bytea: (value: Uint8Array, hasher) => hasher.bytes(value),
  uuid: (value: string, hasher) => hasher.bytes(Buffer.from(value.replaceAll('-', ''), 'hex')),
  macaddr: (value: string, hasher) => hasher.bytes(Uint8Array.from(macBytes(value))),
  macaddr8: (value: string, hasher) => hasher.bytes(Uint8Array.from(macBytes(value))),
  inet: (value: InetAddress, hasher) => hasher.bytes(Uint8Array.from([value.familyCode, value.bits, ...value.bytes])),
  jsonb,
  oidvector: ({ elements }: SqlArray, hasher) => hasher.bytes(new Uint8Array(Uint32Array.from(elements).buffer)),
  record,
}

const BY_KIND: Partial<Record<SqlType['kind'], Hash>> = { c: record, r: range, m: multirange }

const hashOf = (base: SqlType): Hash | null =>
  HASHES[base.name === 'cidr' ? 'inet' : base.name] ?? BY_KIND[base.kind] ?? (base.category === 'A' ? array : null)

/** Whether PostgreSQL has a hash function for the type. */
export const isHashed = (type: SqlType): boolean => hashOf(baseTypeOf(type)) !== null

/** The hash of a value that is not NULL. Of a type that PostgreSQL does not hash, what makes its values equal is hashed. */
export const hashValue = (type: SqlType, value: Datum, hasher: Hasher): bigint => {
  const base = baseTypeOf(type)
  const own = hashOf(base)
  if (own !== null) return own(value, hasher, base)
  return text(String(base.hashKey?.(value) ?? value), hasher, base)
}
