/** text, varchar, bpchar, name, "char", cstring, unknown, refcursor. */
import { invalidParameterValue, valueTooLong } from '../errors/raise/data.ts'
import { decodeUtf8, encodeUtf8 } from './bytes.ts'
import { defineType } from './define-type.ts'
import { OID } from './oids.ts'
import { characterLength, compareText, takeCharacters } from './text-order.ts'

const DEFAULT_COLLATION = 100
const C_COLLATION = 950
const MAX_LENGTH = 10485760
/** Bytes that a name may have. */
const NAME_BYTES = 63
const TYPMOD_OFFSET = 4

const same = (text: string): string => text

const textCodec = { parse: same, format: same, receive: decodeUtf8, send: encodeUtf8, compare: compareText }

const parseLength =
  (type: string) =>
  (modifiers: readonly string[]): number => {
    const length = Number(modifiers[0])
    if (modifiers.length !== 1) throw invalidParameterValue('invalid type modifier')
    if (length < 1) throw invalidParameterValue(`length for type ${type} must be at least 1`)
    if (length > MAX_LENGTH) throw invalidParameterValue(`length for type ${type} cannot exceed ${MAX_LENGTH}`)
    return length + TYPMOD_OFFSET
  }

const formatLength = (typmod: number): string => (typmod < TYPMOD_OFFSET ? '' : `(${typmod - TYPMOD_OFFSET})`)

/** Cuts to `length` characters; what is cut off must be blanks unless the cast is explicit. */
const cut = (text: string, length: number, explicit: boolean, type: string): string => {
  const kept = takeCharacters(text, length)
  if (!explicit && kept.length < text.length && text.slice(kept.length).replace(/ +$/, '') !== '') {
    throw valueTooLong(`${type}(${length})`)
  }
  return kept
}

export const textType = defineType({
  ...textCodec,
  oid: OID.text,
  name: 'text',
  category: 'S',
  preferred: true,
  length: -1,
  align: 'i',
  arrayOid: 1009,
  collation: DEFAULT_COLLATION,
  physical: 'text',
})

const applyVarchar = (text: string, typmod: number, explicit: boolean): string => {
  const length = typmod - TYPMOD_OFFSET
  return length < 1 || text.length <= length ? text : cut(text, length, explicit, 'character varying')
}

const varcharType = defineType({
  ...textCodec,
  oid: OID.varchar,
  name: 'varchar',
  sqlName: 'character varying',
  category: 'S',
  length: -1,
  align: 'i',
  arrayOid: 1015,
  collation: DEFAULT_COLLATION,
  physical: 'text',
  parse: (text, typmod) => applyVarchar(text, typmod, false),
  receive: (bytes, typmod) => applyVarchar(decodeUtf8(bytes), typmod, false),
  applyTypmod: applyVarchar,
  formatTypmod: formatLength,
  parseTypmod: parseLength('varchar'),
})

/** Without the blanks at its end, which do not count in bpchar. */
export const trimBlanks = (text: string): string => {
  let end = text.length
  while (end > 0 && text.charCodeAt(end - 1) === 32) end--
  return end === text.length ? text : text.slice(0, end)
}

const applyBpchar = (text: string, typmod: number, explicit: boolean): string => {
  const length = typmod - TYPMOD_OFFSET
  if (length < 1) return text
  const characters = characterLength(text)
  if (characters === length) return text
  return characters < length ? text + ' '.repeat(length - characters) : cut(text, length, explicit, 'character')
}

const bpcharType = defineType({
  ...textCodec,
  oid: OID.bpchar,
  name: 'bpchar',
  sqlName: 'character',
  category: 'S',
  length: -1,
  align: 'i',
  arrayOid: 1014,
  collation: DEFAULT_COLLATION,
  physical: 'text',
  parse: (text, typmod) => applyBpchar(text, typmod, false),
  receive: (bytes, typmod) => applyBpchar(decodeUtf8(bytes), typmod, false),
  compare: (a: string, b: string) => compareText(trimBlanks(a), trimBlanks(b)),
  hashKey: trimBlanks,
  applyTypmod: applyBpchar,
  formatTypmod: formatLength,
  parseTypmod: parseLength('char'),
})

/** Cut to 63 bytes at a character's end. */
export const truncateName = (text: string): string => {
  if (text.length * 3 <= NAME_BYTES) return text
  const bytes = encodeUtf8(text)
  if (bytes.length <= NAME_BYTES) return text
  let end = NAME_BYTES
  while (((bytes[end] as number) & 0xc0) === 0x80) end--
  return decodeUtf8(bytes.subarray(0, end))
}

const OCTAL = /^\\([0-3])([0-7])([0-7])$/

/** A "char": the first byte of a text as the character of its number; `\ooo` stands for a byte outside ASCII. */
export const charOfText = (text: string): string => {
  const octal = OCTAL.exec(text)
  if (octal !== null) return String.fromCharCode(Number.parseInt(text.slice(1), 8))
  return text === '' ? '' : String.fromCharCode(encodeUtf8(text)[0] as number)
}

export const textOfChar = (value: string): string => {
  const code = value === '' ? 0 : value.charCodeAt(0)
  return code < 128 ? value : `\\${code.toString(8)}`
}

const charType = defineType({
  ...textCodec,
  oid: OID.char,
  name: 'char',
  sqlName: '"char"',
  category: 'Z',
  length: 1,
  align: 'c',
  arrayOid: 1002,
  physical: 'text',
  parse: charOfText,
  format: textOfChar,
  receive: (bytes) => (bytes[0] === 0 ? '' : String.fromCharCode(bytes[0] as number)),
  send: (value: string) => Uint8Array.of(value === '' ? 0 : value.charCodeAt(0)),
})

const nameType = defineType({
  ...textCodec,
  oid: OID.name,
  name: 'name',
  category: 'S',
  length: 64,
  byValue: false,
  align: 'c',
  arrayOid: 1003,
  element: charType,
  parts: (value: string) => Array.from(value),
  collation: C_COLLATION,
  physical: 'text',
  parse: truncateName,
  receive: (bytes) => truncateName(decodeUtf8(bytes)),
})

/** Text without operators of its own. */
const opaqueText = (
  oid: number,
  name: string,
  kind: 'b' | 'p',
  category: 'P' | 'U' | 'X' | 'Z',
  length: number,
  arrayOid: number,
) =>
  defineType({
    ...textCodec,
    oid,
    name,
    kind,
    category,
    length,
    align: length === -2 ? 'c' : 'i',
    arrayOid,
    physical: 'text',
    compare: null,
    hashKey: null,
    ...(oid === OID.pg_node_tree ? { collation: DEFAULT_COLLATION } : {}),
  })

const unknownType = opaqueText(OID.unknown, 'unknown', 'p', 'X', -2, 0)
const cstringType = opaqueText(OID.cstring, 'cstring', 'p', 'P', -2, 1263)
const refcursorType = opaqueText(OID.refcursor, 'refcursor', 'b', 'U', -1, 2201)
const nodeTreeType = opaqueText(OID.pg_node_tree, 'pg_node_tree', 'b', 'Z', -1, 0)

export const stringTypes = [
  textType,
  varcharType,
  bpcharType,
  charType,
  nameType,
  unknownType,
  cstringType,
  refcursorType,
  nodeTreeType,
]
