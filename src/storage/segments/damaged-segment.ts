/** Stands for a segment whose manifest cannot be read: whoever needs its rows gets the error. */
import type { SqlError } from '../../errors/sql-error.ts'
import { SEGMENT_ROWS, type Segment } from './segment.ts'

export class DamagedSegment implements Segment {
  readonly #error: SqlError
  /** What it held is not known: all of its rowids are taken. */
  readonly length = SEGMENT_ROWS
  readonly liveRows = 0
  readonly columnCount = 0
  readonly bytes = 0

  constructor(error: SqlError) {
    this.#error = error
  }
  absent(): never {
    throw this.#error
  }
  column(): never {
    throw this.#error
  }
  cell(): never {
    throw this.#error
  }
  zone(): null {
    return null
  }
}
