/**
 * Nested loop join. Without parameters the right input is read once and kept; with them it is run anew for each left
 * row, which supplies the outer values (lateral joins, index lookups).
 */
import type { NestedLoop } from '../../plan/physical.ts'
import { BATCH_SIZE, Batch } from '../../vector/batch.ts'
import { BatchCollector } from '../../vector/collector.ts'
import { gather } from '../../vector/gather.ts'
import { ConstantVector, type AnyVector } from '../../vector/vector.ts'
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext } from '../context.ts'
import { compileCondition, layoutOf, type Selector } from '../expression/compile.ts'
import type { Operator, Pull } from '../operator.ts'
import { BlockLoop } from '../spill/block-loop.ts'

export class NestedLoopOperator implements Operator {
  readonly #plan: NestedLoop
  readonly #left: Operator
  readonly #right: Operator
  readonly #context: ExecutionContext
  readonly #condition: Selector | null
  readonly #sources: readonly number[]
  /** Outer values to set from the left row: column id and position. */
  readonly #parameters: readonly (readonly [id: number, column: number])[]
  #collector: BatchCollector | null = null
  /** The kept right input in pieces, when it does not depend on the left row. */
  #inner: Batch | null = null
  /** Joins in the other way, once the right input is more than memory has room for. */
  #blocks: BlockLoop | null = null
  #matched: Uint8Array | null = null
  #outer: Batch | null = null
  #outerAt = 0
  /** The right side of the present left row is being read. */
  #running = false
  #innerAt = 0
  #rowMatched = false
  #leftDone = false
  #unmatchedAt = 0
  /** Joined rows not yet handed out. */
  #pending: BatchCollector

  constructor(plan: NestedLoop, left: Operator, right: Operator, context: ExecutionContext) {
    this.#plan = plan
    this.#left = left
    this.#right = right
    this.#context = context
    const columns = [...plan.left.outputs, ...plan.right.outputs]
    this.#condition =
      plan.condition === null ? null : compileCondition(plan.condition, { context, layout: layoutOf(columns) })
    const leftLayout = layoutOf(plan.left.outputs)
    const rightLayout = layoutOf(plan.right.outputs)
    this.#sources = plan.outputs.map(({ id }) => leftLayout.get(id) ?? -1 - (rightLayout.get(id) as number))
    this.#parameters = plan.parameters.map((id) => [id, leftLayout.get(id) as number] as const)
    this.#pending = this.#emptyPending()
  }

  #emptyPending(): BatchCollector {
    return new BatchCollector(this.#plan.outputs.map((column) => column.type))
  }

  get #lateral(): boolean {
    return this.#parameters.length > 0
  }

  open(): void {
    this.#left.open()
    this.#outer = null
    this.#leftDone = false
    this.#running = false
    this.#unmatchedAt = 0
    this.#pending = this.#emptyPending()
    this.#inner = null
    this.#matched = null
    this.#blocks?.close()
    this.#blocks = null
    if (!this.#lateral) {
      this.#collector = new BatchCollector(this.#plan.right.outputs.map((column) => column.type))
      this.#right.open()
    }
  }

  next(): Pull {
    if (!this.#lateral && this.#collector !== null) {
      const wait = this.#readInner()
      if (wait !== null) return wait
    }
    if (this.#blocks !== null) return this.#joinBlocks(this.#blocks)
    for (;;) {
      if (this.#leftDone) return this.#rest()
      const wait = this.#context.poll()
      if (wait !== null) return wait
      if (this.#outer === null) {
        const batch = this.#left.next()
        if (batch instanceof Wait) return batch
        if (batch === null) {
          this.#leftDone = true
          continue
        }
        this.#outer = batch
        this.#outerAt = 0
      }
      const stopped = this.#joinRow(this.#outer)
      if (stopped !== null) return stopped
      if (this.#pending.count >= BATCH_SIZE) return this.#flush()
    }
  }

  #flush(): Batch {
    const batch = this.#pending.finish()
    this.#pending = this.#emptyPending()
    return batch
  }

  #rest(): Batch | null {
    if (this.#pending.count > 0) return this.#flush()
    return this.#unmatchedRight()
  }

  #readInner(): Wait | null {
    const collector = this.#collector as BatchCollector
    for (;;) {
      const wait = this.#blocks?.held() ?? null
      if (wait !== null) return wait
      const batch = this.#right.next()
      if (batch instanceof Wait) return batch
      if (batch === null) break
      if (this.#blocks !== null) this.#blocks.add(batch)
      else {
        collector.add(batch)
        if (collector.bytes > this.#context.workMem) this.#startBlocks(collector)
      }
    }
    this.#right.close()
    this.#collector = null
    if (this.#blocks !== null) {
      this.#blocks.finish()
      return null
    }
    this.#inner = collector.finish()
    const { type } = this.#plan
    if (type === 'right' || type === 'full') this.#matched = new Uint8Array(this.#inner.length)
    return null
  }

  #startBlocks(collector: BatchCollector): void {
    this.#blocks = new BlockLoop(this.#plan, this.#left, this.#condition, this.#context, (rows) => this.#emit(rows))
    this.#blocks.add(collector.finish())
  }

  #joinBlocks(blocks: BlockLoop): Pull {
    for (;;) {
      if (this.#pending.count >= BATCH_SIZE) return this.#flush()
      const wait = this.#context.poll()
      if (wait !== null) return wait
      const step = blocks.step()
      if (step instanceof Wait) return step
      if (step === 'end') return this.#pending.count > 0 ? this.#flush() : null
    }
  }

  /** Joins the present left row with the next piece of the right side; moves on when that is used up. */
  #joinRow(outer: Batch): Wait | null {
    const position = outer.position(this.#outerAt)
    if (!this.#running) {
      this.#running = true
      this.#rowMatched = false
      this.#innerAt = 0
      if (this.#lateral) {
        for (const [id, column] of this.#parameters) this.#context.outer[id] = outer.columns[column]?.get(position)
        this.#right.open()
      }
    }
    const piece = this.#piece()
    if (piece instanceof Wait) return piece
    if (piece === null) this.#endRow(outer, position)
    else this.#joinPiece(outer, position, piece)
    return null
  }

  #piece(): Pull {
    if (this.#lateral) return this.#right.next()
    const inner = this.#inner as Batch
    if (this.#innerAt >= inner.length) return null
    const from = this.#innerAt
    const to = Math.min(from + BATCH_SIZE, inner.length)
    this.#innerAt = to
    if (from === 0 && to === inner.length) return inner
    return new Batch(
      inner.columns.map((column) => column.slice(from, to) as AnyVector),
      to - from,
    )
  }

  #joinPiece(outer: Batch, position: number, piece: Batch): void {
    const columns = [
      ...outer.columns.map((column) => new ConstantVector(column.get(position), piece.length)),
      ...piece.columns,
    ]
    const pairs = new Batch(columns, piece.length, piece.selection)
    const matches = this.#condition === null ? pairs : this.#condition(pairs)
    if (matches === null) return
    this.#rowMatched = true
    const { type } = this.#plan
    if (type === 'semi' || type === 'anti') {
      // One match decides; the rest of the right side need not be read.
      this.#endRow(outer, position)
      return
    }
    if (this.#matched !== null) {
      const from = this.#innerAt - piece.length
      for (let k = 0; k < matches.count; k++) this.#matched[from + matches.position(k)] = 1
    }
    this.#emit(matches)
  }

  /** Adds rows of left-then-right columns to the output. */
  #emit(pairs: Batch): void {
    const width = this.#plan.left.outputs.length
    const columns = this.#sources.map((source) => pairs.columns[source >= 0 ? source : width - 1 - source] as AnyVector)
    this.#pending.add(new Batch(columns, pairs.length, pairs.selection))
  }

  #endRow(outer: Batch, position: number): void {
    const { type } = this.#plan
    const keep =
      type === 'semi'
        ? this.#rowMatched
        : type === 'anti'
          ? !this.#rowMatched
          : (type === 'left' || type === 'full') && !this.#rowMatched
    if (keep) {
      const left = outer.columns.map((column) => new ConstantVector(column.get(position), 1))
      const right = this.#plan.right.outputs.map(() => new ConstantVector(null, 1))
      this.#emit(new Batch([...left, ...right], 1))
    }
    this.#running = false
    this.#outerAt++
    if (this.#outerAt >= outer.count) this.#outer = null
  }

  #unmatchedRight(): Batch | null {
    const matched = this.#matched
    const inner = this.#inner
    if (matched === null || inner === null) return null
    const rows: number[] = []
    while (this.#unmatchedAt < matched.length && rows.length < BATCH_SIZE) {
      if (matched[this.#unmatchedAt] === 0) rows.push(this.#unmatchedAt)
      this.#unmatchedAt++
    }
    if (rows.length === 0) return null
    const positions = Int32Array.from(rows)
    const columns = this.#sources.map((source) =>
      source >= 0 ? new ConstantVector(null, rows.length) : gather(inner.columns[-1 - source] as AnyVector, positions),
    )
    return new Batch(columns, rows.length)
  }

  close(): void {
    this.#collector = null
    this.#inner = null
    this.#blocks?.close()
    this.#blocks = null
    this.#outer = null
    this.#left.close()
    this.#right.close()
  }
}
