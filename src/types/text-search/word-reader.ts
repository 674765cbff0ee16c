/** Words in the text of tsvector and tsquery: plain, or in quotes; a backslash takes away what a character means. */
import { noEscapedCharacter } from '../../errors/raise/text-search.ts'
import type { SqlError } from '../../errors/sql-error.ts'

/** Bytes that a word may have. */
export const MAX_WORD_BYTES = 2046

const SPACE = /\s/

/** A word as output writes it. */
export const quoteWord = (word: string): string => `'${word.replace(/['\\]/g, '$&$&')}'`

export class WordReader {
  readonly text: string
  readonly #syntaxError: (text: string) => SqlError
  /** Characters that end a plain word. */
  readonly #ends: RegExp
  #at = 0

  constructor(text: string, syntaxError: (text: string) => SqlError, ends = /[\s:]/) {
    this.text = text
    this.#syntaxError = syntaxError
    this.#ends = ends
  }

  get next(): string {
    return this.text.charAt(this.#at)
  }

  get atEnd(): boolean {
    return this.#at >= this.text.length
  }

  get atSpace(): boolean {
    return this.atEnd || SPACE.test(this.next)
  }

  skipSpace(): void {
    while (!this.atEnd && SPACE.test(this.next)) this.#at++
  }

  accept(symbol: string): boolean {
    if (!this.text.startsWith(symbol, this.#at)) return false
    this.#at += symbol.length
    return true
  }

  /** What a sticky expression finds here. */
  match(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#at
    const match = expression.exec(this.text)
    if (match !== null) this.#at = expression.lastIndex
    return match
  }

  /** The next word, null at the end. Throws 42601 for quotes that do not end or hold nothing. */
  word(): string | null {
    this.skipSpace()
    if (this.atEnd) return null
    return this.next === "'" ? this.#quoted() : this.#plain()
  }

  #escaped(): string {
    const code = this.text.codePointAt(this.#at + 1)
    if (code === undefined) throw noEscapedCharacter(this.text)
    const character = String.fromCodePoint(code)
    this.#at += 1 + character.length
    return character
  }

  #quoted(): string {
    this.#at++
    let word = ''
    while (!this.atEnd) {
      if (this.next === '\\') word += this.#escaped()
      else if (this.next !== "'") word += this.text.charAt(this.#at++)
      else if (this.text.charAt(this.#at + 1) === "'") {
        word += "'"
        this.#at += 2
      } else {
        this.#at++
        if (word === '') break
        return word
      }
    }
    throw this.#syntaxError(this.text)
  }

  #plain(): string {
    let word = ''
    do {
      word += this.next === '\\' ? this.#escaped() : this.text.charAt(this.#at++)
    } while (!this.atEnd && !this.#ends.test(this.next))
    return word
  }
}
