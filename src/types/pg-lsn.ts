/** pg_lsn: a place in a write-ahead log, 64 bits without sign kept as int8 is, written as two hexadecimal halves. */
import { invalidTextRepresentation } from '../errors/raise/data.ts'
import { fillBytes, fixedView } from './bytes.ts'
import { defineType } from './define-type.ts'
import { type ExactInteger, int64Compare, normalizeInteger } from './int64.ts'
import { OID } from './oids.ts'

const HALVES = /^([\da-f]{1,8})\/([\da-f]{1,8})$/i
const LOW_HALF = 0xffffffffn

const parseLsn = (text: string): ExactInteger => {
  const match = HALVES.exec(text)
  if (match === null) throw invalidTextRepresentation('pg_lsn', text)
  return normalizeInteger((BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`))
}

const formatLsn = (value: ExactInteger): string => {
  const bits = BigInt(value)
  return `${(bits >> 32n).toString(16)}/${(bits & LOW_HALF).toString(16)}`.toUpperCase()
}

export const pgLsnType = defineType({
  oid: OID.pg_lsn,
  name: 'pg_lsn',
  category: 'U',
  length: 8,
  align: 'd',
  arrayOid: 3221,
  physical: 'int64',
  parse: parseLsn,
  format: formatLsn,
  receive: (bytes) => normalizeInteger(fixedView(bytes, 8).getBigUint64(0)),
  send: (value: ExactInteger) => fillBytes(8, (view) => view.setBigUint64(0, BigInt(value))),
  compare: int64Compare,
})
