/** Text of bytes in an encoding and the other way round, by the tables that TextDecoder has. */
import { invalidByteSequenceIn, noConversion, untranslatableBytes } from '../../errors/raise/encodings.ts'
import { decodeUtf8, encodeUtf8 } from '../../types/bytes.ts'
import type { Encoding } from './encodings.ts'

/** Encodings between which bytes are converted; one of two is UTF8 elsewhere. */
const PAIRS: readonly ReadonlySet<string>[] = [
  new Set(['KOI8R', 'WIN1251', 'WIN866', 'ISO_8859_5']),
  new Set(['LATIN2', 'WIN1250']),
  new Set(['EUC_JP', 'SJIS']),
]

const decoders = new Map<string, (bytes: Uint8Array) => string | null>()

/** ISO 8859-9 differs from Latin 1 here only: TextDecoder takes either for a code page of Windows. */
const LATIN5_LETTERS: Readonly<Record<number, string>> = {
  0xd0: 'Ğ',
  0xdd: 'İ',
  0xde: 'Ş',
  0xf0: 'ğ',
  0xfd: 'ı',
  0xfe: 'ş',
}

/** The character of a byte sequence, null where the character set has none. */
const decoderOf = ({ name, charset }: Encoding): ((bytes: Uint8Array) => string | null) => {
  const known = decoders.get(name)
  if (known !== undefined) return known
  const decoder = new TextDecoder(charset, { fatal: true, ignoreBOM: true })
  const isLatin = name === 'LATIN1' || name === 'LATIN5'
  const decode = (bytes: Uint8Array): string | null => {
    const first = bytes[0] as number
    if (isLatin) return (name === 'LATIN5' ? LATIN5_LETTERS[first] : undefined) ?? String.fromCharCode(first)
    try {
      const character = decoder.decode(bytes)
      // Code pages of Windows leave bytes unused, which TextDecoder takes for control characters.
      const isUnused = name.startsWith('WIN') && /^[\u0080-\u009f]$/.test(character)
      return isUnused ? null : character
    } catch {
      return null
    }
  }
  decoders.set(name, decode)
  return decode
}

const tables = new Map<string, ReadonlyMap<string, Uint8Array>>()

/** Byte sequences by character: made from all sequences of one, two and (in EUC_JP) three bytes. */
const tableOf = (encoding: Encoding): ReadonlyMap<string, Uint8Array> => {
  const known = tables.get(encoding.name)
  if (known !== undefined) return known
  const decode = decoderOf(encoding)
  const table = new Map<string, Uint8Array>()
  const add = (...bytes: number[]): void => {
    const sequence = Uint8Array.from(bytes)
    if (encoding.shape(sequence, 0) !== sequence.length) return
    const character = decode(sequence)
    if (character !== null && !table.has(character)) table.set(character, sequence)
  }
  for (let first = 1; first < 256; first++) add(first)
  if (encoding.width > 1) {
    for (let first = 0x81; first < 0xff; first++) for (let second = 0x40; second < 0xff; second++) add(first, second)
  }
  if (encoding.name === 'EUC_JP') {
    for (let first = 0xa1; first < 0xff; first++)
      for (let second = 0xa1; second < 0xff; second++) add(0x8f, first, second)
  }
  tables.set(encoding.name, table)
  return table
}

/** The byte sequences of characters; `found` is called for each. Throws 22021 for bytes that are none. */
const charactersOf = (bytes: Uint8Array, encoding: Encoding, found: (sequence: Uint8Array) => void): void => {
  for (let at = 0; at < bytes.length; ) {
    const length = encoding.shape(bytes, at)
    const isWhole = length > 0 && at + length <= bytes.length
    if (!isWhole) {
      const promised = (bytes[at] as number) < 0x80 ? 1 : Math.min(encoding.width, 2)
      throw invalidByteSequenceIn(bytes.subarray(at, at + promised), encoding.name)
    }
    found(bytes.subarray(at, at + length))
    at += length
  }
}

/** Number of characters. Throws 22021. */
export const characterCount = (bytes: Uint8Array, encoding: Encoding): number => {
  if (encoding.name === 'UTF8') return Array.from(decodeUtf8(bytes)).length
  let count = 0
  charactersOf(bytes, encoding, () => count++)
  return count
}

const isUtf8 = ({ name }: Encoding): boolean => name === 'UTF8'
/** SQL_ASCII means bytes as they are. */
const isAny = ({ name }: Encoding): boolean => name === 'SQL_ASCII'

/** Text of bytes. Throws 22021, 22P05 for characters without an equivalent, 42883 where nothing converts. */
export const decodeText = (bytes: Uint8Array, encoding: Encoding): string => {
  if (isUtf8(encoding) || isAny(encoding)) return decodeUtf8(bytes)
  if (encoding.charset === undefined) {
    if (bytes.every((byte) => byte > 0 && byte < 0x80)) return decodeUtf8(bytes)
    throw noConversion(encoding.name, 'UTF8')
  }
  const decode = decoderOf(encoding)
  let text = ''
  charactersOf(bytes, encoding, (sequence) => {
    const character = decode(sequence)
    if (character === null) throw untranslatableBytes(sequence, encoding.name, 'UTF8')
    text += character
  })
  return text
}

/** Bytes of a text. Throws 22P05, 42883. */
export const encodeText = (text: string, encoding: Encoding): Uint8Array => {
  if (isUtf8(encoding) || isAny(encoding)) return encodeUtf8(text)
  if (encoding.charset === undefined) {
    const bytes = encodeUtf8(text)
    if (encoding.name !== 'MULE_INTERNAL' && bytes.every((byte) => byte < 0x80)) return bytes
    throw noConversion('UTF8', encoding.name)
  }
  const table = tableOf(encoding)
  const parts = Array.from(text, (character) => {
    const sequence = table.get(character)
    if (sequence === undefined) throw untranslatableBytes(encodeUtf8(character), 'UTF8', encoding.name)
    return sequence
  })
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

/** Bytes in another encoding. Throws 22021, 22P05, 42883. */
export const convertBytes = (bytes: Uint8Array, source: Encoding, target: Encoding): Uint8Array => {
  if (source === target || isAny(target)) {
    if (isUtf8(source)) decodeUtf8(bytes)
    else if (!isAny(source)) charactersOf(bytes, source, () => {})
    return bytes
  }
  if (isAny(source)) {
    if (isUtf8(target)) decodeUtf8(bytes)
    else charactersOf(bytes, target, () => {})
    return bytes
  }
  const isDirect =
    isUtf8(source) || isUtf8(target) || PAIRS.some((pair) => pair.has(source.name) && pair.has(target.name))
  if (!isDirect) throw noConversion(source.name, target.name)
  return encodeText(decodeText(bytes, source), target)
}
