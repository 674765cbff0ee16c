/** Parts of a document that show why it matches a query, the words found marked. */
import { invalidHeadlineOption, invalidOptionList } from '../../errors/raise/text-search.ts'
import type { QueryNode, TsQuery, WordNode } from '../../types/text-search/query-node.ts'
import { wordsOf } from '../../types/text-search/query-node.ts'
import { parseInteger } from '../../types/int64.ts'
import { characterLength } from '../../types/text-order.ts'
import type { EvalContext } from '../context.ts'
import type { Configuration } from './configurations.ts'
import { indexedTokens } from './documents.ts'
import { matches } from './match.ts'
import { TOKEN } from './parser.ts'

interface Options {
  maxWords: number
  minWords: number
  shortWord: number
  maxFragments: number
  highlightAll: boolean
  startSel: string
  stopSel: string
  fragmentDelimiter: string
}

const TRUE = new Set(['1', 'on', 'true', 't', 'y', 'yes'])
const OPTION = /\s*(\w+)\s*=\s*(?:"((?:[^"]|"")*)"|'((?:[^']|'')*)'|([^,]*?))\s*(?:,|$)/y

const integerOption = (value: string): number => parseInteger(value, 'integer', -(2 ** 31), 2 ** 31 - 1) as number

const MAX_OPTION_BYTES = 32_767

const textOption = (name: string, value: string): string => {
  if (Buffer.byteLength(value) > MAX_OPTION_BYTES) throw invalidHeadlineOption(`value for "${name}" is too long`)
  return value
}

/** Reads `MaxWords=10, StartSel="<b>"`. Throws 22023. */
const readOptions = (text: string): Options => {
  const options: Options = {
    maxWords: 35,
    minWords: 15,
    shortWord: 3,
    maxFragments: 0,
    highlightAll: false,
    startSel: '<b>',
    stopSel: '</b>',
    fragmentDelimiter: ' ... ',
  }
  const setters: Readonly<Record<string, (value: string) => void>> = {
    maxwords: (value) => (options.maxWords = integerOption(value)),
    minwords: (value) => (options.minWords = integerOption(value)),
    shortword: (value) => (options.shortWord = integerOption(value)),
    maxfragments: (value) => (options.maxFragments = integerOption(value)),
    startsel: (value) => (options.startSel = textOption('StartSel', value)),
    stopsel: (value) => (options.stopSel = textOption('StopSel', value)),
    fragmentdelimiter: (value) => (options.fragmentDelimiter = textOption('FragmentDelimiter', value)),
    highlightall: (value) => (options.highlightAll = TRUE.has(value.toLowerCase())),
  }
  for (OPTION.lastIndex = 0; OPTION.lastIndex < text.length && text.slice(OPTION.lastIndex).trim() !== ''; ) {
    const match = OPTION.exec(text)
    if (match === null) throw invalidOptionList(text)
    const [, name = '', doubled, single, plain = ''] = match
    const setter = setters[name.toLowerCase()]
    if (setter === undefined) throw invalidHeadlineOption(`unrecognized headline parameter: "${name}"`)
    setter(doubled?.replaceAll('""', '"') ?? single?.replaceAll("''", "'") ?? plain)
  }
  if (!options.highlightAll) {
    if (options.minWords >= options.maxWords) throw invalidHeadlineOption('MinWords should be less than MaxWords')
    if (options.minWords <= 0) throw invalidHeadlineOption('MinWords should be positive')
    if (options.shortWord < 0) throw invalidHeadlineOption('ShortWord should be >= 0')
    if (options.maxFragments < 0) throw invalidHeadlineOption('MaxFragments should be >= 0')
  }
  return options
}

/** A token of the document with the words of the query that it matches. */
interface Item {
  readonly type: number
  readonly text: string
  readonly at: number
  readonly words: readonly WordNode[]
  shown: boolean
}

const COMPOUND = new Set<number>([TOKEN.url, TOKEN.numhword, TOKEN.asciihword, TOKEN.hword])
const NO_END = new Set<number>([
  TOKEN.sfloat,
  TOKEN.version,
  TOKEN.float,
  TOKEN.int,
  TOKEN.uint,
  TOKEN.tag,
  TOKEN.protocol,
  TOKEN.blank,
  TOKEN.entity,
])

const isNoWord = ({ type }: Item): boolean => type === TOKEN.blank || type === TOKEN.tag || COMPOUND.has(type)

class Headline {
  readonly #items: Item[] = []
  readonly #root: QueryNode | null
  readonly #options: Options

  constructor(
    context: EvalContext,
    configuration: Configuration,
    document: string,
    { root }: TsQuery,
    options: Options,
  ) {
    this.#root = root
    this.#options = options
    const words = wordsOf(root)
    for (const { type, text, lexemes, at } of indexedTokens(context, configuration, document)) {
      const found = (lexemes ?? []).flatMap((lexeme) =>
        words.filter(({ word, prefix }) => (prefix ? lexeme.startsWith(word) : lexeme === word)),
      )
      this.#items.push({ type, text, at, words: found, shown: false })
    }
  }

  #item(i: number): Item {
    return this.#items[i] as Item
  }

  #isFound(i: number): boolean {
    return this.#item(i).words.length > 0
  }

  #countWord(i: number): number {
    return isNoWord(this.#item(i)) ? 0 : 1
  }

  /** A token that no part of a document should end with. */
  #endsBadly(i: number): boolean {
    if (this.#isFound(i)) return false
    const item = this.#item(i)
    return isNoWord(item) || NO_END.has(item.type) || characterLength(item.text) <= this.#options.shortWord
  }

  #nextFound(from: number): number {
    for (let i = from; i < this.#items.length; i++) if (this.#isFound(i)) return i
    return -1
  }

  #holdsWithin(from: number, to: number): boolean {
    return matches(this.#root as QueryNode, (word) => {
      const positions: number[] = []
      for (let i = from; i <= to; i++) {
        const { words, at } = this.#item(i)
        if (words.includes(word) && positions.at(-1) !== at) positions.push(at)
      }
      return { answer: positions.length > 0 ? 'yes' : 'no', positions }
    })
  }

  /** The shortest stretches that match, each beginning behind where the one before began. */
  *#covers(): Generator<{ from: number; to: number }> {
    if (this.#root === null) return
    const { maxWords, maxFragments } = this.#options
    const longest = Math.max(maxWords * 10, 100) * Math.max(maxFragments, 1)
    for (let from = this.#nextFound(0); from >= 0; from = this.#nextFound(from + 1)) {
      for (let to = from; to >= 0 && to - from < longest; to = this.#nextFound(to + 1)) {
        if (!this.#holdsWithin(from, to)) continue
        yield { from, to }
        break
      }
    }
  }

  #show(from: number, to: number): void {
    for (let i = from; i <= to; i++) this.#item(i).shown = true
  }

  /** The first tokens, until there are enough words. */
  #showBeginning(): void {
    let words = 0
    let to = -1
    for (let i = 0; i < this.#items.length && words < this.#options.minWords; i++) {
      words += this.#countWord(i)
      to = i
    }
    this.#show(0, to)
  }

  /** A cover made as long as a headline may be, or cut to that. */
  #stretched(cover: { from: number; to: number }): { from: number; to: number; found: number } {
    const { minWords, maxWords } = this.#options
    let [words, found, from, to] = [0, 0, cover.from, cover.from]
    let i = cover.from
    for (; i <= cover.to && words < maxWords; i++) {
      words += this.#countWord(i)
      if (this.#isFound(i)) found++
      to = i
    }
    if (words < maxWords) {
      for (i--; i < this.#items.length && words < maxWords; i++) {
        if (i > cover.to) {
          words += this.#countWord(i)
          if (this.#isFound(i)) found++
        }
        to = i
        if (!this.#endsBadly(i) && words >= minWords) break
      }
      if (words < minWords) {
        for (i = cover.from - 1; i >= 0; i--) {
          words += this.#countWord(i)
          if (this.#isFound(i)) found++
          if (words >= maxWords || (!this.#endsBadly(i) && words >= minWords)) break
        }
        from = Math.max(i, 0)
      }
      return { from, to, found }
    }
    for (i = Math.min(i, cover.to); words > minWords && this.#endsBadly(i); i--) {
      words -= this.#countWord(i)
      to = i - 1
    }
    return { from, to, found }
  }

  #showBest(): void {
    let best: { from: number; to: number; found: number; whole: boolean } | null = null
    for (const cover of this.#covers()) {
      const part = this.#stretched(cover)
      const whole = part.from <= cover.from && part.to >= cover.to
      const isBetter =
        best === null ||
        (whole === best.whole
          ? part.found > best.found ||
            (part.found === best.found && !this.#endsBadly(part.to) && this.#endsBadly(best.to))
          : whole)
      if (isBetter) best = { ...part, whole }
    }
    if (best === null) this.#showBeginning()
    else this.#show(best.from, best.to)
  }

  /** The next piece of a cover that is no longer than a fragment may be and has found words at both ends. */
  #piece(first: number, last: number): { from: number; to: number; words: number; found: number } {
    let from = first
    while (from < last && !this.#isFound(from)) from++
    let [words, found, i] = [0, 0, from]
    for (; i <= last && words < this.#options.maxWords; i++) {
      words += this.#countWord(i)
      if (this.#isFound(i)) found++
    }
    let to = last
    if (last > i) {
      for (to = i; to > from && !this.#isFound(to); to--) words -= this.#countWord(to)
    }
    return { from, to, words, found }
  }

  #showFragments(): void {
    const { maxWords, maxFragments } = this.#options
    let pieces: { from: number; to: number; words: number; found: number }[] = []
    for (const cover of this.#covers()) {
      for (let from = cover.from; from <= cover.to; ) {
        const piece = this.#piece(from, cover.to)
        pieces.push(piece)
        from = piece.to + 1
      }
    }
    if (pieces.length === 0) {
      this.#showBeginning()
      return
    }
    for (let n = 0; n < maxFragments && pieces.length > 0; n++) {
      const best = pieces.reduce((a, b) => (b.found > a.found || (b.found === a.found && b.words < a.words) ? b : a))
      let { from, to, words } = best
      if (words < maxWords) {
        const room = Math.trunc((maxWords - words) / 2)
        let marker = from
        for (let i = from - 1, taken = 0; i >= 0 && taken < room && !this.#item(i).shown; i--) {
          taken += this.#countWord(i)
          words += this.#countWord(i)
          marker = i
        }
        for (; marker < from && this.#endsBadly(marker); marker++) words -= this.#countWord(marker)
        from = marker
        marker = to
        for (let i = to + 1; i < this.#items.length && words < maxWords && !this.#item(i).shown; i++) {
          words += this.#countWord(i)
          marker = i
        }
        for (; marker > to && this.#endsBadly(marker); marker--) words -= this.#countWord(marker)
        to = marker
      }
      this.#show(from, to)
      pieces = pieces.filter((piece) => piece !== best && (piece.to < from || piece.from > to))
    }
  }

  text(): string {
    const { highlightAll, maxFragments, startSel, stopSel, fragmentDelimiter } = this.#options
    if (highlightAll) this.#show(0, this.#items.length - 1)
    else if (maxFragments === 0) this.#showBest()
    else this.#showFragments()
    let out = ''
    let fragments = 0
    let isInside = false
    for (const { type, text, words, shown } of this.#items) {
      if (shown && !isInside && fragments++ > 0) out += fragmentDelimiter
      isInside = shown
      if (!shown || COMPOUND.has(type)) continue
      if (type === TOKEN.tag && !highlightAll) out += ' '
      else out += words.length > 0 ? startSel + text + stopSel : text
    }
    return out
  }
}

/** ts_headline. Throws 22023 for options that it does not know. */
export const headline = (
  context: EvalContext,
  configuration: Configuration,
  document: string,
  query: TsQuery,
  options: string,
): string => new Headline(context, configuration, document, query, readOptions(options)).text()
