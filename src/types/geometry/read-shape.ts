/** Reads the text of shapes: numbers and points between optional parentheses, brackets and braces. Throws 22P02. */
import { invalidTextRepresentation } from '../../errors/raise/data.ts'
import { floatPrefix } from '../floats.ts'
import type { Point } from './shapes.ts'

const SPACE = /\s/

/** Walks through the text of one value. */
export class ShapeReader {
  readonly #text: string
  readonly #type: string
  #at = 0

  /** `type` is how errors name the type. */
  constructor(text: string, type: string) {
    this.#text = text
    this.#type = type
    this.skipSpace()
  }

  fail(): never {
    throw invalidTextRepresentation(this.#type, this.#text)
  }

  get next(): string {
    return this.#text.charAt(this.#at)
  }

  skipSpace(): void {
    while (SPACE.test(this.next)) this.#at++
  }

  /** Passes over a symbol and the space behind it; false when it is not there. */
  accept(symbol: string): boolean {
    if (this.next !== symbol || symbol === '') return false
    this.#at++
    this.skipSpace()
    return true
  }

  expect(symbol: string): void {
    if (!this.accept(symbol)) this.fail()
  }

  expectEnd(): void {
    if (this.#at < this.#text.length) this.fail()
  }

  /** Whether the parenthesis here is the last one that opens. */
  get isLastOpening(): boolean {
    return this.#text.lastIndexOf('(') === this.#at
  }

  /** Whether two parentheses open here. */
  get opensTwice(): boolean {
    return /^\(\s*\(/.test(this.#text.slice(this.#at))
  }

  number(): number {
    const { value, end } = floatPrefix(this.#text, this.#at) ?? this.fail()
    this.#at = end
    this.skipSpace()
    return value
  }

  /** `(x,y)` or `x,y`. */
  point(): Point {
    const enclosed = this.accept('(')
    const x = this.number()
    this.expect(',')
    const y = this.number()
    if (enclosed) this.expect(')')
    return { x, y }
  }

  /** How many points the commas of the whole text make; null when that is no whole number. */
  get pointCount(): number | null {
    const commas = this.#text.split(',').length - 1
    return commas % 2 === 1 ? (commas + 1) / 2 : null
  }

  /** So many points, in `[…]` where that is allowed, in `(…)` or in nothing. */
  points(count: number, mayBeOpen: boolean): { points: Point[]; open: boolean } {
    const open = this.next === '['
    let close = ''
    if (open) {
      if (!mayBeOpen) this.fail()
      this.accept('[')
      close = ']'
    } else if (this.next === '(' && (this.opensTwice || this.isLastOpening)) {
      this.accept('(')
      close = ')'
    }
    const points: Point[] = []
    for (let i = 0; i < count; i++) {
      points.push(this.point())
      this.accept(',')
    }
    if (close !== '' && !(this.accept(')') || (open && this.accept(']')))) this.fail()
    return { points, open }
  }
}
