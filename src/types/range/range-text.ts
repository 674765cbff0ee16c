/** The text forms of ranges and multiranges, with the texts of bounds left unread. */
import { malformedRange } from '../../errors/raise/ranges.ts'

/** A range as written; a null bound is infinite. Null for `empty`. */
export interface RangeText {
  readonly lower: string | null
  readonly upper: string | null
  readonly lowerInclusive: boolean
  readonly upperInclusive: boolean
}

const EMPTY = /\s*empty/iy

/** Reads `[a,b)`, `(,b]`, `empty`. Throws 22P02. */
export const parseRange = (text: string): RangeText | null => {
  EMPTY.lastIndex = 0
  if (EMPTY.test(text)) {
    if (text.slice(EMPTY.lastIndex).trim() !== '') throw malformedRange('range', text, 'Junk after "empty" key word.')
    return null
  }
  let at = text.length - text.trimStart().length
  const open = text[at++]
  if (open !== '[' && open !== '(') throw malformedRange('range', text, 'Missing left parenthesis or bracket.')
  const bound = (): string => {
    let out = ''
    let quoted = false
    for (;;) {
      const char = text[at]
      if (char === undefined) throw malformedRange('range', text, 'Unexpected end of input.')
      if (!quoted && (char === ',' || char === ')' || char === ']')) return out
      at++
      if (char === '\\') {
        if (at >= text.length) throw malformedRange('range', text, 'Unexpected end of input.')
        out += text[at++]
      } else if (char !== '"') out += char
      else if (!quoted) quoted = true
      else if (text[at] === '"') out += text[at++]
      else quoted = false
    }
  }
  const lower = text[at] === ',' ? null : bound()
  if (text[at] !== ',') throw malformedRange('range', text, 'Missing comma after lower bound.')
  at++
  const upper = text[at] === ')' || text[at] === ']' ? null : bound()
  const close = text[at++]
  if (close !== ']' && close !== ')') throw malformedRange('range', text, 'Too many commas.')
  if (text.slice(at).trim() !== '') throw malformedRange('range', text, 'Junk after right parenthesis or bracket.')
  return { lower, upper, lowerInclusive: open === '[', upperInclusive: close === ']' }
}

const NEEDS_QUOTES = /["\\()[\],\s]/

const formatBound = (text: string | null): string => {
  if (text === null) return ''
  return text === '' || NEEDS_QUOTES.test(text) ? `"${text.replace(/["\\]/g, '$&$&')}"` : text
}

export const formatRange = (range: RangeText | null): string =>
  range === null
    ? 'empty'
    : `${range.lowerInclusive ? '[' : '('}${formatBound(range.lower)},${formatBound(range.upper)}${range.upperInclusive ? ']' : ')'}`

/** The ranges in `{[a,b), (c,d]}`, each read by `read` from its text. Throws 22P02. */
export const parseMultirange = <T>(text: string, read: (range: string) => T): T[] => {
  let at = 0
  const malformed = (detail: string) => malformedRange('multirange', text, detail)
  const skipSpace = (): void => {
    while (/\s/.test(text[at] ?? '')) at++
  }
  skipSpace()
  if (text[at] !== '{') throw malformed('Missing left brace.')
  at++
  const ranges: T[] = []
  let first = true
  for (;;) {
    skipSpace()
    const char = text[at]
    if (char === undefined) throw malformed('Unexpected end of input.')
    if (char === '}' && first) break
    first = false
    if (char === '[' || char === '(') {
      const end = rangeEnd(text, at)
      if (end < 0) throw malformed('Unexpected end of input.')
      ranges.push(read(text.slice(at, end)))
      at = end
    } else if (/^empty/i.test(text.slice(at, at + 5))) at += 5
    else throw malformed('Expected range start.')
    skipSpace()
    const next = text[at]
    if (next === undefined) throw malformed('Unexpected end of input.')
    if (next === '}') break
    if (next !== ',') throw malformed('Expected comma or end of multirange.')
    at++
  }
  if (text.slice(at + 1).trim() !== '') throw malformed('Junk after closing right brace.')
  return ranges
}

/** The position after the bracket that ends a range, -1 when none does. */
const rangeEnd = (text: string, from: number): number => {
  let quoted = false
  for (let at = from; at < text.length; at++) {
    const char = text[at]
    if (char === '\\') at++
    else if (char === '"') quoted = !quoted
    else if (!quoted && (char === ']' || char === ')')) return at + 1
  }
  return -1
}
