/** Common table expressions: WITH, reads of its results, recursive union and its working table. */
import type { CteScan, RecursiveUnion, With, WorkTableScan } from '../../plan/physical.ts'
import type { Batch } from '../../vector/batch.ts'
import { Wait } from '../../vector/wait.ts'
import type { CteRows, ExecutionContext } from '../context.ts'
import { layoutOf } from '../expression/compile.ts'
import { groupKey, type Key } from '../key.ts'
import type { Operator, Pull } from '../operator.ts'
import { RowStore, type RowReader } from '../spill/row-store.ts'

/** Runs a CTE's plan as far as its readers ask. */
class LazyRows implements CteRows {
  readonly store: RowStore
  readonly #operator: Operator
  #state: 'new' | 'open' | 'done' = 'new'

  constructor(operator: Operator, store: RowStore) {
    this.#operator = operator
    this.store = store
  }

  more(): boolean | Wait {
    if (this.#state === 'done') return false
    if (this.#state === 'new') {
      this.#operator.open()
      this.#state = 'open'
    }
    const held = this.store.held()
    if (held !== null) return held
    const batch = this.#operator.next()
    if (batch instanceof Wait) return batch
    if (batch === null) {
      this.#state = 'done'
      this.#operator.close()
      this.store.finish()
      return true
    }
    this.store.add(batch)
    return true
  }

  close(): void {
    this.#operator.close()
    this.store.close()
  }
}

export class WithOperator implements Operator {
  readonly #plan: With
  readonly #operators: readonly Operator[]
  readonly #input: Operator
  readonly #context: ExecutionContext
  #rows: LazyRows[] = []
  /** Data-modifying CTEs still to be run to their end before the main query starts. */
  #eager: LazyRows[] = []
  #opened = false

  constructor(plan: With, ctes: readonly Operator[], input: Operator, context: ExecutionContext) {
    this.#plan = plan
    this.#operators = ctes
    this.#input = input
    this.#context = context
  }

  open(): void {
    for (const rows of this.#rows) rows.close()
    this.#rows = this.#plan.ctes.map(({ cte, plan }, i) => {
      const store = new RowStore(
        plan.outputs.map((c) => c.type),
        this.#context,
      )
      const rows = new LazyRows(this.#operators[i] as Operator, store)
      this.#context.ctes.set(cte, rows)
      return rows
    })
    this.#eager = this.#rows.filter((_, i) => modifies(this.#plan.ctes[i]?.cte))
    this.#opened = false
  }

  next(): Pull {
    for (;;) {
      const first = this.#eager[0]
      if (first === undefined) break
      const more = first.more()
      if (more instanceof Wait) return more
      if (!more) this.#eager.shift()
    }
    if (!this.#opened) {
      this.#opened = true
      this.#input.open()
    }
    return this.#input.next()
  }

  close(): void {
    for (const rows of this.#rows) rows.close()
    this.#input.close()
  }
}

const modifies = (cte: With['ctes'][number]['cte'] | undefined): boolean =>
  cte !== undefined && (cte.query.kind === 'insert' || cte.query.kind === 'update' || cte.query.kind === 'delete')

export class CteScanOperator implements Operator {
  readonly #plan: CteScan
  readonly #context: ExecutionContext
  #reader: RowReader | null = null

  constructor(plan: CteScan, context: ExecutionContext) {
    this.#plan = plan
    this.#context = context
  }

  open(): void {
    this.#reader = null
  }

  next(): Pull {
    const rows = this.#context.ctes.get(this.#plan.cte)
    if (rows === undefined) throw new Error(`CTE ${this.#plan.cte.name} is not running`)
    this.#reader ??= rows.store.reader(this.#plan.positions)
    for (;;) {
      const pulled = this.#reader.next()
      if (pulled !== null) return pulled
      const more = rows.more()
      if (more instanceof Wait) return more
      if (!more) return null
    }
  }

  close(): void {
    this.#reader = null
  }
}

export class WorkTableScanOperator implements Operator {
  readonly #plan: WorkTableScan
  readonly #context: ExecutionContext
  #reader: RowReader | null = null

  constructor(plan: WorkTableScan, context: ExecutionContext) {
    this.#plan = plan
    this.#context = context
  }

  open(): void {
    this.#reader = null
  }

  next(): Pull {
    const table = this.#context.workTables.get(this.#plan.cte)
    if (table === undefined) throw new Error(`working table of ${this.#plan.cte.name} is missing`)
    this.#reader ??= table.reader(this.#plan.positions)
    return this.#reader.next()
  }

  close(): void {
    this.#reader = null
  }
}

export class RecursiveUnionOperator implements Operator {
  readonly #plan: RecursiveUnion
  readonly #base: Operator
  readonly #step: Operator
  readonly #context: ExecutionContext
  readonly #key: (batch: Batch, position: number) => Key
  readonly #stepKey: (batch: Batch, position: number) => Key
  #seen = new Set<Key>()
  /** The rows of the last round, and those of the present one. */
  #working: RowStore | null = null
  #next: RowStore
  #inStep = false

  constructor(plan: RecursiveUnion, base: Operator, step: Operator, context: ExecutionContext) {
    this.#plan = plan
    this.#base = base
    this.#step = step
    this.#context = context
    const keyOver = (columns: RecursiveUnion['outputs']) => {
      const exprs = columns.map(({ id, name, type }) => ({ kind: 'column', id, name, type, typmod: -1 }) as const)
      return plan.all ? () => '' : groupKey(exprs, { context, layout: layoutOf(columns) })
    }
    this.#key = keyOver(plan.base.outputs)
    this.#stepKey = keyOver(plan.step.outputs)
    this.#next = this.#emptyTable()
  }

  #emptyTable(): RowStore {
    return new RowStore(
      this.#plan.outputs.map((column) => column.type),
      this.#context,
    )
  }

  #forget(): void {
    this.#seen = new Set()
    this.#working?.close()
    this.#working = null
    this.#next.close()
    this.#next = this.#emptyTable()
  }

  open(): void {
    this.#forget()
    this.#inStep = false
    this.#base.open()
  }

  next(): Pull {
    for (;;) {
      const wait = this.#context.poll() ?? this.#next.held()
      if (wait !== null) return wait
      const batch = (this.#inStep ? this.#step : this.#base).next()
      if (batch instanceof Wait) return batch
      if (batch !== null) {
        const fresh = this.#fresh(batch)
        if (fresh === null) continue
        this.#next.add(fresh)
        return fresh
      }
      // A round is over: its rows are the next round's working table.
      if (this.#next.count === 0) return null
      this.#working?.close()
      this.#working = this.#next
      this.#working.finish()
      this.#context.workTables.set(this.#plan.cte, this.#working)
      this.#next = this.#emptyTable()
      this.#inStep = true
      this.#step.open()
    }
  }

  /** With UNION, rows that were not seen before. */
  #fresh(batch: Batch): Batch | null {
    if (this.#plan.all) return batch
    const key = this.#inStep ? this.#stepKey : this.#key
    const kept: number[] = []
    for (let k = 0; k < batch.count; k++) {
      const position = batch.position(k)
      const value = key(batch, position)
      if (this.#seen.has(value)) continue
      this.#seen.add(value)
      kept.push(position)
    }
    return kept.length === 0 ? null : batch.select(Int32Array.from(kept))
  }

  close(): void {
    this.#forget()
    this.#base.close()
    this.#step.close()
  }
}
