/**
 * The contract of executor operators (Volcano, over batches). `next` is synchronous; where it cannot go on it answers
 * a Wait, which every operator passes upward, and the driver pulls again when it is over. So operators keep their
 * state in fields and may be re-entered at any pull.
 */
import type { Batch } from '../vector/batch.ts'
import { Wait } from '../vector/wait.ts'

export type Pull = Batch | Wait | null

export interface Operator {
  /** Prepares for the first `next`; called again to run the operator anew with other outer values. */
  open(): void
  /** The next batch with at least one live row, null at the end, or a Wait. */
  next(): Pull
  /** Releases what the operator holds. Safe to call at any moment, and twice. */
  close(): void
}

/** Pulls until the end, awaiting what must be awaited; `consume` may hold the producer back with a promise. */
export const drain = async (operator: Operator, consume: (batch: Batch) => void | Promise<void>): Promise<void> => {
  for (;;) {
    const pulled = operator.next()
    if (pulled === null) return
    if (pulled instanceof Wait) {
      await pulled.promise
      continue
    }
    const held = consume(pulled)
    if (held !== undefined) await held
  }
}
