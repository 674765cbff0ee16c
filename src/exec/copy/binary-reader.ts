/** Reads the binary format of COPY FROM (PostgreSQL manual, COPY, "Binary Format"). */
import { badCopyData } from '../../errors/raise/copy.ts'
import type { SqlError } from '../../errors/sql-error.ts'
import { columnContext, lineContext } from './copy-row.ts'
import type { BinaryCopyRow } from './copy-row.ts'

export const BINARY_SIGNATURE: Uint8Array = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1')

/** Flags: bit 16 said that rows carry oids; bits above it must be understood to read the data. */
const OIDS_FLAG = 1 << 16
const CRITICAL_FLAGS = 0xfffe0000

/** What reading stopped for: the bytes are not there yet. */
const INCOMPLETE = Symbol('incomplete')

export class BinaryCopyReader {
  readonly #table: string
  readonly #columns: readonly string[]
  #buffer: Buffer = Buffer.alloc(0)
  #at = 0
  #headerRead = false
  /** The row count of -1 that ends the data was read. */
  #ended = false
  #line = 1
  #last = false

  constructor(table: string, columns: readonly string[]) {
    this.#table = table
    this.#columns = columns
  }

  /** The rows that a chunk completes; values may be views on the chunk. Throws 22P04 with its CONTEXT. */
  push(chunk: Uint8Array): BinaryCopyRow[] {
    const incoming = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    const rest = this.#buffer.subarray(this.#at)
    this.#buffer = rest.length === 0 ? incoming : Buffer.concat([rest, incoming])
    this.#at = 0
    const rows = this.#readAll()
    // The chunk is its giver's.
    this.#buffer = Buffer.from(this.#buffer.subarray(this.#at))
    this.#at = 0
    return rows
  }

  /** The stream has ended. A missing end marker is accepted, as PostgreSQL does; half a row is not. */
  finish(): BinaryCopyRow[] {
    this.#last = true
    return this.#readAll()
  }

  #readAll(): BinaryCopyRow[] {
    const rows: BinaryCopyRow[] = []
    let start = this.#at
    try {
      if (!this.#headerRead) {
        this.#readHeader()
        this.#headerRead = true
        start = this.#at
      }
      while (this.#hasMore()) {
        const row = this.#readRow()
        start = this.#at
        if (row !== null) rows.push(row)
      }
    } catch (signal) {
      if (signal !== INCOMPLETE) throw signal
      this.#at = start
    }
    return rows
  }

  #hasMore(): boolean {
    const more = this.#at < this.#buffer.length
    if (more && this.#ended) {
      throw this.#located(badCopyData('received copy data after EOF marker'), lineContext(this.#table, this.#line))
    }
    return more
  }

  /** `count` bytes; `missing` is thrown when the stream ends before them. */
  #take(count: number, missing: () => SqlError): Buffer {
    const end = this.#at + count
    if (end > this.#buffer.length) throw this.#last ? missing() : INCOMPLETE
    const bytes = this.#buffer.subarray(this.#at, end)
    this.#at = end
    return bytes
  }

  #readHeader(): void {
    const bad = (what: string) => () => badCopyData(`invalid COPY file header (${what})`)
    const notRecognized = (): SqlError => badCopyData('COPY file signature not recognized')
    const signature = this.#take(BINARY_SIGNATURE.length, notRecognized)
    if (!signature.equals(BINARY_SIGNATURE)) throw notRecognized()
    const flags = this.#take(4, bad('missing flags')).readInt32BE()
    if ((flags & OIDS_FLAG) !== 0) throw bad('WITH OIDS')()
    if ((flags & CRITICAL_FLAGS) !== 0) throw badCopyData('unrecognized critical flags in COPY file header')
    const extension = this.#take(4, bad('missing length')).readInt32BE()
    if (extension < 0) throw bad('missing length')()
    this.#take(extension, bad('wrong length'))
  }

  /** The next row, or null at the end marker. */
  #readRow(): BinaryCopyRow | null {
    const place = lineContext(this.#table, this.#line)
    const endOfData = (where: string) => () => this.#located(badCopyData('unexpected EOF in COPY data'), where)
    const count = this.#take(2, endOfData(place)).readInt16BE()
    if (count === -1) {
      this.#ended = true
      return null
    }
    const expected = this.#columns.length
    if (count !== expected) {
      throw this.#located(badCopyData(`row field count is ${count}, expected ${expected}`), place)
    }
    const fields = this.#columns.map((column) => {
      const where = columnContext(this.#table, this.#line, column)
      const length = this.#take(4, endOfData(where)).readInt32BE()
      if (length === -1) return null
      if (length < 0) throw this.#located(badCopyData('invalid field size'), where)
      return this.#take(length, endOfData(where))
    })
    return { fields, line: this.#line++ }
  }

  #located(error: SqlError, where: string): SqlError {
    return error.with({ where })
  }
}
