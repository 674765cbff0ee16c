/** A changed row looked at again: the source of an UPDATE or DELETE is run once more for that row, by a newer snapshot. */
import type { ColumnId } from '../../analyze/expression.ts'
import type { PhysicalPlan } from '../../plan/physical.ts'
import type { ExecutionContext, PinnedRow } from '../context.ts'
import type { Operator } from '../operator.ts'

/** Builds an operator tree of the source under another context. */
type BuildSource = (plan: PhysicalPlan, context: ExecutionContext) => Operator

export interface RecheckSource {
  readonly plan: PhysicalPlan
  /** The column that has the row's address. */
  readonly rowid: ColumnId
  readonly build: BuildSource
  /** Whether its operators may run again for another statement. */
  readonly renewable: boolean
}

export class RowRecheck {
  readonly #source: RecheckSource
  readonly #pinned = new Map<ColumnId, PinnedRow>()
  #context: ExecutionContext | null = null
  #operator: Operator | null = null

  constructor(source: RecheckSource) {
    this.#source = source
  }

  /** The source opened for one row, as the statement's transaction sees it now. Close it before the next. */
  open(statement: ExecutionContext, row: PinnedRow): Operator {
    const { plan, rowid: column, build, renewable } = this.#source
    const snapshot = statement.transaction.snapshot()
    this.#pinned.set(column, row)
    if (this.#context === null || this.#operator === null || !renewable) {
      this.#context = statement.recheck(snapshot, this.#pinned)
      this.#operator = build(plan, this.#context)
    } else this.#context.renewRecheck(statement, snapshot)
    this.#operator.open()
    return this.#operator
  }
}
