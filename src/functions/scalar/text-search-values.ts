/** Functions of tsvector and tsquery as values. */
import { invalidParameterValue, nullValueNotAllowed } from '../../errors/raise/data.ts'
import {
  emptyLexeme,
  phraseDistanceError,
  rewriteQueryColumns,
  unrecognizedWeight,
} from '../../errors/raise/text-search.ts'
import { SqlArray } from '../../types/array.ts'
import { OID } from '../../types/oids.ts'
import { type QueryNode, TsQuery } from '../../types/text-search/query-node.ts'
import { compareTsQueries, formatTsQuery, nodeCount } from '../../types/text-search/tsquery.ts'
import { type Lexeme, MAX_POSITION, tsvectorType, TsVector, WEIGHTS } from '../../types/text-search/tsvector.ts'
import { scalar, sessionScalar } from '../define.ts'
import type { ScalarFunction } from '../records.ts'
import { containsWords, indexablePart, rewriteQuery, rewriteQueryByRows } from '../text-search/rewrite.ts'

/** Number of a weight by its letter. Throws 22023. */
const weightOf = (letter: string): number => {
  const weight = WEIGHTS.indexOf(letter.toUpperCase())
  if (letter === '' || weight < 0) throw invalidParameterValue(`unrecognized weight: ${letter.charCodeAt(0) || 0}`)
  return weight
}

/** The words in an array; NULLs among them are not looked at, or refused with a message. */
const wordsIn = ({ elements }: SqlArray): ReadonlySet<string> => new Set(elements.filter((word) => word !== null))

const weighted = (vector: TsVector, letter: string, words: ReadonlySet<string> | null): TsVector => {
  const weight = weightOf(letter)
  return new TsVector(
    vector.lexemes.map((lexeme) =>
      words === null || words.has(lexeme.word)
        ? { word: lexeme.word, positions: lexeme.positions.map(({ at }) => ({ at, weight })) }
        : lexeme,
    ),
  )
}

const filtered = (vector: TsVector, letters: SqlArray): TsVector => {
  const wanted = letters.elements.map((letter) => {
    if (letter === null) throw nullValueNotAllowed('weight array may not contain nulls')
    const weight = letter === '' ? -1 : WEIGHTS.indexOf((letter as string).toUpperCase())
    if (weight < 0) throw unrecognizedWeight(letter)
    return weight
  })
  return new TsVector(
    vector.lexemes.flatMap(({ word, positions }) => {
      const kept = positions.filter(({ weight }) => wanted.includes(weight))
      return kept.length === 0 ? [] : [{ word, positions: kept }]
    }),
  )
}

const without = (vector: TsVector, words: ReadonlySet<string>): TsVector =>
  new TsVector(vector.lexemes.filter(({ word }) => !words.has(word)))

/** The second document behind the first one. */
const concatenated = (first: TsVector, second: TsVector): TsVector => {
  const last = first.lexemes.reduce((max, { positions }) => Math.max(max, positions.at(-1)?.at ?? 0), 0)
  const moved = second.lexemes.map(
    ({ word, positions }): Lexeme => ({
      word,
      positions: positions.map(({ at, weight }) => ({ at: Math.min(at + last, MAX_POSITION), weight })),
    }),
  )
  return TsVector.of([...first.lexemes, ...moved])
}

const ofWords = ({ elements }: SqlArray): TsVector =>
  TsVector.of(
    elements.map((word) => {
      if (word === null) throw nullValueNotAllowed('lexeme array may not contain nulls')
      if (word === '') throw emptyLexeme()
      return { word, positions: [] }
    }),
  )

const vectorFunctions: readonly ScalarFunction[] = [
  scalar(3711, 'length(tsvector) int4', 'number of lexemes', ({ lexemes }: TsVector) => lexemes.length),
  scalar(
    3623,
    'strip(tsvector) tsvector',
    'without positions and weights',
    ({ lexemes }: TsVector) => new TsVector(lexemes.map(({ word }) => ({ word, positions: [] }))),
  ),
  scalar(3624, 'setweight(tsvector, char) tsvector', 'with another weight', (vector, letter) =>
    weighted(vector, letter, null),
  ),
  scalar(
    3320,
    'setweight(tsvector, char, text[]) tsvector',
    'with another weight of some lexemes',
    (vector, l, words) => weighted(vector, l, wordsIn(words)),
  ),
  scalar(3319, 'ts_filter(tsvector, char[]) tsvector', 'lexemes of some weights', filtered),
  scalar(3321, 'ts_delete(tsvector, text) tsvector', 'without a lexeme', (vector, word) =>
    without(vector, new Set([word])),
  ),
  scalar(3323, 'ts_delete(tsvector, text[]) tsvector', 'without some lexemes', (vector, words) =>
    without(vector, wordsIn(words)),
  ),
  scalar(3625, 'tsvector_concat(tsvector, tsvector) tsvector', 'concatenate', concatenated),
  scalar(3622, 'tsvector_cmp(tsvector, tsvector) int4', 'order: less than, equal, greater than', (a, b) =>
    Math.sign((tsvectorType.compare as (a: TsVector, b: TsVector) => number)(a, b)),
  ),
  scalar(3326, 'tsvector_to_array(tsvector) text[]', 'lexemes as an array', ({ lexemes }: TsVector) =>
    SqlArray.of(lexemes.map(({ word }) => word)),
  ),
  scalar(3327, 'array_to_tsvector(text[]) tsvector', 'vector of lexemes', ofWords),
]

const join = (a: TsQuery, b: TsQuery, node: (left: QueryNode, right: QueryNode) => QueryNode): TsQuery => {
  if (a.root === null) return b
  return b.root === null ? a : new TsQuery(node(a.root, b.root))
}

const MAX_DISTANCE = MAX_POSITION + 1

const phrase = (a: TsQuery, b: TsQuery, distance = 1): TsQuery => {
  if (distance < 0 || distance > MAX_DISTANCE) throw phraseDistanceError(MAX_DISTANCE)
  return join(a, b, (left, right) => ({ kind: 'phrase', left, right, distance }))
}

const tree = (query: TsQuery): string => {
  if (query.root === null) return ''
  const part = indexablePart(query.root)
  return part === null ? 'T' : formatTsQuery(new TsQuery(part))
}

const queryFunctions: readonly ScalarFunction[] = [
  scalar(3669, 'tsquery_and(tsquery, tsquery) tsquery', 'both', (a, b) =>
    join(a, b, (left, right) => ({ kind: 'and', left, right })),
  ),
  scalar(3670, 'tsquery_or(tsquery, tsquery) tsquery', 'either', (a, b) =>
    join(a, b, (left, right) => ({ kind: 'or', left, right })),
  ),
  scalar(3671, 'tsquery_not(tsquery) tsquery', 'not', (a: TsQuery) =>
    a.root === null ? a : new TsQuery({ kind: 'not', operand: a.root }),
  ),
  scalar(5003, 'tsquery_phrase(tsquery, tsquery) tsquery', 'one behind the other', (a, b) => phrase(a, b)),
  scalar(5004, 'tsquery_phrase(tsquery, tsquery, int4) tsquery', 'one so far behind the other', phrase),
  scalar(3668, 'tsquery_cmp(tsquery, tsquery) int4', 'order: less than, equal, greater than', (a, b) =>
    Math.sign(compareTsQueries(a, b)),
  ),
  scalar(3672, 'numnode(tsquery) int4', 'words and operators', nodeCount),
  scalar(3673, 'querytree(tsquery) text', 'what an index could be asked', tree),
  scalar(3684, 'ts_rewrite(tsquery, tsquery, tsquery) tsquery', 'replace parts of a query', rewriteQuery),
  sessionScalar(
    3685,
    'ts_rewrite(tsquery, text) tsquery',
    'replace parts of a query by the rows of a statement',
    ({ routines }, query, text) => {
      const { columns, rows } = routines.query(text)
      if (columns.length !== 2 || columns.some(({ type }) => type.oid !== OID.tsquery)) throw rewriteQueryColumns()
      return rewriteQueryByRows(
        query,
        rows.map(([target, substitute]) => [target, substitute] as const),
      )
    },
    { volatility: 'volatile' },
  ),
  scalar(3691, 'tsq_mcontains(tsquery, tsquery) bool', 'contains', containsWords),
  scalar(3692, 'tsq_mcontained(tsquery, tsquery) bool', 'is contained by', (a, b) => containsWords(b, a)),
]

export const textSearchValueFunctions: readonly ScalarFunction[] = [...vectorFunctions, ...queryFunctions]
