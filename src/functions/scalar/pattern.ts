/** Pattern matching: LIKE, regular expressions, SIMILAR TO. */
import { globalOptionNotSupported, invalidEscapeString, invalidParameterValue } from '../../errors/raise/data.ts'
import { SqlArray } from '../../types/array.ts'
import { scalar } from '../define.ts'
import { likeMatcher, matchesIlike, matchesLike } from '../pattern/like.ts'
import { matchesRegex } from '../../types/pattern/posix-regex.ts'
import {
  allMatches,
  countMatches,
  findSubstring,
  regexPosition,
  replaceMatches,
  splitByRegex,
  submatches,
  wholeMatch,
} from '../pattern/regex-functions.ts'
import { similarToRegex } from '../pattern/similar.ts'
import { readFlags } from '../../types/pattern/posix-regex.ts'
import type { ScalarFunction } from '../records.ts'

/** One way of matching, positive and negated, for each kind of string on the left. */
const matchFunctions = (
  kind: string,
  matches: (text: string, pattern: string) => boolean,
  oids: Readonly<Record<'text' | 'name' | 'bpchar', readonly [number, number]>>,
  suffixes: readonly [string, string],
  description: string,
): ScalarFunction[] =>
  (['text', 'name', 'bpchar'] as const).flatMap((type) => {
    const [yes, no] = oids[type]
    return [
      scalar(yes, `${type}${kind}${suffixes[0]}(${type}, text) bool`, description, matches),
      scalar(no, `${type}${kind}${suffixes[1]}(${type}, text) bool`, `no ${description}`, (a, b) => !matches(a, b)),
    ]
  })

const matchesCaseless = (text: string, pattern: string): boolean => matchesRegex(text, pattern, 'i')

/** Bytes as characters of the same number, so that patterns work on them. */
const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')

const likeFunctions: readonly ScalarFunction[] = [
  ...matchFunctions(
    '',
    matchesLike,
    { text: [850, 851], name: [858, 859], bpchar: [1631, 1632] },
    ['like', 'nlike'],
    'LIKE match',
  ),
  ...matchFunctions(
    'ic',
    matchesIlike,
    { text: [1633, 1634], name: [1635, 1636], bpchar: [1660, 1661] },
    ['like', 'nlike'],
    'ILIKE match',
  ),
  ...matchFunctions(
    '',
    matchesRegex,
    { text: [1254, 1256], name: [79, 1252], bpchar: [1658, 1659] },
    ['regexeq', 'regexne'],
    'regular expression match',
  ),
  ...matchFunctions(
    'ic',
    matchesCaseless,
    { text: [1238, 1239], name: [1240, 1241], bpchar: [1656, 1657] },
    ['regexeq', 'regexne'],
    'regular expression match without case',
  ),
  scalar(1569, 'like(text, text) bool', 'LIKE match', matchesLike),
  scalar(1570, 'notlike(text, text) bool', 'no LIKE match', (a, b) => !matchesLike(a, b)),
  scalar(1571, 'like(name, text) bool', 'LIKE match', matchesLike),
  scalar(1572, 'notlike(name, text) bool', 'no LIKE match', (a, b) => !matchesLike(a, b)),
  ...[
    { oid: 2005, name: 'bytealike', matches: true },
    { oid: 2007, name: 'like', matches: true },
    { oid: 2006, name: 'byteanlike', matches: false },
    { oid: 2008, name: 'notlike', matches: false },
  ].map(({ oid, name, matches }) =>
    scalar(
      oid,
      `${name}(bytea, bytea) bool`,
      matches ? 'LIKE match of bytes' : 'no LIKE match of bytes',
      (a, b) => likeMatcher(latin1(b))(latin1(a)) === matches,
    ),
  ),
  scalar(1637, 'like_escape(text, text) text', 'a LIKE pattern with the backslash as its escape', likeEscape),
  scalar(
    2009,
    'like_escape(bytea, bytea) bytea',
    'a LIKE pattern with the backslash as its escape',
    (pattern, escape) => Buffer.from(likeEscape(latin1(pattern), latin1(escape)), 'latin1'),
  ),
]

/** Rewrites a pattern that has another escape character, or none, to the backslash. */
function likeEscape(pattern: string, escape: string): string {
  if ([...escape].length > 1) throw invalidEscapeString()
  if (escape === '\\') return pattern
  let out = ''
  let afterEscape = false
  for (const char of pattern) {
    if (char === escape && !afterEscape) {
      out += '\\'
      afterEscape = true
    } else if (char === '\\') {
      out += '\\'
      if (!afterEscape) out += '\\'
      afterEscape = false
    } else {
      out += char
      afterEscape = false
    }
  }
  return out
}

/** Flags of a function that acts on one match and so takes no `g`. */
export const singleFlags = (name: string, flags: string, hint?: string): string => {
  const { letters, global } = readFlags(flags)
  if (global) throw globalOptionNotSupported(name, hint)
  return letters
}

const regexpMatch = (text: string, pattern: string, flags = ''): SqlArray | null => {
  const letters = singleFlags('regexp_match', flags, 'Use the regexp_matches function instead.')
  const [first] = allMatches(text, pattern, letters, 0)
  return first === undefined ? null : submatches(first)
}

const regexpReplace = (text: string, pattern: string, replacement: string, flags = ''): string => {
  if (/^\d/.test(flags)) {
    throw invalidParameterValue(`invalid regular expression option: "${flags[0]}"`, {
      hint: 'If you meant to use regexp_replace() with a start parameter, cast the fourth argument to integer explicitly.',
    })
  }
  const { letters, global } = readFlags(flags)
  return replaceMatches(text, pattern, replacement, letters, 0, global ? 0 : 1)
}

const positive = (name: string, value: number, least: 0 | 1): number => {
  if (value < least) throw invalidParameterValue(`invalid value for parameter "${name}": ${value}`)
  return value
}

const regexpReplaceAt = (
  text: string,
  pattern: string,
  replacement: string,
  start: number,
  n = 1,
  flags = '',
): string =>
  replaceMatches(
    text,
    pattern,
    replacement,
    readFlags(flags).letters,
    positive('start', start, 1) - 1,
    positive('n', n, 0),
  )

const regexpCount = (text: string, pattern: string, start = 1, flags = ''): number =>
  countMatches(text, pattern, singleFlags('regexp_count', flags), positive('start', start, 1) - 1)

const regexpInstr = (
  text: string,
  pattern: string,
  start = 1,
  n = 1,
  endOption = 0,
  flags = '',
  subexpression = 0,
): number => {
  if (endOption !== 0 && endOption !== 1)
    throw invalidParameterValue(`invalid value for parameter "endoption": ${endOption}`)
  return regexPosition(
    text,
    pattern,
    singleFlags('regexp_instr', flags),
    positive('start', start, 1) - 1,
    positive('n', n, 1),
    endOption === 1,
    positive('subexpr', subexpression, 0),
  )
}

const regexpSubstr = (
  text: string,
  pattern: string,
  start = 1,
  n = 1,
  flags = '',
  subexpression = 0,
): string | null => {
  const matches = allMatches(text, pattern, singleFlags('regexp_substr', flags), positive('start', start, 1) - 1)
  const match = matches[positive('n', n, 1) - 1]
  const group = positive('subexpr', subexpression, 0)
  return match?.[wholeMatch(match, group)] ?? null
}

/** The overloads of a function, each with one more of its trailing arguments. */
const overloads = (
  oids: readonly number[],
  signature: (count: number) => string,
  description: string,
  evaluate: ScalarFunction['evaluate'] & {},
) => oids.map((oid, i) => scalar(oid, signature(i), description, evaluate))

const taking = (name: string, args: readonly string[], fixed: number, result: string) => (extra: number) =>
  `${name}(${args.slice(0, fixed + extra).join(', ')}) ${result}`

const regexFunctions: readonly ScalarFunction[] = [
  ...overloads(
    [3396, 3397],
    taking('regexp_match', ['text', 'text', 'text'], 2, 'text[]'),
    'parts of the first match',
    regexpMatch,
  ),
  ...overloads(
    [2284, 2285],
    taking('regexp_replace', ['text', 'text', 'text', 'text'], 3, 'text'),
    'replace matches',
    regexpReplace,
  ),
  ...overloads(
    [6253, 6252, 6251],
    taking('regexp_replace', ['text', 'text', 'text', 'int4', 'int4', 'text'], 4, 'text'),
    'replace the n-th match from a position',
    regexpReplaceAt,
  ),
  ...overloads(
    [6254, 6255, 6256],
    taking('regexp_count', ['text', 'text', 'int4', 'text'], 2, 'int4'),
    'number of matches',
    regexpCount,
  ),
  ...overloads(
    [6257, 6258, 6259, 6260, 6261, 6262],
    taking('regexp_instr', ['text', 'text', 'int4', 'int4', 'int4', 'text', 'int4'], 2, 'int4'),
    'position of the n-th match',
    regexpInstr,
  ),
  ...overloads(
    [6263, 6264],
    taking('regexp_like', ['text', 'text', 'text'], 2, 'bool'),
    'whether there is a match',
    (text, pattern, flags = '') => matchesRegex(text, pattern, singleFlags('regexp_like', flags)),
  ),
  ...overloads(
    [6265, 6266, 6267, 6268, 6269],
    taking('regexp_substr', ['text', 'text', 'int4', 'int4', 'text', 'int4'], 2, 'text'),
    'the n-th match',
    regexpSubstr,
  ),
  ...overloads(
    [2767, 2768],
    taking('regexp_split_to_array', ['text', 'text', 'text'], 2, 'text[]'),
    'fields between matches',
    (text, pattern, flags = '') =>
      SqlArray.of(splitByRegex(text, pattern, singleFlags('regexp_split_to_array', flags))),
  ),
  scalar(2073, 'substring(text, text) text', 'first match of a regular expression', (text, pattern) =>
    findSubstring(text, pattern),
  ),
]

const similarFunctions: readonly ScalarFunction[] = [
  scalar(1987, 'similar_to_escape(text) text', 'a SIMILAR TO pattern as regular expression', (a) =>
    similarToRegex(a, '\\'),
  ),
  scalar(1986, 'similar_to_escape(text, text) text', 'a SIMILAR TO pattern as regular expression', (a, escape) =>
    similarToRegex(a, escape === '' ? null : escape),
  ),
  scalar(
    1623,
    'similar_escape(text, text) text',
    'a SIMILAR TO pattern as regular expression',
    (a, escape) => (a === null ? null : similarToRegex(a, escape === null ? '\\' : escape === '' ? null : escape)),
    { strict: false },
  ),
  scalar(2074, 'substring(text, text, text) text', 'part that a SIMILAR TO pattern marks', (text, pattern, escape) =>
    findSubstring(text, similarToRegex(pattern, escape === '' ? null : escape)),
  ),
]

export const patternFunctions: readonly ScalarFunction[] = [...likeFunctions, ...regexFunctions, ...similarFunctions]
