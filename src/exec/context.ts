/** What one running statement shares between its operators. */
import type { ColumnId } from '../analyze/expression.ts'
import type { Cte } from '../analyze/query.ts'
import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import type { SqlError } from '../errors/sql-error.ts'
import type { EvalContext } from '../functions/context.ts'
import type { Storage } from '../storage/storage.ts'
import type { Snapshot } from '../storage/transaction-state.ts'
import type { Transaction } from '../txn/transaction.ts'
import type { Datum } from '../types/sql-type.ts'
import { Wait } from '../vector/wait.ts'
import type { IndexRegistry } from './index-registry.ts'
import type { RowStore } from './spill/row-store.ts'
import type { SessionSpill } from './spill/spill-area.ts'

/** Longest time in milliseconds that a statement works before it lets others run. */
const SLICE = 8

/** A row by its table's oid and its address there. */
export interface PinnedRow {
  readonly relation: number
  readonly rowid: number
}

/** Rows of a CTE as far as they have been produced, shared by all its readers. */
export interface CteRows {
  readonly store: RowStore
  /** Pulls more rows into the store: false when there are none, a Wait, or true when there may be some. */
  more(): boolean | Wait
}

export interface ExecutionInput {
  readonly eval: EvalContext
  readonly catalog: CatalogSnapshot
  readonly storage: Storage
  readonly indexes: IndexRegistry
  readonly transaction: Transaction
  readonly snapshot: Snapshot
  readonly parameters: readonly Datum[]
  /** Row addresses through which the statement changes or locks rows; known where reads are locked. */
  readonly rowTargets?: ReadonlySet<ColumnId>
  /** Bytes that a sort may take. */
  readonly workMem: number
  /** Bytes that a hash table may take; `workMem` when it is not said. */
  readonly hashMem?: number
  /** Where rows go that memory has no room for; without it everything stays in memory. */
  readonly spill?: SessionSpill | null
  /** Runs to its end in one go: nothing can wait for it, as in a function that an expression calls. */
  readonly patient?: boolean
}

/** What differs from one execution of a plan to the next. */
export type ExecutionRun = Pick<
  ExecutionInput,
  'catalog' | 'transaction' | 'snapshot' | 'parameters' | 'rowTargets' | 'workMem' | 'hashMem'
>

/** Stands where there is no execution: whoever looks for one then has made a mistake. */
const RELEASED = {} as Pick<ExecutionRun, 'transaction' | 'snapshot'>

const NO_TARGETS: ReadonlySet<ColumnId> = new Set()
const NO_PINS: ReadonlyMap<ColumnId, PinnedRow> = new Map()

export class ExecutionContext {
  readonly eval: EvalContext
  readonly storage: Storage
  readonly indexes: IndexRegistry
  readonly spill: SessionSpill | null
  // Of the execution in progress: operators look these up when they are opened or pulled, and keep none of them.
  catalog!: CatalogSnapshot
  transaction!: Transaction
  snapshot!: Snapshot
  parameters!: readonly Datum[]
  rowTargets!: ReadonlySet<ColumnId>
  workMem!: number
  hashMem!: number
  /** Values of outer columns for correlated plans, by column id. */
  readonly outer: Datum[]
  readonly ctes: Map<Cte, CteRows>
  /** Working tables of recursions in progress. */
  readonly workTables: Map<Cte, RowStore>
  /** Rows that a recheck is restricted to, by the id of the column that holds their addresses. */
  readonly pinned: ReadonlyMap<ColumnId, PinnedRow>
  readonly #control: Control

  constructor(
    input: ExecutionInput,
    shared?: { control: Control; outer: Datum[]; pinned: ReadonlyMap<ColumnId, PinnedRow> },
  ) {
    this.eval = input.eval
    this.storage = input.storage
    this.indexes = input.indexes
    this.spill = input.spill ?? null
    this.#assign(input)
    this.#control = shared?.control ?? new Control(input.patient ?? false)
    this.outer = shared?.outer ?? []
    this.pinned = shared?.pinned ?? NO_PINS
    this.ctes = new Map()
    this.workTables = new Map()
  }

  #assign(run: ExecutionRun): void {
    this.catalog = run.catalog
    this.transaction = run.transaction
    this.snapshot = run.snapshot
    this.parameters = run.parameters
    this.rowTargets = run.rowTargets ?? NO_TARGETS
    this.workMem = this.spill === null ? Number.POSITIVE_INFINITY : run.workMem
    this.hashMem = this.spill === null ? Number.POSITIVE_INFINITY : (run.hashMem ?? run.workMem)
  }

  /** The execution is over: nothing of its transaction is kept alive until the next begins. */
  release(): void {
    const { transaction, snapshot } = RELEASED
    this.transaction = transaction
    this.snapshot = snapshot
    this.parameters = []
  }

  /** Begins another execution of the same plan with the same operators. */
  renew(run: ExecutionRun): void {
    this.#assign(run)
    this.#control.renew()
  }

  /** The same statement looking again at one row per pinned scan, by a newer snapshot. */
  recheck(snapshot: Snapshot, pinned: ReadonlyMap<ColumnId, PinnedRow>): ExecutionContext {
    const context = new ExecutionContext(
      { ...this.#input(), snapshot },
      { control: this.#control, outer: [...this.outer], pinned },
    )
    for (const [cte, rows] of this.ctes) context.ctes.set(cte, rows)
    return context
  }

  /** Makes a context that `recheck` answered serve another recheck of the same statement, or of its next execution. */
  renewRecheck(statement: ExecutionContext, snapshot: Snapshot): void {
    this.#assign(statement)
    this.snapshot = snapshot
    this.outer.length = 0
    for (const value of statement.outer) this.outer.push(value)
  }

  #input(): ExecutionInput {
    return this
  }

  /** Ends the statement at its next poll with the error. */
  cancel(error: SqlError): void {
    this.#control.cancel(error)
  }

  /** Rejects when the statement is cancelled; for waits that nothing else would end. */
  get cancellation(): Promise<never> {
    return this.#control.cancellation
  }

  /**
   * Called by operators once per batch: throws when the statement was cancelled, and answers a Wait when it has run
   * long enough that others must get their turn.
   */
  poll(): Wait | null {
    return this.#control.poll()
  }

  /** Forgets the running slice; called when the statement resumes after waiting. */
  resumed(): void {
    this.#control.sliceEnd = performance.now() + SLICE
  }
}

class Control {
  cancelled: SqlError | null = null
  readonly #patient: boolean

  constructor(patient: boolean) {
    this.#patient = patient
  }

  renew(): void {
    this.cancelled = null
    this.sliceEnd = performance.now() + SLICE
    this.#countdown = 0
    this.#reject = null
    this.#cancellation = null
  }

  sliceEnd = performance.now() + SLICE
  #countdown = 0
  #reject: ((error: SqlError) => void) | null = null
  #cancellation: Promise<never> | null = null

  cancel(error: SqlError): void {
    this.cancelled = error
    this.#reject?.(error)
  }

  get cancellation(): Promise<never> {
    if (this.#cancellation === null) {
      this.#cancellation = new Promise((_, reject) => {
        this.#reject = reject
      })
      // Nobody may be waiting any more when the statement is cancelled.
      this.#cancellation.catch(() => {})
    }
    return this.#cancellation
  }

  poll(): Wait | null {
    if (this.cancelled !== null) throw this.cancelled
    if (this.#patient) return null
    if (this.#countdown-- > 0) return null
    this.#countdown = 4
    if (performance.now() < this.sliceEnd) return null
    return new Wait(
      new Promise((resolve) => {
        setImmediate(() => {
          this.sliceEnd = performance.now() + SLICE
          resolve()
        })
      }),
    )
  }
}
