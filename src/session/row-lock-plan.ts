/** The row locks in a plan, and where they cannot be. */
import type { ColumnId } from '../analyze/expression.ts'
import { featureNotSupported } from '../errors/raise/analysis.ts'
import type { LockRows, PhysicalPlan } from '../plan/physical.ts'
import { inputsOfPhysical } from '../plan/physical-inputs.ts'

/** Columns that an outer join may fill with NULLs. */
const nullableColumns = (plan: PhysicalPlan, columns = new Set<ColumnId>()): Set<ColumnId> => {
  if (plan.kind === 'hash-join' || plan.kind === 'merge-join' || plan.kind === 'nested-loop') {
    const { type, left, right } = plan
    if (type === 'left' || type === 'full') for (const { id } of right.outputs) columns.add(id)
    if (type === 'right' || type === 'full') for (const { id } of left.outputs) columns.add(id)
  }
  for (const input of inputsOfPhysical(plan)) nullableColumns(input, columns)
  return columns
}

/** All row locks of a plan. Throws 0A000 for rows that an outer join may leave out. */
export const rowLocksOf = (plan: PhysicalPlan): LockRows['locks'] => {
  const below = inputsOfPhysical(plan).flatMap(rowLocksOf)
  if (plan.kind !== 'lock-rows') return below
  const nullable = nullableColumns(plan.input)
  for (const { lock, rowid } of plan.locks) {
    if (!nullable.has(rowid)) continue
    const clause = `FOR ${lock.strength.toUpperCase()}`
    throw featureNotSupported(`${clause} cannot be applied to the nullable side of an outer join`)
  }
  return [...plan.locks, ...below]
}
