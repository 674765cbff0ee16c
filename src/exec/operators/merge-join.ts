/** Merge join over inputs sorted by the keys, ascending with NULLs last: inner and left. */
import type { MergeJoin } from '../../plan/physical.ts'
import type { Datum } from '../../types/sql-type.ts'
import { BATCH_SIZE, Batch } from '../../vector/batch.ts'
import { BatchCollector } from '../../vector/collector.ts'
import { gather } from '../../vector/gather.ts'
import type { AnyVector } from '../../vector/vector.ts'
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext } from '../context.ts'
import { layoutOf } from '../expression/compile.ts'
import { interpret, type Evaluator } from '../expression/interpret.ts'
import type { Operator, Pull } from '../operator.ts'
import { Pair } from '../pair.ts'

/** An input gathered whole: both sides are read once, in order, with room to step back over equal keys. */
class SortedSide {
  readonly #operator: Operator
  #collector: BatchCollector
  rows: Batch | null = null

  constructor(operator: Operator, collector: BatchCollector) {
    this.#operator = operator
    this.#collector = collector
  }

  read(): Wait | null {
    while (this.rows === null) {
      const batch = this.#operator.next()
      if (batch instanceof Wait) return batch
      if (batch === null) this.rows = this.#collector.finish()
      else this.#collector.add(batch)
    }
    return null
  }
}

export class MergeJoinOperator implements Operator {
  readonly #plan: MergeJoin
  readonly #left: Operator
  readonly #right: Operator
  readonly #leftKeys: readonly Evaluator[]
  readonly #rightKeys: readonly Evaluator[]
  readonly #residual: Evaluator | null
  readonly #sources: readonly number[]
  readonly #pair: Pair
  #leftSide: SortedSide | null = null
  #rightSide: SortedSide | null = null
  #leftAt = 0
  /** First right row whose key is not below the present left row's, and the next to pair with it. */
  #groupFrom = 0
  #rightAt = 0
  #matched = false

  constructor(plan: MergeJoin, left: Operator, right: Operator, context: ExecutionContext) {
    this.#plan = plan
    this.#left = left
    this.#right = right
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
    const collector = (side: MergeJoin['left']) => new BatchCollector(side.outputs.map((column) => column.type))
    this.#leftSide = new SortedSide(this.#left, collector(this.#plan.left))
    this.#rightSide = new SortedSide(this.#right, collector(this.#plan.right))
    this.#leftAt = 0
    this.#groupFrom = 0
    this.#rightAt = 0
    this.#matched = false
    this.#left.open()
    this.#right.open()
  }

  next(): Pull {
    const wait = this.#leftSide?.read() ?? this.#rightSide?.read() ?? null
    if (wait !== null) return wait
    const left = this.#leftSide?.rows as Batch
    const right = this.#rightSide?.rows as Batch
    const leftRows = new Int32Array(BATCH_SIZE)
    const rightRows = new Int32Array(BATCH_SIZE)
    let count = 0
    while (count < BATCH_SIZE && this.#leftAt < left.length) {
      const order = this.#rightAt < right.length ? this.#compare(left, this.#leftAt, right, this.#rightAt) : -1
      if (order > 0) {
        this.#rightAt++
        this.#groupFrom = this.#rightAt
      } else if (order === 0) {
        if (this.#passes(left, this.#leftAt, right, this.#rightAt)) {
          this.#matched = true
          leftRows[count] = this.#leftAt
          rightRows[count++] = this.#rightAt
        }
        this.#rightAt++
      } else {
        if (!this.#matched && this.#plan.type === 'left') {
          leftRows[count] = this.#leftAt
          rightRows[count++] = -1
        }
        this.#leftAt++
        this.#matched = false
        this.#rightAt = this.#groupFrom
      }
    }
    if (count === 0) return null
    const columns = this.#sources.map((source) =>
      source >= 0
        ? gather(left.columns[source] as AnyVector, leftRows, count)
        : gather(right.columns[-1 - source] as AnyVector, rightRows, count),
    )
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
    this.#leftSide = null
    this.#rightSide = null
    this.#left.close()
    this.#right.close()
  }
}
