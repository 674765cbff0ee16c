/** A projection whose functions wait (pg_sleep, advisory locks): rows are computed one after another, awaited in turn. */
import type { CallExpr, Expr } from '../../analyze/expression.ts'
import type { Project } from '../../plan/physical.ts'
import { someNode } from '../../analyze/nodes.ts'
import type { Datum } from '../../types/sql-type.ts'
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext } from '../context.ts'
import { layoutOf } from '../expression/compile.ts'
import { evaluation, interpret, type Compilation, type Evaluator } from '../expression/interpret.ts'
import type { Operator, Pull } from '../operator.ts'
import { rowsBatch } from '../row-buffer.ts'
import type { Batch } from '../../vector/batch.ts'

export const isBlocking = (plan: Project): boolean => plan.columns.some(({ expr }) => someNode(expr, isWaiting))

const isWaiting = (expr: Expr): expr is CallExpr => expr.kind === 'call' && expr.function.blocking === true

/** A waiting function as a whole column: its answer, or the promise of it. */
const waitingCall = (expr: CallExpr, scope: Compilation): Evaluator => {
  const { function: fn, args, type } = expr
  const types = args.map((arg) => arg.type)
  const call = evaluation(fn, types, type, scope.context)
  const values = args.map((arg) => interpret(arg, scope))
  return (batch, position) => {
    const actual = values.map((value) => value(batch, position))
    return fn.strict && actual.includes(null) ? null : call(...actual)
  }
}

export class BlockingProjectOperator implements Operator {
  readonly #plan: Project
  readonly #input: Operator
  readonly #context: ExecutionContext
  readonly #columns: readonly Evaluator[]
  #running: Promise<void> | null = null
  #rows: Datum[][] | null = null

  constructor(plan: Project, input: Operator, context: ExecutionContext) {
    this.#plan = plan
    this.#input = input
    this.#context = context
    const scope = { context, layout: layoutOf(plan.input.outputs) }
    this.#columns = plan.columns.map(({ expr }) =>
      isWaiting(expr) ? waitingCall(expr, scope) : interpret(expr, scope),
    )
  }

  open(): void {
    this.#rows = null
    this.#running = null
    this.#input.open()
  }

  next(): Pull {
    if (this.#rows !== null) {
      const rows = this.#rows
      this.#rows = null
      this.#running = null
      return rowsBatch(
        rows,
        this.#plan.outputs.map((column) => column.type),
      )
    }
    if (this.#running === null) {
      const batch = this.#input.next()
      if (batch === null || batch instanceof Wait) return batch
      this.#running = this.#compute(batch)
    }
    return new Wait(this.#running)
  }

  async #compute(batch: Batch): Promise<void> {
    const rows: Datum[][] = []
    for (let k = 0; k < batch.count; k++) {
      const row: Datum[] = []
      for (const column of this.#columns) {
        const value: unknown = column(batch, batch.position(k))
        row.push(value instanceof Promise ? await Promise.race([value, this.#context.cancellation]) : value)
      }
      rows.push(row)
    }
    this.#rows = rows
  }

  close(): void {
    this.#rows = null
    this.#input.close()
  }
}
