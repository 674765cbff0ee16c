/** A projection whose functions wait (pg_sleep, advisory locks): rows are computed one after another, awaited in turn. */
import type { Expr } from '../../analyze/expression.ts'
import type { FunctionScan, Project } from '../../plan/physical.ts'
import { someNode } from '../../analyze/nodes.ts'
import type { Datum } from '../../types/sql-type.ts'
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext } from '../context.ts'
import { layoutOf } from '../expression/compile.ts'
import { interpret, type Evaluator } from '../expression/interpret.ts'
import { Replay } from '../expression/replay.ts'
import type { Operator, Pull } from '../operator.ts'
import { rowsBatch } from '../row-buffer.ts'
import type { Batch } from '../../vector/batch.ts'

export const isBlocking = (plan: Project): boolean => plan.columns.some(({ expr }) => someNode(expr, isWaiting))

const isWaiting = (expr: Expr): boolean => expr.kind === 'call' && expr.function.blocking === true

/** `FROM pg_sleep(1)` as a projection of one row; null for other scans. */
export const waitingScan = (plan: FunctionScan): Project | null => {
  const { calls, ordinality } = plan.item
  const [call] = calls
  const [expr] = call?.args ?? []
  if (calls.length !== 1 || call?.function !== null || ordinality !== null || expr === undefined) return null
  if (!someNode(expr, isWaiting)) return null
  const { estimate } = plan
  // The call counts even where nobody asks for its value.
  const outputs = call.columns.map(({ id, name, type }) => ({ id, name, type }))
  const columns = outputs.map(({ id }) => ({ id, expr }))
  const input: Project['input'] = { kind: 'result', outputs: [], estimate }
  return { kind: 'project', input, columns, outputs: plan.outputs.length === 0 ? [] : outputs, estimate }
}

export class BlockingProjectOperator implements Operator {
  readonly #plan: Project
  readonly #input: Operator
  readonly #context: ExecutionContext
  readonly #columns: readonly Evaluator[]
  readonly #replay = new Replay()
  #running: Promise<void> | null = null
  #rows: Datum[][] | null = null

  constructor(plan: Project, input: Operator, context: ExecutionContext) {
    this.#plan = plan
    this.#input = input
    this.#context = context
    const scope = { context, layout: layoutOf(plan.input.outputs), replay: this.#replay }
    this.#columns = plan.columns.map(({ expr }) => interpret(expr, scope))
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
    const wait = (promise: Promise<Datum>): Promise<Datum> => Promise.race([promise, this.#context.cancellation])
    for (let k = 0; k < batch.count; k++) {
      const position = batch.position(k)
      rows.push(await this.#replay.run(() => this.#columns.map((column) => column(batch, position)), wait))
    }
    this.#rows = rows
  }

  close(): void {
    this.#rows = null
    this.#input.close()
  }
}
