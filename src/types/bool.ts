/** bool. */
import { invalidTextRepresentation } from '../errors/raise/data.ts'
import { fixedView } from './bytes.ts'
import { defineType } from './define-type.ts'
import { OID } from './oids.ts'

const TRUE = Uint8Array.of(1)
const FALSE = Uint8Array.of(0)

/** Words of which any unambiguous beginning is understood. */
const WORDS: readonly { readonly word: string; readonly shortest: number; readonly value: boolean }[] = [
  { word: 'true', shortest: 1, value: true },
  { word: 'false', shortest: 1, value: false },
  { word: 'yes', shortest: 1, value: true },
  { word: 'no', shortest: 1, value: false },
  { word: 'on', shortest: 2, value: true },
  { word: 'off', shortest: 2, value: false },
  { word: '1', shortest: 1, value: true },
  { word: '0', shortest: 1, value: false },
]

/** The boolean that a text means, null when it means none. */
const booleanOf = (text: string): boolean | null => {
  const word = text.trim().toLowerCase()
  const match = WORDS.find((entry) => word.length >= entry.shortest && entry.word.startsWith(word))
  return match === undefined ? null : match.value
}

const parse = (text: string): boolean => {
  if (text === 't') return true
  if (text === 'f') return false
  const value = booleanOf(text)
  if (value === null) throw invalidTextRepresentation('boolean', text)
  return value
}

export const boolType = defineType({
  oid: OID.bool,
  name: 'bool',
  sqlName: 'boolean',
  category: 'B',
  preferred: true,
  length: 1,
  align: 'c',
  arrayOid: 1000,
  physical: 'bool',
  parse,
  format: (value: boolean) => (value ? 't' : 'f'),
  receive: (bytes) => fixedView(bytes, 1).getUint8(0) !== 0,
  send: (value: boolean) => (value ? TRUE : FALSE),
  compare: (a: boolean, b: boolean) => Number(a) - Number(b),
})
