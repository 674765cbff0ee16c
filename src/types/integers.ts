/** int2, int4, int8 and the unsigned counters oid, xid, cid, xid8. */
import { invalidTextRepresentation, textOutOfRange } from '../errors/raise/data.ts'
import { fillBytes, fixedView } from './bytes.ts'
import { defineType } from './define-type.ts'
import { type ExactInteger, int64Compare, normalizeInteger, parseInt64, parseInteger } from './int64.ts'
import { OID } from './oids.ts'

const MAX_UINT32 = 4294967295

/** Short plain integers, by far the most common input, without the general parser's checks. */
const parseInt32 = (text: string, type: string, min: number, max: number): number => {
  const length = text.length
  if (length < 1 || length > 4) return parseInteger(text, type, min, max) as number
  let value = 0
  for (let i = 0; i < length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return parseInteger(text, type, min, max) as number
    value = value * 10 + digit
  }
  return value
}

export const int2Type = defineType({
  oid: OID.int2,
  name: 'int2',
  sqlName: 'smallint',
  category: 'N',
  length: 2,
  align: 's',
  arrayOid: 1005,
  physical: 'int32',
  parse: (text) => parseInt32(text, 'smallint', -32768, 32767),
  format: String,
  receive: (bytes) => fixedView(bytes, 2).getInt16(0),
  send: (value: number) => fillBytes(2, (view) => view.setInt16(0, value)),
})

export const int4Type = defineType({
  oid: OID.int4,
  name: 'int4',
  sqlName: 'integer',
  category: 'N',
  length: 4,
  align: 'i',
  arrayOid: 1007,
  physical: 'int32',
  parse: (text) => parseInt32(text, 'integer', -2147483648, 2147483647),
  format: String,
  receive: (bytes) => fixedView(bytes, 4).getInt32(0),
  send: (value: number) => fillBytes(4, (view) => view.setInt32(0, value)),
})

export const int8Type = defineType({
  oid: OID.int8,
  name: 'int8',
  sqlName: 'bigint',
  category: 'N',
  length: 8,
  align: 'd',
  arrayOid: 1016,
  physical: 'int64',
  parse: parseInt64,
  format: String,
  receive: (bytes) => normalizeInteger(fixedView(bytes, 8).getBigInt64(0)),
  send: (value: ExactInteger) => fillBytes(8, (view) => view.setBigInt64(0, BigInt(value))),
  compare: int64Compare,
})

/** Unsigned 32 bits; negative input counts from the top, as strtoul has it. */
const parseOid = (text: string, type: string): number => {
  const value = parseInteger(text, type, -2147483648, MAX_UINT32) as number
  return value < 0 ? value + MAX_UINT32 + 1 : value
}

const receiveOid = (bytes: Uint8Array): number => fixedView(bytes, 4).getUint32(0)
const sendOid = (value: number): Uint8Array => fillBytes(4, (view) => view.setUint32(0, value))

export const oidType = defineType({
  oid: OID.oid,
  name: 'oid',
  category: 'N',
  preferred: true,
  length: 4,
  align: 'i',
  arrayOid: 1028,
  physical: 'float64',
  parse: (text) => parseOid(text, 'oid'),
  format: String,
  receive: receiveOid,
  send: sendOid,
})

const COUNTER = /^\s*([-+]?)(?:0x([\da-f]+)|(0[0-7]*)|([1-9]\d*))/i
const MAX_UINT64 = 2n ** 64n - 1n

/** The number that a text begins with, 0 for none, as strtoul reads it: in any base, negative ones from the top. */
const parseCounter = (text: string, bits: 32 | 64): ExactInteger => {
  const match = COUNTER.exec(text)
  if (match === null) return 0
  const [, sign, hexadecimal, octal, decimal = '0'] = match
  const digits = hexadecimal !== undefined ? `0x${hexadecimal}` : octal !== undefined ? `0o0${octal}` : decimal
  const magnitude = BigInt(digits)
  const value = magnitude > MAX_UINT64 ? MAX_UINT64 : sign === '-' ? -magnitude : magnitude
  return normalizeInteger(BigInt.asUintN(bits, value))
}

/** Transaction and command numbers have equality but no order. */
const counterType = (oid: number, name: string, arrayOid: number) =>
  defineType({
    oid,
    name,
    category: 'U',
    length: 4,
    align: 'i',
    arrayOid,
    physical: 'float64',
    parse: (text) => parseCounter(text, 32),
    format: String,
    receive: receiveOid,
    send: sendOid,
    compare: null,
  })

export const xidType = counterType(OID.xid, 'xid', 1011)
export const cidType = counterType(OID.cid, 'cid', 1012)

export const xid8Type = defineType({
  oid: OID.xid8,
  name: 'xid8',
  category: 'U',
  length: 8,
  align: 'd',
  arrayOid: 271,
  physical: 'int64',
  parse: (text) => parseCounter(text, 64),
  format: String,
  receive: (bytes) => normalizeInteger(fixedView(bytes, 8).getBigUint64(0)),
  send: (value: ExactInteger) => fillBytes(8, (view) => view.setBigUint64(0, BigInt(value))),
  compare: int64Compare,
})

/** Offsets of a block. */
const BLOCK = 65536

/** `(block,offset)`, kept as one number: that of the first row of a table, (0,1), is 0. */
const tidNumber = (block: number, offset: number): number => block * BLOCK + offset - 1

const tidParts = (value: number): [number, number] => {
  const place = value + 1
  return [Math.floor(place / BLOCK), place % BLOCK]
}

const parseTid = (text: string): number => {
  const match = /^\s*\(\s*(\d+)\s*,\s*(\d+)\s*\)\s*$/.exec(text)
  if (match === null) throw invalidTextRepresentation('tid', text)
  const block = Number(match[1])
  const offset = Number(match[2])
  if (block > MAX_UINT32 || offset > 65535) throw textOutOfRange('tid', text)
  return tidNumber(block, offset)
}

export const tidType = defineType({
  oid: OID.tid,
  name: 'tid',
  category: 'U',
  length: 6,
  align: 's',
  arrayOid: 1010,
  physical: 'float64',
  parse: parseTid,
  format: (value: number) => `(${tidParts(value).join(',')})`,
  receive: (bytes) => {
    const view = fixedView(bytes, 6)
    return tidNumber(view.getUint32(0), view.getUint16(4))
  },
  send: (value: number) =>
    fillBytes(6, (view) => {
      const [block, offset] = tidParts(value)
      view.setUint32(0, block)
      view.setUint16(4, offset)
    }),
  compare: (a: number, b: number) => a - b,
})
