/** Which partitions a plan needs, by what is known when it begins to run: parameters, outer rows, the time. */
import type { ColumnId, Expr } from '../analyze/expression.ts'
import { someNode } from '../analyze/nodes.ts'
import { survivors } from '../optimize/partition-pruning.ts'
import type { AppendPruning } from '../plan/physical.ts'
import type { Datum } from '../types/sql-type.ts'
import type { ExecutionContext } from './context.ts'
import { evaluateScalar } from './expression/compile.ts'

export class PartitionPruner {
  readonly #pruning: AppendPruning
  readonly #context: ExecutionContext
  readonly #own: ReadonlySet<ColumnId>

  constructor(pruning: AppendPruning, context: ExecutionContext) {
    this.#pruning = pruning
    this.#context = context
    this.#own = new Set(pruning.scan.outputs.map(({ id }) => id))
  }

  /** Places of the inputs that can have rows. */
  needed(): ReadonlySet<number> {
    const { scan, conditions, tables } = this.#pruning
    const left = survivors(this.#context.catalog, scan, conditions, (expr) => this.#valueOf(expr))
    return new Set(tables.flatMap((oid, i) => (left.has(oid) ? [i] : [])))
  }

  #valueOf(expr: Expr): Datum | undefined {
    const isOpen = someNode(
      expr,
      (e) =>
        (e.kind === 'column' && this.#own.has(e.id)) || (e.kind === 'call' && e.function.volatility === 'volatile'),
    )
    return isOpen ? undefined : evaluateScalar(expr, { context: this.#context, layout: new Map() })
  }
}
