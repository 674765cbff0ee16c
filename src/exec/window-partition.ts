/** What window functions work on and with: partitions, peers, aggregates over frames, values in the making. */
import type { Expr } from '../analyze/expression.ts'
import type { Accumulator, AggregateFunction, WindowPartition } from '../functions/records.ts'
import type { Datum, SqlType } from '../types/sql-type.ts'
import { BATCH_SIZE, type Batch } from '../vector/batch.ts'
import { ColumnCollector } from '../vector/column-collector.ts'
import { vectorOf, type AnyVector } from '../vector/vector.ts'
import type { ExecutionContext } from './context.ts'
import type { Compilation, Evaluator } from './expression/evaluator.ts'
import { groupKey } from './key.ts'
import type { FrameFinder, Range } from './window-frame.ts'

/** Rows worked on between two polls. */
export const STEP = 1024

/** First rows of the maximal runs of rows that agree on the expressions. */
export function* firstRows(
  rows: Batch,
  exprs: readonly Expr[],
  scope: Compilation,
  range: Range,
): Generator<void, Int32Array> {
  if (range.from === range.to) return new Int32Array(0)
  if (exprs.length === 0) return Int32Array.of(range.from)
  const key = groupKey(exprs, scope)
  let found = new Int32Array(STEP)
  let count = 1
  found[0] = range.from
  let current = key(rows, range.from)
  for (let row = range.from + 1; row < range.to; row++) {
    if (row % STEP === 0) yield
    const next = key(rows, row)
    if (next === current) continue
    if (count === found.length) {
      const grown = new Int32Array(2 * count)
      grown.set(found)
      found = grown
    }
    found[count++] = row
    current = next
  }
  return found.slice(0, count)
}

/** A call's values in the order of rows, a batch at a time in their densest form. */
export class Results {
  readonly #type: SqlType
  readonly #column: ColumnCollector
  #values: Datum[] = []

  constructor(type: SqlType) {
    this.#type = type
    this.#column = new ColumnCollector(type)
  }

  add(value: Datum): void {
    if (this.#values.push(value) === BATCH_SIZE) this.#flush()
  }

  #flush(): void {
    this.#column.add(vectorOf(this.#type, this.#values), null, this.#values.length)
    this.#values = []
  }

  finish(): AnyVector {
    if (this.#values.length > 0) this.#flush()
    return this.#column.finish()
  }
}

/** What window functions see of one partition. */
export class Partition implements WindowPartition {
  readonly #rows: Batch
  readonly #range: Range
  readonly #args: readonly Evaluator[]
  readonly #frames: FrameFinder
  readonly size: number

  constructor(rows: Batch, range: Range, args: readonly Evaluator[], frames: FrameFinder) {
    this.#rows = rows
    this.#range = range
    this.#args = args
    this.#frames = frames
    this.size = range.to - range.from
  }

  get rows(): Batch {
    return this.#rows
  }

  position(row: number): number {
    return this.#range.from + row
  }

  argument(arg: number, row: number): Datum {
    return (this.#args[arg] as Evaluator)(this.#rows, this.#range.from + row)
  }

  peersFrom(row: number): number {
    return this.#frames.peers(row).from
  }

  peersTo(row: number): number {
    return this.#frames.peers(row).to
  }

  peerGroup(row: number): number {
    return this.#frames.peerGroup(row)
  }

  frame(row: number): readonly Range[] {
    return this.#frames.frame(row)
  }
}

/** An aggregate over each row's frame; frames that only grow at their end are aggregated on, others anew. */
export function* aggregateFrames(
  fn: AggregateFunction,
  create: () => Accumulator,
  partition: Partition,
  argCount: number,
  filter: Evaluator | null,
  context: ExecutionContext,
  emit: (value: Datum) => void,
): Generator<void, void> {
  let accumulator = create()
  let from = 0
  let to = 0
  let last: readonly Range[] | null = null
  let value: Datum = null
  const add = (row: number): void => {
    if (filter !== null && filter(partition.rows, partition.position(row)) !== true) return
    const args = Array.from({ length: argCount }, (_, i) => partition.argument(i, row))
    if (fn.skipNulls && args.includes(null)) return
    accumulator.add(context.eval, ...args)
  }
  for (let row = 0; row < partition.size; row++) {
    const frame = partition.frame(row)
    if (last !== null && sameRanges(frame, last)) {
      emit(value)
      continue
    }
    const only = frame[0]
    if (
      frame.length === 1 &&
      only !== undefined &&
      only.from === from &&
      only.to >= to &&
      last !== null &&
      last.length === 1
    ) {
      for (; to < only.to; to++) {
        add(to)
        if (to % STEP === 0) yield
      }
    } else {
      accumulator = create()
      for (const range of frame) {
        for (let r = range.from; r < range.to; r++) {
          add(r)
          if (r % STEP === 0) yield
        }
      }
      from = only?.from ?? 0
      to = only?.to ?? 0
    }
    if (row % STEP === 0) yield
    value = accumulator.result(context.eval)
    last = frame
    emit(value)
  }
}

const sameRanges = (a: readonly Range[], b: readonly Range[]): boolean =>
  a.length === b.length && a.every((range, i) => range.from === b[i]?.from && range.to === b[i]?.to)
