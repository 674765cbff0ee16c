/** MERGE: for each row of the source the first action that is for it, on the row of the target that it matches or a new one. */
import { toParent } from '../../catalog/inheritance.ts'
import type { PolicyMoment, MergeAction } from '../../analyze/query.ts'
import type { RelationObject } from '../../catalog/objects.ts'
import { mergeAffectsRowTwice } from '../../errors/raise/modify.ts'
import type { Merge, PhysicalPlan } from '../../plan/physical.ts'
import { ROW_LOCK, type LockMode } from '../../txn/lock-modes.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { ExecutionContext } from '../context.ts'
import type { Operator } from '../operator.ts'
import type { RowEvents } from './row-events.ts'
import { RowModification, type SourceRow } from './row-modification.ts'
import { CheckOptions, undescribed, RowPlan } from './row-plan.ts'
import type { RecheckSource } from './row-recheck.ts'
import { RowUpdater, type UpdatedTable } from './row-updater.ts'

interface Action {
  readonly action: MergeAction
  readonly condition: RowPlan | null
  readonly values: RowPlan | null
}

export class MergeOperator extends RowModification<UpdatedTable> {
  readonly #merge: Merge
  readonly #events: RowEvents
  readonly #updater: RowUpdater
  /** Policies on the rows that are to be updated or deleted. */
  readonly #targets: Readonly<Record<'update' | 'delete', CheckOptions>>
  readonly #actions: readonly Action[]

  constructor(
    plan: Merge,
    source: Operator,
    context: ExecutionContext,
    events: RowEvents,
    again: RecheckSource,
    build: (plan: PhysicalPlan) => Operator,
  ) {
    super(plan, source, context, again)
    this.#merge = plan
    this.#events = events
    const checks = (on: PolicyMoment) => new CheckOptions(plan.query.table, plan.checkOptions, on, build, context)
    this.#targets = { update: checks('merge update'), delete: checks('merge delete') }
    const policies = { insert: checks('insert'), update: checks('update') }
    this.#updater = new RowUpdater(plan.query, context, events, policies, () => {
      this.affected++
      return null
    })
    const rowPlan = (of: PhysicalPlan | null) => (of === null ? null : new RowPlan(build(of), context))
    this.#actions = plan.query.actions.map((action, i) => ({
      action,
      condition: rowPlan(plan.actions[i]?.condition ?? null),
      values: rowPlan(plan.actions[i]?.values ?? null),
    }))
  }

  protected override table(relation: RelationObject, map: readonly number[] | null): UpdatedTable {
    return this.#updater.table(relation, map)
  }

  /** Which action is taken may depend on the row as it is once it is locked. */
  protected override lockMode(table: UpdatedTable): LockMode {
    if (table.computesKey) return ROW_LOCK.forUpdate
    const touchesKeys = this.#merge.query.actions.some(
      ({ kind, assignments }) =>
        kind === 'delete' || (kind === 'update' && this.#places(table, assignments).some((p) => isKey(table, p))),
    )
    return touchesKeys ? ROW_LOCK.forUpdate : ROW_LOCK.forNoKeyUpdate
  }

  #places({ map }: UpdatedTable, assignments: MergeAction['assignments']): number[] {
    return assignments.map(({ column: { attnum } }) => (map === null ? attnum : (map[attnum - 1] as number)) - 1)
  }

  /** As the row was found; once it is locked the action is chosen again. */
  protected override considers(source: SourceRow): Promise<boolean> | null {
    const matched = this.#actions.filter(({ action }) => action.matched)
    const isSure = matched[0]?.condition === null && matched[0].action.kind !== 'nothing'
    return isSure ? null : this.#changes(source)
  }

  async #changes(source: SourceRow): Promise<boolean> {
    const taken = await this.#choose(true, source)
    return taken !== null && taken.action.kind !== 'nothing'
  }

  protected override changedTwice(): void {
    throw mergeAffectsRowTwice()
  }

  protected override apply(table: UpdatedTable, rowid: number, old: Datum[], source: SourceRow): Promise<void> | null {
    const applying = this.#apply(table, rowid, old, source)
    return applying
  }

  async #apply(table: UpdatedTable, rowid: number, old: Datum[], source: SourceRow): Promise<void> {
    const taken = await this.#choose(true, source)
    if (taken === null) return
    const { action, values } = taken
    if (action.kind === 'update' || action.kind === 'delete') {
      await this.#targets[action.kind].check(toParent(table.map, old, null), rowid, undescribed)
      this.#bind(source)
    }
    if (action.kind === 'delete') return this.#remove(table, rowid, old)
    if (action.kind !== 'update') return
    const assigned = (await values?.run()) ?? []
    const row = [...old]
    for (const [i, place] of this.#places(table, action.assignments).entries()) row[place] = assigned[i] as Datum
    const held = this.#updater.update(table, rowid, old, row, null)
    if (held !== null) await held
  }

  async #remove({ relation, guard }: UpdatedTable, rowid: number, old: Datum[]): Promise<void> {
    for (let wait = guard.enter(rowid, old, null); wait !== null; wait = guard.enter(rowid, old, null)) {
      await wait.promise
    }
    const { storage, transaction } = this.context
    storage.store(relation.storageId).remove(transaction, rowid)
    this.#events.add({ kind: 'delete', relation, rowid, old, new: null })
    this.affected++
  }

  protected override unmatched(source: SourceRow): Promise<void> | null {
    return this.#actions.some(({ action }) => !action.matched) ? this.#insert(source) : null
  }

  async #insert(source: SourceRow): Promise<void> {
    const taken = await this.#choose(false, source)
    if (taken === null || taken.action.kind !== 'insert') return
    const values = (await taken.values?.run()) ?? []
    const row = new Array<Datum>(this.#merge.query.table.relation.columns.length).fill(null)
    for (const [i, { column }] of taken.action.assignments.entries()) row[column.attnum - 1] = values[i] as Datum
    const held = this.#updater.insert(row)
    if (held !== null) await held
  }

  /** The first action whose condition holds; its plans see the source's row. */
  async #choose(matched: boolean, source: SourceRow): Promise<Action | null> {
    this.#bind(source)
    for (const candidate of this.#actions) {
      if (candidate.action.matched !== matched) continue
      if (candidate.condition === null) return candidate
      const holds = await candidate.condition.run()
      if (holds?.[0] === true) return candidate
    }
    return null
  }

  #bind({ batch, position }: SourceRow): void {
    const { outer } = this.context
    for (const [id, place] of this.layout) outer[id] = batch.columns[place]?.get(position) ?? null
  }
}

const isKey = ({ referable }: UpdatedTable, place: number): boolean => referable.includes(place + 1)
