/** bytea: parts, bits, text forms, hashes. */
import { createHash } from 'node:crypto'
import { indexOutOfRange, invalidParameterValue, negativeSubstringLength } from '../../errors/raise/data.ts'
import { decodeEscape, decodeHex, encodeHex } from '../../types/bytea.ts'
import type { ExactInteger } from '../../types/int64.ts'
import { scalar } from '../define.ts'
import { checkInt4 } from '../inline-helpers.ts'
import type { ScalarFunction } from '../records.ts'

const concat = (...parts: Uint8Array[]): Uint8Array => Buffer.concat(parts)

const substring = (bytes: Uint8Array, start: number, length?: number): Uint8Array => {
  if (length !== undefined && length < 0) throw negativeSubstringLength()
  const end = length === undefined ? bytes.length : Math.max(start + length - 1, 0)
  return bytes.subarray(Math.max(start, 1) - 1, end)
}

const overlay = (
  bytes: Uint8Array,
  replacement: Uint8Array,
  start: number,
  length = replacement.length,
): Uint8Array => {
  if (start <= 0) throw negativeSubstringLength()
  return concat(substring(bytes, 1, start - 1), replacement, substring(bytes, checkInt4(start + length)))
}

const trim = (bytes: Uint8Array, unwanted: Uint8Array, atStart: boolean, atEnd: boolean): Uint8Array => {
  let from = 0
  let to = bytes.length
  while (atStart && from < to && unwanted.includes(bytes[from] as number)) from++
  while (atEnd && to > from && unwanted.includes(bytes[to - 1] as number)) to--
  return bytes.subarray(from, to)
}

const checkIndex = (index: ExactInteger, count: number): number => {
  if (index < 0 || index >= count) throw indexOutOfRange(index, count - 1)
  return Number(index)
}

const getBit = (bytes: Uint8Array, index: ExactInteger): number => {
  const bit = checkIndex(index, bytes.length * 8)
  return ((bytes[bit >> 3] as number) >> (bit & 7)) & 1
}

const setBit = (bytes: Uint8Array, index: ExactInteger, value: number): Uint8Array => {
  const bit = checkIndex(index, bytes.length * 8)
  if (value !== 0 && value !== 1) throw invalidParameterValue('new bit must be 0 or 1')
  const copy = bytes.slice()
  const mask = 1 << (bit & 7)
  copy[bit >> 3] = value === 1 ? (copy[bit >> 3] as number) | mask : (copy[bit >> 3] as number) & ~mask
  return copy
}

const setByte = (bytes: Uint8Array, index: number, value: number): Uint8Array => {
  const copy = bytes.slice()
  copy[checkIndex(index, bytes.length)] = value
  return copy
}

const bitCount = (bytes: Uint8Array): number => {
  let count = 0
  for (const byte of bytes) for (let rest = byte; rest !== 0; rest &= rest - 1) count++
  return count
}

/** Base64 with a line break after every 76 characters. */
const encodeBase64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('base64')
    .replace(/.{76}(?=.)/g, '$&\n')

const decodeBase64 = (text: string): Uint8Array => {
  const digits = text.replace(/\s/g, '')
  const invalid = /[^A-Za-z0-9+/=]/.exec(digits)
  if (invalid !== null)
    throw invalidParameterValue(`invalid symbol "${invalid[0]}" found while decoding base64 sequence`)
  if (digits.length % 4 !== 0) {
    throw invalidParameterValue('invalid base64 end sequence', {
      hint: 'Input data is missing padding, is truncated, or is otherwise corrupted.',
    })
  }
  return Buffer.from(digits, 'base64')
}

interface TextForm {
  readonly encode: (bytes: Uint8Array) => string
  readonly decode: (text: string) => Uint8Array
}

/** NUL, the backslash and what is not ASCII are escaped; all else is itself. */
const escapeBytes = (bytes: Uint8Array): string => {
  let out = ''
  for (const byte of bytes) {
    if (byte === 0 || byte > 127) out += `\\${byte.toString(8).padStart(3, '0')}`
    else out += byte === 92 ? '\\\\' : String.fromCharCode(byte)
  }
  return out
}

const TEXT_FORMS: ReadonlyMap<string, TextForm> = new Map([
  ['hex', { encode: encodeHex, decode: (text: string) => decodeHex(text, 0) }],
  ['base64', { encode: encodeBase64, decode: decodeBase64 }],
  ['escape', { encode: escapeBytes, decode: decodeEscape }],
])

const textForm = (name: string): TextForm => {
  const form = TEXT_FORMS.get(name.toLowerCase())
  if (form === undefined) throw invalidParameterValue(`unrecognized encoding: "${name}"`)
  return form
}

const textForms: readonly ScalarFunction[] = [
  scalar(1946, 'encode(bytea, text) text', 'bytes as text', (bytes, form) => textForm(form).encode(bytes)),
  scalar(1947, 'decode(text, text) bytea', 'bytes of a text form', (text, form) => textForm(form).decode(text)),
]

const hash =
  (algorithm: string) =>
  (bytes: Uint8Array): Uint8Array =>
    createHash(algorithm).update(bytes).digest()

const hashes: readonly ScalarFunction[] = [
  scalar(2321, 'md5(bytea) text', 'MD5 hash', (bytes) => createHash('md5').update(bytes).digest('hex')),
  scalar(3419, 'sha224(bytea) bytea', 'SHA-224 hash', hash('sha224')),
  scalar(3420, 'sha256(bytea) bytea', 'SHA-256 hash', hash('sha256')),
  scalar(3421, 'sha384(bytea) bytea', 'SHA-384 hash', hash('sha384')),
  scalar(3422, 'sha512(bytea) bytea', 'SHA-512 hash', hash('sha512')),
]

const bytePosition = (bytes: Uint8Array, part: Uint8Array): number => Buffer.from(bytes).indexOf(part) + 1

export const byteaFunctions: readonly ScalarFunction[] = [
  scalar(2011, 'byteacat(bytea, bytea) bytea', 'concatenate', concat),
  scalar(2010, 'length(bytea) int4', 'number of bytes', (bytes) => bytes.length),
  scalar(720, 'octet_length(bytea) int4', 'number of bytes', (bytes) => bytes.length),
  scalar(1810, 'bit_length(bytea) int4', 'number of bits', (bytes) => bytes.length * 8),
  scalar(6163, 'bit_count(bytea) int8', 'number of set bits', bitCount),
  scalar(2012, 'substring(bytea, int4, int4) bytea', 'part of the bytes', substring),
  scalar(2013, 'substring(bytea, int4) bytea', 'rest of the bytes', substring),
  scalar(2085, 'substr(bytea, int4, int4) bytea', 'part of the bytes', substring),
  scalar(2086, 'substr(bytea, int4) bytea', 'rest of the bytes', substring),
  scalar(2014, 'position(bytea, bytea) int4', 'position of a part', bytePosition),
  scalar(749, 'overlay(bytea, bytea, int4, int4) bytea', 'replace a part by its position', overlay),
  scalar(752, 'overlay(bytea, bytea, int4) bytea', 'replace a part by its position', overlay),
  scalar(2015, 'btrim(bytea, bytea) bytea', 'trim bytes at both ends', (a, b) => trim(a, b, true, true)),
  scalar(6195, 'ltrim(bytea, bytea) bytea', 'trim bytes at the start', (a, b) => trim(a, b, true, false)),
  scalar(6196, 'rtrim(bytea, bytea) bytea', 'trim bytes at the end', (a, b) => trim(a, b, false, true)),
  scalar(
    721,
    'get_byte(bytea, int4) int4',
    'byte at an index',
    (bytes, index) => bytes[checkIndex(index, bytes.length)],
  ),
  scalar(722, 'set_byte(bytea, int4, int4) bytea', 'set a byte', setByte),
  scalar(723, 'get_bit(bytea, int8) int4', 'bit at an index', getBit),
  scalar(724, 'set_bit(bytea, int8, int4) bytea', 'set a bit', setBit),
  ...textForms,
  ...hashes,
]
