/** What the regexp_ functions share: finding, counting, replacing and splitting by matches. */
import { SqlArray } from '../../types/array.ts'
import { characterLength, unitOffset } from '../../types/text-order.ts'
import { posixRegex } from '../../types/pattern/posix-regex.ts'

/** All matches from character `start` (from 0) on. Empty matches next to a match are none, as in JavaScript. */
export const allMatches = (text: string, pattern: string, flags: string, start: number): RegExpExecArray[] => {
  const regex = posixRegex(pattern, flags)
  if (start > characterLength(text)) return []
  regex.lastIndex = unitOffset(text, start)
  const matches: RegExpExecArray[] = []
  for (let match = regex.exec(text); match !== null; match = regex.exec(text)) {
    matches.push(match)
    if (match[0] === '') regex.lastIndex += (text.codePointAt(regex.lastIndex) ?? 0) > 0xffff ? 2 : 1
    if (regex.lastIndex > text.length) break
  }
  return matches
}

/** The captured groups as an array, or the whole match where there are none. */
export const submatches = (match: RegExpExecArray): SqlArray =>
  SqlArray.of(match.length === 1 ? [match[0]] : match.slice(1).map((group) => group ?? null))

export const countMatches = (text: string, pattern: string, flags: string, start: number): number =>
  allMatches(text, pattern, flags, start).length

/** First captured group of the first match, or all of it; null without match. */
export const findSubstring = (text: string, pattern: string): string | null => {
  const regex = posixRegex(pattern)
  regex.lastIndex = 0
  const match = regex.exec(text)
  if (match === null) return null
  return (match.length > 1 ? match[1] : match[0]) ?? null
}

/** `\1`…`\9` are groups, `\&` the match, `\\` a backslash. */
const fill = (replacement: string, match: RegExpExecArray): string =>
  replacement.includes('\\')
    ? replacement.replace(/\\([1-9&\\])/g, (_, which: string) =>
        which === '&' ? match[0] : which === '\\' ? '\\' : (match[Number(which)] ?? ''),
      )
    : replacement

/** Replaces the n-th match, or with n = 0 all of them. */
export const replaceMatches = (
  text: string,
  pattern: string,
  replacement: string,
  flags: string,
  start: number,
  n: number,
): string => {
  let out = ''
  let at = 0
  allMatches(text, pattern, flags, start).forEach((match, i) => {
    if (n !== 0 && i !== n - 1) return
    out += text.slice(at, match.index) + fill(replacement, match)
    at = match.index + match[0].length
  })
  return out + text.slice(at)
}

/** The group that is meant: without groups the first is the whole match. */
export const wholeMatch = (match: RegExpExecArray, group: number): number =>
  match.length === 1 && group === 1 ? 0 : group

/** Position (from 1) of the n-th match or of a group in it, or of what follows; 0 without match. */
export const regexPosition = (
  text: string,
  pattern: string,
  flags: string,
  start: number,
  n: number,
  after: boolean,
  group: number,
): number => {
  const match = allMatches(text, pattern, flags, start)[n - 1]
  const part = match?.[wholeMatch(match, group)]
  if (match === undefined || part === undefined) return 0
  const from = wholeMatch(match, group) === 0 ? match.index : match.index + Math.max(match[0].indexOf(part), 0)
  return characterLength(text.slice(0, after ? from + part.length : from)) + 1
}

/** Fields between matches; an empty match at either end of the text or right after a match divides nothing. */
export const splitByRegex = (text: string, pattern: string, flags: string): string[] => {
  const fields: string[] = []
  let at = 0
  for (const match of allMatches(text, pattern, flags, 0)) {
    if (match[0] === '' && (match.index === 0 || match.index >= text.length || match.index === at)) continue
    fields.push(text.slice(at, match.index))
    at = match.index + match[0].length
  }
  fields.push(text.slice(at))
  return fields
}
