/** Text search configurations and dictionaries: what tokens are indexed, and as which lexemes. */
import { unknownConfiguration, unknownDictionary } from '../../errors/raise/text-search.ts'
import { memoize } from '../../types/pattern/memoize.ts'
import { stemEnglish } from './english-stemmer.ts'
import { TOKEN } from './parser.ts'
import { ENGLISH_STOP_WORDS } from './stop-words.ts'

export interface Dictionary {
  readonly oid: number
  readonly name: string
  readonly template: number
  readonly options: string | null
  /** The lexemes of a token; none for a stop word. */
  lexize(token: string): readonly string[]
}

export interface Configuration {
  readonly oid: number
  readonly name: string
  /** By token type; types that are not there are not indexed. */
  readonly dictionaries: ReadonlyMap<number, Dictionary>
}

const simple: Dictionary = {
  oid: 3765,
  name: 'simple',
  template: 3727,
  options: null,
  lexize: (token) => [token.toLowerCase()],
}

const english: Dictionary = {
  oid: 13163,
  name: 'english_stem',
  template: 13150,
  options: "language = 'english', stopwords = 'english'",
  lexize: memoize((token) => {
    const word = token.toLowerCase()
    return ENGLISH_STOP_WORDS.has(word) ? [] : [stemEnglish(word)]
  }),
}

export const dictionaries: readonly Dictionary[] = [simple, english]

const WORDS: ReadonlySet<number> = new Set([
  TOKEN.asciiword,
  TOKEN.word,
  TOKEN.hword_part,
  TOKEN.hword_asciipart,
  TOKEN.asciihword,
  TOKEN.hword,
])

const NOT_INDEXED: ReadonlySet<number> = new Set([TOKEN.blank, TOKEN.tag, TOKEN.protocol, TOKEN.entity])

/** Words of letters go to one dictionary, everything else that is indexed to the simple one. */
const mapped = (ofWords: Dictionary): ReadonlyMap<number, Dictionary> =>
  new Map(
    Object.values(TOKEN)
      .filter((type) => !NOT_INDEXED.has(type))
      .sort((a, b) => a - b)
      .map((type) => [type, WORDS.has(type) ? ofWords : simple]),
  )

export const configurations: readonly Configuration[] = [
  { oid: 3748, name: 'simple', dictionaries: mapped(simple) },
  { oid: 13164, name: 'english', dictionaries: mapped(english) },
]

/** Throws 42704. */
export const configurationByOid = (oid: number): Configuration => {
  const found = configurations.find((configuration) => configuration.oid === oid)
  if (found === undefined) throw unknownConfiguration(String(oid))
  return found
}

/** Throws 42704. */
export const dictionaryByOid = (oid: number): Dictionary => {
  const found = dictionaries.find((dictionary) => dictionary.oid === oid)
  if (found === undefined) throw unknownDictionary(String(oid))
  return found
}
