/**
 * Functions that ask for the collation of their arguments: what they need it for, and what they do under one that does not
 * order by code points. They are told apart by their OIDs.
 */
import { nondeterministicNotSupported } from '../errors/raise/collations.ts'
import type { Datum } from '../types/sql-type.ts'
import { trimBlanks } from '../types/strings.ts'
import type { TextOrder } from '../types/text-order.ts'
import { inAscii } from '../types/pattern/posix-regex.ts'
import type { Evaluate, ScalarFunction } from './records.ts'
import { matchesLike } from './pattern/like.ts'
import { capitalized } from './scalar/string.ts'

interface CollationUse {
  /** What messages say that the collation is needed for. */
  readonly purpose: string
  under(order: TextOrder): Evaluate | null
  /** Where it also asks what letters are: the same for letters of ASCII alone. */
  readonly ascii?: (evaluate: Evaluate) => Evaluate
}

type Answer = (order: number) => Datum

const RELATIONS: readonly Answer[] = [
  (order) => order === 0,
  (order) => order !== 0,
  (order) => order < 0,
  (order) => order <= 0,
  (order) => order > 0,
  (order) => order >= 0,
]

const COMPARISON = 'string comparison'

const comparison = (answer: Answer, isPadded: boolean): CollationUse => ({
  purpose: COMPARISON,
  under: ({ compare }) =>
    isPadded
      ? (a: string, b: string) => answer(compare(trimBlanks(a), trimBlanks(b)))
      : (a: string, b: string) => answer(compare(a, b)),
})

const family = (oids: readonly number[], isPadded = false): [number, CollationUse][] =>
  oids.map((oid, i) => [oid, comparison(RELATIONS[i] as Answer, isPadded)])

const choice = (sign: 1 | -1): CollationUse => ({
  purpose: COMPARISON,
  under:
    ({ compare }) =>
    (a: string, b: string) =>
      compare(a, b) * sign > 0 ? a : b,
})

const asciiLower = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
const asciiUpper = (text: string): string => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase())

const caseMapping = (
  name: string,
  map: (text: string, locale: string) => string,
  ascii: (text: string) => string,
): CollationUse => ({
  purpose: `${name}() function`,
  ascii: () => ascii,
  under:
    ({ locale }) =>
    (text: string) =>
      map(text, locale),
})

const refuse = (what: string) => (): never => {
  throw nondeterministicNotSupported(what)
}

/** What works by characters, and so under deterministic collations only. */
const byCharacters = (purpose: string, what = purpose): CollationUse => ({
  purpose,
  under: ({ collation }) => (collation.deterministic ? null : refuse(what)),
})

/** ILIKE by the case rules of a language. */
const caseless = (answer: boolean): CollationUse => ({
  purpose: 'ILIKE',
  ascii: () => (text: string, pattern: string) => matchesLike(asciiLower(text), asciiLower(pattern)) === answer,
  under: ({ collation, locale }) => {
    if (!collation.deterministic) return refuse('ILIKE')
    return (text: string, pattern: string) =>
      matchesLike(text.toLocaleLowerCase(locale), pattern.toLocaleLowerCase(locale)) === answer
  },
})

/** All of them have the expression as second argument. */
const regularExpression: CollationUse = {
  ...byCharacters('regular expression', 'regular expressions'),
  ascii:
    (evaluate) =>
    (text: string, expression: string, ...rest) =>
      evaluate(text, inAscii(expression), ...rest),
}

const LIKE = [850, 851, 858, 859, 1569, 1570, 1571, 1572, 1631, 1632]
const ILIKE = [1633, 1635, 1660]
const NOT_ILIKE = [1634, 1636, 1661]
const REGULAR_EXPRESSIONS = [
  79, 1252, 1254, 1256, 1238, 1239, 1240, 1241, 1656, 1657, 1658, 1659, 2073, 2284, 2285, 2767, 2768, 3396, 3397, 6251,
  6252, 6253, 6254, 6255, 6256, 6257, 6258, 6259, 6260, 6261, 6262, 6263, 6264, 6265, 6266, 6267, 6268, 6269,
]
const SEARCHES = [849, 868, 2087, 2088, 3696]

const USES: ReadonlyMap<number, CollationUse> = new Map([
  ...family([67, 157, 740, 741, 742, 743]),
  ...family([62, 659, 655, 656, 657, 658]),
  ...family([240, 245, 241, 242, 244, 243]),
  ...family([247, 252, 248, 249, 251, 250]),
  ...family([1048, 1053, 1049, 1050, 1051, 1052], true),
  [360, comparison((order) => Math.sign(order), false)],
  [1078, comparison((order) => Math.sign(order), true)],
  [458, choice(1)],
  [459, choice(-1)],
  [870, caseMapping('lower', (text, locale) => text.toLocaleLowerCase(locale), asciiLower)],
  [871, caseMapping('upper', (text, locale) => text.toLocaleUpperCase(locale), asciiUpper)],
  [
    872,
    caseMapping(
      'initcap',
      (text, locale) =>
        capitalized(
          text,
          (first) => first.toLocaleUpperCase(locale),
          (rest) => rest.toLocaleLowerCase(locale),
        ),
      (text) => capitalized(text, asciiUpper, asciiLower, /[A-Za-z0-9]+/g),
    ),
  ],
  ...LIKE.map((oid): [number, CollationUse] => [oid, byCharacters('LIKE')]),
  ...ILIKE.map((oid): [number, CollationUse] => [oid, caseless(true)]),
  ...NOT_ILIKE.map((oid): [number, CollationUse] => [oid, caseless(false)]),
  ...REGULAR_EXPRESSIONS.map((oid): [number, CollationUse] => [oid, regularExpression]),
  [2074, byCharacters('regular expression', 'regular expressions')],
  ...SEARCHES.map((oid): [number, CollationUse] => [oid, byCharacters('substring search', 'substring searches')]),
])

/** What a function needs a collation for; null: nothing. */
export const collationPurpose = ({ oid }: ScalarFunction): string | null => USES.get(oid)?.purpose ?? null

const made = new WeakMap<TextOrder, Map<number, ScalarFunction>>()

/** The function as it is under an order of texts. */
export const functionUnder = (fn: ScalarFunction, order: TextOrder): ScalarFunction => {
  let known = made.get(order)
  if (known === undefined) {
    known = new Map()
    made.set(order, known)
  }
  const found = known.get(fn.oid)
  if (found !== undefined) return found
  const evaluate = USES.get(fn.oid)?.under(order) ?? null
  const { inline: _byCodePoint, specialize: _typed, evaluateIn: _inSession, ...rest } = fn
  const collated = evaluate === null ? fn : { ...rest, evaluate }
  known.set(fn.oid, collated)
  return collated
}

const inAsciiMade = new Map<number, ScalarFunction>()

/** The function as it is where letters are those of ASCII and texts are ordered by code points. */
export const functionInAscii = (fn: ScalarFunction): ScalarFunction => {
  const ascii = USES.get(fn.oid)?.ascii
  if (ascii === undefined || fn.evaluate === undefined) return fn
  const known = inAsciiMade.get(fn.oid)
  if (known !== undefined) return known
  const { inline: _unicode, ...rest } = fn
  const made = { ...rest, evaluate: ascii(fn.evaluate) }
  inAsciiMade.set(fn.oid, made)
  return made
}
