/**
 * Backslashes in plain strings that mean something (`standard_conforming_strings = off`). The grammar knows them in strings
 * E'…' only: such strings become these before it reads the text, and locations in its trees are those of the text as
 * it was written.
 */
import { unsafeUnicodeString } from '../errors/raise/syntax.ts'
import { SqlError } from '../errors/sql-error.ts'
import { type ParsedStatement, parseStatements } from './parse.ts'

/** A backslash in a plain string: which warning it deserves, and where the string begins, in characters from 1. */
export interface BackslashUse {
  readonly kind: 'quote' | 'backslash' | 'other'
  readonly position: number
}

/** In the place of so many characters of the text stands something else. */
interface Edit {
  readonly at: number
  readonly removed: number
  readonly inserted: string
}

const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y
const DOLLAR_QUOTE = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y
const LINE_COMMENT = /--[^\n\r]*/y
const QUOTED_NAME = /"(?:[^"]|"")*"?/y
/** A string goes on behind a line's end. */
const CONTINUATION = /[ \t\f]*[\n\r]\s*'/y

const matchAt = (pattern: RegExp, text: string, at: number): string | null => {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? null
}

class TextReader {
  readonly edits: Edit[] = []
  readonly uses: BackslashUse[] = []
  private readonly sql: string
  private at = 0

  constructor(sql: string) {
    this.sql = sql
  }

  read(): void {
    const { sql } = this
    while (this.at < sql.length) {
      const char = sql[this.at] as string
      const word = matchAt(WORD, sql, this.at)
      if (word !== null) this.word(word)
      else if (char === "'") this.plain(this.at, 'E')
      else if (char === '$') this.dollarQuoted()
      else if (sql.startsWith('/*', this.at)) this.blockComment()
      else this.at += (matchAt(LINE_COMMENT, sql, this.at) ?? matchAt(QUOTED_NAME, sql, this.at) ?? char).length
    }
  }

  /** A word, or the letter before a string. */
  private word(word: string): void {
    const begin = this.at
    this.at += word.length
    const { sql } = this
    if (word.length > 1) return
    const letter = word.toLowerCase()
    if (letter === 'u' && sql.startsWith("&'", this.at)) throw unsafeUnicodeString(this.position(begin))
    if (sql[this.at] !== "'") return
    if (letter === 'e') this.skipString(true)
    else if (letter === 'b' || letter === 'x') this.skipString(false)
    else if (letter === 'n') this.plain(begin, 'nchar E')
  }

  private position(at: number): number {
    return Array.from(this.sql.slice(0, at)).length + 1
  }

  /** A string that may have backslashes; it begins at `begin`, its first quote being where reading is. */
  private plain(begin: number, prefix: string): void {
    const quote = this.at
    const backslash = this.skipString(true)
    if (backslash === null) return
    this.edits.push({ at: begin, removed: quote - begin, inserted: prefix })
    const kind = backslash === "'" ? 'quote' : backslash === '\\' ? 'backslash' : 'other'
    this.uses.push({ kind, position: this.position(quote) })
  }

  /** Goes behind a string; answers what its first backslash stands before. */
  private skipString(escapes: boolean): string | null {
    const { sql } = this
    let first: string | null = null
    this.at++
    while (this.at < sql.length) {
      const char = sql[this.at] as string
      if (char === '\\' && escapes) {
        first ??= sql[this.at + 1] ?? ''
        this.at += 2
      } else if (char !== "'") this.at++
      else if (sql[this.at + 1] === "'") this.at += 2
      else {
        this.at++
        const more = matchAt(CONTINUATION, sql, this.at)
        if (more === null) return first
        this.at += more.length
      }
    }
    return first
  }

  private dollarQuoted(): void {
    const tag = matchAt(DOLLAR_QUOTE, this.sql, this.at)
    const end = tag === null ? -1 : this.sql.indexOf(tag, this.at + tag.length)
    if (tag === null) this.at++
    else this.at = end < 0 ? this.sql.length : end + tag.length
  }

  private blockComment(): void {
    let depth = 0
    do {
      if (this.sql.startsWith('/*', this.at)) {
        depth++
        this.at += 2
      } else if (this.sql.startsWith('*/', this.at)) {
        depth--
        this.at += 2
      } else this.at++
    } while (depth > 0 && this.at < this.sql.length)
  }
}

/** Places of the new text as those of the old one; `sizeOf` measures texts. */
const mapPlaces = (sql: string, edits: readonly Edit[], sizeOf: (text: string) => number) => {
  const sizes = edits.map(({ at, removed, inserted }) => ({
    at: sizeOf(sql.slice(0, at)),
    removed: sizeOf(sql.slice(at, at + removed)),
    inserted: sizeOf(inserted),
  }))
  return (place: number): number => {
    let shift = 0
    for (const { at, removed, inserted } of sizes) {
      if (place <= at + shift) break
      if (place < at + shift + inserted) return at
      shift += inserted - removed
    }
    return place - shift
  }
}

/** Keys of a tree's locations, which count bytes. */
const isLocation = (key: string): boolean => key === 'location' || key.endsWith('_location')

const relocated = (value: unknown, place: (byte: number) => number): unknown => {
  if (Array.isArray(value)) return value.map((element) => relocated(element, place))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key,
      isLocation(key) && typeof part === 'number' && part >= 0 ? place(part) : relocated(part, place),
    ]),
  )
}

/** The statements of a text, and its uses of backslashes in plain strings, which are told before anything else. */
export const parseWithBackslashes = (sql: string, tell: (uses: readonly BackslashUse[]) => void): ParsedStatement[] => {
  const reader = new TextReader(sql)
  try {
    reader.read()
  } finally {
    tell(reader.uses)
  }
  const { edits } = reader
  if (edits.length === 0) return parseStatements(sql)
  let text = ''
  let copied = 0
  for (const { at, removed, inserted } of edits) {
    text += sql.slice(copied, at) + inserted
    copied = at + removed
  }
  text += sql.slice(copied)
  const ofChars = mapPlaces(sql, edits, (part) => part.length)
  const ofBytes = mapPlaces(sql, edits, (part) => Buffer.byteLength(part))
  try {
    return parseStatements(text).map((statement) => {
      const offset = ofChars(statement.offset)
      return {
        node: relocated(statement.node, ofBytes) as ParsedStatement['node'],
        text: sql.slice(offset, ofChars(statement.offset + statement.text.length)),
        offset,
      }
    })
  } catch (error) {
    if (!(error instanceof SqlError) || error.fields.position === undefined) throw error
    const position = mapPlaces(sql, edits, (part) => Array.from(part).length)(error.fields.position - 1) + 1
    const near = error.message.replace(/(at or near ")(?:nchar )?E(?=')/, '$1')
    const fields = { ...error.fields, position }
    throw new SqlError(error.code, edits.some(({ at }) => at === position - 1) ? near : error.message, fields)
  }
}
