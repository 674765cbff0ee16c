/** Texts to queries: every word as the lexemes that a configuration makes of it, stop words taken out. */
import { SQL_STATE } from '../../errors/sql-state.ts'
import { type OperandReader, type ParsedNode, parseQueryTree } from '../../types/text-search/parse-tsquery.ts'
import { type QueryNode, TsQuery } from '../../types/text-search/query-node.ts'
import type { EvalContext } from '../context.ts'
import type { Configuration } from './configurations.ts'
import { indexedTokens } from './documents.ts'

const STOP: ParsedNode = { kind: 'stop' }

const joined = (kind: 'and' | 'phrase', left: ParsedNode | null, right: ParsedNode): ParsedNode =>
  left === null ? right : kind === 'and' ? { kind, left, right } : { kind, left, right, distance: 1 }

/** The lexemes of a text, joined; each stop word between them keeps its place. */
const lexemesOf = (
  context: EvalContext,
  configuration: Configuration,
  text: string,
  kind: 'and' | 'phrase',
  weights = 0,
  prefix = false,
): ParsedNode => {
  let node: ParsedNode | null = null
  let last = 0
  for (const { lexemes, at } of indexedTokens(context, configuration, text)) {
    if (lexemes === null || lexemes.length === 0) continue
    if (last > 0) for (; last + 1 < at; last++) node = joined(kind, node, STOP)
    last = at
    const words = lexemes.map((word): ParsedNode => ({ kind: 'word', word, weights, prefix }))
    node = joined(
      kind,
      node,
      words.reduce((left, right) => ({ kind: 'and', left, right })),
    )
  }
  return node ?? STOP
}

/** A tree without stop words, and by how much phrases around it must stretch to the left and to the right. */
interface Cleaned {
  readonly node: QueryNode | null
  readonly before: number
  readonly after: number
}

const withoutStops = (node: ParsedNode): Cleaned => {
  if (node.kind === 'stop') return { node: null, before: 0, after: 0 }
  if (node.kind === 'word') return { node, before: 0, after: 0 }
  if (node.kind === 'not') {
    const { node: operand } = withoutStops(node.operand)
    return { node: operand === null ? null : { kind: 'not', operand }, before: 0, after: 0 }
  }
  const left = withoutStops(node.left)
  const right = withoutStops(node.right)
  const distance = node.kind === 'phrase' ? node.distance : null
  if (left.node === null && right.node === null) {
    const gap = distance === null ? Math.max(left.before, right.before) : left.before + distance + right.before
    return { node: null, before: gap, after: gap }
  }
  if (left.node === null) {
    return { ...right, before: distance === null ? right.before : left.before + distance + right.before }
  }
  if (right.node === null) {
    return { ...left, after: distance === null ? left.after : left.after + distance + right.after }
  }
  if (distance === null) {
    return {
      node: { kind: node.kind as 'and' | 'or', left: left.node, right: right.node },
      before: 0,
      after: 0,
    }
  }
  return {
    node: { kind: 'phrase', left: left.node, right: right.node, distance: distance + left.after + right.before },
    before: left.before,
    after: right.after,
  }
}

const notice = (context: EvalContext, message: string): void =>
  context.notice({ severity: 'NOTICE', code: SQL_STATE.successful_completion, message })

const finished = (context: EvalContext, text: string, tree: ParsedNode | null): TsQuery => {
  if (tree === null) {
    notice(context, `text-search query doesn't contain lexemes: "${text}"`)
    return TsQuery.empty
  }
  const { node } = withoutStops(tree)
  if (node === null) {
    notice(context, "text-search query contains only stop words or doesn't contain lexemes, ignored")
  }
  return new TsQuery(node)
}

/** to_tsquery: with the operators of tsquery. */
export const queryOf = (context: EvalContext, configuration: Configuration, text: string): TsQuery => {
  const operand: OperandReader = (word, weights, prefix) =>
    lexemesOf(context, configuration, word, 'phrase', weights, prefix)
  return finished(context, text, parseQueryTree(text, operand))
}

/** plainto_tsquery, phraseto_tsquery: all words, in any or in this sequence. */
export const queryOfWords = (
  context: EvalContext,
  configuration: Configuration,
  text: string,
  kind: 'and' | 'phrase',
): TsQuery => finished(context, text, lexemesOf(context, configuration, text, kind))

/** `or` as a word of its own that something follows. */
const WEB_OR = /or(?![-_\p{L}\p{N}])(?=[^]\s*\S)/iuy
/** A colon ends a word, as weights of tsquery begin with one. */
const WEB_WORD = /[^][^\s":!&|()]*/y

/** The parts of what people type into a search box. */
class WebQueryReader {
  readonly #text: string
  readonly #word: (word: string) => ParsedNode
  #at = 0

  constructor(text: string, word: (word: string) => ParsedNode) {
    this.#text = text
    this.#word = word
  }

  #skip(unwanted: RegExp): void {
    while (this.#at < this.#text.length && unwanted.test(this.#text.charAt(this.#at))) this.#at++
  }

  get #atEnd(): boolean {
    return this.#at >= this.#text.length
  }

  #match(expression: RegExp): string | null {
    expression.lastIndex = this.#at
    const match = expression.exec(this.#text)
    if (match === null) return null
    this.#at = expression.lastIndex
    return match[0]
  }

  read(): ParsedNode | null {
    this.#skip(/[\s!&|()]/)
    if (this.#atEnd) return null
    let alternatives: ParsedNode | null = null
    let terms = this.#operand()
    while ((this.#skip(/[\s!&|()]/), !this.#atEnd)) {
      if (this.#match(WEB_OR) !== null) {
        alternatives = alternatives === null ? terms : { kind: 'or', left: alternatives, right: terms }
        terms = this.#operand()
      } else terms = { kind: 'and', left: terms, right: this.#operand() }
    }
    return alternatives === null ? terms : { kind: 'or', left: alternatives, right: terms }
  }

  #operand(): ParsedNode {
    this.#skip(/[\s!&|()]/)
    if (this.#atEnd) return STOP
    const first = this.#text.charAt(this.#at)
    if (first === '-') {
      this.#at++
      return { kind: 'not', operand: this.#operand() }
    }
    if (first === '"') {
      const end = this.#text.indexOf('"', this.#at + 1)
      const words = this.#text.slice(this.#at + 1, end < 0 ? undefined : end)
      this.#at = end < 0 ? this.#text.length : end + 1
      return this.#word(words)
    }
    return this.#word(this.#match(WEB_WORD) as string)
  }
}

/** websearch_to_tsquery: words, "phrases", -exclusions, or. */
export const queryOfWeb = (context: EvalContext, configuration: Configuration, text: string): TsQuery => {
  const reader = new WebQueryReader(text, (word) => lexemesOf(context, configuration, word, 'phrase'))
  return finished(context, text, reader.read())
}
