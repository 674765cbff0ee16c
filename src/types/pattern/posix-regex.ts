/** PostgreSQL's advanced regular expressions, by way of JavaScript's. */
import { invalidRegularExpression, invalidRegexpOption } from '../../errors/raise/data.ts'
import { type RegexOptions, RegexParser } from './regex-parser.ts'
import { fromBasic } from './basic-syntax.ts'
import { LongestMatch } from './longest-match.ts'
import { TooManySteps } from './regex-program.ts'
import { memoize } from './memoize.ts'
import { freedom, hasReferences, mayExplode, type RegexNode, sourceOf, writtenOut } from './regex-tree.ts'

const beBasic = (options: RegexOptions): void => {
  options.basic = true
  options.literal = false
}

const OPTION_LETTERS: Readonly<Record<string, (options: RegexOptions) => void>> = {
  b: (options) => beBasic(options),
  c: (options) => {
    options.ignoreCase = false
  },
  // It is said to ask for extended expressions; what PostgreSQL reads are basic ones.
  e: (options) => beBasic(options),
  i: (options) => {
    options.ignoreCase = true
  },
  m: (options) => {
    options.newlineStops = true
    options.lineAnchors = true
  },
  n: (options) => {
    options.newlineStops = true
    options.lineAnchors = true
  },
  p: (options) => {
    options.newlineStops = true
    options.lineAnchors = false
  },
  q: (options) => {
    options.literal = true
  },
  s: (options) => {
    options.newlineStops = false
    options.lineAnchors = false
  },
  t: (options) => {
    options.expanded = false
  },
  w: (options) => {
    options.newlineStops = false
    options.lineAnchors = true
  },
  x: (options) => {
    options.expanded = true
  },
}

/**
 * A compiled expression, with the part of RegExp's interface that matching needs; the class is always a global one.
 * JavaScript finds where a match begins; where it may end in several places the search for the right one is our own.
 */
export class PosixPattern {
  readonly #first: RegExp
  readonly #longest: LongestMatch
  /** The first match that JavaScript finds is the right one, for no more than one part has a choice. */
  readonly #isPlain: boolean
  readonly #refers: boolean
  /** In longer texts JavaScript could take too long to find where a match begins. */
  readonly #patience: number
  lastIndex = 0

  /** Throws 2201B. */
  constructor(tree: RegexNode, flags: string) {
    if (writtenOut(tree) > MAX_PARTS) throw tooComplex()
    this.#first = new RegExp(sourceOf(tree), `g${flags}`)
    this.#longest = new LongestMatch(tree, flags)
    const degree = freedom(tree, flags)
    this.#isPlain = degree < 2
    this.#refers = hasReferences(tree)
    this.#patience = mayExplode(tree, flags) ? SHORT_TEXT : MANY_STEPS ** (1 / (degree + 1))
  }

  test(text: string): boolean {
    if (this.#refers) return this.exec(text) !== null
    if (this.#isTooLong(text)) return this.#startIn(text) >= 0
    this.#first.lastIndex = this.lastIndex
    const found = this.#first.test(text)
    this.lastIndex = this.#first.lastIndex
    return found
  }

  #isTooLong(text: string): boolean {
    return text.length - this.lastIndex > this.#patience
  }

  /** Where a match begins, without JavaScript. Throws 2201B where even that would take too long. */
  #startIn(text: string): number {
    try {
      return this.#longest.start(text, this.lastIndex)
    } catch (error) {
      throw error instanceof TooManySteps ? tooComplex() : error
    }
  }

  /** Where the next match begins, with the one that JavaScript finds there unless it would look for too long. */
  #candidate(text: string): { readonly index: number; readonly match: RegExpExecArray | null } | null {
    if (this.#isTooLong(text)) {
      const index = this.#startIn(text)
      if (index < 0) this.lastIndex = 0
      return index < 0 ? null : { index, match: null }
    }
    this.#first.lastIndex = this.lastIndex
    const match = this.#first.exec(text)
    this.lastIndex = this.#first.lastIndex
    return match === null ? null : { index: match.index, match }
  }

  /** The next match from `lastIndex` on, which is set behind it. Throws 2201B. */
  exec(text: string): RegExpExecArray | null {
    for (;;) {
      const found = this.#candidate(text)
      if (found === null || (this.#isPlain && found.match !== null)) return found?.match ?? null
      const { index, match } = found
      const longest = this.#extended(index, match, text)
      if (longest !== null) {
        this.lastIndex = longest.index + longest[0].length
        return longest
      }
      // Only references to groups that did not match bring this about.
      this.lastIndex = index + 1
      if (this.lastIndex > text.length) return null
    }
  }

  /** The right match at a place; when that would take too long, the one that is there. */
  #extended(index: number, match: RegExpExecArray | null, text: string): RegExpExecArray | null {
    try {
      const found = this.#longest.at(text, index)
      if (found === null) return null
      const groups = Array.from({ length: this.#longest.groupCount }, (_, i) => {
        const span = found.groups[i + 1]
        return span === undefined ? undefined : text.slice(...span)
      })
      return Object.assign([text.slice(index, found.end), ...groups], {
        index,
        input: text,
      }) as unknown as RegExpExecArray
    } catch (error) {
      if (!(error instanceof TooManySteps)) throw error
      if (match !== null) return match
      if (this.#patience === SHORT_TEXT) throw tooComplex()
      // There is a match here, so that JavaScript comes to an end sooner than where there is none.
      this.#first.lastIndex = index
      return this.#first.exec(text)
    }
  }
}

/** No text of SQL holds this character, and so no expression begins with it on its own account. */
const ASCII_MARK = '\u0000'

/** The expression as it is under the collation "C": letters, digits and cases are those of ASCII. */
export const inAscii = (pattern: string): string => ASCII_MARK + pattern

const compileWith = (pattern: string, flags: string): PosixPattern => {
  const options: RegexOptions = {
    ignoreCase: false,
    newlineStops: false,
    lineAnchors: false,
    expanded: false,
    literal: false,
    basic: false,
    ascii: pattern.startsWith(ASCII_MARK),
  }
  for (const flag of flags) OPTION_LETTERS[flag]?.(options)
  let source = options.ascii ? pattern.slice(ASCII_MARK.length) : pattern
  if (source.startsWith('***=')) {
    options.literal = true
    source = source.slice(4)
  } else if (source.startsWith('***:')) source = source.slice(4)
  const embedded = options.literal || options.basic ? null : /^\(\?([a-z]+)\)/.exec(source)
  if (embedded !== null) {
    for (const letter of embedded[1] as string) {
      const apply = OPTION_LETTERS[letter]
      if (apply === undefined) throw invalidRegularExpression('invalid embedded option')
      apply(options)
    }
    source = source.slice(embedded[0].length)
  }
  const tree: RegexNode = options.literal
    ? new RegexParser(source, options).literally()
    : new RegexParser(options.basic ? fromBasic(source) : source, options).parse()
  try {
    return new PosixPattern(tree, `su${options.ignoreCase && !options.ascii ? 'i' : ''}`)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw invalidRegularExpression('invalid character range')
  }
}

/** Texts in which even a search that tries everything ends soon. */
const SHORT_TEXT = 18

/** Parts of an expression with its repetitions written out. */
const MAX_PARTS = 50_000

const tooComplex = () => invalidRegularExpression('regular expression is too complex')

/** Steps that JavaScript's search may take at worst. */
const MANY_STEPS = 1e9

const FLAG_SEPARATOR = '\u0000'

const compiled = memoize((key: string): PosixPattern => {
  const separator = key.indexOf(FLAG_SEPARATOR)
  return compileWith(key.slice(separator + 1), key.slice(0, separator))
})

/**
 * The compiled form of an expression; callers set `lastIndex`. `flags` are option letters without
 * `g`. Throws 2201B.
 */
export const posixRegex = (pattern: string, flags = ''): PosixPattern => compiled(flags + FLAG_SEPARATOR + pattern)

/** Flags argument of the regexp_ functions: option letters, and `g` where a function allows it. Throws 22023. */
export const readFlags = (flags: string): { readonly letters: string; readonly global: boolean } => {
  for (const flag of flags) {
    if (flag !== 'g' && OPTION_LETTERS[flag] === undefined) throw invalidRegexpOption(flag)
  }
  return { letters: flags.replaceAll('g', ''), global: flags.includes('g') }
}

export const matchesRegex = (text: string, pattern: string, flags = ''): boolean => {
  const regex = posixRegex(pattern, flags)
  regex.lastIndex = 0
  return regex.test(text)
}
