/** The tokens of a statement, by PostgreSQL's lexical rules: what a tree must account for, one by one. */

export type TokenKind = 'word' | 'quoted' | 'number' | 'string' | 'parameter' | 'symbol'

export interface Token {
  readonly kind: TokenKind
  /** Words in lower case, quoted names and strings without their quotes, all others as written. */
  readonly text: string
  /** In characters, from 0. */
  readonly at: number
  /** For `(`: index of the token that closes it. */
  closing: number
}

const SPACE = /\s+|--[^\r\n]*/y
const NAME = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y
const ESCAPED = /[uU]&['"]/y
const QUOTED = /"(?:[^"]|"")+"/y
const STRING = /'(?:[^']|'')*'/y
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w$.\u0080-\uffff])/y
const PARAMETER = /\$\d+(?![\w$\u0080-\uffff])/y
const OPERATOR = /[-+*/<>=~!@#%^&|`?]+/y
const PUNCTUATION = /::|[,()[\].;:]/y

/** What a string may not begin right behind: a prefix that changes its meaning. */
const PREFIXED = /^(?:e|b|x|n)$/

/** The tokens of a text; null when it has something in it that is not read here (E'…', $$…$$, blocks of comments …). */
export const tokensOf = (sql: string): readonly Token[] | null => {
  const tokens: Token[] = []
  const open: number[] = []
  let at = 0
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = at
    return pattern.exec(sql)?.[0] ?? null
  }
  while (at < sql.length) {
    const space = match(SPACE)
    if (space !== null) {
      at += space.length
      continue
    }
    const token = tokenAt(sql, at, match)
    if (token === null) return null
    const [kind, text, length] = token
    const before = tokens.at(-1)
    const isGlued = before?.kind === 'word' && before.at + before.text.length === at
    if (kind === 'string' && isGlued && PREFIXED.test(before.text)) return null
    if (kind === 'symbol' && text === '(') open.push(tokens.length)
    if (kind === 'symbol' && text === ')') {
      const opening = tokens[open.pop() ?? -1]
      if (opening === undefined) return null
      opening.closing = tokens.length
    }
    tokens.push({ kind, text, at, closing: -1 })
    at += length
  }
  return open.length === 0 ? tokens : null
}

const tokenAt = (
  sql: string,
  at: number,
  match: (pattern: RegExp) => string | null,
): readonly [kind: TokenKind, text: string, length: number] | null => {
  // U&'…' and U&"…" have escapes.
  if (match(ESCAPED) !== null) return null
  const word = match(NAME)
  if (word !== null) return ['word', word.replace(/[A-Z]/g, (c) => c.toLowerCase()), word.length]
  const quoted = match(QUOTED)
  if (quoted !== null) return ['quoted', quoted.slice(1, -1).replaceAll('""', '"'), quoted.length]
  const string = match(STRING)
  if (string !== null) return ['string', string.slice(1, -1).replaceAll("''", "'"), string.length]
  const number = match(NUMBER)
  if (number !== null) return ['number', number, number.length]
  const parameter = match(PARAMETER)
  if (parameter !== null) return ['parameter', parameter, parameter.length]
  const operator = match(OPERATOR)
  if (operator !== null) {
    const symbol = operatorIn(operator)
    return symbol === null ? null : ['symbol', symbol, symbol.length]
  }
  const punctuation = match(PUNCTUATION)
  return punctuation === null || sql.startsWith('..', at) ? null : ['symbol', punctuation, punctuation.length]
}

/** The operator that a run of operator characters begins with: `+` and `-` end one only behind certain others. */
const operatorIn = (run: string): string | null => {
  if (run.includes('/*')) return null
  const comment = run.indexOf('--')
  let symbol = comment < 0 ? run : run.slice(0, comment)
  if (!/[~!@#%^&|`?]/.test(symbol)) while (symbol.length > 1 && /[+-]$/.test(symbol)) symbol = symbol.slice(0, -1)
  return symbol
}
