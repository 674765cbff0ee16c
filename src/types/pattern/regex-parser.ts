/** Reads PostgreSQL's advanced regular expressions: every part becomes a node that JavaScript can write. */
import { invalidRegularExpression } from '../../errors/raise/data.ts'
import { ASCII_CLASSES, type CharacterClasses, UNICODE_CLASSES, withBothCases } from './character-classes.ts'
import { type RegexNode, sourceOf } from './regex-tree.ts'

/** How a regular expression matches, from its flags argument and embedded options. */
export interface RegexOptions {
  ignoreCase: boolean
  /** `.` and negated brackets do not match newlines. */
  newlineStops: boolean
  /** `^` and `$` match at every line. */
  lineAnchors: boolean
  expanded: boolean
  literal: boolean
  basic: boolean
  /** Only characters of ASCII are letters and digits and have cases, as under the collation "C". */
  ascii: boolean
}

/** Escapes that match no character. */
const CONSTRAINTS = new Set('AZmMyY')

const RANGES = {
  '*': { min: 0, max: Number.POSITIVE_INFINITY, fixed: false },
  '+': { min: 1, max: Number.POSITIVE_INFINITY, fixed: false },
  '?': { min: 0, max: 1, fixed: false },
} as const

const MAX_REPETITIONS = 255

/** Beyond it escapes name no character. */
const MAX_NUMBER = 0x7ffffffe

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

/** What was read between two parentheses, or of the whole. */
export class RegexParser {
  private readonly source: string
  private readonly options: RegexOptions
  private readonly classes: CharacterClasses
  private at = 0
  private groups = 0
  /** Groups that are closed, to which there may be references. */
  private readonly closed = new Set<number>()
  /** Parentheses of lookaround that are open: nothing is captured there. */
  private lookarounds = 0

  constructor(source: string, options: RegexOptions) {
    this.source = source
    this.options = options
    this.classes = options.ascii ? ASCII_CLASSES : UNICODE_CLASSES
  }

  parse(): RegexNode {
    const tree = this.alternatives()
    if (this.at < this.source.length) throw invalidRegularExpression('parentheses () not balanced')
    return tree
  }

  /** Every character stands for itself. */
  literally(): RegexNode {
    return { kind: 'sequence', parts: Array.from(this.source, (char) => this.character(escapeLiteral(char))) }
  }

  private alternatives(): RegexNode {
    const branches: RegexNode[] = []
    for (;;) {
      branches.push(this.branch())
      if (this.source[this.at] !== '|') break
      this.at++
    }
    return branches.length === 1 ? (branches[0] as RegexNode) : { kind: 'choice', branches }
  }

  private branch(): RegexNode {
    const parts: RegexNode[] = []
    /** Whether a quantifier may follow the last part. */
    let quantifiable = false
    while (this.at < this.source.length) {
      const next = this.source[this.at] as string
      if (next === '|' || next === ')') break
      const char = this.nextChar()
      if (this.isQuantifier(char)) {
        if (!quantifiable) throw invalidRegularExpression('quantifier operand invalid')
        parts.push(this.repeat(parts.pop() as RegexNode, char))
        quantifiable = false
        continue
      }
      const part = this.atom(char)
      if (part === null) continue
      parts.push(part)
      quantifiable = part.kind !== 'constraint'
    }
    return parts.length === 1 ? (parts[0] as RegexNode) : { kind: 'sequence', parts }
  }

  private isQuantifier(char: string): boolean {
    return char === '*' || char === '+' || char === '?' || (char === '{' && /\d/.test(this.source[this.at] ?? ''))
  }

  private repeat(body: RegexNode, char: string): RegexNode {
    const range = char === '{' ? this.bounds() : RANGES[char as keyof typeof RANGES]
    const lazy = this.source[this.at] === '?'
    if (lazy) this.at++
    return { kind: 'repeat', body, lazy, ...range }
  }

  /** Null: a comment. */
  private atom(char: string): RegexNode | null {
    const { newlineStops, lineAnchors, expanded } = this.options
    switch (char) {
      case '(':
        return this.group()
      case '[':
        return this.bracket()
      case '\\':
        return this.escape()
      case '.':
        return { kind: 'character', source: newlineStops ? '[^\\n]' : '.' }
      case '^':
        return { kind: 'constraint', source: lineAnchors ? '(?:^|(?<=\\n))' : '^' }
      case '$':
        return { kind: 'constraint', source: lineAnchors ? '(?=\\n|$)' : '$' }
      default:
        if (expanded && /[\s#]/.test(char)) {
          if (char === '#') this.skipComment()
          return null
        }
        return this.character(escapeLiteral(char))
    }
  }

  /** JavaScript's own way to disregard case knows all of Unicode. */
  private get foldsAscii(): boolean {
    return this.options.ascii && this.options.ignoreCase
  }

  private character(source: string): RegexNode {
    return { kind: 'character', source: this.foldsAscii ? `[${withBothCases(source)}]` : source }
  }

  private group(): RegexNode | null {
    const special = /^\?(?:<?[=!]|:)/.exec(this.source.slice(this.at))?.[0]
    if (special === undefined && this.source.startsWith('?#', this.at)) {
      const end = this.source.indexOf(')', this.at)
      this.at = end < 0 ? this.source.length : end + 1
      return null
    }
    if (special === undefined && this.source[this.at] === '?') {
      throw invalidRegularExpression('quantifier operand invalid')
    }
    this.at += special?.length ?? 0
    const isLookaround = special !== undefined && special !== '?:'
    const group = special === undefined && this.lookarounds === 0 ? ++this.groups : null
    if (isLookaround) this.lookarounds++
    const body = this.alternatives()
    if (isLookaround) this.lookarounds--
    if (this.source[this.at] !== ')') throw invalidRegularExpression('parentheses () not balanced')
    this.at++
    if (group !== null) this.closed.add(group)
    return isLookaround
      ? { kind: 'constraint', source: `(${special}${sourceOf(body)})` }
      : { kind: 'group', group, body }
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

  private bounds(): { min: number; max: number; fixed: boolean } {
    const match = /^(\d+)(,(\d*))?\}/.exec(this.source.slice(this.at))
    if (match === null) throw invalidRegularExpression('braces {} not balanced')
    const [all, least, comma, most] = match
    const min = Number(least)
    const max = comma === undefined ? min : most === '' ? Number.POSITIVE_INFINITY : Number(most)
    if (min > MAX_REPETITIONS || (max > MAX_REPETITIONS && most !== '') || max < min) {
      throw invalidRegularExpression('invalid repetition count(s)')
    }
    this.at += all.length
    return { min, max, fixed: comma === undefined }
  }

  private escape(): RegexNode {
    if (this.at >= this.source.length) throw invalidRegularExpression('invalid escape \\ sequence')
    const char = this.nextChar()
    const known = this.classes.escapes[char]
    if (known !== undefined) return { kind: CONSTRAINTS.has(char) ? 'constraint' : 'character', source: known }
    if (/[1-9]/.test(char)) {
      const digits = /^\d*/.exec(this.source.slice(this.at))?.[0] ?? ''
      const group = Number(char + digits)
      // More than one digit, and more than there are groups: the number of a character.
      const octal = digits === '' || group <= this.groups ? null : /^[0-7]{1,3}/.exec(char + digits)
      if (octal !== null) {
        this.at += octal[0].length - 1
        return this.character(`\\u{${Number.parseInt(octal[0], 8).toString(16)}}`)
      }
      this.at += digits.length
      if (!this.closed.has(group) || this.lookarounds > 0)
        throw invalidRegularExpression('invalid backreference number')
      return { kind: 'reference', group, source: `(?:\\${group})` }
    }
    return this.character(this.characterEscape(char))
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
      // The last 32 bits count; numbers beyond those of characters match nothing, as half of a surrogate pair does.
      const number = Number.parseInt(digits[0].slice(-8), 16)
      if (number > MAX_NUMBER) throw invalidRegularExpression('invalid escape \\ sequence')
      return `\\u{${(number > 0x10ffff ? 0xd800 : number).toString(16)}}`
    }
    if (char === 'c') return `\\x${(this.nextChar().charCodeAt(0) & 31).toString(16).padStart(2, '0')}`
    if (/[A-Za-z0-9]/.test(char)) throw invalidRegularExpression('invalid escape \\ sequence')
    return escapeLiteral(char)
  }

  private bracket(): RegexNode {
    if (this.source.startsWith('[:<:]]', this.at))
      return { kind: 'constraint', source: this.skip(6, this.classes.wordStart) }
    if (this.source.startsWith('[:>:]]', this.at))
      return { kind: 'constraint', source: this.skip(6, this.classes.wordEnd) }
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
    if (this.foldsAscii) inside = withBothCases(inside)
    if (negated && this.options.newlineStops) inside += '\\n'
    return { kind: 'character', source: `[${negated ? '^' : ''}${inside}]` }
  }

  private skip(length: number, result: string): string {
    this.at += length
    return result
  }

  private bracketItem(char: string): string {
    if (char === '[' && this.source[this.at] === ':') {
      const end = this.source.indexOf(':]', this.at)
      const name = end < 0 ? '' : this.source.slice(this.at + 1, end)
      const characters = this.classes.inBrackets[name]
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
      const outside =
        next === 'w' ? this.classes.inBrackets.word : /[dDsS]/.test(next) ? this.classes.escapes[next] : undefined
      if (outside !== undefined) return outside
      return /[A-Za-z0-9]/.test(next) ? this.characterEscape(next) : escapeInBrackets(next)
    }
    return char === '-' && this.isRangeDash() ? '-' : escapeInBrackets(char)
  }

  /** A dash between two characters, neither first nor last. */
  private isRangeDash(): boolean {
    const before = this.source[this.at - 2]
    return before !== '[' && before !== '^' && this.source[this.at] !== ']'
  }
}
