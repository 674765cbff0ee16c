/**
 * A nested loop whose right rows memory has no room for: they are read from disk once for as many left rows as half of
 * the memory holds.
 */
import type { NestedLoop } from '../../plan/physical.ts'
import { Batch } from '../../vector/batch.ts'
import { BatchCollector } from '../../vector/collector.ts'
import { ConstantVector, type AnyVector } from '../../vector/vector.ts'
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext } from '../context.ts'
import type { Selector } from '../expression/compile.ts'
import type { Operator, Pull } from '../operator.ts'
import type { SessionSpill } from './spill-area.ts'
import { SpillSet, type SpillReader, type SpillStream } from './spill-set.ts'

/** Blocks of right rows take this share of the memory each. */
const BUFFERS = 16

export class BlockLoop {
  readonly #plan: NestedLoop
  readonly #left: Operator
  readonly #condition: Selector | null
  readonly #context: ExecutionContext
  readonly #set: SpillSet
  readonly #right: SpillStream
  readonly #emit: (rows: Batch) => void
  #phase: 'left' | 'right' | 'rest' | 'end' = 'left'
  #collector: BatchCollector
  #leftDone = false
  /** The left rows of this round, and which of them found a match. */
  #rows = new Batch([], 0)
  #matched = new Uint8Array(0)
  /** Right rows that found a match (right and full joins). */
  #rightMatched: Uint8Array | null = null
  #reader: SpillReader
  /** The block of right rows at hand, its first row's number, and the left row that it meets next. */
  #block: Batch | null = null
  #blockFrom = 0
  #at = 0

  /** `emit` takes rows of left-then-right columns. */
  constructor(
    plan: NestedLoop,
    left: Operator,
    condition: Selector | null,
    context: ExecutionContext,
    emit: (rows: Batch) => void,
  ) {
    this.#plan = plan
    this.#left = left
    this.#condition = condition
    this.#context = context
    this.#emit = emit
    const types = plan.right.outputs.map((column) => column.type)
    this.#set = new SpillSet(context.spill as SessionSpill, types, context.workMem / BUFFERS)
    this.#right = this.#set.stream()
    this.#reader = this.#right.reader()
    this.#collector = this.#emptyCollector()
  }

  #emptyCollector(): BatchCollector {
    return new BatchCollector(this.#plan.left.outputs.map((column) => column.type))
  }

  /** Adds right rows. */
  add(batch: Batch): void {
    this.#right.add(batch)
  }

  held(): Wait | null {
    return this.#set.held()
  }

  /** All right rows are there. */
  finish(): void {
    this.#right.finish()
    const { type } = this.#plan
    if (type === 'right' || type === 'full') this.#rightMatched = new Uint8Array(this.#right.rows)
  }

  /** Joins a little; 'end' when everything was emitted. */
  step(): Wait | 'more' | 'end' {
    switch (this.#phase) {
      case 'left':
        return this.#collectLeft() ?? 'more'
      case 'right':
        return this.#join() ?? 'more'
      case 'rest':
        return this.#unmatchedRight() ?? 'more'
      case 'end':
        return 'end'
    }
  }

  #collectLeft(): Wait | null {
    if (!this.#leftDone && this.#collector.bytes < this.#context.workMem / 2) {
      const pulled = this.#left.next()
      if (pulled instanceof Wait) return pulled
      if (pulled === null) this.#leftDone = true
      else this.#collector.add(pulled)
      return null
    }
    this.#startReading()
    if (this.#collector.count === 0) {
      this.#phase = 'rest'
      return null
    }
    this.#rows = this.#collector.finish()
    this.#collector = this.#emptyCollector()
    this.#matched = new Uint8Array(this.#rows.length)
    this.#phase = 'right'
    return null
  }

  #startReading(): void {
    this.#reader = this.#right.reader()
    this.#block = null
    this.#blockFrom = 0
  }

  /** The next block of right rows; null at their end. */
  #nextBlock(): Pull {
    this.#blockFrom += this.#block?.length ?? 0
    this.#block = null
    const pulled = this.#reader.next()
    if (pulled instanceof Batch) this.#block = pulled
    this.#at = 0
    return pulled
  }

  #join(): Wait | null {
    if (this.#block === null || this.#at >= this.#rows.length) {
      const pulled = this.#nextBlock()
      if (pulled instanceof Wait) return pulled
      if (pulled === null) {
        this.#unmatchedLeft()
        this.#phase = 'left'
      }
      return null
    }
    this.#joinRow(this.#at++, this.#block)
    return null
  }

  #joinRow(row: number, block: Batch): void {
    const { type } = this.#plan
    const decided = (type === 'semi' || type === 'anti') && this.#matched[row] === 1
    if (decided) return
    const pairs = new Batch([...this.#constants(row, block.length), ...block.columns], block.length)
    const matches = this.#condition === null ? pairs : this.#condition(pairs)
    if (matches === null) return
    this.#matched[row] = 1
    if (type === 'anti') return
    if (type === 'semi') {
      this.#emit(new Batch([...this.#constants(row, 1), ...this.#nulls(this.#plan.right, 1)], 1))
      return
    }
    const flags = this.#rightMatched
    if (flags !== null) for (let k = 0; k < matches.count; k++) flags[this.#blockFrom + matches.position(k)] = 1
    this.#emit(matches)
  }

  #constants(row: number, length: number): AnyVector[] {
    return this.#rows.columns.map((column) => new ConstantVector(column.get(row), length))
  }

  #nulls(side: NestedLoop['left'], length: number): AnyVector[] {
    return side.outputs.map(() => new ConstantVector(null, length))
  }

  #unmatchedLeft(): void {
    const { type } = this.#plan
    if (type !== 'left' && type !== 'full' && type !== 'anti') return
    const { length, columns } = this.#rows
    const rows = unmarked(this.#matched, 0, length)
    if (rows.length > 0) this.#emit(new Batch([...columns, ...this.#nulls(this.#plan.right, length)], length, rows))
  }

  #unmatchedRight(): Wait | null {
    if (this.#rightMatched === null) {
      this.#phase = 'end'
      return null
    }
    const pulled = this.#nextBlock()
    if (pulled instanceof Wait) return pulled
    if (pulled === null) this.#phase = 'end'
    else {
      const { length, columns } = pulled
      const rows = unmarked(this.#rightMatched, this.#blockFrom, length)
      if (rows.length > 0) this.#emit(new Batch([...this.#nulls(this.#plan.left, length), ...columns], length, rows))
    }
    return null
  }

  close(): void {
    this.#set.close()
  }
}

/** Which of the flags [from, from + count) are 0, counted from `from`. */
const unmarked = (flags: Uint8Array, from: number, count: number): Int32Array => {
  const rows = new Int32Array(count)
  let found = 0
  for (let i = 0; i < count; i++) if (flags[from + i] === 0) rows[found++] = i
  return rows.subarray(0, found)
}
