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

/** Takes a batch; a promise holds the producer back. */
type Consumer = (batch: Batch) => null | void | Promise<void>

/** Pulls until the end; answers a promise only where something must be awaited. */
export const drain = (operator: Operator, consume: Consumer): null | Promise<void> => {
  const held = drainNow(operator, consume)
  return held === null ? null : drainRest(operator, consume, held)
}

/** Pulls until the end (null) or until something must be awaited before the next pull. */
const drainNow = (operator: Operator, consume: Consumer): null | Promise<void> => {
  for (;;) {
    const pulled = operator.next()
    if (pulled === null) return null
    const held = pulled instanceof Wait ? pulled.promise : (consume(pulled) ?? null)
    if (held !== null) return held
  }
}

const drainRest = async (operator: Operator, consume: Consumer, first: Promise<void>): Promise<void> => {
  for (let held: null | Promise<void> = first; held !== null; held = drainNow(operator, consume)) await held
}
