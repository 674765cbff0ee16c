/** INTERSECT and EXCEPT by hashing whole rows; NULLs count as equal. */
import type { HashSetOperation, PhysicalPlan } from '../../plan/physical.ts'
import type { Batch } from '../../vector/batch.ts'
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext } from '../context.ts'
import { layoutOf } from '../expression/compile.ts'
import { groupKey, type Key } from '../key.ts'
import type { Operator, Pull } from '../operator.ts'

type RowKey = (batch: Batch, position: number) => Key

const wholeRow = (plan: PhysicalPlan, context: ExecutionContext): RowKey => {
  const exprs = plan.outputs.map(({ id, name, type }) => ({ kind: 'column', id, name, type, typmod: -1 }) as const)
  const key = groupKey(exprs, { context, layout: layoutOf(plan.outputs) })
  return exprs.length === 0 ? () => '' : key
}

export class SetOperationOperator implements Operator {
  readonly #plan: HashSetOperation
  readonly #left: Operator
  readonly #right: Operator
  readonly #leftKey: RowKey
  readonly #rightKey: RowKey
  /** How often each row occurs on the right, less those used up. */
  #counts = new Map<Key, number>()
  #delivered = new Set<Key>()
  #built = false

  constructor(plan: HashSetOperation, left: Operator, right: Operator, context: ExecutionContext) {
    this.#plan = plan
    this.#left = left
    this.#right = right
    this.#leftKey = wholeRow(plan.left, context)
    this.#rightKey = wholeRow(plan.right, context)
  }

  open(): void {
    this.#counts = new Map()
    this.#delivered = new Set()
    this.#built = false
    this.#right.open()
    this.#left.open()
  }

  next(): Pull {
    while (!this.#built) {
      const batch = this.#right.next()
      if (batch instanceof Wait) return batch
      if (batch === null) {
        this.#built = true
        this.#right.close()
        break
      }
      for (let k = 0; k < batch.count; k++) {
        const key = this.#rightKey(batch, batch.position(k))
        this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
      }
    }
    for (;;) {
      const batch = this.#left.next()
      if (batch === null || batch instanceof Wait) return batch
      const kept: number[] = []
      for (let k = 0; k < batch.count; k++) {
        const position = batch.position(k)
        if (this.#keeps(this.#leftKey(batch, position))) kept.push(position)
      }
      if (kept.length > 0) return batch.select(Int32Array.from(kept))
    }
  }

  #keeps(key: Key): boolean {
    const intersect = this.#plan.operation === 'intersect'
    const count = this.#counts.get(key) ?? 0
    if (this.#plan.all) {
      // Each right row pairs with one left row.
      if (count > 0) this.#counts.set(key, count - 1)
      return count > 0 === intersect
    }
    if (this.#delivered.has(key)) return false
    if (count > 0 !== intersect) return false
    this.#delivered.add(key)
    return true
  }

  close(): void {
    this.#counts = new Map()
    this.#delivered = new Set()
    this.#left.close()
    this.#right.close()
  }
}
