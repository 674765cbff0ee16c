/** What operators tell EXPLAIN ANALYZE about their runs beyond rows and times. */
import type { RunReport } from '../plan/explain-tree.ts'

export type { RunReport } from '../plan/explain-tree.ts'

export interface Reporting {
  /** Null: nothing to tell. Asked for when the operator is closed. */
  report(): RunReport | null
}

export const kilobytes = (bytes: number): number => Math.ceil(bytes / 1024)
