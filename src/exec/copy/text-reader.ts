/** Reads the text and CSV formats of COPY FROM: chunks of bytes in, rows of values out. */
import { badCopyData, copyExtraData } from '../../errors/raise/copy.ts'
import { SqlError } from '../../errors/sql-error.ts'
import { lineContext } from './copy-row.ts'
import type { CopyRow } from './copy-row.ts'
import { csvFields } from './csv-fields.ts'
import { LineSplitter } from './line-splitter.ts'
import type { Line } from './line-splitter.ts'
import type { CopyOptions } from './options.ts'
import { textFields } from './text-fields.ts'

class TextCopyRow implements CopyRow {
  readonly fields: (string | null)[]
  readonly #line: Line

  constructor(fields: (string | null)[], line: Line) {
    this.fields = fields
    this.#line = line
  }

  get line(): number {
    return this.#line.number
  }

  get content(): string {
    return this.#line.bytes.toString('utf8', this.#line.from, this.#line.to)
  }
}

export class TextCopyReader {
  readonly #table: string
  readonly #columns: readonly string[]
  readonly #options: CopyOptions
  readonly #splitter: LineSplitter
  readonly #split: (line: Line) => (string | null)[]
  #headerAhead: boolean

  /** `columns`: the names of the columns that the data has, in its order; `table` is for the CONTEXT of errors. */
  constructor(table: string, columns: readonly string[], options: CopyOptions) {
    this.#table = table
    this.#columns = columns
    this.#options = options
    this.#headerAhead = options.header !== false
    const byte = (character: string): number => character.charCodeAt(0)
    const quotes = { quote: byte(options.quote), escape: byte(options.escape) }
    const csv = options.format === 'csv'
    this.#splitter = new LineSplitter({ table, csv: csv ? quotes : null })
    this.#split = csv
      ? csvFields({
          ...quotes,
          delimiter: byte(options.delimiter),
          nullText: options.null,
          forceNotNull: columns.map((name) => options.forceNotNull.includes(name)),
          forceNull: columns.map((name) => options.forceNull.includes(name)),
        })
      : textFields(byte(options.delimiter), options.null)
  }

  /** Whether others may read the next lines: no row is under way, the header is behind, the data has not ended. */
  get idle(): boolean {
    return !this.#headerAhead && this.#splitter.idle
  }

  /** Counts lines that others have read. */
  skip(lines: number): void {
    this.#splitter.skip(lines)
  }

  /**
   * The rows that a chunk completes. Rows may be too short: whoever takes the values in order raises
   * `copyMissingData` at the first that is not there. Throws 22P04 and 22021 with their CONTEXT.
   */
  push(chunk: Uint8Array): CopyRow[] {
    const rows: CopyRow[] = []
    this.#splitter.push(chunk, (line) => this.#take(line, rows))
    return rows
  }

  /** The rows left when the stream has ended. */
  finish(): CopyRow[] {
    const rows: CopyRow[] = []
    this.#splitter.finish((line) => this.#take(line, rows))
    return rows
  }

  #take(line: Line, rows: CopyRow[]): void {
    const fields = this.#fieldsOf(line)
    const row = new TextCopyRow(fields, line)
    if (this.#headerAhead) {
      this.#headerAhead = false
      if (this.#options.header === 'match') this.#checkHeader(row)
      return
    }
    if (fields.length > this.#columns.length) {
      // A table without columns has one empty value in every line.
      if (this.#columns.length > 0 || fields.length > 1 || fields[0] !== '') throw this.#located(copyExtraData(), row)
      fields.length = 0
    }
    rows.push(row)
  }

  #fieldsOf(line: Line): (string | null)[] {
    try {
      return this.#split(line)
    } catch (error) {
      if (error instanceof SqlError) throw error.with({ where: lineContext(this.#table, line.number) })
      throw error
    }
  }

  #checkHeader(row: CopyRow): void {
    const count = this.#columns.length
    if (row.fields.length !== count) {
      const message = `wrong number of fields in header line: got ${row.fields.length}, expected ${count}`
      throw this.#located(badCopyData(message), row)
    }
    for (const [i, expected] of this.#columns.entries()) {
      const name = row.fields[i] ?? null
      if (name === expected) continue
      const got = name === null ? `null value ("${this.#options.null}")` : `"${name}"`
      const message = `column name mismatch in header line field ${i + 1}: got ${got}, expected "${expected}"`
      throw this.#located(badCopyData(message), row)
    }
  }

  #located(error: SqlError, row: CopyRow): SqlError {
    return error.with({ where: lineContext(this.#table, row.line, row.content) })
  }
}
