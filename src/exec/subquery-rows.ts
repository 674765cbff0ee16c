/**
 * The rows of a subquery of IN, ANY or ALL that depends on no row around it: read once, and asked for each row. Where
 * the comparison is an equality only keys are kept, otherwise the rows.
 */
import type { Apply } from '../plan/physical.ts'
import type { Batch } from '../vector/batch.ts'
import { BatchCollector } from '../vector/collector.ts'
import { Wait } from '../vector/wait.ts'
import type { ExecutionContext } from './context.ts'
import { layoutOf } from './expression/compile.ts'
import type { Evaluator } from './expression/evaluator.ts'
import { interpret } from './expression/interpret.ts'
import { hashKeyOf } from './hash/key-table.ts'
import type { Key } from './key.ts'
import type { Operator } from './operator.ts'

/** Bytes that a key takes, as an estimate. */
const KEY_BYTES = 64

/** Equality with one column of the subquery. */
interface Membership {
  readonly left: Evaluator
  readonly right: Evaluator
  readonly leftKey: (value: unknown) => Key
  readonly rightKey: (value: unknown) => Key
}

export class SubqueryRows {
  readonly #context: ExecutionContext
  readonly #membership: Membership | null
  readonly #keys = new Set<Key>()
  readonly #collector: BatchCollector
  #state: 'unread' | 'reading' | 'read' | 'too many' = 'unread'
  #count = 0
  #hasNull = false
  /** The rows, when they are all read and are kept themselves. */
  rows: Batch | null = null

  constructor(plan: Apply, context: ExecutionContext) {
    this.#context = context
    this.#collector = new BatchCollector(plan.subplan.outputs.map((column) => column.type))
    const { hashed } = plan
    this.#membership =
      hashed === null
        ? null
        : {
            left: interpret(hashed.left, { context, layout: layoutOf(plan.input.outputs) }),
            right: interpret(hashed.right, { context, layout: layoutOf(plan.subplan.outputs) }),
            leftKey: hashKeyOf(hashed.left),
            rightKey: hashKeyOf(hashed.right),
          }
  }

  /** There was no room for all of them: they must be read for each row. */
  get tooMany(): boolean {
    return this.#state === 'too many'
  }

  /** Reads the subquery to its end, if that was not done yet. */
  read(subplan: Operator): Wait | null {
    if (this.#state === 'unread') {
      this.#state = 'reading'
      subplan.open()
    }
    while (this.#state === 'reading') {
      const batch = subplan.next()
      if (batch instanceof Wait) return batch
      if (batch === null) this.#state = 'read'
      else {
        this.#add(batch)
        if (this.#bytes() > this.#context.hashMem) this.#state = 'too many'
      }
      if (this.#state !== 'reading') {
        subplan.close()
        if (this.#membership === null && this.#state === 'read') this.rows = this.#collector.finish()
      }
    }
    return null
  }

  #bytes(): number {
    return this.#membership === null ? this.#collector.bytes : this.#keys.size * KEY_BYTES
  }

  #add(batch: Batch): void {
    this.#count += batch.count
    if (this.#membership === null) {
      this.#collector.add(batch)
      return
    }
    const { right, rightKey } = this.#membership
    for (let k = 0; k < batch.count; k++) {
      const value = right(batch, batch.position(k))
      if (value === null) this.#hasNull = true
      else this.#keys.add(rightKey(value))
    }
  }

  /** Whether a row's value is among the keys; null: unknown. Undefined where rows are kept and not keys. */
  includes(batch: Batch, position: number): boolean | null | undefined {
    if (this.#membership === null) return undefined
    if (this.#count === 0) return false
    const { left, leftKey } = this.#membership
    const value = left(batch, position)
    if (value === null) return null
    return this.#keys.has(leftKey(value)) || (this.#hasNull ? null : false)
  }
}
