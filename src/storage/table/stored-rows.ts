/**
 * Rows as a start found them: their bytes, whose checksums were verified. A row is decoded when somebody first looks at
 * it, so that a start takes little longer when many rows had changed lately.
 */
import type { SqlError } from '../../errors/sql-error.ts'
import type { Datum } from '../../types/sql-type.ts'
import { decodeRow } from '../row-codec.ts'
import type { ColumnDescriptor } from './column.ts'
import type { RowSource } from './row-version.ts'

/** Rows of one table that were read together. */
export class StoredRows {
  readonly #bytes: Buffer
  /** The column list with which the rows were written. */
  readonly #columns: readonly ColumnDescriptor[]
  readonly #damage: (rowid: number, cause: unknown) => SqlError
  /** The errors of rows that were tried in vain. */
  #errors: Map<number, SqlError> | null = null

  /** `damage` makes the error for a row that cannot be decoded. */
  constructor(
    bytes: Buffer,
    columns: readonly ColumnDescriptor[],
    damage: (rowid: number, cause: unknown) => SqlError,
  ) {
    this.#bytes = bytes
    this.#columns = columns
    this.#damage = damage
  }

  /** The row in bytes [from, to). */
  decode(rowid: number, from: number, to: number): Datum[] | null {
    try {
      return decodeRow(this.#bytes.subarray(from, to), this.#columns)
    } catch (cause) {
      this.#errors ??= new Map()
      const error = this.#errors.get(rowid) ?? this.#damage(rowid, cause)
      this.#errors.set(rowid, error)
      throw error
    }
  }
}

/** One of them. */
export class StoredRow implements RowSource {
  readonly #rows: StoredRows
  readonly #rowid: number
  readonly #from: number
  readonly #to: number

  constructor(rows: StoredRows, rowid: number, from: number, to: number) {
    this.#rows = rows
    this.#rowid = rowid
    this.#from = from
    this.#to = to
  }

  read(): Datum[] | null {
    return this.#rows.decode(this.#rowid, this.#from, this.#to)
  }
}
