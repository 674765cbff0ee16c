/** COPY's options: what they are, and PostgreSQL's rules for which go together. */
import { copyInvalidValue, copyNotSupported, copySyntaxError } from '../../errors/raise/copy.ts'

type CopyFormat = 'text' | 'csv' | 'binary'

export interface CopyOptions {
  readonly format: CopyFormat
  /** One character, as are quote and escape. */
  readonly delimiter: string
  readonly null: string
  /** A first line of column names: written, skipped, or (`match`) checked. */
  readonly header: boolean | 'match'
  readonly quote: string
  readonly escape: string
  /** Columns that are always quoted; `*`: all. */
  readonly forceQuote: readonly string[] | '*'
  /** Columns whose values are never NULL. */
  readonly forceNotNull: readonly string[]
  /** Columns whose quoted values may be NULL too. */
  readonly forceNull: readonly string[]
  readonly freeze: boolean
}

/** One option as written. `value` is null when the option stands alone; `position` counts characters from 1. */
export interface CopyOptionItem {
  readonly name: string
  readonly value: string | number | boolean | readonly string[] | null
  readonly position?: number
}

type Direction = 'from' | 'to'

const FORMATS: ReadonlySet<string> = new Set(['text', 'csv', 'binary'])
const ENCODINGS: ReadonlySet<string> = new Set(['utf8', 'unicode', 'sqlascii'])

/** Words that would be mistaken for data or escapes when they separated columns of the text format. */
const NO_TEXT_DELIMITER = '\\.abcdefghijklmnopqrstuvwxyz0123456789'

/** Checks and completes the options of a COPY. Throws 42601, 22023, 0A000. */
export const copyOptions = (items: readonly CopyOptionItem[], direction: Direction): CopyOptions => {
  const given = new Map<string, CopyOptionItem>()
  for (const item of items) {
    if (!(item.name in READERS)) throw copySyntaxError(`option "${item.name}" not recognized`, item.position)
    if (given.has(item.name)) throw copySyntaxError('conflicting or redundant options', item.position)
    given.set(item.name, item)
  }
  const read = <K extends keyof Readings>(name: K): Readings[K] | undefined => {
    const item = given.get(name)
    return item === undefined ? undefined : READERS[name](item, direction)
  }
  read('encoding')
  const format = read('format') ?? 'text'
  const csv = format === 'csv'
  const quote = read('quote')
  const escape = read('escape')
  const options: CopyOptions = {
    format,
    delimiter: read('delimiter') ?? (csv ? ',' : '\t'),
    null: read('null') ?? (csv ? '' : '\\N'),
    header: read('header') ?? false,
    quote: quote ?? '"',
    escape: escape ?? quote ?? '"',
    forceQuote: read('force_quote') ?? [],
    forceNotNull: read('force_not_null') ?? [],
    forceNull: read('force_null') ?? [],
    freeze: read('freeze') ?? false,
  }
  checkBinary(options, given)
  checkCharacters(options)
  checkQuoting(options, given)
  checkForced(options, given, direction)
  return options
}

interface Readings {
  format: CopyFormat
  freeze: boolean
  delimiter: string
  null: string
  header: boolean | 'match'
  quote: string
  escape: string
  force_quote: readonly string[] | '*'
  force_not_null: readonly string[]
  force_null: readonly string[]
  encoding: string
}

type Reader<T> = (item: CopyOptionItem, direction: Direction) => T

const text: Reader<string> = ({ name, value }) => {
  if (value === null) throw copySyntaxError(`${name} requires a parameter`)
  return typeof value === 'boolean' ? (value ? 'true' : 'false') : String(value)
}

const columns: Reader<readonly string[]> = ({ name, value, position }) => {
  if (Array.isArray(value)) return value as readonly string[]
  throw copyInvalidValue(`argument to option "${name}" must be a list of column names`, position)
}

/** Boolean words of options: no abbreviations. Null: not one of them. */
const truth = (value: CopyOptionItem['value']): boolean | null => {
  if (value === null || value === true || value === 1) return true
  if (value === false || value === 0) return false
  const word = String(value).toLowerCase()
  return word === 'true' || word === 'on' ? true : word === 'false' || word === 'off' ? false : null
}

const READERS: { readonly [K in keyof Readings]: Reader<Readings[K]> } = {
  format: (item, direction) => {
    const format = text(item, direction)
    if (!FORMATS.has(format)) throw copyInvalidValue(`COPY format "${format}" not recognized`, item.position)
    return format as CopyFormat
  },
  freeze: ({ name, value }) => {
    const on = truth(value)
    if (on === null) throw copySyntaxError(`${name} requires a Boolean value`)
    return on
  },
  delimiter: text,
  null: text,
  header: ({ value }, direction) => {
    const on = truth(value)
    if (on !== null) return on
    if (String(value).toLowerCase() !== 'match') throw copySyntaxError('header requires a Boolean value or "match"')
    if (direction === 'to') throw copyNotSupported('cannot use "match" with HEADER in COPY TO')
    return 'match'
  },
  quote: text,
  escape: text,
  force_quote: (item, direction) => (item.value === '*' ? '*' : columns(item, direction)),
  force_not_null: columns,
  force_null: columns,
  encoding: (item, direction) => {
    const name = text(item, direction)
    if (ENCODINGS.has(name.toLowerCase().replace(/[^a-z0-9]/g, ''))) return name
    throw copyInvalidValue('argument to option "encoding" must be a valid encoding name', item.position)
  },
}

const checkBinary = (options: CopyOptions, given: ReadonlyMap<string, unknown>): void => {
  if (options.format !== 'binary') return
  for (const name of ['delimiter', 'null']) {
    if (given.has(name)) throw copySyntaxError(`cannot specify ${name.toUpperCase()} in BINARY mode`)
  }
  if (options.header !== false) throw copyNotSupported('cannot specify HEADER in BINARY mode')
}

const isOneByte = (value: string): boolean => value.length === 1 && value.charCodeAt(0) < 128

const checkCharacters = ({ format, delimiter, null: nullText }: CopyOptions): void => {
  if (!isOneByte(delimiter)) throw copyNotSupported('COPY delimiter must be a single one-byte character')
  if (/[\r\n]/.test(delimiter)) throw copyInvalidValue('COPY delimiter cannot be newline or carriage return')
  if (/[\r\n]/.test(nullText)) throw copyInvalidValue('COPY null representation cannot use newline or carriage return')
  if (format !== 'csv' && NO_TEXT_DELIMITER.includes(delimiter)) {
    throw copyInvalidValue(`COPY delimiter cannot be "${delimiter}"`)
  }
}

const checkQuoting = (options: CopyOptions, given: ReadonlyMap<string, unknown>): void => {
  const csv = options.format === 'csv'
  for (const name of ['quote', 'escape'] as const) {
    if (!csv && given.has(name)) throw copyNotSupported(`COPY ${name} available only in CSV mode`)
    if (csv && !isOneByte(options[name])) throw copyNotSupported(`COPY ${name} must be a single one-byte character`)
    if (csv && name === 'quote' && options.quote === options.delimiter) {
      throw copyInvalidValue('COPY delimiter and quote must be different')
    }
  }
}

const FORCED = [
  ['force_quote', 'force quote', 'to'],
  ['force_not_null', 'force not null', 'from'],
  ['force_null', 'force null', 'from'],
] as const

const checkForced = (options: CopyOptions, given: ReadonlyMap<string, unknown>, direction: Direction): void => {
  const csv = options.format === 'csv'
  for (const [name, words, allowed] of FORCED) {
    if (!given.has(name)) continue
    if (!csv) throw copyNotSupported(`COPY ${words} available only in CSV mode`)
    if (direction !== allowed)
      throw copyNotSupported(`COPY ${words} only available using COPY ${allowed.toUpperCase()}`)
  }
  if (options.format === 'binary') return
  if (options.null.includes(options.delimiter)) {
    throw copyNotSupported('COPY delimiter must not appear in the NULL specification')
  }
  if (csv && options.null.includes(options.quote)) {
    throw copyNotSupported('CSV quote character must not appear in the NULL specification')
  }
}
