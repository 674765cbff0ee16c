/** Measures every operator of a plan while it runs: what EXPLAIN ANALYZE reports. */
import type { ActualRun } from '../plan/explain-tree.ts'
import type { PhysicalPlan } from '../plan/physical.ts'
import { Batch } from '../vector/batch.ts'
import type { Operator, Pull } from './operator.ts'
import type { Reporting, RunReport } from './report.ts'

/** Times include what the operator's inputs take, as PostgreSQL counts. */
class Measured implements Operator {
  readonly #operator: Operator
  loops = 0
  rows = 0
  startup = 0
  total = 0
  /** Time of the present loop until its first row. */
  #spent = 0
  #delivered = false

  constructor(operator: Operator) {
    this.#operator = operator
  }

  open(): void {
    this.loops++
    this.#spent = 0
    this.#delivered = false
    this.#timed(() => this.#operator.open())
  }

  next(): Pull {
    const pulled = this.#timed(() => this.#operator.next())
    if (pulled instanceof Batch) {
      if (!this.#delivered) this.startup += this.#spent
      this.#delivered = true
      this.rows += pulled.count
    } else if (pulled === null && !this.#delivered) {
      this.#delivered = true
      this.startup += this.#spent
    }
    return pulled
  }

  get report(): RunReport | null {
    return 'report' in this.#operator ? (this.#operator as Operator & Reporting).report() : null
  }

  close(): void {
    this.#operator.close()
  }

  #timed<T>(run: () => T): T {
    const start = performance.now()
    try {
      return run()
    } finally {
      const time = performance.now() - start
      this.#spent += time
      this.total += time
    }
  }
}

/** One statement's measurements. `wrap` is the `instrument` of buildOperator; `actual` what EXPLAIN asks for. */
export class Instrumentation {
  readonly #measured = new Map<PhysicalPlan, Measured>()

  readonly wrap = (plan: PhysicalPlan, operator: Operator): Operator => {
    const measured = new Measured(operator)
    this.#measured.set(plan, measured)
    return measured
  }

  readonly actual = (plan: PhysicalPlan): ActualRun | null => {
    const measured = this.#measured.get(plan)
    return measured === undefined || measured.loops === 0 ? null : measured
  }
}
