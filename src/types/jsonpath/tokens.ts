/** The words of a jsonpath: numbers, quoted and bare names, variables, operators. */
import { untranslatableEscape } from '../../errors/raise/data.ts'
import { jsonPathSyntaxError, jsonPathUnicodeError } from '../../errors/raise/json-path.ts'

export interface Token {
  readonly kind: 'number' | 'string' | 'name' | 'variable' | 'symbol' | 'end'
  /** What it stands for: without quotes, escapes resolved. */
  readonly value: string
  /** What an error here is said to be near; empty: the end of the text. */
  readonly near: string
}

const SPACE = /[ \t\n\r\f]+/y
const COMMENT = /\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\//y
const SYMBOL = /&&|\|\||!=|<>|==|<=|>=|\*\*|[?%$.[\]{}()|&!=<>@#,*:\-+/]/y
/** Characters of a bare name. */
const NAME = /[^?%$.[\]{}()|&!=<>@#,*:\-+/\\" \t\n\r\f]+/y
const INTEGER = String.raw`(?:0|[1-9]\d*)`
const DECIMAL = String.raw`(?:${INTEGER}\.\d*|\.\d+)`
const NUMBER = new RegExp(String.raw`(?:${DECIMAL}|${INTEGER})(?:[eE][-+]?\d+)?`, 'y')
const EXPONENT_SIGN = /[eE][-+]/y

const PLAIN_ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

export class Tokenizer {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at
    return pattern.exec(this.#text)?.[0] ?? null
  }

  /** Reads the next word. Throws 42601, 22P02, 22P05. */
  next(): Token {
    this.#skipBlanks()
    const char = this.#text[this.#at]
    if (char === undefined) return { kind: 'end', value: '', near: '' }
    if (char === '"') {
      this.#at++
      return { kind: 'string', value: this.#quoted(), near: '"' }
    }
    const number = this.#number()
    if (number !== null) return number
    if (char === '$') return this.#dollar()
    const symbol = this.#match(SYMBOL)
    if (symbol !== null) {
      this.#at += symbol.length
      return { kind: 'symbol', value: symbol === '<>' ? '!=' : symbol, near: symbol }
    }
    return { kind: 'name', ...this.#bare() }
  }

  #skipBlanks(): void {
    for (;;) {
      const blank = this.#match(SPACE) ?? this.#match(COMMENT)
      if (blank === null) break
      this.#at += blank.length
    }
    if (this.#text.startsWith('/*', this.#at)) throw jsonPathSyntaxError('unexpected end of comment', '')
  }

  #number(): Token | null {
    const number = this.#match(NUMBER)
    const from = this.#at
    if (number === null) return null
    this.#at += number.length
    const junk = this.#match(NAME)
    this.#at = from
    // The longest word wins: `1abc` is a name, `1a` a number with something behind it.
    const word = this.#match(NAME)?.length ?? 0
    if (word > number.length + (junk === null ? 0 : 1)) return null
    this.#at += number.length
    const sign = this.#match(EXPONENT_SIGN)
    if (sign !== null) throw jsonPathSyntaxError('invalid numeric literal', number + sign)
    if (junk !== null) {
      throw jsonPathSyntaxError(
        'trailing junk after numeric literal',
        number + String.fromCodePoint(junk.codePointAt(0) as number),
      )
    }
    return { kind: 'number', value: number, near: number }
  }

  #dollar(): Token {
    this.#at++
    if (this.#text[this.#at] === '"') {
      this.#at++
      return { kind: 'variable', value: this.#quoted(), near: '"' }
    }
    if (this.#text[this.#at] !== '\\' && this.#match(NAME) === null) return { kind: 'symbol', value: '$', near: '$' }
    return { kind: 'variable', ...this.#bare() }
  }

  /** A name without quotes, where escapes may stand too. */
  #bare(): { value: string; near: string } {
    let value = ''
    for (;;) {
      const part = this.#match(NAME)
      if (part !== null) {
        value += part
        this.#at += part.length
      } else if (this.#text[this.#at] === '\\') value += this.#escape()
      else break
    }
    // The blank that ends a name is what PostgreSQL has read last.
    const blank = this.#match(SPACE)
    return { value, near: blank ?? '' }
  }

  #quoted(): string {
    let value = ''
    for (;;) {
      const char = this.#text[this.#at]
      if (char === undefined) throw jsonPathSyntaxError('unexpected end of quoted string', '')
      if (char === '\\') {
        value += this.#escape()
        continue
      }
      this.#at++
      if (char === '"') return value
      value += char
    }
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1]
    if (letter === undefined) throw jsonPathSyntaxError('unexpected end after backslash', '')
    if (letter === 'u') return this.#unicode()
    if (letter === 'x') {
      const hex = /\\x([0-9a-fA-F]{2})/y
      hex.lastIndex = this.#at
      const match = hex.exec(this.#text)
      if (match === null) throw jsonPathSyntaxError('invalid hexadecimal character sequence', '\\x')
      this.#at += match[0].length
      return character(Number.parseInt(match[1] as string, 16))
    }
    this.#at += 2
    return PLAIN_ESCAPES[letter] ?? letter
  }

  /** One or more `\uXXXX`; the halves of a surrogate pair must follow each other. */
  #unicode(): string {
    const code = this.#codeUnit()
    if (code >= 0xdc00 && code <= 0xdfff)
      throw jsonPathUnicodeError('Unicode low surrogate must follow a high surrogate.')
    if (code < 0xd800 || code > 0xdbff) return character(code)
    if (!this.#text.startsWith('\\u', this.#at)) {
      throw jsonPathUnicodeError('Unicode low surrogate must follow a high surrogate.')
    }
    const low = this.#codeUnit()
    if (low >= 0xd800 && low <= 0xdbff) {
      throw jsonPathUnicodeError('Unicode high surrogate must not follow a high surrogate.')
    }
    if (low < 0xdc00 || low > 0xdfff) throw jsonPathUnicodeError('Unicode low surrogate must follow a high surrogate.')
    return String.fromCharCode(code, low)
  }

  #codeUnit(): number {
    const hex = /\\u(?:([0-9a-fA-F]{4})|\{([0-9a-fA-F]{1,6})\})/y
    hex.lastIndex = this.#at
    const match = hex.exec(this.#text)
    if (match === null) throw jsonPathSyntaxError('invalid Unicode escape sequence', '\\u')
    this.#at += match[0].length
    return Number.parseInt((match[1] ?? match[2]) as string, 16)
  }
}

const character = (code: number): string => {
  if (code === 0) throw untranslatableEscape()
  if (code > 0x10ffff) throw jsonPathUnicodeError('Unicode escape value cannot be greater than 10FFFF.')
  return String.fromCodePoint(code)
}
