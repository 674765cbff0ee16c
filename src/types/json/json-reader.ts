/** Reads JSON text: a recursive-descent parser that keeps numbers exact and reports errors as PostgreSQL does. */
import { invalidJson, untranslatableEscape } from '../../errors/raise/data.ts'
import { parseNumeric } from '../numeric/convert.ts'
import type { Numeric } from '../numeric/numeric.ts'

/** A JSON value with exact numbers; objects keep the order and repetition of keys. */
export type JsonValue = null | boolean | string | Numeric | JsonValue[] | JsonMembers
/** Members of an object in their order, duplicates included. */
export class JsonMembers {
  readonly members: [string, JsonValue][] = []
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const TOKEN = /[A-Za-z0-9_$\u0080-\uffff.-][A-Za-z0-9_$\u0080-\uffff.+-]*|./suy
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

export class JsonReader {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
  }

  /** The whole text as one value. Throws 22P02. */
  readDocument(): JsonValue {
    const value = this.readValue()
    this.skipSpace()
    if (this.at < this.text.length) throw this.expected('end of input')
    return value
  }

  skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at)
      if (code !== 32 && code !== 9 && code !== 10 && code !== 13) return
      this.at++
    }
  }

  readValue(): JsonValue {
    this.skipSpace()
    switch (this.text[this.at]) {
      case '{':
        return this.readObject()
      case '[':
        return this.readArray()
      case '"':
        return this.readString()
      case 't':
        return this.readWord('true', true)
      case 'f':
        return this.readWord('false', false)
      case 'n':
        return this.readWord('null', null)
      default:
        return this.readNumber()
    }
  }

  private readWord<T>(word: string, value: T): T {
    if (this.token() !== word) throw this.invalidToken()
    this.at += word.length
    return value
  }

  private readNumber(): Numeric {
    const char = this.text[this.at]
    if (char === undefined || !/[-0-9]/.test(char)) throw this.expected('JSON value')
    NUMBER.lastIndex = this.at
    const match = NUMBER.exec(this.text)
    if (match === null || this.token() !== match[0]) throw this.invalidToken()
    this.at = NUMBER.lastIndex
    return parseNumeric(match[0])
  }

  private readArray(): JsonValue[] {
    const items: JsonValue[] = []
    this.at++
    this.skipSpace()
    if (this.text[this.at] === ']') {
      this.at++
      return items
    }
    for (;;) {
      items.push(this.readValue())
      this.skipSpace()
      const next = this.text[this.at]
      if (next !== ',' && next !== ']') throw this.expected('"," or "]"')
      this.at++
      if (next === ']') return items
    }
  }

  private readObject(): JsonMembers {
    const object = new JsonMembers()
    this.at++
    this.skipSpace()
    if (this.text[this.at] === '}') {
      this.at++
      return object
    }
    for (;;) {
      this.skipSpace()
      if (this.text[this.at] !== '"') throw this.expected(object.members.length === 0 ? 'string or "}"' : 'string')
      const key = this.readString()
      this.skipSpace()
      if (this.text[this.at] !== ':') throw this.expected('":"')
      this.at++
      object.members.push([key, this.readValue()])
      this.skipSpace()
      const next = this.text[this.at]
      if (next !== ',' && next !== '}') throw this.expected('"," or "}"')
      this.at++
      if (next === '}') return object
    }
  }

  readString(): string {
    const start = this.at
    this.at++
    let out = ''
    let from = this.at
    for (;;) {
      const code = this.text.charCodeAt(this.at)
      if (code === 34) break
      if (Number.isNaN(code)) throw this.error(`Token "${this.text.slice(start)}" is invalid.`, start)
      if (code < 32) {
        throw this.error(`Character with value 0x${code.toString(16).padStart(2, '0')} must be escaped.`, this.at)
      }
      if (code === 92) {
        out += this.text.slice(from, this.at) + this.readEscape(start)
        from = this.at
      } else this.at++
    }
    out += this.text.slice(from, this.at)
    this.at++
    return out
  }

  private readEscape(start: number): string {
    const char = this.text[this.at + 1]
    if (char === undefined) throw this.error(`Token "${this.text.slice(start)}" is invalid.`, start)
    if (char !== 'u') {
      const plain = ESCAPES[char]
      if (plain === undefined) throw this.error(`Escape sequence "\\${char}" is invalid.`, this.at + 1)
      this.at += 2
      return plain
    }
    const unit = this.readUnit()
    if (unit === 0) throw untranslatableEscape()
    if (unit >= 0xdc00 && unit <= 0xdfff) {
      throw this.error('Unicode low surrogate must follow a high surrogate.', this.at)
    }
    if (unit < 0xd800 || unit > 0xdbff) return String.fromCharCode(unit)
    const low = this.text[this.at] === '\\' && this.text[this.at + 1] === 'u' ? this.readUnit() : 0
    if (low < 0xdc00 || low > 0xdfff) throw this.error('Unicode low surrogate must follow a high surrogate.', this.at)
    return String.fromCharCode(unit, low)
  }

  private readUnit(): number {
    const digits = this.text.slice(this.at + 2, this.at + 6)
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) {
      throw this.error('"\\u" must be followed by four hexadecimal digits.', this.at)
    }
    this.at += 6
    return Number.parseInt(digits, 16)
  }

  private token(): string {
    TOKEN.lastIndex = this.at
    return TOKEN.exec(this.text)?.[0] ?? ''
  }

  private invalidToken() {
    const token = this.token()
    return this.error(`Token "${token}" is invalid.`, this.at)
  }

  private expected(what: string) {
    if (this.at >= this.text.length) return this.error('The input string ended unexpectedly.', this.at)
    const token = this.text[this.at] === '"' ? this.stringToken() : this.token()
    const known = /^(?:[{}[\],:]|true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|".*")$/s.test(token)
    if (!known) return this.error(`Token "${token}" is invalid.`, this.at)
    return this.error(
      what === 'end of input'
        ? `Expected end of input, but found "${token}".`
        : `Expected ${what}, but found "${token}".`,
      this.at,
    )
  }

  private stringToken(): string {
    const from = this.at
    this.readString()
    const token = this.text.slice(from, this.at)
    this.at = from
    return token
  }

  private error(detail: string, at: number) {
    const line = this.text.slice(0, at).split('\n').length
    const lineStart = this.text.lastIndexOf('\n', at - 1) + 1
    const token = at < this.text.length ? at + Math.max(this.tokenAt(at).length, 1) : this.text.length
    const lead = at - lineStart > 50 ? `...${this.text.slice(at - 47, token)}` : this.text.slice(lineStart, token)
    return invalidJson(detail, `JSON data, line ${line}: ${lead}${token < this.text.length ? '...' : ''}`)
  }

  private tokenAt(at: number): string {
    TOKEN.lastIndex = at
    return TOKEN.exec(this.text)?.[0] ?? ''
  }
}
