/**
 * The place in a statement's tokens up to which its tree has been accounted for. Whatever the tree says has to be there
 * in the text, in this order, and nothing else: so no misreading of the parser goes unnoticed, and every node gets the
 * place in the text that PostgreSQL's parser would give it.
 */
import { frontEndRefuses } from '../../errors/raise/syntax.ts'
import type { SqlError } from '../../errors/sql-error.ts'
import type { Token, TokenKind } from './tokens.ts'

/** Words that can be the name of neither a column nor a table unless they are quoted. */
const RESERVED: ReadonlySet<string> = new Set(
  `all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create
  current_catalog current_date current_role current_time current_timestamp current_user default deferrable desc distinct
  do else end except false fetch for foreign from grant group having in initially intersect into lateral leading limit
  localtime localtimestamp not null offset on only or order placing primary references returning select session_user
  some symmetric system_user table then to trailing true union unique user using variadic when where window with
  authorization binary collation concurrently cross current_schema freeze full ilike inner is isnull join left like
  natural notnull outer overlaps right similar tablesample verbose`.split(/\s+/),
)
/** Words that a column label without AS cannot be, beside the reserved ones that grammar needs there. */
const NEEDS_AS: ReadonlySet<string> = new Set(
  `array as char character create day except fetch filter for from grant group having hour intersect into isnull limit
  minute month notnull offset on order over overlaps precision returning second to union varying where window with
  within without year`.split(/\s+/),
)

export class Cursor {
  readonly #sql: string
  readonly #tokens: readonly Token[]
  /** Bytes differ from characters. */
  readonly #wide: boolean
  #next: number
  /** Behind the statement's last token. */
  readonly #end: number

  /** `from`, `to`: the statement's tokens, among those of the whole text. */
  constructor(sql: string, tokens: readonly Token[], from: number, to: number) {
    this.#sql = sql
    this.#tokens = tokens
    this.#next = from
    this.#end = to
    this.#wide = /[^\0-\x7f]/.test(sql)
  }

  /** Place of the next token, in bytes as parse trees count. */
  get location(): number {
    const at = this.#tokens[this.#next]?.at ?? this.#sql.length
    return this.#wide ? Buffer.byteLength(this.#sql.slice(0, at)) : at
  }

  get atEnd(): boolean {
    return this.#next === this.#end
  }

  /** How deep parentheses stand within each other in what is ahead. */
  get nesting(): number {
    let depth = 0
    let deepest = 0
    for (let at = this.#next; at < this.#end; at++) {
      const { kind, text } = this.#tokens[at] as Token
      if (kind !== 'symbol') continue
      if (text === '(') deepest = Math.max(deepest, ++depth)
      else if (text === ')') depth--
    }
    return deepest
  }

  /** The error for a statement of which it is not sure what it means. */
  refusal(what: string): SqlError {
    return frontEndRefuses(what, (this.#tokens[this.#next]?.at ?? this.#sql.length) + 1)
  }

  #token(ahead = 0): Token | undefined {
    const at = this.#next + ahead
    return at < this.#end ? this.#tokens[at] : undefined
  }

  #peek(kind: TokenKind, text: string, ahead = 0): boolean {
    const token = this.#token(ahead)
    return token?.kind === kind && token.text === text
  }

  /** Whether words come next. */
  seesWords(...words: readonly string[]): boolean {
    return words.every((word, i) => this.#peek('word', word, i))
  }

  seesSymbol(symbol: string, ahead = 0): boolean {
    return this.#peek('symbol', symbol, ahead)
  }

  #take(kind: TokenKind): Token {
    const token = this.#token()
    if (token?.kind !== kind) throw this.refusal(token === undefined ? 'the end of the statement' : 'this place')
    this.#next++
    return token
  }

  /** Passes words, written in lower case; answers where they begin. */
  words(words: string): number {
    const { location } = this
    for (const word of words.split(' ')) {
      if (!this.#peek('word', word)) throw this.refusal('this place')
      this.#next++
    }
    return location
  }

  /** Passes words if they are there. */
  optional(words: string): boolean {
    if (!this.seesWords(...words.split(' '))) return false
    this.words(words)
    return true
  }

  symbol(symbol: string): number {
    const { location } = this
    if (!this.seesSymbol(symbol)) throw this.refusal('this place')
    this.#next++
    return location
  }

  optionalSymbol(symbol: string): boolean {
    if (!this.seesSymbol(symbol)) return false
    this.#next++
    return true
  }

  /** Passes a name that the tree has as `text`; answers it as PostgreSQL means it. */
  name(text: unknown, place: NamePlace = 'column'): string {
    const token = this.#token()
    if (typeof text !== 'string' || token === undefined) throw this.refusal('this name')
    if (token.kind === 'quoted') {
      if (token.text !== text) throw this.refusal('this name')
    } else {
      if (token.kind !== 'word' || token.text !== text.toLowerCase()) throw this.refusal('this name')
      if (REFUSED[place].some((words) => words.has(token.text))) throw this.refusal('this name')
    }
    if (Buffer.byteLength(token.text) > LONGEST_NAME) throw this.refusal('a name that is cut short')
    this.#next++
    return token.text
  }

  /** Passes the next name, whatever it is. */
  anyName(): string {
    return this.name(this.#token()?.text)
  }

  /** Passes the next word, whatever it is. */
  anyWord(): string {
    return this.#take('word').text
  }

  /** Passes a number as it is written. */
  number(): string {
    return this.#take('number').text
  }

  string(): string {
    return this.#take('string').text
  }

  parameter(): number {
    return Number(this.#take('parameter').text.slice(1))
  }

  /** Runs what reads up to the parenthesis that closes the one that is next; both, and those around nothing else, too. */
  parenthesised<T>(read: () => T): T {
    const closing = this.#tokens[this.#next]?.closing
    this.symbol('(')
    const inner = this.#tokens[this.#next]
    const isRepeated = inner?.kind === 'symbol' && inner.text === '(' && inner.closing + 1 === closing
    const answer = isRepeated ? this.parenthesised(read) : read()
    if (this.#next !== closing) throw this.refusal('this place')
    this.symbol(')')
    return answer
  }
}

/** Words with a grammar of their own where a function's name may stand. */
const NO_FUNCTIONS: ReadonlySet<string> = new Set(
  `between bigint bit boolean char character dec decimal exists extract float grouping inout int integer interval
  merge_action national nchar none normalize numeric out overlay position precision real row setof smallint substring
  time timestamp treat trim values varchar xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse
  xmlpi xmlroot xmlserialize xmltable json json_array json_arrayagg json_exists json_object json_objectagg json_query
  json_scalar json_serialize json_table json_value`.split(/\s+/),
)

/** Which grammar a name stands in. */
type NamePlace = 'column' | 'function' | 'label' | 'bare label'

const REFUSED: Readonly<Record<NamePlace, readonly ReadonlySet<string>[]>> = {
  column: [RESERVED],
  function: [RESERVED, NO_FUNCTIONS],
  label: [],
  'bare label': [NEEDS_AS],
}

/** In bytes; PostgreSQL cuts longer ones. */
const LONGEST_NAME = 63
