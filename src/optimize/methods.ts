/** Which ways of running a statement a session allows: its planner settings, as the optimizer sees them. */

export interface PlannerMethods {
  /** False: statements run as they are written, by sequential scans and nested loops (`tesseradb.optimizer`). */
  readonly optimizer: boolean
  readonly hashJoin: boolean
  readonly indexScan: boolean
  readonly nestedLoop: boolean
  readonly partitionPruning: boolean
  readonly sequentialScan: boolean
  readonly tidScan: boolean
}

export const ALL_METHODS: PlannerMethods = {
  optimizer: true,
  hashJoin: true,
  indexScan: true,
  nestedLoop: true,
  partitionPruning: true,
  sequentialScan: true,
  tidScan: true,
}

/** What remains when nothing may be chosen. */
export const AS_WRITTEN: PlannerMethods = {
  optimizer: false,
  hashJoin: false,
  indexScan: false,
  nestedLoop: true,
  partitionPruning: false,
  sequentialScan: true,
  tidScan: false,
}

/** Added to the cost of a method that is switched off: it is used where there is no other, as on PostgreSQL. */
export const penalty = (allowed: boolean): number => (allowed ? 0 : 1e10)
