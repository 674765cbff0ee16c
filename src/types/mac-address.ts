/** macaddr and macaddr8: a datum is the canonical text, lower case with colons, whose order is that of the bytes. */
import { invalidTextRepresentation } from '../errors/raise/data.ts'
import { macOctetOutOfRange } from '../errors/raise/values.ts'
import { fixedView } from './bytes.ts'
import { defineType } from './define-type.ts'
import { OID } from './oids.ts'

const FORMS = [
  /^\s*([\da-f]+):([\da-f]+):([\da-f]+):([\da-f]+):([\da-f]+):([\da-f]+)\s*$/i,
  /^\s*([\da-f]+)-([\da-f]+)-([\da-f]+)-([\da-f]+)-([\da-f]+)-([\da-f]+)\s*$/i,
  /^\s*([\da-f]{2})([\da-f]{2})([\da-f]{2})[:-]([\da-f]{2})([\da-f]{2})([\da-f]{2})\s*$/i,
  /^\s*([\da-f]{2})([\da-f]{2})([.-]?)([\da-f]{2})([\da-f]{2})\3([\da-f]{2})([\da-f]{2})\s*$/i,
]

/** Two digits a byte, the same separator, or none, after each. A seventh byte that is begun is passed over. */
const LONG_FORM = /^\s*[\da-f]{2}(?:(?:[:.-]?[\da-f]{2}){5}(?:[:.-]?\S)?|(?:[:.-]?[\da-f]{2}){7})\s*$/i

export const formatMac = (bytes: ArrayLike<number>): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':')

export const macBytes = (text: string): number[] => text.split(':').map((byte) => Number.parseInt(byte, 16))

const parseMac = (text: string): string => {
  for (const form of FORMS) {
    const match = form.exec(text)
    if (match === null) continue
    const bytes = match
      .slice(1)
      .filter((part) => /[\da-f]/i.test(part))
      .map((part) => Number.parseInt(part, 16))
    if (bytes.some((byte) => byte > 255)) throw macOctetOutOfRange(text)
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
