/** A one-row view of a pair of rows from two batches, for join conditions beyond the hashed keys. */
import type { Datum } from '../types/sql-type.ts'
import { Batch } from '../vector/batch.ts'
import { ConstantVector, type AnyVector, type Vector } from '../vector/vector.ts'

/** One side of the pair: which row of which batch. */
class Side {
  batch: Batch | null = null
  position = 0
}

/** A column that reads the present row of its side. */
class Cell implements Vector {
  readonly kind = 'datums'
  readonly length = 1
  readonly #side: Side
  readonly #column: number

  constructor(side: Side, column: number) {
    this.#side = side
    this.#column = column
  }

  get(_position: number): Datum {
    const { batch, position } = this.#side
    return (batch as Batch).columns[this.#column]?.get(position)
  }

  isNull(position: number): boolean {
    return this.get(position) === null
  }

  slice(): Vector {
    return new ConstantVector(this.get(0), 1)
  }
}

export class Pair {
  readonly #left = new Side()
  readonly #right = new Side()
  /** One row: the left side's columns, then the right side's. Only for row-wise evaluation. */
  readonly row: Batch

  constructor(leftWidth: number, rightWidth: number) {
    const cells = [
      ...Array.from({ length: leftWidth }, (_, i) => new Cell(this.#left, i)),
      ...Array.from({ length: rightWidth }, (_, i) => new Cell(this.#right, i)),
    ]
    this.row = new Batch(cells as unknown as AnyVector[], 1)
  }

  /** Points the view at two rows. */
  set(left: Batch, leftPosition: number, right: Batch, rightPosition: number): Batch {
    this.#left.batch = left
    this.#left.position = leftPosition
    this.#right.batch = right
    this.#right.position = rightPosition
    return this.row
  }
}
