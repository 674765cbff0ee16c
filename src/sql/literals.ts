/**
 * Statements that differ only in their integer literals: the text without them, by which such statements are known
 * again before they are parsed, and the parse tree with parameters in their places.
 */
import type { Node } from './ast.ts'

/** A statement's text with `?` for each integer literal, and the literals in order. */
export interface StatementShape {
  readonly key: string
  readonly literals: readonly number[]
  /** Where each literal begins in the text. */
  readonly places: readonly number[]
}

/** Texts longer than this, and with more literals, are not looked at. */
const MAX_LENGTH = 1000
const MAX_LITERALS = 16
/** The greatest integer whose literal has type integer. */
const MAX_INTEGER = 0x7fffffff

const QUOTE = 39
const DOUBLE_QUOTE = 34
const SLASH = 47
const STAR = 42
const DASH = 45
const DOLLAR = 36
const BACKSLASH = 92
const DOT = 46

const isDigit = (code: number): boolean => code >= 48 && code <= 57
/** Letters, digits, `_` and `$`: what a word goes on with. */
const continuesWord = (code: number): boolean =>
  isDigit(code) || (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code === DOLLAR

/** The shape of a text; null when it has comments, escapes or anything but ASCII, or is too long. */
export const shapeOf = (sql: string): StatementShape | null => {
  const { length } = sql
  if (length > MAX_LENGTH) return null
  const literals: number[] = []
  const places: number[] = []
  let key = ''
  let copied = 0
  let at = 0
  while (at < length) {
    const code = sql.charCodeAt(at)
    if (code > 127 || code === BACKSLASH) return null
    if (code === QUOTE || code === DOUBLE_QUOTE) {
      at = quoteEnd(sql, at, code)
      // A prefix (E'…') or a dollar quote would have other rules.
      if (at < 0) return null
    } else if (isDigit(code)) {
      const end = wordEnd(sql, at)
      const value = Number(sql.slice(at, end))
      const isWhole = Number.isInteger(value) && value <= MAX_INTEGER && isPlain(sql, at, end)
      if (isWhole) {
        if (literals.length === MAX_LITERALS) return null
        literals.push(value)
        places.push(at)
        key += `${sql.slice(copied, at)}?`
        copied = end
      }
      at = end
    } else if (continuesWord(code)) {
      // A word takes its digits with it; `$1` and `$tag$` begin with a dollar.
      if (code === DOLLAR) return null
      at = wordEnd(sql, at)
      if (sql.charCodeAt(at) === QUOTE || sql.charCodeAt(at) === 38) return null
    } else {
      const next = sql.charCodeAt(at + 1)
      if ((code === DASH && next === DASH) || (code === SLASH && next === STAR)) return null
      at++
    }
  }
  return { key: copied === 0 ? sql : key + sql.slice(copied), literals, places }
}

const wordEnd = (sql: string, from: number): number => {
  let at = from
  while (at < sql.length && continuesWord(sql.charCodeAt(at))) at++
  return at
}

/** Digits only, and no part of a number with a point. */
const isPlain = (sql: string, from: number, to: number): boolean => {
  for (let at = from; at < to; at++) if (!isDigit(sql.charCodeAt(at))) return false
  return sql.charCodeAt(from - 1) !== DOT && sql.charCodeAt(to) !== DOT
}

/** Behind a quoted text's end; -1 when it has none or a backslash. A doubled quote begins the next part. */
const quoteEnd = (sql: string, from: number, quote: number): number => {
  for (let at = from + 1; at < sql.length; at++) {
    const code = sql.charCodeAt(at)
    if (code > 127 || code === BACKSLASH) return -1
    if (code === quote) return at + 1
  }
  return -1
}

/** A parse tree with parameters instead of literals. */
export interface ParameterizedStatement {
  readonly node: Node
  /** For each literal of the shape: its parameter's number, negative where the literal has a sign; 0: it stayed. */
  readonly parameters: readonly number[]
}

/** Parts of a tree in which a literal is more than a value: a position, a type's length, a number of rows. */
const KEPT: ReadonlySet<string> = new Set([
  'typeName',
  'sortClause',
  'groupClause',
  'distinctClause',
  'windowClause',
  'limitCount',
  'limitOffset',
  'withClause',
])

interface IntegerConst {
  readonly ival?: { readonly ival?: number }
  readonly location?: number
}

/** Puts parameters in the places of a statement's integer literals. */
export const parameterize = (sql: string, node: Node, { literals, places }: StatementShape): ParameterizedStatement => {
  const parameters = new Array<number>(literals.length).fill(0)
  let count = 0
  const literalAt = ({ ival, location = 0 }: IntegerConst): number => {
    const isSigned = sql.charCodeAt(location) === DASH
    const place = isSigned ? places.findIndex((p) => p > location) : places.indexOf(location)
    const value = ival?.ival ?? 0
    // Two signs make none: such a literal stays.
    if (place < 0 || (isSigned && sql.slice(location + 1, places[place]).includes('-'))) return -1
    return literals[place] === (isSigned ? -value : value) ? place : -1
  }
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit)
    if (value === null || typeof value !== 'object') return value
    const constant = (value as { A_Const?: IntegerConst }).A_Const
    if (constant?.ival !== undefined) {
      const literal = literalAt(constant)
      if (literal < 0 || parameters[literal] !== 0) return value
      const isNegative = sql.charCodeAt(constant.location ?? 0) === DASH
      count++
      parameters[literal] = isNegative ? -count : count
      return { ParamRef: { number: count, location: constant.location } }
    }
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [key, KEPT.has(key) ? part : visit(part)] as const),
    )
  }
  return { node: visit(node) as Node, parameters }
}
