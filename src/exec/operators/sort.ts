/** Sort, and sort that keeps only the first rows. */
import type { Sort, TopN } from '../../plan/physical.ts'
import { BATCH_SIZE, Batch } from '../../vector/batch.ts'
import { BatchCollector } from '../../vector/collector.ts'
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext } from '../context.ts'
import { evaluateScalar, layoutOf } from '../expression/compile.ts'
import type { Operator, Pull } from '../operator.ts'
import { PositionSort } from '../position-sort.ts'
import { positionComparator } from '../row-order.ts'
import { TopBound } from '../top-bound.ts'

/** Hands out a collected batch in an order of its positions. */
export class OrderedOutput {
  readonly #batch: Batch
  readonly #order: Int32Array
  #next = 0

  constructor(batch: Batch, order: Int32Array) {
    this.#batch = batch
    this.#order = order
  }

  next(): Batch | null {
    if (this.#next >= this.#order.length) return null
    const selection = this.#order.subarray(this.#next, this.#next + BATCH_SIZE)
    this.#next += selection.length
    return this.#batch.select(selection)
  }
}

export class SortOperator implements Operator {
  readonly #plan: Sort | TopN
  readonly #input: Operator
  readonly #context: ExecutionContext
  #collector: BatchCollector | null = null
  #output: OrderedOutput | null = null
  #bound: TopBound | null = null
  /** The sort under way: of all rows (`last`) or of what has come so far, to drop what a limit leaves out. */
  #sorting: { readonly batch: Batch; readonly sort: PositionSort; readonly last: boolean } | null = null
  /** Rows that are ever asked for. */
  #limit = Number.POSITIVE_INFINITY

  constructor(plan: Sort | TopN, input: Operator, context: ExecutionContext) {
    this.#plan = plan
    this.#input = input
    this.#context = context
  }

  open(): void {
    this.#output = null
    this.#sorting = null
    this.#collector = this.#emptyCollector()
    this.#limit = this.#plan.kind === 'top-n' ? this.#wanted(this.#plan) : Number.POSITIVE_INFINITY
    this.#bound = this.#limit === Number.POSITIVE_INFINITY ? null : this.#emptyBound()
    this.#input.open()
  }

  #emptyBound(): TopBound | null {
    const [first] = this.#plan.keys
    const scope = { context: this.#context, layout: layoutOf(this.#plan.input.outputs) }
    return first === undefined ? null : new TopBound(first, scope)
  }

  #emptyCollector(): BatchCollector {
    return new BatchCollector(this.#plan.input.outputs.map((column) => column.type))
  }

  #wanted(plan: TopN): number {
    const scope = { context: this.#context, layout: new Map() }
    const limit = evaluateScalar(plan.limit, scope)
    const offset = plan.offset === null ? 0 : evaluateScalar(plan.offset, scope)
    return limit === null ? Number.POSITIVE_INFINITY : Math.max(0, Number(limit)) + Math.max(0, Number(offset ?? 0))
  }

  next(): Pull {
    if (this.#output === null) {
      const wait = this.#collect()
      if (wait !== null) return wait
    }
    return this.#output?.next() ?? null
  }

  #collect(): Wait | null {
    for (;;) {
      if (this.#sorting !== null) {
        const wait = this.#sorting.sort.run(() => this.#context.poll())
        if (wait !== null) return wait
        const { batch, sort, last } = this.#sorting
        const order = sort.order.length > this.#limit ? sort.order.slice(0, this.#limit) : sort.order
        this.#sorting = null
        if (last) {
          this.#output = new OrderedOutput(batch, order)
          return null
        }
        this.#collector = this.#emptyCollector()
        const kept = batch.select(order)
        this.#collector.add(kept)
        if (kept.count > 0 && kept.count === this.#limit) this.#bound?.set(kept)
      }
      const batch = this.#input.next()
      if (batch instanceof Wait) return batch
      const collector = this.#collector as BatchCollector
      if (batch === null) {
        this.#startSort(collector, true)
        continue
      }
      const wanted = this.#bound === null ? batch : this.#bound.within(batch)
      if (wanted === null) continue
      collector.add(wanted)
      // What is beyond the limit is forgotten now and then.
      if (collector.count > 2 * this.#limit + BATCH_SIZE * 4) this.#startSort(collector, false)
    }
  }

  #startSort(collector: BatchCollector, last: boolean): void {
    const batch = collector.finish()
    const scope = { context: this.#context, layout: layoutOf(this.#plan.input.outputs) }
    const compare = positionComparator(batch, this.#plan.keys, scope)
    this.#sorting = { batch, sort: new PositionSort(batch.length, compare), last }
    this.#collector = null
  }

  close(): void {
    this.#collector = null
    this.#sorting = null
    this.#output = null
    this.#input.close()
  }
}
