/** What a plan reads from tables, for transactions that lock what they read (SERIALIZABLE). */
import type { ColumnId } from '../analyze/expression.ts'
import type { PhysicalPlan } from '../plan/physical.ts'
import { ROWID_ATTNUM } from '../plan/physical.ts'
import { inputsOfPhysical } from '../plan/physical-inputs.ts'
import type { TableLock } from './plan-statement.ts'

/** Row addresses through which the statement changes or locks rows: whoever reads them reads in order to write. */
export const rowTargets = (plan: PhysicalPlan, targets = new Set<ColumnId>()): Set<ColumnId> => {
  if (plan.kind === 'update' || plan.kind === 'delete' || plan.kind === 'merge') targets.add(plan.rowid)
  if (plan.kind === 'lock-rows') {
    for (const { lock, rowid } of plan.locks) {
      if (lock.strength === 'update' || lock.strength === 'no key update') targets.add(rowid)
    }
  }
  for (const input of inputsOfPhysical(plan)) rowTargets(input, targets)
  return targets
}

type ReadMode = 'share' | 'shareRowExclusive'

/** Tables that the plan reads as a whole, with the lock that keeps others from changing them. */
const wholeReads = (plan: PhysicalPlan, targets: ReadonlySet<ColumnId>, reads: Map<number, ReadMode>): void => {
  if (plan.kind === 'seq-scan') {
    const rowid = plan.outputs[plan.attnums.indexOf(ROWID_ATTNUM)]?.id
    const { oid } = plan.relation
    if (rowid !== undefined && targets.has(rowid)) reads.set(oid, 'shareRowExclusive')
    else if (!reads.has(oid)) reads.set(oid, 'share')
  }
  for (const input of inputsOfPhysical(plan)) wholeReads(input, targets, reads)
}

/**
 * The table locks of a statement at SERIALIZABLE: SHARE where it reads a whole table, SHARE ROW EXCLUSIVE where it also
 * changes rows of it. Reads through an index lock key ranges instead, when they are made.
 */
export const serializableLocks = (plan: PhysicalPlan, locks: readonly TableLock[]): TableLock[] => {
  const reads = new Map<number, ReadMode>()
  wholeReads(plan, rowTargets(plan), reads)
  return locks.map(({ relation, mode }) => {
    const read = reads.get(relation)
    if (read === undefined) return { relation, mode }
    return { relation, mode: mode === 'rowExclusive' ? 'shareRowExclusive' : read }
  })
}
