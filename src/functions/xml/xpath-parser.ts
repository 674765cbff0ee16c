/** XPath 1.0 expressions as trees. */

export type Axis =
  | 'ancestor'
  | 'ancestor-or-self'
  | 'attribute'
  | 'child'
  | 'descendant'
  | 'descendant-or-self'
  | 'following'
  | 'following-sibling'
  | 'parent'
  | 'preceding'
  | 'preceding-sibling'
  | 'self'

export interface Step {
  readonly axis: Axis
  /** A kind of node, or a name: `*`, `prefix:*`, `prefix:name`, `name`. */
  readonly test: { readonly kind: string; readonly target?: string } | { readonly name: string }
  readonly predicates: readonly XPath[]
}

export type XPath =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly XPath[] }
  | { readonly kind: 'negate'; readonly operand: XPath }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: XPath; readonly right: XPath }
  /** `from` null: from the root when absolute, else from the context node. */
  | {
      readonly kind: 'path'
      readonly from: XPath | null
      readonly absolute: boolean
      readonly steps: readonly Step[]
    }
  | { readonly kind: 'filter'; readonly operand: XPath; readonly predicates: readonly XPath[] }

/** The expression is none, or means something that there is not; the message is what XML libraries say of it. */
export class XPathError extends Error {
  /** Whether it could not even be read. */
  readonly isSyntax: boolean

  constructor(message: string, isSyntax = false) {
    super(message)
    this.isSyntax = isSyntax
  }
}

const syntaxError = (): XPathError => new XPathError('Invalid expression', true)

const TOKEN =
  /\s*(?:(\d+(?:\.\d*)?|\.\d+)|"([^"]*)"|'([^']*)'|(\.\.|::|\/\/|!=|<=|>=|[()[\].@,/|+\-=<>*])|([\p{L}_][\p{L}\p{N}\p{M}_.-]*(?::(?!:)(?:[\p{L}_][\p{L}\p{N}\p{M}_.-]*|\*))?))/uy

interface Token {
  readonly kind: 'number' | 'string' | 'symbol' | 'name'
  readonly text: string
}

const AXES: ReadonlySet<string> = new Set([
  'ancestor',
  'ancestor-or-self',
  'attribute',
  'child',
  'descendant',
  'descendant-or-self',
  'following',
  'following-sibling',
  'parent',
  'preceding',
  'preceding-sibling',
  'self',
])
const NODE_KINDS: ReadonlySet<string> = new Set(['node', 'text', 'comment', 'processing-instruction'])

/** Operators by how tightly they bind, the loosest first. */
const LEVELS: readonly (readonly string[])[] = [
  ['or'],
  ['and'],
  ['=', '!='],
  ['<', '<=', '>', '>='],
  ['+', '-'],
  ['*', 'div', 'mod'],
]

const ANY_NODE = { kind: 'node' }

class Parser {
  readonly #tokens: Token[] = []
  #at = 0

  constructor(text: string) {
    TOKEN.lastIndex = 0
    const end = text.trimEnd().length
    while (TOKEN.lastIndex < end) {
      const match = TOKEN.exec(text)
      if (match === null) throw syntaxError()
      const [, number, double, single, symbol, name] = match
      if (number !== undefined) this.#tokens.push({ kind: 'number', text: number })
      else if (double !== undefined || single !== undefined) {
        this.#tokens.push({ kind: 'string', text: (double ?? single) as string })
      } else if (symbol !== undefined) this.#tokens.push({ kind: 'symbol', text: symbol })
      else this.#tokens.push({ kind: 'name', text: name as string })
    }
  }

  parse(): XPath {
    const tree = this.#binary(0)
    if (this.#at < this.#tokens.length) throw syntaxError()
    return tree
  }

  #is(text: string, ahead = 0): boolean {
    const token = this.#tokens[this.#at + ahead]
    return token?.kind === 'symbol' && token.text === text
  }

  #accept(text: string): boolean {
    if (!this.#is(text)) return false
    this.#at++
    return true
  }

  #expect(text: string): void {
    if (!this.#accept(text)) throw syntaxError()
  }

  #binary(level: number): XPath {
    const operators = LEVELS[level]
    if (operators === undefined) return this.#unary()
    let left = this.#binary(level + 1)
    for (;;) {
      const token = this.#tokens[this.#at]
      if (token === undefined || token.kind === 'string' || !operators.includes(token.text)) return left
      this.#at++
      left = { kind: 'binary', operator: token.text, left, right: this.#binary(level + 1) }
    }
  }

  #unary(): XPath {
    if (this.#accept('-')) return { kind: 'negate', operand: this.#unary() }
    let left = this.#path()
    while (this.#accept('|')) left = { kind: 'binary', operator: '|', left, right: this.#path() }
    return left
  }

  #path(): XPath {
    const token = this.#tokens[this.#at]
    if (token === undefined) throw syntaxError()
    const isCall = token.kind === 'name' && this.#is('(', 1) && !NODE_KINDS.has(token.text)
    if (token.kind === 'number' || token.kind === 'string' || isCall || this.#is('(')) {
      const primary = this.#primary(token, isCall)
      const predicates = this.#predicates()
      const operand: XPath = predicates.length === 0 ? primary : { kind: 'filter', operand: primary, predicates }
      if (!this.#is('/') && !this.#is('//')) return operand
      return { kind: 'path', from: operand, absolute: false, steps: this.#moreSteps([]) }
    }
    if (this.#is('//')) return { kind: 'path', from: null, absolute: true, steps: this.#moreSteps([]) }
    if (this.#accept('/')) {
      const steps = this.#startsStep ? this.#moreSteps([this.#step()]) : []
      return { kind: 'path', from: null, absolute: true, steps }
    }
    return { kind: 'path', from: null, absolute: false, steps: this.#moreSteps([this.#step()]) }
  }

  #primary(token: Token, isCall: boolean): XPath {
    this.#at++
    if (token.kind === 'number') return { kind: 'number', value: Number(token.text) }
    if (token.kind === 'string') return { kind: 'string', value: token.text }
    if (!isCall) {
      const inner = this.#binary(0)
      this.#expect(')')
      return inner
    }
    this.#at++
    const args: XPath[] = []
    while (!this.#is(')')) {
      if (args.length > 0) this.#expect(',')
      args.push(this.#binary(0))
    }
    this.#expect(')')
    return { kind: 'call', name: token.text, args }
  }

  get #startsStep(): boolean {
    return this.#is('.') || this.#is('..') || this.#is('@') || this.#is('*') || this.#tokens[this.#at]?.kind === 'name'
  }

  #moreSteps(steps: Step[]): Step[] {
    for (;;) {
      if (this.#accept('//')) steps.push({ axis: 'descendant-or-self', test: ANY_NODE, predicates: [] })
      else if (!this.#accept('/')) return steps
      steps.push(this.#step())
    }
  }

  #predicates(): XPath[] {
    const predicates: XPath[] = []
    while (this.#accept('[')) {
      predicates.push(this.#binary(0))
      this.#expect(']')
    }
    return predicates
  }

  #step(): Step {
    if (this.#accept('.')) return { axis: 'self', test: ANY_NODE, predicates: [] }
    if (this.#accept('..')) return { axis: 'parent', test: ANY_NODE, predicates: [] }
    let axis: Axis = 'child'
    if (this.#accept('@')) axis = 'attribute'
    else if (this.#is('::', 1)) {
      const name = this.#tokens[this.#at]?.text ?? ''
      if (!AXES.has(name)) throw syntaxError()
      axis = name as Axis
      this.#at += 2
    }
    const test = this.#nodeTest()
    return { axis, test, predicates: this.#predicates() }
  }

  #nodeTest(): Step['test'] {
    if (this.#accept('*')) return { name: '*' }
    const token = this.#tokens[this.#at++]
    if (token?.kind !== 'name') throw syntaxError()
    if (!NODE_KINDS.has(token.text) || !this.#accept('(')) return { name: token.text }
    const target = this.#tokens[this.#at]?.kind === 'string' ? this.#tokens[this.#at++]?.text : undefined
    this.#expect(')')
    return target === undefined ? { kind: token.text } : { kind: token.text, target }
  }
}

/** Throws XPathError. */
export const parseXPath = (text: string): XPath => new Parser(text).parse()
