/** Hash functions of operator classes, which people also use to make keys for advisory locks; with a seed and without. */
import { noHashFunction } from '../../errors/raise/data.ts'
import { baseTypeOf } from '../../types/domain-type.ts'
import { formatType } from '../../types/index.ts'
import type { ExactInteger } from '../../types/int64.ts'
import { normalizeInteger } from '../../types/int64.ts'
import type { SqlType } from '../../types/sql-type.ts'
import { typedScalar } from '../define.ts'
import type { ScalarFunction } from '../records.ts'
import { hashValue, isHashed, PLAIN_HASHER, seededHasher } from '../type-hashes.ts'

/** Function, its OID, and that of its seeded form. */
const HASHES: readonly (readonly [name: string, oid: number, seeded: string, seededOid: number, type: string])[] = [
  ['hashtext', 400, 'hashtextextended', 448, 'text'],
  ['hashname', 455, 'hashnameextended', 447, 'name'],
  ['hashbpchar', 1080, 'hashbpcharextended', 972, 'bpchar'],
  ['hashchar', 454, 'hashcharextended', 446, 'char'],
  ['hashint2', 449, 'hashint2extended', 441, 'int2'],
  ['hashint4', 450, 'hashint4extended', 425, 'int4'],
  ['hashint8', 949, 'hashint8extended', 442, 'int8'],
  ['hashoid', 453, 'hashoidextended', 445, 'oid'],
  ['hashoidvector', 457, 'hashoidvectorextended', 776, 'oidvector'],
  ['hashfloat4', 451, 'hashfloat4extended', 443, 'float4'],
  ['hashfloat8', 452, 'hashfloat8extended', 444, 'float8'],
  ['hash_numeric', 432, 'hash_numeric_extended', 780, 'numeric'],
  ['time_hash', 1688, 'time_hash_extended', 3409, 'time'],
  ['timetz_hash', 1696, 'timetz_hash_extended', 3410, 'timetz'],
  ['timestamp_hash', 2039, 'timestamp_hash_extended', 3411, 'timestamp'],
  ['interval_hash', 1697, 'interval_hash_extended', 3418, 'interval'],
  ['uuid_hash', 2963, 'uuid_hash_extended', 3412, 'uuid'],
  ['pg_lsn_hash', 3252, 'pg_lsn_hash_extended', 3413, 'pg_lsn'],
  ['hashmacaddr', 399, 'hashmacaddrextended', 778, 'macaddr'],
  ['hashmacaddr8', 328, 'hashmacaddr8extended', 781, 'macaddr8'],
  ['hashinet', 422, 'hashinetextended', 779, 'inet'],
  ['jsonb_hash', 4045, 'jsonb_hash_extended', 3416, 'jsonb'],
  ['hash_array', 626, 'hash_array_extended', 782, 'anyarray'],
  ['hash_record', 6192, 'hash_record_extended', 6193, 'record'],
  ['hash_range', 3902, 'hash_range_extended', 3417, 'anyrange'],
  ['hash_multirange', 4278, 'hash_multirange_extended', 4279, 'anymultirange'],
]

/** Throws 42883 for arrays whose elements have no hash function. */
const checkElement = (type: SqlType): void => {
  const { element } = baseTypeOf(type)
  if (element !== null && !isHashed(element)) throw noHashFunction(formatType(element, -1))
}

export const hashFunctions: readonly ScalarFunction[] = HASHES.flatMap(([name, oid, seeded, seededOid, type]) => [
  typedScalar(oid, `${name}(${type}) int4`, 'hash', ({ args }) => {
    const [own] = args as readonly [SqlType]
    checkElement(own)
    return (_context, value) => Number(BigInt.asIntN(32, hashValue(own, value, PLAIN_HASHER)))
  }),
  typedScalar(seededOid, `${seeded}(${type}, int8) int8`, 'hash with a seed', ({ args }) => {
    const [own] = args as readonly [SqlType, SqlType]
    checkElement(own)
    return (_context, value, seed: ExactInteger) => {
      const hasher = seededHasher(BigInt.asUintN(64, BigInt(seed)))
      return normalizeInteger(BigInt.asIntN(64, hashValue(own, value, hasher)))
    }
  }),
])
