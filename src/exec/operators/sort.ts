/** Sort, and sort that keeps only the first rows. */
import type { Sort, TopN } from '../../plan/physical.ts'
import { BATCH_SIZE, Batch } from '../../vector/batch.ts'
import { BatchCollector } from '../../vector/collector.ts'
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext } from '../context.ts'
import { evaluateScalar, layoutOf } from '../expression/compile.ts'
import type { Operator, Pull } from '../operator.ts'
import { positionComparator } from '../row-order.ts'

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

const positions = (count: number): Int32Array => {
  const order = new Int32Array(count)
  for (let i = 0; i < count; i++) order[i] = i
  return order
}

export class SortOperator implements Operator {
  readonly #plan: Sort | TopN
  readonly #input: Operator
  readonly #context: ExecutionContext
  #collector: BatchCollector | null = null
  #output: OrderedOutput | null = null
  /** Rows that are ever asked for. */
  #limit = Number.POSITIVE_INFINITY

  constructor(plan: Sort | TopN, input: Operator, context: ExecutionContext) {
    this.#plan = plan
    this.#input = input
    this.#context = context
  }

  open(): void {
    this.#output = null
    this.#collector = this.#emptyCollector()
    this.#limit = this.#plan.kind === 'top-n' ? this.#wanted(this.#plan) : Number.POSITIVE_INFINITY
    this.#input.open()
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
      const batch = this.#input.next()
      if (batch instanceof Wait) return batch
      const collector = this.#collector as BatchCollector
      if (batch === null) {
        const { batch: all, order } = this.#sorted(collector)
        this.#collector = null
        this.#output = new OrderedOutput(all, order)
        return null
      }
      collector.add(batch)
      if (collector.count > 2 * this.#limit + BATCH_SIZE * 4) this.#shrink(collector)
    }
  }

  /** Sorts what was collected and forgets what is beyond the limit. */
  #shrink(collector: BatchCollector): void {
    const { batch, order } = this.#sorted(collector)
    this.#collector = this.#emptyCollector()
    this.#collector.add(batch.select(order))
  }

  #sorted(collector: BatchCollector): { batch: Batch; order: Int32Array } {
    const batch = collector.finish()
    const scope = { context: this.#context, layout: layoutOf(this.#plan.input.outputs) }
    const order = positions(batch.length).sort(positionComparator(batch, this.#plan.keys, scope))
    return { batch, order: order.length > this.#limit ? order.slice(0, this.#limit) : order }
  }

  close(): void {
    this.#collector = null
    this.#output = null
    this.#input.close()
  }
}
