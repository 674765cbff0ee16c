/** Writes the formats of COPY TO: one chunk of bytes per row, as PostgreSQL sends them. */
import { BINARY_SIGNATURE } from './binary-reader.ts'
import type { CopyOptions } from './options.ts'

/** Text and CSV: values are text forms. */
export interface TextCopyWriter {
  /** The line of column names, or null when none is asked for. */
  header(): Uint8Array | null
  row(fields: readonly (string | null)[]): Uint8Array
}

/** `columns`: names of the columns, for the header and FORCE_QUOTE. */
export const textCopyWriter = (columns: readonly string[], options: CopyOptions): TextCopyWriter => {
  const line = options.format === 'csv' ? csvLine(columns, options) : textLine(options)
  return {
    header: () => (options.header === false ? null : line(columns, true)),
    row: (fields) => line(fields, false),
  }
}

type LineWriter = (fields: readonly (string | null)[], header: boolean) => Uint8Array

const CONTROL_LETTERS: Readonly<Record<string, string>> = {
  '\b': 'b',
  '\f': 'f',
  '\n': 'n',
  '\r': 'r',
  '\t': 't',
  '\v': 'v',
}

const textLine = ({ delimiter, null: nullText }: CopyOptions): LineWriter => {
  const special = new RegExp(`[\\\\\\b\\f\\n\\r\\t\\v${delimiter.replace(/[\]\\^-]/g, '\\$&')}]`)
  const everySpecial = new RegExp(special, 'g')
  const escape = (character: string): string => `\\${CONTROL_LETTERS[character] ?? character}`
  return (fields) => {
    let line = ''
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i] ?? null
      if (i > 0) line += delimiter
      line += field === null ? nullText : special.test(field) ? field.replace(everySpecial, escape) : field
    }
    return Buffer.from(`${line}\n`)
  }
}

const csvLine = (columns: readonly string[], options: CopyOptions): LineWriter => {
  const { delimiter, quote, escape, null: nullText, forceQuote } = options
  const forced = columns.map((name) => forceQuote === '*' || forceQuote.includes(name))
  const alone = columns.length === 1
  const needsQuotes = (field: string): boolean =>
    field === nullText ||
    (alone && field === '\\.') ||
    field.includes(delimiter) ||
    field.includes(quote) ||
    field.includes('\n') ||
    field.includes('\r')
  const quoted = (field: string): string => {
    let text = quote
    for (const character of field) text += character === quote || character === escape ? escape + character : character
    return text + quote
  }
  return (fields, header) => {
    let line = ''
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i] ?? null
      if (i > 0) line += delimiter
      if (field === null) line += nullText
      else line += (!header && forced[i] === true) || needsQuotes(field) ? quoted(field) : field
    }
    return Buffer.from(`${line}\n`)
  }
}

/** The binary format: a header, rows of sent values, and the end marker. */
export const binaryCopyWriter = {
  /** Signature, no flags, no extension. */
  header: (): Uint8Array => Buffer.concat([BINARY_SIGNATURE, Buffer.alloc(8)]),
  row: (fields: readonly (Uint8Array | null)[]): Uint8Array => {
    const length = fields.reduce((sum, field) => sum + 4 + (field?.length ?? 0), 2)
    const bytes = Buffer.allocUnsafe(length)
    let at = bytes.writeInt16BE(fields.length)
    for (const field of fields) {
      at = bytes.writeInt32BE(field?.length ?? -1, at)
      if (field === null) continue
      bytes.set(field, at)
      at += field.length
    }
    return bytes
  },
  trailer: (): Uint8Array => Buffer.from([0xff, 0xff]),
} as const
