/** Which remainder a row has in a table that is partitioned by hash: PostgreSQL's own hashes, so that rows go where they go there. */
import { hashBytesExtended, hashWordExtended } from '../functions/hash.ts'
import { encodeUtf8, fillBytes } from '../types/bytes.ts'
import { trimBlanks } from '../types/strings.ts'
import type { Datum, SqlType } from '../types/sql-type.ts'

const SEED = 0x7a5b22367996dcfdn
const MASK = 0xffffffffffffffffn

type Hash = (value: Datum) => bigint

const hashWord: Hash = (value: number) => hashWordExtended(value, SEED)

const hashLong: Hash = (value: number | bigint) => {
  const bits = BigInt.asUintN(64, BigInt(value))
  const [low, high] = [Number(bits & 0xffffffffn), Number(bits >> 32n)]
  return hashWordExtended(low ^ (value >= 0 ? high : ~high), SEED)
}

const hashText: Hash = (text: string) => hashBytesExtended(encodeUtf8(text), SEED)

const HASHES: Readonly<Record<string, Hash>> = {
  bool: (value: boolean) => hashWord(value ? 1 : 0),
  int2: hashWord,
  int4: hashWord,
  oid: hashWord,
  date: hashWord,
  int8: hashLong,
  money: hashLong,
  time: hashLong,
  timestamp: (value: number | bigint) => (Number.isFinite(Number(value)) ? hashLong(value) : hashText(String(value))),
  float4: (value: number) => hashFloat(value),
  float8: (value: number) => hashFloat(value),
  text: hashText,
  varchar: hashText,
  name: hashText,
  bpchar: (text: string) => hashText(trimBlanks(text)),
  bytea: (bytes: Uint8Array) => hashBytesExtended(bytes, SEED),
  uuid: (text: string) => hashBytesExtended(Buffer.from(text.replaceAll('-', ''), 'hex'), SEED),
}

const hashFloat = (value: number): bigint =>
  value === 0
    ? SEED
    : hashBytesExtended(
        fillBytes(8, (view) => view.setFloat64(0, value, true)),
        SEED,
      )

/** Of other types what makes their values equal is hashed. */
const hashOf = (type: SqlType): Hash => {
  const own = HASHES[type.name === 'timestamptz' ? 'timestamp' : type.name]
  return own ?? ((value) => hashText(String(type.hashKey?.(value) ?? value)))
}

const combine = (a: bigint, b: bigint): bigint =>
  (a ^ ((b + 0x49a0f4dd15e5a8e3n + ((a << 54n) & MASK) + (a >> 7n)) & MASK)) & MASK

/** Unsigned 64-bit hash of a row's key; NULLs count for nothing. */
export const partitionHash = (keys: readonly { readonly type: SqlType }[], values: readonly Datum[]): bigint =>
  keys.reduce((hash, { type }, i) => {
    const value = values[i] ?? null
    return value === null ? hash : combine(hash, hashOf(type)(value))
  }, 0n)
