/** Strings: length, case, parts, padding, replacing. Positions count characters from 1. */
import { createHash } from 'node:crypto'
import {
  invalidParameterValue,
  invalidSurrogatePair,
  invalidUnicodeEscape,
  invalidUnicodeValue,
  negativeSubstringLength,
  programLimitExceeded,
} from '../../errors/raise/data.ts'
import { SqlArray } from '../../types/array.ts'
import type { ExactInteger } from '../../types/int64.ts'
import { trimBlanks, truncateName } from '../../types/strings.ts'
import { characterLength, compareText, unitOffset } from '../../types/text-order.ts'
import { scalar } from '../define.ts'
import { quoteIdentifier, quoteLiteral } from '../keywords.ts'
import { checkInt4 } from '../inline-helpers.ts'
import type { ScalarFunction } from '../records.ts'

const MAX_TEXT = 1073741819

const byteLength = (text: string): number => Buffer.byteLength(text)

const SURROGATES = /[\ud800-\udfff]/

/** Characters from `from` (0-based) up to `to`. */
const sliceCharacters = (text: string, from: number, to: number): string => {
  if (!SURROGATES.test(text)) return text.slice(from, to)
  const start = unitOffset(text, from)
  return text.slice(start, start + unitOffset(text.slice(start), to - from))
}

const substringFrom = (text: string, start: number): string =>
  sliceCharacters(text, Math.max(start, 1) - 1, text.length)

const substring = (text: string, start: number, length: number): string => {
  if (length < 0) throw negativeSubstringLength()
  const end = start + length - 1
  const from = Math.max(start, 1) - 1
  return end <= from ? '' : sliceCharacters(text, from, end)
}

const overlay = (text: string, replacement: string, start: number, length: number): string => {
  if (start <= 0) throw negativeSubstringLength()
  return substring(text, 1, start - 1) + replacement + substringFrom(text, Math.max(checkInt4(start + length), 1))
}

/** Position of a part from 1, 0 when absent. */
const position = (text: string, part: string): number => {
  const at = text.indexOf(part)
  return at < 0 ? 0 : characterLength(text.slice(0, at)) + 1
}

/** First `count` characters; a negative count leaves off as many at the end. */
const left = (text: string, count: number): string =>
  sliceCharacters(text, 0, count >= 0 ? count : Math.max(characterLength(text) + count, 0))

const right = (text: string, count: number): string => {
  // The one number without a positive counterpart leaves nothing off.
  if (count === -2_147_483_648) return text
  const length = characterLength(text)
  return sliceCharacters(text, count >= 0 ? Math.max(length - count, 0) : Math.min(-count, length), length)
}

const trimStart = (text: string, characters: string): string => {
  const set = new Set(characters)
  let at = 0
  for (const char of text) {
    if (!set.has(char)) break
    at += char.length
  }
  return text.slice(at)
}

const trimEnd = (text: string, characters: string): string => {
  const set = new Set(characters)
  const all = [...text]
  let end = all.length
  while (end > 0 && set.has(all[end - 1] as string)) end--
  return all.slice(0, end).join('')
}

const trimBoth = (text: string, characters: string): string => trimEnd(trimStart(text, characters), characters)

/** The fill's characters repeated to a length. */
const filling = (fill: string, length: number): string => {
  const characters = [...fill]
  return Array.from({ length }, (_, i) => characters[i % characters.length]).join('')
}

const pad =
  (join: (text: string, fill: string) => string) =>
  (text: string, length: number, fill = ' '): string => {
    const characters = characterLength(text)
    if (length <= characters) return sliceCharacters(text, 0, Math.max(length, 0))
    if (length > MAX_TEXT / 4) throw programLimitExceeded('requested length too large')
    return fill === '' ? text : join(text, filling(fill, length - characters))
  }

const padLeft = pad((text, fill) => fill + text)
const padRight = pad((text, fill) => text + fill)

const repeat = (text: string, count: number): string => {
  if (count <= 0) return ''
  if (byteLength(text) * count > MAX_TEXT) throw programLimitExceeded('requested length too large')
  return text.repeat(count)
}

/** Each character of `from` becomes the one at its place in `to`, or goes. */
const translate = (text: string, from: string, to: string): string => {
  const targets = [...to]
  const map = new Map<string, string>()
  ;[...from].forEach((char, i) => {
    if (!map.has(char)) map.set(char, targets[i] ?? '')
  })
  return Array.from(text, (char) => map.get(char) ?? char).join('')
}

/** A character becomes one character: those that would become several ("ß", "İ") have no other case, or its first. */
const mapCharacters = (text: string, map: (character: string) => string): string =>
  Array.from(text, (character) => {
    const mapped = map(character)
    return mapped.length === character.length ? mapped : character
  }).join('')

const upperCase = (text: string): string => {
  const mapped = text.toUpperCase()
  return mapped.length === text.length ? mapped : mapCharacters(text, (character) => character.toUpperCase())
}

const lowerCase = (text: string): string => {
  const mapped = text.toLowerCase()
  // The sigma at a word's end is no other letter here.
  if (mapped.length === text.length && !text.includes('Σ')) return mapped
  return mapCharacters(text, (character) => (character === 'İ' ? 'i' : character.toLowerCase()))
}

/** First letter of every word in upper case, the rest in lower. */
const initcap = (text: string): string => capitalized(text, upperCase, lowerCase)

/** Words with their first letters by one mapping and the rest by another. */
export const capitalized = (
  text: string,
  upper: (text: string) => string,
  lower: (text: string) => string,
  words = /[\p{L}\p{N}]+/gu,
): string =>
  text.replace(words, (word) => {
    const [first = '', ...rest] = word
    return upper(first) + lower(rest.join(''))
  })

/** The n-th field between separators; a negative n counts from the end. */
const splitPart = (text: string, separator: string, n: number): string => {
  if (n === 0) throw invalidParameterValue('field position must not be zero')
  const fields = separator === '' ? [text] : text === '' ? [] : text.split(separator)
  return fields.at(n > 0 ? n - 1 : n) ?? ''
}

/** Fields between separators as an array; without separator every character is one. Fields equal to `nullText` are NULL. */
export const splitFields = (text: string, separator: string | null, nullText: string | null): (string | null)[] => {
  if (text === '') return []
  const fields = separator === null ? [...text] : separator === '' ? [text] : text.split(separator)
  return fields.map((field) => (field === nullText ? null : field))
}

const chr = (code: number): string => {
  if (code < 0) throw invalidParameterValue('character number must be positive')
  if (code === 0) throw programLimitExceeded('null character not permitted')
  if (code > 0x10ffff) throw programLimitExceeded(`requested character too large for encoding: ${code}`)
  if (code >= 0xd800 && code <= 0xdfff)
    throw programLimitExceeded(`requested character not valid for encoding: ${code}`)
  return String.fromCodePoint(code)
}

const toHex = (value: ExactInteger, bits: number): string => BigInt.asUintN(bits, BigInt(value)).toString(16)

const UNICODE_ESCAPE = /\\(?:\\|u?([0-9a-fA-F]{4})|\+([0-9a-fA-F]{6})|U([0-9a-fA-F]{8})|)/g
const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code < 0xdc00
const isLowSurrogate = (code: number): boolean => code >= 0xdc00 && code < 0xe000

/** Reads `\XXXX`, `\+XXXXXX`, `\uXXXX` and `\UXXXXXXXX`; two surrogates in a row are one character. Throws 42601. */
const unistr = (text: string): string => {
  let out = ''
  let at = 0
  let high: number | null = null
  for (const match of text.matchAll(UNICODE_ESCAPE)) {
    const [all, four, six, eight] = match
    const between = text.slice(at, match.index)
    at = match.index + all.length
    const digits = four ?? six ?? eight
    if (digits === undefined && all !== '\\\\') throw invalidUnicodeEscape()
    const code = digits === undefined ? 0x5c : Number.parseInt(digits, 16)
    if (code === 0 || code > 0x10ffff) throw invalidUnicodeValue(code)
    if (isLowSurrogate(code) !== (high !== null) || (high !== null && between !== '')) throw invalidSurrogatePair()
    out += between
    if (isHighSurrogate(code)) high = code
    else {
      out += high === null ? String.fromCodePoint(code) : String.fromCharCode(high, code)
      high = null
    }
  }
  if (high !== null) throw invalidSurrogatePair()
  return out + text.slice(at)
}

const NORMAL_FORMS = ['NFC', 'NFD', 'NFKC', 'NFKD']

const normalForm = (form: string): string => {
  const upper = form.toUpperCase()
  if (!NORMAL_FORMS.includes(upper)) throw invalidParameterValue(`invalid normalization form: ${form}`)
  return upper
}

const lengthFunctions: readonly ScalarFunction[] = [
  scalar(1317, 'length(text) int4', 'number of characters', characterLength),
  scalar(1318, 'length(bpchar) int4', 'number of characters without trailing blanks', (a) =>
    characterLength(trimBlanks(a)),
  ),
  scalar(1257, 'textlen(text) int4', 'number of characters', characterLength),
  scalar(1381, 'char_length(text) int4', 'number of characters', characterLength),
  scalar(1372, 'char_length(bpchar) int4', 'number of characters without trailing blanks', (a) =>
    characterLength(trimBlanks(a)),
  ),
  scalar(1369, 'character_length(text) int4', 'number of characters', characterLength),
  scalar(1367, 'character_length(bpchar) int4', 'number of characters without trailing blanks', (a) =>
    characterLength(trimBlanks(a)),
  ),
  scalar(1374, 'octet_length(text) int4', 'number of bytes', byteLength),
  scalar(1375, 'octet_length(bpchar) int4', 'number of bytes', byteLength),
  scalar(1811, 'bit_length(text) int4', 'number of bits', (a) => byteLength(a) * 8),
]

const partFunctions: readonly ScalarFunction[] = [
  scalar(936, 'substring(text, int4, int4) text', 'part of a string', substring),
  scalar(937, 'substring(text, int4) text', 'rest of a string', substringFrom),
  scalar(877, 'substr(text, int4, int4) text', 'part of a string', substring),
  scalar(883, 'substr(text, int4) text', 'rest of a string', substringFrom),
  scalar(3060, 'left(text, int4) text', 'first characters', left),
  scalar(3061, 'right(text, int4) text', 'last characters', right),
  scalar(849, 'position(text, text) int4', 'position of a part', position),
  scalar(868, 'strpos(text, text) int4', 'position of a part', position),
  scalar(3696, 'starts_with(text, text) bool', 'whether a string starts with another', (a, b) => a.startsWith(b)),
  scalar(2088, 'split_part(text, text, int4) text', 'the n-th field of a string', splitPart),
  scalar(394, 'string_to_array(text, text) text[]', 'fields of a string', stringToArray, { strict: false }),
  scalar(376, 'string_to_array(text, text, text) text[]', 'fields of a string, some of them NULL', stringToArray, {
    strict: false,
  }),
  scalar(1404, 'overlay(text, text, int4, int4) text', 'replace a part by its position', overlay),
  scalar(1405, 'overlay(text, text, int4) text', 'replace a part by its position', (a, b, start) =>
    overlay(a, b, start, characterLength(b)),
  ),
]

function stringToArray(text: string | null, separator: string | null, nullText: string | null = null): SqlArray | null {
  return text === null ? null : SqlArray.of(splitFields(text, separator, nullText))
}

const shapeFunctions: readonly ScalarFunction[] = [
  scalar(870, 'lower(text) text', 'lower case', lowerCase),
  scalar(871, 'upper(text) text', 'upper case', upperCase),
  scalar(872, 'initcap(text) text', 'capitalise words', initcap),
  scalar(873, 'lpad(text, int4, text) text', 'pad on the left', padLeft),
  scalar(879, 'lpad(text, int4) text', 'pad on the left', padLeft),
  scalar(874, 'rpad(text, int4, text) text', 'pad on the right', padRight),
  scalar(880, 'rpad(text, int4) text', 'pad on the right', padRight),
  scalar(884, 'btrim(text, text) text', 'trim characters at both ends', trimBoth),
  scalar(885, 'btrim(text) text', 'trim blanks at both ends', (a) => trimBoth(a, ' ')),
  scalar(875, 'ltrim(text, text) text', 'trim characters at the start', trimStart),
  scalar(881, 'ltrim(text) text', 'trim blanks at the start', (a) => trimStart(a, ' ')),
  scalar(876, 'rtrim(text, text) text', 'trim characters at the end', trimEnd),
  scalar(882, 'rtrim(text) text', 'trim blanks at the end', trimBlanks),
  scalar(1622, 'repeat(text, int4) text', 'repeat a string', repeat),
  scalar(2087, 'replace(text, text, text) text', 'replace every occurrence', (text, from, to) =>
    from === '' ? text : text.replaceAll(from, () => to),
  ),
  scalar(3062, 'reverse(text) text', 'characters in reverse', (a) => [...a].reverse().join('')),
  scalar(878, 'translate(text, text, text) text', 'replace characters by others', translate),
  scalar(4350, 'normalize(text, text) text', 'Unicode normal form', (a, form) => a.normalize(normalForm(form)), {
    defaults: ['NFC'],
  }),
  scalar(
    4351,
    'is_normalized(text, text) bool',
    'whether a string is in a Unicode normal form',
    (a, form) => a.normalize(normalForm(form)) === a,
    { defaults: ['NFC'] },
  ),
  scalar(6198, 'unistr(text) text', 'read Unicode escapes', unistr),
]

const codeFunctions: readonly ScalarFunction[] = [
  scalar(1620, 'ascii(text) int4', 'code point of the first character', (a) => a.codePointAt(0) ?? 0),
  scalar(1621, 'chr(int4) text', 'character of a code point', chr),
  scalar(2089, 'to_hex(int4) text', 'hexadecimal digits', (a) => toHex(a, 32)),
  scalar(2090, 'to_hex(int8) text', 'hexadecimal digits', (a) => toHex(a, 64)),
  scalar(2311, 'md5(text) text', 'MD5 hash', (a) => createHash('md5').update(a, 'utf8').digest('hex')),
  scalar(1282, 'quote_ident(text) text', 'quote an identifier', quoteIdentifier),
  scalar(1283, 'quote_literal(text) text', 'quote a literal', quoteLiteral),
  scalar(1289, 'quote_nullable(text) text', 'quote a literal or NULL', (a) => (a === null ? 'NULL' : quoteLiteral(a)), {
    strict: false,
  }),
  scalar(1268, 'parse_ident(str: text, strict: bool) text[]', 'parts of a qualified name', parseIdentifier, {
    defaults: [true],
  }),
]

function parseIdentifier(text: string, strict: boolean): SqlArray {
  const part = /\s*(?:"((?:[^"]|"")*)"|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*))\s*/y
  const parts: string[] = []
  let at = 0
  for (;;) {
    part.lastIndex = at
    const match = part.exec(text)
    if (match === null) throw invalidParameterValue(`string is not a valid identifier: "${text}"`)
    parts.push(
      match[1] === undefined ? truncateName((match[2] as string).toLowerCase()) : match[1].replaceAll('""', '"'),
    )
    at = part.lastIndex
    if (text[at] !== '.') break
    at++
  }
  if (strict && at < text.length) throw invalidParameterValue(`string is not a valid identifier: "${text}"`)
  return SqlArray.of(parts)
}

/** Order by characters whatever the collation: for indexes that serve LIKE. */
const patternFunctions: readonly ScalarFunction[] = [
  { type: 'text', oids: [2160, 2161, 2163, 2164], compare: compareText },
  {
    type: 'bpchar',
    oids: [2174, 2175, 2177, 2178],
    compare: (a: string, b: string) => compareText(trimBlanks(a), trimBlanks(b)),
  },
].flatMap(({ type, oids: [lt, le, ge, gt], compare }) => [
  scalar(
    lt as number,
    `${type}_pattern_lt(${type}, ${type}) bool`,
    'less than, by characters',
    (a, b) => compare(a, b) < 0,
  ),
  scalar(
    le as number,
    `${type}_pattern_le(${type}, ${type}) bool`,
    'not greater, by characters',
    (a, b) => compare(a, b) <= 0,
  ),
  scalar(
    ge as number,
    `${type}_pattern_ge(${type}, ${type}) bool`,
    'not less, by characters',
    (a, b) => compare(a, b) >= 0,
  ),
  scalar(
    gt as number,
    `${type}_pattern_gt(${type}, ${type}) bool`,
    'greater than, by characters',
    (a, b) => compare(a, b) > 0,
  ),
])

export const stringFunctions: readonly ScalarFunction[] = [
  ...lengthFunctions,
  ...partFunctions,
  ...shapeFunctions,
  ...codeFunctions,
  ...patternFunctions,
  scalar(1258, 'textcat(text, text) text', 'concatenate', (a, b) => a + b, { inline: (a, b) => `(${a} + ${b})` }),
  scalar(266, 'nameconcatoid(name, oid) name', 'a name made unique by an OID', (name, oid) => {
    const suffix = `_${oid}`
    return truncateName(name.slice(0, 63 - suffix.length)) + suffix
  }),
]
