/**
 * The English stemmer of the Snowball project ("Porter2"), written from its published description. Words are lower
 * case; a `y` that stands for a consonant is written `Y` while a word is worked on.
 */

const VOWEL = 'aeiouy'
const DOUBLES = ['bb', 'dd', 'ff', 'gg', 'mm', 'nn', 'pp', 'rr', 'tt']
const VALID_BEFORE_LI = 'cdeghkmnrt'

/** Words that the rules would get wrong, with their stems. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  ['skis', 'ski'],
  ['skies', 'sky'],
  ['dying', 'die'],
  ['lying', 'lie'],
  ['tying', 'tie'],
  ['idly', 'idl'],
  ['gently', 'gentl'],
  ['ugly', 'ugli'],
  ['early', 'earli'],
  ['only', 'onli'],
  ['singly', 'singl'],
  ['sky', 'sky'],
  ['news', 'news'],
  ['howe', 'howe'],
  ['atlas', 'atlas'],
  ['cosmos', 'cosmos'],
  ['bias', 'bias'],
  ['andes', 'andes'],
])

/** Words that are left alone once their plural has been taken off. */
const AFTER_PLURAL = new Set(['inning', 'outing', 'canning', 'herring', 'earring', 'proceed', 'exceed', 'succeed'])

const isVowel = (character: string | undefined): boolean =>
  character !== undefined && character !== '' && VOWEL.includes(character)

/** Where the region behind the first consonant that follows a vowel begins, from a position on. */
const regionFrom = (word: string, from: number): number => {
  for (let i = from + 1; i < word.length; i++) if (!isVowel(word[i]) && isVowel(word[i - 1])) return i + 1
  return word.length
}

const PREFIX = /^(gener|commun|arsen)/

/** Ends in a short syllable. */
const endsShort = (word: string): boolean => {
  const n = word.length
  if (n === 2) return isVowel(word[0]) && !isVowel(word[1])
  const last = word[n - 1] as string
  return n > 2 && !isVowel(last) && !'wxY'.includes(last) && isVowel(word[n - 2]) && !isVowel(word[n - 3])
}

const hasVowel = (part: string): boolean => /[aeiouy]/.test(part)

/** The longest of the endings that a word has. */
const longestEnding = (word: string, endings: readonly string[]): string | null => {
  let found: string | null = null
  for (const ending of endings) {
    if (word.endsWith(ending) && (found === null || ending.length > found.length)) found = ending
  }
  return found
}

const STEP_2: ReadonlyMap<string, string> = new Map([
  ['tional', 'tion'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['abli', 'able'],
  ['entli', 'ent'],
  ['izer', 'ize'],
  ['ization', 'ize'],
  ['ational', 'ate'],
  ['ation', 'ate'],
  ['ator', 'ate'],
  ['alism', 'al'],
  ['aliti', 'al'],
  ['alli', 'al'],
  ['fulness', 'ful'],
  ['ousli', 'ous'],
  ['ousness', 'ous'],
  ['iveness', 'ive'],
  ['iviti', 'ive'],
  ['biliti', 'ble'],
  ['bli', 'ble'],
  ['ogi', 'og'],
  ['fulli', 'ful'],
  ['lessli', 'less'],
  ['li', ''],
])

const STEP_3: ReadonlyMap<string, string> = new Map([
  ['tional', 'tion'],
  ['ational', 'ate'],
  ['alize', 'al'],
  ['icate', 'ic'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ful', ''],
  ['ness', ''],
  ['ative', ''],
])

const STEP_4 = [
  'al',
  'ance',
  'ence',
  'er',
  'ic',
  'able',
  'ible',
  'ant',
  'ement',
  'ment',
  'ent',
  'ism',
  'ate',
  'iti',
  'ous',
  'ive',
  'ize',
  'ion',
]

const step2Endings = [...STEP_2.keys()]
const step3Endings = [...STEP_3.keys()]

const dropPlural = (word: string): string => {
  if (word.endsWith('sses')) return word.slice(0, -2)
  if (word.endsWith('ied') || word.endsWith('ies')) return word.length > 4 ? word.slice(0, -2) : word.slice(0, -1)
  if (word.endsWith('us') || word.endsWith('ss') || !word.endsWith('s')) return word
  return hasVowel(word.slice(0, -2)) ? word.slice(0, -1) : word
}

const dropVerbEnding = (word: string, r1: number): string => {
  const ending = longestEnding(word, ['eed', 'eedly', 'ed', 'edly', 'ing', 'ingly'])
  if (ending === null) return word
  const stem = word.slice(0, -ending.length)
  if (ending.startsWith('ee')) return stem.length >= r1 ? `${stem}ee` : word
  if (!hasVowel(stem)) return word
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`
  if (DOUBLES.some((double) => stem.endsWith(double))) return stem.slice(0, -1)
  return endsShort(stem) && stem.length <= r1 ? `${stem}e` : stem
}

const replaceEnding = (
  word: string,
  region: number,
  endings: readonly string[],
  replacement: (ending: string, stem: string) => string | null,
): string => {
  const ending = longestEnding(word, endings)
  if (ending === null) return word
  const stem = word.slice(0, -ending.length)
  if (stem.length < region) return word
  const replaced = replacement(ending, stem)
  return replaced === null ? word : stem + replaced
}

const step2 = (ending: string, stem: string): string | null => {
  if (ending === 'ogi' && !stem.endsWith('l')) return null
  if (ending === 'li' && !VALID_BEFORE_LI.includes(stem.at(-1) ?? ' ')) return null
  return STEP_2.get(ending) ?? null
}

const dropFinal = (word: string, r1: number, r2: number): string => {
  const stem = word.slice(0, -1)
  if (word.endsWith('e')) {
    return stem.length >= r2 || (stem.length >= r1 && !endsShort(stem)) ? stem : word
  }
  return word.endsWith('ll') && stem.length >= r2 ? stem : word
}

/** The stem of a word in lower case. */
export const stemEnglish = (word: string): string => {
  const exception = EXCEPTIONS.get(word)
  if (exception !== undefined) return exception
  if (word.length < 3) return word
  let stem = word.replace(/^'/, '')
  stem = stem.replace(/^y/, 'Y').replace(/([aeiouy])y/g, '$1Y')
  const prefix = PREFIX.exec(stem)
  const r1 = prefix === null ? regionFrom(stem, 0) : prefix[0].length
  const r2 = regionFrom(stem, r1)
  stem = dropPlural(stem.replace(/'s'$|'s$|'$/, ''))
  if (AFTER_PLURAL.has(stem)) return stem
  stem = dropVerbEnding(stem, r1)
  if (stem.length > 2 && /[^aeiouy][yY]$/.test(stem)) stem = `${stem.slice(0, -1)}i`
  stem = replaceEnding(stem, r1, step2Endings, step2)
  stem = replaceEnding(stem, r1, step3Endings, (ending, rest) =>
    ending === 'ative' && rest.length < r2 ? null : (STEP_3.get(ending) ?? null),
  )
  stem = replaceEnding(stem, r2, STEP_4, (ending, rest) => (ending === 'ion' && !/[st]$/.test(rest) ? null : ''))
  return dropFinal(stem, r1, r2).replaceAll('Y', 'y')
}
