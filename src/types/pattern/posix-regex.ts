/**
 * PostgreSQL's advanced regular expressions translated to JavaScript's. Leftmost matches agree; where several
 * alternatives match at one place JavaScript takes the first that succeeds, not the longest.
 */
import { invalidRegularExpression, invalidRegexpOption } from '../../errors/raise/data.ts'
import { memoize } from './memoize.ts'

/** How a regular expression matches, from its flags argument and embedded options. */
interface Options {
  ignoreCase: boolean
  /** `.` and negated brackets do not match newlines. */
  newlineStops: boolean
  /** `^` and `$` match at every line. */
  lineAnchors: boolean
  expanded: boolean
  literal: boolean
}

const OPTION_LETTERS: Readonly<Record<string, (options: Options) => void>> = {
  b: () => undefined,
  c: (options) => {
    options.ignoreCase = false
  },
  e: () => undefined,
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

/** Character classes as the inside of a JavaScript bracket. */
const CLASSES: Readonly<Record<string, string>> = {
  alpha: '\\p{L}\\p{Nl}',
  digit: '\\p{Nd}',
  alnum: '\\p{L}\\p{Nl}\\p{Nd}',
  upper: '\\p{Lu}',
  lower: '\\p{Ll}',
  space: '\\s',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`{-~\\p{P}',
  print: '\\P{C}',
  graph: '\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}',
  cntrl: '\\p{Cc}',
  xdigit: '0-9A-Fa-f',
  word: '\\p{L}\\p{Nl}\\p{Nd}_',
  ascii: '\\x00-\\x7f',
}

const WORD = '[\\p{L}\\p{Nl}\\p{Nd}_]'
const WORD_START = `(?<!${WORD})(?=${WORD})`
const WORD_END = `(?<=${WORD})(?!${WORD})`
const WORD_EDGE = `(?:${WORD_START}|${WORD_END})`
const NOT_WORD_EDGE = `(?:(?<=${WORD})(?=${WORD})|(?<!${WORD})(?!${WORD}))`

/** Escapes outside brackets that stand for something else in JavaScript. */
const ESCAPES: Readonly<Record<string, string>> = {
  A: '^',
  Z: '$',
  m: WORD_START,
  M: WORD_END,
  y: WORD_EDGE,
  Y: NOT_WORD_EDGE,
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  s: '\\s',
  S: '\\S',
  w: WORD,
  W: '[^\\p{L}\\p{Nl}\\p{Nd}_]',
}

/** Escapes for single characters, the same inside brackets. */
const CONTROL_ESCAPES: Readonly<Record<string, string>> = {
  a: '\\x07',
  b: '\\x08',
  B: '\\\\',
  e: '\\x1b',
  f: '\\f',
  n: '\\n',
  r: '\\r',
  t: '\\t',
  v: '\\v',
  '0': '\\x00',
}

const escapeLiteral = (char: string): string => (/[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char)

/** In brackets `-`, too, has to be escaped. */
const escapeInBrackets = (char: string): string =>
  /[\\\]^[\-&~!#%,:;<=>@`]/.test(char) ? `\\u{${(char.codePointAt(0) as number).toString(16)}}` : char

class Translator {
  private readonly source: string
  private readonly options: Options
  private at = 0
  private depth = 0
  private groups = 0

  constructor(source: string, options: Options) {
    this.source = source
    this.options = options
  }

  translate(): string {
    let out = ''
    let quantifiable = false
    while (this.at < this.source.length) {
      const char = this.nextChar()
      switch (char) {
        case '(':
          out += this.openGroup()
          quantifiable = false
          break
        case ')':
          if (this.depth === 0) out += '\\)'
          else {
            this.depth--
            out += ')'
          }
          quantifiable = true
          break
        case '[':
          out += this.bracket()
          quantifiable = true
          break
        case '\\':
          out += this.escape()
          quantifiable = true
          break
        case '.':
          out += this.options.newlineStops ? '[^\\n]' : '.'
          quantifiable = true
          break
        case '^':
          out += this.options.lineAnchors ? '(?:^|(?<=\\n))' : '^'
          quantifiable = false
          break
        case '$':
          out += this.options.lineAnchors ? '(?=\\n|$)' : '$'
          quantifiable = false
          break
        case '|':
          out += '|'
          quantifiable = false
          break
        case '*':
        case '+':
        case '?':
          if (!quantifiable) throw invalidRegularExpression('quantifier operand invalid')
          out += char + this.lazyMark()
          quantifiable = false
          break
        case '{':
          if (/\d/.test(this.source[this.at] ?? '')) {
            if (!quantifiable) throw invalidRegularExpression('quantifier operand invalid')
            out += this.bounds() + this.lazyMark()
            quantifiable = false
          } else {
            out += '\\{'
            quantifiable = true
          }
          break
        default:
          if (this.options.expanded && /[\s#]/.test(char)) {
            if (char === '#') this.skipComment()
            break
          }
          out += escapeLiteral(char)
          quantifiable = true
      }
    }
    if (this.depth > 0) throw invalidRegularExpression('parentheses () not balanced')
    return out
  }

  private nextChar(): string {
    const char = String.fromCodePoint(this.source.codePointAt(this.at) as number)
    this.at += char.length
    return char
  }

  private skipComment(): void {
    const end = this.source.indexOf('\n', this.at)
    this.at = end < 0 ? this.source.length : end + 1
  }

  private lazyMark(): string {
    if (this.source[this.at] !== '?') return ''
    this.at++
    return '?'
  }

  private openGroup(): string {
    const special = /^\?(?:<[=!]|[:=!])/.exec(this.source.slice(this.at))
    if (special === null) {
      if (this.source.startsWith('?#', this.at)) {
        const end = this.source.indexOf(')', this.at)
        this.at = end < 0 ? this.source.length : end + 1
        return ''
      }
      if (this.source[this.at] === '?') throw invalidRegularExpression('quantifier operand invalid')
    }
    this.depth++
    if (special === null) {
      this.groups++
      return '('
    }
    this.at += special[0].length
    return `(${special[0]}`
  }

  private bounds(): string {
    const match = /^(\d+)(,(\d*))?\}/.exec(this.source.slice(this.at))
    if (match === null) throw invalidRegularExpression('braces {} not balanced')
    const [all, least, , most] = match
    if (
      Number(least) > 255 ||
      Number(most ?? 0) > 255 ||
      (most !== undefined && most !== '' && Number(most) < Number(least))
    ) {
      throw invalidRegularExpression('invalid repetition count(s)')
    }
    this.at += all.length
    return `{${all}`
  }

  private escape(): string {
    if (this.at >= this.source.length) throw invalidRegularExpression('invalid escape \\ sequence')
    const char = this.nextChar()
    const known = ESCAPES[char]
    if (known !== undefined) return known
    if (/[1-9]/.test(char)) {
      if (Number(char) > this.groups) throw invalidRegularExpression('invalid backreference number')
      return `(?:\\${char})`
    }
    return this.characterEscape(char)
  }

  /** Escapes that stand for one character. */
  private characterEscape(char: string): string {
    const control = CONTROL_ESCAPES[char]
    if (control !== undefined) return control
    const width = char === 'u' ? 4 : char === 'U' ? 8 : char === 'x' ? 0 : -1
    if (width >= 0) {
      const digits = (width === 0 ? /^[0-9a-fA-F]+/ : new RegExp(`^[0-9a-fA-F]{${width}}`)).exec(
        this.source.slice(this.at),
      )
      if (digits === null) throw invalidRegularExpression('invalid escape \\ sequence')
      this.at += digits[0].length
      return `\\u{${digits[0].slice(-6)}}`
    }
    if (char === 'c') return `\\x${(this.nextChar().charCodeAt(0) & 31).toString(16).padStart(2, '0')}`
    if (/[A-Za-z0-9]/.test(char)) throw invalidRegularExpression('invalid escape \\ sequence')
    return escapeLiteral(char)
  }

  private bracket(): string {
    if (this.source.startsWith('[:<:]]', this.at)) return this.skip(6, WORD_START)
    if (this.source.startsWith('[:>:]]', this.at)) return this.skip(6, WORD_END)
    const negated = this.source[this.at] === '^'
    if (negated) this.at++
    let inside = ''
    let first = true
    for (;;) {
      if (this.at >= this.source.length) throw invalidRegularExpression('brackets [] not balanced')
      const char = this.nextChar()
      if (char === ']' && !first) break
      first = false
      inside += this.bracketItem(char)
    }
    if (negated && this.options.newlineStops) inside += '\\n'
    return `[${negated ? '^' : ''}${inside}]`
  }

  private skip(length: number, result: string): string {
    this.at += length
    return result
  }

  private bracketItem(char: string): string {
    if (char === '[' && this.source[this.at] === ':') {
      const end = this.source.indexOf(':]', this.at)
      const name = end < 0 ? '' : this.source.slice(this.at + 1, end)
      const characters = CLASSES[name]
      if (characters === undefined) throw invalidRegularExpression('invalid character class')
      return this.skip(end + 2 - this.at, characters)
    }
    if (char === '[' && (this.source[this.at] === '.' || this.source[this.at] === '=')) {
      const mark = this.source[this.at] as string
      const end = this.source.indexOf(`${mark}]`, this.at + 1)
      const element = this.source.slice(this.at + 1, end)
      if (end < 0 || [...element].length !== 1) throw invalidRegularExpression('invalid collating element')
      return this.skip(end + 2 - this.at, escapeInBrackets(element))
    }
    if (char === '\\') {
      const next = this.nextChar()
      const outside = next === 'w' ? CLASSES.word : /[dDsS]/.test(next) ? ESCAPES[next] : undefined
      if (outside !== undefined) return outside
      const translated = this.characterEscape(next)
      return translated.length === 2 && translated[0] === '\\' && /[^a-z\\]/.test(next)
        ? escapeInBrackets(next)
        : translated
    }
    return char === '-' && this.isRangeDash() ? '-' : escapeInBrackets(char)
  }

  /** A dash between two characters, neither first nor last. */
  private isRangeDash(): boolean {
    const before = this.source[this.at - 2]
    return before !== '[' && before !== '^' && this.source[this.at] !== ']'
  }
}

const compileWith = (pattern: string, flags: string): RegExp => {
  const options: Options = {
    ignoreCase: false,
    newlineStops: false,
    lineAnchors: false,
    expanded: false,
    literal: false,
  }
  for (const flag of flags) OPTION_LETTERS[flag]?.(options)
  let source = pattern
  if (source.startsWith('***=')) {
    options.literal = true
    source = source.slice(4)
  } else if (source.startsWith('***:')) source = source.slice(4)
  const embedded = options.literal ? null : /^\(\?([a-z]+)\)/.exec(source)
  if (embedded !== null) {
    for (const letter of embedded[1] as string) {
      const apply = OPTION_LETTERS[letter]
      if (apply === undefined) throw invalidRegularExpression('invalid embedded option')
      apply(options)
    }
    source = source.slice(embedded[0].length)
  }
  const translated = options.literal
    ? [...source].map(escapeLiteral).join('')
    : new Translator(source, options).translate()
  try {
    return new RegExp(translated, `gsu${options.ignoreCase ? 'i' : ''}`)
  } catch {
    throw invalidRegularExpression('invalid character range')
  }
}

const FLAG_SEPARATOR = '\u0000'

const compiled = memoize((key: string): RegExp => {
  const separator = key.indexOf(FLAG_SEPARATOR)
  return compileWith(key.slice(separator + 1), key.slice(0, separator))
})

/**
 * The global JavaScript expression for a PostgreSQL one; callers set `lastIndex`. `flags` are option letters without
 * `g`. Throws 2201B.
 */
export const posixRegex = (pattern: string, flags = ''): RegExp => compiled(flags + FLAG_SEPARATOR + pattern)

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
