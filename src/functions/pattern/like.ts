/** LIKE and ILIKE: patterns compiled to matchers and kept. */
import { likePatternEndsWithEscape } from '../../errors/raise/data.ts'
import { memoize } from '../../types/pattern/memoize.ts'

export type Matcher = (text: string) => boolean

/** What stands in a pattern: literal text, `_` (any character) and `%` (any text). */
type Part = string | typeof ANY_CHARACTER | typeof ANY_TEXT
const ANY_CHARACTER = Symbol('_')
const ANY_TEXT = Symbol('%')

/** Reads a pattern whose escape is a backslash, which does not end it. */
const partsOf = (pattern: string): Part[] => {
  const parts: Part[] = []
  let literal = ''
  const flush = (): void => {
    if (literal !== '') parts.push(literal)
    literal = ''
  }
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] as string
    if (char === '\\') {
      i++
      literal += pattern[i] ?? ''
    } else if (char === '_') {
      flush()
      parts.push(ANY_CHARACTER)
    } else if (char === '%') {
      flush()
      if (parts[parts.length - 1] !== ANY_TEXT) parts.push(ANY_TEXT)
    } else literal += char
  }
  flush()
  return parts
}

const escapeRegex = (text: string): string =>
  text.replace(/[\\^$.*+?()[\]{}|/-]/g, (char) => (char === '-' ? '\\x2d' : `\\${char}`))

const regexMatcher = (parts: readonly Part[]): Matcher => {
  const source = parts.map((part) =>
    part === ANY_TEXT ? '.*' : part === ANY_CHARACTER ? '.' : escapeRegex(part as string),
  )
  const regex = new RegExp(`^${source.join('')}$`, 'su')
  return (text) => regex.test(text)
}

/** Literals in order with any text between: each is looked for after the one before. */
const segmentMatcher = (parts: readonly Part[]): Matcher => {
  const anchoredStart = parts[0] !== ANY_TEXT
  const anchoredEnd = parts[parts.length - 1] !== ANY_TEXT
  const segments = parts.filter((part): part is string => typeof part === 'string')
  const first = anchoredStart ? (segments.shift() as string) : ''
  const last = anchoredEnd ? (segments.pop() as string) : ''
  const least = first.length + last.length
  if (segments.length === 0) {
    return (text) => text.length >= least && text.startsWith(first) && text.endsWith(last)
  }
  return (text) => {
    if (text.length < least || !text.startsWith(first) || !text.endsWith(last)) return false
    let at = first.length
    for (const segment of segments) {
      const found = text.indexOf(segment, at)
      if (found < 0) return false
      at = found + segment.length
    }
    return at <= text.length - last.length
  }
}

const ENDS_WITH_ESCAPE = /^(?:[^\\]|\\[^])*\\$/

/** Matches nothing; throws 22025 for texts that are more than what stands before the escape. */
const unfinishedMatcher = (pattern: string): Matcher => {
  const reachesEnd = compile(`${pattern.slice(0, -1)}_%`)
  return (text) => {
    if (reachesEnd(text)) throw likePatternEndsWithEscape()
    return false
  }
}

const compile = (pattern: string): Matcher => {
  if (ENDS_WITH_ESCAPE.test(pattern)) return unfinishedMatcher(pattern)
  const parts = partsOf(pattern)
  if (parts.includes(ANY_CHARACTER)) return regexMatcher(parts)
  if (parts.length === 0) return (text) => text === ''
  const [only] = parts
  if (parts.length === 1) return typeof only === 'string' ? (text) => text === only : () => true
  return segmentMatcher(parts)
}

/** The matcher of a LIKE pattern. */
export const likeMatcher = memoize(compile)

export const matchesLike = (text: string, pattern: string): boolean => likeMatcher(pattern)(text)

const lowerMatcher = memoize((pattern: string) => compile(pattern.toLowerCase()))

export const matchesIlike = (text: string, pattern: string): boolean => lowerMatcher(pattern)(text.toLowerCase())
