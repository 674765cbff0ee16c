/** tsvector: the distinct lexemes of a document, in order, with their positions and weights. */
import {
  invalidWordPosition,
  tsvectorSyntaxError,
  tsvectorTooLong,
  wordTooLong,
} from '../../errors/raise/text-search.ts'
import { insufficientData } from '../../errors/raise/data.ts'
import { decodeUtf8, encodeUtf8, fillBytes, fixedView } from '../bytes.ts'
import { defineType } from '../define-type.ts'
import { OID } from '../oids.ts'
import { compareText } from '../text-order.ts'
import { MAX_WORD_BYTES, quoteWord, WordReader } from './word-reader.ts'

/** A place in a document; `weight` counts from 0 for D to 3 for A. */
export interface Position {
  readonly at: number
  readonly weight: number
}

export interface Lexeme {
  readonly word: string
  /** Ascending, each place once; empty when nothing is known. */
  readonly positions: readonly Position[]
}

export const MAX_POSITION = 16383
const MAX_POSITIONS = 256
const MAX_BYTES = 1_048_575
export const WEIGHTS = 'DCBA'

export class TsVector {
  /** In the order of their words, each once. */
  readonly lexemes: readonly Lexeme[]

  /** `lexemes` must be in order; see `of`. */
  constructor(lexemes: readonly Lexeme[]) {
    this.lexemes = lexemes
  }

  /** Of words in any sequence: the places of a word that is there more than once are joined. */
  static of(lexemes: readonly Lexeme[]): TsVector {
    const words = new Map<string, Position[]>()
    for (const { word, positions } of lexemes) {
      const known = words.get(word)
      if (known === undefined) words.set(word, [...positions])
      else known.push(...positions)
    }
    const joined = Array.from(words, ([word, positions]) => ({ word, positions: uniquePositions(positions) }))
    return new TsVector(joined.sort((a, b) => compareText(a.word, b.word)))
  }

  /** The lexeme of a word, undefined when it is not there. */
  find(word: string): Lexeme | undefined {
    const at = this.lowerBound(word)
    return this.lexemes[at]?.word === word ? this.lexemes[at] : undefined
  }

  /** Those that begin with a prefix. */
  withPrefix(prefix: string): readonly Lexeme[] {
    const from = this.lowerBound(prefix)
    let to = from
    while (this.lexemes[to]?.word.startsWith(prefix)) to++
    return this.lexemes.slice(from, to)
  }

  private lowerBound(word: string): number {
    let low = 0
    let high = this.lexemes.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (compareText((this.lexemes[middle] as Lexeme).word, word) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** In order; of two at one place the heavier stays. */
const uniquePositions = (positions: readonly Position[]): Position[] => {
  const places = new Map<number, Position>()
  for (const position of positions) {
    const known = places.get(position.at)
    if (known === undefined || known.weight < position.weight) places.set(position.at, position)
  }
  return [...places.values()].sort((a, b) => a.at - b.at).slice(0, MAX_POSITIONS - 1)
}

const POSITION = /(\d+)([*a-d]*)/iy

/** The weight of letters, of which only the last may be other than D; null when it is not. `*` stands for A. */
const weightOf = (letters: string): number | null => {
  let weight = 0
  for (const letter of letters.toUpperCase().replaceAll('*', 'A')) {
    if (weight !== 0) return null
    weight = WEIGHTS.indexOf(letter)
  }
  return weight
}

const parse = (text: string): TsVector => {
  const reader = new WordReader(text, tsvectorSyntaxError)
  const lexemes: Lexeme[] = []
  let bytes = 0
  for (let word = reader.word(); word !== null; word = reader.word()) {
    const length = encodeUtf8(word).length
    if (length > MAX_WORD_BYTES) throw wordTooLong(length, MAX_WORD_BYTES)
    bytes += length
    if (bytes > MAX_BYTES) throw tsvectorTooLong(bytes, MAX_BYTES)
    const positions: Position[] = []
    if (reader.accept(':')) {
      do {
        const match = reader.match(POSITION)
        if (match === null) throw tsvectorSyntaxError(text)
        if (Number(match[1]) === 0) throw invalidWordPosition(text)
        const weight = weightOf(match[2] as string)
        if (weight === null) throw tsvectorSyntaxError(text)
        positions.push({ at: Math.min(Number(match[1]), MAX_POSITION), weight })
      } while (reader.accept(','))
      if (!reader.atSpace) throw tsvectorSyntaxError(text)
    }
    lexemes.push({ word, positions })
  }
  return TsVector.of(lexemes)
}

const formatPosition = ({ at, weight }: Position): string => (weight === 0 ? String(at) : `${at}${WEIGHTS[weight]}`)

const format = ({ lexemes }: TsVector): string =>
  lexemes
    .map(({ word, positions }) =>
      positions.length === 0 ? quoteWord(word) : `${quoteWord(word)}:${positions.map(formatPosition).join(',')}`,
    )
    .join(' ')

const send = ({ lexemes }: TsVector): Uint8Array => {
  const words = lexemes.map(({ word }) => encodeUtf8(word))
  const size = words.reduce((sum, word, i) => sum + word.length + 3 + 2 * (lexemes[i] as Lexeme).positions.length, 4)
  return fillBytes(size, (view) => {
    const bytes = new Uint8Array(view.buffer)
    view.setInt32(0, lexemes.length)
    let at = 4
    lexemes.forEach(({ positions }, i) => {
      const word = words[i] as Uint8Array
      bytes.set(word, at)
      at += word.length + 1
      view.setUint16(at, positions.length)
      at += 2
      for (const position of positions) {
        view.setUint16(at, (position.weight << 14) | position.at)
        at += 2
      }
    })
  })
}

/** Text of bytes, nearly always ASCII. */
const wordOf = (bytes: Uint8Array, from: number, to: number): string => {
  let word = ''
  for (let i = from; i < to; i++) {
    const byte = bytes[i] as number
    if (byte >= 0x80) return decodeUtf8(bytes.subarray(from, to))
    word += String.fromCharCode(byte)
  }
  return word
}

const receive = (bytes: Uint8Array): TsVector => {
  const count = fixedView(bytes, 4).getInt32(0)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const lexemes: Lexeme[] = []
  let at = 4
  let isOrdered = true
  let last = ''
  for (let i = 0; i < count; i++) {
    const end = bytes.indexOf(0, at)
    if (end < 0 || end + 3 > bytes.length) throw insufficientData()
    const word = wordOf(bytes, at, end)
    const places = view.getUint16(end + 1)
    at = end + 3 + places * 2
    if (at > bytes.length) throw insufficientData()
    const positions: Position[] = []
    for (let k = end + 3; k < at; k += 2) {
      const packed = view.getUint16(k)
      positions.push({ at: packed & MAX_POSITION, weight: packed >> 14 })
    }
    if (i > 0 && compareText(last, word) >= 0) isOrdered = false
    last = word
    lexemes.push({ word, positions })
  }
  return isOrdered ? new TsVector(lexemes) : TsVector.of(lexemes)
}

/** Bytes that PostgreSQL stores a value in, by which it orders values first. */
const storedSize = ({ lexemes }: TsVector): number => {
  let data = 0
  for (const { word, positions } of lexemes) {
    data += encodeUtf8(word).length
    if (positions.length > 0) data += (data % 2) + 2 + 2 * positions.length
  }
  return 8 + 4 * lexemes.length + data
}

/** More comes first where things are counted or weighed, as PostgreSQL has it. */
const compareLexemes = (a: Lexeme, b: Lexeme): number => {
  const known = Number(b.positions.length > 0) - Number(a.positions.length > 0)
  if (known !== 0) return known
  const order = compareText(a.word, b.word)
  if (order !== 0) return order
  if (a.positions.length !== b.positions.length) return b.positions.length - a.positions.length
  for (const [i, position] of a.positions.entries()) {
    const other = b.positions[i] as Position
    if (position.at !== other.at) return other.at - position.at
    if (position.weight !== other.weight) return other.weight - position.weight
  }
  return 0
}

const compare = (a: TsVector, b: TsVector): number => {
  const size = storedSize(a) - storedSize(b) || a.lexemes.length - b.lexemes.length
  if (size !== 0) return size
  for (const [i, lexeme] of a.lexemes.entries()) {
    const order = compareLexemes(lexeme, b.lexemes[i] as Lexeme)
    if (order !== 0) return order
  }
  return 0
}

export const tsvectorType = defineType({
  oid: OID.tsvector,
  name: 'tsvector',
  category: 'U',
  length: -1,
  align: 'i',
  arrayOid: 3643,
  physical: 'any',
  parse,
  format,
  receive,
  send,
  compare,
  hashKey: format,
})
