/**
 * Projections and filters whose functions wait (pg_sleep, advisory locks): rows are computed one after another, awaited
 * in turn.
 */
import type { Expr } from '../../analyze/expression.ts'
import type { Filter, FunctionScan, PlanColumn, Project } from '../../plan/physical.ts'
import { someNode } from '../../analyze/nodes.ts'
import type { Datum } from '../../types/sql-type.ts'
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext } from '../context.ts'
import { layoutOf } from '../expression/compile.ts'
import type { Evaluator } from '../expression/evaluator.ts'
import { interpret } from '../expression/interpret.ts'
import { Replay } from '../expression/replay.ts'
import type { Operator, Pull } from '../operator.ts'
import { rowsBatch } from '../row-buffer.ts'
import type { Batch } from '../../vector/batch.ts'

export const isBlocking = (plan: Project | Filter): boolean =>
  plan.kind === 'filter'
    ? someNode(plan.condition, isWaiting)
    : plan.columns.some(({ expr }) => someNode(expr, isWaiting))

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

abstract class BlockingOperator implements Operator {
  readonly #input: Operator
  readonly #context: ExecutionContext
  readonly #evaluators: readonly Evaluator[]
  readonly #replay = new Replay()
  #running: Promise<void> | null = null
  #isDone = false
  #computed: Batch | null = null

  constructor(input: Operator, columns: readonly PlanColumn[], exprs: readonly Expr[], context: ExecutionContext) {
    this.#input = input
    this.#context = context
    const scope = { context, layout: layoutOf(columns), replay: this.#replay }
    this.#evaluators = exprs.map((expr) => interpret(expr, scope))
  }

  open(): void {
    this.#computed = null
    this.#running = null
    this.#input.open()
  }

  next(): Pull {
    for (;;) {
      if (this.#running !== null) {
        if (!this.#isDone) return new Wait(this.#running)
        const computed = this.#computed
        this.#running = null
        this.#computed = null
        if (computed !== null) return computed
      }
      const batch = this.#input.next()
      if (batch === null || batch instanceof Wait) return batch
      this.#isDone = false
      this.#running = this.#compute(batch)
    }
  }

  async #compute(batch: Batch): Promise<void> {
    const rows: Datum[][] = []
    const wait = (promise: Promise<Datum>): Promise<Datum> => Promise.race([promise, this.#context.cancellation])
    for (let k = 0; k < batch.count; k++) {
      const position = batch.position(k)
      rows.push(await this.#replay.run(() => this.#evaluators.map((value) => value(batch, position)), wait))
    }
    this.#computed = this.result(batch, rows)
    this.#isDone = true
  }

  /** What goes on of a batch, given the values of the expressions for each of its rows; null when nothing does. */
  protected abstract result(batch: Batch, values: readonly Datum[][]): Batch | null

  close(): void {
    this.#computed = null
    this.#input.close()
  }
}

export class BlockingProjectOperator extends BlockingOperator {
  readonly #outputs: readonly PlanColumn[]

  constructor(plan: Project, input: Operator, context: ExecutionContext) {
    const exprs = plan.columns.map(({ expr }) => expr)
    super(input, plan.input.outputs, exprs, context)
    this.#outputs = plan.outputs
  }

  protected override result(_batch: Batch, values: Datum[][]): Batch | null {
    return rowsBatch(
      values,
      this.#outputs.map(({ type }) => type),
    )
  }
}

export class BlockingFilterOperator extends BlockingOperator {
  constructor(plan: Filter, input: Operator, context: ExecutionContext) {
    super(input, plan.input.outputs, [plan.condition], context)
  }

  protected override result(batch: Batch, values: readonly Datum[][]): Batch | null {
    const kept = values.flatMap(([value], k) => (value === true ? [batch.position(k)] : []))
    return kept.length === 0 ? null : batch.select(Int32Array.from(kept))
  }
}
