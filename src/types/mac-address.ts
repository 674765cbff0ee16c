/** macaddr and macaddr8: a datum is the canonical text, lower case with colons, whose order is that of the bytes. */
import { invalidTextRepresentation } from '../errors/raise/data.ts'
import { macOctetOutOfRange } from '../errors/raise/values.ts'
import { fixedView } from './bytes.ts'
import { defineType } from './define-type.ts'
import { OID } from './oids.ts'

/** What stands between the six numbers, and how many characters each may have. */
const FORMS: readonly (readonly [separators: readonly string[], width: number])[] = [
  [[':', ':', ':', ':', ':'], Number.POSITIVE_INFINITY],
  [['-', '-', '-', '-', '-'], Number.POSITIVE_INFINITY],
  [['', '', ':', '', ''], 2],
  [['', '', '-', '', ''], 2],
  [['', '.', '', '.', ''], 2],
  [['', '-', '', '-', ''], 2],
  [['', '', '', '', ''], 2],
]

const HEXADECIMAL = /\s*(([+-]?)(?:0x)?([\da-f]+))/iy

/** The numbers of a text in one form, as C's sscanf finds them: with blanks and signs before each. Null: another form. */
const scanForm = (text: string, separators: readonly string[], width: number): number[] | null => {
  const numbers: number[] = []
  let at = 0
  for (let i = 0; i < 6; i++) {
    const separator = i === 0 ? '' : (separators[i - 1] as string)
    if (!text.startsWith(separator, at)) return null
    at += separator.length
    const blanks = /\s*/y
    blanks.lastIndex = at
    const start = at + (blanks.exec(text)?.[0].length ?? 0)
    HEXADECIMAL.lastIndex = 0
    const found = HEXADECIMAL.exec(text.slice(start, start + width))
    if (found === null) return null
    const [, written = '', sign, digits = ''] = found
    numbers.push(Number.parseInt(digits, 16) * (sign === '-' ? -1 : 1))
    at = start + written.length
  }
  return text.slice(at).trim() === '' ? numbers : null
}

/** Two digits a byte, the same separator, or none, after each. A seventh byte that is begun is passed over. */
const LONG_FORM = /^\s*[\da-f]{2}(?:(?:[:.-]?[\da-f]{2}){5}(?:[:.-]?\S)?|(?:[:.-]?[\da-f]{2}){7})\s*$/i

export const formatMac = (bytes: ArrayLike<number>): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':')

export const macBytes = (text: string): number[] => text.split(':').map((byte) => Number.parseInt(byte, 16))

const parseMac = (text: string): string => {
  for (const [separators, width] of FORMS) {
    const bytes = scanForm(text, separators, width)
    if (bytes === null) continue
    if (bytes.some((byte) => byte < 0 || byte > 255)) throw macOctetOutOfRange(text)
    return formatMac(bytes)
  }
  throw invalidTextRepresentation('macaddr', text)
}

/** An address of six bytes among those of eight: FF and FE stand in its middle. */
export const widenMac = (bytes: readonly number[]): number[] => [...bytes.slice(0, 3), 0xff, 0xfe, ...bytes.slice(3)]

const parseMac8 = (text: string): string => {
  const separators = new Set(text.match(/[:.-]/g))
  if (!LONG_FORM.test(text) || separators.size > 1) throw invalidTextRepresentation('macaddr8', text)
  const bytes = (text.match(/[\da-f]{2}/gi) ?? []).slice(0, 8).map((pair) => Number.parseInt(pair, 16))
  return formatMac(bytes.length === 6 ? widenMac(bytes) : bytes)
}

const receiveMac8 = (bytes: Uint8Array): string => {
  fixedView(bytes, 6)
  return formatMac(bytes.length === 6 ? widenMac([...bytes]) : bytes.subarray(0, 8))
}

const macaddrType = defineType({
  oid: OID.macaddr,
  name: 'macaddr',
  category: 'U',
  length: 6,
  byValue: false,
  align: 'i',
  arrayOid: 1040,
  physical: 'text',
  parse: parseMac,
  format: (value: string) => value,
  receive: (bytes) => {
    fixedView(bytes, 6)
    return formatMac(bytes.subarray(0, 6))
  },
  send: (value: string) => Uint8Array.from(macBytes(value)),
})

const macaddr8Type = defineType({
  oid: OID.macaddr8,
  name: 'macaddr8',
  category: 'U',
  length: 8,
  byValue: false,
  align: 'i',
  arrayOid: 775,
  physical: 'text',
  parse: parseMac8,
  format: (value: string) => value,
  receive: receiveMac8,
  send: (value: string) => Uint8Array.from(macBytes(value)),
})

export const macAddressTypes = [macaddrType, macaddr8Type]
