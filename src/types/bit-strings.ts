/** bit and bit varying: a datum is the text of its bits, whose order as text is their order as bits. */
import { invalidParameterValue } from '../errors/raise/data.ts'
import { bitLengthMismatch, bitStringTooLong, invalidBitDigit } from '../errors/raise/values.ts'
import { fillBytes, fixedView } from './bytes.ts'
import { defineType } from './define-type.ts'
import { OID } from './oids.ts'

const MAX_LENGTH = 83_886_080
const BINARY_DIGIT = /[^01]/u
const HEXADECIMAL_DIGIT = /[^0-9a-fA-F]/u

/** Reads `101`, `b101` or `x1F`. Throws 22P02. */
const parseBits = (text: string): string => {
  const prefix = text.charAt(0).toLowerCase()
  if (prefix === 'x') {
    const digits = text.slice(1)
    const wrong = HEXADECIMAL_DIGIT.exec(digits)
    if (wrong !== null) throw invalidBitDigit(wrong[0], 'hexadecimal')
    return Array.from(digits, (digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0')).join('')
  }
  const digits = prefix === 'b' ? text.slice(1) : text
  const wrong = BINARY_DIGIT.exec(digits)
  if (wrong !== null) throw invalidBitDigit(wrong[0], 'binary')
  return digits
}

/** Bits as bytes, the first bit in the highest place; the last byte is filled up with zeros. */
const bytesOfBits = (bits: string): Uint8Array => {
  const bytes = new Uint8Array((bits.length + 7) >> 3)
  for (let i = 0; i < bits.length; i++) {
    if (bits.charCodeAt(i) === 49) bytes[i >> 3] = (bytes[i >> 3] as number) | (0x80 >> (i & 7))
  }
  return bytes
}

/** Length in bits, then the bytes. */
const sendBits = (bits: string): Uint8Array =>
  fillBytes(4 + ((bits.length + 7) >> 3), (view) => {
    view.setInt32(0, bits.length)
    new Uint8Array(view.buffer, view.byteOffset + 4).set(bytesOfBits(bits))
  })

const receiveBits = (bytes: Uint8Array): string => {
  const length = fixedView(bytes, 4).getInt32(0)
  if (length < 0 || length > MAX_LENGTH) throw invalidParameterValue('invalid length in external bit string')
  fixedView(bytes, 4 + ((length + 7) >> 3))
  let bits = ''
  for (let i = 0; i < length; i++) bits += ((bytes[4 + (i >> 3)] as number) >> (7 - (i & 7))) & 1
  return bits
}

const parseLength =
  (type: string) =>
  (modifiers: readonly string[]): number => {
    const length = Number(modifiers[0])
    if (modifiers.length !== 1) throw invalidParameterValue('invalid type modifier')
    if (length < 1) throw invalidParameterValue(`length for type ${type} must be at least 1`)
    if (length > MAX_LENGTH) throw invalidParameterValue(`length for type ${type} cannot exceed ${MAX_LENGTH}`)
    return length
  }

/** An explicit cast cuts or fills up with zeros at the right; otherwise the length must be the one declared. */
export const fitBit = (bits: string, length: number, explicit: boolean): string => {
  if (length < 1 || bits.length === length) return bits
  if (!explicit) throw bitLengthMismatch(bits.length, length)
  return bits.slice(0, length).padEnd(length, '0')
}

export const fitVarbit = (bits: string, length: number, explicit: boolean): string => {
  if (length < 1 || bits.length <= length) return bits
  if (!explicit) throw bitStringTooLong(length)
  return bits.slice(0, length)
}

const bitType = defineType({
  oid: OID.bit,
  name: 'bit',
  category: 'V',
  length: -1,
  align: 'i',
  arrayOid: 1561,
  physical: 'text',
  parse: (text, typmod) => fitBit(parseBits(text), typmod, false),
  format: (bits: string) => bits,
  receive: (bytes, typmod) => fitBit(receiveBits(bytes), typmod, false),
  send: sendBits,
  applyTypmod: fitBit,
  parseTypmod: parseLength('bit'),
})

const varbitType = defineType({
  oid: OID.varbit,
  name: 'varbit',
  sqlName: 'bit varying',
  category: 'V',
  preferred: true,
  length: -1,
  align: 'i',
  arrayOid: 1563,
  physical: 'text',
  parse: (text, typmod) => fitVarbit(parseBits(text), typmod, false),
  format: (bits: string) => bits,
  receive: (bytes, typmod) => fitVarbit(receiveBits(bytes), typmod, false),
  send: sendBits,
  applyTypmod: fitVarbit,
  parseTypmod: parseLength('varbit'),
})

export const bitStringTypes = [bitType, varbitType]
