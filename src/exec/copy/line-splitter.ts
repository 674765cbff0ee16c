/**
 * Cuts the byte stream of text and CSV into rows. The first line end decides which kind the data has; another kind
 * later is an error. Lines that are not complete wait, without being looked at again, for the next chunk.
 */
import { badCopyData, copyLiteralLineEnd } from '../../errors/raise/copy.ts'
import { SqlError } from '../../errors/sql-error.ts'
import { lineContext } from './copy-row.ts'

const LF = 10
const CR = 13
const BACKSLASH = 92
const DOT = 46

export interface SplitterOptions {
  /** For the CONTEXT of errors. */
  readonly table: string
  /** CSV's quote and escape characters as bytes; null in the text format, where a backslash keeps a line end. */
  readonly csv: { readonly quote: number; readonly escape: number } | null
}

/** Where a row's bytes are, for as long as the chunk that completed it is there. */
export interface Line {
  readonly bytes: Buffer
  readonly from: number
  readonly to: number
  readonly number: number
}

export class LineSplitter {
  readonly #options: SplitterOptions
  /** Quote and escape bytes; -1: none. One character for both is a mere toggle, so it counts as a quote only. */
  readonly #quote: number
  readonly #escape: number
  #buffer: Buffer = Buffer.alloc(0)
  /** Start of the row that is being looked for, and how far it was looked at. */
  #start = 0
  #at = 0
  #lineEnd: 'lf' | 'crlf' | 'cr' | null = null
  #quoted = false
  #escaped = false
  #number = 1
  /** `\.` was seen: the rest of the stream is ignored. */
  #ended = false

  constructor(options: SplitterOptions) {
    this.#options = options
    this.#quote = options.csv?.quote ?? -1
    this.#escape = options.csv === null || options.csv.escape === options.csv.quote ? -1 : options.csv.escape
  }

  /** The number of the line being read, for errors. */
  get number(): number {
    return this.#number
  }

  /** Whether no row is under way and more may come. */
  get idle(): boolean {
    return !this.#ended && this.#start === this.#buffer.length
  }

  /** Counts lines that were read by other means; each ended with a newline. */
  skip(lines: number): void {
    if (lines > 0) this.#lineEnd ??= 'lf'
    this.#number += lines
  }

  /** Adds bytes and hands out each row that is complete. */
  push(chunk: Uint8Array, onLine: (line: Line) => void): void {
    if (this.#ended) return
    const rest = this.#buffer.length - this.#start
    const incoming = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    this.#buffer = rest === 0 ? incoming : Buffer.concat([this.#buffer.subarray(this.#start), incoming])
    this.#at -= this.#start
    this.#start = 0
    this.#scan(false, onLine)
    // The chunk is its giver's.
    if (rest === 0) this.#keepTail()
  }

  #keepTail(): void {
    this.#buffer = Buffer.from(this.#buffer.subarray(this.#start))
    this.#at -= this.#start
    this.#start = 0
  }

  /** The stream has ended: the last row need not have a line end. */
  finish(onLine: (line: Line) => void): void {
    if (this.#ended) return
    this.#scan(true, onLine)
    if (this.#ended || this.#start >= this.#buffer.length) return
    if (this.#quoted) throw this.#unterminated()
    this.#emit(this.#buffer.length, this.#buffer.length, onLine)
  }

  #scan(last: boolean, onLine: (line: Line) => void): void {
    const buffer = this.#buffer
    const length = buffer.length
    while (!this.#ended) {
      const at = this.#skipOrdinary(buffer)
      if (at >= length) return
      const byte = buffer[at] as number
      if (byte === this.#quote || byte === this.#escape) {
        this.#takeQuote(byte)
        this.#at = at + 1
      } else if (this.#quoted) {
        // A line end inside quotes is part of the value; PostgreSQL counts the first byte of its kind.
        if (byte === (this.#lineEnd === 'lf' ? LF : CR)) this.#number++
        this.#escaped = false
        this.#at = at + 1
      } else if (byte === BACKSLASH) {
        if (!this.#backslash(at, last, onLine)) return
      } else {
        const width = this.#lineEndAt(at, byte, last)
        if (width === 0) return
        this.#emit(at, at + width, onLine)
      }
    }
  }

  /** Moves over bytes that mean nothing here; answers the position of the next that may. */
  #skipOrdinary(buffer: Buffer): number {
    const length = buffer.length
    const quote = this.#quote
    // Outside quotes an escape is an ordinary byte, inside them a backslash is.
    const special = this.#quoted ? this.#escape : BACKSLASH
    let at = this.#at
    const from = at
    while (at < length) {
      const byte = buffer[at]
      if (byte === LF || byte === CR || byte === quote || byte === special) break
      at++
    }
    if (at > from) this.#escaped = false
    this.#at = at
    return at
  }

  /** Keeps track of quotes: inside them an escape makes the next quote part of the value. */
  #takeQuote(byte: number): void {
    if (this.#quoted && byte === this.#escape) this.#escaped = !this.#escaped
    if (byte === this.#quote && !this.#escaped) this.#quoted = !this.#quoted
    if (byte !== this.#escape) this.#escaped = false
  }

  /** Width of the line end at a position; 0: more bytes are needed to tell. Throws 22P04 for the wrong kind. */
  #lineEndAt(at: number, byte: number, last: boolean): 0 | 1 | 2 {
    const csv = this.#options.csv !== null
    if (byte === LF) {
      if (this.#lineEnd === 'cr' || this.#lineEnd === 'crlf') throw this.#located(copyLiteralLineEnd('newline', csv))
      this.#lineEnd = 'lf'
      return 1
    }
    if (this.#lineEnd === 'lf') throw this.#located(copyLiteralLineEnd('carriage return', csv))
    if (this.#lineEnd === 'cr') return 1
    if (at + 1 >= this.#buffer.length && !last) return 0
    if (this.#buffer[at + 1] === LF) {
      this.#lineEnd = 'crlf'
      return 2
    }
    if (this.#lineEnd === 'crlf') throw this.#located(copyLiteralLineEnd('carriage return', csv))
    this.#lineEnd = 'cr'
    return 1
  }

  /** At a backslash: an escaped byte, or the end-of-copy marker. False: more bytes are needed to tell. */
  #backslash(at: number, last: boolean, onLine: (line: Line) => void): boolean {
    const buffer = this.#buffer
    const csv = this.#options.csv !== null
    if (csv && at > this.#start) {
      this.#at = at + 1
      return true
    }
    const next = buffer[at + 1]
    if (next === undefined && !last) return false
    if (next !== DOT) {
      // In text a backslash takes the next byte with it, be it a line end.
      this.#at = csv ? at + 1 : Math.min(at + 2, buffer.length)
      return true
    }
    const after = buffer[at + 2]
    if (after === undefined && !last) return false
    if (after === undefined || after === LF || after === CR) {
      if (at > this.#start) this.#emit(at, buffer.length, onLine)
      this.#ended = true
      return true
    }
    if (!csv) throw this.#located(badCopyData('end-of-copy marker corrupt'))
    this.#at = at + 1
    return true
  }

  #emit(to: number, next: number, onLine: (line: Line) => void): void {
    const line = { bytes: this.#buffer, from: this.#start, to, number: this.#number }
    this.#start = next
    this.#at = next
    onLine(line)
    this.#number++
  }

  #located(error: SqlError): SqlError {
    return error.with({ where: lineContext(this.#options.table, this.#number) })
  }

  #unterminated(): SqlError {
    const content = this.#buffer.toString('utf8', this.#start)
    return badCopyData('unterminated CSV quoted field', {
      where: lineContext(this.#options.table, this.#number, content),
    })
  }
}
