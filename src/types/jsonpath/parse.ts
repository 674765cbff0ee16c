/** Reads a jsonpath: operators by precedence, accessor chains as lists. */
import {
  invalidJsonPathFlag,
  jsonPathMisplaced,
  jsonPathSyntaxError,
  jsonPathTooDeep,
} from '../../errors/raise/json-path.ts'
import { invalidTextRepresentation } from '../../errors/raise/data.ts'
import { numericNeg } from '../numeric/arithmetic.ts'
import { parseNumeric } from '../numeric/convert.ts'
import type {
  ArithmeticOperator,
  ComparisonOperator,
  JsonPath,
  Level,
  Method,
  PathItem,
  PathStep,
  Subscript,
} from './items.ts'
import { pathRegex } from './regex.ts'
import { type Token, Tokenizer } from './tokens.ts'

/** Words with a meaning of their own; those in the second list only in lower case. */
const KEYWORDS = new Set(
  'abs ceiling datetime double exists flag floor is keyvalue last lax like_regex size starts strict to type unknown with'.split(
    ' ',
  ),
)
const LITERALS = new Set(['null', 'true', 'false'])
const METHODS: ReadonlySet<string> = new Set(['type', 'size', 'abs', 'floor', 'ceiling', 'double', 'keyvalue'])
const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '>', '<=', '>='])
const ADDITIVE: ReadonlySet<string> = new Set(['+', '-'])
const MULTIPLICATIVE: ReadonlySet<string> = new Set(['*', '/', '%'])
const FLAGS = 'ismxq'
/** Nesting that a path may have. */
const MAX_DEPTH = 1000

/** Whether an expression is a truth value, and whether it may stand where only predicates in parentheses may. */
interface Parsed {
  readonly item: PathItem
  readonly predicate: boolean
  /** A predicate in parentheses, or an `exists`. */
  readonly delimited: boolean
}

const value = (item: PathItem): Parsed => ({ item, predicate: false, delimited: false })
const itemOf = (step: PathStep, next: PathItem | null = null): PathItem => ({ step, next })

const keywordOf = ({ kind, value: text }: Token): string | null => {
  if (kind !== 'name') return null
  if (LITERALS.has(text)) return text
  const lower = text.toLowerCase()
  return KEYWORDS.has(lower) ? lower : null
}

class PathParser {
  readonly #tokens: Tokenizer
  #token: Token
  #depth = 0
  /** Filters and subscripts around the present place. */
  #filters = 0
  #subscripts = 0

  constructor(text: string) {
    this.#tokens = new Tokenizer(text)
    this.#token = this.#tokens.next()
  }

  parse(): JsonPath {
    const mode = keywordOf(this.#token)
    const strict = mode === 'strict'
    if (strict || mode === 'lax') this.#advance()
    const { item } = this.#expression()
    if (this.#token.kind !== 'end') throw this.#unexpected()
    return { lax: !strict, root: item }
  }

  #advance(): Token {
    const token = this.#token
    this.#token = this.#tokens.next()
    return token
  }

  #unexpected() {
    return jsonPathSyntaxError('syntax error', this.#token.near)
  }

  #isSymbol(...symbols: string[]): boolean {
    return this.#token.kind === 'symbol' && symbols.includes(this.#token.value)
  }

  #accept(symbol: string): boolean {
    if (!this.#isSymbol(symbol)) return false
    this.#advance()
    return true
  }

  #expect(symbol: string): void {
    if (!this.#accept(symbol)) throw this.#unexpected()
  }

  #acceptWord(word: string): boolean {
    if (keywordOf(this.#token) !== word) return false
    this.#advance()
    return true
  }

  #expectWord(word: string): void {
    if (!this.#acceptWord(word)) throw this.#unexpected()
  }

  /** An expression or a predicate. */
  #expression(): Parsed {
    if (++this.#depth > MAX_DEPTH) throw jsonPathTooDeep()
    const parsed = this.#or()
    this.#depth--
    return parsed
  }

  /** A value where no predicate may stand. */
  #valueOf(parsed: Parsed): PathItem {
    if (parsed.predicate) throw this.#unexpected()
    return parsed.item
  }

  #predicateOf(parsed: Parsed): PathItem {
    if (!parsed.predicate) throw this.#unexpected()
    return parsed.item
  }

  #or(): Parsed {
    let left = this.#and()
    while (this.#isSymbol('||')) {
      const first = this.#predicateOf(left)
      this.#advance()
      const second = this.#predicateOf(this.#and())
      left = { item: itemOf({ kind: 'or', left: first, right: second }), predicate: true, delimited: false }
    }
    return left
  }

  #and(): Parsed {
    let left = this.#comparison()
    while (this.#isSymbol('&&')) {
      const first = this.#predicateOf(left)
      this.#advance()
      const second = this.#predicateOf(this.#comparison())
      left = { item: itemOf({ kind: 'and', left: first, right: second }), predicate: true, delimited: false }
    }
    return left
  }

  #comparison(): Parsed {
    if (this.#accept('!')) {
      const arg = this.#unary()
      if (!arg.delimited) throw this.#unexpected()
      return { item: itemOf({ kind: 'not', arg: arg.item }), predicate: true, delimited: false }
    }
    const left = this.#additive()
    const predicate = (step: PathStep): Parsed => ({ item: itemOf(step), predicate: true, delimited: false })
    if (this.#token.kind === 'symbol' && COMPARISONS.has(this.#token.value)) {
      const first = this.#valueOf(left)
      const operator = this.#advance().value as ComparisonOperator
      return predicate({ kind: 'comparison', operator, left: first, right: this.#valueOf(this.#additive()) })
    }
    if (keywordOf(this.#token) === 'starts') {
      const first = this.#valueOf(left)
      this.#advance()
      this.#expectWord('with')
      return predicate({ kind: 'startsWith', left: first, right: this.#initial() })
    }
    if (keywordOf(this.#token) === 'like_regex') return predicate(this.#likeRegex(this.#valueOf(left)))
    return left
  }

  #initial(): PathItem {
    const { kind, value: text } = this.#token
    if (kind !== 'string' && kind !== 'variable') throw this.#unexpected()
    this.#advance()
    return itemOf({ kind, value: text })
  }

  #likeRegex(arg: PathItem): PathStep {
    this.#advance()
    const pattern = this.#string()
    const flags = this.#acceptWord('flag') ? this.#string() : ''
    for (const flag of flags) if (!FLAGS.includes(flag)) throw invalidJsonPathFlag(flag)
    const given = [...FLAGS].filter((flag) => flags.includes(flag)).join('')
    pathRegex(pattern, given)
    return { kind: 'likeRegex', arg, pattern, flags: given }
  }

  #string(): string {
    if (this.#token.kind !== 'string') throw this.#unexpected()
    return this.#advance().value
  }

  #additive(): Parsed {
    return this.#leftAssociative(ADDITIVE, () => this.#multiplicative())
  }

  #multiplicative(): Parsed {
    return this.#leftAssociative(MULTIPLICATIVE, () => this.#unary())
  }

  #leftAssociative(operators: ReadonlySet<string>, operand: () => Parsed): Parsed {
    let left = operand()
    while (this.#token.kind === 'symbol' && operators.has(this.#token.value)) {
      const first = this.#valueOf(left)
      const operator = this.#advance().value as ArithmeticOperator
      left = value(itemOf({ kind: 'arithmetic', operator, left: first, right: this.#valueOf(operand()) }))
    }
    return left
  }

  #unary(): Parsed {
    if (!this.#isSymbol('+', '-')) return this.#accessors(this.#primary())
    if (++this.#depth > MAX_DEPTH) throw jsonPathTooDeep()
    const operator = this.#advance().value as '+' | '-'
    const arg = this.#valueOf(this.#unary())
    this.#depth--
    if (arg.step.kind === 'numeric' && arg.next === null) {
      return value(operator === '+' ? arg : itemOf({ kind: 'numeric', value: numericNeg(arg.step.value) }))
    }
    return value(itemOf({ kind: 'sign', operator, arg }))
  }

  #primary(): Parsed {
    const { kind, value: text } = this.#token
    if (kind === 'number') {
      this.#advance()
      return value(itemOf({ kind: 'numeric', value: parseNumeric(text) }))
    }
    if (kind === 'string' || kind === 'variable') {
      this.#advance()
      return value(itemOf({ kind, value: text }))
    }
    if (this.#isSymbol('$')) {
      this.#advance()
      return value(itemOf({ kind: 'root' }))
    }
    if (this.#isSymbol('@')) {
      if (this.#filters === 0) throw jsonPathMisplaced('@ is not allowed in root expressions')
      this.#advance()
      return value(itemOf({ kind: 'current' }))
    }
    if (this.#accept('(')) return this.#parenthesized()
    return this.#word()
  }

  #word(): Parsed {
    switch (keywordOf(this.#token)) {
      case 'null':
        this.#advance()
        return value(itemOf({ kind: 'null' }))
      case 'true':
      case 'false':
        return value(itemOf({ kind: 'bool', value: this.#advance().value === 'true' }))
      case 'last':
        if (this.#subscripts === 0) throw jsonPathMisplaced('LAST is allowed only in array subscripts')
        this.#advance()
        return value(itemOf({ kind: 'last' }))
      case 'exists': {
        this.#advance()
        this.#expect('(')
        const arg = this.#valueOf(this.#expression())
        this.#expect(')')
        return { item: itemOf({ kind: 'exists', arg }), predicate: true, delimited: true }
      }
      default:
        throw this.#unexpected()
    }
  }

  #parenthesized(): Parsed {
    const inner = this.#expression()
    this.#expect(')')
    if (!inner.predicate) return inner
    if (keywordOf(this.#token) !== 'is') return { ...inner, delimited: true }
    this.#advance()
    this.#expectWord('unknown')
    return { item: itemOf({ kind: 'isUnknown', arg: inner.item }), predicate: true, delimited: false }
  }

  /** The accessors behind a primary. */
  #accessors(head: Parsed): Parsed {
    const steps: PathStep[] = []
    for (let step = this.#accessor(); step !== null; step = this.#accessor()) steps.push(step)
    if (steps.length === 0) return head
    if (head.predicate && !head.delimited) throw this.#unexpected()
    // What is in parentheses may have a chain of its own already: the accessors go to its end.
    const next = steps.reduceRight<PathItem | null>((rest, step) => itemOf(step, rest), null)
    return value(append(head.item, next as PathItem))
  }

  #accessor(): PathStep | null {
    if (this.#accept('.')) return this.#member()
    if (this.#accept('[')) return this.#elements()
    if (!this.#accept('?')) return null
    this.#expect('(')
    this.#filters++
    const arg = this.#predicateOf(this.#expression())
    this.#filters--
    this.#expect(')')
    return { kind: 'filter', arg }
  }

  #member(): PathStep {
    if (this.#accept('*')) return { kind: 'anyKey' }
    if (this.#accept('**')) return this.#levels()
    if (this.#token.kind === 'string') return { kind: 'key', value: this.#advance().value }
    if (this.#token.kind !== 'name') throw this.#unexpected()
    const keyword = keywordOf(this.#token)
    const { value: text } = this.#advance()
    if (!this.#isSymbol('(') || keyword === null) return { kind: 'key', value: text }
    if (METHODS.has(keyword)) {
      this.#advance()
      this.#expect(')')
      return { kind: 'method', name: keyword as Method }
    }
    if (keyword !== 'datetime') throw this.#unexpected()
    this.#advance()
    const template = this.#isSymbol(')') ? null : this.#string()
    this.#expect(')')
    return { kind: 'datetime', template }
  }

  #levels(): PathStep {
    if (!this.#accept('{')) return { kind: 'anyLevel', first: 0, last: 'last' }
    const first = this.#level()
    const last = this.#acceptWord('to') ? this.#level() : first
    this.#expect('}')
    return { kind: 'anyLevel', first, last }
  }

  #level(): Level {
    if (this.#acceptWord('last')) return 'last'
    if (this.#token.kind !== 'number' || !/^\d+$/.test(this.#token.value)) throw this.#unexpected()
    return Number(this.#advance().value)
  }

  #elements(): PathStep {
    if (this.#accept('*')) {
      this.#expect(']')
      return { kind: 'anyArray' }
    }
    this.#subscripts++
    const subscripts: Subscript[] = []
    do {
      const from = this.#valueOf(this.#expression())
      subscripts.push({ from, to: this.#acceptWord('to') ? this.#valueOf(this.#expression()) : null })
    } while (this.#accept(','))
    this.#subscripts--
    this.#expect(']')
    return { kind: 'subscripts', subscripts }
  }
}

const append = ({ step, next }: PathItem, rest: PathItem): PathItem => ({
  step,
  next: next === null ? rest : append(next, rest),
})

/** Throws 42601, 22P02, 2201B and their kin. */
export const parseJsonPath = (text: string): JsonPath => {
  if (text.trim() === '') throw invalidTextRepresentation('jsonpath', text)
  return new PathParser(text).parse()
}
