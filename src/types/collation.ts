/**
 * Collations: how texts are ordered, and which are equal. A type under a collation is the type with another order; all
 * that sorts, groups, hashes or indexes by a type's `compare` and `hashKey` follows it. "C", POSIX and the default order by
 * code points; ICU's collations are those of the ICU library that Node.js brings.
 */
import { indeterminateCollation, unusableLocale } from '../errors/raise/collations.ts'
import { arrayTypeOf } from './array.ts'
import { type DomainType, isDomainType } from './domain-type.ts'
import type { SqlType } from './sql-type.ts'
import { trimBlanks } from './strings.ts'
import { type Collation, compareText, type TextOrder } from './text-order.ts'
import { OID } from './oids.ts'

/** Of values that nothing else is said of. */
export const DEFAULT_COLLATION: Collation = {
  oid: 100,
  name: 'default',
  provider: 'd',
  locale: null,
  deterministic: true,
}

/** Of names. Letters, digits and cases are those of ASCII under it, as under POSIX. */
export const C_COLLATION: Collation = { oid: 950, name: 'C', provider: 'c', locale: 'C', deterministic: true }

/** Whether only characters of ASCII are letters and have cases. */
export const isAscii = ({ provider, locale }: Collation): boolean =>
  provider === 'c' && (locale === 'C' || locale === 'POSIX')

/** What the values of a type are under when nothing else says so; null: under none. */
export const collationOfType = ({ collation, collated }: SqlType): Collation | null => {
  if (collation === 0 || collated === INDETERMINATE) return null
  return collated ?? (collation === C_COLLATION.oid ? C_COLLATION : DEFAULT_COLLATION)
}

/** Of values whose parts are under collations that do not go together: nothing can be compared by it. */
export const INDETERMINATE: Collation = { ...DEFAULT_COLLATION, oid: 0, name: '', provider: 'i' }

const undetermined = (): never => {
  throw indeterminateCollation('string comparison')
}

/** What `ks` in a language tag says of the differences that count. */
const STRENGTHS: Readonly<Record<string, Intl.CollatorOptions['sensitivity']>> = {
  level1: 'base',
  level2: 'accent',
  level3: 'variant',
  level4: 'variant',
  identic: 'variant',
}

/** The root collation, for languages without rules of their own; not that of the machine's language. */
const ROOT = 'en-US'

/** ICU's older keywords (`@colStrength=primary;colNumeric=yes`) as those of language tags, and their values. */
const KEYWORDS: Readonly<Record<string, readonly [key: string, values: Readonly<Record<string, string>>]>> = {
  colstrength: [
    'ks',
    { primary: 'level1', secondary: 'level2', tertiary: 'level3', quaternary: 'level4', identical: 'identic' },
  ],
  colalternate: ['ka', { shifted: 'shifted', 'non-ignorable': 'noignore' }],
  colcaselevel: ['kc', { yes: 'true', no: 'false' }],
  colcasefirst: ['kf', { upper: 'upper', lower: 'lower', no: 'false' }],
  colnumeric: ['kn', { yes: 'true', no: 'false' }],
  colbackwards: ['kb', { yes: 'true', no: 'false' }],
}

/** What the keywords of a locale say, by their keys in language tags. Throws 22023 for a value that there is not. */
const keywordsOf = (locale: string): { readonly language: string; readonly keywords: ReadonlyMap<string, string> } => {
  const [tag = '', legacy = ''] = locale.replaceAll('_', '-').split('@')
  const [language = '', extensions = ''] = tag.split(/-u-/i)
  const keywords = new Map<string, string>()
  let key = ''
  for (const part of extensions === '' ? [] : extensions.toLowerCase().split('-')) {
    if (part.length === 2) {
      key = part
      keywords.set(key, 'true')
    } else keywords.set(key, part)
  }
  for (const assignment of legacy === '' ? [] : legacy.split(';')) {
    const [name = '', value = ''] = assignment.split('=').map((word) => word.trim().toLowerCase())
    const known = KEYWORDS[name]
    const meaning = known === undefined ? value : known[1][value]
    if (meaning === undefined) throw unusableLocale(locale)
    if (name === 'collation') keywords.set('co', CONTENTS[value] ?? value)
    else keywords.set(known?.[0] ?? name, meaning)
  }
  return { language, keywords }
}

/** Kinds of collations that language tags abbreviate. */
const CONTENTS: Readonly<Record<string, string>> = { phonebook: 'phonebk', traditional: 'trad', dictionary: 'dict' }

const collatorOf = (locale: string): { collator: Intl.Collator; language: string } => {
  const { language, keywords } = keywordsOf(locale)
  const strength = STRENGTHS[keywords.get('ks') ?? ''] ?? 'variant'
  const options: Intl.CollatorOptions = {
    sensitivity: strength === 'base' && keywords.get('kc') === 'true' ? 'case' : strength,
    ignorePunctuation: keywords.get('ka') === 'shifted',
    numeric: keywords.get('kn') === 'true',
  }
  const first = keywords.get('kf')
  if (first === 'upper' || first === 'lower') options.caseFirst = first
  const kind = keywords.get('co')
  const tag = kind === undefined ? language : `${language}-u-co-${kind}`
  const isKnown = language !== '' && language !== 'und' && Intl.Collator.supportedLocalesOf(tag).length > 0
  return { collator: new Intl.Collator(isKnown ? tag : ROOT, options), language: isKnown ? language : ROOT }
}

/** Throws 22023 where ICU would refuse a locale. */
export const checkIcuLocale = (locale: string): void => {
  try {
    collatorOf(locale)
  } catch {
    throw unusableLocale(locale)
  }
}

/**
 * One text for each class of equal ones: found by binary search among those met before, since the library answers no sort
 * keys. Texts that were met are remembered, up to a number.
 */
class Representatives {
  readonly #compare: (a: string, b: string) => number
  readonly #sorted: string[] = []
  readonly #known = new Map<string, string>()

  constructor(compare: (a: string, b: string) => number) {
    this.#compare = compare
  }

  readonly of = (text: string): string => {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    let low = 0
    let high = this.#sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#compare(this.#sorted[middle] as string, text) < 0) low = middle + 1
      else high = middle
    }
    const found = this.#sorted[low]
    const representative = found !== undefined && this.#compare(found, text) === 0 ? found : text
    if (representative === text) this.#sorted.splice(low, 0, text)
    if (this.#known.size >= REMEMBERED) this.#known.clear()
    this.#known.set(text, representative)
    return representative
  }
}

const REMEMBERED = 100_000

const orders = new WeakMap<Collation, TextOrder>()

/** Null: by code points. */
const orderOf = (collation: Collation): TextOrder | null => {
  if (collation.provider !== 'i') return null
  const known = orders.get(collation)
  if (known !== undefined) return known
  if (collation === INDETERMINATE) {
    const order = { collation, compare: undetermined, hashKey: undetermined, locale: ROOT }
    orders.set(collation, order)
    return order
  }
  const { collator, language } = collatorOf(collation.locale ?? '')
  const compare = (a: string, b: string): number => (a === b ? 0 : collator.compare(a, b))
  const order: TextOrder = collation.deterministic
    ? { collation, compare: (a, b) => compare(a, b) || compareText(a, b), hashKey: (text) => text, locale: language }
    : { collation, compare, hashKey: new Representatives(compare).of, locale: language }
  orders.set(collation, order)
  return order
}

const variants = new WeakMap<SqlType, Map<number, SqlType>>()

/** A type under a collation; itself where no collation applies. */
export const collate = (type: SqlType, collation: Collation): SqlType => {
  if (type.collation === collation.oid || (type.collation === 0 && type.collated === undefined)) return type
  let known = variants.get(type)
  if (known === undefined) {
    known = new Map()
    variants.set(type, known)
  }
  let collated = known.get(collation.oid)
  if (collated?.collated !== collation) {
    collated = make(type, collation)
    known.set(collation.oid, collated)
  }
  return collated
}

const make = (type: SqlType, collation: Collation): SqlType => {
  const under = { collation: collation.oid, collated: collation }
  // Names have elements, too, but are none of arrays.
  if (type.element !== null && type.category === 'A')
    return { ...arrayTypeOf(collate(type.element, collation)), ...under }
  const order = orderOf(collation)
  const isPadded = innermost(type).oid === OID.bpchar
  const { compare, hashKey } = order ?? BY_CODE_POINT
  const { order: _other, ...rest } = type
  const collated: SqlType = {
    ...rest,
    ...under,
    ...(order === null ? {} : { order }),
    compare: isPadded ? (a: string, b: string) => compare(trimBlanks(a), trimBlanks(b)) : compare,
    hashKey: isPadded ? (value: string) => hashKey(trimBlanks(value)) : hashKey,
  }
  return isDomainType(type) ? ({ ...collated, base: collate(type.base, collation) } as DomainType) : collated
}

const BY_CODE_POINT = { compare: compareText, hashKey: (text: string): string => text }

const innermost = (type: SqlType): SqlType => (isDomainType(type) ? innermost(type.base) : type)
