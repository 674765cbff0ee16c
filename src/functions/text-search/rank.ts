/** How well a document matches a query: by the frequency of words (ts_rank), by how close they are (ts_rank_cd). */
import { type QueryNode, type TsQuery, type WordNode, wordsOf } from '../../types/text-search/query-node.ts'
import { compareText } from '../../types/text-order.ts'
import { type Lexeme, MAX_POSITION, type Position, type TsVector } from '../../types/text-search/tsvector.ts'
import { matches } from './match.ts'

/** Weights of D, C, B and A. */
export const DEFAULT_WEIGHTS: readonly number[] = [0.1, 0.2, 0.4, 1].map(Math.fround)

/** Bits of the normalization argument. */
const NORMALIZE = { logLength: 1, length: 2, extent: 4, unique: 8, logUnique: 16, bounded: 32 } as const

const single = Math.fround

const lengthOf = ({ lexemes }: TsVector): number =>
  lexemes.reduce((length, { positions }) => length + Math.max(positions.length, 1), 0)

const lexemesOf = (vector: TsVector, { word, prefix }: WordNode): readonly Lexeme[] => {
  if (prefix) return vector.withPrefix(word)
  const lexeme = vector.find(word)
  return lexeme === undefined ? [] : [lexeme]
}

/** The words of a query in order, each once. */
const distinctWords = (root: QueryNode): WordNode[] =>
  wordsOf(root)
    .sort((a, b) => compareText(a.word, b.word))
    .filter((word, i, all) => all[i - 1]?.word !== word.word)

/** Where a word without places is taken to be. */
const UNKNOWN_FOR_OR: readonly Position[] = [{ at: 0, weight: 0 }]
const UNKNOWN_FOR_AND: readonly Position[] = [{ at: MAX_POSITION, weight: 0 }]

/** The limit of the sum of 1/i². */
const SUM_OF_SQUARES = 1.64493406685

const rankOr = (weights: readonly number[], vector: TsVector, words: readonly WordNode[]): number => {
  let rank = 0
  for (const word of words) {
    for (const { positions } of lexemesOf(vector, word)) {
      const places = positions.length > 0 ? positions : UNKNOWN_FOR_OR
      let sum = 0
      let [heaviest, heaviestAt] = [-1, 0]
      places.forEach(({ weight }, j) => {
        const w = weights[weight] as number
        sum = single(sum + single(w / ((j + 1) * (j + 1))))
        if (w > heaviest) [heaviest, heaviestAt] = [w, j]
      })
      const square = (heaviestAt + 1) * (heaviestAt + 1)
      const corrected = single(single(heaviest + sum) - single(heaviest / square))
      rank = single(rank + corrected / SUM_OF_SQUARES)
    }
  }
  return words.length > 0 ? single(rank / words.length) : rank
}

const byDistance = (distance: number): number =>
  single(distance > 100 ? 1e-30 : 1 / (1.005 + 0.05 * Math.exp(distance / 1.5 - 2)))

const rankAnd = (weights: readonly number[], vector: TsVector, words: readonly WordNode[]): number => {
  if (words.length < 2) return rankOr(weights, vector, words)
  let rank = -1
  const seen: (readonly Position[])[] = []
  words.forEach((word, i) => {
    for (const { positions } of lexemesOf(vector, word)) {
      const places = positions.length > 0 ? positions : UNKNOWN_FOR_AND
      seen[i] = places
      for (let k = 0; k < i; k++) {
        const others = seen[k]
        if (others === undefined) continue
        for (const a of places) {
          for (const b of others) {
            const unknown = places === UNKNOWN_FOR_AND || others === UNKNOWN_FOR_AND
            const apart = Math.abs(a.at - b.at)
            if (apart === 0 && !unknown) continue
            const product = single(single((weights[a.weight] as number) * (weights[b.weight] as number)))
            const weight = single(Math.sqrt(single(product * byDistance(apart === 0 ? MAX_POSITION + 1 : apart))))
            rank = rank < 0 ? weight : single(1 - (1 - rank) * (1 - weight))
          }
        }
      }
    }
  })
  return rank
}

export const rank = (weights: readonly number[], vector: TsVector, query: TsQuery, method: number): number => {
  const { root } = query
  if (root === null || vector.lexemes.length === 0) return 0
  const words = distinctWords(root)
  const all = root.kind === 'and' || root.kind === 'phrase'
  let result = all ? rankAnd(weights, vector, words) : rankOr(weights, vector, words)
  if (result < 0) result = single(1e-20)
  if (method & NORMALIZE.logLength) result = single(result / (Math.log(lengthOf(vector) + 1) / Math.log(2)))
  if (method & NORMALIZE.length) result = single(result / lengthOf(vector))
  if (method & NORMALIZE.unique) result = single(result / vector.lexemes.length)
  if (method & NORMALIZE.logUnique) result = single(result / (Math.log(vector.lexemes.length + 1) / Math.log(2)))
  if (method & NORMALIZE.bounded) result = single(result / single(result + 1))
  return result
}

/** A place of a document with the words of the query that are there. */
interface Occurrence {
  readonly position: Position
  readonly words: readonly WordNode[]
}

const occurrences = (vector: TsVector, root: QueryNode): Occurrence[] => {
  const places = new Map<number, { position: Position; words: WordNode[] }>()
  for (const word of wordsOf(root)) {
    for (const { positions } of lexemesOf(vector, word)) {
      for (const position of positions) {
        if (word.weights !== 0 && ((word.weights >> position.weight) & 1) === 0) continue
        const key = position.at * 4 + position.weight
        const known = places.get(key)
        if (known === undefined) places.set(key, { position, words: [word] })
        else known.words.push(word)
      }
    }
  }
  return [...places.values()].sort((a, b) => a.position.at - b.position.at || a.position.weight - b.position.weight)
}

/** The words between two places of a document, by which a query is tried. */
class Window {
  readonly #root: QueryNode
  readonly #places = new Map<WordNode, Set<number>>()

  constructor(root: QueryNode) {
    this.#root = root
  }

  /** Whether the query holds once the words of one more place are there. */
  holdsWith({ position, words }: Occurrence): boolean {
    for (const word of words) {
      const places = this.#places.get(word) ?? new Set<number>()
      this.#places.set(word, places.add(position.at))
    }
    return matches(this.#root, (word) => {
      const places = this.#places.get(word)
      return places === undefined
        ? { answer: 'no', positions: [] }
        : { answer: 'yes', positions: [...places].sort((a, b) => a - b) }
    })
  }
}

/** The shortest stretches that match, by the places in which they begin and end. */
function* covers(places: readonly Occurrence[], root: QueryNode): Generator<{ from: number; to: number }> {
  for (let start = 0; start < places.length; ) {
    const forward = new Window(root)
    let to = start
    while (to < places.length && !forward.holdsWith(places[to] as Occurrence)) to++
    if (to === places.length) return
    const backward = new Window(root)
    let from = to
    while (from >= start && !backward.holdsWith(places[from] as Occurrence)) from--
    if (from < start) {
      start++
      continue
    }
    yield { from, to }
    start = from + 1
  }
}

export const rankCoverDensity = (
  weights: readonly number[],
  vector: TsVector,
  query: TsQuery,
  method: number,
): number => {
  const { root } = query
  if (root === null) return 0
  const places = occurrences(vector, root)
  if (places.length === 0) return 0
  const positionAt = (i: number): number => (places[i] as Occurrence).position.at
  let result = 0
  let [extents, distances, previous] = [0, 0, 0]
  for (const { from, to } of covers(places, root)) {
    let inverse = 0
    for (let i = from; i <= to; i++) inverse += 1 / (weights[(places[i] as Occurrence).position.weight] as number)
    const gap = positionAt(to) - positionAt(from) - (to - from)
    const noise = gap < 0 ? Math.trunc((to - from) / 2) : gap
    result += (to - from + 1) / inverse / (1 + noise)
    const middle = (positionAt(from) + positionAt(to)) / 2
    if (extents > 0 && middle > previous) distances += 1 / (middle - previous)
    previous = middle
    extents++
  }
  if (method & NORMALIZE.logLength) result /= Math.log(lengthOf(vector) + 1)
  if (method & NORMALIZE.length) result /= lengthOf(vector)
  if (method & NORMALIZE.extent && extents > 0 && distances > 0) result /= extents / distances
  if (method & NORMALIZE.unique) result /= vector.lexemes.length
  if (method & NORMALIZE.logUnique) result /= Math.log(vector.lexemes.length + 1) / Math.log(2)
  if (method & NORMALIZE.bounded) result /= result + 1
  return single(result)
}
