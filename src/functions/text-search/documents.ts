/** Documents to vectors: tokens, their lexemes, and the places they have. */
import { SQL_STATE } from '../../errors/sql-state.ts'
import { MAX_POSITION, type Lexeme, TsVector } from '../../types/text-search/tsvector.ts'
import { encodeUtf8 } from '../../types/bytes.ts'
import { MAX_WORD_BYTES } from '../../types/text-search/word-reader.ts'
import type { EvalContext } from '../context.ts'
import type { Configuration } from './configurations.ts'
import { parseDocument, type Token } from './parser.ts'

export interface IndexedToken extends Token {
  /** Null for tokens that are not indexed, empty for stop words. */
  readonly lexemes: readonly string[] | null
  /** Counted from 1 over the tokens that are indexed, stop words among them. */
  readonly at: number
}

/** The tokens of a document with what they are indexed as. */
export function* indexedTokens(
  context: EvalContext,
  { dictionaries }: Configuration,
  document: string,
): Generator<IndexedToken> {
  let at = 0
  for (const token of parseDocument(document)) {
    const dictionary = dictionaries.get(token.type)
    if (dictionary === undefined) {
      yield { ...token, lexemes: null, at }
    } else if (token.text.length * 3 > MAX_WORD_BYTES && encodeUtf8(token.text).length > MAX_WORD_BYTES) {
      context.notice({
        severity: 'NOTICE',
        code: SQL_STATE.program_limit_exceeded,
        message: 'word is too long to be indexed',
        fields: { detail: `Words longer than ${MAX_WORD_BYTES + 1} characters are ignored.` },
      })
    } else {
      at++
      yield { ...token, lexemes: dictionary.lexize(token.text), at }
    }
  }
}

/** The vector of several documents: a gap keeps the last word of one from being next to the first of another. */
export const vectorOfDocuments = (
  context: EvalContext,
  configuration: Configuration,
  documents: Iterable<string>,
): TsVector => {
  const found: Lexeme[] = []
  let start = 0
  for (const document of documents) {
    let last = start
    const before = found.length
    for (const { lexemes, at } of indexedTokens(context, configuration, document)) {
      if (lexemes === null) continue
      last = start + at
      const positions = [{ at: Math.min(last, MAX_POSITION), weight: 0 }]
      for (const word of lexemes) found.push({ word, positions })
    }
    start = found.length > before ? last + 1 : last
  }
  return TsVector.of(found)
}

export const vectorOf = (context: EvalContext, configuration: Configuration, document: string): TsVector =>
  vectorOfDocuments(context, configuration, [document])
