/** Reads the text of a tsquery: words with flags, and the operators ! <-> & | by their priority. */
import {
  phraseDistanceError,
  tsqueryOperandEmpty,
  tsquerySyntaxError,
  wordTooLong,
} from '../../errors/raise/text-search.ts'
import { encodeUtf8 } from '../bytes.ts'
import { TsQuery, type QueryNode } from './query-node.ts'
import { MAX_POSITION, WEIGHTS } from './tsvector.ts'
import { MAX_WORD_BYTES, WordReader } from './word-reader.ts'

/** Makes a node of a word as it is written. */
export type OperandReader = (word: string, weights: number, prefix: boolean) => ParsedNode

/** A tree in which places of stop words are still there. */
export type ParsedNode =
  | { readonly kind: 'stop' }
  | { readonly kind: 'word'; readonly word: string; readonly weights: number; readonly prefix: boolean }
  | { readonly kind: 'not'; readonly operand: ParsedNode }
  | { readonly kind: 'and' | 'or'; readonly left: ParsedNode; readonly right: ParsedNode }
  | { readonly kind: 'phrase'; readonly left: ParsedNode; readonly right: ParsedNode; readonly distance: number }

const FLAGS = /[*a-d]*/iy
const PHRASE = /<(-|\d+)>/y
const MAX_DISTANCE = MAX_POSITION + 1

class QueryParser {
  readonly #reader: WordReader
  readonly #operand: OperandReader

  constructor(text: string, operand: OperandReader) {
    this.#reader = new WordReader(text, tsquerySyntaxError, /[\s:!&|()<]/)
    this.#operand = operand
  }

  #fail(): never {
    throw tsquerySyntaxError(this.#reader.text)
  }

  /** Null when there is nothing to read. */
  parse(): ParsedNode | null {
    this.#reader.skipSpace()
    if (this.#reader.atEnd) return null
    const node = this.#or()
    if (!this.#reader.atEnd) this.#fail()
    return node
  }

  #or(): ParsedNode {
    let left = this.#and()
    while (this.#accept('|')) left = { kind: 'or', left, right: this.#and() }
    return left
  }

  #and(): ParsedNode {
    let left = this.#phrase()
    while (this.#accept('&')) left = { kind: 'and', left, right: this.#phrase() }
    return left
  }

  #phrase(): ParsedNode {
    let left = this.#unary()
    for (let distance = this.#distance(); distance !== null; distance = this.#distance()) {
      left = { kind: 'phrase', left, right: this.#unary(), distance }
    }
    return left
  }

  #distance(): number | null {
    this.#reader.skipSpace()
    if (this.#reader.next !== '<') return null
    const match = this.#reader.match(PHRASE) ?? this.#fail()
    const distance = match[1] === '-' ? 1 : Number(match[1])
    if (distance > MAX_DISTANCE) throw phraseDistanceError(MAX_DISTANCE)
    return distance
  }

  #accept(symbol: string): boolean {
    this.#reader.skipSpace()
    return this.#reader.accept(symbol)
  }

  #unary(): ParsedNode {
    if (this.#accept('!')) return { kind: 'not', operand: this.#unary() }
    if (this.#accept('(')) {
      const node = this.#or()
      if (!this.#accept(')')) this.#fail()
      return node
    }
    return this.#word()
  }

  #word(): ParsedNode {
    const reader = this.#reader
    reader.skipSpace()
    if (reader.atEnd) throw tsqueryOperandEmpty(reader.text)
    if (/[:&|)<]/.test(reader.next)) this.#fail()
    const word = reader.word() as string
    let weights = 0
    let prefix = false
    if (reader.accept(':')) {
      for (const flag of (reader.match(FLAGS)?.[0] ?? '').toUpperCase()) {
        if (flag === '*') prefix = true
        else weights |= 1 << WEIGHTS.indexOf(flag)
      }
    }
    return this.#operand(word, weights, prefix)
  }
}

/** The tree of a text whose words `operand` reads; null when the text is empty. Throws 42601. */
export const parseQueryTree = (text: string, operand: OperandReader): ParsedNode | null =>
  new QueryParser(text, operand).parse()

const plainWord: OperandReader = (word, weights, prefix) => {
  const length = encodeUtf8(word).length
  if (length > MAX_WORD_BYTES) throw wordTooLong(length, MAX_WORD_BYTES)
  return { kind: 'word', word, weights, prefix }
}

/** A query whose words are lexemes as they stand. */
export const parseTsQuery = (text: string): TsQuery => new TsQuery(parseQueryTree(text, plainWord) as QueryNode | null)
