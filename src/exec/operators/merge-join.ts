/**
 * Merge join over inputs sorted by the keys, ascending with NULLs last: inner and left. Of the left side one batch is in
 * memory, of the right side the batches from the first row on that equals the present left row.
 */
import type { MergeJoin, PlanColumn } from '../../plan/physical.ts'
import type { Datum } from '../../types/sql-type.ts'
import { BATCH_SIZE, Batch } from '../../vector/batch.ts'
import { gather } from '../../vector/gather.ts'
import { interleave } from '../../vector/interleave.ts'
import type { AnyVector } from '../../vector/vector.ts'
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext } from '../context.ts'
import { layoutOf } from '../expression/compile.ts'
import type { Evaluator } from '../expression/evaluator.ts'
import { interpret } from '../expression/interpret.ts'
import type { Operator, Pull } from '../operator.ts'
import { Pair } from '../pair.ts'

/** A right row: which of the batches in memory, and which live row of it. */
interface RightRow {
  batch: number
  row: number
}

export class MergeJoinOperator implements Operator {
  readonly #plan: MergeJoin
  readonly #leftInput: Operator
  readonly #rightInput: Operator
  readonly #leftKeys: readonly Evaluator[]
  readonly #rightKeys: readonly Evaluator[]
  readonly #residual: Evaluator | null
  readonly #sources: readonly number[]
  readonly #pair: Pair
  readonly #context: ExecutionContext
  #leftBatch: Batch | null = null
  /** The present left row. */
  #leftAt = 0
  #rightBatches: Batch[] = []
  #rightDone = false
  /** First right row whose key is not below the present left row's. */
  #group: RightRow = { batch: 0, row: 0 }
  /** The next right row to pair with the present left row. */
  #right: RightRow = { batch: 0, row: 0 }
  #matched = false
  /** Pairs not yet handed out: positions in the left batch, and in which right batches at which positions. */
  readonly #leftRows = new Int32Array(BATCH_SIZE)
  readonly #rightSources = new Int32Array(BATCH_SIZE)
  readonly #rightRows = new Int32Array(BATCH_SIZE)
  #count = 0

  constructor(plan: MergeJoin, left: Operator, right: Operator, context: ExecutionContext) {
    this.#plan = plan
    this.#leftInput = left
    this.#rightInput = right
    this.#context = context
    const leftLayout = layoutOf(plan.left.outputs)
    const rightLayout = layoutOf(plan.right.outputs)
    this.#leftKeys = plan.keys.map((key) => interpret(key.left, { context, layout: leftLayout }))
    this.#rightKeys = plan.keys.map((key) => interpret(key.right, { context, layout: rightLayout }))
    const both = layoutOf([...plan.left.outputs, ...plan.right.outputs])
    this.#residual = plan.residual === null ? null : interpret(plan.residual, { context, layout: both })
    this.#sources = plan.outputs.map(({ id }) => leftLayout.get(id) ?? -1 - (rightLayout.get(id) as number))
    this.#pair = new Pair(plan.left.outputs.length, plan.right.outputs.length)
  }

  open(): void {
    this.#forget()
    this.#leftInput.open()
    this.#rightInput.open()
  }

  #forget(): void {
    this.#leftBatch = null
    this.#leftAt = 0
    this.#rightBatches = []
    this.#rightDone = false
    this.#group = { batch: 0, row: 0 }
    this.#right = { batch: 0, row: 0 }
    this.#matched = false
    this.#count = 0
  }

  next(): Pull {
    for (;;) {
      const wait = this.#context.poll()
      if (wait !== null) return wait
      if (this.#leftBatch === null) {
        const pulled = this.#leftInput.next()
        if (pulled === null || pulled instanceof Wait) return pulled
        this.#leftBatch = pulled
        this.#leftAt = 0
      }
      const left = this.#leftBatch
      while (this.#count < BATCH_SIZE && this.#leftAt < left.count) {
        const stopped = this.#reachRight()
        if (stopped !== null) return stopped
        this.#step(left, left.position(this.#leftAt))
      }
      const output = this.#count === 0 ? null : this.#output(left)
      if (this.#leftAt >= left.count) this.#leftBatch = null
      if (output !== null) return output
    }
  }

  /** Makes sure that the next right row is in memory, if there is one. */
  #reachRight(): Wait | null {
    const right = this.#right
    while (!this.#rightDone && right.batch >= this.#rightBatches.length) {
      const pulled = this.#rightInput.next()
      if (pulled instanceof Wait) return pulled
      if (pulled === null) this.#rightDone = true
      else this.#rightBatches.push(pulled)
    }
    return null
  }

  /** Compares the present left row with the next right row, and moves on. */
  #step(left: Batch, l: number): void {
    const batch = this.#rightBatches[this.#right.batch]
    const r = batch === undefined ? -1 : batch.position(this.#right.row)
    const order = batch === undefined ? -1 : this.#compare(left, l, batch, r)
    if (order < 0) {
      if (!this.#matched && this.#plan.type === 'left') this.#add(l, 0, -1)
      this.#leftAt++
      this.#matched = false
      this.#right = { ...this.#group }
      return
    }
    if (order === 0 && this.#passes(left, l, batch as Batch, r)) {
      this.#matched = true
      this.#add(l, this.#right.batch, r)
    }
    this.#right.row++
    if (this.#right.row >= (batch as Batch).count) this.#right = { batch: this.#right.batch + 1, row: 0 }
    if (order > 0) this.#group = { ...this.#right }
  }

  #add(left: number, source: number, right: number): void {
    this.#leftRows[this.#count] = left
    this.#rightSources[this.#count] = source
    this.#rightRows[this.#count++] = right
  }

  #output(left: Batch): Batch {
    const count = this.#count
    const columns = this.#sources.map((source) => {
      if (source >= 0) return gather(left.columns[source] as AnyVector, this.#leftRows, count)
      const column = -1 - source
      const vectors = this.#rightBatches.map((batch) => batch.columns[column] as AnyVector)
      const { type } = this.#plan.right.outputs[column] as PlanColumn
      return interleave(type, vectors, this.#rightSources, this.#rightRows, count)
    })
    this.#count = 0
    // Right rows before the group are not looked at again.
    const passed = this.#group.batch
    this.#rightBatches.splice(0, passed)
    this.#group.batch = 0
    this.#right.batch -= passed
    return new Batch(columns, count)
  }

  /** Order of two rows' keys; a NULL on the left is below everything (no match), one on the right above. */
  #compare(left: Batch, l: number, right: Batch, r: number): number {
    for (const [i, leftKey] of this.#leftKeys.entries()) {
      const a: Datum = leftKey(left, l)
      const b: Datum = (this.#rightKeys[i] as Evaluator)(right, r)
      if (a === null || b === null) return -1
      const order = this.#plan.keys[i]?.left.type.compare?.(a, b) ?? 0
      if (order !== 0) return order
    }
    return 0
  }

  #passes(left: Batch, l: number, right: Batch, r: number): boolean {
    return this.#residual === null || this.#residual(this.#pair.set(left, l, right, r), 0) === true
  }

  close(): void {
    this.#forget()
    this.#leftInput.close()
    this.#rightInput.close()
  }
}
