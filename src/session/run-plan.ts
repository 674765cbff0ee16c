/** Runs a planned statement: its rows go to a consumer, its changes are checked when it ends. */
import type { ConstraintObject } from '../catalog/objects.ts'
import { buildOperator, type Instrument } from '../exec/build.ts'
import type { ExecutionContext, ExecutionRun } from '../exec/context.ts'
import { type DeferredCheck, ForeignKeyChecker } from '../exec/foreign-keys/checker.ts'
import { isWatched } from '../exec/foreign-keys/constraint.ts'
import { Modification } from '../exec/modify/modification.ts'
import { RowEvents, type UniqueEvent } from '../exec/modify/row-events.ts'
import type { Operator } from '../exec/operator.ts'
import { checkDeferredUniques } from '../exec/modify/deferred-unique.ts'
import type { PhysicalPlan } from '../plan/physical.ts'
import type { Snapshot } from '../storage/transaction-state.ts'
import type { Batch } from '../vector/batch.ts'
import { Wait } from '../vector/wait.ts'

/** Constraint checks that wait for the end of the transaction. */
export interface DeferredChecks {
  readonly foreignKeys: DeferredCheck[]
  readonly uniques: UniqueEvent[]
  isDeferred(constraint: ConstraintObject): boolean
}

/** The checks that follow a statement's changes: foreign keys and deferrable unique keys. */
export class RunningChecks {
  readonly events: RowEvents
  readonly #context: ExecutionContext
  #deferred: DeferredChecks

  constructor(context: ExecutionContext, deferred: DeferredChecks) {
    this.#context = context
    this.#deferred = deferred
    this.events = new RowEvents((relation) => isWatched(context, relation))
  }

  /** Begins anew, for another statement. */
  renew(deferred: DeferredChecks): void {
    this.#deferred = deferred
    this.events.clear()
  }

  /** Once the statement has changed everything; what is deferred is put with the transaction's checks. */
  async run(): Promise<void> {
    this.#context.transaction.advanceCommand()
    const foreignKeys = new ForeignKeyChecker(this.#context, (c) => this.#deferred.isDeferred(c))
    await foreignKeys.run(this.events)
    this.#deferred.foreignKeys.push(...foreignKeys.deferred)
    const now = this.events.uniques.filter((event) => !this.#waits(event))
    await checkDeferredUniques(this.#context, now)
    this.#deferred.uniques.push(...this.events.uniques.filter((event) => this.#waits(event)))
  }

  #waits({ unique, writer }: UniqueEvent): boolean {
    const constraint = this.#context.catalog
      .constraintsOf(writer.relation.oid)
      .find((c) => c.index === unique.relation.oid && c.type !== 'foreign')
    return constraint !== undefined && this.#deferred.isDeferred(constraint)
  }
}

/** A plan in execution; may be pulled in portions (portals). */
export class RunningPlan {
  readonly #context: ExecutionContext
  readonly #checks: RunningChecks
  readonly #operator: Operator
  /** Called when the plan ran to its end and was closed: it may be run again. */
  readonly #onIdle: ((plan: RunningPlan) => void) | null
  #modification: Modification | null = null
  #opened = false
  #checked = false
  #ended = false
  #closed = false
  /** Rows delivered so far. */
  rows = 0

  constructor(
    plan: PhysicalPlan,
    context: ExecutionContext,
    deferred: DeferredChecks,
    { instrument, onIdle = null }: { instrument?: Instrument; onIdle?: ((plan: RunningPlan) => void) | null } = {},
  ) {
    this.#context = context
    this.#onIdle = onIdle
    this.#checks = new RunningChecks(context, deferred)
    const main = mainModification(plan)
    this.#operator = buildOperator(plan, context, this.#checks.events, (node, operator) => {
      if (node === main && operator instanceof Modification) this.#modification = operator
      return instrument === undefined ? operator : instrument(node, operator)
    })
  }

  /** Runs the plan again, for another execution. */
  renew(run: ExecutionRun, deferred: DeferredChecks): ExecutionContext {
    this.#context.renew(run)
    this.#checks.renew(deferred)
    this.#opened = false
    this.#checked = false
    this.#ended = false
    this.#closed = false
    this.rows = 0
    return this.#context
  }

  get snapshot(): Snapshot {
    return this.#context.snapshot
  }

  /** The number in the command tag: rows changed, or rows delivered. */
  get affected(): number {
    return this.#modification?.affected ?? this.rows
  }

  /** The next batch, null at the end; the end has passed all immediate checks. */
  next(): Batch | null | Promise<Batch | null> {
    if (!this.#opened) {
      this.#opened = true
      this.#operator.open()
    }
    const pulled = this.#operator.next()
    if (pulled instanceof Wait) return this.#afterWait(pulled)
    return this.#delivered(pulled)
  }

  async #afterWait(first: Wait): Promise<Batch | null> {
    let pulled: Batch | Wait | null = first
    while (pulled instanceof Wait) {
      await pulled.promise
      this.#context.resumed()
      pulled = this.#operator.next()
    }
    return this.#delivered(pulled)
  }

  #delivered(batch: Batch | null): Batch | null | Promise<null> {
    if (batch !== null) {
      this.rows += batch.count
      return batch
    }
    if (this.#checked) return null
    this.#checked = true
    if (!this.#checks.events.isEmpty) return this.#check()
    this.#ended = true
    return null
  }

  async #check(): Promise<null> {
    await this.#checks.run()
    this.#ended = true
    return null
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#operator.close()
    if (!this.#ended || this.#onIdle === null) return
    this.#context.release()
    this.#onIdle(this)
  }
}

/** The modifying node whose count is the statement's, if it is a modifying statement. */
const mainModification = (plan: PhysicalPlan): PhysicalPlan | null => {
  switch (plan.kind) {
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return plan
    case 'project':
    case 'with':
    case 'apply':
      return mainModification(plan.input)
    default:
      return null
  }
}
