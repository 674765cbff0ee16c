/** Operators without state beyond a position: result, values, filter, project, limit, append, unique. */
import type { ColumnId, Expr } from '../../analyze/expression.ts'
import { invalidRowCount } from '../../errors/raise/execution.ts'
import type { Append, Filter, Limit, Project, Result, Unique, ValuesScan } from '../../plan/physical.ts'
import type { Datum } from '../../types/sql-type.ts'
import { Batch } from '../../vector/batch.ts'
import type { ExecutionContext } from '../context.ts'
import { PartitionPruner } from '../partition-pruner.ts'
import {
  compileCondition,
  compileExpression,
  evaluateScalar,
  layoutOf,
  ONE_ROW,
  type CompiledExpression,
  type Selector,
} from '../expression/compile.ts'
import type { Compilation, Evaluator } from '../expression/evaluator.ts'
import { interpret } from '../expression/interpret.ts'
import { groupKey, type Key } from '../key.ts'
import type { Operator, Pull } from '../operator.ts'
import { rowsBatch } from '../row-buffer.ts'
import { Wait } from '../../vector/wait.ts'

/** One row without columns. */
export class ResultOperator implements Operator {
  #done = false

  constructor(_plan: Result) {}

  open(): void {
    this.#done = false
  }

  next(): Pull {
    if (this.#done) return null
    this.#done = true
    return new Batch([], 1)
  }

  close(): void {}
}

export class ValuesOperator implements Operator {
  readonly #plan: ValuesScan
  readonly #rows: readonly (readonly Evaluator[])[]
  #done = false

  constructor(plan: ValuesScan, context: ExecutionContext) {
    this.#plan = plan
    const scope = { context, layout: new Map<ColumnId, number>() }
    this.#rows = plan.rows.map((row) => row.map((expr) => interpret(expr, scope)))
  }

  open(): void {
    this.#done = false
  }

  next(): Pull {
    if (this.#done) return null
    this.#done = true
    const rows = this.#rows.map((row) => row.map((value) => value(ONE_ROW, 0)))
    return (
      rowsBatch(
        rows,
        this.#plan.outputs.map((column) => column.type),
      ) ?? emptyRows(rows.length)
    )
  }

  close(): void {}
}

const emptyRows = (count: number): Batch | null => (count === 0 ? null : new Batch([], count))

export class FilterOperator implements Operator {
  readonly #input: Operator
  readonly #select: Selector

  constructor(plan: Filter, input: Operator, context: ExecutionContext) {
    this.#input = input
    this.#select = compileCondition(plan.condition, { context, layout: layoutOf(plan.input.outputs) })
  }

  open(): void {
    this.#input.open()
  }

  next(): Pull {
    for (;;) {
      const batch = this.#input.next()
      if (batch === null || batch instanceof Wait) return batch
      const kept = this.#select(batch)
      if (kept !== null) return kept
    }
  }

  close(): void {
    this.#input.close()
  }
}

export class ProjectOperator implements Operator {
  readonly #input: Operator
  readonly #columns: readonly CompiledExpression[]

  constructor(plan: Project, input: Operator, context: ExecutionContext) {
    this.#input = input
    const scope = { context, layout: layoutOf(plan.input.outputs) }
    this.#columns = plan.columns.map((column) => compileExpression(column.expr, scope))
  }

  open(): void {
    this.#input.open()
  }

  next(): Pull {
    const batch = this.#input.next()
    if (batch === null || batch instanceof Wait) return batch
    return new Batch(
      this.#columns.map((column) => column.vector(batch)),
      batch.length,
      batch.selection,
    )
  }

  close(): void {
    this.#input.close()
  }
}

const rowCount = (expr: Expr | null, scope: Compilation, clause: 'LIMIT' | 'OFFSET'): number => {
  const value: Datum = expr === null ? null : evaluateScalar(expr, scope)
  if (value === null) return clause === 'LIMIT' ? Number.POSITIVE_INFINITY : 0
  if (value < 0) throw invalidRowCount(clause)
  return Number(value)
}

export class LimitOperator implements Operator {
  readonly #plan: Limit
  readonly #input: Operator
  readonly #scope: Compilation
  readonly #tieKey: ((batch: Batch, position: number) => Key) | null
  #skip = 0
  #left = 0
  #lastKey: Key | null = null

  constructor(plan: Limit, input: Operator, context: ExecutionContext) {
    this.#plan = plan
    this.#input = input
    this.#scope = { context, layout: layoutOf(plan.input.outputs) }
    this.#tieKey =
      plan.ties === null
        ? null
        : groupKey(
            plan.ties.map((key) => key.expr),
            this.#scope,
          )
  }

  open(): void {
    this.#skip = rowCount(this.#plan.offset, this.#scope, 'OFFSET')
    this.#left = rowCount(this.#plan.limit, this.#scope, 'LIMIT')
    this.#lastKey = null
    this.#input.open()
  }

  next(): Pull {
    for (;;) {
      if (this.#left === 0 && this.#tieKey === null) return null
      const batch = this.#input.next()
      if (batch === null || batch instanceof Wait) return batch
      const { count } = batch
      if (this.#skip >= count) {
        this.#skip -= count
        continue
      }
      const from = this.#skip
      this.#skip = 0
      const to = Math.min(count, from + this.#left)
      this.#left -= to - from
      const end = this.#left === 0 && this.#tieKey !== null ? this.#ties(batch, from, to, this.#tieKey) : to
      if (end === from) return null
      if (from === 0 && end === count) return batch
      return batch.select(Int32Array.from({ length: end - from }, (_, k) => batch.position(from + k)))
    }
  }

  /** The end of the rows that tie with the last one within the limit. */
  #ties(batch: Batch, from: number, to: number, key: (batch: Batch, position: number) => Key): number {
    if (to > from) this.#lastKey = key(batch, batch.position(to - 1))
    let end = to
    while (end < batch.count && key(batch, batch.position(end)) === this.#lastKey) end++
    return end
  }

  close(): void {
    this.#input.close()
  }
}

/** Inputs one after another. */
export class AppendOperator implements Operator {
  readonly #inputs: readonly Operator[]
  readonly #pruner: PartitionPruner | null
  #wanted: readonly Operator[]
  #current = 0

  constructor(plan: Append, inputs: readonly Operator[], context: ExecutionContext) {
    this.#inputs = inputs
    this.#wanted = inputs
    this.#pruner = plan.pruning === undefined ? null : new PartitionPruner(plan.pruning, context)
  }

  open(): void {
    this.#current = 0
    const pruner = this.#pruner
    if (pruner !== null) {
      const needed = pruner.needed()
      this.#wanted = this.#inputs.filter((_, i) => needed.has(i))
    }
    this.#wanted[0]?.open()
  }

  next(): Pull {
    for (;;) {
      const input = this.#wanted[this.#current]
      if (input === undefined) return null
      const batch = input.next()
      if (batch !== null) return batch
      input.close()
      this.#current++
      this.#wanted[this.#current]?.open()
    }
  }

  close(): void {
    for (const input of this.#inputs) input.close()
  }
}

/** The first row of each run of equal keys. */
export class UniqueOperator implements Operator {
  readonly #input: Operator
  readonly #key: (batch: Batch, position: number) => Key
  #last: Key | undefined

  constructor(plan: Unique, input: Operator, context: ExecutionContext) {
    this.#input = input
    this.#key = groupKey(plan.keys, { context, layout: layoutOf(plan.input.outputs) })
  }

  open(): void {
    this.#last = undefined
    this.#input.open()
  }

  next(): Pull {
    for (;;) {
      const batch = this.#input.next()
      if (batch === null || batch instanceof Wait) return batch
      const kept: number[] = []
      for (let k = 0; k < batch.count; k++) {
        const position = batch.position(k)
        const key = this.#key(batch, position)
        if (key === this.#last) continue
        this.#last = key
        kept.push(position)
      }
      if (kept.length > 0) return batch.select(Int32Array.from(kept))
    }
  }

  close(): void {
    this.#input.close()
  }
}
