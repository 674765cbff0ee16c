/** Whether a document matches a query, phrases by the places of words. */
import type { QueryNode, WordNode } from '../../types/text-search/query-node.ts'
import type { TsVector } from '../../types/text-search/tsvector.ts'

/** `maybe`: the words are there, but where is not known. */
export type Answer = 'no' | 'yes' | 'maybe'

/** The places of a word: ascending; null with `maybe`. */
export interface Places {
  readonly answer: Answer
  readonly positions: readonly number[]
}

/** Where the words of a query are to be looked for. */
export type PlacesOf = (word: WordNode, needPositions: boolean) => Places

const NOWHERE: Places = { answer: 'no', positions: [] }

/** Places where a part of a phrase ends, `width` behind its beginning; `negated`: everywhere else. */
interface Match {
  readonly answer: Answer
  readonly positions: readonly number[]
  readonly negated: boolean
  readonly width: number
}

const MAYBE: Match = { answer: 'maybe', positions: [], negated: false, width: 0 }

const found = (positions: readonly number[], negated: boolean, width: number): Match => ({
  answer: positions.length > 0 || negated ? 'yes' : 'no',
  positions,
  negated,
  width,
})

/** What of two lists is wanted. */
interface Wanted {
  readonly both: boolean
  readonly leftOnly: boolean
  readonly rightOnly: boolean
}

const merge = (left: readonly number[], right: readonly number[], wanted: Wanted): number[] => {
  const out: number[] = []
  let [i, k] = [0, 0]
  while (i < left.length || k < right.length) {
    const a = left[i] ?? Number.POSITIVE_INFINITY
    const b = right[k] ?? Number.POSITIVE_INFINITY
    if (a < b ? wanted.leftOnly : a === b ? wanted.both : wanted.rightOnly) out.push(Math.min(a, b))
    if (a <= b) i++
    if (b <= a) k++
  }
  return out
}

const shifted = ({ positions }: Match, by: number): readonly number[] =>
  by === 0 ? positions : positions.map((position) => position + by)

const conjunction = (left: Match, right: Match, leftShift: number, rightShift: number, width: number): Match => {
  const l = shifted(left, leftShift)
  const r = shifted(right, rightShift)
  if (left.negated && right.negated) {
    return found(merge(l, r, { both: true, leftOnly: true, rightOnly: true }), true, width)
  }
  const wanted = {
    both: !left.negated && !right.negated,
    leftOnly: right.negated,
    rightOnly: left.negated,
  }
  return found(merge(l, r, wanted), false, width)
}

const disjunction = (left: Match, right: Match): Match => {
  const width = Math.max(left.width, right.width)
  const l = shifted(left, width - left.width)
  const r = shifted(right, width - right.width)
  if (left.negated && right.negated) {
    return found(merge(l, r, { both: true, leftOnly: false, rightOnly: false }), true, width)
  }
  if (left.negated) return found(merge(l, r, { both: false, leftOnly: true, rightOnly: false }), true, width)
  if (right.negated) return found(merge(l, r, { both: false, leftOnly: false, rightOnly: true }), true, width)
  return found(merge(l, r, { both: true, leftOnly: true, rightOnly: true }), false, width)
}

/** Within a phrase: where a node matches. */
const matchPhrase = (node: QueryNode, placesOf: PlacesOf): Match => {
  switch (node.kind) {
    case 'word': {
      const { answer, positions } = placesOf(node, true)
      return { answer, positions, negated: false, width: 0 }
    }
    case 'not': {
      const operand = matchPhrase(node.operand, placesOf)
      if (operand.answer === 'maybe') return MAYBE
      if (operand.answer === 'no') return found([], true, operand.width)
      if (operand.positions.length > 0) return { ...operand, negated: !operand.negated }
      return operand.negated ? found([], false, operand.width) : MAYBE
    }
    case 'or': {
      const left = matchPhrase(node.left, placesOf)
      const right = matchPhrase(node.right, placesOf)
      if (left.answer === 'maybe' || right.answer === 'maybe') return MAYBE
      if (left.answer === 'no' && right.answer === 'no') return found([], false, 0)
      return disjunction(
        left.answer === 'no' ? found([], false, 0) : left,
        right.answer === 'no' ? found([], false, 0) : right,
      )
    }
    default: {
      const left = matchPhrase(node.left, placesOf)
      if (left.answer === 'no') return left
      const right = matchPhrase(node.right, placesOf)
      if (right.answer === 'no') return right
      if (left.answer === 'maybe' || right.answer === 'maybe') return MAYBE
      if (node.kind === 'phrase') {
        const { distance } = node
        return conjunction(left, right, distance + right.width, 0, distance + left.width + right.width)
      }
      const width = Math.max(left.width, right.width)
      return conjunction(left, right, width - left.width, width - right.width, width)
    }
  }
}

/** Whether a query holds; phrases whose places are unknown do not. */
export const matches = (node: QueryNode, placesOf: PlacesOf): boolean => {
  switch (node.kind) {
    case 'word':
      return placesOf(node, false).answer !== 'no'
    case 'not':
      return !matches(node.operand, placesOf)
    case 'and':
      return matches(node.left, placesOf) && matches(node.right, placesOf)
    case 'or':
      return matches(node.left, placesOf) || matches(node.right, placesOf)
    case 'phrase':
      return matchPhrase(node, placesOf).answer === 'yes'
  }
}

/** The places of words in a vector; weights count only where there are places. */
export const placesInVector =
  (vector: TsVector): PlacesOf =>
  ({ word, prefix, weights }, needPositions) => {
    const exact = prefix ? undefined : vector.find(word)
    const lexemes = prefix ? vector.withPrefix(word) : exact === undefined ? [] : [exact]
    let answer: Answer = 'no'
    const places = new Set<number>()
    for (const { positions } of lexemes) {
      if (positions.length === 0) {
        if (!needPositions) return { answer: 'yes', positions: [] }
        answer = 'maybe'
      }
      for (const { at, weight } of positions) if (weights === 0 || (weights >> weight) & 1) places.add(at)
    }
    if (answer === 'maybe') return { answer, positions: [] }
    if (places.size === 0) return NOWHERE
    return { answer: 'yes', positions: [...places].sort((a, b) => a - b) }
  }
