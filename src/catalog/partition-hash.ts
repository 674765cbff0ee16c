/** Which remainder a row has in a table that is partitioned by hash: PostgreSQL's own hashes, so that rows go where they go there. */
import { hashValue, seededHasher } from '../functions/type-hashes.ts'
import type { Datum, SqlType } from '../types/sql-type.ts'

const HASHER = seededHasher(0x7a5b22367996dcfdn)
const MASK = 0xffffffffffffffffn

const combine = (a: bigint, b: bigint): bigint =>
  (a ^ ((b + 0x49a0f4dd15e5a8e3n + ((a << 54n) & MASK) + (a >> 7n)) & MASK)) & MASK

/** Unsigned 64-bit hash of a row's key; NULLs count for nothing. */
export const partitionHash = (keys: readonly { readonly type: SqlType }[], values: readonly Datum[]): bigint =>
  keys.reduce((hash, { type }, i) => {
    const value = values[i] ?? null
    return value === null ? hash : combine(hash, hashValue(type, value, HASHER))
  }, 0n)
