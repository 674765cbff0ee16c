/** bytea: hex and escape text forms. */
import { invalidByteaText, invalidParameterValue } from '../errors/raise/data.ts'
import { encodeUtf8 } from './bytes.ts'
import { defineType } from './define-type.ts'
import { OID } from './oids.ts'
import type { FormatContext } from './sql-type.ts'
import { compareBytes } from './text-order.ts'

const BACKSLASH = 92

const hexDigit = (code: number): number =>
  code >= 48 && code <= 57
    ? code - 48
    : code >= 97 && code <= 102
      ? code - 87
      : code >= 65 && code <= 70
        ? code - 55
        : -1

const isHexSpace = (code: number): boolean => code === 32 || code === 9 || code === 10 || code === 13

/** Pairs of hexadecimal digits from `from` on, white space between pairs allowed. Throws 22023. */
export const decodeHex = (text: string, from: number): Uint8Array => {
  const out = new Uint8Array((text.length - from) >> 1)
  let length = 0
  for (let at = from; at < text.length; ) {
    const code = text.charCodeAt(at)
    if (isHexSpace(code)) {
      at++
      continue
    }
    const high = hexDigit(code)
    if (high < 0) throw invalidParameterValue(`invalid hexadecimal digit: "${text.charAt(at)}"`)
    if (at + 1 >= text.length) throw invalidParameterValue('invalid hexadecimal data: odd number of digits')
    const low = hexDigit(text.charCodeAt(at + 1))
    if (low < 0) throw invalidParameterValue(`invalid hexadecimal digit: "${text.charAt(at + 1)}"`)
    out[length++] = high * 16 + low
    at += 2
  }
  return out.subarray(0, length)
}

/** `\\` and `\ooo` stand for bytes, everything else for itself. Throws 22P02. */
export const decodeEscape = (text: string): Uint8Array => {
  const source = encodeUtf8(text)
  const out = new Uint8Array(source.length)
  let length = 0
  for (let at = 0; at < source.length; at++) {
    const byte = source[at] as number
    if (byte !== BACKSLASH) {
      out[length++] = byte
      continue
    }
    if (source[at + 1] === BACKSLASH) {
      out[length++] = BACKSLASH
      at++
      continue
    }
    const [a = 0, b = 0, c = 0] = source.subarray(at + 1, at + 4)
    if (a < 48 || a > 51 || b < 48 || b > 55 || c < 48 || c > 55) throw invalidByteaText()
    out[length++] = (a - 48) * 64 + (b - 48) * 8 + (c - 48)
    at += 3
  }
  return out.subarray(0, length)
}

export const encodeHex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')

/** Printable ASCII as itself, backslash doubled, the rest as `\ooo`. */
const encodeEscape = (bytes: Uint8Array): string => {
  let out = ''
  for (const byte of bytes) {
    if (byte === BACKSLASH) out += '\\\\'
    else if (byte < 32 || byte > 126) out += `\\${byte.toString(8).padStart(3, '0')}`
    else out += String.fromCharCode(byte)
  }
  return out
}

export const byteaType = defineType({
  oid: OID.bytea,
  name: 'bytea',
  category: 'U',
  length: -1,
  align: 'i',
  arrayOid: 1001,
  physical: 'any',
  parse: (text) => (text.startsWith('\\x') ? decodeHex(text, 2) : decodeEscape(text)),
  format: (value: Uint8Array, context: FormatContext) =>
    context.byteaOutput === 'hex' ? `\\x${encodeHex(value)}` : encodeEscape(value),
  receive: (bytes) => bytes.slice(),
  send: (value: Uint8Array) => value,
  compare: compareBytes,
  hashKey: (value: Uint8Array) => Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1'),
})
