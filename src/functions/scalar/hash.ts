/** Hash functions of hash indexes, which people also use to make keys for advisory locks. */
import { fillBytes, encodeUtf8 } from '../../types/bytes.ts'
import type { ExactInteger } from '../../types/int64.ts'
import { trimBlanks } from '../../types/strings.ts'
import { scalar } from '../define.ts'
import { hashBytes, hashWord } from '../hash.ts'
import type { ScalarFunction } from '../records.ts'

/** Both halves folded so that an int8 that fits int4 has int4's hash. */
export const hashInt8 = (value: ExactInteger): number => {
  const bits = BigInt.asUintN(64, BigInt(value))
  const low = Number(bits & 0xffffffffn)
  const high = Number(bits >> 32n)
  return hashWord(low ^ (value >= 0 ? high : ~high))
}

/** Of the double, so that equal float4 and float8 values have one hash; both zeros are 0. */
const hashFloat = (value: number): number =>
  value === 0 ? 0 : hashBytes(fillBytes(8, (view) => view.setFloat64(0, value, true)))

const hashText = (text: string): number => hashBytes(encodeUtf8(text))

export const hashFunctions: readonly ScalarFunction[] = [
  scalar(400, 'hashtext(text) int4', 'hash of a text', hashText),
  scalar(449, 'hashint2(int2) int4', 'hash of an integer', hashWord),
  scalar(450, 'hashint4(int4) int4', 'hash of an integer', hashWord),
  scalar(949, 'hashint8(int8) int4', 'hash of an integer', hashInt8),
  scalar(453, 'hashoid(oid) int4', 'hash of an OID', hashWord),
  scalar(451, 'hashfloat4(float4) int4', 'hash of a float', hashFloat),
  scalar(452, 'hashfloat8(float8) int4', 'hash of a float', hashFloat),
  scalar(455, 'hashname(name) int4', 'hash of a name', hashText),
  scalar(1080, 'hashbpchar(bpchar) int4', 'hash of a text without trailing blanks', (a) => hashText(trimBlanks(a))),
]
