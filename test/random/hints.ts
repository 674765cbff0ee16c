/** What the catalogs do not tell of functions: which words or how large numbers they take, and how exact they are. */
import type { FunctionFact } from './facts.ts'
import { WORDS } from './values.ts'

interface Words {
  readonly words: readonly string[]
  /** Written without quotes. */
  readonly number: boolean
  /** The share of calls that take one of the words. */
  readonly often: number
}

const words = (list: readonly string[], often = 0.9): Words => ({ words: list, number: false, often })
/** Always small: what a large number would do is to fill the memory. */
const small: Words = { words: ['0', '1', '2', '3', '5', '8', '12', '-1', '-5', 'NULL', '20'], number: true, often: 1 }

const BY_ARGUMENT: Readonly<Record<string, readonly (Words | null)[]>> = {
  date_part: [words(WORDS.field)],
  extract: [words(WORDS.field)],
  date_trunc: [words(WORDS.field), null, words(WORDS.zone)],
  timezone: [words(WORDS.zone)],
  to_number: [words(['1', '12', '-7', '5'], 1), words(['999', '0000', 'S9999'], 1)],
  // Texts that follow their template; what PostgreSQL makes of others is tested by statement scripts.
  to_date: [
    words(['2024-02-29', '1999-12-31', '2024-13-45', '0001-01-01'], 1),
    words(['YYYY-MM-DD', 'YYYY-MM', 'YYYY'], 1),
  ],
  encode: [null, words(WORDS.encoding)],
  decode: [words(['616263', 'YWJj', 'abc', 'xyz', '\\\\000', 'ab', '']), words(WORDS.encoding)],
  convert_from: [null, words(WORDS.charset, 1)],
  convert_to: [null, words(WORDS.charset, 1)],
  convert: [null, words(WORDS.charset, 1), words(WORDS.charset, 1)],
  repeat: [null, small],
  lpad: [null, small],
  rpad: [null, small],
  array_fill: [null, words(['{2}', '{1,2}', '{0}', '{}', '{2,NULL}'], 1), words(['{1}', '{2,3}', '{-1}'], 1)],
  is_normalized: [null, words(WORDS.normal)],
  normalize: [null, words(WORDS.normal)],
  regexp_replace: [
    null,
    words(WORDS.regex),
    words(['X', '\\1', '[\\&]', '', '\\2\\1']),
    words(['', 'g', 'i', 'gi']),
    null,
  ],
  regexp_matches: [null, words(WORDS.regex), words(WORDS.regexFlags)],
  regexp_match: [null, words(WORDS.regex), words(WORDS.regexFlags)],
  regexp_split_to_array: [null, words(WORDS.regex), words(WORDS.regexFlags)],
  regexp_split_to_table: [null, words(WORDS.regex), words(WORDS.regexFlags)],
  regexp_count: [null, words(WORDS.regex), small, words(WORDS.regexFlags)],
  regexp_like: [null, words(WORDS.regex), words(WORDS.regexFlags)],
  regexp_instr: [null, words(WORDS.regex), small, small, words(['0', '1']), words(WORDS.regexFlags), small],
  regexp_substr: [null, words(WORDS.regex), small, small, words(WORDS.regexFlags), small],
  textregexeq: [null, words(WORDS.regex)],
  like: [null, words(WORDS.like)],
  to_tsvector: [words(WORDS.configuration)],
  to_tsquery: [words(WORDS.configuration)],
  generate_series: [small, small, small],
  format: [words(['%s', '%I %L', '%1$s %2$s', '%%', '%-5s|', '%5s|', '%s %s', '%', '%x', '%3$s', '%*s', '|%10L|'])],
  ts_headline: [null, null, words(['MaxWords=5, MinWords=2', 'StartSel=<<, StopSel=>>', 'MaxFragments=2'], 1)],
  setweight: [null, words(['A', 'B', 'D', 'c'])],
  chr: [words(['65', '233', '8364', '128512', '0', '-1', '1114112'])],
  pg_size_bytes: [words(['1', '1kB', '1.5 MB', '-2GB', '1 TB', 'x', '1 XB', '10 bytes'])],
  parse_ident: [words(['a.b', '"A".b', 'a..b', 'x y', '"', 'a.b.c', ''])],
  make_timestamptz: [small, small, small, small, small, small, words(WORDS.zone)],
  // Of infinite timestamps PostgreSQL 15 computes with the ends of the integers.
  age: [words(['2024-02-29', '1999-12-31 23:59:59', '0001-01-01'], 1), words(['2023-12-31', '2000-02-29 12:00'], 1)],
  make_interval: [small, small, small, small, small, small, small],
  make_timestamp: [small, small, small, small, small, small],
  make_date: [words(['2024', '1999', '-44', '0', '5874897']), small, small],
  make_time: [small, small, small],
  polygon: [words(['0', '1', '2', '3', '4', '-1'], 1)],
  factorial: [small],
  xpath: [words(['/a', '//b', '/a/b/text()', '/a/@b', '/', '1+1', '//x', '['])],
  xpath_exists: [words(['/a', '//b', '/a/b/text()', '/a/@b'])],
}

/** Words that the argument is taken from, or null where any value of its type will do. */
export const wordsFor = (fact: FunctionFact, index: number): Words | null => {
  if (fact.name === 'to_char' && index === 1)
    return words(/^(timestamp|interval)/.test(fact.arguments[0] ?? '') ? WORDS.timeFormat : WORDS.numberFormat)
  if (fact.name === 'polygon' && fact.arguments.length === 1) return null
  if (fact.name === 'to_timestamp') {
    if (fact.arguments.length === 1) return null
    return BY_ARGUMENT['to_date']?.[index] ?? null
  }
  // A start, a stop or a step that is a time is small enough only among equals.
  if (fact.name === 'generate_series' && !/int|numeric/.test(fact.arguments[index] ?? ''))
    return TIME_SERIES[index] ?? null
  if (fact.name.startsWith('to_ts') && fact.arguments.length === 1) return null
  if (/^(phraseto|plainto|websearch_to)_tsquery$/.test(fact.name)) return null
  return BY_ARGUMENT[fact.name]?.[index] ?? null
}

const TIME_SERIES: readonly Words[] = [
  words(['2024-01-01', '2024-02-29 12:00', '2023-10-29'], 1),
  words(['2024-03-05', '2024-02-20', 'infinity'].slice(0, 2), 1),
  words(['1 day', '5 hours', '1 month', '-1 day', '36:00'], 1),
]

/** The last digits depend on the C library: only what a real keeps of them is compared. */
const LIBRARY_FUNCTIONS = new Set([
  'exp',
  'ln',
  'log',
  'log10',
  'pow',
  'power',
  'cbrt',
  'dexp',
  'dlog1',
  'dlog10',
  'dpow',
  'dcbrt',
  '^',
  '||/',
  'sin',
  'cos',
  'tan',
  'cot',
  'asin',
  'acos',
  'atan',
  'atan2',
  'sinh',
  'cosh',
  'tanh',
  'asinh',
  'acosh',
  'atanh',
  'sind',
  'cosd',
  'tand',
  'cotd',
  'asind',
  'acosd',
  'atand',
  'atan2d',
])
export const isInexact = (name: string, args: readonly string[]): boolean =>
  LIBRARY_FUNCTIONS.has(name) && args[0] === 'double precision'

/** Of a comparison less than, equal and greater are told by the sign; the rest is the C library's. */
export const isThreeWay = (name: string): boolean => name.endsWith('cmp')
